"""The suite. Numpy has one thread, here and in what the tests start, as in the program's workers:
where several share two cores they spin on each other, and what is fitted takes four times as long.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
