"""A scenario's shocks in the terms of the stress analytics: a shock for each leg, delays by venue.

A scenario may be a story over time. Stress looks at its worst moment: prices stand where they are
farthest from where they began, and of every other key the most extreme value counts.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.risk.exposure import SPOT
from cockpit.analytics.risk.stress import LegShock
from cockpit.core.scenario import Scenario, Shock, cast, ranked

Floats = NDArray[np.float64]


class LegFacts(NamedTuple):
    """What a shock needs to know of a leg. Hourly fractions; NaN is unknown, inf is no cap."""

    venue: str
    symbol: str
    notional_usd: float
    funding_hourly: float
    funding_cap_hourly: float


class Translated(NamedTuple):
    """Shocks (L,); by venue (V,) seconds until a fill, the share of collateral that is lost in a
    depeg and the share of equity that the venue keeps.

    `volatility_annual` is None where the scenario leaves it alone.
    """

    legs: list[LegShock]
    delay_s: Floats
    collateral_loss_frac: Floats
    equity_lost_frac: Floats
    funding_half_life_h: float
    volatility_annual: float | None
    correlation_one: bool


def translate(
    scenario: Scenario,
    legs: Sequence[LegFacts],
    venues: Sequence[str],
    delay_s: Floats,
    betas: Mapping[str, float],
    roles: Mapping[str, str],
) -> Translated:
    """`delay_s` (V,) is how long a fill takes on an ordinary day; a beta is 1 where none is named.
    `roles` are the venues that play the scenario's, see `roles_of`.

    Where everything moves as one, a price moves by its beta times the gap, never below zero.
    """
    story = sorted(cast(scenario, roles).shocks, key=lambda shock: shock.at_s)
    shocks = [_leg_shock(story, leg, number, betas) for number, leg in enumerate(legs, 1)]
    vols = [s.volatility_annual for s in story if s.volatility_annual is not None]
    return Translated(
        shocks,
        np.array([_delay_s(story, v, d) for v, d in zip(venues, delay_s.tolist(), strict=True)]),
        np.array([0.0 if v == SPOT else _most(story, v, lambda s: s.depeg) for v in venues]),
        np.array([0.0 if v == SPOT else _lost_frac(story, v) for v in venues]),
        _half_life_h(story),
        max(vols, default=None),
        any(shock.correlation_one for shock in story),
    )


def roles_of(legs: Sequence[LegFacts]) -> dict[str, str]:
    """The venues that play a scenario's roles: by gross notional, and by net long and short.

    Coins that are owned outright lie at no venue.
    """
    gross: dict[str, float] = {}
    net: dict[str, float] = {}
    for leg in (leg for leg in legs if leg.venue != SPOT):
        usd = 0.0 if math.isnan(leg.notional_usd) else leg.notional_usd
        gross[leg.venue] = gross.get(leg.venue, 0.0) + abs(usd)
        net[leg.venue] = net.get(leg.venue, 0.0) + usd
    roles = ranked(sorted(gross, key=lambda venue: -gross[venue]))
    for role, side in (("@long", 1), ("@short", -1)):
        most = max(net, key=lambda venue: side * net[venue], default="")
        if side * net.get(most, 0.0) > 0:
            roles[role] = most
    return roles


def _leg_shock(
    story: Sequence[Shock], leg: LegFacts, number: int, betas: Mapping[str, float]
) -> LegShock:
    mine = [shock for shock in story if shock.concerns(leg.venue, leg.symbol)]
    level = farthest = at_adl = 1.0
    taken = 0.0
    for shock in mine:
        if shock.gap and not (shock.frozen and _is_named(leg.venue, shock.frozen)):
            beta = betas.get(leg.symbol, 1.0) if shock.correlation_one else 1.0
            level *= max(1 + beta * shock.gap_at(leg.venue), 1e-9)
            farthest = level if abs(level - 1) > abs(farthest - 1) else farthest
        if shock.adl_fraction > taken and leg.venue != SPOT:
            taken, at_adl = shock.adl_fraction, level
    fills = [
        share
        for shock in mine
        for key, share in shock.fill_fraction.items()
        if key == str(number) or _is_meant(key, leg)
    ]
    return LegShock(
        gap_frac=farthest - 1,
        funding_shift_hourly=_funding_shift(mine, leg),
        depth_fraction=min((shock.depth_fraction for shock in mine), default=1.0),
        spread_multiplier=max((shock.spread_multiplier for shock in mine), default=1.0),
        fill_fraction=min(fills, default=1.0),
        adl_fraction=taken,
        adl_gap_frac=at_adl - 1,
    )


def _is_named(venue: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(venue, pattern) for pattern in patterns)


def _is_meant(key: str, leg: LegFacts) -> bool:
    """`VENUE`, `VENUE/SYMBOL` or a pattern of either."""
    return fnmatchcase(leg.venue, key) or fnmatchcase(f"{leg.venue}/{leg.symbol}", key)


def _funding_shift(shocks: Sequence[Shock], leg: LegFacts) -> float:
    """The shocked rate within the venue's cap, less the present one; 0 where nothing changes it."""
    multiplier = max((s.funding_multiplier for s in shocks), key=_strength, default=1.0)
    flips = any(shock.funding_flip for shock in shocks)
    if multiplier == 1 and not flips:
        return 0.0
    shocked = leg.funding_hourly * multiplier * (-1 if flips else 1)
    cap = leg.funding_cap_hourly
    return min(max(shocked, -cap), cap) - leg.funding_hourly


def _strength(multiplier: float) -> float:
    return abs(math.log(abs(multiplier))) if multiplier else math.inf


def _half_life_h(story: Sequence[Shock]) -> float:
    """The slowest way back; infinite if one of the shocks to funding stays."""
    touching = [s for s in story if s.funding_flip or s.funding_multiplier != 1]
    return max(
        (math.inf if s.funding_decay_h is None else s.funding_decay_h for s in touching),
        default=math.inf,
    )


def _delay_s(story: Sequence[Shock], venue: str, ordinary_s: float) -> float:
    if any(_is_named(venue, shock.outage) for shock in story if shock.outage):
        return math.inf
    halts = [s for shock in story for v, s in shock.halt_s.items() if fnmatchcase(venue, v)]
    settles = _most(story, venue, lambda shock: shock.settlement_delay_s)
    return ordinary_s + max(halts, default=0.0) + settles


def _most(story: Sequence[Shock], venue: str, of: Callable[[Shock], float]) -> float:
    return max((of(shock) for shock in story if _is_named(venue, shock.venues)), default=0.0)


def _lost_frac(story: Sequence[Shock], venue: str) -> float:
    shares = [
        share
        for shock in story
        for key, share in shock.equity_lost.items()
        if fnmatchcase(venue, key)
    ]
    return max(shares, default=0.0)
