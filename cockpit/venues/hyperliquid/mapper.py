"""Hyperliquid: the facts that a message about one market amounts to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cockpit.core import events as facts
from cockpit.core import units
from cockpit.core.events import AnyEvent, Funding, FundingKind, Levels, Reject
from cockpit.core.market import Side
from cockpit.core.units import HOUR_S, NS_PER_MS, NS_PER_S, ms_to_ns
from cockpit.venues.hyperliquid import messages as wire
from cockpit.venues.hyperliquid.book import CROSSED, TouchedLadder, sides_of
from cockpit.venues.hyperliquid.messages import VENUE
from cockpit.venues.hyperliquid.rest_messages import Prediction, SettledRow
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.dedupe import Seen
from cockpit.venues.kit.figures import Figures
from cockpit.venues.kit.instruments import Market
from cockpit.venues.kit.numbers import amount, finite, is_nothing, positive

MAX_INTERVAL_S = 24 * HOUR_S
MAX_HOURLY = 1.0
MAX_PREMIUM = 1.0
"""No market pays its whole notional in an hour (the documented cap is 4 %), nor trades at twice
its oracle."""
HOURLY_SINCE_NS = 1_686_186_000 * NS_PER_S
"""2023-06-08 01:00 UTC. Until the hour before, recorded rows are 8 h apart at the 8 h rate."""
_SIDES = {"B": Side.BUY, "A": Side.SELL}


@dataclass(slots=True, eq=False)
class PerpMarket(Market):
    """One market. `is_watched`: its ladder was asked for; `is_left`: it was, and what is still on
    its way is not listened to. `mark` is the last one of a listing, in the venue's units."""

    book: TouchedLadder | None = None
    is_watched: bool = False
    is_left: bool = False
    is_dead: bool = False
    mark: float | None = None
    fills: Seen = field(default_factory=Seen)
    paid: dict[int, float] = field(default_factory=dict)
    """Settled rates that were stated, by their stamps (ns)."""

    def watch(self) -> None:
        self.is_watched, self.is_left = True, False

    def leave(self, at_ns: int) -> list[facts.BookReset]:
        """Nobody updates the book from now on, so it is not known."""
        self.is_watched, self.is_left = False, True
        return self.lose(at_ns, "unwatched")

    def lose(self, at_ns: int, reason: str) -> list[facts.BookReset]:
        """The book is not known until its next ladder."""
        book, self.book = self.book, None
        if book is None:
            return []
        return [facts.BookReset(venue=VENUE, recv_ns=at_ns, symbol=self.symbol, reason=reason)]

    def forget_link(self) -> None:
        self.book = None
        self.is_watched = self.is_left = False

    @property
    def is_silent(self) -> bool:
        """Whether it is listed, and has no figures now."""
        return self.is_dead and not self.is_gone

    # --- books and trades ---------------------------------------------------------------------

    def ladder(self, data: wire.BookData, at_ns: int, raw: str | bytes) -> Sequence[AnyEvent]:
        """A whole book. A crossed one is skipped: the next message is the whole book again."""
        if self.is_left:
            return ()
        sides = sides_of(data.levels, self.unit)
        if isinstance(sides, str):
            return (reject(VENUE, at_ns, f"{self.symbol}: {sides}", raw),)
        shown = (self.book or self._book()).ladder(data.time, *sides, at_ns)
        if shown is None:
            return ()
        venue_ns = None if data.time is None else data.time * NS_PER_MS
        return (self._whole(shown, venue_ns, at_ns),)

    def touch(self, data: wire.BboData, at_ns: int, raw: str | bytes) -> Sequence[AnyEvent]:
        """The best levels. Where no ladder was asked for, they are all the book there is."""
        if self.is_left:
            return ()
        best_bid, best_ask = data.bbo
        scale = self.unit.price
        bid = None if best_bid is None else (best_bid.px / scale, best_bid.sz * scale)
        ask = None if best_ask is None else (best_ask.px / scale, best_ask.sz * scale)
        if bid and ask and bid[0] >= ask[0]:
            return (reject(VENUE, at_ns, f"{self.symbol}: {CROSSED}", raw),)
        book = self.book or self._book()
        change = book.touch(data.time, bid, ask, at_ns)
        if change is None or not (book.has_ladder or not self.is_watched):
            return ()
        venue_ns = data.time * NS_PER_MS
        if not book.has_ladder:
            return (self._whole(change, venue_ns, at_ns),)
        return (
            facts.BookDelta(
                venue=VENUE, recv_ns=at_ns, venue_ns=venue_ns, symbol=self.symbol,
                bids=change[0], asks=change[1],
            ),
        )  # fmt: skip

    def _whole(
        self, sides: tuple[Levels, Levels], venue_ns: int | None, at_ns: int
    ) -> facts.BookSnapshot:
        return facts.BookSnapshot(
            venue=VENUE, recv_ns=at_ns, venue_ns=venue_ns, symbol=self.symbol,
            bids=sides[0], asks=sides[1],
        )  # fmt: skip

    def _book(self) -> TouchedLadder:
        self.book = TouchedLadder()
        return self.book

    def trade(self, fill: wire.WireTrade, at_ns: int) -> facts.Trade:
        """A fill keeps its own time, which may be long ago: recent ones are replayed."""
        return facts.Trade(
            venue=VENUE, recv_ns=at_ns, venue_ns=fill.time * NS_PER_MS, symbol=self.symbol,
            price=fill.px / self.unit.price, size=fill.sz * self.unit.price,
            side=_SIDES[fill.side],
        )  # fmt: skip

    # --- contexts -----------------------------------------------------------------------------

    def context(self, ctx: wire.Ctx[Any], at_ns: int) -> Sequence[AnyEvent]:
        """Live funding, open interest and prices; nothing if the market is dead.

        A figure that is no number is a reject of its own, after what the others say.
        """
        symbol, unit = self.symbol, self.unit
        premium, mark = _premium(ctx.premium), positive(ctx.mark_px)
        index, coins = positive(ctx.oracle_px), amount(ctx.open_interest)
        odd = ""
        if premium is None or mark is None or index is None or coins is None:
            wrong = ["premium"] if premium is None and not is_nothing(ctx.premium) else []
            wrong += ["mark"] if mark is None and not is_nothing(ctx.mark_px) else []
            wrong += ["oracle"] if index is None and not is_nothing(ctx.oracle_px) else []
            wrong += ["open interest"] if coins is None and ctx.open_interest is not None else []
            odd = ", ".join(wrong)
            self.is_dead = ctx.premium is None or (mark is None and "mark" not in wrong)
            if self.is_dead:
                return ()
        self.is_dead = False
        out: list[AnyEvent] = [
            self._rate(
                "live", ctx.funding, HOUR_S, at_ns,
                next_ns=units.next_boundary_ns(at_ns, HOUR_S), premium=premium,
            )
        ]  # fmt: skip
        if coins is not None:
            base = coins * unit.contract
            out.append(facts.OpenInterest(venue=VENUE, recv_ns=at_ns, symbol=symbol, base=base))
        if mark is not None or index is not None:
            out.append(
                facts.Prices(
                    venue=VENUE, recv_ns=at_ns, symbol=symbol,
                    mark=None if mark is None else unit.to_price(mark),
                    index=None if index is None else unit.to_price(index),
                )
            )  # fmt: skip
        if odd:
            out.append(reject(VENUE, at_ns, f"{symbol}: no number: {odd}"))
        return out

    def volume(self, ctx: wire.ListedCtx[Any], at_ns: int) -> Figures:
        """What was traded in 24 hours."""
        said = Figures(VENUE, self, at_ns)
        said.volume(ctx.day_ntl_vlm, ctx.day_base_vlm)
        return said

    # --- rates --------------------------------------------------------------------------------

    def prediction(self, forecast: Prediction, at_ns: int) -> Funding | Reject:
        """The venue's own forecast. An interval that is not said is an hour."""
        hours, next_ms = forecast.funding_interval_hours, forecast.next_funding_time
        if hours is not None and finite(hours) is None:
            return reject(VENUE, at_ns, f"{self.symbol}: predicted funding per {hours} h")
        interval_s = HOUR_S if hours is None else round(hours * HOUR_S)
        next_ns = None if next_ms is None else ms_to_ns(next_ms)
        return self._rate("predicted", forecast.funding_rate, interval_s, at_ns, next_ns=next_ns)

    def settled(self, row: SettledRow, at_ns: int) -> Sequence[Funding | Reject]:
        """What was paid, unless just that was stated before.

        The interval is read from the row's own stamp and not from the distance to its neighbour:
        a missing hour would otherwise pass for an interval of two.
        """
        stamp_ns = ms_to_ns(row.time)
        hours = 1 if units.hour_floor_ns(stamp_ns) >= HOURLY_SINCE_NS else 8
        premium = _premium(row.premium)
        paid = self._rate(
            "settled", row.funding_rate, hours * HOUR_S, at_ns,
            venue_ns=stamp_ns, premium=premium,
        )  # fmt: skip
        if isinstance(paid, Funding):
            if self.paid.get(stamp_ns) == paid.rate:
                return ()
            self.paid[stamp_ns] = paid.rate
        if premium is None and not is_nothing(row.premium):
            return paid, reject(VENUE, at_ns, f"{self.symbol}: premium {row.premium!r:.40}")
        return (paid,)

    def _rate(
        self,
        kind: FundingKind,
        rate: wire.Number,
        interval_s: int,
        at_ns: int,
        *,
        next_ns: int | None = None,
        venue_ns: int | None = None,
        premium: float | None = None,
    ) -> Funding | Reject:
        sane = finite(rate)
        if (
            sane is None
            or not 0 < interval_s <= MAX_INTERVAL_S
            or abs(units.hourly(sane, interval_s)) > MAX_HOURLY
        ):
            return reject(VENUE, at_ns, f"{self.symbol}: {kind} funding {rate} per {interval_s} s")
        return Funding(
            venue=VENUE, recv_ns=at_ns, venue_ns=venue_ns, symbol=self.symbol, kind=kind,
            rate=sane, interval_s=interval_s, next_ns=next_ns, premium=premium,
        )  # fmt: skip


def _premium(value: wire.Number) -> float | None:
    """A fraction of the oracle price."""
    number = finite(value)
    return number if number is not None and abs(number) <= MAX_PREMIUM else None
