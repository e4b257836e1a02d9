"""How fast books refill, and so how many slices an order should have and how far apart.

Half-lives in seconds: what the form says, else what the view has measured, else an assumption.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from cockpit.analytics.execution.depth import depth_base, refill_half_life_s
from cockpit.analytics.execution.lots import smallest_order
from cockpit.analytics.execution.schedule import most_slices
from cockpit.calculators.common.market_data import Notes, Quote
from cockpit.calculators.stagger.inputs import MOST_SLICES, Inputs
from cockpit.core.assumptions import Assumption
from cockpit.core.market import Side
from cockpit.core.plan import Leg
from cockpit.core.units import NS_PER_S

ASSUMED_REFILL_S = 1.5
MIN_SAMPLES = 60
"""Of depth, below which nothing is measured."""
SPARSE, ROOMY = 2.0, 3.0
"""Half-lives between two slices on a venue: fewer are warned of, so many are planned for."""
NEAR_BPS, NEAR_SHARE = 10.0, 0.1
"""A slice of its own choosing takes this share of what all books show so near the mid."""


def refill_s(inputs: Inputs, quote: Quote) -> tuple[float, str]:
    """A venue's half-life and where it is from."""
    if inputs.refill_s is not None:
        return inputs.refill_s, "given"
    at, depths = quote.market.depths_usd.read()
    if int(np.isfinite(depths).sum()) >= MIN_SAMPLES:
        found = refill_half_life_s(depths, float(np.median(np.diff(at))) / NS_PER_S)
        if found is not None:
            return found, "measured"
    return ASSUMED_REFILL_S, "assumed"


def auto_slices(
    inputs: Inputs, priced: Sequence[Quote], side: Side, size: float, notes: Notes
) -> int:
    """As few slices as leave each a small share of what is near the mid, as far as books refill
    in time and slices stay above the smallest order."""
    near = sum(depth_base(quote.rows(side), quote.mid, NEAR_BPS) for quote in priced)
    wanted = math.ceil(size / (near * NEAR_SHARE)) if near > 0 else MOST_SLICES
    slowest, source = max(refill_s(inputs, quote) for quote in priced)
    in_time = most_slices(inputs.horizon_min * 60, slowest, ROOMY) - 1
    least = min(smallest_order(q.lot, q.min_size, q.min_notional_usd, q.mid_usd) for q in priced)
    count = max(1, min(wanted, in_time, math.floor(size / least * (1 + 1e-9)), MOST_SLICES))
    why = f"a tenth of what is shown within {NEAR_BPS:g} bps each"
    if count < wanted:
        why = f"no more fit, books refill by half in {slowest:.3g} s ({source})"
    notes.assume(Assumption(field="slices", value=count, why=why))
    return count


def warn_of_haste(
    inputs: Inputs, priced: Sequence[Quote], legs: Sequence[Leg], notes: Notes
) -> None:
    """Slices on one venue that follow each other before its book has refilled."""
    for quote in priced:
        times = [leg.not_before_ns or 0 for leg in legs if leg.venue == quote.venue]
        gap_s = min((b - a for a, b in pairwise(times)), default=math.inf) / NS_PER_S
        half_s, source = refill_s(inputs, quote)
        if gap_s < SPARSE * half_s:
            notes.warn(
                f"{quote.venue}: slices come within {gap_s:.3g} s, its book refills by half in "
                f"{half_s:.3g} s ({source}): they pay more than is priced here"
            )
