"""The same answers whichever tier they come from."""

import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.core.errors import InputError
from cockpit.history import analytic
from cockpit.history.client import Worker
from cockpit.history.errors import HistoryError
from cockpit.history.hot import HotStore, meta
from cockpit.history.hot_read import read_hot
from cockpit.history.maintenance import hot_bytes
from cockpit.history.manifest import LATE_NS, cold_files, forget_before
from cockpit.history.protocol import (
    BaselineQuestion,
    MaintainQuestion,
    MomentQuestion,
    SeriesQuestion,
)
from cockpit.history.query import Bounds, query
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch
from cockpit.history.settings import HistorySettings
from tests.history.kit import (
    DAY,
    DAY_NS,
    HOUR_NS,
    NS_PER_S,
    Folder,
    files,
    maintain,
    marks,
    modes,
    paid,
    rows,
    sample,
)
from tests.support import PATIENCE_S

SHORT = HistorySettings(hot_h=2, raw_days=1, minute_days=2)


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "history")


def write(folder, *batches):
    store = HotStore(folder)
    for batch in batches:
        store.append(batch)
    store.close()


def tiers(folder):
    return read_hot(folder.hot, lambda connection: [f.tier for f in cold_files(connection)], [])


def hot_rows(folder):
    return read_hot(
        folder.hot, lambda c: c.execute("SELECT count(*) FROM samples").fetchone()[0], None
    )


def test_a_closed_hour_goes_to_a_file_and_says_the_same(folder):
    write(folder, marks(DAY, 720))
    before = rows(folder)
    assert maintain(folder, DAY + HOUR_NS).sealed_hours == 0
    assert maintain(folder, DAY + HOUR_NS + LATE_NS).sealed_hours == 1
    assert rows(folder) == before
    assert len(before) == 720
    assert maintain(folder, DAY + 2 * HOUR_NS + LATE_NS).sealed_hours == 1
    assert rows(folder) == before
    assert modes(folder.path) == {0o600}


def test_a_day_that_is_over_becomes_one_file_and_says_the_same(folder):
    write(folder, marks(DAY, 24 * 60, step_s=60))
    before = rows(folder)
    report = maintain(folder, DAY + DAY_NS + LATE_NS)
    assert (report.sealed_hours, report.merged_days) == (24, 1)
    assert tiers(folder) == ["raw"]
    assert rows(folder) == before


def test_rows_leave_the_hot_store_only_when_a_file_has_them(folder):
    write(folder, marks(DAY, 6 * 60, step_s=60))
    before = rows(folder)
    store = HotStore(folder)
    # No hour has a file yet, so the hot store begins where its first row is.
    assert forget_before(store, DAY + 3 * HOUR_NS) == DAY
    store.close()
    maintain(folder, DAY + 6 * HOUR_NS + LATE_NS, SHORT)
    assert hot_rows(folder) == 2 * 60
    assert rows(folder) == before


def test_after_raw_days_the_last_row_of_each_minute_stays(folder):
    write(folder, marks(DAY, 24 * 360))
    maintain(folder, DAY + 2 * DAY_NS, SHORT)
    assert tiers(folder) == ["minute"]
    # 10-second rows count up from 1: the last of each minute is every sixth.
    expected = [(DAY + (i - 1) * 10 * NS_PER_S, float(i)) for i in range(6, 24 * 360 + 1, 6)]
    assert rows(folder) == expected


def test_a_day_that_cannot_be_rolled_up_does_not_keep_the_next_from_it(folder):
    """Of the first day's file a disk has changed bytes within: its length says nothing of it."""
    kept = HistorySettings(hot_h=2, raw_days=1, minute_days=30)
    write(folder, marks(DAY, 24 * 60, step_s=60), marks(DAY + DAY_NS, 24 * 360))
    maintain(folder, DAY + 2 * DAY_NS + LATE_NS)
    maintain(folder, DAY + 2 * DAY_NS + 20 * LATE_NS)
    first = min(folder.cold.glob("raw-*.parquet"))
    data = bytearray(first.read_bytes())
    data[len(data) // 4 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 4)
    first.write_bytes(data)
    report = maintain(folder, DAY + 5 * DAY_NS, kept)
    assert report.rolled_up_days == 1
    assert [words for words in report.problems if "2025-10-10 stays as it was written" in words]
    assert tiers(folder) == ["raw", "minute"]


def test_after_minute_days_a_day_is_forgotten_but_funding_is_not(folder):
    write(folder, marks(DAY, 60), Batch(settled=(paid(DAY, 1e-5),)))
    report = maintain(folder, DAY + 4 * DAY_NS, SHORT)
    assert report.dropped_days == 1
    assert rows(folder) == []
    assert query(folder, "SELECT rate FROM settled").rows == [(1e-5,)]


def test_replaced_files_stay_for_their_readers_and_then_go(folder):
    write(folder, marks(DAY, 24 * 60, step_s=60))
    maintain(folder, DAY + DAY_NS + LATE_NS)
    assert len(list(folder.cold.glob("*.parquet"))) == 25
    maintain(folder, DAY + DAY_NS + 20 * LATE_NS)
    assert len(list(folder.cold.glob("*.parquet"))) == 1


def test_a_late_row_takes_its_hour_back_and_is_handed_over_again(folder):
    write(folder, marks(DAY, 360))
    maintain(folder, DAY + 2 * HOUR_NS)
    write(folder, Batch(samples=(sample(DAY + 5 * NS_PER_S, mark=99.0),)))
    assert (DAY + 5 * NS_PER_S, 99.0) in rows(folder)
    assert len(rows(folder)) == 361
    assert maintain(folder, DAY + 2 * HOUR_NS + LATE_NS).sealed_hours == 1
    assert len(rows(folder)) == 361


def test_a_row_older_than_the_hot_store_waits_and_then_joins_its_day(folder):
    write(folder, marks(DAY, 24 * 60, step_s=60))
    maintain(folder, DAY + DAY_NS + LATE_NS, SHORT)
    late = sample(DAY + 5 * NS_PER_S, mark=99.0)
    write(folder, Batch(samples=(late,)))
    expected = rows(folder)
    assert (late.at_ns, 99.0) in expected
    maintain(folder, DAY + DAY_NS + 2 * LATE_NS, SHORT)
    assert rows(folder) == expected
    assert len(expected) == 24 * 60 + 1
    assert (
        read_hot(
            folder.hot, lambda c: c.execute("SELECT count(*) FROM imported").fetchone()[0], None
        )
        == 0
    )


def test_the_budget_takes_the_oldest_raw_rows_first(folder):
    write(folder, marks(DAY, 24 * 360), marks(DAY + DAY_NS, 24 * 360))
    now_ns = DAY + 3 * DAY_NS
    maintain(folder, now_ns, HistorySettings(hot_h=2))
    assert tiers(folder) == ["raw", "raw"]
    store = HotStore(folder)
    used = hot_bytes(store) + sum(file.size for file in cold_files(store.connection))
    store.close()
    maintain(folder, now_ns, HistorySettings(hot_h=2, max_gb=(used - 500) / 1e9))
    assert tiers(folder) == ["minute", "raw"]
    assert len(rows(folder)) == 24 * 60 + 24 * 360


MOMENTS = st.lists(
    st.tuples(st.integers(0, 30 * 360), st.sampled_from(["BTC", "ETH"])), max_size=60
)
STEPS = st.lists(st.one_of(MOMENTS, st.integers(1, 40)), max_size=6)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_whatever_comes_when_a_query_says_what_was_written(tmp_path_factory, steps):
    """Rows in any order, late ones too, with hand-overs in between: each first word stays."""
    folder = Folder(tmp_path_factory.mktemp("tiers") / "history")
    kept = HistorySettings(hot_h=2, raw_days=30)
    expected = {}
    number = 0.0
    write(folder)
    for step in steps:
        if isinstance(step, int):
            maintain(folder, DAY + step * HOUR_NS, kept)
            continue
        batch = []
        for slot, symbol in step:
            number += 1
            batch.append(sample(DAY + slot * 10 * NS_PER_S, symbol=symbol, mark=number))
        store = HotStore(folder)
        hot_from_ns = meta(store.connection, "hot_from_ns")
        store.close()
        # Older rows go through the importer, which asks what is there; here only new ones do.
        batch = [
            row
            for row in batch
            if row.at_ns >= hot_from_ns or (row.symbol, row.at_ns) not in expected
        ]
        write(folder, Batch(samples=tuple(batch)))
        for row in batch:
            expected.setdefault((row.symbol, row.at_ns), row.figures.mark)
    found = rows(folder, "symbol, at_ns, mark")
    assert {(symbol, at_ns): mark for symbol, at_ns, mark in found} == expected
    assert len(found) == len(expected)


def test_hot_and_cold_answer_a_span_alike(folder):
    chance = random.Random(5)
    batch = Batch(
        samples=tuple(
            sample(
                DAY + i * 10 * NS_PER_S,
                mark=chance.uniform(1, 1e5) if chance.random() < 0.9 else None,
                bid10_usd=chance.uniform(1, 1e7),
                premium=chance.gauss(0, 1e-4),
                mid=chance.uniform(1, 1e5),
                book_age_s=chance.randrange(100),
            )
            for i in range(3 * 360)
        )
    )
    write(folder, batch)
    question = SeriesQuestion(
        venue="bybit", symbol="BTC", columns=("mark", "bid10_usd", "premium", "mid", "book_age_s"),
        from_ns=DAY + 600 * NS_PER_S, to_ns=DAY + 2 * HOUR_NS,
    )  # fmt: skip
    reader = HistoryReader(folder)
    moment = MomentQuestion(at_ns=DAY + HOUR_NS + 5 * NS_PER_S)
    hot, hot_moment = reader.series(question), reader.samples_at(moment)
    maintain(folder, DAY + 6 * HOUR_NS, SHORT)
    assert hot_rows(folder) == 0
    cold, cold_moment = reader.series(question), reader.samples_at(moment)
    reader.close()
    assert [row.at_ns for row in hot_moment] == [DAY + HOUR_NS]
    assert hot_moment == cold_moment
    assert len(hot.at_ns) == 2 * 360 - 60
    assert np.array_equal(hot.at_ns, cold.at_ns)
    for name in question.columns:
        assert np.array_equal(hot.values[name], cold.values[name], equal_nan=True), name


def test_a_moment_shows_each_market_as_it_was_last_seen_and_none_that_was_long_silent(folder):
    write(
        folder,
        Batch(
            samples=(
                sample(DAY, symbol="BTC", mark=1.0),
                sample(DAY + 100 * NS_PER_S, symbol="BTC", mark=2.0),
                sample(DAY + 130 * NS_PER_S, symbol="BTC", mark=3.0),
                sample(DAY, symbol="ETH", mark=4.0),
                sample(DAY + 50 * NS_PER_S, symbol="SOL", mark=None, mark_age_s=90),
            )
        ),
    )
    reader = HistoryReader(folder)
    stood = reader.samples_at(MomentQuestion(at_ns=DAY + 125 * NS_PER_S))
    assert [(row.symbol, row.figures.mark) for row in stood] == [("BTC", 2.0), ("SOL", None)]
    last = reader.last_samples()
    assert [(row.symbol, row.figures.mark) for row in last] == [
        ("BTC", 3.0),
        ("ETH", 4.0),
        ("SOL", None),
    ]


def test_the_worker_answers_and_the_asker_never_loads_duckdb(folder):
    write(folder, marks(DAY, 1001))
    worker = Worker(folder)
    reader = HistoryReader(folder, worker)
    (usual,) = reader.baselines(BaselineQuestion(column="mark", from_ns=DAY, to_ns=DAY + DAY_NS))
    reader.close()
    # 1, 2, … 1001: the median is the 501st, a tenth lies below 101; near enough is a hundredth.
    assert usual.rows == 1001
    assert (usual.p10, usual.median, usual.p90) == pytest.approx((101, 501, 901), abs=10)
    program = (
        "import sys, cockpit.history.service, cockpit.history.reader, cockpit.history.report, "
        "cockpit.history.readings, cockpit.history.tape, cockpit.cli.history; "
        "sys.exit('duckdb' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=PATIENCE_S).returncode == 0


def test_a_damaged_cold_file_is_set_aside_and_its_hours_are_a_gap(folder):
    write(folder, marks(DAY, 3 * 360))
    maintain(folder, DAY + 6 * HOUR_NS, SHORT)
    damaged = sorted(folder.cold.glob("*.parquet"))[1]
    damaged.write_bytes(damaged.read_bytes()[:100])
    report = maintain(folder, DAY + 6 * HOUR_NS, SHORT)
    assert len(report.problems) == 1
    assert damaged.name in report.problems[0]
    assert len(rows(folder)) == 2 * 360
    gaps = HistoryReader(folder).gaps(0, 1 << 62)
    assert [(gap.from_ns, gap.to_ns) for gap in gaps] == [(DAY + HOUR_NS, DAY + 2 * HOUR_NS)]
    kept = list(folder.quarantine.iterdir())
    assert [path.stat().st_size for path in kept] == [100]


def test_a_damaged_file_of_an_hour_that_is_still_hot_is_written_anew(folder):
    write(folder, marks(DAY, 360))
    before = rows(folder)
    maintain(folder, DAY + 2 * HOUR_NS)
    next(folder.cold.glob("*.parquet")).unlink()
    maintain(folder, DAY + 2 * HOUR_NS)
    assert rows(folder) == before
    assert len(list(folder.cold.glob("*.parquet"))) == 1


def test_cold_files_are_taken_over_when_the_hot_store_is_lost(folder):
    write(folder, marks(DAY, 24 * 60, step_s=60), marks(DAY + DAY_NS, 60, step_s=60))
    maintain(folder, DAY + DAY_NS + 3 * HOUR_NS, SHORT)
    before = rows(folder)
    folder.hot.unlink()
    maintain(folder, DAY + DAY_NS + 3 * HOUR_NS, SHORT)
    assert rows(folder) == before
    assert "hot.sqlite" in files(folder)


def test_rows_that_come_before_old_files_are_known_again_do_not_hide_them(folder):
    write(folder, marks(DAY, 120, step_s=60), marks(DAY + 3 * HOUR_NS, 1))
    maintain(folder, DAY + 3 * HOUR_NS + LATE_NS)
    before = rows(folder, more=f"WHERE at_ns < {DAY + 2 * HOUR_NS}")
    folder.hot.unlink()
    late = sample(DAY + 5 * NS_PER_S, mark=99.0)
    write(folder, Batch(samples=(late,)))
    maintain(folder, DAY + 3 * HOUR_NS + LATE_NS)
    assert rows(folder) == sorted([*before, (late.at_ns, 99.0)])


def test_a_row_that_waits_and_stands_in_a_file_too_is_seen_once(folder):
    """What a process that was killed between two steps may leave behind."""
    write(folder, marks(DAY, 60, step_s=60))
    maintain(folder, DAY + 30 * HOUR_NS, SHORT)
    there, new = sample(DAY, mark=99.0), sample(DAY + 5 * NS_PER_S, mark=98.0)
    write(folder, Batch(samples=(there, new)))
    expected = [(DAY, 1.0), (new.at_ns, 98.0), (DAY + 60 * NS_PER_S, 2.0)]
    assert rows(folder)[:3] == expected
    maintain(folder, DAY + 30 * HOUR_NS, SHORT)
    assert rows(folder)[:3] == expected
    assert len(rows(folder)) == 61


def test_a_machine_that_starts_no_process_answers_with_a_sentence(folder, monkeypatch):
    question = BaselineQuestion(column="mark", from_ns=0, to_ns=DAY_NS)
    reader = HistoryReader(folder)
    with monkeypatch.context() as lacking:
        lacking.setattr("sys.executable", "/nowhere/python")
        with pytest.raises(HistoryError, match="the reader of history cannot be started"):
            reader.baselines(question)
    # It is asked again, and another time there may be room for a process.
    assert reader.baselines(question) == ()
    reader.close()


def test_rows_that_do_not_fit_into_the_memory_of_a_query_are_a_sentence(folder):
    """Those that no cold file holds yet are read first, whatever the query asks of them."""
    write(folder, *(marks(DAY, 3_600, step_s=1, symbol=f"C{number}") for number in range(16)))
    with pytest.raises(InputError, match=r"needs more than 8 MB; .* raise --memory"):
        query(folder, "SELECT count(*) FROM samples", Bounds(memory_mb=8))


def test_of_many_files_that_are_gone_a_few_are_named_and_the_others_counted(folder):
    """A folder of a year has hundreds: their sentences would fill the pipe to who asked."""
    write(folder, marks(DAY, 20 * 60, step_s=60))
    maintain(folder, DAY + 21 * HOUR_NS)
    for path in folder.cold.glob("*.parquet"):
        path.unlink()
    question = MaintainQuestion(settings=HistorySettings(), now_ns=DAY + 22 * HOUR_NS)
    *named, rest = analytic.maintain(folder, question).problems
    assert len(named) == analytic.MOST_NAMED
    assert all("removed and is gone" in words for words in named)
    assert rest == f"{folder.path}: and {20 - analytic.MOST_NAMED} more"
