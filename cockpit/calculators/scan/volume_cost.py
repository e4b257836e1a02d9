"""What a trade of a market costs whose book is not seen: an estimate from its volume.

Half a spread by the tier of the volume, and the square-root law for the size. Both are wide
guesses, to be told from what a book says: rows that rest on them say `tier`.
"""

from typing import Final

from cockpit.analytics.execution.impact import sqrt_impact_bps

HALF_SPREAD_BPS: Final = ((1e9, 0.5), (1e8, 1.0), (1e7, 3.0), (1e6, 8.0), (0.0, 25.0))
"""(USD in 24 h from which it counts, half of the spread in bps), most traded first."""
SIGMA_DAY: Final = 0.05
"""Daily volatility of a middling coin."""
Y: Final = 1.0


def tier_slip_frac(usd: float, volume_24h_usd: float) -> float | None:
    """Slippage of one trade of `usd` against mid, a fraction; None where nothing is traded."""
    if not volume_24h_usd > 0:
        return None
    half = next(bps for least, bps in HALF_SPREAD_BPS if volume_24h_usd >= least)
    return (half + sqrt_impact_bps(usd, volume_24h_usd, SIGMA_DAY, Y)) * 1e-4
