"""The writer never makes the drawer wait, whatever the terminal does."""

import os
import pty
import time
import tty

import pytest

from cockpit.terminal.renderer.driver import Writer

FRAME = "x" * 40_000


@pytest.fixture
def pair():
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def read_all(fd: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += os.read(fd, 65536)
    return data


def test_writes_to_a_terminal_that_does_not_read_return_at_once_and_wait_in_order(pair):
    ours, theirs = pair
    writer = Writer(theirs, "utf-8")
    writer.start()
    begun_s = time.monotonic()
    for number in range(100):
        writer.put(f"{number:05d}{FRAME}")
    assert time.monotonic() - begun_s < 5.0, "nobody reads: who waits for that waits for ever"
    assert writer.backlog > 90
    received = read_all(ours, 100 * (5 + len(FRAME)))
    assert [received[i : i + 5] for i in range(0, len(received), 5 + len(FRAME))] == [
        f"{number:05d}".encode() for number in range(100)
    ]
    writer.stop(5)
    assert writer.backlog == 0
    assert writer.sent_bytes == len(received)


def test_what_the_terminal_takes_at_once_is_written_before_put_returns(pair):
    ours, theirs = pair
    writer = Writer(theirs, "utf-8")
    writer.start()
    writer.put("a key's answer")
    assert writer.sent_bytes == len("a key's answer")
    assert writer.backlog == 0
    assert os.get_blocking(theirs), "the shell shares this descriptor"
    assert read_all(ours, 14) == b"a key's answer"
    writer.stop(5)


def test_without_a_terminal_to_open_again_everything_is_written_all_the_same():
    ours, theirs = os.pipe()
    writer = Writer(theirs, "utf-8")
    writer.start()
    writer.put("one ")
    writer.put("two")
    assert read_all(ours, 7) == b"one two"
    writer.stop(5)
    os.close(ours)
    os.close(theirs)


def test_leaving_does_not_wait_long_for_a_terminal_that_does_not_read(pair):
    writer = Writer(pair[1], "utf-8")
    writer.start()
    for _ in range(10):
        writer.put(FRAME)
    begun_s = time.monotonic()
    writer.stop(0.2)
    assert time.monotonic() - begun_s < 5.0, "nobody reads: who waits for that waits for ever"


def test_what_a_dead_terminal_cannot_take_is_dropped():
    ours, theirs = pty.openpty()
    writer = Writer(theirs, "utf-8")
    os.close(ours)
    writer.start()
    writer.put(FRAME)
    writer.stop(5)
    writer.put(FRAME)
    assert writer.is_gone
    assert writer.backlog == 0
    os.close(theirs)


def test_what_an_encoding_lacks_is_a_question_mark_of_one_byte(pair):
    ours, theirs = pair
    writer = Writer(theirs, "latin-1")
    writer.start()
    writer.put("aé─b")
    assert read_all(ours, 4) == b"a\xe9?b"
    writer.stop(5)
