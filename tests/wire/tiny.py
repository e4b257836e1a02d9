"""A small venue with a small protocol: what the wire is tested with.

Frames are words. `px N` is a price, `junk` is not understood, `pong` answers the ping, `reset`
loses the place, `bug` breaks the adapter, anything else means nothing. It subscribes when opened,
pings at every tick and fetches `instruments`.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from cockpit.core.events import Prices, Reject, Rtt
from cockpit.venues.contract import (
    Closed,
    Fetch,
    Frame,
    Input,
    LinkSpec,
    Opened,
    Output,
    Reply,
    Restart,
    Send,
    Tick,
    VenueSpec,
    Wanted,
    Wants,
)
from cockpit.wire.tape import TapeHeader, TapeWriter
from tests.support import AT_NS

S = 1_000_000_000

SPEC = VenueSpec(
    name="tiny",
    title="Tiny",
    short="TNY",
    links={
        "main": LinkSpec("wss://tiny.example/ws"),
        "blocks": LinkSpec("wss://tiny.example/blocks", telemetry=True),
    },
    rest_url="https://tiny.example",
    chain=None,
    kinds=frozenset({Prices, Rtt}),
    weight_per_minute=6000,
    burst=100,
    docs=("https://tiny.example/docs",),
    quiet_s=5.0,
)
POLLED = msgspec.structs.replace(SPEC, name="polled", links={})


class Session:
    """The protocol above; remembers what it was told, so that a test can ask."""

    def __init__(self, wants: Wants) -> None:
        self.wants = wants

    def handle(self, input: Input) -> Iterator[Output]:
        if isinstance(input, Opened):
            yield Send("subscribe " + ",".join(self.wants.symbols), input.link)
            if input.link == "main":
                yield Fetch(name="instruments", path="/instruments")
        elif isinstance(input, Frame):
            yield from self._frame(input)
        elif isinstance(input, Reply):
            yield from self._reply(input)
        elif isinstance(input, Tick):
            yield Send("ping")
        elif isinstance(input, Wanted):
            self.wants = input.wants
            yield Send("subscribe " + ",".join(self.wants.symbols))
        else:
            assert isinstance(input, Closed)

    def _frame(self, frame: Frame) -> Iterator[Output]:
        text = frame.data if isinstance(frame.data, str) else frame.data.decode()
        word, _, rest = text.partition(" ")
        if word == "px":
            yield Prices(venue="tiny", symbol="BTC", recv_ns=frame.at_ns, mark=float(rest))
        elif word == "junk":
            yield Reject(venue="tiny", recv_ns=frame.at_ns, reason="junk", data=text)
        elif word == "pong":
            yield Rtt(venue="tiny", recv_ns=frame.at_ns, rtt_ns=1_000_000)
        elif word == "reset":
            yield Restart("lost my place", frame.link)
        elif word == "bug":
            raise KeyError("the adapter is wrong")

    def _reply(self, reply: Reply) -> Iterator[Output]:
        if reply.status == 200:
            yield Prices(venue="tiny", symbol="BTC", recv_ns=reply.at_ns, index=float(reply.body))


def header(at_ns: int = AT_NS, venue: str = "tiny") -> TapeHeader:
    return TapeHeader(
        venue=venue, origin="docs", version="0", at_ns=at_ns, wants=Wants(symbols=("BTC",))
    )


def write_tape(path: Path, *inputs: Input, at_ns: int = AT_NS, venue: str = "tiny") -> Path:
    writer = TapeWriter(path, header(at_ns, venue))
    for item in inputs:
        writer.write(item)
    writer.close()
    return path
