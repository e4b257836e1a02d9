"""Aster: the facts that a row amounts to."""

from typing import Literal

from cockpit.core.events import Instrument
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.venues.aster import messages as wire
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.fields import moment_ns, ms_to_ns
from cockpit.venues.kit.figures import Figures
from cockpit.venues.kit.history import Paid
from cockpit.venues.kit.instruments import Market, unscaled
from cockpit.venues.kit.numbers import is_nothing

VENUE = "aster"
QUOTE = "USDT"
"""A coin is traded against several; only markets of this one go by the coin's name alone."""
FACTS = venue_facts("cockpit.venues.aster")


def names(row: wire.SymbolRow) -> tuple[str, str, float] | str:
    """(coin, symbol, coins per unit) of a row; a sentence if its names do not fit together.

    The native name decides: what stands before the quote is the base.
    """
    base = row.symbol.removesuffix(row.quoteAsset) if row.quoteAsset else ""
    if not (base and base != row.symbol and row.symbol.isprintable()):
        return f"{row.symbol:.40} is no name of a market in {row.quoteAsset:.20}"
    coin, contract = unscaled(base)
    return coin, coin if row.quoteAsset == QUOTE else row.symbol, contract


def instrument(
    market: Market, row: wire.SymbolRow, coin: str, every_s: int | None, at_ns: int
) -> Instrument:
    """The market as now listed, in coins; `every_s` is how often it pays, which no row says."""
    filters = {each.filterType: each for each in row.filters}
    nothing, unit, odd = wire.Filter(), market.unit, market.odd
    prices, lots = filters.get("PRICE_FILTER", nothing), filters.get("LOT_SIZE", nothing)
    notional = filters.get("MIN_NOTIONAL", nothing).notional
    return Instrument(
        venue=VENUE, recv_ns=at_ns, symbol=market.symbol, native=market.native,
        base=coin, quote=row.quoteAsset,
        tick=unit.tick(odd.number("tickSize", prices.tickSize, 0.0)),
        lot=unit.lot(odd.number("stepSize", lots.stepSize, 0.0)),
        min_size=unit.lot(odd.number("minQty", lots.minQty, 0.0)),
        min_notional_usd=odd.price("minimum notional", notional),
        contract=unit.contract, funding_interval_s=every_s, status=_status(row.status),
        taker_fee=FACTS.taker_fee, maker_fee=FACTS.maker_fee,
    )  # fmt: skip


def _status(said: str) -> Literal["active", "paused", "delisted"]:
    """A market that is being settled never trades again; one before or near its end may."""
    if said in ("SETTLING", "CLOSE"):
        return "delisted"
    return "active" if said == "TRADING" else "paused"


def marked(market: Market, row: wire.Mark | wire.PremiumRow, at_ns: int) -> Figures:
    """Mark, index and the running rate; no rate of a market without a mark.

    Payments are at whole intervals of the day (all 732 recorded markets): where the next one is
    not, or is further away than one, the interval has changed since it was told, and is not known
    until it is told again.
    """
    venue_ns = moment_ns(row.E)
    said = Figures(VENUE, market, at_ns, venue_ns)
    said.moment(row.E)
    said.prices(row.p, row.i)
    if not is_nothing(row.p):
        every_s, next_ns = market.interval_s, said.moment(row.T)
        every_ns, ahead_ns = (every_s or 0) * NS_PER_S, (next_ns or 0) - (venue_ns or at_ns)
        is_other = every_ns and next_ns and (next_ns % every_ns or ahead_ns > every_ns)
        said.live(row.r, None if is_other else every_s, next_ns)
    return said


def traded(market: Market, row: wire.Ticker | wire.TickerRow, at_ns: int) -> Figures:
    """The last price, and what was traded in 24 hours."""
    said = Figures(VENUE, market, at_ns, moment_ns(row.E))
    said.prices(last=row.c)
    said.volume(row.q, row.v)
    return said


def interest(market: Market, row: wire.Interest, at_ns: int) -> Figures:
    """Contracts open, counted once."""
    said = Figures(VENUE, market, at_ns, ms_to_ns(row.time))
    said.interest(row.openInterest)
    return said


def paid(row: wire.FundingRow) -> Paid:
    return Paid(stamp_ns=row.fundingTime * NS_PER_MS, rate=row.fundingRate)
