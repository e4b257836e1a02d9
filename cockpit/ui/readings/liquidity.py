"""How deep each venue's book is around mid: of now from its levels, of the past from its bands."""

from collections.abc import Mapping
from dataclasses import dataclass

from cockpit.analytics.execution.depth import microprice
from cockpit.history.rows import Figures
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.order_books import BANDS_BPS, BookReading, book_reading
from cockpit.ui.text import format as fmt

TOUCH_BPS = 5.0
"""The band around the touch itself; history does not keep it."""
Band = tuple[float, float]
"""USD resting on the (bid, ask) side."""


@dataclass(frozen=True, slots=True)
class Liquidity:
    """One venue's book in sums. `spread_bps` is not above zero where it is crossed; `micro_bps`
    is the microprice away from mid, None where the sizes at the touch are not known.

    A band of `bands` (bps of mid -> USD) beyond the reach of a side is a lower bound.
    """

    venue: str
    mid: float
    spread_bps: float | None
    micro_bps: float | None
    bands: Mapping[float, Band]
    bid_reach_bps: float
    ask_reach_bps: float
    stale: bool

    @property
    def reach_bps(self) -> float:
        """How far both sides are known."""
        return min(self.bid_reach_bps, self.ask_reach_bps)


def liquidity(readings: Readings, venue: str) -> Liquidity | None:
    """Of the selected symbol; None where there is, or was, no book to sum up."""
    if readings.moment is not None:
        figures = readings.moment.figures.get((venue, readings.symbol or ""))
        return None if figures is None else _kept(venue, figures)
    book = book_reading(readings, venue)
    return None if book is None else _of_book(book)


def _of_book(book: BookReading) -> Liquidity:
    micro = microprice(book.bids, book.asks)
    return Liquidity(
        venue=book.venue,
        mid=book.mid,
        spread_bps=(book.asks[0][0] - book.bids[0][0]) / book.mid * 1e4,
        micro_bps=None if micro is None else (micro / book.mid - 1) * 1e4,
        bands={
            bps: (book.bid_side.within(bps), book.ask_side.within(bps))
            for bps in (TOUCH_BPS, *BANDS_BPS)
        },
        bid_reach_bps=book.bid_reach_bps,
        ask_reach_bps=book.ask_reach_bps,
        stale=book.stale,
    )


def _kept(venue: str, figures: Figures) -> Liquidity | None:
    """A row has a mid only of a book that was fresh, and with it all of the rest."""
    if figures.mid is None:
        return None
    sides = (
        (10.0, figures.bid10_usd, figures.ask10_usd),
        (25.0, figures.bid25_usd, figures.ask25_usd),
        (50.0, figures.bid50_usd, figures.ask50_usd),
    )
    return Liquidity(
        venue=venue,
        mid=figures.mid,
        spread_bps=figures.spread_bps,
        micro_bps=None,
        bands={bps: (bid, ask) for bps, bid, ask in sides if bid is not None and ask is not None},
        bid_reach_bps=figures.bid_covered_bps or 0.0,
        ask_reach_bps=figures.ask_covered_bps or 0.0,
        stale=False,
    )


def band_words(found: Liquidity, bps: float) -> str | None:
    """`1.24M/≥980k`: both sides, `≥` where the book ends before the band; None if not known."""
    band = found.bands.get(bps)
    if band is None:
        return None
    reaches = (found.bid_reach_bps, found.ask_reach_bps)
    return "/".join(
        ("≥" if reach < bps else "") + fmt.magnitude(usd)
        for usd, reach in zip(band, reaches, strict=True)
    )
