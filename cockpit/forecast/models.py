"""Models of events by name: what each is told, and how it is fitted.

`climatology` (the base rate), `history` (24 h, 7 d and 30 d means), `last` (the rate of now),
`har` (means of several lengths), `ours` (the groups that have shown skill).
"""

from collections.abc import Mapping

import msgspec
import numpy as np

from cockpit.forecast.cells import Floats, Ints
from cockpit.forecast.features import HISTORY, INDEX, places_of
from cockpit.forecast.fit import (
    Linear,
    Scaled,
    Scaling,
    chosen,
    expit,
    logistic,
    logit,
    scaling_of,
)
from cockpit.forecast.training import Rows

L2 = 30.0
"""Penalty on the scale of a sum over rows: weak ones collapse where few flips were seen."""

MIN_EVENTS = 10
OUR_GROUPS = ("funding", "premium")
"""Groups with skill wherever it was measured. Others join where they are shown to help, see
`joining`."""


def _places(*names: str) -> Ints:
    return np.array([INDEX[name] for name in names])


EVENT_COLUMNS: Mapping[str, Ints] = {
    "history": _places(*HISTORY),
    "last": _places("rate", "deviation", "below_zero"),
    "har": _places(
        "rate", "deviation", "mean_8h", "mean_24h", "mean_7d",
        "mean_8h_off_pin", "mean_24h_off_pin", "mean_7d_off_pin",
    ),
    "ours": places_of(OUR_GROUPS),
}  # fmt: skip


class EventModel(msgspec.Struct, frozen=True, kw_only=True):
    """Chance of an event; without `linear` it is the base rate, too few events having been."""

    base_rate: float
    linear: Linear | None

    def chance(self, scaled: Scaled) -> Floats:
        if self.linear is None:
            return np.full(len(scaled.values), self.base_rate)
        return expit(self.linear.score(scaled))


class EventFit(msgspec.Struct, frozen=True, kw_only=True):
    """Models by name, then by event, on one scaling of the rows that they learned from."""

    scaling: Scaling
    models: Mapping[str, Mapping[str, EventModel]]


def fit_events(
    rows: Rows,
    columns: Mapping[str, Ints] = EVENT_COLUMNS,
    before: EventFit | None = None,
    joined: Mapping[str, tuple[str, ...]] = {},
) -> EventFit:
    """Every named model of every event; `before`, an earlier fit, only saves steps.

    `joined` are groups that ours is told beside its own, by event.
    """
    scaling = scaling_of(rows.values)
    scaled = scaling.apply(rows.values)
    models: dict[str, dict[str, EventModel]] = {}
    for name, of in columns.items():
        designs: dict[tuple[str, ...], _Design] = {}
        models[name] = {}
        for event, happened in rows.happened.items():
            groups = joined.get(event, ()) if name == "ours" else ()
            if groups not in designs:
                told = np.concatenate([of, places_of(groups)]) if groups else of
                designs[groups] = _design(scaling, scaled, told)
            model = before.models[name][event] if before else None
            models[name][event] = _fit_event(designs[groups], happened, model)
    return EventFit(scaling=scaling, models=models)


class _Design(msgspec.Struct, frozen=True, kw_only=True):
    """The matrix that all events of one model learn from."""

    columns: Ints
    indicators: Ints
    rows: Floats

    def start(self, before: EventModel | None) -> Floats | None:
        """Weights to begin with: those of an earlier fit on the same columns."""
        linear = before.linear if before is not None else None
        if linear is None or not (
            np.array_equal(linear.columns, self.columns)
            and np.array_equal(linear.indicators, self.indicators)
        ):
            return None
        return linear.weights


def _design(scaling: Scaling, scaled: Scaled, columns: Ints) -> _Design:
    usable = scaling.usable(columns)
    indicators = scaling.indicators(usable)
    return _Design(columns=usable, indicators=indicators, rows=chosen(scaled, usable, indicators))


def averaged(chances: list[Floats]) -> Floats:
    """Several opinions as one, on the scale of log odds."""
    if len(chances) == 1:
        return chances[0]
    return expit(np.mean([logit(chance) for chance in chances], axis=0))


def _fit_event(design: _Design, happened: Floats, before: EventModel | None) -> EventModel:
    """A logistic model of the rows whose outcome is known; fewer than ten events: climatology."""
    known = ~np.isnan(happened)
    outcome = happened[known]
    if not len(outcome):
        return EventModel(base_rate=float("nan"), linear=None)
    base_rate = float(outcome.mean())
    rarer = min(outcome.sum(), len(outcome) - outcome.sum())
    if rarer < MIN_EVENTS or not len(design.columns):
        return EventModel(base_rate=base_rate, linear=None)
    return EventModel(
        base_rate=base_rate,
        linear=Linear(
            columns=design.columns,
            indicators=design.indicators,
            weights=logistic(design.rows[known], outcome, L2, design.start(before)),
        ),
    )
