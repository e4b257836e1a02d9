"""Nado: the facts that a row amounts to."""

from dataclasses import dataclass
from typing import Literal

from cockpit.core.events import Instrument
from cockpit.core.units import HOUR_S, NS_PER_S
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.figures import Figures
from cockpit.venues.kit.history import Paid
from cockpit.venues.kit.instruments import Market, Unit, unscaled
from cockpit.venues.kit.numbers import Odd, is_nothing, positive
from cockpit.venues.nado import messages as wire

VENUE = "nado"
QUOTE = "USDT0"
FACTS = venue_facts("cockpit.venues.nado")
HOURS_QUOTED = 24
"""The running rate is quoted per 24 hours and paid by the hour."""
SIDES_COUNTED = 2
"""The published contracts add every position's absolute size to the open interest."""
_FEE = wire.X18 // 100
"""None is larger, either way."""
_LEAST_MARGIN = wire.X18 // 1000


@dataclass(slots=True, eq=False)
class NadoMarket(Market):
    """One perpetual. `is_live` is what the listing says, whatever state the engine is in.

    `next_ns` is the next payment as last told; None too of a market without a mark.
    """

    product_id: int = 0
    is_live: bool = False
    next_ns: int | None = None


def coin_and_contract(native: str) -> tuple[str, float]:
    """`kPEPE-PERP` -> (`PEPE`, 1000)."""
    return unscaled(native.removesuffix("-PERP"), {"k": 1000.0})


def guessed(native: str) -> NadoMarket | None:
    """What a name alone says of a perpetual."""
    coin, contract = coin_and_contract(native)
    is_market = coin and native.endswith("-PERP") and native.isprintable()
    return NadoMarket(native, coin, Unit(price=contract)) if is_market else None


def instrument(
    market: NadoMarket, row: wire.SymbolRow, at_ns: int, *, is_running: bool
) -> Instrument:
    """The market as now listed, in coins. `min_size` is a worth in USDT0, not a size."""
    unit, odd = market.unit, market.odd
    initial = _fraction(odd, "initial weight", row.long_weight_initial_x18)
    maintenance = _fraction(odd, "maintenance weight", row.long_weight_maintenance_x18)
    return Instrument(
        venue=VENUE, recv_ns=at_ns, symbol=market.symbol, native=market.native,
        base=coin_and_contract(market.native)[0], quote=QUOTE,
        tick=unit.tick(scaled(odd, "price_increment", row.price_increment_x18)),
        lot=unit.lot(scaled(odd, "size_increment", row.size_increment)),
        min_notional_usd=positive(scaled(odd, "min_size", row.min_size)), contract=unit.contract,
        funding_interval_s=HOUR_S,
        max_leverage=None if initial is None or initial < _LEAST_MARGIN else wire.X18 / initial,
        mmf=None if maintenance is None else maintenance / wire.X18,
        status=status(market, is_running=is_running),
        taker_fee=scaled(odd, "taker fee", row.taker_fee_rate_x18, -_FEE, _FEE),
        maker_fee=scaled(odd, "maker fee", row.maker_fee_rate_x18, -_FEE, _FEE),
    )  # fmt: skip


def status(market: NadoMarket, *, is_running: bool) -> Literal["active", "paused"]:
    """Only a live market of a running engine takes orders of every kind."""
    return "active" if market.is_live and is_running else "paused"


def scaled(
    odd: Odd, what: str, said: wire.Scaled, least: int = 0, most: int = wire.LARGEST
) -> float | None:
    """A scaled figure in its bounds, in whole units; one that is none is odd."""
    number = _whole(odd, what, said, least, most)
    return None if number is None else number / wire.X18


def _fraction(odd: Odd, what: str, weight: wire.Scaled) -> int | None:
    """The margin fraction (of 1e-18) that a weight of a long leaves: 1 less the weight."""
    number = _whole(odd, what, weight, 0, wire.X18 - 1)
    return wire.X18 - number if number else None


def _whole(odd: Odd, what: str, said: wire.Scaled, least: int, most: int) -> int | None:
    """A scaled figure in its bounds (of 1e-18)."""
    number = wire.whole(said)
    if number is not None and least <= number <= most:
        return number
    if said not in (None, ""):
        odd.append(f"{what} is {said!r:.40}")
    return None


def figures(market: NadoMarket, row: wire.ContractRow, at_ns: int, *, is_survey: bool) -> Figures:
    """What a row of all contracts says; nothing is accruing where there is no mark."""
    said = Figures(VENUE, market, at_ns)
    said.prices(row.mark_price, row.index_price, row.last_price)
    said.interest(row.open_interest, SIDES_COUNTED)
    has_mark = not is_nothing(row.mark_price)
    market.next_ns = said.moment(row.next_funding_rate_timestamp, NS_PER_S) if has_mark else None
    if has_mark:
        said.live(row.funding_rate, HOUR_S, market.next_ns, intervals=HOURS_QUOTED)
    if is_survey:
        said.volume(row.quote_volume, row.base_volume)
    return said


def live(market: NadoMarket, row: wire.Rate, at_ns: int) -> Figures:
    """The running rate of the stream."""
    said = Figures(VENUE, market, at_ns, row.timestamp)
    said.live(wire.x18(row.funding_rate_x18), HOUR_S, market.next_ns, intervals=HOURS_QUOTED)
    return said


def paid(row: wire.FundingRow) -> Paid:
    """Each payment covers an hour, whatever is missing before it."""
    rate = wire.x18(row.funding_rate_x18)
    return Paid(stamp_ns=row.timestamp * NS_PER_S, rate=rate, interval_s=HOUR_S)
