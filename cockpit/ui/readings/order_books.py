"""The selected symbol's books, read once a frame for all panes that need more than the touch."""

from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np

from cockpit.analytics.execution.depth import Array, Levels, covered_bps, impact_bps, walk_usd
from cockpit.core.events import Level
from cockpit.desk.stats import PastMoment
from cockpit.state.view import BookRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.same_asset import first_asset
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import clean

BANDS_BPS = (10.0, 25.0, 50.0)
REACH_BPS = 60.0
"""Books are read this far from mid; a venue may publish thousands of levels behind."""
_FIRST_READ = 96
_ON_THE_EDGE = 1e-9


class Side(NamedTuple):
    """Distance of each level from mid in bps and the notional up to it, shapes (levels,)."""

    away_bps: Array
    usd: Array

    def within(self, bps: float) -> float:
        """Notional resting within `bps` of mid, inclusive."""
        count = int(np.searchsorted(self.away_bps, bps + _ON_THE_EDGE, side="right"))
        return float(self.usd[count - 1]) if count else 0.0


@dataclass(frozen=True, slots=True)
class BookReading:
    """One venue's book near the touch: both sides have levels, best first.

    `bid_reach_bps` and `ask_reach_bps` say how far it is known; beyond is unknown, not empty.
    """

    venue: str
    bids: list[Level]
    asks: list[Level]
    bid_array: Array
    ask_array: Array
    bid_side: Side
    ask_side: Side
    mid: float
    bid_reach_bps: float
    ask_reach_bps: float
    stale: bool


@dataclass(frozen=True, slots=True)
class Cost:
    """Average cost of a taker order in bps of mid, half the spread included, fee apart.

    `bps` is None where the visible book does not hold the size; `filled_frac` says how much it
    holds.
    """

    bps: float | None
    filled_frac: float


def book_reading(readings: Readings, venue: str) -> BookReading | None:
    """The selected symbol's book at a venue; None without one, or with an empty side."""
    return readings.once(("book", venue, readings.symbol), lambda: _read(readings, venue))


def mergeable_books(readings: Readings) -> list[BookReading]:
    """The books that make one market after fees: of one asset, with a known fee."""
    mine = first_asset(readings, readings.symbol or "")
    return [
        book
        for book in book_readings(readings)
        if book.venue in mine and readings.taker_fee(book.venue)[0] is not None
    ]


def book_readings(readings: Readings) -> list[BookReading]:
    """Every venue's book that may be compared: known, two-sided and not stale."""
    books = (book_reading(readings, name) for name in readings.listing())
    return [book for book in books if book is not None and not book.stale]


def _read(readings: Readings, venue: str) -> BookReading | None:
    market = readings.market(venue)
    if market is None or not market.book.is_known:
        return None
    book = market.book
    mid = book.mid()
    if mid is None:
        return None
    bids, asks = _near(book, mid)
    bid_array, ask_array = np.asarray(bids, np.float64), np.asarray(asks, np.float64)
    return BookReading(
        venue=venue,
        bids=bids,
        asks=asks,
        bid_array=bid_array,
        ask_array=ask_array,
        bid_side=_side(bid_array, mid),
        ask_side=_side(ask_array, mid),
        mid=mid,
        bid_reach_bps=covered_bps(bids, mid) or 0.0,
        ask_reach_bps=covered_bps(asks, mid) or 0.0,
        stale=market.is_stale("book", readings.now_ns),
    )


def _side(levels: Array, mid: float) -> Side:
    return Side(np.abs(levels[:, 0] / mid - 1.0) * 1e4, np.cumsum(levels[:, 0] * levels[:, 1]))


def _near(book: BookRead, mid: float) -> tuple[list[Level], list[Level]]:
    """As many levels as reach `REACH_BPS`, or all there are."""
    most = max(book.levels())
    depth = _FIRST_READ
    while True:
        bids, asks = book.bids(depth), book.asks(depth)
        reach = min(covered_bps(bids, mid) or 0.0, covered_bps(asks, mid) or 0.0)
        if reach >= REACH_BPS or depth >= most:
            return bids, asks
        depth *= 4


def cost(book: BookReading, side: int, usd: float) -> Cost:
    """A taker order of `usd` at once; `side` is +1 to buy and -1 to sell."""
    levels = cast(Levels, book.ask_array if side > 0 else book.bid_array)
    walked = walk_usd(levels, usd)
    if walked.vwap is None or walked.unfilled > usd * 1e-9:
        return Cost(None, 1.0 - walked.unfilled / usd)
    return Cost(impact_bps(side, walked.vwap, book.mid), 1.0)


def round_trip_bps(readings: Readings, venue: str) -> float | None:
    """In and out at the trader's size, taker both times, fees included; None if it is unknown."""

    def compute() -> float | None:
        book, fee = book_reading(readings, venue), readings.taker_fee(venue)[0]
        if book is None or book.stale or fee is None:
            return None
        both = [cost(book, side, readings.ui.size_usd).bps for side in (1, -1)]
        known = [bps for bps in both if bps is not None]
        return sum(known) + 2 * fee * 1e4 if len(known) == 2 else None

    return readings.once(("round trip", venue, readings.symbol, readings.ui.size_usd), compute)


def pair_cost_bps(readings: Readings, first: str, second: str) -> float | None:
    """Both legs in and out, in bps of one leg's notional."""
    costs = [round_trip_bps(readings, venue) for venue in (first, second)]
    known = [bps for bps in costs if bps is not None]
    return sum(known) if len(known) == 2 else None


def no_book(readings: Readings, venue: str) -> str:
    """Why there is no book to show, and how old the last one is."""
    if readings.moment is not None:
        return _not_kept(readings.moment, venue, readings.symbol or "")
    market, state = readings.market(venue), readings.view.venue(venue)
    why = "waiting for a book"
    if readings.symbol and not readings.is_listed(venue, readings.symbol):
        return "not listed"
    if state is not None and state.state != "live":
        why = clean(f"{state.state}{': ' + state.reason if state.reason else ''}")
    elif market is not None and market.instrument and market.instrument.status != "active":
        why = f"the market is {market.instrument.status}"
    elif market is not None and market.book.is_known:
        bids, asks = market.book.levels()
        why = "an empty book" if not bids + asks else "no bids" if not bids else "no asks"
    gone = market.age_s("book", readings.now_ns) if market else None
    return why + (f", last seen {fmt.age(gone)} ago" if gone is not None else "")


def no_levels(readings: Readings, purpose: str) -> str:
    """Why there is no venue's book to do something with."""
    if readings.moment is not None:
        return "levels are not kept: liquidity has what rested within 10, 25 and 50 bps"
    return f"no fresh book {purpose}"


def _not_kept(moment: PastMoment, venue: str, symbol: str) -> str:
    """What there was of a book at a past moment: its levels are never kept."""
    figures = moment.figures.get((venue, symbol))
    if figures is None:
        return "nothing of it is kept"
    if figures.mid is not None:
        return "its levels are not kept"
    if figures.book_age_s is None:
        return "none was known then"
    return f"the last one was {fmt.age(figures.book_age_s)} old"
