"""The legs that stress looks at: positions, or a plan that may be half executed, with their books,
margins, delays and rates frozen into what the analytics take."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from cockpit.analytics.risk.stress import StressLeg
from cockpit.calculators.common.book_reduction import reduced
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.holdings import Floats, Holdings, hold
from cockpit.calculators.common.market_data import Notes, Settings, taker_fee_of
from cockpit.calculators.common.positions import (
    PositionInput,
    none_held,
    structs,
    typed_positions,
)
from cockpit.calculators.hedge.venues import fill_delay_s
from cockpit.calculators.stress.shocks import LegFacts
from cockpit.core.assumptions import Assumption
from cockpit.core.market import Side
from cockpit.state.view import MarketView

LEVELS = 8
"""Levels a side: a scenario sweeps each book several times."""
ASSUMED_LIQUIDATION_FEE = 0.01


class PlanLeg(msgspec.Struct, frozen=True, kw_only=True):
    """A leg of a plan, as a calculator or an export writes it; other keys are left alone.

    `filled` is base units so far; without it, all of the leg.
    """

    venue: str
    symbol: str
    side: Side
    size: float
    limit: float | None = None
    filled: float | None = None

    @property
    def done(self) -> float:
        """Base units."""
        return self.size if self.filled is None else self.filled


class StressBook(NamedTuple):
    """Everything by leg (L,) or by pool (V,). `filled` is the executed share of each leg."""

    held: Holdings
    legs: list[StressLeg]
    facts: list[LegFacts]
    filled: Floats
    venues: list[str]
    delay_s: Floats

    @property
    def equity_usd(self) -> Floats:
        return self.held.equity_usd

    @property
    def unknown_pools(self) -> list[str]:
        """Accounts of which nobody can tell when they are liquidated."""
        return [
            pool.name
            for number, pool in enumerate(self.held.pools)
            if math.isnan(pool.equity_usd)
            or any(np.isnan(self.held.legs[i].tiers.mmf_frac).any() for i in self.held.of(number))
        ]


def stress_book(
    positions: Sequence[Mapping[str, Any]] | None,
    plan: Sequence[Mapping[str, Any]] | None,
    equity_usd: Mapping[str, float],
    delay_s: Mapping[str, float],
    taker_fee: Mapping[str, float],
    view: MarketView,
    settings: Settings,
    notes: Notes,
) -> StressBook:
    """Positions and plan together, or those of the view. FieldError if there are none."""
    typed = None if positions is None and plan is None else typed_positions(positions or ())
    filled = [1.0] * len(typed or ())
    for number, leg in enumerate(structs("plan", PlanLeg, plan or ()), 1):
        if not (leg.size > 0 and math.isfinite(leg.size)):
            raise FieldError("plan", f"plan[{number}].size: must be above 0, the side says which")
        if not 0 <= leg.done < math.inf:
            raise FieldError("plan", f"plan[{number}].filled: must be 0 or more")
        assert typed is not None
        typed.append(_position(leg))
        filled.append(min(leg.done / leg.size, 1.0))
    held = hold(typed, equity_usd, view, settings, notes)
    if not held.legs:
        raise FieldError("positions", none_held(view, settings.here_ns, "give some, or a plan"))
    if typed is None or len(filled) != len(held.legs):
        filled = [1.0] * len(held.legs)
    assets = list(dict.fromkeys(leg.asset for leg in held.legs))
    legs = [_leg(held, i, assets, taker_fee, settings, notes) for i in range(len(held.legs))]
    venues = [pool.venue for pool in held.pools]
    delays = {venue: fill_delay_s(view, venue, delay_s, notes) for venue in dict.fromkeys(venues)}
    return StressBook(
        held=held,
        legs=legs,
        facts=[
            LegFacts(x.venue, x.symbol, x.notional_usd, x.funding_hourly, x.funding_cap_hourly)
            for x in held.legs
        ],
        filled=np.array(filled),
        venues=venues,
        delay_s=np.array([delays[venue] for venue in venues]),
    )


def _position(leg: PlanLeg) -> PositionInput:
    return PositionInput(
        venue=leg.venue, symbol=leg.symbol, size=leg.side.sign * leg.size, entry=leg.limit
    )


def _leg(
    held: Holdings,
    number: int,
    assets: Sequence[str],
    taker_fee: Mapping[str, float],
    settings: Settings,
    notes: Notes,
) -> StressLeg:
    leg = held.legs[number]
    fee: float | None = taker_fee.get(leg.venue)
    bids, asks = [], []
    if leg.market is not None:
        fee = taker_fee_of(leg.market, taker_fee, settings, notes)
        bids = reduced(leg.market.book.bids(), LEVELS)
        asks = reduced(leg.market.book.asks(), LEVELS)
    if not (bids and asks):
        notes.lack(f"{leg.name}: no book, so what trading there costs is not known")
    keeps = leg.liquidation_fee
    if math.isnan(keeps):
        keeps = ASSUMED_LIQUIDATION_FEE
        notes.assume(Assumption(place=leg.venue, what="a liquidation keeps 1 % of the notional"))
    return StressLeg(
        venue=leg.pool,
        asset=assets.index(leg.asset),
        size=leg.size,
        price=leg.price,
        tiers=leg.tiers,
        taker_fee_frac=math.nan if fee is None else fee,
        liquidation_fee_frac=keeps,
        bids=bids,
        asks=asks,
    )
