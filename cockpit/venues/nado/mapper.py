"""Nado: the facts that a row amounts to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from cockpit.core.events import Funding, Instrument, OpenInterest, Prices, Reject, Volume
from cockpit.core.units import HOUR_S, NS_PER_S
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.instruments import Market, unscaled
from cockpit.venues.kit.numbers import amount, finite, positive
from cockpit.venues.kit.settled import SettledRates
from cockpit.venues.nado import messages as wire

VENUE = "nado"
QUOTE = "USDT0"
FACTS = venue_facts("cockpit.venues.nado")
HOURS_QUOTED = 24
"""The running rate is quoted per 24 hours and paid by the hour."""
SIDES_COUNTED = 2
"""The published contracts add every position's absolute size to the open interest."""
_LARGEST_FEE = wire.X18 // 100
_LEAST_MARGIN = wire.X18 // 1000

Fact = Prices | OpenInterest | Funding | Volume | Reject


@dataclass(slots=True, eq=False)
class NadoMarket(Market):
    """One perpetual. `is_live` is what the listing says, whatever state the engine is in.

    `next_ns` is the next payment as last told; None too of a market without a mark.
    """

    product_id: int = 0
    is_live: bool = False
    next_ns: int | None = None
    settled: SettledRates = field(default_factory=SettledRates)


def coin_and_contract(native: str) -> tuple[str, float]:
    """`kPEPE-PERP` -> (`PEPE`, 1000)."""
    return unscaled(native.removesuffix("-PERP"), {"k": 1000.0})


def instrument(
    market: NadoMarket, row: wire.SymbolRow, at_ns: int, *, is_running: bool
) -> Instrument:
    """The market as now listed, in coins. `min_size` is a worth in USDT0, not a size."""
    contract = market.unit.contract
    tick, lot = wire.x18(row.price_increment_x18), wire.x18(row.size_increment)
    initial = _fraction(row.long_weight_initial_x18)
    maintenance = _fraction(row.long_weight_maintenance_x18)
    return Instrument(
        venue=VENUE, recv_ns=at_ns, symbol=market.symbol, native=market.native,
        base=coin_and_contract(market.native)[0], quote=QUOTE,
        tick=tick / contract if tick is not None and tick > 0 else None,
        lot=lot * contract if lot is not None and lot > 0 else None,
        min_notional_usd=positive(wire.x18(row.min_size)), contract=contract,
        funding_interval_s=HOUR_S,
        max_leverage=None if initial is None or initial < _LEAST_MARGIN else wire.X18 / initial,
        mmf=None if maintenance is None else maintenance / wire.X18,
        status=status(market, is_running=is_running), taker_fee=_fee(row.taker_fee_rate_x18),
        maker_fee=_fee(row.maker_fee_rate_x18),
    )  # fmt: skip


def status(market: NadoMarket, *, is_running: bool) -> Literal["active", "paused"]:
    """Only a live market of a running engine takes orders of every kind."""
    return "active" if market.is_live and is_running else "paused"


def _fraction(weight: wire.Scaled) -> int | None:
    """The margin fraction (of 1e-18) that a weight of a long leaves: 1 less the weight."""
    number = wire.whole(weight)
    return wire.X18 - number if number is not None and 0 < number < wire.X18 else None


def _fee(rate: wire.Scaled) -> float | None:
    number = wire.whole(rate)
    return number / wire.X18 if number is not None and abs(number) < _LARGEST_FEE else None


def figures(market: NadoMarket, row: wire.ContractRow, at_ns: int, data: str) -> Iterator[Fact]:
    """What a row of all contracts says; a figure that cannot be costs itself."""
    unit = market.unit
    mark, index, last = (
        None if (price := positive(value)) is None else unit.to_price(price)
        for value in (row.mark_price, row.index_price, row.last_price)
    )
    if mark is not None or index is not None or last is not None:
        yield Prices(
            venue=VENUE, symbol=market.symbol, recv_ns=at_ns, mark=mark, index=index, last=last
        )
    interest = finite(row.open_interest)
    if interest is not None and interest < 0:
        yield reject(VENUE, at_ns, f"open interest of {market.native} is negative", data)
    elif interest is not None:
        base = interest * unit.contract / SIDES_COUNTED
        yield OpenInterest(venue=VENUE, symbol=market.symbol, recv_ns=at_ns, base=base)
    next_ns = wire.moment_ns(row.next_funding_rate_timestamp, NS_PER_S)
    market.next_ns = None if mark is None else next_ns
    rate = finite(row.funding_rate)
    if rate is not None and mark is not None:
        yield live(market, rate, at_ns, data)


def live(
    market: NadoMarket,
    rate: float | None,
    at_ns: int,
    data: str | bytes,
    venue_ns: int | None = None,
) -> Funding | Reject:
    """The running rate, told per 24 hours, by the hour."""
    if rate is None or abs(rate) >= 1:
        return reject(VENUE, at_ns, f"funding rate of {market.native} is not a fraction", data)
    return Funding(
        venue=VENUE, symbol=market.symbol, recv_ns=at_ns, venue_ns=venue_ns, kind="live",
        rate=rate / HOURS_QUOTED, interval_s=HOUR_S, next_ns=market.next_ns,
    )  # fmt: skip


def volume(market: NadoMarket, row: wire.ContractRow, at_ns: int) -> Volume:
    """What was traded in 24 hours; a dollar stablecoin counts as a dollar."""
    base = amount(row.base_volume)
    return Volume(
        venue=VENUE, symbol=market.symbol, recv_ns=at_ns, usd_24h=amount(row.quote_volume),
        base_24h=None if base is None else base * market.unit.contract,
    )  # fmt: skip


def payments(
    market: NadoMarket, rows: Iterable[wire.FundingRow], at_ns: int
) -> list[Funding] | str:
    """The hourly rates not stated before; a sentence if one is not a fraction."""
    rates: dict[int, float] = {}
    for row in rows:
        rate = wire.x18(row.funding_rate_x18)
        if rate is None or abs(rate) >= 1:
            return f"settled funding rate of {market.native} is not a fraction"
        rates[row.timestamp * NS_PER_S] = rate
    return list(market.settled.news(VENUE, market.symbol, rates, HOUR_S, at_ns))
