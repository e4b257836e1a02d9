"""Margin of linear perpetuals: what is required, what is left, and at which price it ends.

Signed sizes in base units (+ long), prices in USD per base, money in USD, rates as fractions of
notional. One account is one equity that stands behind its legs: a venue's cross account, or one
isolated position with the margin that was set aside for it. Maintenance of a leg is
`notional * mmf - deduction` in its tier, so it is continuous and convex in the notional.

NaN is "not known" and comes out as NaN; None is "there is no such price". Sources: Hyperliquid
docs (trading/margin-tiers, trading/liquidations), dYdX v4 docs (concepts/trading/margin), Lighter
docs (perpetual-futures/liquidations-and-insurance-fund).
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

FARTHEST = 1e6
"""A joint shock beyond this multiple of its direction is none."""


class Tiers(NamedTuple):
    """Maintenance by size of the position, each array of shape (T,), lowest tier first."""

    lower_usd: Floats
    mmf_frac: Floats
    deduction_usd: Floats


def build_tiers(lower_usd: Sequence[float], mmf_frac: Sequence[float]) -> Tiers:
    """Tiers with deductions that make maintenance continuous at each `lower_usd`.

    `deduction_n = deduction_(n-1) + lower_n * (mmf_n - mmf_(n-1))`. One unknown rate is
    `build_tiers([0], [nan])`. ValueError if the bounds do not rise from 0, or the rates fall or
    leave [0, 1).
    """
    if not lower_usd or len(lower_usd) != len(mmf_frac):
        raise ValueError("tiers need one lower bound and one rate each")
    if lower_usd[0] != 0 or not all(low < high for low, high in pairwise(lower_usd)):
        raise ValueError("tier bounds must rise from 0")
    if any(rate < 0 or rate >= 1 for rate in mmf_frac) or any(
        low > high for low, high in pairwise(mmf_frac)
    ):
        raise ValueError("maintenance fractions must not fall, and lie in [0, 1)")
    deductions = [0.0]
    for lower, (rate, higher) in zip(lower_usd[1:], pairwise(mmf_frac), strict=True):
        deductions.append(deductions[-1] + lower * (higher - rate))
    columns = (lower_usd, mmf_frac, deductions)
    return Tiers(*(np.array(column, dtype=np.float64) for column in columns))


def maintenance_usd(notional_usd: ArrayLike, tiers: Tiers) -> Floats:
    """Maintenance of absolute notionals of any shape, same shape back.

    With rates that never fall, the tier that applies is the one that asks the most.
    """
    notional = np.asarray(notional_usd, dtype=np.float64)
    most = notional * tiers.mmf_frac[0]
    for rate, deduction in zip(tiers.mmf_frac[1:], tiers.deduction_usd[1:], strict=True):
        most = np.maximum(most, notional * rate - deduction)
    return np.asarray(most)


def account_maintenance_usd(size: Floats, price: Floats, tiers: Sequence[Tiers]) -> Floats:
    """Maintenance of each leg, (L,); their sum is what the account must keep."""
    notional = (np.abs(size) * price).tolist()
    return np.array([_maintenance(usd, tier) for usd, tier in zip(notional, tiers, strict=True)])


def _maintenance(notional_usd: float, tiers: Tiers) -> float:
    """`maintenance_usd` of one number, where an array costs more than its arithmetic."""
    first, *rates = tiers.mmf_frac.tolist()
    most: float = notional_usd * first
    for rate, deduction in zip(rates, tiers.deduction_usd[1:].tolist(), strict=True):
        asked = notional_usd * rate - deduction
        if asked > most or math.isnan(asked):
            most = asked
    return most


class InitialTiers(NamedTuple):
    """Initial margin by size of the position, lowest tier first.

    The fraction of the tier that a notional lies in holds for all of it; a bound belongs to the
    tier below. NaN is not known.
    """

    lower_usd: tuple[float, ...]
    imf_frac: tuple[float, ...]

    def frac_at(self, notional_usd: float) -> float:
        """The fraction for an absolute notional."""
        if math.isnan(notional_usd):
            return math.nan if len(self.imf_frac) > 1 else self.imf_frac[0]
        return self.imf_frac[max(bisect_left(self.lower_usd, notional_usd) - 1, 0)]

    def needed_usd(self, notional_usd: float) -> float:
        """Initial margin of an absolute notional."""
        return notional_usd * self.frac_at(notional_usd)

    def plus(self, frac: float) -> "InitialTiers":
        """With so much more of the notional in every tier."""
        return self._replace(imf_frac=tuple(imf + frac for imf in self.imf_frac))

    def largest_usd(self, margin_usd: float) -> float:
        """The largest notional that the margin is enough for; infinite where nothing is asked."""
        largest = 0.0
        uppers = (*self.lower_usd[1:], math.inf)
        for lower, upper, imf in zip(self.lower_usd, uppers, self.imf_frac, strict=True):
            usd = min(margin_usd / imf if imf > 0 else math.inf, upper)
            if usd > lower:
                largest = usd
        return largest


def margin_ratio(required_usd: ArrayLike, equity_usd: ArrayLike) -> Floats:
    """Required over equity; with maintenance, 1 is liquidation. Shapes broadcast.

    Nothing required of an equity that is not negative is 0; anything required of an equity that
    is not positive is infinite.
    """
    required = np.asarray(required_usd, dtype=np.float64)
    equity = np.asarray(equity_usd, dtype=np.float64)
    unknown = np.isnan(required) | np.isnan(equity)
    idle = (required == 0) & (equity >= 0)
    safe = np.where(equity > 0, equity, 1.0)
    ratio = np.where(idle, 0.0, np.where(equity > 0, required / safe, np.inf))
    return np.where(unknown, np.nan, ratio)


def isolated_equity_usd(margin_usd: float, size: float, entry: float, mark: float) -> float:
    """What stands behind one isolated position: its margin and its own profit."""
    return margin_usd + size * (mark - entry)


def liquidation_price(
    equity_usd: float, size: float, price: float, tiers: Tiers, others_usd: float
) -> float | None:
    """The price of one leg at which equity equals maintenance, all other prices held.

    `equity_usd` is the account's at `price`, `others_usd` the maintenance of its other legs (0
    for an isolated position). Exact over tiers: along the price every tier's line crosses once,
    and the one that asks the most crosses first. None without a position or when no positive
    price does it; NaN if anything is unknown. An account that is already below maintenance has
    its price on the safe side of the market.
    """
    if size == 0:
        return None
    room = equity_usd - size * price - others_usd
    crossings = (room + tiers.deduction_usd) / (abs(size) * tiers.mmf_frac - size)
    crossing = float(np.max(crossings) if size > 0 else np.min(crossings))
    return None if crossing <= 0 else crossing


def distance_frac(liquidation: float | None, price: float) -> float | None:
    """How far the price may move until then, signed: -0.1 is ten per cent down."""
    return None if liquidation is None else liquidation / price - 1


def joint_shock_frac(
    equity_usd: float,
    size: Floats,
    price: Floats,
    direction: Floats,
    tiers: Sequence[Tiers],
    collateral_usd: float,
) -> float | None:
    """How far all prices may go together until the account is at maintenance.

    Leg i moves to `price_i * (1 + direction_i * x)`, never below zero, and the collateral changes
    by `collateral_usd * x`. The answer is the smallest x >= 0 (0: already there), None if the
    account outlives every x (also where a price of zero takes exactly everything), NaN if
    anything is unknown. Equity minus maintenance is linear in x between the places where a leg
    changes its tier or a price reaches zero; those are walked in order, without iteration.
    """

    legs = list(zip(size.tolist(), price.tolist(), direction.tolist(), tiers, strict=True))

    def room(x: float) -> float:
        profit = required = 0.0
        for held, mark, way, tier in legs:
            moved = mark * max(1 + way * x, 0.0)
            profit += held * (moved - mark)
            required += _maintenance(abs(held) * moved, tier)
        return equity_usd + (profit + collateral_usd * x) - required

    turns = [0.0, *sorted(_turns(np.abs(size) * price, direction, tiers))]
    turns.append(2 * turns[-1] + 1)
    before, left = 0.0, room(0.0)
    if math.isnan(left):
        return math.nan
    if left <= 0:
        return 0.0
    for x in turns[1:]:
        here = room(x)
        if here < 0:
            return before + (x - before) * left / (left - here)
        previous, before, left = (before, left), x, here
    falling = (previous[1] - left) / (before - previous[0])
    return before + left / falling if left < FARTHEST * falling else None


def _turns(notional: Floats, direction: Floats, tiers: Sequence[Tiers]) -> set[float]:
    """The x > 0 at which some leg enters another tier or loses its last value."""
    found: set[float] = set()
    for usd, way, tier in zip(notional.tolist(), direction.tolist(), tiers, strict=True):
        if usd > 0 and way != 0:
            places = ((lower / usd - 1) / way for lower in tier.lower_usd.tolist())
            found.update(x for x in places if 0 < x < FARTHEST)
    return found


def hours_to_liquidation(
    equity_usd: float, maintenance: float, carry_usd_per_hour: float
) -> float | None:
    """When funding alone eats the account, prices and rates held; carry is + when received.

    0 if it is there already, None if it never comes.
    """
    room = equity_usd - maintenance
    if math.isnan(room) or math.isnan(carry_usd_per_hour):
        return math.nan
    if room <= 0:
        return 0.0
    return room / -carry_usd_per_hour if carry_usd_per_hour < 0 else None
