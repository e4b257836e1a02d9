"""Carry: long where funding is low, short where it is high, and whether that pays.

The spread is what a dollar of the pair receives per hour: the short leg's rate less the long
leg's, each a fraction per hour. It decays from `now` to `mean` by `phi` an hour; costs are
fractions of the pair's notional (one leg's notional, both legs being equal). Positive USD is
received, cost is positive. What is not known is None, and "never" is None too. What a hold is paid
of the spread at the stamps of both venues is in `pair_payments`.
Why the spread reverts: He, Manela, Ross, von Wachter, "Fundamentals of Perpetual Futures", arXiv
2212.06888. Its sums over a horizon are those of `reversion`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.funding.reversion import probability_below
from cockpit.core.units import HOURS_PER_YEAR

Floats = NDArray[np.float64]

GUARD = 1e-9
"""Of the cost: keeps one that takes exactly 75 hours from taking 76."""
_STANDARD = NormalDist()
ROUNDING = 1e-14
"""Of a rate: what dividing by its interval may have added to it."""
NEVER_H = 100 * HOURS_PER_YEAR
"""A pair that needs longer than this never breaks even; stamps in ns end in 292 years."""


@dataclass(frozen=True, slots=True)
class LegCost:
    """One leg's costs in USD; slippage against its venue's own mid, fees on what is traded."""

    entry_fee: float
    entry_slip: float
    exit_fee: float
    exit_slip: float

    @property
    def entry(self) -> float:
        return self.entry_fee + self.entry_slip

    @property
    def exit(self) -> float:
        return self.exit_fee + self.exit_slip


@dataclass(frozen=True, slots=True)
class Spread:
    """How the spread is thought to run: `now` and long-run `mean` per hour, `phi` an hour.

    `sigma` is the sd of an hour's innovation; None when it is not known.
    """

    now: float
    mean: float
    phi: float
    sigma: float | None


class HoldFunding(NamedTuple):
    """What a hold receives, as fractions of notional: expected, and its sd (None: not known);
    `breakeven_h` is the hour at whose end the cost is covered, None if it never is."""

    expected: float
    sd: float | None
    breakeven_h: int | None


class Carry(NamedTuple):
    """What a pair brings over its hold; `conservative_usd` at the asked quantile."""

    cost_frac: float
    cost_usd: float
    expected_funding_usd: float
    conservative_usd: float | None
    net_usd: float
    breakeven_h: int | None
    breakeven_probability: float | None
    return_apr: float | None


class Gate(NamedTuple):
    """One condition: its name, whether it holds (None: cannot be told), and the words if not."""

    name: str
    holds: bool | None
    words: str


def spread_hourly(long_rate: float, short_rate: float) -> float:
    """Received per hour and dollar: short leg's rate less long leg's, fractions per hour.

    Rates that differ by less than binary fractions can tell are equal: 0.01 % for eight hours is
    0.00125 % an hour.
    """
    apart = short_rate - long_rate
    return 0.0 if abs(apart) <= ROUNDING * max(abs(long_rate), abs(short_rate)) else apart


def spreads_hourly(long_rates: Floats, short_rates: Floats) -> Floats:
    """`spread_hourly` of arrays that broadcast; NaN where a rate is not known."""
    apart = short_rates - long_rates
    is_equal = np.abs(apart) <= ROUNDING * np.maximum(np.abs(long_rates), np.abs(short_rates))
    return np.where(is_equal, 0.0, apart)


def breakeven_h(cost_frac: float, spread: Spread) -> int | None:
    """The first whole hour at which the expected sum covers the cost; None if it never does.

    A sum that peaks below the cost (a long-run spread of 0 or less) never does, nor does one that
    would take a century. ValueError for anything not finite or a phi outside 0 to 1.
    """
    if not all(math.isfinite(x) for x in (cost_frac, spread.now, spread.mean, spread.phi)):
        raise ValueError("break-even needs finite numbers")
    if not 0 <= spread.phi <= 1:
        raise ValueError(f"phi must be from 0 to 1, got {spread.phi}")
    if cost_frac <= 0:
        return 0
    bracket = _rising_hours(spread)
    if bracket is None:
        return None
    low, high = bracket
    needed = cost_frac * (1 - GUARD)
    total = _sums(spread)
    if total(high) < needed:
        return None
    # Most pairs that ever pay do so within days of a bracket of a century.
    reach = low
    while reach < high and total(reach) < needed:
        low, reach = reach + 1, 2 * reach
    high = min(reach, high)
    while low < high:
        middle = (low + high) // 2
        if total(middle) >= needed:
            high = middle
        else:
            low = middle + 1
    return low


def breakeven_probability(cost_frac: float, funding: HoldFunding) -> float | None:
    """P(what the hold receives covers the cost), normal; None when the sd is not known."""
    if funding.sd is None:
        return None
    return 1.0 - probability_below(cost_frac, funding.expected, funding.sd)


def margin_usd(notional_usd: float, initial_frac: float, buffer_frac: float) -> float:
    """Collateral for one leg: its initial margin and a price move to withstand, both fractions.

    The other leg gains what this one loses, but on another venue: nothing is netted.
    """
    return notional_usd * (initial_frac + buffer_frac)


def return_apr(net_usd: float, capital_usd: float, hold_h: float) -> float | None:
    """Simple yearly return on the collateral of both legs; None without capital or a hold."""
    if not (capital_usd > 0 and hold_h > 0):
        return None
    return net_usd / capital_usd * HOURS_PER_YEAR / hold_h


def evaluate(
    cost_frac: float, funding: HoldFunding, notional_usd: float, hold_h: int, capital_usd: float,
    quantile: float,
) -> Carry:  # fmt: skip
    """A pair over its hold. `quantile` (such as 0.1) is for the conservative funding sum."""
    received = notional_usd * funding.expected
    cost = notional_usd * cost_frac
    low = None
    if funding.sd is not None:
        low = notional_usd * (funding.expected + _STANDARD.inv_cdf(quantile) * funding.sd)
    return Carry(
        cost_frac=cost_frac,
        cost_usd=cost,
        expected_funding_usd=received,
        conservative_usd=low,
        net_usd=received - cost,
        breakeven_h=funding.breakeven_h,
        breakeven_probability=breakeven_probability(cost_frac, funding),
        return_apr=return_apr(received - cost, capital_usd, hold_h),
    )


def gates(carry: Carry, hold_h: int, min_probability: float, min_apr: float) -> tuple[Gate, ...]:
    """The conditions of an entry, in the order in which they should be read."""
    hours, odds, apr = carry.breakeven_h, carry.breakeven_probability, carry.return_apr
    low = carry.conservative_usd
    return (
        Gate("breakeven", hours is not None, "never breaks even"),
        Gate(
            "hold",
            None if hours is None else hours <= hold_h,
            f"breaks even after {_time_words(hours or 0)}, the hold is {_time_words(hold_h)}",
        ),
        Gate(
            "probability",
            None if odds is None else odds >= min_probability,
            f"breaks even with {(odds or 0.0) * 100:.0f} %, "
            f"{min_probability * 100:.0f} % are asked for",
        ),
        Gate(
            "conservative",
            None if low is None else low >= 0,
            f"a poor run pays {-(low or 0.0):.2f} USD of funding instead of receiving it",
        ),
        Gate(
            "return",
            None if apr is None else apr >= min_apr,
            f"returns {(apr or 0.0) * 100:.1f} % a year, {min_apr * 100:.1f} % are asked for",
        ),
    )


def _time_words(hours: int) -> str:
    """`831 h`, `160 d`: from a thousand hours on, days."""
    return f"{hours} h" if hours < 1000 else f"{hours / 24:.0f} d"


def formula_gate(carry: Carry, by_formula_usd: float | None) -> Gate:
    """Whether the costs are also covered through the clamps of the venues' own formulas."""
    return Gate(
        "formula",
        None if by_formula_usd is None else by_formula_usd >= carry.cost_usd,
        f"formulas pay {by_formula_usd or 0.0:.2f} USD, it costs {carry.cost_usd:.2f} USD: the "
        "venues clamp their rates",
    )


def first_closed(conditions: Sequence[Gate]) -> str | None:
    """The words of the first condition that does not hold; None if every known one holds."""
    return next((gate.words for gate in conditions if gate.holds is False), None)


def _sums(spread: Spread) -> Callable[[int], float]:
    """`expected_sum` of the spread by hours, made once for a search that asks it often."""
    mean, gap, phi = spread.mean, spread.now - spread.mean, spread.phi
    if phi == 1.0:
        return lambda hours: spread.now * hours
    scale = gap * phi / (1.0 - phi)
    return lambda hours: mean * hours + scale * (1.0 - phi**hours)


def _rising_hours(spread: Spread) -> tuple[int, int] | None:
    """Hours between which the sum only rises and, if at all, passes the cost; None if nowhere."""
    gap, phi = spread.now - spread.mean, spread.phi
    first = spread.mean + gap * phi
    if phi == 1.0 or gap == 0.0:
        return (1, NEVER_H) if first > 0 else None
    if spread.mean > 0:
        # A spread that is against us sums ever lower until it has turned.
        return (_hours_until(spread.mean, -gap, phi) if first < 0 else 1), NEVER_H
    if first <= 0:
        return None
    if spread.mean == 0.0:
        return 1, NEVER_H
    # From where the hourly spread reaches 0 on, the sum falls.
    return 1, _hours_until(-spread.mean, gap, phi)


def _hours_until(level: float, gap: float, phi: float) -> int:
    """The last whole hour, 1 at least, at which gap x phi^hour has not fallen below the level."""
    return max(1, math.floor(min(NEVER_H, (math.log(level) - math.log(gap)) / math.log(phi))))
