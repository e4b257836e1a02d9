"""What each group of features adds: our model with it and without it, on the same rows."""

from collections.abc import Mapping, Sequence

import numpy as np

from cockpit.backtest.forecast_document import AblationStep
from cockpit.backtest.forecast_walk import ALONE, EventRun, MarketRun, walk_columns
from cockpit.backtest.walk_forward import Plan
from cockpit.forecast import scores
from cockpit.forecast.cells import Floats, Ints
from cockpit.forecast.features import GROUPS, places_of
from cockpit.forecast.learned import Learned
from cockpit.forecast.models import OUR_GROUPS

Steps = dict[str, AblationStep | None]


def ablation(
    runs: Sequence[MarketRun], plan: Plan, reference: Learned | None
) -> list[dict[str, Steps]]:
    """For each market, by event: groups joined in their order, then each left out of ours.

    A group without a figure in any market is None: it was not tested.
    """
    markets = [run.rows for run in runs]
    present = [
        group
        for group in GROUPS
        if any(not np.isnan(rows.values[:, places_of([group])]).all() for rows in markets)
    ]
    ours = tuple(group for group in present if group in OUR_GROUPS)
    chances: dict[tuple[str, ...], list[dict[str, Floats]]] = {
        ours: [{event: run.chances[ALONE] for event, run in of.events.items()} for of in runs]
    }

    def said(groups: tuple[str, ...]) -> list[dict[str, Floats]]:
        if groups not in chances:
            chances[groups] = walk_columns(markets, plan, reference, places_of(groups))
        return chances[groups]

    joined = {group: said(tuple(present[: place + 1])) for place, group in enumerate(present)}
    left_out = {
        group: said(tuple(one for one in ours if one != group)) for group in ours if len(ours) > 1
    }
    return [
        {
            event: _steps(
                forecasts,
                run.rows.hours,
                {group: of[place][event] for group, of in joined.items()},
                {group: of[place][event] for group, of in left_out.items()},
            )
            for event, forecasts in run.events.items()
        }
        for place, run in enumerate(runs)
    ]


def _steps(
    run: EventRun, hours: Ints,
    joined: Mapping[str, Floats], left_out: Mapping[str, Floats],
) -> Steps:  # fmt: skip
    every = [*joined.values(), *left_out.values()]
    rows = run.scored() & ~np.isnan(np.stack(every)).any(axis=0)
    steps: Steps = {("+" if group != GROUPS[0] else "") + group: None for group in GROUPS}
    if not rows.any():
        return steps
    happened = run.happened[rows]

    def loss(chance: Floats) -> Floats:
        return (chance[rows] - happened) ** 2

    history = loss(run.chances["history"])
    if not history.sum():
        return steps
    full = run.chances[ALONE]
    names = [("+" if group != GROUPS[0] else "") + group for group in joined]
    befores = [None, *list(joined.values())[:-1]]
    asked = [
        *zip(names, joined.values(), befores, strict=True),
        *((f"-{group}", chance, full) for group, chance in left_out.items()),
    ]
    for name, chance, before in asked:
        losses = [loss(chance)] if before is None else [loss(chance), loss(before)]
        drawn = scores.drawn_skills(losses, history, hours[rows])
        skills = [1.0 - float(one.sum() / history.sum()) for one in losses]
        steps[name] = AblationStep(
            bss_history=skills[0],
            se=float(drawn[0].std()) if drawn is not None else None,
            change=skills[0] - skills[1] if before is not None else None,
            change_se=float((drawn[0] - drawn[1]).std())
            if drawn is not None and before is not None
            else None,
        )
    return steps
