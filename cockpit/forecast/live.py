"""Forecasts of now: the newest hour of each market, by the models that speak for it.

Pure: the caller brings the cells of the last thirty days and learns models once a day elsewhere.
Features are those of the backtest, from the same function.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from cockpit.core.outlook import Basis, ExpectedRate
from cockpit.forecast.bank import ASKED, Bank, bank_of
from cockpit.forecast.cells import BPS, Cells
from cockpit.forecast.features import INDEX, Features, features
from cockpit.forecast.learned import Learned
from cockpit.forecast.premium_features import HORIZONS_H
from cockpit.forecast.reasons import Reason, reasons
from cockpit.forecast.row_statistics import last_interval
from cockpit.forecast.windows import Windows, latest

WHY: dict[Basis, str] = {
    "market": "learned from the market's own {days:.0f} days",
    "venue": "learned from other markets of the venue: the market has fewer than 45 days",
    "reference": "reference coefficients: neither the market nor its venue has 45 days",
    "mean": "a plain mean: too little is known for a model",
    "nothing": "nothing was settled lately",
}


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected of one market; None is not known.

    `p_flip` and `p_spike` are chances within 8 h; `days` and `n` of the rows learned from.
    """

    basis: Basis
    days: float
    n: int
    expected: tuple[ExpectedRate, ...]
    p_flip: float | None
    p_spike: float | None
    reasons: tuple[Reason, ...]
    with_premium: bool


def why(basis: Basis, days: float, with_premium: bool = True) -> str:
    """Which model spoke and why, in words."""
    words = WHY[basis].format(days=days)
    if basis in ("market", "venue") and not with_premium:
        return f"{words}, without a premium"
    return words


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """The models of some markets, stacked once and asked many times; `usual` are those that know
    historical averages and nothing else."""

    sources: tuple[tuple[Learned, ...], ...]
    bank: Bank
    usual: Bank


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A forecast of each market, and what it was made from."""

    forecasts: list[Forecast]
    windows: Windows
    known: Features


def desk_of(sources: Sequence[tuple[Learned, ...]]) -> Desk:
    """The sources of each market (see `learned.heard`), in the order of the markets."""
    return Desk(
        sources=tuple(sources), bank=bank_of(sources), usual=bank_of(sources, model="history")
    )


def forecasts(markets: Sequence[Cells], desk: Desk) -> list[Forecast]:
    """A forecast of each market at the hour of its newest cell."""
    if not markets:
        return []
    windows = latest(markets)
    return told(windows, features(windows), desk).forecasts


def told(windows: Windows, known: Features, desk: Desk) -> Told:
    """The forecasts of one market or more, a row each; `known` are the windows' features."""
    answers = desk.bank.ask(known.values)
    levels = np.stack([answers.mean, answers.low, answers.high], axis=2) / BPS
    _, interval_h = last_interval(windows.covered)
    rows = zip(
        desk.sources,
        (windows.interest_hourly * 8.0 * BPS).tolist(),
        (windows.dampener * BPS).tolist(),
        known.values.tolist(),
        interval_h.tolist(),
        known.situation.deviation_q95.tolist(),
        answers.chances.tolist(),
        levels.tolist(),
        strict=True,
    )
    said = [_forecast(_Row(*row)) for row in rows]
    return Told(forecasts=said, windows=windows, known=known)


class _Row(NamedTuple):
    """One market's figures as plain numbers: a thousand array look-ups cost more than the fit."""

    sources: tuple[Learned, ...]
    interest_bps: float
    dampener_bps: float
    values: list[float]
    interval_h: float
    deviation_q95: float
    chances: list[float]
    levels: list[list[float]]

    def value(self, name: str) -> float:
        return self.values[INDEX[name]]


def _forecast(row: _Row) -> Forecast:
    with_premium = not math.isnan(row.value("premium"))
    spoken = None if math.isnan(row.value("rate")) else _speaking(row.sources, with_premium)
    if spoken is None:
        return _plain(row)
    expected = tuple(
        ExpectedRate(horizon_h=horizon_h, mean_hourly=mean, low_hourly=low, high_hourly=high)
        for horizon_h, (mean, low, high) in zip(HORIZONS_H, row.levels, strict=True)
        if horizon_h >= row.interval_h and not math.isnan(mean)
    )
    flip, spike = (row.chances[ASKED.index(event)] for event in ("flip", "spike"))
    return Forecast(
        basis=spoken.source,
        days=spoken.days,
        n=spoken.n,
        expected=expected,
        p_flip=None if row.value("rate") == 0 or math.isnan(flip) else flip,
        p_spike=None if math.isnan(row.deviation_q95) or math.isnan(spike) else spike,
        reasons=reasons(row.values, row.interest_bps, row.dampener_bps),
        with_premium=with_premium,
    )


def _speaking(sources: tuple[Learned, ...], with_premium: bool) -> Learned | None:
    """The first source; the reference not where the premium is gone just now."""
    for learned in sources:
        if learned.source != "reference" or with_premium:
            return learned
    return None


def _plain(row: _Row) -> Forecast:
    """The mean of the longest window of at most a day that is known, without any odds."""
    means = [row.value(name) for name in ("mean_24h", "mean_8h", "rate", "mean_7d")]
    mean = next((mean for mean in means if not math.isnan(mean)), None)
    expected: tuple[ExpectedRate, ...] = ()
    if mean is not None:
        expected = tuple(
            ExpectedRate(
                horizon_h=horizon_h, mean_hourly=mean / BPS, low_hourly=None, high_hourly=None
            )
            for horizon_h in HORIZONS_H
        )
    return Forecast(
        basis="nothing" if mean is None else "mean",
        days=0.0,
        n=0,
        expected=expected,
        p_flip=None,
        p_spike=None,
        reasons=() if mean is None else (Reason(cause="mean_only", size=0.0),),
        with_premium=not math.isnan(row.value("premium")),
    )
