"""`backtest forecast`: the document of forecasts made over the past, series by series."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cockpit.backtest.event_run import EventRun, run_events
from cockpit.backtest.walk_forward import Plan
from cockpit.forecast import scores
from cockpit.forecast.cells import Floats, Ints, Series, cells_of, hour_of
from cockpit.forecast.features import series_features
from cockpit.forecast.labels import events, outcomes


def document(series: Sequence[Series], warnings: Sequence[str], plan: Plan) -> dict[str, Any]:
    """The document of cli.md, for all series."""
    return {
        "rows": int(sum(len(one.at_ns) for one in series)),
        "from_ns": int(min(one.at_ns[0] for one in series)),
        "to_ns": int(max(one.at_ns[-1] for one in series)),
        "series": [_series(one, plan) for one in series],
        "warnings": list(warnings),
    }


def _series(series: Series, plan: Plan) -> dict[str, Any]:
    cells = cells_of(series)
    hours = hour_of(series.at_ns)
    places = hours - cells.first_hour
    known = series_features(cells, places)
    happened = events(known.situation, outcomes(cells, places, 8))
    runs = run_events(hours, known.values, happened, plan)
    return {
        "symbol": series.symbol,
        "venue": series.venue,
        "n": len(hours),
        "interval_s": int(np.median(series.interval_s)),
        "events": {event: event_document(run, hours) for event, run in runs.items()},
    }


def event_document(run: EventRun, hours: Ints) -> dict[str, Any]:
    rows = run.scored()
    happened = run.happened[rows]
    said = {name: chance[rows] for name, chance in run.chances.items()}
    return {
        "n": len(happened),
        "base_rate": float(happened.mean()) if len(happened) else None,
        "models": {
            name: model_document(happened, chance, said, hours[rows])
            for name, chance in said.items()
        },
    }


def model_document(
    happened: Floats, chance: Floats, said: Mapping[str, Floats], hours: Ints
) -> dict[str, Any]:
    brier = scores.brier(happened, chance)
    loss = (chance - happened) ** 2
    reference = (said["history"] - happened) ** 2
    interval = scores.skill_interval(loss, reference, hours)
    return {
        "auc": scores.auc(happened, chance),
        "pr_auc": scores.pr_auc(happened, chance),
        "brier": brier,
        "bss_climatology": scores.skill(brier, scores.brier(happened, said["climatology"])),
        "bss_history": scores.skill(brier, scores.brier(happened, said["history"])),
        "dm_t": scores.diebold_mariano(loss, reference, hours) if len(happened) else None,
        "ci95": [interval.low, interval.high] if interval else None,
    }
