"""A WebSocket connection that hands each message on as it is parsed.

The library's own way is a queue and a coroutine that is resumed for every message, which costs
more than everything that we do with most of them. Parsing, pings, limits and the closing
handshake stay the library's.
"""

from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.frames import Frame, Opcode

_DATA = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})


class Connect(connect):
    """`connect` that goes nowhere else: a redirect is the answer of a venue that is not there."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class DirectConnection(ClientConnection):
    """`recv` never returns a message; it only ends, with the reason why the connection did.

    What arrives before `deliver_to` is kept for it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parts: list[Frame] = []
        self._early: list[str | bytes] = []
        self._deliver: Callable[[str | bytes], None] = self._early.append

    def deliver_to(self, deliver: Callable[[str | bytes], None]) -> None:
        """Call this with every message, in order, from inside the event loop's read."""
        for message in self._early:
            deliver(message)
        self._early.clear()
        self._deliver = deliver

    def process_event(self, event: Any) -> None:
        """Called by the library for each frame, and first for the handshake's answer."""
        if type(event) is not Frame or event.opcode not in _DATA:
            super().process_event(event)
        elif event.fin and not self._parts:
            self._message([event])
        else:
            self._parts.append(event)
            if event.fin:
                parts, self._parts = self._parts, []
                self._message(parts)

    def _message(self, parts: list[Frame]) -> None:
        data = bytes(parts[0].data) if len(parts) == 1 else b"".join(part.data for part in parts)
        if parts[0].opcode is not Opcode.TEXT:
            self._deliver(data)
            return
        try:
            text = data.decode()
        except UnicodeDecodeError:
            # Not to be read by anybody: the library ends such a connection, and says why.
            for part in parts:
                super().process_event(part)
            return
        self._deliver(text)
