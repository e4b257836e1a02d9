"""Positions as the risk calculators see them: typed into the form or read from the view, each with
its price, rate, margin rule and the account that stands behind it.

NaN is "not known"; the notes say what that concerns.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.risk.exposure import SPOT
from cockpit.analytics.risk.margin import InitialTiers, Tiers
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.market_data import Notes, Settings, present_hourly, warn_if_stale
from cockpit.calculators.common.positions import (
    PositionInput,
    note_accounts,
    pool_label,
    read_positions,
)
from cockpit.calculators.common.premiums import tightest_cap
from cockpit.core.assumptions import Assumption
from cockpit.core.events import Instrument, Margin
from cockpit.core.names import did_you_mean
from cockpit.portfolio.margin_rules import MarginRules
from cockpit.state.identity import AssetNames
from cockpit.state.lookups import borrowed, listing
from cockpit.state.view import Field, MarketRead, MarketView

Floats = NDArray[np.float64]


class Pool(NamedTuple):
    """What stands behind some positions. `symbol` is set for an isolated one."""

    venue: str
    label: str
    equity_usd: float
    symbol: str | None

    @property
    def name(self) -> str:
        where = f"{self.venue}/{self.symbol}" if self.symbol else self.venue
        return f"{where} ({self.label})" if self.label else where


class Held(NamedTuple):
    """One position. `pool` is an index; `funding_hourly` is a fraction, + when longs pay.

    `asset` is the symbol, told apart where two coins have it. Both margins include
    `closing_fee_frac`. A cap that does not exist is infinite. `reference` is the price that
    funding is paid on, `stated_liquidation` the venue's own figure.
    """

    pool: int
    venue: str
    symbol: str
    asset: str
    size: float
    entry: float | None
    price: float
    reference: float
    funding_hourly: float
    tiers: Tiers
    initial: InitialTiers
    closing_fee_frac: float
    liquidation_fee: float
    funding_cap_hourly: float
    stated_liquidation: float | None
    market: MarketRead | None
    listed: Instrument | None

    @property
    def notional_usd(self) -> float:
        """Signed."""
        return self.size * self.price

    @property
    def initial_usd(self) -> float:
        return self.initial.needed_usd(abs(self.notional_usd))

    @property
    def carry_usd_per_hour(self) -> float:
        """Received is positive."""
        return -self.size * self.reference * self.funding_hourly

    @property
    def name(self) -> str:
        return f"{self.venue}/{self.symbol}"


class Holdings(NamedTuple):
    """Positions (L,) and the pools behind them (V,)."""

    legs: list[Held]
    pools: list[Pool]

    @property
    def size(self) -> Floats:
        return np.array([leg.size for leg in self.legs])

    @property
    def price(self) -> Floats:
        return np.array([leg.price for leg in self.legs])

    @property
    def tiers(self) -> list[Tiers]:
        return [leg.tiers for leg in self.legs]

    @property
    def equity_usd(self) -> Floats:
        return np.array([pool.equity_usd for pool in self.pools])

    def of(self, pool: int) -> list[int]:
        """Indices of the legs in a pool."""
        return [i for i, leg in enumerate(self.legs) if leg.pool == pool]


def known(value: float | None) -> float | None:
    """None for what JSON cannot say: not known, or beyond every number."""
    return None if value is None or not math.isfinite(value) else float(value)


def hold(
    typed: Sequence[PositionInput] | None,
    equity_usd: Mapping[str, float],
    view: MarketView,
    settings: Settings,
    notes: Notes,
    *,
    needs_margin: bool = True,
) -> Holdings:
    """Positions with everything known about them; `typed` None takes those of the view.

    Without `needs_margin` unknown equity and maintenance go unmentioned. An equity that is given
    for a venue stands behind all its positions that are not isolated.
    FieldError for a venue that looks like a slip of the pen.
    """
    if typed is None:
        note_accounts(view, settings.here_ns, notes)
    rows = read_positions(view) if typed is None else [(position, "") for position in typed]
    known = [venue.name for venue in view.venues()]
    venues = {position.venue for position, _ in rows}
    for name in sorted(venues - set(known)):
        if hint := did_you_mean(name, known):
            raise FieldError("positions", f"{name!r} is not a venue of the view{hint}")
    for name in equity_usd:
        if name not in venues and name not in known:
            hint = did_you_mean(name, venues)
            raise FieldError("equity_usd", f"nothing is held at {name!r}{hint}")
    builder = _Builder(view, settings, notes, equity_usd, typed is not None, needs_margin)
    for position, label in rows:
        if position.size != 0:
            builder.add(position, label)
    for pool in builder.pools:
        if needs_margin and math.isnan(pool.equity_usd):
            notes.lack(f"{pool.name}: equity is not known; set equity_usd.{pool.venue}")
    return Holdings(builder.legs, builder.pools)


class _Builder:
    def __init__(
        self,
        view: MarketView,
        settings: Settings,
        notes: Notes,
        equity_usd: Mapping[str, float],
        is_typed: bool,
        needs_margin: bool,
    ) -> None:
        self._is_typed, self._needs_margin = is_typed, needs_margin
        self._view, self._settings, self._notes = view, settings, notes
        self._rules = MarginRules(settings.own_margins)
        self._assets = AssetNames(view)
        self._given = equity_usd
        self._numbers: dict[tuple[str, str, str | None], int] = {}
        self.legs: list[Held] = []
        self.pools: list[Pool] = []
        self._margins = {
            (margin.venue, pool_label(margin.account, margin.pool)): margin
            for book in view.accounts()
            for margin in book.margins
        }

    def add(self, position: PositionInput, label: str) -> None:
        venue, symbol, notes = position.venue, position.symbol, self._notes
        name = f"{venue}/{symbol}"
        market = self._view.market(venue, symbol)
        listed = listing(self._view, venue, symbol)
        price = self._price(position, market)
        rule = self._rules.rule(venue, symbol, listed, position.mmf, position.leverage)
        if self._needs_margin:
            for note in rule.notes:
                notes.assume(note)
        if self._needs_margin and math.isnan(rule.tiers.mmf_frac[0]):
            notes.lack(f"{name}: maintenance margin not known; set mmf on the position")
        rate = None
        if venue == SPOT:
            rate = 0.0
        elif market is None:
            notes.lack(f"{name}: not in the view, so its funding is not known")
        else:
            rate = present_hourly(market, self._settings, notes)
        index = market.index if market else None
        stated = market.rate() if market else None
        held = Held(
            pool=self._pool(position, label, price),
            venue=venue,
            symbol=symbol,
            asset=self._assets.of(venue, symbol),
            size=position.size,
            entry=position.entry,
            price=price,
            reference=price if index is None else index,
            funding_hourly=math.nan if rate is None else rate,
            tiers=rule.tiers,
            initial=rule.initial,
            closing_fee_frac=rule.closing_fee_frac,
            liquidation_fee=rule.liquidation_fee,
            funding_cap_hourly=tightest_cap(
                self._settings.funding_terms.get(venue),
                rule.funding_cap_hourly,
                stated.interval_s if stated else None,
            ),
            stated_liquidation=position.liquidation,
            market=market,
            listed=listed,
        )
        self.legs.append(held)

    def _price(self, position: PositionInput, market: MarketRead | None) -> float:
        """The venue's margin price; else what the position itself says."""
        name = f"{position.venue}/{position.symbol}"
        if position.mark is not None and self._is_typed:
            return position.mark
        if market is not None:
            wanted: tuple[Field, Field] = ("mark", "index")
            if self._rules.price_of(position.venue) == "index":
                wanted = ("index", "mark")
            for field in wanted:
                price = getattr(market, field)
                if price is not None:
                    warn_if_stale(market, field, self._settings, self._notes)
                    return float(price)
            mid = market.book.mid()
            if mid is not None:
                self._notes.assume(
                    Assumption(
                        place=name, what="no mark, valued at the middle of the book,", value=mid
                    )
                )
                return mid
        elif position.mark is None and self._view.venue(position.venue) is None:
            lent = borrowed(self._view, position.symbol, self._settings.here_ns)
            if lent is not None:
                self._notes.assume(
                    Assumption(
                        place=name,
                        what=f"not followed, valued at the index of {lent.venue},",
                        value=lent.price,
                    )
                )
                return lent.price
        for what, price in (("mark", position.mark), ("entry", position.entry)):
            if price is not None:
                self._notes.assume(
                    Assumption(place=name, what=f"valued at its own {what},", value=price)
                )
                return price
        self._notes.lack(f"{name}: no price, so its value is not known")
        return math.nan

    def _pool(self, position: PositionInput, label: str, price: float) -> int:
        """The number of the pool behind a position; what it has gained since is added."""
        venue, isolated = position.venue, position.isolated_equity_usd
        given, margin = self._given.get(venue), self._margins.get((venue, label))
        if isolated is not None and math.isnan(isolated) and _is_undivided(margin):
            isolated = None
        if venue == SPOT and position.size > 0:
            isolated = position.size * price
        if isolated is not None:
            key: tuple[str, str, str | None] = (venue, label, position.symbol)
            equity: float | None = isolated
        elif given is not None:
            key, equity = (venue, "", None), given
        else:
            key, equity = (venue, label, None), _cross_equity(margin)
        if key not in self._numbers:
            self._numbers[key] = len(self.pools)
            pool = Pool(venue, label, math.nan if equity is None else equity, key[2])
            self.pools.append(pool)
        number = self._numbers[key]
        if position.mark is not None and not self._is_typed and (isolated or given is None):
            drift = position.size * (price - position.mark)
            pool = self.pools[number]
            self.pools[number] = pool._replace(equity_usd=pool.equity_usd + drift)
        return number


def _is_undivided(margin: Margin | None) -> bool:
    """Whether all of a pool stands behind all its positions: an isolated one has it to itself."""
    return margin is not None and margin.equity is not None and margin.cross_equity == margin.equity


def _cross_equity(margin: Margin | None) -> float | None:
    if margin is None or margin.cross_equity is not None:
        return None if margin is None else margin.cross_equity
    return margin.equity
