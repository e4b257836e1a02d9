"""Which groups of features join our model: those that would have helped on rows held back.

Books, flow, other venues and chains are told to a model only where they were recorded for long
enough, and only of events that they were shown to tell: what is not shown to help, hurts.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from cockpit.forecast import scores
from cockpit.forecast.cells import Floats
from cockpit.forecast.features import GROUPS, places_of
from cockpit.forecast.labels import Bools
from cockpit.forecast.models import OUR_GROUPS, fit_events
from cockpit.forecast.training import PURGE_H, Rows

Joined = Mapping[str, tuple[str, ...]]
"""Groups told beside ours, by event."""

COVERED_ROWS: Final = 480
"""Decisions at which a group must be known: twenty days of one hourly market."""

HELD_BACK: Final = 0.35
"""Share of the rows that know the group, the newest, on which it has to help."""

SURE_T: Final = 2.24
"""Of the gain in squared error: four groups are tried, and all by luck join in 5 % of the cases."""

NOBODY: Final[Joined] = {}


def known_of(values: Floats, group: str) -> Bools:
    """(rows,) whether at least half of what is ever known of a group is known: years of payments'
    stamps are not yet a chain that was recorded for a month."""
    there = ~np.isnan(values[:, places_of((group,))])
    there = there[:, there.any(axis=0)]
    known: Bools = there.sum(axis=1) * 2 >= max(there.shape[1], 1)
    return known


def covers(values: Floats, group: str) -> bool:
    """Whether a group is known at enough decisions for a model to learn from."""
    return int(known_of(values, group).sum()) >= COVERED_ROWS


def joining(rows: Rows) -> Joined:
    """By event the groups that helped on the held-back rows when each alone joined ours.

    Rows of several markets may follow each other; time decides what is held back.
    """
    found: dict[str, list[str]] = {}
    for group in GROUPS:
        if group in OUR_GROUPS or not covers(rows.values, group):
            continue
        known = known_of(rows.values, group)
        cut = int(np.quantile(rows.hours[known], 1.0 - HELD_BACK))
        train = rows.where(rows.hours <= cut - PURGE_H)
        test = rows.where((rows.hours > cut) & known)
        if not (covers(train.values, group) and len(test.hours)):
            continue
        columns = {"without": places_of(OUR_GROUPS), "with": places_of((*OUR_GROUPS, group))}
        fit = fit_events(train, columns)
        scaled = fit.scaling.apply(test.values)
        for event, happened in test.happened.items():
            asked = ~np.isnan(happened)
            loss = {
                name: (fit.models[name][event].chance(scaled)[asked] - happened[asked]) ** 2
                for name in columns
            }
            gain_t = (
                scores.diebold_mariano(loss["with"], loss["without"], test.hours[asked])
                if asked.any()
                else None
            )
            if gain_t is not None and gain_t > SURE_T:
                found.setdefault(event, []).append(group)
    return {event: tuple(groups) for event, groups in found.items()}
