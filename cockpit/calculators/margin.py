"""Margin: what each account must keep, where each leg is liquidated, and what ends it together."""

import math
from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec
import numpy as np

from cockpit.analytics.risk.margin import (
    account_maintenance_usd,
    distance_frac,
    hours_to_liquidation,
    joint_shock_frac,
    liquidation_price,
    margin_ratio,
)
from cockpit.calculators.common.fields import EquityUsd, Positions
from cockpit.calculators.common.form import FieldError, shown
from cockpit.calculators.common.holdings import Floats, Held, Holdings, hold, known
from cockpit.calculators.common.market_data import Notes, Settings
from cockpit.calculators.common.positions import none_held, typed_positions
from cockpit.calculators.common.result import Column, Result, Table
from cockpit.calculators.common.words import hours_words
from cockpit.core.assumptions import Assumption
from cockpit.core.names import did_you_mean
from cockpit.state.view import MarketView

TITLE = "Margin"
HELP = "margin, liquidation prices and the joint move that ends an account"


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """Positions of the form, or of the view if there are none."""

    positions: Positions | None = None
    equity_usd: EquityUsd = {}
    shock: Annotated[
        dict[str, float],
        shown("moves together", help="per coin, its direction; all alike if empty", main=True),
    ] = {}


class VenueMargin(msgspec.Struct, frozen=True, kw_only=True):
    """One account: a venue's, one of several at a venue (`account`), or an isolated position's.

    `margin_ratio` is maintenance and closing fee over equity, 1 is liquidation; null also where
    equity is not positive. `closing_fee_usd` is what the venue counts for closing, beside
    `maintenance_usd` and within `initial_usd`. `joint_shock` is how far everything moves until
    liquidation, null for never.
    """

    venue: str
    account: str | None
    isolated: str | None
    equity_usd: float | None
    initial_usd: float | None
    maintenance_usd: float | None
    closing_fee_usd: float | None
    margin_ratio: float | None
    free_usd: float | None
    carry_usd_per_hour: float | None
    joint_shock: float | None
    hours_to_liquidation: float | None

    @property
    def is_known(self) -> bool:
        """Whether it is known how far the account is from its end."""
        return None not in (self.equity_usd, self.maintenance_usd, self.closing_fee_usd)


class LegMargin(msgspec.Struct, frozen=True, kw_only=True):
    """A position; `venue`, `account` and `isolated` are those of what stands behind it.

    `liquidation` with all other prices held, null for never, and where `maintenance_usd` or the
    account's margin ratio is null too because it is not known; `distance` is signed.
    """

    venue: str
    account: str | None
    isolated: str | None
    symbol: str
    size: float
    price: float | None
    notional_usd: float | None
    maintenance_usd: float | None
    liquidation: float | None
    distance: float | None
    stated_liquidation: float | None


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """The nearest `joint_shock` and the fewest `hours_to_liquidation` of all accounts."""

    venues: tuple[VenueMargin, ...]
    legs: tuple[LegMargin, ...]
    joint_shock: float | None
    hours_to_liquidation: float | None


def compute(inputs: Inputs, view: MarketView, settings: Settings) -> Result:
    notes = Notes()
    typed = None if inputs.positions is None else typed_positions(inputs.positions)
    held = hold(typed, inputs.equity_usd, view, settings, notes)
    if not held.legs:
        raise FieldError("positions", none_held(view, settings.here_ns, "give at least one"))
    direction = _direction(inputs.shock, held, notes)
    maintenance = account_maintenance_usd(held.size, held.price, held.tiers)
    venues = [_venue(held, n, direction, maintenance, notes) for n in range(len(held.pools))]
    values = Values(
        venues=tuple(venues),
        legs=tuple(_leg(held, i, maintenance) for i in range(len(held.legs))),
        joint_shock=_least(venue.joint_shock for venue in venues),
        hours_to_liquidation=_least(venue.hours_to_liquidation for venue in venues),
    )
    return Result(
        values=values,
        assumptions=tuple(notes.assumptions),
        warnings=tuple(notes.warnings),
        is_incomplete=notes.is_incomplete,
    )


def rows(result: Result) -> Table:
    """A row a leg; a liquidation at no price is infinite, one that is not known is None."""
    values: Values = result.values
    unknown = {
        (pool.venue, pool.account, pool.isolated)
        for pool in values.venues
        if pool.margin_ratio is None
    }
    columns = (
        Column("venue"), Column("symbol"), Column("size", "base"), Column("price", "price"),
        Column("notional", "usd"), Column("maintenance", "usd"), Column("liquidation", "price"),
        Column("distance", "frac"),
    )  # fmt: skip
    cells = tuple(
        (leg.venue, leg.symbol, leg.size, leg.price, leg.notional_usd, leg.maintenance_usd,
         *_liquidation(leg, is_known=(leg.venue, leg.account, leg.isolated) not in unknown))
        for leg in values.legs
    )  # fmt: skip
    return Table(columns, cells)


def _liquidation(leg: LegMargin, *, is_known: bool) -> tuple[float | None, float | None]:
    """(price, distance) of the leg's liquidation."""
    is_never = leg.liquidation is None and leg.maintenance_usd is not None and is_known
    return (math.inf, math.inf) if is_never else (leg.liquidation, leg.distance)


def verdict(result: Result) -> str:
    values: Values = result.values
    near = min(
        (leg for leg in values.legs if leg.distance is not None),
        key=lambda leg: abs(leg.distance or 0.0),
        default=None,
    )
    is_whole = all(venue.is_known for venue in values.venues)
    if near is None or near.liquidation is None or near.distance is None:
        return "No price liquidates a leg alone." if is_whole else "Equity or margin is not known."
    words = f"Nearest to liquidation {'' if is_whole else 'of what is known '}is "
    words += f"{near.venue} {near.symbol} at {near.liquidation:,.6g}"
    words += f", {_signed(near.distance * 100)} % from here"
    if values.joint_shock is not None:
        words += f"; a joint move of {values.joint_shock * 100:.2f} % ends an account"
    if values.hours_to_liquidation is not None:
        words += f"; funding alone ends one in {hours_words(values.hours_to_liquidation)}"
    return words + "."


def _signed(percent: float) -> str:
    return f"{'−' if percent < 0 else '+'}{abs(percent):.2f}"


def _direction(shock: Mapping[str, float], held: Holdings, notes: Notes) -> dict[str, float]:
    """The way each symbol goes; empty for "everything, whichever way is nearer"."""
    symbols = {leg.symbol for leg in held.legs}
    for symbol in shock:
        if symbol not in symbols:
            hint = did_you_mean(symbol, symbols)
            raise FieldError("shock", f"no position in {symbol!r}{hint}")
    if shock and not any(shock.values()):
        raise FieldError("shock", "at least one direction must differ from 0")
    if not shock:
        notes.assume(
            Assumption(
                field="shock",
                what="all symbols move by the same fraction, whichever way is nearer",
            )
        )
    return dict(shock)


def _venue(
    held: Holdings, number: int, shock: Mapping[str, float], maintenance: Floats, notes: Notes
) -> VenueMargin:
    pool, mine = held.pools[number], held.of(number)
    legs = [held.legs[i] for i in mine]
    required, needed = float(np.sum(maintenance[mine])), sum(leg.initial_usd for leg in legs)
    closing = sum(_closing_usd(leg) for leg in legs)
    carry = sum(leg.carry_usd_per_hour for leg in legs)
    ratio = float(margin_ratio(required, pool.equity_usd))
    if ratio >= 1:
        notes.warn(f"{pool.name}: equity does not cover maintenance; it would be liquidated now")
    if math.isnan(needed):
        notes.lack(f"{pool.name}: initial margin not known; set leverage on its positions")
    return VenueMargin(
        venue=pool.venue,
        account=pool.label or None,
        isolated=pool.symbol,
        equity_usd=known(pool.equity_usd),
        initial_usd=known(needed),
        maintenance_usd=known(required - closing),
        closing_fee_usd=known(closing),
        margin_ratio=known(ratio),
        free_usd=known(pool.equity_usd - needed),
        carry_usd_per_hour=known(carry),
        joint_shock=_joint(held, mine, pool.equity_usd, shock),
        hours_to_liquidation=known(hours_to_liquidation(pool.equity_usd, required, carry)),
    )


def _joint(
    held: Holdings, mine: list[int], equity_usd: float, shock: Mapping[str, float]
) -> float | None:
    legs = [held.legs[i] for i in mine]
    ways = [shock] if shock else [{leg.symbol: sign for leg in legs} for sign in (-1.0, 1.0)]
    found = []
    for way in ways:
        direction = np.array([way.get(leg.symbol, 0.0) for leg in legs])
        tiers = [leg.tiers for leg in legs]
        sizes, prices = held.size[mine], held.price[mine]
        found.append(joint_shock_frac(equity_usd, sizes, prices, direction, tiers, 0.0))
    return _least(known(x) for x in found)


def _leg(held: Holdings, i: int, maintenance: Floats) -> LegMargin:
    leg = held.legs[i]
    pool = held.pools[leg.pool]
    others = sum(float(maintenance[j]) for j in held.of(leg.pool) if j != i)
    liquidation = liquidation_price(pool.equity_usd, leg.size, leg.price, leg.tiers, others)
    return LegMargin(
        venue=leg.venue,
        account=pool.label or None,
        isolated=pool.symbol,
        symbol=leg.symbol,
        size=leg.size,
        price=known(leg.price),
        notional_usd=known(leg.notional_usd),
        maintenance_usd=known(float(maintenance[i]) - _closing_usd(leg)),
        liquidation=known(liquidation),
        distance=known(distance_frac(liquidation, leg.price)),
        stated_liquidation=leg.stated_liquidation,
    )


def _closing_usd(leg: Held) -> float:
    return abs(leg.notional_usd) * leg.closing_fee_frac


def _least(values: Iterable[float | None]) -> float | None:
    return min((value for value in values if value is not None), default=None)
