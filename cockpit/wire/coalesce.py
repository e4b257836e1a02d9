"""Read coalescing: above a measured rate, sockets are read every 20 ms instead of at once.

Three quarters of a message's cost is waking up for it. While reading is paused the kernel keeps
the bytes, and one wake-up then takes them all. Receive times shift by up to 20 ms, which is why
telemetry links are never handed in and `mode` is on the screen.
"""

import asyncio
import time
from typing import Literal

ON_ABOVE_PER_S = 1500.0
OFF_BELOW_PER_S = 1000.0
PAUSE_S = 0.020
MEASURE_S = 1.0

Mode = Literal["off", "on"]


class Coalescer:
    """One for all drivers of a process. Drivers add to `messages`; `rate_per_s` is measured.

    It may be handed only transports that nobody else pauses: connections opened with
    `max_queue=None`, whose library does no flow control of its own.
    """

    def __init__(self) -> None:
        self.mode: Mode = "off"
        self.messages = 0
        self.rate_per_s = 0.0
        self._transports: dict[asyncio.Transport, asyncio.ReadTransport] = {}

    def add(self, transport: asyncio.Transport) -> None:
        self._transports[transport] = _socket_transport(transport)

    def remove(self, transport: asyncio.Transport) -> None:
        paused = self._transports.pop(transport, None)
        if paused is not None:
            _resume(paused)

    async def run(self) -> None:
        """Measure and coalesce until cancelled; every transport is then reading."""
        try:
            while True:
                began, before = time.monotonic(), self.messages
                await self._one_measure(began + MEASURE_S)
                self.rate_per_s = (self.messages - before) / (time.monotonic() - began)
                self.mode = next_mode(self.mode, self.rate_per_s)
        finally:
            self.mode = "off"
            self._resume_all()

    async def _one_measure(self, until: float) -> None:
        if self.mode == "off":
            await asyncio.sleep(MEASURE_S)
            return
        while time.monotonic() < until:
            for transport in self._transports.values():
                _pause(transport)
            await asyncio.sleep(PAUSE_S)
            self._resume_all()
            # Two turns: the loop polls the sockets at the start of the next one and reads them in
            # it, after us; by the turn after that every socket has been read once.
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    def _resume_all(self) -> None:
        for transport in self._transports.values():
            _resume(transport)


def next_mode(mode: Mode, rate_per_s: float) -> Mode:
    """On above 1,500 messages a second, off below 1,000; between them it stays as it is."""
    if rate_per_s > ON_ABOVE_PER_S:
        return "on"
    return "off" if rate_per_s < OFF_BELOW_PER_S else mode


def _socket_transport(transport: asyncio.Transport) -> asyncio.ReadTransport:
    """The transport that reads the socket.

    asyncio's TLS transport, when paused, stops decrypting but goes on being woken by the socket;
    the wake-ups are what we want to save. Where the inner one cannot be found, the outer one works
    and only saves less.
    """
    inner = getattr(getattr(transport, "_ssl_protocol", None), "_transport", None)
    return inner if isinstance(inner, asyncio.ReadTransport) else transport


def _pause(transport: asyncio.ReadTransport) -> None:
    if not transport.is_closing():
        transport.pause_reading()


def _resume(transport: asyncio.ReadTransport) -> None:
    if not transport.is_closing():
        transport.resume_reading()
