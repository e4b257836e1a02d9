"""The thread that reads the keys, on a terminal of its own."""

import os
import pty
import queue
import threading
import tty

import pytest
from textual import events

from cockpit.terminal.input.reader import read_input
from tests.support import PATIENCE_S


@pytest.fixture
def keyboard():
    """(descriptor to type on, messages that were read)."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    read: queue.Queue = queue.Queue()
    stop = threading.Event()
    thread = threading.Thread(target=read_input, args=(theirs, stop, read.put, lambda: 0.02))
    thread.start()
    yield ours, read
    stop.set()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    os.close(ours)
    os.close(theirs)


def keys(read: queue.Queue, count: int) -> list[str]:
    return [read.get(timeout=PATIENCE_S).key for _ in range(count)]


def test_a_key_a_sequence_and_a_lone_escape(keyboard):
    ours, read = keyboard
    os.write(ours, b"j\x1b[A")
    assert keys(read, 2) == ["j", "up"]
    os.write(ours, b"\x1b")
    assert keys(read, 1) == ["escape"]


def test_a_mouse_report_torn_on_the_way_is_a_mouse_report(keyboard):
    ours, read = keyboard
    os.write(ours, b"\x1b[<0;5")
    with pytest.raises(queue.Empty):
        read.get(timeout=0.2)
    os.write(ours, b";7Mk")
    assert isinstance(read.get(timeout=PATIENCE_S), events.MouseDown)
    assert keys(read, 1) == ["k"]


def test_a_torn_letter_and_bytes_that_are_none_do_not_end_the_reading(keyboard):
    ours, read = keyboard
    os.write(ours, "é".encode()[:1])
    os.write(ours, "é".encode()[1:])
    assert read.get(timeout=PATIENCE_S).character == "é"
    os.write(ours, b"\xff\xfej")
    assert [read.get(timeout=PATIENCE_S).character for _ in range(3)][-1] == "j"


def test_a_terminal_that_is_gone_ends_the_reading():
    ours, theirs = pty.openpty()
    thread = threading.Thread(
        target=read_input, args=(theirs, threading.Event(), print, lambda: 0.02)
    )
    thread.start()
    os.close(ours)
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    os.close(theirs)
