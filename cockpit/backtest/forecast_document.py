"""The document of `backtest forecast`, field by field.

Rates in bps per hour; skills are 1 - loss / reference, above 0 better; null: not known.
"""

import msgspec

from cockpit.forecast.scores import Calibration


class LevelScore(msgspec.Struct, frozen=True, kw_only=True):
    """`n` rows of its own: a mean of 30 days is not known at every row."""

    n: int
    r2: float | None
    mae_bp_h: float | None


class OurLevelScore(LevelScore, frozen=True, kw_only=True):
    """`dm_t_har` above 1.64: smaller absolute errors than HAR's at 5 %."""

    dm_t_har: float | None
    interval80_coverage: float | None
    interval80_width_bp_h: float | None


class LevelTable(msgspec.Struct, frozen=True, kw_only=True):
    n: int
    models: dict[str, LevelScore | OurLevelScore | None]


class EventScore(msgspec.Struct, frozen=True, kw_only=True):
    auc: float | None
    pr_auc: float | None
    brier: float | None
    log_loss: float | None
    bss_climatology: float | None
    bss_history: float | None


class OurEventScore(EventScore, frozen=True, kw_only=True):
    """`ci95` and `se` of `bss_history`, from blocks of 48 h; `dm_t` against history."""

    dm_t: float | None
    ci95: tuple[float, float] | None
    se: float | None
    calibration: Calibration | None


class EventTable(msgspec.Struct, frozen=True, kw_only=True):
    n: int
    base_rate: float | None
    models: dict[str, EventScore | OurEventScore | None]


class InnovationScore(msgspec.Struct, frozen=True, kw_only=True):
    """Of ours, and of HAR on the same rows."""

    ic: float | None
    t: float | None
    n: int
    har_ic: float | None


class AblationStep(msgspec.Struct, frozen=True, kw_only=True):
    """Skill against history with these groups, and the change from the step before, over the `n`
    rows that know something of the group."""

    n: int
    bss_history: float
    se: float | None
    change: float | None
    change_se: float | None


class SeriesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """`ablation`: groups joined one by one (`+premium`), and left out one by one (`-premium`).

    `joined` are the groups that ours was told of an event, beside funding and premium, for some
    of the time: those that had helped on rows held back before.
    """

    symbol: str
    venue: str
    n: int
    interval_s: int
    pin_hourly: float
    level: dict[str, LevelTable | None]
    events: dict[str, EventTable]
    innovation_ic: dict[str, InnovationScore | None]
    ablation: dict[str, dict[str, AblationStep | None]]
    joined: dict[str, list[str]]


class ForecastDocument(msgspec.Struct, frozen=True, kw_only=True):
    """`warnings` say what the answer lacks, `notes` what to know beside it. `is_incomplete`: rows
    were there and could not be used, or a history has gaps; holes of a file are as it is."""

    rows: int
    from_ns: int
    to_ns: int
    series: list[SeriesDocument]
    verdict: list[str]
    warnings: list[str]
    notes: list[str]
    is_incomplete: bool
