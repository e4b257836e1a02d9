"""Features from the premium: what funding hides while it is pinned."""

import numpy as np

from cockpit.forecast.cells import BPS, Floats
from cockpit.forecast.censored import Formula, through_the_clamp
from cockpit.forecast.labels import DEVIATION_FLOOR, LARGE_SDS, SPIKE_FLOOR, Situation
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
LEAST_STEP_BPS = 1e-3


def expected_name(horizon_h: int) -> str:
    """The column of the premium's own expectation of funding: for levels, not for events."""
    return f"premium_expects_{horizon_h}h"


def premium(windows: Windows, situation: Situation) -> dict[str, Floats]:
    """Columns by name; none where no market of the windows has a premium."""
    if windows.premium is None:
        return {}
    bps = np.ascontiguousarray(windows.premium[:, -168:]) * BPS
    hours = np.where(np.isnan(bps), 0.0, windows.covered[:, -168:])
    interest, dampener = windows.interest_hourly * 8.0 * BPS, windows.dampener * BPS
    now = bps[:, -1]
    off = np.abs(bps - interest[:, None])
    mean_24h, _ = mean_sd(bps[:, -24:], hours[:, -24:], 24 * SHORT_COVERAGE)
    mean_7d, _ = mean_sd(bps, hours, 168 * LONG_COVERAGE)
    off_24h, _ = mean_sd(off[:, -24:], hours[:, -24:], 24 * SHORT_COVERAGE)
    off_7d, _ = mean_sd(off, hours, 168 * LONG_COVERAGE)
    steps = np.diff(bps, axis=1)
    stepped = np.where(np.isnan(steps), 0.0, 1.0)
    _, step_7d = mean_sd(steps, stepped, 168 * LONG_COVERAGE)
    _, step_24h = mean_sd(steps[:, -24:], stepped[:, -24:], 24 * SHORT_COVERAGE)
    # How far the premium has to go for funding to pass the spike's threshold, or zero.
    threshold = np.maximum(situation.deviation_q95, SPIKE_FLOOR)
    needed = 8.0 * threshold * BPS
    edge = dampener + needed
    to_spike = edge - off[:, -1]
    to_flip = np.abs(now + dampener)
    columns = {
        "premium": now,
        "premium_to_edge": off[:, -1] / edge,
        "premium_to_edge_mean_24h": off_24h / edge,
        "premium_to_edge_mean_7d": off_7d / edge,
        "premium_to_edge_peak_24h": extreme(off[:, -24:], np.fmax) / edge,
        "spike_distance_sd_7d": z_score(to_spike, step_7d),
        "spike_distance_sd_24h": z_score(to_spike, step_24h),
        "flip_distance_sd_7d": z_score(to_flip, step_7d),
        "flip_distance_sd_24h": z_score(to_flip, step_24h),
        "premium_step_to_edge_7d": np.log(np.maximum(step_7d, LEAST_STEP_BPS) / needed),
        "premium_step_to_edge_24h": np.log(np.maximum(step_24h, LEAST_STEP_BPS) / needed),
    }
    formula = Formula(interest=interest / BPS, dampener=windows.dampener)
    center = first_known(mean_7d, mean_24h, now) / BPS
    step = first_known(step_7d, step_24h, np.zeros(len(now))) / BPS
    for horizon_h in HORIZONS_H:
        ahead = through_the_clamp(now / BPS, center, step, formula, horizon_h)
        columns[expected_name(horizon_h)] = ahead * BPS
    ahead = columns[expected_name(8)] / BPS
    large = LARGE_SDS * np.maximum(situation.sd_30d, DEVIATION_FLOOR)
    columns["premium_expects_to_q95"] = np.abs(ahead - windows.interest_hourly) / threshold
    columns["premium_expects_surprise"] = np.abs(ahead - situation.mean_7d) / large
    return columns
