"""Lighter's rows as facts: units, signs and stamps, without memory. Private to the venue.

A figure that cannot be is left out, and `Odd` keeps the sentence that says so: it costs itself and
nothing beside it.
"""

from typing import Any

from cockpit.core import events
from cockpit.core.events import Funding, FundingKind, Levels
from cockpit.core.market import Side
from cockpit.core.units import HOUR_S, NS_PER_MS, NS_PER_S, next_boundary_ns
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.fields import FIRST_S, LAST_S
from cockpit.venues.kit.figures import Figures
from cockpit.venues.kit.history import Paid
from cockpit.venues.kit.instruments import ONE
from cockpit.venues.kit.numbers import MAX_EXPONENT, SMALLEST, Odd, finite
from cockpit.venues.lighter import messages as wire
from cockpit.venues.lighter.markets import LighterMarket

VENUE = "lighter"
FACTS = venue_facts("cockpit.venues.lighter")
_FIRST_MS, _LAST_MS = FIRST_S * 1_000, LAST_S * 1_000
_MAX_DECIMALS = 18
_MAX_PERCENT = 99.99
_MOST_FEE_PERCENT = 0.999
_SIGNED = ("current_funding_rate", "funding_rate")
_FORCED = frozenset({"liquidation", "deleverage"})
_GONE = ("inactive", "settled")
SIGNS = {"long": 1.0, "short": -1.0}


def stamp_ns(ms: float | None) -> int | None:
    """The venue stamps in milliseconds; None where it says nothing, or nonsense."""
    return int(ms) * NS_PER_MS if ms is not None and _FIRST_MS <= ms < _LAST_MS else None


Fact = events.Trade | events.Prices | events.OpenInterest | Funding | events.Volume | events.Reject


def fraction(odd: Odd, what: str, percent: Any, least: float = -_MAX_PERCENT) -> float | None:
    """A fraction per hour. The cap is half a per cent; the whole position is nonsense."""
    if type(percent) is float and least <= percent <= _MAX_PERCENT:
        return percent / 100.0
    number = odd.number(what, percent, least, _MAX_PERCENT)
    return None if number is None else number / 100.0


# --- books, fills, blocks -------------------------------------------------------------------------


def snapshot(market: LighterMarket, message: wire.BookMessage, at_ns: int) -> events.BookSnapshot:
    """The whole book, sorted: the venue's order is by price, but nothing promises it."""
    book, sent_ms = message.order_book, message.timestamp
    bids = sorted([level for level in _levels(market, book.bids) if level[1] != 0.0], reverse=True)
    asks = sorted([level for level in _levels(market, book.asks) if level[1] != 0.0])
    return events.BookSnapshot(
        venue=VENUE, symbol=market.symbol, recv_ns=at_ns,
        venue_ns=_matched_ns(message.last_updated_at) if sent_ms is None else stamp_ns(sent_ms),
        bids=tuple(bids), asks=tuple(asks), seq=book.offset if book.nonce is None else book.nonce,
    )  # fmt: skip


def delta(market: LighterMarket, message: wire.BookMessage, at_ns: int) -> events.BookDelta:
    """The levels that changed, in the venue's order."""
    book, sent_ms = message.order_book, message.timestamp
    return events.BookDelta(
        venue=VENUE, symbol=market.symbol, recv_ns=at_ns,
        venue_ns=_matched_ns(message.last_updated_at) if sent_ms is None else stamp_ns(sent_ms),
        bids=_levels(market, book.bids), asks=_levels(market, book.asks),
        seq=book.offset if book.nonce is None else book.nonce,
    )  # fmt: skip


def _levels(market: LighterMarket, levels: tuple[wire.Level, ...] | None) -> Levels:
    if not levels:
        return ()
    pairs = tuple([(level.price, level.size) for level in levels])
    return pairs if market.unit is ONE else market.unit.to_levels(pairs)


def _matched_ns(matched_us: int | None) -> int | None:
    """When the engine matched it."""
    matched_ms, beyond_us = divmod(matched_us or 0, 1_000)
    whole_ns = stamp_ns(matched_ms)
    return None if whole_ns is None else whole_ns + beyond_us * 1_000


def trades(market: LighterMarket, message: wire.TradeMessage[wire.Fill], at_ns: int) -> list[Fact]:
    """Fills that were not told before, in the order of matching (the venue writes newest first).

    Each subscription repeats the last hundred. The settlement of a market is nobody's fill.
    """
    rows = [(fill.trade_id, False, fill) for fill in message.trades or ()]
    rows += [(fill.trade_id, True, fill) for fill in message.liquidation_trades or ()]
    rows.sort(key=lambda row: row[:2])
    return [
        events.Trade(
            venue=VENUE, symbol=market.symbol, recv_ns=at_ns, venue_ns=stamp_ns(fill.timestamp),
            price=market.unit.to_price(fill.price),
            size=market.unit.to_size(fill.size, fill.price),
            side=Side.BUY if fill.is_maker_ask else Side.SELL,
            liquidation=is_liquidation or fill.type in _FORCED,
        )
        for trade_id, is_liquidation, fill in rows
        if fill.type != "market-settlement" and market.fills.is_new((trade_id, is_liquidation))
    ]  # fmt: skip


def block(message: wire.Height, at_ns: int) -> events.Block:
    """A block of the sequencer, at the venue's own time."""
    block_ns = message.timestamp * NS_PER_MS
    return events.Block(
        venue=VENUE, recv_ns=at_ns, venue_ns=block_ns, chain=VENUE, height=message.height,
        block_ns=block_ns,
    )  # fmt: skip


# --- statistics -----------------------------------------------------------------------------------


def figures(row: Any, odd: Odd) -> wire.Stats:
    """A row in which anything may stand."""
    if not isinstance(row, dict):
        odd.append("a row is no object")
        return wire.Stats()
    symbol, *fields = wire.Stats.__struct_fields__
    name, leasts = row.get(symbol), dict.fromkeys(_SIGNED, -MAX_EXPONENT)
    numbers = [odd.number(field, row.get(field), leasts.get(field, 0.0)) for field in fields]
    return wire.Stats(name if isinstance(name, str) else None, *numbers)


def stats(
    market: LighterMarket, row: wire.Stats, at_ns: int, venue_ns: int | None, odd: Odd
) -> list[Fact]:
    """One row of market_stats. A market whose prices are zero is no market: nothing is said."""
    mark, index, last = row.mark_price, row.index_price, row.last_trade_price
    if mark == 0.0 or index == 0.0 or (mark is None and index is None):
        return []
    contract = market.unit.contract
    out: list[Fact] = [
        events.Prices(
            venue=VENUE, symbol=market.symbol, recv_ns=at_ns, venue_ns=venue_ns,
            mark=mark / contract if mark and mark >= SMALLEST else None,
            index=index / contract if index and index >= SMALLEST else None,
            last=last / contract if last and last >= SMALLEST else None,
        )
    ]  # fmt: skip
    interest_usd = row.open_interest
    units = interest_usd / mark if interest_usd is not None and mark else None
    if units is not None and units <= MAX_EXPONENT:
        if market.size_decimals is not None:
            units = round(units, market.size_decimals)
        out.append(
            events.OpenInterest(
                venue=VENUE, symbol=market.symbol, recv_ns=at_ns, venue_ns=venue_ns,
                base=units * contract,
            )
        )  # fmt: skip
    rate = fraction(odd, "current_funding_rate", row.current_funding_rate)
    if rate is not None:
        out.append(_funding(market, "live", rate, at_ns, venue_ns))
    paid, paid_ns = fraction(odd, "funding_rate", row.funding_rate), stamp_ns(row.funding_timestamp)
    if paid is not None and paid_ns is not None and paid_ns != market.streamed_ns:
        market.streamed_ns = paid_ns
        out.append(_funding(market, "settled", paid, at_ns, paid_ns))
    return out


def volume(market: LighterMarket, row: wire.Stats, at_ns: int, venue_ns: int | None) -> Figures:
    """What was traded in 24 hours, where the row says it."""
    said = Figures(VENUE, market, at_ns, venue_ns)
    said.volume(row.daily_quote_token_volume, row.daily_base_token_volume)
    return said


def _funding(
    market: LighterMarket, kind: FundingKind, rate: float, at_ns: int, venue_ns: int | None
) -> Funding:
    """A fraction per hour; the live one accrues until the next full hour."""
    told_ns = at_ns if venue_ns is None else venue_ns
    return Funding(
        venue=VENUE, symbol=market.symbol, recv_ns=at_ns, venue_ns=venue_ns, kind=kind, rate=rate,
        interval_s=HOUR_S, next_ns=next_boundary_ns(told_ns, HOUR_S) if kind == "live" else None,
    )  # fmt: skip


def paid(row: wire.FundingRow) -> Paid:
    """The rate is per cent an hour without sign, `direction` says who paid."""
    rate, sign = finite(row.rate), SIGNS.get(row.direction)
    is_known = rate is not None and 0.0 <= rate <= _MAX_PERCENT and (sign is not None or not rate)
    return Paid(
        stamp_ns=row.timestamp * NS_PER_S, per=100.0, interval_s=HOUR_S,
        rate=rate * (sign or 1.0) if rate is not None and is_known else None,
        is_no_payment=row.rate in (None, ""),
    )  # fmt: skip


# --- listing --------------------------------------------------------------------------------------


def instrument(market: LighterMarket, row: wire.Row, at_ns: int, odd: Odd) -> events.Instrument:
    """A listed perp. Margin fractions count 1e-4, fees are percent, minima are both binding."""
    unit, status = market.unit, row.get("status", "active")
    initial, maintenance, minimum = (
        odd.number(name, row.get(name), 0.0)
        for name in (
            "min_initial_margin_fraction",
            "maintenance_margin_fraction",
            "min_base_amount",
        )
    )
    taker, maker = (
        odd.number(name, row.get(name), -_MOST_FEE_PERCENT, _MOST_FEE_PERCENT)
        for name in ("taker_fee", "maker_fee")
    )
    places = _decimals(odd, row, "price_decimals")
    market.size_decimals = _decimals(odd, row, "size_decimals")
    is_active = status == "active" and row.get("is_frozen") is not True
    return events.Instrument(
        venue=VENUE, symbol=market.symbol, recv_ns=at_ns, native=market.name,
        base=market.symbol, quote="USDC", contract=unit.contract, funding_interval_s=HOUR_S,
        tick=unit.tick(_step(places)), lot=unit.lot(_step(market.size_decimals)),
        min_size=unit.lot(minimum),
        min_notional_usd=odd.price("min_quote_amount", row.get("min_quote_amount")),
        max_leverage=10_000.0 / initial if initial and initial >= 1.0 else None,
        mmf=maintenance / 10_000.0 if maintenance else None,
        taker_fee=None if taker is None else taker / 100.0,
        maker_fee=None if maker is None else maker / 100.0,
        status="active" if is_active else "delisted" if status in _GONE else "paused",
    )  # fmt: skip


def _step(decimals: int | None) -> float | None:
    """One in the last of so many digits behind the point."""
    return None if decimals is None else float(f"1e-{decimals}")


def _decimals(odd: Odd, row: wire.Row, name: str) -> int | None:
    """How many digits stand behind the point."""
    number = odd.number(name, row.get(name), 0.0, _MAX_DECIMALS)
    if number is None or not number.is_integer():
        if number is not None:
            odd.append(f"{name} is {number:g}")
        return None
    return int(number)
