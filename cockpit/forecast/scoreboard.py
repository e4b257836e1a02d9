"""What forecasts were worth so far: per venue and model, today, over a week, and in all."""

from collections.abc import Sequence

import numpy as np

from cockpit.core.outlook import SPANS, EventSkill, Score, Span
from cockpit.forecast import scores
from cockpit.forecast.cells import BPS, Floats, Ints
from cockpit.forecast.labels import Bools
from cockpit.forecast.ledger import EVENT, EVENT_HORIZON_H, FLIP, SPIKE, Made, together

DAY_H = 24
LEAST_HOURS = 96
"""Distinct hours before a standard error is known: two of its 48 h lags."""

USD = 100_000.0


def scoreboard(blocks: Sequence[Made], hour: int) -> tuple[Score, ...]:
    """A score for each venue, model and span that has a forecast whose outcome is known.

    `hour` is now; today began with the last UTC midnight.
    """
    found = together(blocks)
    if found is None:
        return ()
    hours, rows = found
    first: dict[Span, int] = {"today": hour - hour % DAY_H, "7d": hour - 7 * DAY_H, "all": 0}
    venues = np.array([venue for venue, _ in rows.markets])
    models = np.array(rows.models)
    said: list[Score] = []
    for venue in dict.fromkeys(venue for venue, _ in rows.markets):
        for model in dict.fromkeys(rows.models):
            of = (venues == venue) & (models == model) & ~np.isnan(rows.came[:, EVENT])
            for span in SPANS:
                place = np.flatnonzero(of & (hours >= first[span]))
                if len(place):
                    said.append(_score(rows, hours, place, (venue, model, span)))
    return tuple(said)


def _score(rows: Made, hours: Ints, place: Ints, names: tuple[str, str, Span]) -> Score:
    venue, _, span = names
    came, level = rows.came[place, EVENT], rows.levels[place, EVENT]
    average = rows.average[place]
    both: Bools = ~(np.isnan(level) | np.isnan(average))
    came, level, average = came[both], level[both], average[both]
    mae = scores.mae(came, level)
    signed = (came != 0) & (level != 0)
    moved = scores.innovation(came, level, rows.usual[place][both], hours[place][both])
    return Score(
        venue=venue,
        model=rows.models[place[0]],
        span=span,
        n=len(came),
        mae_bp_h=None if mae is None else mae * BPS,
        mae_average_bp_h=None if not len(came) else float(np.abs(came - average).mean()) * BPS,
        mae_usd=None if mae is None else mae * EVENT_HORIZON_H * USD,
        sign_share=float(((came > 0) == (level > 0))[signed].mean()) if signed.any() else None,
        innovation=moved.ic if moved else None,
        flip=_event(rows, hours, place, FLIP),
        spike=_event(rows, hours, place, SPIKE),
    )


def _event(rows: Made, hours: Ints, place: Ints, event: int) -> EventSkill:
    happened, chance = rows.happened[place, event], rows.chances[place, event]
    usual = rows.usual_chances[place, event]
    known = ~(np.isnan(happened) | np.isnan(chance) | np.isnan(usual))
    if not known.any():
        return EventSkill()
    happened = happened[known]
    loss = (chance[known] - happened) ** 2
    reference = (usual[known] - happened) ** 2
    skill = scores.skill(float(loss.mean()), float(reference.mean()))
    return EventSkill(
        n=len(happened),
        happened=int(happened.sum()),
        skill=skill,
        se=None if skill is None else skill_error(loss, reference, skill, hours[place][known]),
    )


def skill_error(loss: Floats, reference: Floats, skill: float, hours: Ints) -> float | None:
    """Standard error of 1 - mean(loss) / mean(reference) (delta method, Newey-West over hours)."""
    if len(np.unique(hours)) < LEAST_HOURS:
        return None
    error = scores.mean_error((1.0 - skill) * reference - loss, hours)
    return error / float(reference.mean()) if error else None
