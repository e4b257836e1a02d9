"""Everything known about one market, and how old each part of it is."""

from collections.abc import Callable
from typing import Final

from cockpit.core.events import Funding, Instrument, LinkState
from cockpit.core.units import NS_PER_S, hourly
from cockpit.state.book import Book
from cockpit.state.chain import ChainTelemetry
from cockpit.state.curves import Ring, SettledHistory
from cockpit.state.recollection import Recollection, Stated
from cockpit.state.staleness import Cadence
from cockpit.state.view import FIELDS, Field

FLOOR_S: Final[dict[Field, float]] = {
    "book": 5.0,
    "funding": 90.0,
    "predicted": 180.0,
    "open_interest": 90.0,
    "mark": 15.0,
    "index": 15.0,
    "last": 600.0,
    "volume": 900.0,
}
"""A field is never called stale before this: venues repeat what did not change at their leisure."""

RING_SAMPLES: Final = 720
DEPTH_BPS: Final = 25.0
"""The band whose depth, both sides together, is kept through time."""
_UNKNOWN: Final = Book()


def present_rate(
    predicted: Funding | None, live: Funding | None, is_kept: Callable[[Field], bool]
) -> Funding | None:
    """The rate to compare venues by: the venue's own prediction if there is one, else live. What is
    only remembered never stands before what is said now."""
    if predicted is None or live is None:
        return predicted or live
    return live if is_kept("predicted") and not is_kept("funding") else predicted


def volume_usd(stated_usd: float | None, base: float | None, mark: float | None) -> float | None:
    """What was traded in 24 h: the venue's own figure, else its base units at the mark."""
    if stated_usd is not None:
        return stated_usd
    return None if base is None or mark is None else base * mark


class MarketState:
    """Written by the store alone; readers hold it as `MarketRead`."""

    def __init__(self, venue: str, symbol: str, chain: ChainTelemetry) -> None:
        """`chain` is the venue's: it has what is known of the clocks."""
        self.venue = venue
        self.symbol = symbol
        self.chain = chain
        self.instrument: Instrument | None = None
        self.raw_book = Book()
        self.link: LinkState = "connecting"
        self.live: Funding | None = None
        self.predicted: Funding | None = None
        self.settled = SettledHistory()
        self.open_interest: float | None = None
        self.mark: float | None = None
        self.index: float | None = None
        self.last: float | None = None
        self.volume_stated_usd: float | None = None
        self.volume_24h_base: float | None = None
        self.version = 0
        self.cadence: dict[Field, Cadence] = {name: Cadence(FLOOR_S[name]) for name in FIELDS}
        self.book_cadence = self.cadence["book"]
        self._stated_ns: dict[Field, int] = {}
        self._kept_ns: dict[Field, int] = {}
        """What an earlier run knew, and when it was so; see `is_kept`."""
        self.mids = Ring(RING_SAMPLES)
        self.spreads_bps = Ring(RING_SAMPLES)
        self.open_interests = Ring(RING_SAMPLES)
        self.live_hourly = Ring(RING_SAMPLES)
        self.depths_usd = Ring(RING_SAMPLES)

    @property
    def volume_24h_usd(self) -> float | None:
        """As the venue states it; else its base units at the mark."""
        return volume_usd(self.volume_stated_usd, self.volume_24h_base, self.mark)

    @property
    def book(self) -> Book:
        """The book, or an empty unknown one while the link is not live."""
        return self.raw_book if self.link == "live" else _UNKNOWN

    def age_s(self, field: Field, now_ns: int) -> float | None:
        """Seconds since the field was so at the venue; None if it was never stated.

        By the venue's own stamp where it states one: what arrives five minutes late is five minutes
        old. The age of a book outlives the book: after a disconnect it says how old the last was.
        """
        last_ns = self._stated_ns.get(field)
        current = self.cadence[field].last_ns
        if current is not None:
            last_ns = current - self.lag_ns(field)
        return None if last_ns is None else max(0, now_ns - last_ns) / NS_PER_S

    def lag_ns(self, field: Field) -> int:
        """How long a field's newest fact was on its way, clocks set right; 0 without a stamp."""
        stamp_ns, arrived_ns = self.cadence[field].stamp_ns, self.cadence[field].last_ns
        if stamp_ns is None or arrived_ns is None:
            return 0
        return max(0, arrived_ns - stamp_ns - self.chain.agreed_offset_ns)

    def venue_now_ns(self, now_ns: int) -> int:
        """What the venue's clock shows when ours shows `now_ns`."""
        return now_ns - self.chain.agreed_offset_ns

    def is_stale(self, field: Field, now_ns: int) -> bool:
        """True when the link is not live, or the field is silent or late beyond its own habit."""
        if self.link != "live":
            return True
        cadence = self.cadence[field]
        if cadence.last_ns is None:
            return True
        limit_ns = cadence.limit_ns
        return now_ns - cadence.last_ns > limit_ns or self.lag_ns(field) > limit_ns

    def is_kept(self, field: Field) -> bool:
        """True until the field is stated for the first time in this run."""
        kept_ns = self._kept_ns.get(field)
        if kept_ns is None or kept_ns != self._stated_ns.get(field):
            return False
        return self.cadence[field].last_ns is None

    def restore_staleness(self, field: Field, now_ns: int, *, is_stale: bool) -> None:
        """What a saved state says of a field that was stated at `now_ns` or before.

        It knows the venue's habit only by its judgement, and of some fields not since when.
        """
        cadence = self.cadence[field]
        last_ns = cadence.last_ns
        if last_ns is None:
            return
        if not is_stale:
            cadence.allow(now_ns - last_ns)
        elif now_ns - last_ns <= cadence.limit_ns:
            if last_ns < now_ns:
                self._stated_ns[field] = last_ns
            cadence.pause()

    def recall(self, past: Recollection) -> None:
        """What an earlier run knew, before any fact of this one: every figure is old."""
        for payment in past.settled:
            self.settled.add(payment)
        for point in past.curves:
            self.mids.append(point.at_ns, point.mid)
            self.spreads_bps.append(point.at_ns, point.spread_bps)
            self.depths_usd.append(point.at_ns, point.depth_usd)
            self.open_interests.append(point.at_ns, point.open_interest)
            self.live_hourly.append(point.at_ns, point.live_hourly)
        self.mark = self._recalled("mark", past.mark)
        self.index = self._recalled("index", past.index)
        self.open_interest = self._recalled("open_interest", past.open_interest)
        self.volume_stated_usd = self._recalled("volume", past.volume_usd)
        if past.live is not None:
            self.live = past.live
            self.keep("funding", past.live.recv_ns)
        if past.predicted is not None:
            self.predicted = past.predicted
            self.keep("predicted", past.predicted.recv_ns)
        self.instrument = self.instrument or past.listing
        self.version += 1

    def _recalled(self, field: Field, stated: Stated | None) -> float | None:
        if stated is None:
            return None
        self.keep(field, stated.at_ns)
        return stated.value

    def keep(self, field: Field, at_ns: int) -> None:
        """The field's figure is one of an earlier run, and was so at `at_ns`."""
        self._stated_ns[field] = self._kept_ns[field] = at_ns

    def kept_ns(self) -> dict[Field, int]:
        """When the figures of an earlier run were so that this one has not heard anew."""
        return {field: at_ns for field, at_ns in self._kept_ns.items() if self.is_kept(field)}

    def rate(self) -> Funding | None:
        """See `present_rate`."""
        return present_rate(self.predicted, self.live, self.is_kept)

    def sample(self, now_ns: int) -> None:
        """Append the present to the rings; what is stale now is a gap in the curve."""
        book = self.book
        bid, ask = book.best_bid(), book.best_ask()
        fresh = book.is_known and not self.is_stale("book", now_ns)
        mid = (bid[0] + ask[0]) / 2 if fresh and bid and ask else None
        self.mids.append(now_ns, mid)
        self.spreads_bps.append(
            now_ns, (ask[0] - bid[0]) / mid * 1e4 if mid and bid and ask else None
        )
        self.depths_usd.append(now_ns, book.notional_within(mid, DEPTH_BPS) if mid else None)
        known_oi = not self.is_stale("open_interest", now_ns)
        self.open_interests.append(now_ns, self.open_interest if known_oi else None)
        live = self.live if not self.is_stale("funding", now_ns) else None
        self.live_hourly.append(now_ns, hourly(live.rate, live.interval_s) if live else None)
        for cadence in self.cadence.values():
            cadence.read()

    def connected(self) -> None:
        """The link is live. A book that was only hidden during a silence is shown again."""
        self.link = "live"
        self.version += 1

    def disconnected(self, state: LinkState) -> None:
        """The link left `live`: everything is stale, and no book is shown.

        A merely silent link (`stale`) may go on where it stopped, so its book is hidden and still
        follows its deltas; a link that is down takes the book with it.
        """
        self.link = state
        if state != "stale":
            self.raw_book.clear()
            for field, cadence in self.cadence.items():
                if cadence.last_ns is not None:
                    self._stated_ns[field] = cadence.last_ns - self.lag_ns(field)
                cadence.pause()
        self.version += 1
