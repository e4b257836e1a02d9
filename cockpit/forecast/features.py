"""What a forecast is made from: the one place for live rows and for rows of a backtest.

Every feature is a function of one row of `Windows`, so nothing after the decision can enter.
Rates are in bps per hour, premiums in bps; a feature that cannot be said is NaN.
"""

from collections.abc import Iterable

import msgspec
import numpy as np

from cockpit.forecast.cells import Cells, Floats, Ints
from cockpit.forecast.funding_features import funding
from cockpit.forecast.labels import Situation
from cockpit.forecast.premium_features import HORIZONS_H, expected_name, premium
from cockpit.forecast.telemetry_features import book, chain, cross, flow
from cockpit.forecast.windows import Windows, in_chunks

GROUPS = ("funding", "premium", "book", "flow", "cross", "chain")
HISTORY = (
    "mean_24h", "mean_7d", "mean_30d", "mean_24h_off_pin", "mean_7d_off_pin", "mean_30d_off_pin",
)  # fmt: skip
"""The features of the forecast to beat: historical averages alone."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "funding": (
        "rate", "deviation", "below_zero", "sign",
        "mean_8h", "mean_24h", "mean_7d", "mean_30d",
        "mean_8h_off_pin", "mean_24h_off_pin", "mean_7d_off_pin", "mean_30d_off_pin",
        "deviation_q95", "sd_30d", "lowest_24h", "peak_24h",
        "deviation_to_q95", "peak_24h_to_q95", "log_q95",
        "spike_share_8h", "spike_share_24h", "spike_share_7d",
        "negative_share_8h", "negative_share_24h", "negative_share_7d",
    ),
    "premium": (
        "premium", "premium_size", "premium_off_interest",
        "premium_change_1h", "premium_change_6h",
        "premium_mean_6h", "premium_mean_24h", "premium_mean_7d",
        "premium_sd_24h", "premium_log_sd_24h", "premium_sd_7d",
        "premium_above_pin", "premium_below_pin",
        "premium_lowest_24h", "premium_highest_24h",
        "premium_past_spike", "premium_to_edge", "premium_to_edge_mean_24h",
        "premium_to_edge_mean_7d", "premium_to_edge_peak_24h",
        "spike_distance_sd_7d", "spike_distance_sd_24h",
        "flip_distance_sd_7d", "flip_distance_sd_24h",
        "premium_step_to_edge_7d", "premium_step_to_edge_24h",
        *(expected_name(horizon_h) for horizon_h in HORIZONS_H),
    ),
    "book": (
        "imbalance_10bps", "depth_10bps_z", "depth_10bps_change_24h",
        "imbalance_50bps", "depth_50bps_z", "depth_50bps_change_24h", "log_spread",
    ),
    "flow": (
        "oi_change_1h", "oi_change_8h", "oi_change_24h", "basis_bps",
        "return_24h", "volatility_24h", "taker_imbalance", "liquidated_usd",
    ),
    "cross": ("rate_off_others", "others_rate", "others_change_24h", "others_dispersion"),
    "chain": (
        "cadence_s_z", "cadence_s_highest_24h", "latency_ms_z", "latency_ms_highest_24h",
        "settle_lag_ms_z", "settle_lag_ms_highest_24h", "gaps_24h",
    ),
}  # fmt: skip
NAMES = tuple(name for group in COLUMNS.values() for name in group)
INDEX = {name: place for place, name in enumerate(NAMES)}


class Features(msgspec.Struct, frozen=True, kw_only=True):
    """`values` is (rows, len(NAMES)), NaN where a feature cannot be said."""

    values: Floats
    situation: Situation


def features(windows: Windows) -> Features:
    """All features of each row of the windows, and what its events are measured against."""
    paid, situation = funding(windows)
    known = {
        **paid,
        **premium(windows, situation),
        **book(windows),
        **flow(windows),
        **cross(windows, situation.rate),
        **chain(windows),
    }
    values = np.full((len(windows.paid), len(NAMES)), np.nan)
    for name, column in known.items():
        values[:, INDEX[name]] = column
    return Features(values=values, situation=situation)


def places_of(groups: Iterable[str]) -> Ints:
    """The columns that an event may be told from: all of the groups but the level's own."""
    own = {expected_name(horizon_h) for horizon_h in HORIZONS_H}
    return np.array([INDEX[name] for group in groups for name in COLUMNS[group] if name not in own])


def series_features(cells: Cells, places: Ints) -> Features:
    """Features of many decisions of one market, some rows at a time."""
    parts = [features(windows) for windows in in_chunks(cells, places)]
    fields = Situation.__struct_fields__
    return Features(
        values=np.concatenate([part.values for part in parts]),
        situation=Situation(
            **{
                field: np.concatenate([getattr(part.situation, field) for part in parts])
                for field in fields
            }
        ),
    )
