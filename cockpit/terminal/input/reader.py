"""Reads the terminal in a thread of its own and hands over whole messages."""

import os
import selectors
import threading
import time
from codecs import getincrementaldecoder
from collections.abc import Callable

from textual.message import Message

from cockpit.terminal.input.parser import InputParser

_IDLE_S = 0.1
"""How soon the end is noticed while nothing is typed."""
_WAITING_S = 0.01
_CHUNK = 4096


def read_input(
    fileno: int,
    stop: threading.Event,
    deliver: Callable[[Message], None],
    patience_s: Callable[[], float],
) -> None:
    """Until `stop` is set or the terminal is gone.

    `patience_s` is asked how long an ESC may stand alone before it is a key. Bytes that are no
    UTF-8 become replacement characters: a torn one must not end the reading.
    """
    parser = InputParser()
    decode = getincrementaldecoder("utf-8")("replace").decode
    with selectors.SelectSelector() as selector:
        selector.register(fileno, selectors.EVENT_READ)
        while not stop.is_set():
            if selector.select(_WAITING_S if parser.is_waiting else _IDLE_S):
                try:
                    data = os.read(fileno, _CHUNK)
                except OSError:
                    return
                if not data:
                    return
                for message in parser.feed(decode(data), time.monotonic()):
                    deliver(message)
            for message in parser.tick(time.monotonic(), patience_s()):
                deliver(message)
