"""What Ctrl-C does outside of a command's work.

While a program is made ready, or ends, nothing is to be put in order; an interrupt in the middle of
an import would be a traceback, or worse in a library that is not written in Python.
"""

import os
import signal

# Nothing else is imported here: until it is, an interrupt is a traceback.
INTERRUPTED = 130


def _leave(_: int, __: object) -> None:
    os._exit(INTERRUPTED)


def leave_at_interrupt() -> None:
    """An interrupt ends the program where it is. Who inherited that it is ignored goes on."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)


def raise_at_interrupt() -> None:
    """An interrupt is a KeyboardInterrupt again, where `leave_at_interrupt` was called before."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)
