"""What is asked of the worker, and what it answers."""

import msgspec

from cockpit.history.rows import Sample
from cockpit.history.settings import HistorySettings


class SeriesQuestion(msgspec.Struct, frozen=True, kw_only=True, tag="series"):
    """Figures of one market with `from_ns` <= at_ns < `to_ns`, oldest first.

    With a `step_s`, only the last row of each step of that many seconds.
    """

    venue: str
    symbol: str
    columns: tuple[str, ...]
    from_ns: int
    to_ns: int
    step_s: int | None = None


class MomentQuestion(msgspec.Struct, frozen=True, kw_only=True, tag="moment"):
    """How every market stood at a moment: its last row at or before it, if that is at most
    `within_s` old."""

    at_ns: int
    within_s: int = 120


class BaselineQuestion(msgspec.Struct, frozen=True, kw_only=True, tag="baselines"):
    """How one figure of every market is spread over a span."""

    column: str
    from_ns: int
    to_ns: int


class HourlyQuestion(msgspec.Struct, frozen=True, kw_only=True, tag="hourly"):
    """How every market, and every venue's machinery, stood at the end of each hour of a span."""

    from_ns: int
    to_ns: int


class MaintainQuestion(msgspec.Struct, frozen=True, kw_only=True, tag="maintain"):
    """One round of maintenance as of `now_ns`."""

    settings: HistorySettings
    now_ns: int


Question = SeriesQuestion | MomentQuestion | BaselineQuestion | HourlyQuestion


class SeriesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`at_ns` as packed int64, each column as packed float64 (NaN: not known); little endian."""

    at_ns: bytes
    values: tuple[bytes, ...]
    warnings: tuple[str, ...] = ()


class MomentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """By venue and symbol."""

    samples: tuple[Sample, ...]
    warnings: tuple[str, ...] = ()


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """How a figure of one market was spread: quantiles of the `rows` in which it was known,
    near enough to say what is usual (a t-digest)."""

    venue: str
    symbol: str
    rows: int
    p10: float
    median: float
    p90: float


class BaselineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    baselines: tuple[Baseline, ...]
    warnings: tuple[str, ...] = ()


class HourlyFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one market (or, with an empty symbol, of a venue): `hours` since the epoch as packed
    int64, the hour that ended then, and columns as packed float64 (NaN: not known)."""

    venue: str
    symbol: str
    hours: bytes
    values: dict[str, bytes]


class HourlyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    figures: tuple[HourlyFigures, ...]
    warnings: tuple[str, ...] = ()


class MaintainAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a round did; `problems` are sentences for the trader."""

    sealed_hours: int
    merged_days: int
    rolled_up_days: int
    dropped_days: int
    problems: tuple[str, ...] = ()


Value = SeriesAnswer | MomentAnswer | BaselineAnswer | HourlyAnswer | MaintainAnswer


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    value: msgspec.Raw


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """It could not be answered: a sentence for the trader, and what the log should know."""

    sentence: str
    detail: str = ""
