"""Events forecast block by block: each model's chance of each row, made without that row."""

from collections.abc import Mapping

import msgspec
import numpy as np

from cockpit.backtest.walk_forward import Block, Bools, Plan, blocks
from cockpit.forecast.blend import blend_of
from cockpit.forecast.cells import Floats, Ints
from cockpit.forecast.fit import Linear, scaling_of
from cockpit.forecast.models import EVENT_COLUMNS, L2, L2_WIDE, fit_event

HORIZON_H = 8
ALONE = "alone"
"""Our model before it is blended with history: what an ablation is compared with."""


class EventRun(msgspec.Struct, frozen=True, kw_only=True):
    """(rows,) chances by model name, NaN before the first block, of one event."""

    happened: Floats
    chances: Mapping[str, Floats]

    def scored(self) -> Bools:
        """Rows with an outcome that every model forecast."""
        said = np.stack(list(self.chances.values()))
        result: Bools = ~np.isnan(self.happened) & ~np.isnan(said).any(axis=0)
        return result


def run_events(
    hours: Ints, values: Floats, happened: Mapping[str, Floats], plan: Plan,
    columns: Mapping[str, Ints] = EVENT_COLUMNS,
) -> dict[str, EventRun]:  # fmt: skip
    """Every event by every model of `columns`; with `history` and `ours` among them the blend."""
    names = ("climatology", *columns, *((ALONE,) if "ours" in columns else ()))
    chances = {event: {name: np.full(len(hours), np.nan) for name in names} for event in happened}
    warm: dict[tuple[str, str], Linear | None] = {}
    for block in blocks(hours, HORIZON_H, plan):
        scaling = scaling_of(values[block.train])
        train, test = scaling.apply(values[block.train]), scaling.apply(values[block.test])
        for event, outcome in happened.items():
            said = chances[event]
            for name, of in columns.items():
                model = fit_event(
                    scaling, train, outcome[block.train], of,
                    L2_WIDE if len(of) > 15 else L2, warm.get((event, name)),
                )  # fmt: skip
                warm[event, name] = model.linear
                said[name][block.test] = model.chance(test)
                said["climatology"][block.test] = model.base_rate
            if ALONE in said:
                said[ALONE][block.test] = said["ours"][block.test]
                _blend(block, outcome, said)
    return {
        event: EventRun(happened=happened[event], chances=said) for event, said in chances.items()
    }


def _blend(block: Block, happened: Floats, said: dict[str, Floats]) -> None:
    """Weights from forecasts whose outcome was known before the block, used on the block."""
    past = block.train & ~np.isnan(happened) & ~np.isnan(said[ALONE])
    weights = blend_of(said["history"][past], said[ALONE][past], happened[past])
    said["ours"][block.test] = weights.chance(said["history"][block.test], said[ALONE][block.test])
