"""Features from books, flow, other venues and the chain, as far as a market has them."""

import numpy as np

from cockpit.forecast.cells import BPS, Floats
from cockpit.forecast.row_statistics import (
    LONG_COVERAGE,
    SHORT_COVERAGE,
    extreme,
    hourly_mean_sd,
    ratio,
    z_score,
)
from cockpit.forecast.windows import Windows

WEEK_H = 168
BANDS_BPS = ("10", "25", "50")


def book(windows: Windows) -> dict[str, Floats]:
    """Who waits at which distance from mid. A band that the book was not seen to reach holds what
    was seen of it: it is compared with itself alone."""
    columns: dict[str, Floats] = {}
    for band in BANDS_BPS:
        bid, ask = (windows.telemetry.get(f"{side}{band}_usd") for side in ("bid", "ask"))
        if bid is None or ask is None:
            continue
        total = bid + ask
        columns[f"imbalance_{band}bps"] = ratio(bid[:, -1] - ask[:, -1], total[:, -1])
        depth = _log(total)
        columns[f"depth_{band}bps_z"] = _off_week(depth)
        for hours in (1, 24):
            columns[f"depth_{band}bps_change_{hours}h"] = depth[:, -1] - depth[:, -1 - hours]
    spread = windows.telemetry.get("spread_bps")
    if spread is not None:
        log_spread = np.log(np.maximum(spread, 1e-3))
        columns["log_spread"] = log_spread[:, -1]
        columns["spread_z"] = _off_week(log_spread)
    return columns


def flow(windows: Windows) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    interest = windows.telemetry.get("oi_base")
    if interest is not None:
        log_oi = _log(interest)
        for hours in (1, 8, 24):
            columns[f"oi_change_{hours}h"] = log_oi[:, -1] - log_oi[:, -1 - hours]
    volume = windows.telemetry.get("volume_24h_usd")
    if volume is not None:
        columns["volume_24h_z"] = _off_week(_log(volume))
    mark, index = windows.telemetry.get("mark"), windows.telemetry.get("index_price")
    if mark is not None and index is not None:
        columns["basis_bps"] = (ratio(mark[:, -1], index[:, -1]) - 1.0) * BPS
    price = next(
        (windows.telemetry[name] for name in ("mid", "mark", "index_price")
         if name in windows.telemetry), None,
    )  # fmt: skip
    if price is not None:
        steps = np.diff(_log(price[:, -25:]), axis=1)
        mean, sd = hourly_mean_sd(steps, SHORT_COVERAGE)
        columns["return_24h"] = mean * 24.0 * BPS
        columns["volatility_24h"] = sd * BPS
    for name in ("taker_imbalance", "liquidated_usd"):
        values = windows.telemetry.get(name)
        if values is not None:
            columns[name] = np.arcsinh(values[:, -1])
    return columns


def cross(windows: Windows, rate: Floats) -> dict[str, Floats]:
    others = windows.telemetry.get("others_rate")
    if others is None:
        return {}
    columns = {
        "rate_off_others": (rate - others[:, -1]) * BPS,
        "others_rate": others[:, -1] * BPS,
        "others_change_24h": (others[:, -1] - others[:, -25]) * BPS,
    }
    dispersion = windows.telemetry.get("others_dispersion")
    if dispersion is not None:
        columns["others_dispersion"] = dispersion[:, -1] * BPS
    return columns


def chain(windows: Windows) -> dict[str, Floats]:
    """How the venue's machinery runs: against its own week, and at its worst of the day."""
    columns: dict[str, Floats] = {}
    for name in ("cadence_s", "block_age_s", "latency_ms", "latency_p99_ms", "settle_lag_ms"):
        values = windows.telemetry.get(name)
        if values is None:
            continue
        log = np.log1p(np.maximum(values, 0.0))
        columns[f"{name}_z"] = _off_week(log)
        columns[f"{name}_highest_24h"] = extreme(log[:, -24:], np.fmax)
    gaps = windows.telemetry.get("gaps")
    if gaps is not None:
        mean, _ = hourly_mean_sd(gaps[:, -24:], SHORT_COVERAGE)
        columns["gaps_24h"] = mean * 24.0
    return columns


def _log(values: Floats) -> Floats:
    """NaN where there is no logarithm."""
    logs: Floats = np.log(np.where(values > 0, values, np.nan))
    return logs


def _off_week(values: Floats) -> Floats:
    """How many deviations of the last week the newest value is off that week's mean."""
    mean, sd = hourly_mean_sd(values[:, -WEEK_H:], LONG_COVERAGE)
    return z_score(values[:, -1] - mean, sd)
