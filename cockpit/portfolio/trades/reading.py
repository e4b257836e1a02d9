"""Every trade at one moment: its legs, its profit part by part, its spreads, its dangers."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Final, Literal

import msgspec

from cockpit.analytics.risk import exposure as sums
from cockpit.core.events import FundingPayment, Position
from cockpit.core.units import HOUR_NS, HOURS_PER_YEAR
from cockpit.portfolio import positions as exposures
from cockpit.portfolio.positions import Portfolio, Row
from cockpit.portfolio.trades import dangers as danger
from cockpit.portfolio.trades import funding, leg_fills, matching, pnl, spreads
from cockpit.portfolio.trades.dangers import Danger, LegMarket
from cockpit.portfolio.trades.funding import LegFunding, LegPast
from cockpit.portfolio.trades.holdings import Holdings
from cockpit.portfolio.trades.pnl import LegNow, Pnl
from cockpit.portfolio.trades.spreads import LegPrice, Spreads
from cockpit.state.lookups import listing, taker_fee_frac
from cockpit.state.trades import LegFill, LegKey, TradeLeg, TradeRecord, TradeResult
from cockpit.state.view import MarketRead, MarketView

BreakEven = Literal["passed", "never"]
FOREVER_H: Final = 10.0 * HOURS_PER_YEAR
"""What takes longer to be earned is not waited for."""


class LegReading(msgspec.Struct, frozen=True, kw_only=True):
    """One leg now. Money is USD of the leg's share; `distance` a signed fraction of the price.

    `adl_quantile` is 0 to 4, the highest is closed first; None where the venue does not tell.
    `is_away`: its account cannot be read now, and it is shown as it was read last. `is_stale`: its
    figures may not be taken for the present, for that or because its market's prices are old.
    `payments` are those of the whole position since its opening, oldest first; None where they are
    not known.
    """

    key: LegKey
    share: float
    size: float
    entry: float | None
    mark: float | None
    funding: LegFunding
    fees_usd: float | None
    liquidation: float | None
    distance: float | None
    adl_quantile: int | None
    notional_usd: float | None
    margin_usd: float | None
    equity_usd: float | None
    carry_usd_per_hour: float | None
    opened_ns: int | None
    is_away: bool
    is_stale: bool
    fills: tuple[LegFill, ...]
    payments: tuple[FundingPayment, ...] | None


class TradeReading(msgspec.Struct, frozen=True, kw_only=True):
    """One trade now. `orphan_base` is what nothing hedges, None while a leg is away.

    Returns are a year as fractions: on the margin the venues hold, on the equity set aside.
    `breakeven_ns` is when carry is expected to have paid for entry and exit. `exit_cost_usd` is
    what leaving costs against the marks, `exit_hours` how long the carry works for it.
    """

    record: TradeRecord
    legs: tuple[LegReading, ...]
    pnl: Pnl
    spread: Spreads
    net_base: float
    notional_usd: float | None
    orphan_base: float | None
    carry_usd_per_hour: float | None
    return_apr: float | None
    equity_apr: float | None
    breakeven: BreakEven | None
    breakeven_ns: int | None
    exit_cost_usd: float | None
    exit_hours: float | None
    dangers: tuple[Danger, ...]

    @property
    def name(self) -> str:
        return self.record.name or self.record.id


class Orphan(msgspec.Struct, frozen=True, kw_only=True):
    """What no trade claims of a position."""

    key: LegKey
    asset: str
    size: float
    notional_usd: float | None


class Trades(msgspec.Struct, frozen=True, kw_only=True):
    """Every open trade by asset and opening, and what belongs to none."""

    at_ns: int
    trades: tuple[TradeReading, ...]
    orphans: tuple[Orphan, ...]
    is_waiting: bool


def read(view: MarketView, now_ns: int) -> Trades:
    """Everything that is open."""
    reader = _Reader(view, now_ns)
    records = sorted(
        view.trades.open.values(), key=lambda r: (r.asset, r.opened_ns or r.seen_ns, r.id)
    )
    return Trades(
        at_ns=now_ns,
        trades=tuple(reader.trade(record) for record in records),
        orphans=reader.orphans(),
        is_waiting=reader.holdings.is_waiting,
    )


def read_one(view: MarketView, record: TradeRecord, now_ns: int) -> TradeReading:
    """One trade, open or not."""
    return _Reader(view, now_ns).trade(record)


def result_of(trade: TradeReading) -> TradeResult:
    """What is kept of a trade that is over."""
    parts = trade.pnl
    return TradeResult(
        total=parts.total, directional=parts.directional, basis=parts.basis,
        funding=parts.funding, fees=parts.fees, slippage=parts.slippage,
    )  # fmt: skip


class _Reader:
    """Reads the portfolio once for all trades of a moment."""

    def __init__(self, view: MarketView, now_ns: int) -> None:
        self.holdings = Holdings(view, now_ns)
        self._view = view
        self._now_ns = now_ns
        self._portfolio: Portfolio = exposures.read(view, now_ns)
        self._rows: dict[LegKey, Row] = {_key(row): row for row in self._portfolio.rows}

    def trade(self, record: TradeRecord) -> TradeReading:
        keys = [leg.key for leg in record.legs]
        reference = self.holdings.reference(keys)
        legs = tuple(self._leg(leg, keys) for leg in record.legs)
        parts = pnl.attribute([self._now(leg) for leg in legs], reference)
        prices = [self._prices(leg) for leg in legs]
        spread = spreads.spreads(prices, reference)
        is_away = any(leg.is_away for leg in legs)
        carry = sums.total(leg.carry_usd_per_hour for leg in legs)
        exit_cost = sums.total(map(_exit_cost_usd, prices))
        verdict, at_ns = _breakeven(parts.total, exit_cost, carry, self._now_ns)
        age_h = _age_h(record, self._now_ns)
        return TradeReading(
            record=record,
            legs=legs,
            pnl=parts,
            spread=spread,
            net_base=sum(leg.size for leg in legs),
            notional_usd=_larger_side(legs),
            orphan_base=None if is_away else matching.naked(leg.size for leg in legs),
            carry_usd_per_hour=carry,
            return_apr=_apr(parts.total, sums.total(leg.margin_usd for leg in legs), age_h),
            equity_apr=_apr(parts.total, sums.total(leg.equity_usd for leg in legs), age_h),
            breakeven=verdict,
            breakeven_ns=at_ns,
            exit_cost_usd=exit_cost,
            exit_hours=exit_cost / carry if exit_cost is not None and carry and carry > 0 else None,
            dangers=tuple(self._dangers(legs, prices)),
        )

    def orphans(self) -> tuple[Orphan, ...]:
        claimed: dict[LegKey, float] = {}
        for record in self._view.trades.open.values():
            for leg in record.legs:
                claimed[leg.key] = claimed.get(leg.key, 0.0) + leg.share
        found = []
        for key, row in sorted(self._rows.items()):
            free = 1 - claimed.get(key, 0.0)
            if free < matching.TOLERANCE:
                continue
            notional = row.leg.notional_usd
            found.append(
                Orphan(
                    key=key, asset=row.leg.asset, size=row.leg.size * free,
                    notional_usd=None if notional is None else notional * free,
                )
            )  # fmt: skip
        return tuple(found)

    # --- one leg ------------------------------------------------------------------------------

    def _leg(self, leg: TradeLeg, keys: Sequence[LegKey]) -> LegReading:
        key, row, market = leg.key, self._rows.get(leg.key), self.holdings.market(leg.key)
        position, is_away = self.holdings.position(key), self.holdings.is_away(key)
        size = leg.size if position is None or is_away else position.size * leg.share
        known = None if row is None else row.leg
        reading = LegReading(
            key=key,
            share=leg.share,
            size=size,
            entry=leg.entry,
            mark=self._mark(key, market),
            funding=self._funding(leg, position, size),
            fees_usd=None,
            liquidation=None if row is None else row.liquidation.price,
            distance=None if row is None else row.liquidation.distance,
            adl_quantile=None if row is None else row.adl_quantile,
            notional_usd=_scaled(None if known is None else known.notional_usd, leg.share),
            margin_usd=_scaled(self._margin_usd(row), leg.share),
            equity_usd=_scaled(self._equity_usd(row), leg.share),
            carry_usd_per_hour=_scaled(
                None if known is None else known.carry_usd_per_hour, leg.share
            ) if size else 0.0,
            opened_ns=leg.opened_ns,
            is_away=is_away,
            is_stale=is_away or (row is not None and row.is_stale and size != 0.0),
            fills=self._fills(key, keys),
            payments=self._payments(leg, position),
        )  # fmt: skip
        return msgspec.structs.replace(reading, fees_usd=pnl.leg_fees(self._now(reading)))

    def _fills(self, key: LegKey, legs: Sequence[LegKey]) -> tuple[LegFill, ...]:
        """The fills of a leg, each with the reference that the trade's markets had then."""
        places = {leg.venue for leg in legs if self.holdings.market(leg) is not None}
        found = []
        for fill in self._view.trades.fills.get(key, ()):
            met = [index for venue, index in fill.indexes if venue in places]
            whole = met and len(met) == len(places)
            found.append(
                msgspec.structs.replace(fill, reference=sum(met) / len(met) if whole else None)
            )
        return tuple(found)

    def _mark(self, key: LegKey, market: MarketRead | None) -> float | None:
        row = self._rows.get(key)
        if row is not None:
            return row.leg.price
        return None if market is None else market.mark

    def _funding(self, leg: TradeLeg, position: Position | None, size: float) -> LegFunding:
        book, fills = self.holdings.book(leg.key), self._view.trades.fills.get(leg.key, ())
        if leg.key.venue == sums.SPOT and leg.key.is_typed:
            return LegFunding(paid_usd=0.0, accrued_usd=0.0)
        past = LegPast(
            payments=book.payments(leg.key.pool, leg.key.symbol) if book else (),
            position=None if _was_flat(fills) else position,
            market=self.holdings.market(leg.key),
            opened_ns=leg.opened_ns if book else None,
            size=size / leg.share,
            flat=_flat_spans(fills, self._now_ns),
        )
        return funding.of_leg(past, leg.share, self._now_ns)

    def _payments(
        self, leg: TradeLeg, position: Position | None
    ) -> tuple[FundingPayment, ...] | None:
        book = self.holdings.book(leg.key)
        if book is None:
            return None
        known = book.payments(leg.key.pool, leg.key.symbol)
        found = funding.since_opening(known, position, leg.opened_ns)
        return None if found is None else tuple(found)

    def _now(self, leg: LegReading) -> LegNow:
        position = self.holdings.position(leg.key)
        size = leg.size / leg.share
        return LegNow(
            fills=leg.fills,
            share=leg.share,
            size=size,
            mark=leg.mark,
            taker_fee=self._taker_fee(leg),
            stated_upnl_usd=None if position is None else position.upnl,
            stated_mark=None if position is None else position.mark,
            stated_entry=None if position is None else position.entry,
            funding_usd=leg.funding.paid_usd,
            accrued_usd=leg.funding.accrued_usd,
        )

    def _taker_fee(self, leg: LegReading) -> float | None:
        """A fraction; coins that are owned outright, and typed, cost nothing."""
        fee = taker_fee_frac(self._view, leg.key.venue, leg.key.symbol)
        is_owned = leg.key.is_typed and leg.key.venue == sums.SPOT
        return 0.0 if fee is None and is_owned else fee

    def _prices(self, leg: LegReading) -> LegPrice:
        market = self.holdings.market(leg.key)
        return LegPrice(
            size=leg.size, entry=leg.entry, mark=leg.mark,
            exit=spreads.exit_price(market, leg.size, self._taker_fee(leg), self._now_ns),
        )  # fmt: skip

    def _margin_usd(self, row: Row | None) -> float | None:
        """What the venue holds for a position: by its leverage, else by the market's highest."""
        if row is None or row.leg.notional_usd is None:
            return None
        if row.leg.is_spot:
            return abs(row.leg.notional_usd)
        if row.leverage:
            return abs(row.leg.notional_usd) / row.leverage
        listed = listing(self._view, row.leg.venue, row.leg.symbol)
        most = None if listed is None else listed.max_leverage
        return None if not most else abs(row.leg.notional_usd) / most

    def _equity_usd(self, row: Row | None) -> float | None:
        """What stands behind a position: its own, else its part of its pool's by notional."""
        if row is None or row.leg.notional_usd is None:
            return None
        leg = row.leg
        if leg.is_spot:
            return abs(row.leg.notional_usd)
        if leg.isolated_equity is not None:
            return leg.isolated_equity
        pool = sums.pool_of(leg, self._portfolio.pools)
        mine = [r.leg for r in self._portfolio.rows if r.leg.pool == leg.pool]
        mine = [one for one in mine if (one.venue, one.account) == (leg.venue, leg.account)]
        gross = sums.gross(one.notional_usd for one in mine if not one.is_isolated)
        if pool is None or pool.equity_usd is None or not gross:
            return None
        return pool.equity_usd * abs(row.leg.notional_usd) / gross

    # --- dangers ------------------------------------------------------------------------------

    def _dangers(self, legs: Sequence[LegReading], prices: Sequence[LegPrice]) -> list[Danger]:
        found = []
        for leg in legs:
            if leg.is_away:
                found.append(Danger(kind="away", leg=leg.key, detail=self._why_away(leg.key)))
            elif leg.is_stale:
                found.append(Danger(kind="stale", leg=leg.key, detail=self._how_old(leg.key)))
            found += self._untold(leg)
        if not any(leg.is_away for leg in legs):
            naked = matching.naked(leg.size for leg in legs)
            if naked:
                found.append(Danger(kind="orphan", leg=None, amount=naked))
        both = zip(legs, prices, strict=True)
        looked = [self._looked(leg, price) for leg, price in both]
        found += danger.of_liquidation(looked)
        found += danger.of_queue(looked)
        for one in looked:
            found += danger.of_market(one, self._now_ns)
        return danger.worst_first([*found, *danger.of_coins(looked)])

    def _why_away(self, key: LegKey) -> str:
        book = self.holdings.book(key)
        if book is None:
            return "it is not followed"
        age_s = book.age_s(self._now_ns)
        when = "never read" if age_s is None else f"last read {age_s:.0f} s ago"
        return f"{book.reason}, {when}" if book.reason else when

    def _how_old(self, key: LegKey) -> str:
        market = self.holdings.market(key)
        age_s = None if market is None else market.age_s("mark", self._now_ns)
        return "its prices are old" if age_s is None else f"its prices are {age_s:.0f} s old"

    def _untold(self, leg: LegReading) -> list[Danger]:
        """What is not known of a leg's past, and what follows from it."""
        untold, assumed = [], []
        size = sum(fill.size for fill in leg.fills)
        if abs(size - leg.size / leg.share) > 1e-9 * max(1.0, abs(size)):
            untold.append("a fill is still to be told: its result is not known until then")
        if any(fill.price is None for fill in leg.fills):
            untold.append("a price that it traded at is not known, and so not what it earned")
        if any(fill.fee_usd is None for fill in leg.fills):
            fee = self._taker_fee(leg)
            if fee is None:
                untold.append("its fees are not told")
            else:
                assumed.append(f"its fees are assumed: taker {fee * 1e4:.2f} bps")
        if any(fill.mark is None for fill in leg.fills):
            assumed.append("what its fills slipped by was not seen: it lies in the basis")
        if leg.funding.paid_usd is None:
            untold.append("what it was paid in funding is not known")
        return [
            *(Danger(kind="untold", leg=leg.key, detail=words) for words in untold),
            *(Danger(kind="assumed", leg=leg.key, detail=words) for words in assumed),
        ]

    def _looked(self, leg: LegReading, price: LegPrice) -> LegMarket:
        market, row = self.holdings.market(leg.key), self._rows.get(leg.key)
        is_book = market is not None and not market.is_stale("book", self._now_ns)
        fee = self._taker_fee(leg)
        return LegMarket(
            key=leg.key,
            size=leg.size,
            market=market,
            room=None if row is None or row.is_stale else sums.room(row.leg, row.liquidation),
            can_leave=price.exit is not None if is_book and fee is not None else None,
            adl_quantile=None if leg.is_away else leg.adl_quantile,
        )


def _key(row: Row) -> LegKey:
    leg = row.leg
    return LegKey(leg.venue, leg.account, leg.pool, leg.symbol, leg.is_manual)


def _exit_cost_usd(leg: LegPrice) -> float | None:
    """What closing one leg costs against its mark; positive."""
    if not leg.size:
        return 0.0
    return None if leg.exit is None or leg.mark is None else leg.size * (leg.mark - leg.exit)


def _scaled(value: float | None, share: float) -> float | None:
    return None if value is None else value * share


def _larger_side(legs: Sequence[LegReading]) -> float | None:
    """The notional of the larger side, USD; None while a leg's is not known."""
    worth = [0.0 if not leg.size else leg.notional_usd for leg in legs]
    known = [value for value in worth if value is not None]
    if len(known) != len(worth):
        return None
    longs = sum(value for value in known if value > 0)
    return max(longs, longs - sum(known))


def _was_flat(fills: Sequence[LegFill]) -> bool:
    """Whether a position was closed or turned over in between, so that the venue's own total begins
    later."""
    held = list(accumulate(fill.size for fill in fills))
    is_turned = any(before * after < 0 for before, after in pairwise(held))
    closings = zip(held[:-1], fills, strict=False)
    return is_turned or any(leg_fills.is_nothing(rest, fill.size) for rest, fill in closings)


def _flat_spans(fills: Sequence[LegFill], now_ns: int) -> list[tuple[int, int]]:
    """When nothing was held, from the fill that closed to the one that opened, or to now."""
    spans: list[tuple[int, int]] = []
    size, flat_ns = 0.0, None
    for fill in fills:
        if flat_ns is not None and fill.at_ns > flat_ns:
            spans.append((flat_ns, fill.at_ns))
        size += fill.size
        flat_ns = fill.at_ns if leg_fills.is_nothing(size, fill.size) else None
    return spans if flat_ns is None else [*spans, (flat_ns, now_ns)]


def _age_h(record: TradeRecord, now_ns: int) -> float | None:
    return None if record.opened_ns is None else (now_ns - record.opened_ns) / HOUR_NS


def _apr(total: float | None, base: float | None, age_h: float | None) -> float | None:
    """Profit a year as a fraction; of less than an hour it says nothing."""
    if total is None or not base or base <= 0 or age_h is None or age_h < 1.0:
        return None
    return total / base * HOURS_PER_YEAR / age_h


def _breakeven(
    total: float | None, exit_cost: float | None, carry: float | None, now_ns: int
) -> tuple[BreakEven | None, int | None]:
    """Whether what was earned pays for leaving, and if not, when carry will have paid for it."""
    if total is None or exit_cost is None:
        return None, None
    missing = exit_cost - total
    if missing <= 0:
        return "passed", None
    if carry is None:
        return None, None
    hours = missing / carry if carry > 0 else FOREVER_H
    return ("never", None) if hours >= FOREVER_H else (None, now_ns + round(hours * HOUR_NS))
