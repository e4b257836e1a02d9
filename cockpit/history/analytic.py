"""The worker's answers. Imports duckdb (through `columnar`)."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from cockpit.core.errors import InputError
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.history import columnar
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.maintenance import Maintenance
from cockpit.history.protocol import (
    Baseline,
    BaselineAnswer,
    BaselineQuestion,
    HourlyAnswer,
    HourlyFigures,
    HourlyQuestion,
    MaintainAnswer,
    MaintainQuestion,
    MomentAnswer,
    MomentQuestion,
    SeriesAnswer,
    SeriesQuestion,
)
from cockpit.history.rows import sample_of
from cockpit.history.schema import FIGURES
from cockpit.history.views import Scope, open_views

HOURLY: Final = (
    "bid10_usd", "ask10_usd", "bid25_usd", "ask25_usd", "bid50_usd", "ask50_usd", "spread_bps",
    "oi_base", "mark", "index_price", "mid", "volume_24h_usd",
)  # fmt: skip
"""Figures of which an hour's last one is asked."""
_SAMPLES: Final = frozenset({"samples"})
MOST_NAMED: Final = 5
"""Problems of one round of maintenance that are told one by one."""
READ_MEMORY_MB: Final = 200
"""Footers of a year of files included; maintenance has a process and a limit of its own."""


class Analyst:
    """Answers questions about one folder with one database, so that what it learnt of the cold
    files serves the next question too."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._database = columnar.connect(READ_MEMORY_MB)

    def series(self, question: SeriesQuestion) -> SeriesAnswer:
        """One market's figures over every tier. InputError for a column that there is not."""
        for column in question.columns:
            _check_column(column)
        scope = Scope(
            from_ns=question.from_ns,
            to_ns=question.to_ns,
            market=(question.venue, question.symbol),
        )
        opened = open_views(self._database, self._folder, _SAMPLES, scope)
        columns = ", ".join(f"{name}::DOUBLE AS {name}" for name in question.columns)
        keep = ""
        if question.step_s is not None:
            step_ns = question.step_s * NS_PER_S
            keep = (
                f" QUALIFY row_number() OVER (PARTITION BY at_ns // {step_ns} "
                "ORDER BY at_ns DESC) = 1"
            )
        found = self._database.execute(
            f"SELECT at_ns, {columns} FROM samples WHERE venue = ? AND symbol = ? "
            f"AND at_ns >= ? AND at_ns < ?{keep} ORDER BY at_ns",
            (question.venue, question.symbol, question.from_ns, question.to_ns),
        ).fetchnumpy()
        at_ns = np.ascontiguousarray(np.ma.filled(found["at_ns"], 0), dtype="<i8")
        values = tuple(
            np.ascontiguousarray(np.ma.filled(found[name], np.nan), dtype="<f8").tobytes()
            for name in question.columns
        )
        return SeriesAnswer(at_ns=at_ns.tobytes(), values=values, warnings=opened.warnings)

    def moment(self, question: MomentQuestion) -> MomentAnswer:
        """Every market as it stood, over every tier."""
        from_ns = question.at_ns - question.within_s * NS_PER_S
        scope = Scope(from_ns=from_ns, to_ns=question.at_ns + 1)
        opened = open_views(self._database, self._folder, _SAMPLES, scope)
        rows = self._database.execute(
            f"SELECT venue, symbol, at_ns, {', '.join(FIGURES)} FROM samples "
            "WHERE at_ns > ? AND at_ns <= ? QUALIFY row_number() OVER "
            "(PARTITION BY venue, symbol ORDER BY at_ns DESC) = 1 ORDER BY venue, symbol",
            (from_ns, question.at_ns),
        ).fetchall()
        return MomentAnswer(samples=tuple(map(sample_of, rows)), warnings=opened.warnings)

    def baselines(self, question: BaselineQuestion) -> BaselineAnswer:
        """What is usual, by market. InputError for a column that there is not."""
        name = _check_column(question.column)
        scope = Scope(from_ns=question.from_ns, to_ns=question.to_ns)
        opened = open_views(self._database, self._folder, _SAMPLES, scope)
        rows = self._database.execute(
            f"SELECT venue, symbol, count({name}), "
            f"approx_quantile({name}::DOUBLE, [0.1, 0.5, 0.9]) FROM samples "
            f"WHERE at_ns >= ? AND at_ns < ? AND {name} IS NOT NULL "
            "GROUP BY venue, symbol ORDER BY venue, symbol",
            (question.from_ns, question.to_ns),
        ).fetchall()
        return BaselineAnswer(
            baselines=tuple(
                Baseline(venue=venue, symbol=symbol, rows=count, p10=low, median=middle, p90=high)
                for venue, symbol, count, (low, middle, high) in rows
            ),
            warnings=opened.warnings,
        )

    def hourly(self, question: HourlyQuestion) -> HourlyAnswer:
        """The last figure of each hour, the hour's mean premium, its oldest block and its slowest
        percentile of messages, over every tier."""
        # The row at the very end belongs to the hour that ends there.
        scope = Scope(from_ns=question.from_ns, to_ns=question.to_ns + 1)
        names = frozenset({"samples", "chain"})
        opened = open_views(self._database, self._folder, names, scope)
        within = f"at_ns > {question.from_ns} AND at_ns <= {question.to_ns}"
        # The hour that ends at a stamp holds what came after the stamp before, up to it.
        hour = f"(at_ns + {HOUR_NS - 1}) // {HOUR_NS}"
        last = ", ".join(f"arg_max({name}, at_ns)::DOUBLE AS {name}" for name in HOURLY)
        markets = self._database.execute(
            f"SELECT venue, symbol, {hour} AS hour, avg(premium)::DOUBLE AS premium, {last} "
            f"FROM samples WHERE {within} GROUP BY ALL ORDER BY venue, symbol, hour"
        ).fetchnumpy()
        # A counter of gaps begins anew with every start of the program: only its rises count.
        rise = f"greatest(gaps - lag(gaps) OVER (PARTITION BY venue, {hour} ORDER BY at_ns), 0)"
        chains = self._database.execute(
            "SELECT venue, '' AS symbol, hour, arg_max(cadence_s, at_ns)::DOUBLE AS cadence_s, "
            "max(block_age_s)::DOUBLE AS block_age_s, "
            "arg_max(latency_p50_ms, at_ns)::DOUBLE AS latency_ms, "
            "max(latency_p99_ms)::DOUBLE AS latency_p99_ms, "
            "CASE WHEN count(gaps) > 0 THEN coalesce(sum(rise), 0)::DOUBLE END AS gaps "
            f"FROM (SELECT *, {hour} AS hour, {rise} AS rise FROM chain WHERE {within}) "
            "GROUP BY ALL ORDER BY venue, hour"
        ).fetchnumpy()
        return HourlyAnswer(
            figures=(*_by_market(markets), *_by_market(chains)), warnings=opened.warnings
        )


def _by_market(rows: dict[str, Any]) -> Iterator[HourlyFigures]:
    """Columns of (venue, symbol, hour, figures), ordered by market and hour, cut by market."""
    names = [name for name in rows if name not in ("venue", "symbol", "hour")]
    venues, symbols = rows["venue"], rows["symbol"]
    hours = np.ascontiguousarray(np.ma.filled(rows["hour"], 0), dtype="<i8")
    starts = [
        place
        for place in range(len(hours))
        if place == 0 or (venues[place], symbols[place]) != (venues[place - 1], symbols[place - 1])
    ]
    columns = {
        name: np.ascontiguousarray(np.ma.filled(rows[name], np.nan), dtype="<f8") for name in names
    }
    for start, end in pairwise([*starts, len(hours)]):
        yield HourlyFigures(
            venue=str(venues[start]),
            symbol=str(symbols[start]),
            hours=hours[start:end].tobytes(),
            values={name: column[start:end].tobytes() for name, column in columns.items()},
        )


def known_keys(
    folder: Folder, from_ns: int, to_ns: int, markets: frozenset[tuple[str, str]]
) -> set[tuple[str, str, int]]:
    """Which rows of these markets any tier holds within the span."""
    with columnar.connect() as database:
        open_views(database, folder, _SAMPLES, Scope(from_ns=from_ns, to_ns=to_ns))
        columnar.make_table(database, "wanted", (("v", "VARCHAR"), ("s", "VARCHAR")), markets)
        rows = database.execute(
            "SELECT venue, symbol, at_ns FROM samples JOIN wanted ON venue = v AND symbol = s "
            "WHERE at_ns >= ? AND at_ns < ?",
            (from_ns, to_ns),
        ).fetchall()
    return set(rows)


def maintain(folder: Folder, question: MaintainQuestion) -> MaintainAnswer:
    """One round; what it did is done even if the one who asked is gone."""
    store = HotStore(folder)
    try:
        report = Maintenance(store, question.settings, question.now_ns).run()
    finally:
        store.close()
    return MaintainAnswer(
        sealed_hours=report.sealed_hours,
        merged_days=report.merged_days,
        rolled_up_days=report.rolled_up_days,
        dropped_days=report.dropped_days,
        problems=_few(report.problems, folder),
    )


def _few(problems: Sequence[str], folder: Folder) -> tuple[str, ...]:
    """The first of many, and how many more there are: who asked reads them when all is over, and a
    pipe holds no more than 64 KiB until then."""
    more = len(problems) - MOST_NAMED
    if more <= 0:
        return tuple(problems)
    rest = f"{folder.path}: and {more} more"
    return (*problems[:MOST_NAMED], rest)


def _check_column(name: str) -> str:
    if name not in FIGURES:
        raise InputError(f"history: {name!r} is not kept; expected one of {', '.join(FIGURES)}")
    return name
