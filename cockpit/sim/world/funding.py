"""From an order book to a funding rate: impact premium, running mean, formula, published step.

Which shape and which constants a venue has is in its face's profile.
"""

import math
from collections.abc import Iterable
from decimal import Decimal

from cockpit.sim.world.contract import FundingRule

TRUNCATION_GUARD = 1e-6
"""Of one quantum: keeps 84.99999999 from losing a whole step to binary fractions."""


def clamp(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))


def rate(rule: FundingRule, premium: float) -> float:
    """The published rate per interval, as a fraction, for an average premium (a fraction)."""
    whole = steepened(rule, premium)
    whole += clamp(rule.interest_8h - premium, -rule.dampener, rule.dampener)
    if rule.cap_8h is not None:
        whole = clamp(whole, -rule.cap_8h, rule.cap_8h)
    scaled = whole * rule.interval_s / rule.premium_s
    if rule.cap is not None:
        scaled = clamp(scaled, -rule.cap, rule.cap)
    return scaled if rule.quantum is None else truncate(scaled, rule.quantum)


def steepened(rule: FundingRule, premium: float) -> float:
    """A premium whose part beyond each of the rule's steps counts as often as the step says."""
    size, slope, value = abs(premium), 1.0, abs(premium)
    for beyond, steeper in rule.steeper:
        value += max(0.0, size - beyond) * (steeper - slope)
        slope = steeper
    return math.copysign(value, premium)


def truncate(value: float, quantum: float) -> float:
    """Towards zero to a whole number of quanta, as the float nearest to that decimal."""
    steps = math.trunc(value / quantum + math.copysign(TRUNCATION_GUARD, value))
    return float(steps * Decimal(repr(quantum)))


def impact_price(levels: Iterable[tuple[int, int]], notional: float) -> float | None:
    """The average price in ticks of trading `notional` (ticks x lots); None on an empty side.

    A book that is too thin gives the average of all of it.
    """
    left, base = notional, 0.0
    for ticks, lots in levels:
        worth = float(ticks * lots)
        if worth >= left:
            return notional / (base + left / ticks)
        left -= worth
        base += lots
    return (notional - left) / base if base else None


def impact_premium(bid: float | None, ask: float | None, index: float) -> float | None:
    """(max(0, impact bid - index) - max(0, index - impact ask)) / index; None without a side."""
    if bid is None or ask is None:
        return None
    return (max(0.0, bid - index) - max(0.0, index - ask)) / index


class RunningPremium:
    """The mean of the premium samples of one interval, plain or with weights 1, 2, 3, …"""

    __slots__ = ("_ramp", "_total", "_weight", "count")

    def __init__(self, rule: FundingRule) -> None:
        self._ramp = rule.weighting == "ramp"
        self.reset()

    def reset(self) -> None:
        self.count = 0
        self._total = 0.0
        self._weight = 0.0

    def assume(self, mean: float, count: int) -> None:
        """As if `count` samples with this mean had been taken."""
        self.count = count
        self._weight = count * (count + 1) / 2 if self._ramp else float(count)
        self._total = mean * self._weight

    def add(self, premium: float) -> None:
        self.count += 1
        weight = float(self.count) if self._ramp else 1.0
        self._weight += weight
        self._total += weight * premium

    def pull(self, towards: float, share: float) -> None:
        """Close `share` of the distance between the mean and `towards`."""
        if (mean := self.mean) is not None:
            self._total = (mean + (towards - mean) * share) * self._weight

    @property
    def mean(self) -> float | None:
        return self._total / self._weight if self._weight else None
