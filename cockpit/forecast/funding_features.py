"""Features from what was paid."""

import numpy as np

from cockpit.forecast.cells import BPS, WINDOW_H, Floats
from cockpit.forecast.labels import SPIKE_FLOOR, Situation
from cockpit.forecast.row_statistics import extreme, last_settled, mean_rate, quantile, share
from cockpit.forecast.windows import Windows


def funding(windows: Windows) -> tuple[dict[str, Floats], Situation]:
    pin = windows.interest_hourly
    known = windows.covered > 0
    hourly = np.divide(
        windows.paid, windows.covered, out=np.full(windows.paid.shape, np.nan), where=known
    )
    rate = last_settled(hourly, windows.covered)
    means = {hours: mean_rate(windows, hours) for hours in (8, 24, 168, WINDOW_H)}
    mean_30d = means[WINDOW_H]
    square = np.where(known, windows.paid * np.where(known, hourly, 0.0), 0.0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = square / windows.covered.sum(axis=1) - mean_30d**2
    sd = np.sqrt(np.maximum(variance, 0.0))
    deviations = np.abs(hourly - pin[:, None])
    deviation_q95 = np.where(np.isnan(mean_30d), np.nan, quantile(deviations, 0.95))
    deviation = np.abs(rate - pin)
    situation = Situation(
        rate=rate,
        deviation=deviation,
        deviation_q95=deviation_q95,
        mean_7d=means[168],
        sd_30d=sd,
    )
    threshold = np.maximum(deviation_q95, SPIKE_FLOOR)
    day = hourly[:, -24:]
    peak_24h = extreme(deviations[:, -24:], np.fmax)
    columns = {
        "rate": rate * BPS,
        "deviation": deviation * BPS,
        "below_zero": np.minimum(rate, 0.0) * BPS,
        "sign": np.sign(rate),
        "mean_8h": means[8] * BPS,
        "mean_24h": means[24] * BPS,
        "mean_7d": means[168] * BPS,
        "mean_30d": mean_30d * BPS,
        "mean_8h_off_pin": np.abs(means[8] - pin) * BPS,
        "mean_24h_off_pin": np.abs(means[24] - pin) * BPS,
        "mean_7d_off_pin": np.abs(means[168] - pin) * BPS,
        "mean_30d_off_pin": np.abs(mean_30d - pin) * BPS,
        "deviation_q95": deviation_q95 * BPS,
        "sd_30d": sd * BPS,
        "lowest_24h": extreme(day, np.fmin) * BPS,
        "peak_24h": peak_24h * BPS,
        "deviation_to_q95": deviation / threshold,
        "peak_24h_to_q95": peak_24h / threshold,
        "log_q95": np.log(threshold * BPS),
    }
    spiking = deviations > threshold[:, None]
    negative = hourly < 0
    for hours, name in ((8, "8h"), (24, "24h"), (168, "7d")):
        columns[f"spike_share_{name}"] = share(spiking, known, hours)
        columns[f"negative_share_{name}"] = share(negative, known, hours)
    return columns, situation
