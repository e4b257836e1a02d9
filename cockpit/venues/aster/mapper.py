"""Aster: the facts that a row amounts to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from cockpit.core.events import Funding, Instrument, OpenInterest, Prices, Reject, Volume
from cockpit.core.units import HOUR_S, NS_PER_MS
from cockpit.venues.aster import messages as wire
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.instruments import Market, unscaled
from cockpit.venues.kit.numbers import amount, finite, positive
from cockpit.venues.kit.settled import SettledRates

VENUE = "aster"
QUOTE = "USDT"
"""A coin is traded against several; only markets of this one go by the coin's name alone."""
FACTS = venue_facts("cockpit.venues.aster")
_MOST_HOURS = 24
_FIRST_MS, _LAST_MS = 1_000_000_000_000, 4_102_444_800_000

Fact = Prices | Funding | Reject


@dataclass(slots=True, eq=False)
class AsterMarket(Market):
    """One perpetual. `interval_s` is known once the venue told it; `told_ms` is when a stream last
    told its mark and rate."""

    interval_s: int | None = None
    told_ms: int = 0
    settled: SettledRates = field(default_factory=SettledRates)


def names(row: wire.SymbolRow) -> tuple[str, str, float] | str:
    """(coin, symbol, coins per unit) of a row; a sentence if its names do not fit together.

    The native name decides: what stands before the quote is the base.
    """
    base = row.symbol.removesuffix(row.quoteAsset) if row.quoteAsset else ""
    if not (base and base != row.symbol and row.symbol.isprintable()):
        return f"{row.symbol:.40} is no name of a market in {row.quoteAsset:.20}"
    coin, contract = unscaled(base)
    return coin, coin if row.quoteAsset == QUOTE else row.symbol, contract


def instrument(market: AsterMarket, row: wire.SymbolRow, coin: str, at_ns: int) -> Instrument:
    """The market as now listed, in coins."""
    filters = {each.filterType: each for each in row.filters}
    nothing, contract = wire.Filter(), market.unit.contract
    lots = filters.get("LOT_SIZE", nothing)
    tick = positive(filters.get("PRICE_FILTER", nothing).tickSize)
    step, least = positive(lots.stepSize), positive(lots.minQty)
    return Instrument(
        venue=VENUE, recv_ns=at_ns, symbol=market.symbol, native=market.native,
        base=coin, quote=row.quoteAsset,
        tick=None if tick is None else tick / contract,
        lot=None if step is None else step * contract,
        min_size=None if least is None else least * contract,
        min_notional_usd=positive(filters.get("MIN_NOTIONAL", nothing).notional),
        contract=contract, funding_interval_s=market.interval_s, status=_status(row.status),
        taker_fee=FACTS.taker_fee, maker_fee=FACTS.maker_fee,
    )  # fmt: skip


def _status(said: str) -> Literal["active", "paused", "delisted"]:
    """A market that is being settled never trades again; one before or near its end may."""
    if said in ("SETTLING", "CLOSE"):
        return "delisted"
    return "active" if said == "TRADING" else "paused"


def interval_s(hours: wire.Number) -> int | None:
    """Seconds between payments; None for what no interval can be."""
    number = positive(hours)
    return round(number * HOUR_S) if number is not None and number <= _MOST_HOURS else None


def moment_ns(value: wire.Number) -> int | None:
    """A time in ms as ns; None for what is none, or is in another unit."""
    number = finite(value)
    return int(number) * NS_PER_MS if number and _FIRST_MS <= number < _LAST_MS else None


def marked(market: AsterMarket, row: wire.Mark, at_ns: int, data: str | bytes) -> Iterator[Fact]:
    """Mark, index and the running rate; a figure that cannot be costs itself.

    No rate is stated while the interval it is for is not known, nor of a market without a mark.
    """
    mark, index, rate = positive(row.p), positive(row.i), finite(row.r)
    venue_ns, unit = row.E * NS_PER_MS, market.unit
    if mark is not None or index is not None:
        yield Prices(
            venue=VENUE, symbol=market.symbol, recv_ns=at_ns, venue_ns=venue_ns,
            mark=None if mark is None else unit.to_price(mark),
            index=None if index is None else unit.to_price(index),
        )  # fmt: skip
    if rate is None and row.r not in (None, ""):
        yield reject(VENUE, at_ns, f"funding rate of {market.native} is no number", data)
    elif rate is not None and abs(rate) >= 1:
        yield reject(VENUE, at_ns, f"funding rate of {market.native} is not a fraction", data)
    elif rate is not None and mark is not None and market.interval_s is not None:
        yield Funding(
            venue=VENUE, symbol=market.symbol, recv_ns=at_ns, venue_ns=venue_ns, kind="live",
            rate=rate, interval_s=market.interval_s, next_ns=moment_ns(row.T),
        )  # fmt: skip


def of_premium(row: wire.PremiumRow) -> wire.Mark:
    """What REST says of all markets, in the words of the stream."""
    return wire.Mark(
        s=row.symbol, E=row.time, p=row.markPrice, i=row.indexPrice, r=row.lastFundingRate,
        T=row.nextFundingTime,
    )  # fmt: skip


def traded(
    market: AsterMarket, row: wire.Ticker | wire.TickerRow, at_ns: int
) -> Iterator[Prices | Volume]:
    """The last price, and what was traded in 24 hours; a dollar stablecoin counts as a dollar."""
    if isinstance(row, wire.Ticker):
        figures, venue_ns = (row.c, row.v, row.q), moment_ns(row.E)
    else:
        figures, venue_ns = (row.lastPrice, row.volume, row.quoteVolume), moment_ns(row.closeTime)
    last, base, usd = positive(figures[0]), amount(figures[1]), amount(figures[2])
    if last is not None:
        yield Prices(
            venue=VENUE, symbol=market.symbol, recv_ns=at_ns, venue_ns=venue_ns,
            last=market.unit.to_price(last),
        )  # fmt: skip
    yield Volume(
        venue=VENUE, symbol=market.symbol, recv_ns=at_ns, venue_ns=venue_ns, usd_24h=usd,
        base_24h=None if base is None else base * market.unit.contract,
    )  # fmt: skip


def interest(
    market: AsterMarket, row: wire.Interest, at_ns: int, data: str
) -> OpenInterest | Reject:
    """Contracts open, counted once."""
    size = amount(row.openInterest)
    if size is None:
        return reject(VENUE, at_ns, f"open interest of {market.native} is no amount", data)
    return OpenInterest(
        venue=VENUE, symbol=market.symbol, recv_ns=at_ns,
        venue_ns=None if row.time is None else row.time * NS_PER_MS,
        base=size * market.unit.contract,
    )  # fmt: skip


def payments(
    market: AsterMarket, rows: Iterable[wire.FundingRow], at_ns: int
) -> tuple[list[Funding], list[str]]:
    """The payments not stated before, and what is wrong with the others."""
    rates: dict[int, float] = {}
    odd: list[str] = []
    for row in rows:
        rate = finite(row.fundingRate)
        if rate is None or abs(rate) >= 1:
            odd.append(f"settled funding rate of {market.native} is not a fraction")
        else:
            rates[row.fundingTime * NS_PER_MS] = rate
    return list(market.settled.news(VENUE, market.symbol, rates, market.interval_s, at_ns)), odd
