"""What a taker order cost at most at a past moment: levels are not kept, but bands are.

Whatever the levels were, the part of an order that a band holds was filled within it: the figure
is an upper bound, the fee not in it, because fees are only known as of now.
"""

from typing import Final

from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.liquidity import liquidity
from cockpit.ui.readings.order_books import BANDS_BPS, Cost

UNKNOWN_COST: Final = Cost(None, 1.0)


def kept_costs(readings: Readings, venue: str, usd: float) -> tuple[Cost, Cost] | None:
    """(to buy, to sell) at most, in bps of mid; None where no bands of it are kept."""
    found = liquidity(readings, venue)
    if found is None or any(bps not in found.bands for bps in BANDS_BPS):
        return None
    bids, asks = zip(*(found.bands[bps] for bps in BANDS_BPS), strict=True)
    return (
        _at_most(asks, usd, found.ask_reach_bps),
        _at_most(bids, usd, found.bid_reach_bps),
    )


def _at_most(resting_usd: tuple[float, ...], usd: float, reach_bps: float) -> Cost:
    """Each part at the far edge of its band. What the bands do not hold is thin, where the book was
    seen that far; else it is not known."""
    weighed = inside = 0.0
    for bps, resting in zip(BANDS_BPS, resting_usd, strict=True):
        part = max(0.0, min(resting, usd) - inside)
        weighed, inside = weighed + part * bps, inside + part
    if inside < usd:
        return Cost(None, inside / usd) if reach_bps >= BANDS_BPS[-1] else UNKNOWN_COST
    return Cost(weighed / usd, 1.0)
