"""A machine whose clock is wrong: what is silent is old, what speaks is not, stamps are in time."""

import pytest

from cockpit.calculators.common.market_data import Settings
from cockpit.core.events import BookSnapshot, Funding, Instrument, Link, Prices
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.state.store import MarketStore
from tests.calculators.risk import run

T0 = 1_760_000_400 * NS_PER_S
LAST = T0 + 2 * NS_PER_S
"""When both have spoken last."""
VENUES = ("alphaswap", "bravo")


def store(offset_s: float) -> MarketStore:
    """Two venues that have just spoken, seen by a clock that is so far ahead of theirs."""
    view = MarketStore([(name, None) for name in VENUES], ["BTC"])
    for venue in VENUES:
        view.apply(Link(venue=venue, recv_ns=T0, state="live"))
        for tenths in range(1, 21):
            recv_ns = T0 + tenths * NS_PER_S // 10
            said = {"venue": venue, "symbol": "BTC", "recv_ns": recv_ns}
            stamped = {**said, "venue_ns": recv_ns - round(offset_s * NS_PER_S)}
            view.apply(BookSnapshot(bids=((99.0, 50.0),), asks=((101.0, 50.0),), **stamped))
        view.apply(Prices(mark=100.0, index=100.0, **stamped))
        view.apply(
            Funding(kind="live", rate=1e-5, interval_s=3600, next_ns=T0 + HOUR_NS, **stamped)
        )
        listed = {"native": "BTC", "base": "BTC", "quote": "USD", "lot": 0.001, "taker_fee": 0.0}
        view.apply(Instrument(**listed, **said))
    return view


def warnings(view: MarketStore, silent_s: float) -> list[str]:
    """Of an order, so long after the venues have spoken last."""
    at_ns = LAST + round(silent_s * NS_PER_S)
    settings = Settings(now_ns=at_ns - view.clock_offset_ns, clock_offset_ns=view.clock_offset_ns)
    found = run("slippage", view, settings, symbol="BTC", side="buy", size=1.0)
    return [words for words in found.warnings if "stale" in words]


@pytest.mark.parametrize("offset_s", [-600.0, 0.0, 600.0])
def test_a_book_is_as_old_as_its_silence_whatever_the_clock_says(offset_s: float) -> None:
    view = store(offset_s)
    assert view.clock_offset_ns == pytest.approx(offset_s * NS_PER_S)
    assert warnings(view, silent_s=1.0) == []
    assert warnings(view, silent_s=60.0) == [
        f"{venue}/BTC: book is stale, 60 s old" for venue in VENUES
    ]
