"""What calculators take from the view, and what they note where it does not say.

A figure comes from the form, else from the view, else it is assumed and noted with its value. What
is stale is used and warned of; what is missing stays None.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution.depth import book_problem, haircut_frac
from cockpit.analytics.execution.ladder import Ladder
from cockpit.calculators.common.form import FieldError
from cockpit.core.assumptions import Assumption
from cockpit.core.events import Funding
from cockpit.core.margins import VenueMargin
from cockpit.core.market import FundingTerms, Side
from cockpit.core.names import did_you_mean
from cockpit.core.units import hourly
from cockpit.state.identity import Asset, assets_of, price_of
from cockpit.state.view import Field, MarketRead, MarketView

Floats = NDArray[np.float64]

ASSUMED_LOT = 0.0001
MOST_BASE = 1e18
"""More than there is of any coin; beyond it, lots cannot be told apart."""
PERSISTENCE_SAMPLES = 12
PERSISTENCE_QUANTILE = 0.1


class Fees(NamedTuple):
    """Fractions of notional, negative for a rebate; None is not known."""

    taker: float | None
    maker: float | None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What calculators take from the trader's settings and the venues' documents.

    `now_ns` is the venues' clock, which their stamps are in; this machine's is `clock_offset_ns`
    ahead of it, and ages are counted on that: see `here_ns`.
    `stacks` maps a venue to the layers that it runs on (sequencer stack, data availability,
    prover). Fees of `own_fees` are the trader's tier, those of `documented_fees` the base tier of
    venues that publish none; both stand in where the view has no fee. `own_margins` replace the
    documented margin tables.
    """

    now_ns: int
    stacks: Mapping[str, frozenset[str]] = {}
    own_fees: Mapping[str, Fees] = {}
    documented_fees: Mapping[str, Fees] = {}
    funding_terms: Mapping[str, FundingTerms] = {}
    own_margins: Mapping[str, VenueMargin] = {}
    clock_offset_ns: int = 0

    @property
    def here_ns(self) -> int:
        """Now by this machine's clock, which says when a fact arrived."""
        return self.now_ns + self.clock_offset_ns


@dataclass(slots=True)
class Notes:
    """Collects what a calculation assumed and what was wrong with its inputs, each once."""

    assumptions: dict[Assumption, None] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    is_incomplete: bool = False

    @property
    def assumed(self) -> tuple[str, ...]:
        """A sentence for each assumption."""
        return tuple(each.sentence for each in self.assumptions)

    def assume(self, assumption: Assumption) -> None:
        self.assumptions[assumption] = None

    def warn(self, words: str) -> None:
        """Something to beware of in a sound answer."""
        if words not in self.warnings:
            self.warnings.append(words)

    def lack(self, words: str) -> None:
        """Something stale or missing went into the answer."""
        self.warn(words)
        self.is_incomplete = True


@dataclass(frozen=True, slots=True)
class Quote:
    """One market with a book that can be traded into.

    Levels best first, base units, already reduced to the share that tends to stay (`kept`, None
    where that is not asked for or not known); fees are None where they are not known. `quote_usd`
    is the price of the venue's quote currency.
    """

    venue: str
    symbol: str
    market: MarketRead
    bids: Ladder
    asks: Ladder
    mid: float
    fees: Fees
    lot: float
    tick: float | None
    min_size: float | None
    min_notional_usd: float | None
    quote_usd: float
    kept: float | None

    def rows(self, side: Side) -> Ladder:
        """What an order of this side walks: a buy the asks. Never empty."""
        return self.asks if side is Side.BUY else self.bids

    def touch(self, side: Side) -> float:
        """The best price that an order of this side meets."""
        return self.rows(side)[0][0]

    def columns(self, side: Side) -> tuple[Floats, Floats]:
        """Prices and sizes of `rows`, each of shape (L,)."""
        rows = self.rows(side)
        return rows.prices, rows.sizes

    @property
    def mid_usd(self) -> float:
        return self.mid * self.quote_usd


def known_symbol(view: MarketView, symbol: str, form_field: str = "symbol") -> str:
    """The symbol as the view spells it. FieldError with the nearest name if it has none such."""
    names = {market.symbol: None for market in view.markets()}
    # Not only what is watched: a market may be followed for a while because somebody looks at it.
    if symbol in names or any(view.market(venue.name, symbol) for venue in view.venues()):
        return symbol
    folded = {name.casefold(): name for name in names}
    if symbol.casefold() in folded:
        return folded[symbol.casefold()]
    raise FieldError(
        form_field, f"{symbol!r} is not in the view{did_you_mean(symbol, names)}; {_some_of(names)}"
    )


class NamedCoin(NamedTuple):
    """A symbol, and which of the coins of that name is meant; None leaves it to the venues."""

    symbol: str
    asset: Asset | None


def known_coin(view: MarketView, name: str, form_field: str = "symbol") -> NamedCoin:
    """What `NEIRO@VENUE` or `NEIRO` means in the view. FieldError with the nearest name, or with
    those venues that have the symbol, if it has none such."""
    plain, at, venue = name.partition("@")
    symbol = known_symbol(view, plain, form_field)
    if not at:
        return NamedCoin(symbol, None)
    found = assets_of(view, symbol)
    asset = next((asset for asset in found if venue in asset), None)
    if asset is None:
        venues = ", ".join(name for asset in found for name in asset)
        raise FieldError(form_field, f"{name!r}: {venue!r} has no {symbol}; it is at {venues}")
    return NamedCoin(symbol, asset)


def known_venues(view: MarketView, names: Sequence[str], form_field: str = "venues") -> list[str]:
    """These venues, or all of the view's for none. FieldError with the nearest name if unknown."""
    known = [venue.name for venue in view.venues()]
    for name in names:
        if name not in known:
            raise FieldError(
                form_field,
                f"{name!r} is not in the view{did_you_mean(name, known)}; {_some_of(known)}",
            )
    return list(dict.fromkeys(names)) or known


def order_size(size: float | None, size_usd: float | None, price: float) -> float:
    """Base units from whichever of the two fields is given. FieldError unless it is just one, and
    one that can be counted in lots."""
    if (size is None) == (size_usd is None):
        raise FieldError("size", "expected either size (base units) or size_usd, and not both")
    base = size if size is not None else (size_usd or 0.0) / price
    if base > MOST_BASE:
        name = "size" if size is not None else "size_usd"
        most = f"{MOST_BASE:,.0f} base units at most"
        raise FieldError(name, f"is beyond every market; expected {most}")
    return base


def quotes(
    view: MarketView,
    settings: Settings,
    notes: Notes,
    symbol: str,
    venues: Sequence[str],
    *,
    with_haircut: bool,
    taker_fee: Mapping[str, float],
    quote_usd: Mapping[str, float],
    asset: Asset | None = None,
) -> list[Quote]:
    """The markets of a symbol that can be traded into, in the order of the view.

    `venues` empty means all; `taker_fee` and `quote_usd` are what the form says per venue. Of two
    coins with one name only `asset` counts, or the one of most of the asked venues. Why a market is
    left out is noted, except where an unasked venue simply does not list the symbol.
    """
    asked = known_venues(view, venues)
    if asset is None:
        asset = asset_asked(view, symbol, venues)
    for form_field, table in (("taker_fee", taker_fee), ("quote_usd", quote_usd)):
        known_venues(view, list(table), form_field)
    found = []
    for venue in asked:
        market = view.market(venue, symbol)
        if market is None or (market.instrument is None and view.listed(venue)):
            if venues:
                notes.lack(f"{venue}: does not list {symbol}")
            continue
        if venue not in asset:
            words = _other_asset(view, market, asset)
            (notes.lack if venues else notes.warn)(words)
            continue
        quote = _quote(market, settings, notes, with_haircut, taker_fee, quote_usd)
        if quote is not None:
            found.append(quote)
    if found and not all(quote.venue in quote_usd for quote in found):
        notes.assume(Assumption(field="quote_usd", value=1.0, why="USD for each quote currency"))
    if with_haircut:
        blind = [quote.venue for quote in found if quote.kept is None]
        if blind:
            notes.assume(
                Assumption(
                    what=f"no history of depth: a haircut of 1.0 (none) for {', '.join(blind)}"
                )
            )
        for quote in found:
            if quote.kept is not None:
                notes.assume(
                    Assumption(
                        place=quote.venue,
                        value=quote.kept,
                        figure=f"{quote.kept * 100:.0f} % of quoted depth",
                        why="as much as tends to stay",
                    )
                )
    return found


def asset_asked(view: MarketView, symbol: str, venues: Sequence[str]) -> Asset:
    """Of the assets that share a symbol, that of most of these venues; the first for none."""
    found = assets_of(view, symbol)
    return max(found, key=lambda asset: len(set(venues) & set(asset)), default=())


def _other_asset(view: MarketView, market: MarketRead, asset: Asset) -> str:
    name, price = f"{market.venue}/{market.symbol}", price_of(market)
    first = None if not asset else view.market(asset[0], market.symbol)
    there = None if first is None else price_of(first)
    if price is None or there is None or first is None:
        return f"{name}: left out, another coin of that name by [assets]"
    return (
        f"{name}: left out, another coin of that name: {price:g}, at {first.venue} it is {there:g}"
    )


def reference_price(found: Iterable[Quote]) -> float | None:
    """USD per base: the median of the venues' mids, against which venues are compared."""
    mids = sorted(quote.mid_usd for quote in found)
    half = len(mids) // 2
    return (mids[half] + mids[-half - 1]) / 2 if mids else None


def present_rate(market: MarketRead, settings: Settings, notes: Notes) -> Funding | None:
    """The rate to count with: the venue's forecast, else the live one, else the last one paid."""
    rate = market.rate() or market.settled.latest
    if rate is None:
        notes.lack(f"{market.venue}/{market.symbol}: no funding rate")
    elif rate.kind == "settled":
        notes.lack(
            f"{market.venue}/{market.symbol}: no live funding rate, the last paid one is used"
        )
    else:
        name: Field = "predicted" if rate.kind == "predicted" else "funding"
        warn_if_stale(market, name, settings, notes)
    return rate


def present_hourly(market: MarketRead, settings: Settings, notes: Notes) -> float | None:
    """`present_rate` as a fraction per hour."""
    rate = present_rate(market, settings, notes)
    return None if rate is None else hourly(rate.rate, rate.interval_s)


def warn_if_stale(market: MarketRead, name: Field, settings: Settings, notes: Notes) -> None:
    """A warning when a figure is too old to be taken for the present."""
    if market.is_stale(name, settings.here_ns):
        age_s = market.age_s(name, settings.here_ns)
        when = "" if age_s is None else f", {age_s:.0f} s old"
        notes.lack(f"{market.venue}/{market.symbol}: {name.replace('_', ' ')} is stale{when}")


def taker_fee_of(
    market: MarketRead, given: Mapping[str, float], settings: Settings, notes: Notes
) -> float | None:
    """The form's fee, the trader's tier, the listing's or the documented one; None if nobody knows.
    A listing states everybody's tier, and is often filled in from documents: who has said what he
    pays is believed.
    """
    venue = market.venue
    if venue in given:
        return given[venue]
    stated = None if market.instrument is None else market.instrument.taker_fee
    own = settings.own_fees.get(venue, Fees(None, None)).taker
    documented = settings.documented_fees.get(venue, Fees(None, None)).taker
    fee = next((f for f in (own, stated, documented) if f is not None), None)
    if fee is None:
        notes.lack(f"{venue}: taker fee not known; set taker_fee.{venue}")
    elif fee == documented and own is None:
        notes.assume(
            Assumption(
                field="taker_fee",
                place=venue,
                what="taker fee",
                value=fee,
                figure=f"{fee * 100:g} %",
                why="the documented base tier",
            )
        )
    return fee


def _quote(
    market: MarketRead,
    settings: Settings,
    notes: Notes,
    with_haircut: bool,
    taker_fee: Mapping[str, float],
    quote_usd: Mapping[str, float],
) -> Quote | None:
    venue, name = market.venue, f"{market.venue}/{market.symbol}"
    listed = market.instrument
    if listed is not None and listed.status != "active":
        notes.lack(f"{name}: {listed.status}")
        return None
    shown = market.book.bids(), market.book.asks()
    if not market.book.is_known or not any(shown):
        notes.lack(f"{name}: no book (link {market.link})")
        return None
    try:
        bids, asks = (Ladder.of(levels) for levels in shown)
    except ValueError:
        notes.lack(f"{name}: left out, {book_problem(*shown)}")
        return None
    problem = book_problem(bids, asks)
    kept = _kept(market) if with_haircut else None
    if kept == 0.0:
        problem = "all of its depth comes and goes"
    if problem:
        notes.lack(f"{name}: left out, {problem}")
        return None
    warn_if_stale(market, "book", settings, notes)
    lot = None if listed is None else listed.lot
    if lot is None:
        notes.assume(
            Assumption(place=venue, what="lot", value=ASSUMED_LOT, why="assumed, as none is known")
        )
    if kept is not None:
        bids, asks = bids.thinned(kept), asks.thinned(kept)
    return Quote(
        venue=venue,
        symbol=market.symbol,
        market=market,
        bids=bids,
        asks=asks,
        mid=(bids[0][0] + asks[0][0]) / 2,
        fees=Fees(taker_fee_of(market, taker_fee, settings, notes), _maker_fee(market, settings)),
        lot=ASSUMED_LOT if lot is None else lot,
        tick=None if listed is None else listed.tick,
        min_size=None if listed is None else listed.min_size,
        min_notional_usd=None if listed is None else listed.min_notional_usd,
        quote_usd=quote_usd.get(venue, 1.0),
        kept=kept,
    )


def _maker_fee(market: MarketRead, settings: Settings) -> float | None:
    """The trader's tier, the listing's or the documented one; None if nobody knows."""
    stated = None if market.instrument is None else market.instrument.maker_fee
    tables = (settings.own_fees, settings.documented_fees)
    own, documented = (table.get(market.venue, Fees(None, None)).maker for table in tables)
    return next((fee for fee in (own, stated, documented) if fee is not None), None)


def _kept(market: MarketRead) -> float | None:
    """The share of quoted depth that tends to stay; None without enough history."""
    _, depths = market.depths_usd.read()
    return haircut_frac(depths, PERSISTENCE_SAMPLES, PERSISTENCE_QUANTILE)


def _some_of(names: Iterable[str]) -> str:
    first = sorted(names)[:13]
    return f"it has {', '.join(first[:12])}{' …' * (len(first) > 12)}" if first else "it is empty"
