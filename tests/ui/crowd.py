"""A scene of as many venues as are asked for, each live with a market, a book and a past."""

from cockpit.core.events import (
    Block,
    BookSnapshot,
    Funding,
    Instrument,
    Link,
    OpenInterest,
    Prices,
)
from cockpit.core.units import HOUR_NS, NS_PER_S, hour_floor_ns
from cockpit.state.store import MarketStore
from cockpit.ui.model.readings import Readings
from cockpit.venues.contract import VenueFacts, VenueSpec
from tests.support import AT_NS, flat_fees
from tests.ui.scenes import levels

MID = 64_000.0


def name_of(number: int) -> str:
    return f"venue{chr(ord('a') + number)}"


def crowd(count: int) -> Readings:
    """`count` venues that all list BTC; open interest grows with the number of the venue."""
    names = [name_of(number) for number in range(count)]
    store = MarketStore(((name, f"{name}-chain") for name in names), ("BTC",))
    specs = {
        name: VenueSpec(
            name=name, title=name, short=f"{name[-1]}{name[-1]}x", links={},
            rest_url="https://localhost", chain=f"{name}-chain", kinds=frozenset(),
            weight_per_minute=60, burst=10, docs=(),
            facts=VenueFacts(colour=number % 14 + 1, fees=flat_fees(0.0004)),
        )
        for number, name in enumerate(names)
    }  # fmt: skip
    for number, name in enumerate(names):
        for event in _said(number, name):
            store.apply(event)
    return Readings(view=store, specs=specs, mode="DEMO", glyphs="braille", now_ns=AT_NS)


def _said(number: int, name: str):
    said = {"venue": name, "recv_ns": AT_NS - NS_PER_S // 2, "symbol": "BTC"}
    yield Link(venue=name, recv_ns=AT_NS - 60 * NS_PER_S, state="live")
    yield Instrument(
        **said, native="BTC", base="BTC", quote="USD", tick=1.0, lot=0.0001, taker_fee=0.0004,
        funding_interval_s=3600,
    )  # fmt: skip
    yield BookSnapshot(**said, bids=levels(MID, -1), asks=levels(MID, 1))
    rate = 0.00001 * (1 + number)
    next_ns = hour_floor_ns(AT_NS) + HOUR_NS
    yield Funding(**said, kind="live", rate=rate, interval_s=3600, next_ns=next_ns)
    yield Prices(**said, mark=MID, index=MID)
    yield OpenInterest(**said, base=1000.0 * (1 + number))
    for i in range(5):
        at_ns = AT_NS - (5 - i) * NS_PER_S
        yield Block(venue=name, recv_ns=at_ns, chain="c", height=100 + i, block_ns=at_ns)
    for ago in range(720, -1, -1):
        yield Funding(
            venue=name, recv_ns=AT_NS, venue_ns=hour_floor_ns(AT_NS) - ago * HOUR_NS, symbol="BTC",
            kind="settled", rate=rate, interval_s=3600,
        )  # fmt: skip
