"""Reference coefficients: what a market is forecast with before anything was learned about it.

They are weights of `ours` on columns without a unit, and of levels in bps per hour, learned once
from hourly BTC and ETH of 2024 and 2025 (see `docs/forecast_reference.py`). They may speak only
of hours after `known_hour`; on the months that they were learned from their scores flatter.
"""

import msgspec
import numpy as np

from cockpit.core.errors import ConfigError
from cockpit.forecast.cells import Floats, Ints
from cockpit.forecast.features import INDEX, NAMES
from cockpit.forecast.fit import Linear, Scaling
from cockpit.forecast.learned import Learned
from cockpit.forecast.levels import LevelModel
from cockpit.forecast.models import EventFit, EventModel

DIGITS = 6


class ScaledColumn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    center: float
    width: float


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one event, by column; `missing` weighs the absence of a column."""

    base_rate: float
    intercept: float
    columns: dict[str, float]
    missing: dict[str, float]


class LevelWeights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one horizon, the intercept first, as in `LevelModel`."""

    har: list[float]
    funding: list[float]
    premium: list[float] | None
    low: float
    high: float
    n: int


class Coefficients(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file."""

    learned_from: str
    known_hour: int
    days: float
    n: int
    scaling: dict[str, ScaledColumn]
    events: dict[str, Weights]
    levels: dict[str, LevelWeights]


def decode(text: bytes) -> Learned:
    """The coefficients as a source of forecasts; ConfigError where they are not ours."""
    try:
        file = msgspec.json.decode(text, type=Coefficients)
        scaling = _scaling(file.scaling)
        events = {event: _event_model(weights) for event, weights in file.events.items()}
    except (msgspec.ValidationError, msgspec.DecodeError, KeyError) as error:
        raise ConfigError(f"forecast_reference.json: {error}") from error
    return Learned(
        source="reference",
        known_hour=file.known_hour,
        days=file.days,
        n=file.n,
        events=EventFit(scaling=scaling, models={"ours": events}),
        levels={int(hours): _level_model(int(hours), of) for hours, of in file.levels.items()},
    )


def encode(learned: Learned, learned_from: str) -> bytes:
    """The file of a fit, for people to read too."""
    scaling, events = learned.events.scaling, learned.events.models["ours"]
    used = sorted(
        {
            int(column)
            for model in events.values()
            if model.linear is not None
            for column in (*model.linear.columns, *model.linear.indicators)
        }
    )
    file = Coefficients(
        learned_from=learned_from,
        known_hour=learned.known_hour,
        days=round(learned.days, 1),
        n=learned.n,
        scaling={
            NAMES[column]: ScaledColumn(
                center=_short(scaling.center[column]), width=_short(scaling.width[column])
            )
            for column in used
        },
        events={
            event: _weights(model) for event, model in events.items() if model.linear is not None
        },
        levels={str(hours): _level_weights(model) for hours, model in learned.levels.items()},
    )
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


def _scaling(columns: dict[str, ScaledColumn]) -> Scaling:
    center, width = np.full(len(NAMES), np.nan), np.full(len(NAMES), np.nan)
    for name, column in columns.items():
        center[INDEX[name]], width[INDEX[name]] = column.center, column.width
    return Scaling(center=center, width=width, pattern=np.full(len(NAMES), -1))


def _event_model(weights: Weights) -> EventModel:
    return EventModel(
        base_rate=weights.base_rate,
        linear=Linear(
            columns=np.array([INDEX[name] for name in weights.columns], dtype=np.int64),
            indicators=np.array([INDEX[name] for name in weights.missing], dtype=np.int64),
            weights=np.array(
                [weights.intercept, *weights.columns.values(), *weights.missing.values()]
            ),
        ),
    )


def _weights(model: EventModel) -> Weights:
    linear = model.linear
    assert linear is not None
    count = len(linear.columns)
    return Weights(
        base_rate=_short(model.base_rate),
        intercept=_short(linear.weights[0]),
        columns=_named(linear.columns, linear.weights[1 : count + 1]),
        missing=_named(linear.indicators, linear.weights[count + 1 :]),
    )


def _named(columns: Ints, weights: Floats) -> dict[str, float]:
    return {NAMES[column]: _short(weight) for column, weight in zip(columns, weights, strict=True)}


def _level_model(horizon_h: int, weights: LevelWeights) -> LevelModel:
    return LevelModel(
        horizon_h=horizon_h,
        har=np.array(weights.har),
        funding=np.array(weights.funding),
        premium=None if weights.premium is None else np.array(weights.premium),
        low=weights.low,
        high=weights.high,
        n=weights.n,
    )


def _level_weights(model: LevelModel) -> LevelWeights:
    return LevelWeights(
        har=[_short(weight) for weight in model.har],
        funding=[_short(weight) for weight in model.funding],
        premium=None if model.premium is None else [_short(weight) for weight in model.premium],
        low=_short(model.low),
        high=_short(model.high),
        n=model.n,
    )


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
