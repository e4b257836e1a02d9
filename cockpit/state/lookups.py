"""What readers of the state look up alike: listings, borrowed prices, the age of a rate."""

from typing import NamedTuple

from cockpit.core.events import Instrument
from cockpit.state.identity import assets_of
from cockpit.state.view import Field, MarketRead, MarketView


class Borrowed(NamedTuple):
    """What an asset is worth where the venue of a leg is not followed: the index of one that is."""

    venue: str
    price: float
    is_stale: bool


def borrowed(view: MarketView, symbol: str, now_ns: int) -> Borrowed | None:
    """The first fresh index in the order of the venues, else the first stale one; where two coins
    have the symbol, of the one that most venues have."""
    found = [
        Borrowed(venue, market.index, market.is_stale("index", now_ns))
        for venue in next(iter(assets_of(view, symbol)), ())
        if (market := view.market(venue, symbol)) is not None and market.index is not None
    ]
    return min(found, key=lambda one: one.is_stale, default=None)


def rate_field(market: MarketRead) -> Field | None:
    """The figure that `market.rate()` is, whose age is its age; None without a rate."""
    rate = market.rate()
    if rate is None:
        return None
    return "predicted" if rate.kind == "predicted" else "funding"


def is_rate_stale(market: MarketRead, now_ns: int) -> bool:
    """Whether `market.rate()` may not be taken for the present; so it is where there is none."""
    field = rate_field(market)
    return field is None or market.is_stale(field, now_ns)


def taker_fee_frac(view: MarketView, venue: str, symbol: str) -> float | None:
    """Of the trader's own tier where he has told it, else the listing's; None where neither is."""
    if venue in view.own_taker_fees:
        return view.own_taker_fees[venue]
    listed = listing(view, venue, symbol)
    return None if listed is None else listed.taker_fee


def listing(view: MarketView, venue: str, symbol: str) -> Instrument | None:
    """What the venue lists under a symbol, watched or not."""
    market = view.market(venue, symbol)
    if market is not None and market.instrument is not None:
        return market.instrument
    return next((listed for listed in view.listed(venue) if listed.symbol == symbol), None)
