"""A hedge of one coin, with the figures that its trades leave."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cockpit.analytics.hedging.legs import Floats, HedgeAsset, HedgeVenue, hedge_book


class HedgeLegs(NamedTuple):
    """Trades (V,), and what they leave; `binding` is why that is not all that was asked for."""

    trade_usd: Floats
    delta_usd: float
    carry_usd_per_hour: float
    cost_usd: float
    feasible: bool
    binding: str | None
    excluded: tuple[str, ...]


def hedge_legs(
    delta_usd: float,
    carry_usd_per_hour: float,
    venues: Sequence[HedgeVenue],
    band_usd: float,
    target: float | None,
) -> HedgeLegs:
    asset = HedgeAsset(delta_usd, band_usd, venues)
    found = hedge_book([asset], carry_usd_per_hour, target)
    trade, binding = found.trade_usd[0], found.unhedged[0] or found.short
    paid = sum(t * v.funding_hourly for t, v in zip(trade.tolist(), venues, strict=True) if t)
    return HedgeLegs(
        trade_usd=trade,
        delta_usd=delta_usd + float(np.sum(trade)),
        carry_usd_per_hour=carry_usd_per_hour - paid,
        cost_usd=math.fsum(_cost(t, v) for t, v in zip(trade.tolist(), venues, strict=True)),
        feasible=binding is None,
        binding=binding,
        excluded=found.excluded[0],
    )


def _cost(trade_usd: float, venue: HedgeVenue) -> float:
    left, total = abs(trade_usd), 0.0
    for width, cost in venue.sell if trade_usd < 0 else venue.buy:
        total += min(width, left) * cost
        left = max(left - width, 0.0)
    return total
