"""Whatever the disk does, the screen goes on and the sentence is right."""

import errno
import os
import sqlite3

import pytest

from cockpit.core.clock import ManualClock
from cockpit.history.batch_writer import WAITING_BATCHES, BatchWriter
from cockpit.history.quarantine import trouble
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch, Figures, Sample
from cockpit.history.schema import VERSION
from tests.history.kit import (
    DAY,
    NS_PER_S,
    Folder,
    fill_up,
    maintain,
    rows,
    sample,
    small_disk,
)


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "history")


@pytest.fixture
def clock():
    return ManualClock(DAY)


@pytest.fixture
def writer(folder, clock):
    made = BatchWriter(folder, clock)
    yield made
    made.close()


def tick(writer, clock, seconds=10):
    """The next slot's row, its mark the seconds since the start."""
    clock.advance_s(seconds)
    now_ns = clock.now_ns()
    writer.write([Batch(samples=(sample(now_ns, mark=(now_ns - DAY) / NS_PER_S),))])


def gaps(folder):
    return [
        ((gap.from_ns - DAY) // NS_PER_S, (gap.to_ns - DAY) // NS_PER_S, gap.why)
        for gap in HistoryReader(folder).gaps(0, 1 << 62)
    ]


def seconds(folder):
    return [(at_ns - DAY) // NS_PER_S for (at_ns,) in rows(folder, "at_ns")]


def test_without_trouble_there_is_no_gap(folder, clock, writer):
    for _ in range(3):
        tick(writer, clock)
    assert seconds(folder) == [10, 20, 30]
    assert gaps(folder) == []
    assert writer.trouble is None


def test_the_time_between_two_runs_is_a_gap(folder, clock, writer):
    tick(writer, clock)
    writer.close()
    clock.advance_s(600)
    again = BatchWriter(folder, clock)
    tick(again, clock)
    again.close()
    assert gaps(folder) == [(10, 620, "not running")]


def test_another_that_takes_over_at_once_leaves_no_gap(folder, clock, writer):
    tick(writer, clock)
    writer.close()
    other = BatchWriter(folder, clock)
    tick(other, clock)
    other.close()
    assert gaps(folder) == []


def fill(folder):
    """No page more for the store: what SQLite then says is what it says of a full disk."""
    limited = sqlite3.connect(folder.hot)
    pages = limited.execute("PRAGMA page_count").fetchone()[0]
    limited.close()
    return pages


def test_a_full_disk_is_said_and_what_waited_is_written_when_there_is_room(folder, clock, writer):
    tick(writer, clock)
    connection = writer._store.connection
    connection.execute(f"PRAGMA max_page_count = {fill(folder)}")
    many = tuple(
        Sample(venue="bybit", symbol=f"C{i}", at_ns=clock.now_ns() + 1, figures=Figures(mark=1.0))
        for i in range(3000)
    )
    clock.advance_s(10)
    writer.write([Batch(samples=many)])
    assert writer.trouble.cause == "disk full"
    assert "the disk is full" in writer.trouble.sentence
    assert str(folder.hot) in writer.trouble.sentence
    assert seconds(folder) == [10]
    tick(writer, clock)
    assert writer.trouble is None
    assert len(rows(folder)) == 1 + 3000 + 1
    assert gaps(folder) == []


def test_a_real_disk_that_is_full_is_called_full_and_nothing_on_it_is_lost(tmp_path, clock):
    """Filled to its last block while a writer writes, and while it begins."""
    with small_disk(tmp_path / "disk", 2048):
        folder = Folder(tmp_path / "disk" / "history")
        writer = BatchWriter(folder, clock)
        tick(writer, clock)
        fill_up(tmp_path / "disk" / "filler")
        for _ in range(3):
            for _ in range(400):
                writer.write([])
                clock.advance_s(1)
            now_ns = clock.now_ns()
            many = (sample(now_ns, symbol=f"C{i}", mark=1.0) for i in range(3000))
            writer.write([Batch(samples=tuple(many))])
        assert writer.trouble.cause == "disk full"
        writer.close()
        late = BatchWriter(folder, clock)
        tick(late, clock)
        assert late.trouble.cause == "disk full"
        (tmp_path / "disk" / "filler").unlink()
        tick(late, clock)
        assert late.trouble is None
        assert 10 in seconds(folder)
        assert not folder.quarantine.exists()
        late.close()


def test_a_disk_that_stays_full_costs_the_oldest_rows_and_is_a_gap(folder, clock, writer):
    tick(writer, clock)
    writer.close()
    aside = folder.path.with_name("elsewhere")
    folder.path.rename(aside)
    folder.path.write_text("a file where the folder was")
    for _ in range(WAITING_BATCHES + 10):
        tick(writer, clock)
    assert writer.trouble is not None
    assert writer.lost_batches == 10
    folder.path.unlink()
    aside.rename(folder.path)
    tick(writer, clock)
    assert writer.trouble is None
    first = 10 * (1 + 11 + 1)
    assert seconds(folder) == [10, *range(first, first + 10 * WAITING_BATCHES, 10)]
    ((begin, end, _why),) = gaps(folder)
    assert (begin, end) == (10, first)


def test_a_store_that_is_no_store_is_set_aside_and_history_begins_anew(folder, clock, writer):
    folder.create()
    folder.hot.write_bytes(b"this is not a database" * 100)
    os.utime(folder.hot, ns=(DAY - 3600 * NS_PER_S,) * 2)
    tick(writer, clock)
    tick(writer, clock)
    assert seconds(folder) == [10, 20]
    assert [path.read_bytes()[:6] for path in folder.quarantine.iterdir()] == [b"this i"]
    assert "damaged" in writer.notice
    assert str(folder.quarantine) in writer.notice
    assert gaps(folder)[0][:1] == (-3600,)
    assert gaps(folder)[0][2] == "damaged"


def test_a_store_damaged_in_its_middle_is_set_aside_and_cold_days_stay(folder, clock, writer):
    for _ in range(400):
        tick(writer, clock)
    writer.close()
    maintain(folder, DAY + 2 * 3600 * NS_PER_S)
    before = rows(folder)
    kept = [row for row in before if row[0] < DAY + 3600 * NS_PER_S]
    content = bytearray(folder.hot.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    folder.hot.write_bytes(bytes(content))
    tick(writer, clock)
    tick(writer, clock)
    assert writer.trouble is None
    assert len(list(folder.quarantine.iterdir())) == 1
    maintain(folder, DAY + 2 * 3600 * NS_PER_S)
    assert rows(folder)[: len(kept)] == kept


def test_a_store_of_a_later_version_is_set_aside_whole(folder, clock, writer):
    tick(writer, clock)
    writer.close()
    connection = sqlite3.connect(folder.hot)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    tick(writer, clock)
    tick(writer, clock)
    assert seconds(folder) == [20, 30]
    (kept,) = folder.quarantine.iterdir()
    connection = sqlite3.connect(kept)
    assert connection.execute("SELECT count(*) FROM samples").fetchone() == (1,)
    connection.close()
    assert "later version" in writer.notice


def test_files_deleted_while_running_cost_a_gap_and_nothing_more(folder, clock, writer):
    tick(writer, clock)
    for path in folder.path.glob("hot.sqlite*"):
        path.unlink()
    tick(writer, clock)
    tick(writer, clock)
    assert seconds(folder) == [20, 30]
    assert "was removed" in writer.notice
    assert gaps(folder) == [(10, 20, "gone")]


def test_a_clock_set_back_is_said_and_no_row_is_overwritten(folder, clock, writer):
    clock.advance_s(3590)
    tick(writer, clock)
    writer.close()
    earlier = ManualClock(DAY)
    back = BatchWriter(folder, earlier)
    tick(back, earlier)
    tick(back, earlier)
    back.close()
    assert gaps(folder) == [(10, 3600, "clock set back")]
    assert seconds(folder) == [10, 20, 3600]


def test_a_clock_set_back_while_running_mixes_nothing(folder, clock, writer):
    """Ten minutes are seen, the clock is set back by five: what stands there stays alone."""
    for _ in range(60):
        tick(writer, clock)
    clock.advance_s(-300)
    for second in range(310, 900, 10):
        clock.advance_s(10)
        seen_again = sample(clock.now_ns(), mark=1_000_000.0 + second)
        late_comer = sample(clock.now_ns(), symbol="ETH", mark=float(second))
        writer.write([Batch(samples=(seen_again, late_comer))])
    assert gaps(folder) == [(310, 600, "clock set back")]
    found = rows(folder, more="WHERE symbol = 'BTC'")
    assert [(at_ns - DAY) // NS_PER_S for at_ns, _ in found] == list(range(10, 900, 10))
    assert all((mark > 1_000_000) == (at_ns > DAY + 600 * NS_PER_S) for at_ns, mark in found)
    assert len(rows(folder, more="WHERE symbol = 'ETH'")) == 59, "of it nothing stood there"
    assert "the clock was set back by 290 s" in writer.notice


def test_a_clock_set_back_is_known_to_the_next_writer_too(folder, clock, writer):
    for _ in range(60):
        tick(writer, clock)
    clock.advance_s(-300)
    tick(writer, clock)
    writer.close()
    other = BatchWriter(folder, clock)
    for _ in range(40):
        clock.advance_s(10)
        other.write([Batch(samples=(sample(clock.now_ns(), mark=-1.0),))])
    other.close()
    found = [((at_ns - DAY) // NS_PER_S, mark) for at_ns, mark in rows(folder)]
    assert [second for second, mark in found if mark == -1.0] == list(range(610, 720, 10))
    assert gaps(folder) == [(310, 600, "clock set back")]


def test_a_wait_for_the_disk_is_over_when_the_clock_was_set_back(folder, clock, writer):
    tick(writer, clock)
    writer._store.connection.execute("PRAGMA query_only = ON")
    tick(writer, clock)
    assert writer.trouble.cause == "read only"
    clock.advance_s(-7200)
    tick(writer, clock)
    assert writer.trouble is None


def test_a_machine_that_slept_has_a_gap_that_says_so(folder, clock, writer):
    tick(writer, clock)
    tick(writer, clock, seconds=3600)
    assert gaps(folder) == [(10, 3610, "asleep, or clock set forward")]


def test_a_row_that_cannot_be_written_does_not_hold_up_the_next(folder, clock, writer):
    broken = Sample(venue="bybit", symbol="\ud800", at_ns=DAY, figures=Figures(mark=1.0))
    writer.write([Batch(samples=(broken,))])
    tick(writer, clock)
    assert seconds(folder) == [10]
    assert writer.lost_batches == 1


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (errno.ENOSPC, "disk full"),
        (errno.EDQUOT, "disk full"),
        (errno.EROFS, "read only"),
        (errno.EACCES, "read only"),
        (errno.EIO, "failing"),
    ],
)
def test_what_the_system_says_has_a_cause(folder, number, cause):
    assert trouble(OSError(number, "whatever it is called here"), folder).cause == cause


def test_a_store_that_may_not_be_written_says_so(folder, clock, writer):
    tick(writer, clock)
    writer._store.connection.execute("PRAGMA query_only = ON")
    tick(writer, clock)
    assert writer.trouble.cause == "read only"
    clock.advance_s(10)
    tick(writer, clock)
    assert seconds(folder) == [10, 20, 40]
