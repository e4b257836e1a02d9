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

LEVEL_COLUMNS = (
    "rate", "deviation", "below_zero", "mean_8h", "mean_24h", "mean_7d", "mean_30d",
    "mean_8h_off_pin", "mean_24h_off_pin", "mean_7d_off_pin", "mean_30d_off_pin", "sd_30d",
    *(expected_name(horizon_h) for horizon_h in HORIZONS_H),
)  # fmt: skip
"""In bps per hour: for levels and for the models to beat."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "funding": (
        "deviation_to_q95", "peak_24h_to_q95", "sign", "rate_bounded", "mean_8h_bounded",
        "mean_24h_bounded", "mean_7d_bounded", "lowest_24h_bounded",
        "surprise_now", "surprise_8h", "surprise_24h",
        "spike_share_8h", "spike_share_24h", "spike_share_7d",
        "negative_share_8h", "negative_share_24h", "negative_share_7d",
    ),
    "premium": (
        "premium", "premium_to_edge", "premium_to_edge_mean_24h", "premium_to_edge_mean_7d",
        "premium_to_edge_peak_24h", "spike_distance_sd_7d", "spike_distance_sd_24h",
        "flip_distance_sd_7d", "flip_distance_sd_24h",
        "premium_step_to_edge_7d", "premium_step_to_edge_24h",
        "premium_expects_to_q95", "premium_expects_surprise",
    ),
    "book": (
        "imbalance_10bps", "depth_10bps_z", "depth_10bps_change_1h", "depth_10bps_change_24h",
        "imbalance_25bps", "depth_25bps_z", "depth_25bps_change_1h", "depth_25bps_change_24h",
        "imbalance_50bps", "depth_50bps_z", "depth_50bps_change_1h", "depth_50bps_change_24h",
        "log_spread", "spread_z",
    ),
    "flow": (
        "oi_change_1h", "oi_change_8h", "oi_change_24h", "volume_24h_z", "basis_bps",
        "return_24h", "volatility_24h", "taker_imbalance", "liquidated_usd",
    ),
    "cross": ("rate_off_others", "others_rate", "others_change_24h", "others_dispersion"),
    "chain": (
        "cadence_s_z", "cadence_s_highest_24h", "block_age_s_z", "block_age_s_highest_24h",
        "latency_ms_z", "latency_ms_highest_24h", "latency_p99_ms_z", "latency_p99_ms_highest_24h",
        "settle_lag_ms_z", "settle_lag_ms_highest_24h", "gaps_24h",
    ),
}  # fmt: skip
"""For events, by group: columns that mean the same on a market of any scale."""

NAMES = (*LEVEL_COLUMNS, *(name for group in COLUMNS.values() for name in group))
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


def with_premium(known: Features, windows: Windows) -> Features:
    """The same rows when nothing but the premium of the windows has changed."""
    values = known.values.copy()
    for name, column in premium(windows, known.situation).items():
        values[:, INDEX[name]] = column
    return Features(values=values, situation=known.situation)


def places_of(groups: Iterable[str]) -> Ints:
    """The columns of these groups."""
    return np.array([INDEX[name] for group in groups for name in COLUMNS[group]])


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
