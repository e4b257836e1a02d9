"""Lighter's rows as facts: units, signs and stamps, without memory. Private to the venue.

Every function takes the `Market` that the row is about, which knows its name and its contract, and
raises ValueError where the venue wrote what cannot be.
"""

from collections.abc import Iterable, Iterator

from cockpit.core.events import (
    AnyEvent,
    Block,
    BookDelta,
    BookReset,
    BookSnapshot,
    Funding,
    Instrument,
    Levels,
    OpenInterest,
    Prices,
    Rtt,
    Trade,
)  # fmt: skip
from cockpit.core.market import Side
from cockpit.core.units import HOUR_S, NS_PER_MS, next_boundary_ns
from cockpit.venues.kit.decoding import printable, reject
from cockpit.venues.kit.numbers import finite
from cockpit.venues.lighter import messages as wire
from cockpit.venues.lighter.markets import Market

VENUE = "lighter"
KINDS: frozenset[type] = frozenset(
    {Instrument, BookSnapshot, BookDelta, Trade, Funding, OpenInterest, Prices, Block, Rtt}
)
_NS_PER_US = 1_000
_MAX_MS = 10**13
_FORCED = frozenset({"liquidation", "deleverage"})
_GONE = frozenset({"inactive", "settled"})


def stamp_ns(ms: float | None) -> int | None:
    """Milliseconds since the epoch in ns; None where the venue says nothing, or nonsense."""
    return int(ms) * NS_PER_MS if ms is not None and 0 < ms < _MAX_MS else None


def snapshot(market: Market, message: wire.BookSubscribed, at_ns: int) -> BookSnapshot:
    """The whole book, sorted: the venue's order is by price, but nothing promises it."""
    book = message.order_book
    bids = [level for level in _levels(book.bids, market.contract) if level[1] != 0.0]
    asks = [level for level in _levels(book.asks, market.contract) if level[1] != 0.0]
    bids.sort(reverse=True)
    asks.sort()
    return BookSnapshot(
        venue=VENUE,
        symbol=market.symbol,
        recv_ns=at_ns,
        venue_ns=_book_ns(message),
        bids=tuple(bids),
        asks=tuple(asks),
        seq=book.offset if book.nonce is None else book.nonce,
    )


def delta(market: Market, message: wire.BookUpdate, at_ns: int) -> BookDelta:
    """The levels that changed, in the venue's order."""
    book, contract = message.order_book, market.contract
    return BookDelta(
        venue=VENUE,
        symbol=market.symbol,
        recv_ns=at_ns,
        venue_ns=_book_ns(message),
        bids=_levels(book.bids, contract),
        asks=_levels(book.asks, contract),
        seq=book.offset if book.nonce is None else book.nonce,
    )


def reset(market: Market, at_ns: int, reason: str) -> BookReset:
    """The book is unknown from now on."""
    return BookReset(venue=VENUE, symbol=market.symbol, recv_ns=at_ns, reason=reason)


def trades(
    market: Market, message: wire.TradeUpdate | wire.TradeSubscribed, at_ns: int
) -> Iterator[Trade]:
    """Fills that were not told before, in the order of matching (the venue writes newest first)."""
    rows = [(fill.trade_id, False, fill) for fill in message.trades or ()]
    rows += [(fill.trade_id, True, fill) for fill in message.liquidation_trades or ()]
    rows.sort(key=lambda row: row[:2])
    for trade_id, is_liquidation, fill in rows:
        if fill.type == "market-settlement" or not market.is_new(trade_id, is_liquidation):
            continue
        yield Trade(
            venue=VENUE,
            symbol=market.symbol,
            recv_ns=at_ns,
            venue_ns=stamp_ns(fill.timestamp),
            price=fill.price / market.contract,
            size=fill.size * market.contract,
            side=Side.BUY if fill.is_maker_ask else Side.SELL,
            liquidation=is_liquidation or fill.type in _FORCED,
        )


def unnamed(at_ns: int, channel: str, data: str | bytes) -> Iterator[AnyEvent]:
    """Ids above the perps are spot markets; anything else is not a market at all."""
    if not channel.rpartition(":")[2].isdecimal():
        yield reject(VENUE, at_ns, f"unknown channel {channel}", data)


def checked(
    told: Iterator[AnyEvent], at_ns: int, what: str, data: str | bytes
) -> Iterator[AnyEvent]:
    """The facts of a message up to the first that cannot be."""
    try:
        yield from told
    except ValueError as error:
        yield reject(VENUE, at_ns, f"{what}: {error}", data)


def block(message: wire.HeightUpdate | wire.HeightSubscribed, at_ns: int) -> Iterator[Block]:
    """A block of the sequencer, at the venue's own time."""
    block_ns = stamp_ns(message.timestamp)
    if block_ns is None or message.height < 0:
        raise ValueError("impossible block")
    yield Block(
        venue=VENUE,
        recv_ns=at_ns,
        venue_ns=block_ns,
        chain=VENUE,
        height=message.height,
        block_ns=block_ns,
    )


def figures(row: wire.Stats[wire.Scalar]) -> wire.Stats[wire.Figure]:
    """A row whose figures may be anything as one of numbers. ValueError where one is none."""
    return wire.Stats(
        symbol=row.symbol,
        mark_price=_number(row.mark_price),
        index_price=_number(row.index_price),
        last_trade_price=_number(row.last_trade_price),
        open_interest=_number(row.open_interest),
        current_funding_rate=_number(row.current_funding_rate),
        funding_rate=_number(row.funding_rate),
        funding_timestamp=_number(row.funding_timestamp),
    )


def stats(
    market: Market, row: wire.Stats[wire.Figure], at_ns: int, venue_ns: int | None
) -> list[AnyEvent]:
    """One row of market_stats. A market whose prices are zero is no market: nothing is said."""
    mark, index = row.mark_price, row.index_price
    last, oi_usd = row.last_trade_price, row.open_interest
    for figure in (mark, index, last, oi_usd):
        if figure is not None and figure < 0.0:
            raise ValueError("negative price or open interest")
    if mark == 0.0 or index == 0.0 or (mark is None and index is None):
        return []
    contract = market.contract
    out: list[AnyEvent] = [
        Prices(
            venue=VENUE,
            symbol=market.symbol,
            recv_ns=at_ns,
            venue_ns=venue_ns,
            mark=mark / contract if mark else None,
            index=index / contract if index else None,
            last=last / contract if last else None,
        )
    ]
    if oi_usd is not None and mark:
        units = oi_usd / mark
        if market.size_decimals is not None:
            units = round(units, market.size_decimals)
        out.append(
            OpenInterest(
                venue=VENUE,
                symbol=market.symbol,
                recv_ns=at_ns,
                venue_ns=venue_ns,
                base=units * contract,
            )
        )
    if row.current_funding_rate is not None:
        out.append(live(market, row.current_funding_rate / 100.0, at_ns, venue_ns))
    paid, paid_ns = row.funding_rate, stamp_ns(row.funding_timestamp)
    if paid is not None and paid_ns is not None and paid_ns != market.settled_ns:
        market.settled_ns = paid_ns
        out.append(_settled(market.symbol, paid / 100.0, at_ns, paid_ns))
    return out


def live(market: Market, rate: float, at_ns: int, venue_ns: int | None) -> Funding:
    """A fraction per hour, accruing until the next full hour."""
    return Funding(
        venue=VENUE,
        symbol=market.symbol,
        recv_ns=at_ns,
        venue_ns=venue_ns,
        kind="live",
        rate=_possible(rate),
        interval_s=HOUR_S,
        next_ns=next_boundary_ns(at_ns if venue_ns is None else venue_ns, HOUR_S),
    )


def payments(symbol: str, rows: Iterable[wire.Paid], at_ns: int) -> Iterator[Funding]:
    """Settled hours, oldest first. The rate has no sign of its own: `direction` says who paid."""
    for row in sorted(rows, key=lambda row: row.timestamp):
        stamp = stamp_ns(row.timestamp * 1000)
        if stamp is None or row.rate < 0.0:
            raise ValueError(f"impossible payment at {row.timestamp}")
        rate = row.rate / 100.0
        if rate != 0.0 and row.direction != "long":
            if row.direction != "short":
                raise ValueError(f"who paid at {row.timestamp}?")
            rate = -rate
        yield _settled(symbol, rate, at_ns, stamp)


def instrument(market: Market, row: wire.Details, at_ns: int) -> Instrument:
    """A listed perp. Margin fractions count 1e-4, fees are percent, minima are both binding."""
    contract = market.contract
    initial, maintenance = (
        _number(row.min_initial_margin_fraction),
        _number(row.maintenance_margin_fraction),
    )
    taker, maker = _number(row.taker_fee), _number(row.maker_fee)
    minimum = _number(row.min_base_amount)
    tick, lot = _decimals(row.price_decimals), _decimals(row.size_decimals)
    is_active = row.status == "active" and not row.is_frozen
    return Instrument(
        venue=VENUE,
        symbol=market.symbol,
        recv_ns=at_ns,
        native=printable(row.symbol),
        base=market.symbol,
        quote="USDC",
        tick=None if tick is None else tick / contract,
        lot=None if lot is None else lot * contract,
        min_size=None if minimum is None else minimum * contract,
        min_notional_usd=_number(row.min_quote_amount),
        contract=contract,
        funding_interval_s=HOUR_S,
        max_leverage=10_000.0 / initial if initial else None,
        mmf=maintenance / 10_000.0 if maintenance else None,
        taker_fee=None if taker is None else taker / 100.0,
        maker_fee=None if maker is None else maker / 100.0,
        status="active" if is_active else "delisted" if row.status in _GONE else "paused",
    )


def listed_interest(market: Market, row: wire.Details, at_ns: int) -> OpenInterest | None:
    """Metadata counts open interest in base units, where market_stats counts USD."""
    base = _number(row.open_interest)
    if base is None or base < 0.0 or row.status != "active":
        return None
    return OpenInterest(
        venue=VENUE, symbol=market.symbol, recv_ns=at_ns, base=base * market.contract
    )


def _settled(symbol: str, rate: float, at_ns: int, paid_ns: int) -> Funding:
    return Funding(
        venue=VENUE,
        symbol=symbol,
        recv_ns=at_ns,
        venue_ns=paid_ns,
        kind="settled",
        rate=_possible(rate),
        interval_s=HOUR_S,
    )


def _possible(rate: float) -> float:
    """A fraction per hour. The venue's cap is half a per cent; the whole position is nonsense."""
    if not abs(rate) < 1.0:
        raise ValueError(f"impossible rate {rate}")
    return rate


def _levels(levels: tuple[wire.Level, ...] | None, contract: float) -> Levels:
    """In base units, in the venue's order."""
    if not levels:
        return ()
    if contract == 1.0:
        return tuple([(level.price, level.size) for level in levels])
    return tuple([(level.price / contract, level.size * contract) for level in levels])


def _book_ns(message: wire.BookSubscribed | wire.BookUpdate) -> int | None:
    """When the server sent it, else when the engine matched it."""
    sent_ms = message.timestamp
    if sent_ms is not None:
        return sent_ms * NS_PER_MS if 0 < sent_ms < _MAX_MS else None
    matched_us = message.last_updated_at
    if matched_us is None or not 0 < matched_us < _MAX_MS * 1000:
        return None
    return matched_us * _NS_PER_US


def _decimals(decimals: int | None) -> float | None:
    if decimals is None:
        return None
    if not 0 <= decimals <= 18:
        raise ValueError(f"{decimals} decimals")
    return float(f"1e-{decimals}")


def _number(value: wire.Scalar) -> float | None:
    """A number, or None where the venue said nothing. ValueError for anything else."""
    number = finite(value)
    if number is None and value is not None and value != "":
        raise ValueError(f"not a number: {value}")
    return number
