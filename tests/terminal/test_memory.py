"""Memory that is given back: the screen stays open from the morning to the evening."""

import gc
import sys
from pathlib import Path

import pytest

from cockpit.terminal import memory

MB = 2**20


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the kernel of Linux")
def test_the_holes_that_a_morning_of_messages_leaves_go_back_to_the_system():
    messages = [bytes(3000 + i % 4000) for i in range(16_000)]
    kept = messages[::4]
    del messages
    before = resident_bytes()
    memory.tidy()
    assert before - resident_bytes() > 10 * MB
    assert len(kept) == 4000


def test_a_circle_of_objects_that_nobody_holds_is_collected():
    class Circle:
        pass

    circle = Circle()
    circle.itself = circle
    del circle
    memory.tidy()
    assert not any(type(thing) is Circle for thing in gc.get_objects())
