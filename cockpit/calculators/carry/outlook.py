"""What a pair is paid as time goes on: its path against the costs, and other holds beside."""

import msgspec
import numpy as np

from cockpit.analytics.funding import carry as model
from cockpit.analytics.funding.pair_payments import Pair, funding_path, hold_funding
from cockpit.core.units import HOUR_NS

HOLDS_H = (24, 72, 168, 720)
"""One, three, seven and thirty days."""
LONGEST_H = 720
POINTS = 120
"""Of a path: enough for a step an hour over five days."""
BAND_SD = 1.2815515655446004
"""Of a normal: one run in ten lies above the band, one below."""


class FundingPath(msgspec.Struct, frozen=True, kw_only=True):
    """Funding received by each instant, USD, (n,); `low_usd` and `high_usd` hold eight runs in ten,
    None where the noise of the spread is not known. Hours without a stamp repeat the one before."""

    at_ns: list[int]
    expected_usd: list[float]
    low_usd: list[float] | None
    high_usd: list[float] | None


class HoldOutlook(msgspec.Struct, frozen=True, kw_only=True):
    """The same pair held so long; `net_usd` is after all costs."""

    hold_h: int
    expected_funding_usd: float
    net_usd: float | None
    breakeven_probability: float | None
    return_apr: float | None


def funding_path_of(pair: Pair, notional_usd: float, span_h: int) -> FundingPath:
    """From the pair's instant on over `span_h` hours, in whole hours, at most POINTS of them."""
    step = -(-span_h // POINTS)
    hours = np.arange(0, span_h + step, step)
    expected, sd = funding_path(pair, hours[1:])
    usd = np.concatenate(([0.0], expected * notional_usd))
    low = high = None
    if sd is not None:
        band = np.concatenate(([0.0], sd * notional_usd * BAND_SD))
        low, high = (usd - band).tolist(), (usd + band).tolist()
    return FundingPath(
        at_ns=(pair.long_path.at_ns + hours * HOUR_NS).tolist(),
        expected_usd=usd.tolist(),
        low_usd=low,
        high_usd=high,
    )


def shown_span_h(hold_h: int, breakeven_h: int | None) -> int:
    """Hours that show the hold and, within a month, the crossing of the costs."""
    if breakeven_h is not None and breakeven_h < LONGEST_H:
        return min(LONGEST_H, max(hold_h, breakeven_h + max(1, breakeven_h // 6)))
    return min(LONGEST_H, 2 * hold_h)


def hold_outlooks(
    pair: Pair, notional_usd: float, cost_usd: float | None, capital_usd: float
) -> tuple[HoldOutlook, ...]:
    """The holds that are shown side by side; costs are the same for each."""
    cost_frac = 0.0 if cost_usd is None else cost_usd / notional_usd
    found = []
    for hold_h in HOLDS_H:
        funding = hold_funding(pair, cost_frac, hold_h)
        received = notional_usd * funding.expected
        net = None if cost_usd is None else received - cost_usd
        found.append(
            HoldOutlook(
                hold_h=hold_h,
                expected_funding_usd=received,
                net_usd=net,
                breakeven_probability=None
                if cost_usd is None
                else model.breakeven_probability(cost_frac, funding),
                return_apr=None if net is None else model.return_apr(net, capital_usd, hold_h),
            )
        )
    return tuple(found)
