"""Every market of a view as a listing: watched ones with their books, surveyed ones without."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

from cockpit.analytics.execution import depth
from cockpit.calculators.carry.gates import (
    settlement_gate,
    stale_gate,
    unknown_gate,
)
from cockpit.calculators.common.day_ahead import day_ahead
from cockpit.calculators.common.funding_clock import payment_clock
from cockpit.calculators.common.market_data import (
    Notes,
    Quote,
    Settings,
    present_hourly,
    quotes,
    taker_fee_of,
)
from cockpit.calculators.common.paid_history import NOTHING, Paid, paid_before, paid_hourly
from cockpit.calculators.common.premiums import tightest_cap
from cockpit.calculators.common.trade_costs import side_cost
from cockpit.calculators.scan.listing import CostBasis, History, Listing, ScanInputs
from cockpit.calculators.scan.ranked import Key
from cockpit.calculators.scan.volume_cost import tier_slip_frac
from cockpit.core.assets import listed_symbol
from cockpit.core.market import Side
from cockpit.portfolio.margin_rules import MarginRules
from cockpit.state.identity import Asset, assets_among, price_of
from cockpit.state.lookups import rate_field
from cockpit.state.view import Field, MarketRead, MarketView

_TOLD: Final[tuple[Field, ...]] = ("open_interest", "volume")
"""What a row tells beside what it is reckoned from."""


class _Cost(NamedTuple):
    """Of one trade each way, fractions of notional; None is not known."""

    buy_frac: float | None = None
    sell_frac: float | None = None
    basis: CostBasis | None = None
    depth_x: float | None = None


def listings_of(view: MarketView, settings: Settings, inputs: ScanInputs) -> tuple[Listing, ...]:
    """In the order of the view's symbols and venues, watched markets first."""
    return tuple(chain.from_iterable(listings_by_symbol(view, settings, inputs)))


def listings_by_symbol(
    view: MarketView, settings: Settings, inputs: ScanInputs
) -> Iterator[list[Listing]]:
    """The same, a symbol at a time, for whoever may not read thousands of markets in one go.

    What is read later is read as it is then.
    """
    reader = _Reader(view, settings, inputs)
    for symbol, markets in _by_symbol(view).items():
        found: list[Listing] = []
        for number, asset in enumerate(assets_among(markets, view.asset_rules, symbol)):
            name = symbol if number == 0 else f"{symbol}@{asset[0]}"
            some = {venue: markets[venue] for venue in asset}
            found += reader.listings(some, name, asset)
        yield found


def listings_of_pairs(
    view: MarketView, settings: Settings, inputs: ScanInputs, wanted: Sequence[Key]
) -> tuple[list[int], tuple[Listing, ...]]:
    """The wanted pairs of which both markets are there still, by their number, and two listings for
    each, in that order. `wanted` are a ranking's: symbol, long and short venue."""
    find = _finder(view)
    reader = _Reader(view, settings, inputs)
    places: list[int] = []
    found: list[Listing] = []
    for place, (name, *venues) in enumerate(wanted):
        symbol = listed_symbol(name)
        markets = {venue: market for venue in venues if (market := find(venue, symbol)) is not None}
        if len(markets) == len(venues):
            places.append(place)
            found += reader.listings(markets, name, tuple(venues))
    return places, tuple(found)


def _finder(view: MarketView) -> Callable[[str, str], MarketRead | None]:
    """A market of a venue, followed or only surveyed: rows in view are followed as a rule, and who
    finds them there does not look through thousands."""
    surveyed: dict[tuple[str, str], MarketRead] = {}

    def find(venue: str, symbol: str) -> MarketRead | None:
        market: MarketRead | None = view.market(venue, symbol)
        if market is None and not surveyed:
            surveyed.update({(one.venue, one.symbol): one for one in view.surveyed()})
        return surveyed.get((venue, symbol)) if market is None else market

    return find


def market_count(view: MarketView) -> int:
    """Markets that were looked at, of whatever asset."""
    return sum(len(markets) for markets in _by_symbol(view).values())


def _by_symbol(view: MarketView) -> dict[str, dict[str, MarketRead]]:
    """Symbol -> venue -> market, of what is listed and trades."""
    listing = {venue.name: bool(view.listed(venue.name)) for venue in view.venues()}
    found: dict[str, dict[str, MarketRead]] = {}
    for market in (*view.markets(), *view.surveyed()):
        listed = market.instrument
        is_absent = listed is None and listing.get(market.venue, False)
        if not is_absent and (listed is None or listed.status == "active"):
            found.setdefault(market.symbol, {})[market.venue] = market
    return found


class _Reader:
    def __init__(self, view: MarketView, settings: Settings, inputs: ScanInputs) -> None:
        self._view = view
        self._settings = settings
        self._inputs = inputs
        self._rules = MarginRules(settings.own_margins)
        self._down = dict(_down(view))
        self._connecting = {venue.name for venue in view.venues() if venue.state == "connecting"}
        self._put_away = {venue.name: venue.put_away for venue in view.venues()}

    def listings(
        self, markets: Mapping[str, MarketRead], name: str, asset: Asset
    ) -> Iterator[Listing]:
        """One asset's markets."""
        symbol = next(iter(markets.values())).symbol
        booked = [venue for venue, market in markets.items() if market.book.is_known]
        found = quotes(
            self._view, self._settings, Notes(), symbol, booked, with_haircut=True, taker_fee={},
            quote_usd={}, asset=asset,
        ) if booked else []  # fmt: skip
        by_venue = {quote.venue: quote for quote in found}
        for venue, market in markets.items():
            yield self._listing(market, name, by_venue.get(venue))

    def _listing(self, market: MarketRead, name: str, quote: Quote | None) -> Listing:
        settings, usd = self._settings, self._inputs.usd
        venue, symbol, notes = market.venue, market.symbol, Notes()
        hourly = present_hourly(market, settings, notes)
        clock = payment_clock(market, settings, notes)
        fee = taker_fee_of(market, {}, settings, notes)
        rule = self._rules.rule(venue, symbol, market.instrument, None, None)
        initial = rule.initial.frac_at(usd)
        terms = settings.funding_terms.get(venue)
        price = price_of(market) if quote is None else quote.mid_usd
        paid, history = self._paid(market)
        cost = _Cost()
        if quote is not None and fee is not None:
            cost = _book_cost(quote, usd, fee)
        elif fee is not None and market.volume_24h_usd is not None:
            cost = _volume_cost(usd, market.volume_24h_usd, fee)
        oi = market.open_interest
        return Listing(
            venue=venue,
            symbol=symbol,
            asset=name,
            clock=clock,
            hourly=hourly,
            ahead_hourly=day_ahead(self._view, venue, symbol, settings.here_ns),
            cap_hourly=tightest_cap(
                terms, rule.funding_cap_hourly, None if clock is None else clock.interval_s
            ),
            terms=terms,
            price_usd=price,
            buy_frac=cost.buy_frac,
            sell_frac=cost.sell_frac,
            cost_basis=cost.basis,
            depth_x=cost.depth_x,
            initial_frac=None if math.isnan(initial) else initial,
            oi_usd=None if oi is None or price is None else oi * price,
            volume_24h_usd=market.volume_24h_usd,
            paid=paid,
            history=history,
            quote=None if market.instrument is None else market.instrument.quote,
            gate=self._gate(market, hourly, fee, price, has_book=quote is not None),
        )

    def _paid(self, market: MarketRead) -> tuple[Paid, History | None]:
        """What was fetched, also of a market that was followed once and is no more."""
        if len(market.settled):
            return paid_hourly(market.settled), "fetched"
        past = self._put_away[market.venue].get(market.symbol)
        paid = NOTHING if past is None else paid_before(past)
        return paid, "fetched" if paid.rates.size else None

    def _gate(
        self, market: MarketRead, hourly: float | None, fee: float | None, price: float | None,
        *, has_book: bool,
    ) -> str | None:  # fmt: skip
        """The first thing that is wrong with the market alone, in words."""
        settings, venue = self._settings, market.venue
        seen: Field = "book" if has_book else "mark" if market.mark is not None else "index"
        used: list[Field] = [] if price is None else [seen]
        rate = rate_field(market)
        used += [] if rate is None else [rate]
        kept = [field for field in (*used, *_TOLD) if market.is_kept(field)]
        if kept and venue in self._connecting:
            # That nobody has answered yet is no news: the age is.
            return stale_gate(market, kept, settings)
        return (
            self._down.get(venue)
            or unknown_gate(venue, hourly, fee)
            or (f"price unknown: {venue} states none" if price is None else None)
            or stale_gate(market, (*used, *kept), settings)
            or settlement_gate(market, self._view, settings)
            or _volume_gate(market, settings)
        )


def _volume_gate(market: MarketRead, settings: Settings) -> str | None:
    if market.volume_24h_usd is None:
        return f"volume unknown: {market.venue} states none"
    return stale_gate(market, ("volume",), settings)


def _down(view: MarketView) -> Iterable[tuple[str, str]]:
    for venue in view.venues():
        if venue.state != "live":
            yield (
                venue.name,
                f"{venue.name} is {venue.state}" + (f": {venue.reason}" * bool(venue.reason)),
            )


def _book_cost(quote: Quote, usd: float, fee: float) -> _Cost:
    """A walk through both sides; of a book that holds less than the size only the touch is used."""
    size = usd / quote.mid_usd
    share = min(quote.rows(side).total for side in Side) / size
    walks = {side: depth.walk(quote.rows(side), size) for side in Side}
    if all(walk.unfilled <= 0 and walk.base > 0 for walk in walks.values()):
        buy, sell = (side_cost(quote, side, walks[side]) for side in (Side.BUY, Side.SELL))
        return _Cost(buy.fee_frac + buy.slip_frac, sell.fee_frac + sell.slip_frac, "book", share)
    half = (quote.touch(Side.BUY) - quote.touch(Side.SELL)) / 2 / quote.mid
    return _Cost(*_both_ways(half, fee), "touch", share)


def _volume_cost(usd: float, volume_24h_usd: float, fee: float) -> _Cost:
    slip = tier_slip_frac(usd, volume_24h_usd)
    return _Cost() if slip is None else _Cost(*_both_ways(slip, fee), "tier")


def _both_ways(slip_frac: float, fee: float) -> tuple[float, float]:
    """A buy and a sell that lose so much against mid, with the fee on what is traded."""
    return slip_frac + fee * (1 + slip_frac), slip_frac + fee * (1 - slip_frac)
