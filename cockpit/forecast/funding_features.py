"""Features from what was paid.

Those for events have no unit (in thresholds, in deviations, bounded by the pin's size), so that
one set of weights serves markets of every scale; those for levels are bps per hour.
"""

import numpy as np

from cockpit.forecast.cells import BPS, DEFAULT_INTEREST_HOURLY, WINDOW_H, Floats
from cockpit.forecast.labels import DEVIATION_FLOOR, LARGE_SDS, SPIKE_FLOOR, Situation
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
    large = LARGE_SDS * np.maximum(sd, DEVIATION_FLOOR)
    lowest_24h = extreme(hourly[:, -24:], np.fmin)
    columns = {
        "rate": rate * BPS,
        "deviation": deviation * BPS,
        "below_zero": np.minimum(rate, 0.0) * BPS,
        "mean_8h": means[8] * BPS,
        "mean_24h": means[24] * BPS,
        "mean_7d": means[168] * BPS,
        "mean_30d": mean_30d * BPS,
        "mean_8h_off_pin": np.abs(means[8] - pin) * BPS,
        "mean_24h_off_pin": np.abs(means[24] - pin) * BPS,
        "mean_7d_off_pin": np.abs(means[168] - pin) * BPS,
        "mean_30d_off_pin": np.abs(mean_30d - pin) * BPS,
        "sd_30d": sd * BPS,
        "deviation_to_q95": deviation / threshold,
        "peak_24h_to_q95": extreme(deviations[:, -24:], np.fmax) / threshold,
        "sign": np.sign(rate),
    }
    for name, of in (("rate", rate), ("mean_8h", means[8]), ("mean_24h", means[24]),
                     ("mean_7d", means[168]), ("lowest_24h", lowest_24h)):  # fmt: skip
        columns[f"{name}_bounded"] = np.tanh(of / DEFAULT_INTEREST_HOURLY)
    for name, of in (("now", rate), ("8h", means[8]), ("24h", means[24])):
        columns[f"surprise_{name}"] = np.abs(of - means[168]) / large
    spiking = deviations > threshold[:, None]
    negative = hourly < 0
    for hours, name in ((8, "8h"), (24, "24h"), (168, "7d")):
        columns[f"spike_share_{name}"] = share(spiking, known, hours)
        columns[f"negative_share_{name}"] = share(negative, known, hours)
    return columns, situation
