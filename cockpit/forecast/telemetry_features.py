"""Features from books, flow, other venues and the chain, as far as a market has them."""

import numpy as np

from cockpit.forecast.cells import BPS, Floats
from cockpit.forecast.row_statistics import (
    LONG_COVERAGE,
    SHORT_COVERAGE,
    extreme,
    hourly_mean_sd,
    ratio,
)
from cockpit.forecast.windows import Windows


def book(windows: Windows) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    for band in ("10", "50"):
        bid, ask = (windows.telemetry.get(f"{side}{band}_usd") for side in ("bid", "ask"))
        if bid is None or ask is None:
            continue
        total = bid + ask
        with np.errstate(divide="ignore", invalid="ignore"):
            columns[f"imbalance_{band}bps"] = (bid[:, -1] - ask[:, -1]) / total[:, -1]
            depth = np.log(np.where(total > 0, total, np.nan))
        mean, sd = hourly_mean_sd(depth, LONG_COVERAGE)
        columns[f"depth_{band}bps_z"] = ratio(depth[:, -1] - mean, sd)
        columns[f"depth_{band}bps_change_24h"] = depth[:, -1] - depth[:, -25]
    spread = windows.telemetry.get("spread_bps")
    if spread is not None:
        columns["log_spread"] = np.log(np.maximum(spread[:, -1], 1e-3))
    return columns


def flow(windows: Windows) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    interest = windows.telemetry.get("oi_base")
    if interest is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            log_oi = np.log(np.where(interest > 0, interest, np.nan))
        for hours in (1, 8, 24):
            columns[f"oi_change_{hours}h"] = log_oi[:, -1] - log_oi[:, -1 - hours]
    mark, index = windows.telemetry.get("mark"), windows.telemetry.get("index_price")
    if mark is not None and index is not None:
        columns["basis_bps"] = (ratio(mark[:, -1], index[:, -1]) - 1.0) * BPS
    price = next(
        (windows.telemetry[name] for name in ("mid", "mark", "index_price")
         if name in windows.telemetry), None,
    )  # fmt: skip
    if price is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.diff(np.log(np.where(price[:, -25:] > 0, price[:, -25:], np.nan)), axis=1)
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
    columns: dict[str, Floats] = {}
    for name in ("cadence_s", "latency_ms", "settle_lag_ms"):
        values = windows.telemetry.get(name)
        if values is None:
            continue
        log = np.log1p(np.maximum(values[:, -168:], 0.0))
        mean, sd = hourly_mean_sd(log, LONG_COVERAGE)
        columns[f"{name}_z"] = ratio(log[:, -1] - mean, sd)
        columns[f"{name}_highest_24h"] = extreme(log[:, -24:], np.fmax)
    gaps = windows.telemetry.get("gaps")
    if gaps is not None:
        columns["gaps_24h"] = np.where(np.isnan(gaps[:, -24:]), 0.0, gaps[:, -24:]).sum(axis=1)
    return columns
