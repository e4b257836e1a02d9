"""Features from the premium: what funding hides while it is pinned."""

import numpy as np

from cockpit.forecast.cells import BPS, Floats
from cockpit.forecast.censored import Formula, through_the_clamp
from cockpit.forecast.labels import SPIKE_FLOOR, Situation
from cockpit.forecast.row_statistics import (
    LONG_COVERAGE,
    SHORT_COVERAGE,
    extreme,
    first_known,
    mean_sd,
    z_score,
)
from cockpit.forecast.windows import Windows

HORIZONS_H = (1, 8, 24)


def expected_name(horizon_h: int) -> str:
    """The column of the premium's own expectation of funding: for levels, not for events."""
    return f"premium_expects_{horizon_h}h"


def premium(windows: Windows, situation: Situation) -> dict[str, Floats]:
    premium = windows.premium
    if premium is None:
        return {}
    bps = np.ascontiguousarray(premium[:, -168:]) * BPS
    hours = np.where(np.isnan(bps), 0.0, windows.covered[:, -168:])
    interest = windows.interest_hourly * 8.0 * BPS
    now = bps[:, -1]
    off = np.abs(bps - interest[:, None])
    mean_6h, _ = mean_sd(bps[:, -6:], hours[:, -6:], 6 * SHORT_COVERAGE)
    mean_24h, sd_24h = mean_sd(bps[:, -24:], hours[:, -24:], 24 * SHORT_COVERAGE)
    mean_7d, sd_7d = mean_sd(bps, hours, 168 * LONG_COVERAGE)
    off_24h, _ = mean_sd(off[:, -24:], hours[:, -24:], 24 * SHORT_COVERAGE)
    off_7d, _ = mean_sd(off, hours, 168 * LONG_COVERAGE)
    steps = np.diff(bps, axis=1)
    stepped = np.where(np.isnan(steps), 0.0, 1.0)
    _, step_7d = mean_sd(steps, stepped, 168 * LONG_COVERAGE)
    _, step_24h = mean_sd(steps[:, -24:], stepped[:, -24:], 24 * SHORT_COVERAGE)
    # How far the premium has to go for funding to pass the spike's threshold, or zero.
    needed = 8.0 * np.maximum(situation.deviation_q95, SPIKE_FLOOR) * BPS
    edge = windows.dampener * BPS + needed
    to_spike = edge - off[:, -1]
    to_flip = np.abs(now + windows.dampener * BPS)
    highest_24h = extreme(off[:, -24:], np.fmax)
    columns = {
        "premium": now,
        "premium_size": np.abs(now),
        "premium_off_interest": off[:, -1],
        "premium_change_1h": now - bps[:, -2],
        "premium_change_6h": now - bps[:, -7],
        "premium_mean_6h": mean_6h,
        "premium_mean_24h": mean_24h,
        "premium_mean_7d": mean_7d,
        "premium_sd_24h": sd_24h,
        "premium_log_sd_24h": np.log(np.maximum(sd_24h, 1e-3)),
        "premium_sd_7d": sd_7d,
        "premium_above_pin": np.maximum(now - interest - windows.dampener * BPS, 0.0),
        "premium_below_pin": np.maximum(interest - windows.dampener * BPS - now, 0.0),
        "premium_lowest_24h": extreme(bps[:, -24:], np.fmin),
        "premium_highest_24h": extreme(bps[:, -24:], np.fmax),
        "premium_past_spike": -to_spike,
        "premium_to_edge": off[:, -1] / edge,
        "premium_to_edge_mean_24h": off_24h / edge,
        "premium_to_edge_mean_7d": off_7d / edge,
        "premium_to_edge_peak_24h": highest_24h / edge,
        "spike_distance_sd_7d": z_score(to_spike, step_7d),
        "spike_distance_sd_24h": z_score(to_spike, step_24h),
        "flip_distance_sd_7d": z_score(to_flip, step_7d),
        "flip_distance_sd_24h": z_score(to_flip, step_24h),
        "premium_step_to_edge_7d": np.log(np.maximum(step_7d, 1e-3) / needed),
        "premium_step_to_edge_24h": np.log(np.maximum(step_24h, 1e-3) / needed),
    }
    formula = Formula(interest=interest / BPS, dampener=windows.dampener)
    center = first_known(mean_7d, mean_24h, now) / BPS
    step = first_known(step_7d, step_24h, np.zeros(len(now))) / BPS
    for horizon_h in HORIZONS_H:
        columns[expected_name(horizon_h)] = BPS * through_the_clamp(
            now / BPS, center, step, formula, horizon_h
        )
    return columns
