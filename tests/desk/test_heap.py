"""Replies of a venue are a thousand times as large as its messages: both pass through one heap."""

import subprocess
import sys

import pytest

REPLIES_AND_MESSAGES = """
import random
import sys
from collections import deque
from pathlib import Path
from cockpit.desk.heap import keep_large_blocks_apart

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20

if sys.argv[1] == "apart":
    keep_large_blocks_apart()
listing = bytearray(8 * 2**20)
del listing
luck = random.Random(1)
kept = [bytearray(1000) for _ in range(4000)]
before_mb, before_bytes = resident_mb(), sum(map(len, kept))
replies = deque(maxlen=3)
for _ in range(1500):
    replies.append(bytearray(luck.randrange(150_000, 1_500_000)))
    for _ in range(20):
        kept[luck.randrange(4000)] = bytearray(luck.randrange(600, 6000))
replies.clear()
print(resident_mb() - before_mb - (sum(map(len, kept)) - before_bytes) / 2**20)
"""


def left_mb(how: str) -> float:
    """What stays resident beyond what is kept, when fifteen hundred replies have come and gone."""
    command = [sys.executable, "-c", REPLIES_AND_MESSAGES, how]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the kernel of Linux")
def test_replies_that_are_gone_leave_no_holes_between_what_is_kept():
    assert left_mb("apart") < 2 < left_mb("as it comes") - 4
