"""Markets made up for tests: a premium that reverts, taken through the clamp of the venue."""

import msgspec
import numpy as np

from cockpit.forecast.cells import HOUR_NS, Series

START_HOUR = 473_400  # 2024-01-03 00:00 UTC
NS = 1_000_000_000


def funding(premium):
    """1 bp of interest, 5 bps of dampener, an eighth an hour."""
    return (premium + np.clip(1e-4 - premium, -5e-4, 5e-4)) / 8


def market(days=60, seed=1, scale=4e-4, symbol="BTC", venue="venue", start_hour=START_HOUR):
    """Hourly settlements 50 ms after each hour."""
    draws = np.random.default_rng(seed).normal(size=days * 24) * scale * 0.3
    premium = np.zeros(days * 24)
    for hour in range(1, len(premium)):
        premium[hour] = 0.955 * premium[hour - 1] + draws[hour]
    hours = start_hour + np.arange(days * 24)
    return Series(
        venue=venue,
        symbol=symbol,
        at_ns=hours * HOUR_NS + 50_000_000,
        rate=funding(premium),
        interval_s=np.full(len(hours), 3600.0),
        premium=premium,
    )


def rows(series, keep):
    """Some rows of a series."""
    return msgspec.structs.replace(
        series,
        at_ns=series.at_ns[keep],
        rate=series.rate[keep],
        interval_s=series.interval_s[keep],
        premium=None if series.premium is None else series.premium[keep],
        telemetry={name: values[keep] for name, values in series.telemetry.items()},
    )
