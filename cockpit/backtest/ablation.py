"""What each group of features adds: our model with it and without it, on the same rows."""

from collections.abc import Sequence

import numpy as np

from cockpit.backtest.forecast_document import AblationStep
from cockpit.backtest.forecast_walk import ALONE, EventRun, MarketRun, walk_columns
from cockpit.backtest.walk_forward import Plan
from cockpit.forecast import scores
from cockpit.forecast.cells import Floats, Ints
from cockpit.forecast.features import GROUPS, places_of
from cockpit.forecast.joining import covers, known_of
from cockpit.forecast.models import OUR_GROUPS
from cockpit.forecast.training import Rows

Steps = dict[str, AblationStep | None]


def ablation(runs: Sequence[MarketRun], plan: Plan, alone: bool) -> list[dict[str, Steps]]:
    """For each market, by event: groups joined in their order, then each left out of ours.

    A group that no market covers is None: it was not tested. `alone` says that no reference spoke
    in these runs, so that ours before its blend is one of the steps, if no group joined it.
    """
    markets = [run.rows for run in runs]
    present = [
        group
        for group in GROUPS
        if group in OUR_GROUPS or any(covers(rows.values, group) for rows in markets)
    ]
    ours = tuple(group for group in present if group in OUR_GROUPS)
    chances: dict[tuple[str, ...], list[dict[str, Floats]]] = {}
    if alone and not any(of.joined for of in runs):
        chances[ours] = [
            {event: run.chances[ALONE] for event, run in of.events.items()} for of in runs
        ]

    def said(groups: tuple[str, ...]) -> list[dict[str, Floats]]:
        if groups not in chances:
            chances[groups] = walk_columns(markets, plan, places_of(groups))
        return chances[groups]

    asked: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
    for place, group in enumerate(present):
        asked.append((step_name(group), tuple(present[: place + 1]), tuple(present[:place])))
    if len(ours) > 1:
        asked += [(f"-{group}", tuple(one for one in ours if one != group), ours) for group in ours]
    return [
        {
            event: _steps(
                forecasts,
                run.rows,
                [
                    (
                        name,
                        said(groups)[place][event],
                        said(before)[place][event] if before else None,
                    )
                    for name, groups, before in asked
                ],
            )
            for event, forecasts in run.events.items()
        }
        for place, run in enumerate(runs)
    ]


def step_name(group: str) -> str:
    """The first group stands alone, the others join it."""
    return group if group == GROUPS[0] else f"+{group}"


def _steps(run: EventRun, rows: Rows, asked: Sequence[tuple[str, Floats, Floats | None]]) -> Steps:
    """Each (name, chances, chances of the step before) on the rows that all of them forecast and
    that know something of the group."""
    steps: Steps = {step_name(group): None for group in GROUPS}
    scored = run.scored()
    for _, chance, _ in asked:
        scored &= ~np.isnan(chance)
    for name, chance, before in asked:
        group = name.lstrip("+-")
        of = scored if group in OUR_GROUPS else scored & known_of(rows.values, group)
        happened = run.happened[of]
        history = (run.chances["history"][of] - happened) ** 2
        if history.sum():
            losses = [(one[of] - happened) ** 2 for one in (chance, before) if one is not None]
            steps[name] = _step(losses, history, rows.hours[of])
    return steps


def _step(losses: list[Floats], history: Floats, hours: Ints) -> AblationStep:
    """A skill with its error, and with two losses the change from the second to the first."""
    skills = [1.0 - float(loss.sum() / history.sum()) for loss in losses]
    drawn = scores.drawn_skills(losses, history, hours)
    sure = drawn is not None and not np.isnan(drawn).any()
    changed = len(losses) > 1
    return AblationStep(
        n=len(history),
        bss_history=skills[0],
        se=float(drawn[0].std()) if drawn is not None and sure else None,
        change=skills[0] - skills[1] if changed else None,
        change_se=float((drawn[0] - drawn[1]).std())
        if drawn is not None and sure and changed
        else None,
    )
