"""What a book is worth to somebody who has to trade into it.

Levels are sequences of `(price, size)`, best first; sizes in base units, depth in quote (USD).
Everything returns None where the book cannot answer, never 0.
"""

from collections.abc import Sequence

import numpy as np

Levels = Sequence[tuple[float, float]]


def mid_price(bids: Levels, asks: Levels) -> float | None:
    """Middle of the touch; None with an empty side."""
    return (bids[0][0] + asks[0][0]) / 2 if bids and asks else None


def spread_bps(bids: Levels, asks: Levels) -> float | None:
    """Best ask minus best bid, in bps of mid."""
    mid = mid_price(bids, asks)
    return None if mid is None else (asks[0][0] - bids[0][0]) / mid * 1e4


def depth_usd(levels: Levels, mid: float, bps: float) -> float:
    """Notional resting within `bps` of mid on this side, inclusive."""
    if not levels:
        return 0.0
    array = np.asarray(levels, dtype=np.float64)
    near = np.abs(array[:, 0] / mid - 1.0) * 1e4 <= bps + 1e-9
    return float(np.sum(array[near, 0] * array[near, 1]))


def covered_bps(levels: Levels, mid: float) -> float | None:
    """How far from mid the visible book reaches: depth beyond this is unknown, not absent."""
    return abs(levels[-1][0] / mid - 1.0) * 1e4 if levels else None


def imbalance(bid_usd: float, ask_usd: float) -> float | None:
    """(bid - ask) / (bid + ask) in [-1, 1]; None for an empty band."""
    total = bid_usd + ask_usd
    return (bid_usd - ask_usd) / total if total > 0 else None
