"""The document of forecasts as a person reads it: tables, then what they show in sentences."""

from datetime import UTC, datetime

from cockpit.backtest.forecast_document import (
    AblationStep,
    EventTable,
    ForecastDocument,
    LevelTable,
    OurEventScore,
    OurLevelScore,
    SeriesDocument,
)
from cockpit.backtest.tables import UNKNOWN, figure, remarks, signed, table


def text(document: ForecastDocument) -> str:
    """All of it; `-` is a figure that is not known."""
    parts = [
        f"{document.rows} settlements from {_day(document.from_ns)} to {_day(document.to_ns)}",
        *(part for one in document.series for part in _series(one)),
        "What this shows\n" + "\n".join(f"  {sentence}" for sentence in document.verdict),
    ]
    parts += remarks(document.warnings, document.notes)
    return "\n\n".join(parts)


def _series(one: SeriesDocument) -> list[str]:
    hours = one.interval_s / 3600
    title = f"{one.symbol}  {one.venue}  {one.n} rows, {hours:g} h each"
    return [
        title,
        *(_level(name, table) for name, table in one.level.items() if table is not None),
        *(_event(name, table) for name, table in one.events.items() if table.n),
        _innovation(one),
        _ablation(one),
    ]


def _level(horizon: str, scored: LevelTable) -> str:
    rows = [["model", "R2", "MAE bp/h", "USD/h on 100k", "rows"]]
    for name, score in scored.models.items():
        if score is not None and score.n:
            rows.append(
                [
                    name,
                    figure(score.r2),
                    figure(score.mae_bp_h, 4),
                    figure(None if score.mae_bp_h is None else score.mae_bp_h * 10),
                    str(score.n),
                ]
            )
    ours = scored.models["ours"]
    note = ""
    if isinstance(ours, OurLevelScore) and ours.interval80_coverage is not None:
        note = (
            f"\n  the 80 % interval held in {ours.interval80_coverage:.1%}; "
            f"against HAR's errors t {figure(ours.dm_t_har, 1)}"
        )
    return f"Mean rate of the next {horizon}\n{table(rows)}{note}"


def _event(event: str, scored: EventTable) -> str:
    rows = [["model", "AUC", "PR-AUC", "Brier", "against climatology", "against history", "95 %"]]
    for name, score in scored.models.items():
        if score is None:
            continue
        interval = score.ci95 if isinstance(score, OurEventScore) else None
        rows.append(
            [
                name,
                figure(score.auc),
                figure(score.pr_auc),
                figure(score.brier, 4),
                signed(score.bss_climatology),
                signed(score.bss_history),
                f"{interval[0]:+.3f} to {interval[1]:+.3f}" if interval else "",
            ]
        )
    ours = scored.models["ours"]
    note = ""
    if isinstance(ours, OurEventScore):
        note = f"\n  Diebold-Mariano against history t {figure(ours.dm_t, 1)}"
        if ours.calibration is not None:
            note += (
                f"; forecasts are off by {ours.calibration.ece:.1%} on average, "
                f"slope {ours.calibration.slope:.2f}"
            )
    rate = f"{scored.base_rate:.1%}" if scored.base_rate is not None else UNKNOWN
    return f"{event} within 8 h: {rate} of {scored.n} rows\n{table(rows)}{note}"


def _innovation(one: SeriesDocument) -> str:
    rows = [["horizon", "rank correlation", "t", "HAR's", "rows"]]
    for horizon, score in one.innovation_ic.items():
        if score is not None:
            rows.append(
                [
                    horizon,
                    signed(score.ic),
                    figure(score.t, 1),
                    signed(score.har_ic),
                    str(score.n),
                ]
            )
    return "Innovation: forecast and outcome, both less the mean of 7 days\n" + table(rows)


def _ablation(one: SeriesDocument) -> str:
    steps = sorted(
        {name: None for of in one.ablation.values() for name, step in of.items() if step},
        key=lambda name: name.startswith("-"),
    )
    if not steps:
        return "Groups of features: nothing could be scored"
    rows = [["skill with", *one.ablation, "rows"]]
    for name in steps:
        found = [of.get(name) for of in one.ablation.values()]
        most = max((step.n for step in found if step is not None), default=0)
        rows.append([_words(name), *map(_step, found), str(most)])
    missing = [
        name.lstrip("+")
        for name, step in next(iter(one.ablation.values()), {}).items()
        if step is None
    ]
    note = f"\n  not known at enough of these rows: {', '.join(missing)}" if missing else ""
    for event, groups in one.joined.items():
        note += f"\n  told of {event} beside funding and premium: {', '.join(groups)}"
    return (
        "Groups of features: skill against history ± error (change ± error), of the rows that "
        f"know the group\n{table(rows)}{note}"
    )


def _words(step: str) -> str:
    return f"all but {step[1:]}" if step.startswith("-") else step


def _step(step: AblationStep | None) -> str:
    if step is None:
        return UNKNOWN
    error = f" ±{step.se:.3f}" if step.se is not None else ""
    if step.change is None:
        return f"{step.bss_history:+.3f}{error}"
    sure = f" ±{step.change_se:.3f}" if step.change_se is not None else ""
    return f"{step.bss_history:+.3f}{error} ({step.change:+.3f}{sure})"


def _day(at_ns: int) -> str:
    return datetime.fromtimestamp(at_ns / 1e9, UTC).strftime("%Y-%m-%d")
