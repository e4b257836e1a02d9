"""`backtest forecast`: settled rows in, the document of what forecasts of them were worth out."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from cockpit.backtest.ablation import Steps, ablation
from cockpit.backtest.forecast_document import (
    EventScore,
    EventTable,
    ForecastDocument,
    InnovationScore,
    LevelScore,
    LevelTable,
    OurEventScore,
    OurLevelScore,
    SeriesDocument,
)
from cockpit.backtest.forecast_verdict import verdict
from cockpit.backtest.forecast_walk import EventRun, LevelRun, MarketRun, walk
from cockpit.backtest.incidents import Incidents, without
from cockpit.backtest.leaks import without_leaks
from cockpit.backtest.walk_forward import Plan
from cockpit.forecast import scores
from cockpit.forecast.cells import Floats, Ints, Series, hour_of
from cockpit.forecast.cross import others_of, with_others
from cockpit.forecast.features import GROUPS, INDEX
from cockpit.forecast.joining import COVERED_ROWS, known_of
from cockpit.forecast.learned import Learned
from cockpit.forecast.models import OUR_GROUPS
from cockpit.forecast.training import Rows, rows_of

COMPARED = ("last", "mean_24h", "har", "ours")
"""Levels scored on the same rows; the others on what they know of these."""


def run(
    series: Sequence[Series],
    warnings: Sequence[str] = (),
    notes: Sequence[str] = (),
    is_history: bool = False,
    plan: Plan | None = None,
    reference: Learned | None = None,
    incidents: Incidents | None = None,
) -> ForecastDocument:
    """Markets of one venue teach each other; those of one asset are each other's cross-venue."""
    plan = plan or Plan()
    told = [with_others(one, others_of(one, series)) for one in series]
    documents: list[SeriesDocument] = []
    lacking, notes = list(warnings), list(notes)
    for venue in dict.fromkeys(one.venue for one in told):
        of_venue = [one for one in told if one.venue == venue]
        rows = []
        for one in of_venue:
            ordinary, lost = without(rows_of(one), venue, incidents or {})
            clean, leaks = without_leaks(ordinary)
            rows.append(clean)
            if leaks:
                lacking.append(
                    f"{one.symbol} ({venue}): {', '.join(leaks)} told an event without error, so "
                    "they hold the outcome and are left out"
                )
            if lost:
                notes.append(
                    f"{one.symbol} ({venue}): {lost} rows around known outages are left out"
                )
        notes += _barely_known(rows, venue)
        runs = walk(rows, plan, reference)
        last_hour = max(int(market.hours[-1]) for market in rows)
        steps = ablation(runs, plan, reference is None or reference.known_hour >= last_hour)
        documents += [
            _series(one, market, of) for one, market, of in zip(of_venue, runs, steps, strict=True)
        ]
    holes = list(_holes(told))
    lacking += _unscored(documents, plan)
    notes += _notes(told, reference)
    return ForecastDocument(
        rows=sum(len(one.at_ns) for one in series),
        from_ns=min(int(one.at_ns[0]) for one in series),
        to_ns=max(int(one.at_ns[-1]) for one in series),
        series=documents,
        verdict=verdict(documents),
        warnings=[*lacking, *holes],
        notes=notes,
        is_incomplete=bool(lacking or (is_history and holes)),
    )


def _series(series: Series, run: MarketRun, steps: Mapping[str, Steps]) -> SeriesDocument:
    usual = run.rows.values[:, INDEX["mean_7d"]]
    return SeriesDocument(
        symbol=series.symbol,
        venue=series.venue,
        n=len(series.at_ns),
        interval_s=int(np.median(series.interval_s)),
        pin_hourly=series.interest_hourly,
        level={f"{hours}h": _level_table(of, run.rows.hours) for hours, of in run.levels.items()},
        events={event: _event_table(of, run.rows.hours) for event, of in run.events.items()},
        innovation_ic={
            f"{hours}h": _innovation(of, usual, run.rows.hours) for hours, of in run.levels.items()
        },
        ablation=dict(steps),
        joined={event: sorted(groups) for event, groups in run.joined.items()},
    )


def _level_table(run: LevelRun, hours: Ints) -> LevelTable | None:
    rows = ~np.isnan(np.stack([run.actual, *(run.levels[name] for name in COMPARED)])).any(axis=0)
    if not rows.any():
        return None
    models: dict[str, LevelScore | OurLevelScore | None] = {}
    for name, level in run.levels.items():
        known = rows & ~np.isnan(level)
        models[name] = LevelScore(
            n=int(known.sum()),
            r2=scores.r2(run.actual[known], level[known]),
            mae_bp_h=scores.mae(run.actual[known], level[known]),
        )
    actual, ours = run.actual[rows], run.levels["ours"][rows]
    inside = (actual >= run.low[rows]) & (actual <= run.high[rows])
    models["ours"] = OurLevelScore(
        n=len(actual),
        r2=scores.r2(actual, ours),
        mae_bp_h=scores.mae(actual, ours),
        dm_t_har=scores.diebold_mariano(
            np.abs(actual - ours), np.abs(actual - run.levels["har"][rows]), hours[rows]
        ),
        interval80_coverage=float(inside.mean()),
        interval80_width_bp_h=float((run.high - run.low)[rows].mean()),
    )
    return LevelTable(n=len(actual), models=models)


def _event_table(run: EventRun, hours: Ints) -> EventTable:
    rows = run.scored()
    happened = run.happened[rows]
    said = {name: chance[rows] for name, chance in run.chances.items()}
    models: dict[str, EventScore | OurEventScore | None] = {
        name: _event_score(happened, chance, said) for name, chance in said.items()
    }
    if len(happened):
        ours = models["ours"]
        loss = (said["ours"] - happened) ** 2
        history = (said["history"] - happened) ** 2
        interval = scores.skill_interval(loss, history, hours[rows])
        assert ours is not None
        models["ours"] = OurEventScore(
            auc=ours.auc,
            pr_auc=ours.pr_auc,
            brier=ours.brier,
            log_loss=ours.log_loss,
            bss_climatology=ours.bss_climatology,
            bss_history=ours.bss_history,
            dm_t=scores.diebold_mariano(loss, history, hours[rows]),
            ci95=(interval.low, interval.high) if interval else None,
            se=interval.se if interval else None,
            calibration=scores.calibration(happened, said["ours"]),
        )
    models.setdefault("reference", None)
    return EventTable(
        n=len(happened),
        base_rate=float(happened.mean()) if len(happened) else None,
        models=models,
    )


def _event_score(happened: Floats, chance: Floats, said: Mapping[str, Floats]) -> EventScore:
    brier = scores.brier(happened, chance)
    return EventScore(
        auc=scores.auc(happened, chance),
        pr_auc=scores.pr_auc(happened, chance),
        brier=brier,
        log_loss=scores.log_loss(happened, chance),
        bss_climatology=scores.skill(brier, scores.brier(happened, said["climatology"])),
        bss_history=scores.skill(brier, scores.brier(happened, said["history"])),
    )


def _innovation(run: LevelRun, usual: Floats, hours: Ints) -> InnovationScore | None:
    ours = scores.innovation(run.actual, run.levels["ours"], usual, hours)
    har = scores.innovation(run.actual, run.levels["har"], usual, hours)
    if ours is None:
        return None
    return InnovationScore(ic=ours.ic, t=ours.t, n=ours.n, har_ic=har.ic if har else None)


def _holes(series: Sequence[Series]) -> Iterator[str]:
    for one in series:
        hours = hour_of(one.at_ns)
        covered = float(one.interval_s.sum()) / 3600.0
        span = float(hours[-1] - hours[0]) + float(one.interval_s[0]) / 3600.0
        if covered < 0.99 * span:
            yield (
                f"{one.symbol} ({one.venue}): {1 - covered / span:.1%} of the hours are missing; "
                "no window or outcome reaches over a hole"
            )


def _unscored(documents: Sequence[SeriesDocument], plan: Plan) -> Iterator[str]:
    for one in documents:
        if not any(table.n for table in one.events.values()):
            yield (
                f"{one.symbol} ({one.venue}): nothing could be scored; at least "
                f"{plan.first_days + 16} days of rows are needed"
            )


def _notes(series: Sequence[Series], reference: Learned | None) -> Iterator[str]:
    for one in series:
        if one.premium is None:
            yield (
                f"{one.symbol} ({one.venue}): no premium, so forecasts are made from funding alone"
            )
    if reference is not None and any(
        int(hour_of(one.at_ns)[0]) <= reference.known_hour for one in series
    ):
        yield (
            "reference: its coefficients were learned from 2024 and 2025, so on rows of those "
            "years its scores flatter; ours never used them there"
        )


def _barely_known(markets: Sequence[Rows], venue: str) -> Iterator[str]:
    """Groups that some rows know, and too few for a test."""
    for group in GROUPS:
        known = max(int(known_of(rows.values, group).sum()) for rows in markets)
        if group not in OUR_GROUPS and 0 < known < COVERED_ROWS:
            yield (
                f"{venue}: {group} is known at {known} settlements of a market; from "
                f"{COVERED_ROWS} on it is tested"
            )
