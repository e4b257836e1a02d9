"""A forecaster that lives through a market hour by hour."""

from pathlib import Path

import numpy as np

import cockpit
from cockpit.forecast.forecaster import News
from cockpit.forecast.hour_figures import FIGURES
from cockpit.forecast.market_past import Payments
from cockpit.forecast.reference import decode

REFERENCE = decode((Path(cockpit.__file__).parent / "data/forecast_reference.json").read_bytes())
NO_HOURS = np.empty(0, dtype=np.int64)
NO_FIGURES = np.empty((0, len(FIGURES)))
MINUTE_NS = 60_000_000_000


def news(series, first, end, premium=np.nan):
    """The settlements from `first` to before `end`, and the live premium beside them."""
    part = slice(first, end)
    return News(
        venue=series.venue,
        symbol=series.symbol,
        interest_hourly=series.interest_hourly,
        dampener=series.dampener,
        paid=Payments(
            at_ns=series.at_ns[part],
            rate=series.rate[part],
            interval_s=series.interval_s[part],
            premium=np.full(end - first, np.nan)
            if series.premium is None
            else series.premium[part],
        ),
        premium=premium,
        hours=NO_HOURS,
        figures=NO_FIGURES,
    )


def keys(*markets):
    return [(series.venue, series.symbol) for series in markets]


def heard(forecaster, series, known):
    """The first `known` settlements at once; the time is half a minute after the last."""
    now_ns = int(series.at_ns[known - 1]) + MINUTE_NS // 2
    forecaster.hear([news(series, 0, known)], now_ns)
    return now_ns


def lived(forecaster, series, first, end):
    """Hour by hour: the settlement arrives, and half a minute later forecasts are made."""
    looked = None
    for place in range(first, end):
        now_ns = int(series.at_ns[place]) + MINUTE_NS // 2
        forecaster.hear([news(series, place, place + 1)], now_ns)
        looked = forecaster.look(now_ns, keys(series))
    return looked
