"""Models of events by name: what each is told, and how it is fitted.

`climatology` (the base rate), `history` (24 h, 7 d and 30 d means), `last` (the rate of now),
`har` (means of several lengths), `ours` (all groups that carry, blended with history).
"""

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
)

L2 = 30.0
"""Penalty of the small models, on the scale of a sum over rows."""

L2_WIDE = 200.0
"""Penalty of the model with all columns: weak penalties collapse where few flips were seen."""

MIN_EVENTS = 10
OUR_GROUPS = ("funding", "premium", "book", "flow", "cross")
"""Chain telemetry is collected and tested in the ablation; it joins when it has shown skill."""

EVENT_COLUMNS: dict[str, Ints] = {
    "history": np.array([INDEX[name] for name in HISTORY]),
    "last": np.array([INDEX[name] for name in ("rate", "deviation", "below_zero")]),
    "har": np.array(
        [
            INDEX[name]
            for name in (
                "rate", "deviation", "mean_8h", "mean_24h", "mean_7d",
                "mean_8h_off_pin", "mean_24h_off_pin", "mean_7d_off_pin",
            )
        ]
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


def fit_event(
    scaling: Scaling,
    scaled: Scaled,
    happened: Floats,
    columns: Ints,
    l2: float,
    start: Linear | None = None,
) -> EventModel:
    """A logistic model of the rows whose outcome is known; fewer than ten events: climatology."""
    known = ~np.isnan(happened)
    outcome = happened[known]
    if not len(outcome):
        return EventModel(base_rate=float("nan"), linear=None)
    base_rate = float(outcome.mean())
    if min(outcome.sum(), len(outcome) - outcome.sum()) < MIN_EVENTS:
        return EventModel(base_rate=base_rate, linear=None)
    columns = scaling.usable(columns)
    indicators = scaling.indicators(columns)
    warm = (
        start.weights
        if start is not None
        and np.array_equal(start.columns, columns)
        and np.array_equal(start.indicators, indicators)
        else None
    )
    rows = chosen(scaled, columns, indicators)[known]
    weights = logistic(rows, outcome, l2, warm)
    return EventModel(
        base_rate=base_rate,
        linear=Linear(columns=columns, indicators=indicators, weights=weights),
    )
