"""Whatever happens to the folder of history, the screen goes on, says it, and asks again."""

import asyncio
import os
import sqlite3

import pytest

from cockpit.config import Config
from cockpit.core.clock import ManualClock
from cockpit.core.events import Link, Prices
from cockpit.desk.contract import LookBack
from cockpit.desk.core import DeskCore, DeskSetup
from cockpit.desk.memory import Memory, MemoryOrder
from cockpit.desk.stats import FeedStats
from cockpit.history.batch_writer import BatchWriter
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch
from cockpit.history.schema import VERSION
from cockpit.history.settings import HistorySettings
from cockpit.terminal.app import CockpitApp
from cockpit.ui.layout.workspaces import PANES
from cockpit.ui.text.styled import plain
from tests.history.kit import DAY, NS_PER_S, fill_up, rights_hold, rows, sample, small_disk
from tests.support import until
from tests.terminal.seats import TERMINAL
from tests.ui import scenes


class RememberingDesk(DeskCore):
    """One venue, fed by hand, with a real folder of history."""

    def __init__(self, folder):
        super().__init__(
            DeskSetup(
                mode="LIVE",
                clock=ManualClock(DAY),
                specs={"bravo": scenes.spec("bravo")},
                symbols=["BTC"],
                history=folder,
            ),
            self,
        )
        order = MemoryOrder(folder=folder, settings=HistorySettings())
        self.memory = Memory(order, self.view, self.clock)

    def want(self, symbols): ...
    def survey(self, is_on): ...
    def venue_stats(self, name): ...
    def lend(self, symbols): ...

    def detail(self):
        return ""

    def feed_stats(self):
        return FeedStats(
            messages_per_s=None, coalescing=False, recording=False, history=self.memory.status
        )

    async def start(self):
        self.memory.start()

    async def stop(self):
        self.close()
        await asyncio.to_thread(self.memory.stop)

    def live(self, seconds):
        """So much time with a price each second, sampled as the engine does it."""
        for _ in range(seconds):
            self.clock.advance_s(1)
            now_ns = self.clock.now_ns()
            self.memory.look()
            said = {"venue": "bravo", "recv_ns": now_ns}
            events = [
                Link(state="live", **said), Prices(symbol="BTC", mark=now_ns / 1e18, **said)
            ]  # fmt: skip
            self.memory.hear(events)
            self.take(events)
            if seconds % 5 == 0:
                self.sample()


@pytest.fixture
def folder(tmp_path):
    """Of an earlier run, an hour before."""
    folder = Folder(tmp_path / "history")
    clock = ManualClock(DAY - 3600 * NS_PER_S)
    writer = BatchWriter(folder, clock)
    writer.write([Batch(samples=(sample(clock.now_ns(), venue="bravo", mark=1.0),))])
    writer.close()
    return folder


def corrupt(folder):
    folder.hot.write_bytes(b"\xff" * 65_536)


def truncated(folder):
    """A write that the power cut short: half of the file is there."""
    os.truncate(folder.hot, folder.hot.stat().st_size // 2)


def of_a_later_version(folder):
    connection = sqlite3.connect(folder.hot)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()


def in_place_of_the_folder_a_file(folder):
    folder.path.rename(folder.path.with_name("aside"))
    folder.path.write_text("no folder")


def read_only(folder):
    for path in (folder.hot, folder.path):
        os.chmod(path, 0o500)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (corrupt, "damaged"),
        (truncated, "damaged"),
        (of_a_later_version, "later version"),
        (in_place_of_the_folder_a_file, "cannot be"),
        (read_only, "cannot be written to"),
    ],
)
async def test_the_screen_goes_on_and_health_says_it(folder, damage, words):
    damage(folder)
    desk = RememberingDesk(folder)
    app = CockpitApp(desk, Config(), TERMINAL)
    with rights_hold():
        async with app.run_test(size=(160, 50)) as pilot:
            await it_goes_on(app, desk, pilot, words)
    # Nothing was deleted: what was there is there, or lies aside whole.
    kept = [path for path in folder.path.parent.rglob("*") if path.is_file()]
    assert any(path.stat().st_size > 0 for path in kept)


async def it_goes_on(app, desk, pilot, words):
    """A figure, a sentence, and a moment that is not known."""
    await pilot.pause()
    desk.live(25)
    await until(lambda: desk.memory.status.problem or desk.memory.status.notice)
    app._paint()
    said = " ".join(plain(line) for line in PANES["trouble"].lines(app.readings, 160, 12))
    assert words in said.replace("…", ""), said
    desk.post(LookBack(DAY - 3600 * NS_PER_S))
    await until(lambda: desk.stats().past is not None)
    past = desk.stats().past
    # What cannot be written to can still be read.
    assert (past.view is not None) == (words == "cannot be written to")
    assert bool(past.problem) == (past.view is None)
    desk.live(5)
    app._paint()
    assert app.readings.view.market("bravo", "BTC").mark == desk.clock.now_ns() / 1e18
    assert app.readings.now_ns == desk.clock.now_ns()


async def test_a_folder_that_comes_back_is_written_again_and_the_time_between_is_a_gap(folder):
    in_place_of_the_folder_a_file(folder)
    desk = RememberingDesk(folder)
    app = CockpitApp(desk, Config(), TERMINAL)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        desk.live(25)
        await until(lambda: bool(desk.memory.status.problem))
        folder.path.unlink()
        folder.path.with_name("aside").rename(folder.path)

        def is_written():
            desk.live(10)
            return not desk.memory.status.problem and bool(desk.memory.status.samples)

        await until(is_written)
    gaps = HistoryReader(folder).gaps(0, 1 << 62)
    assert gaps[0].from_ns == DAY - 3600 * NS_PER_S
    assert gaps[0].venue is None


async def test_a_clock_that_is_set_back_is_shown_and_no_row_is_overwritten(folder):
    desk = RememberingDesk(folder)
    app = CockpitApp(desk, Config(), TERMINAL)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        desk.live(30)
        desk.clock.advance_s(-1800)
        desk.live(30)
        app._paint()
        assert app.readings.now_ns == desk.clock.now_ns()
        assert app.readings.now_ns < DAY
    seconds = [(at_ns - DAY) // NS_PER_S for (at_ns,) in rows(folder, "at_ns")]
    # The clock shows 1 to 30 and then -1769 to -1740: each slot once, none overwritten.
    assert seconds == [-3600, -1760, -1750, -1740, 10, 20, 30]


def health(app):
    return " ".join(plain(line) for line in PANES["trouble"].lines(app.readings, 160, 12))


async def test_files_deleted_under_a_running_screen_cost_a_gap_and_a_sentence(folder):
    desk = RememberingDesk(folder)
    app = CockpitApp(desk, Config(), TERMINAL)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        desk.live(20)
        await until(lambda: desk.memory.status.samples)
        for path in folder.path.glob("hot.sqlite*"):
            path.unlink()

        def is_told():
            desk.live(10)
            return bool(desk.memory.status.notice)

        await until(is_told)
        app._paint()
        assert "was removed while in use" in health(app)
        assert app.readings.view.market("bravo", "BTC").mark == desk.clock.now_ns() / 1e18
    # The clock of this test runs away from the thread that writes: more gaps may follow.
    assert HistoryReader(folder).gaps(0, 1 << 62)[0].why == "gone"


async def test_a_disk_that_fills_up_under_a_running_screen_is_told_and_written_later(tmp_path):
    with small_disk(tmp_path / "disk", 1024):
        folder = Folder(tmp_path / "disk" / "history")
        desk = RememberingDesk(folder)
        app = CockpitApp(desk, Config(), TERMINAL)
        async with app.run_test(size=(160, 50)) as pilot:
            await pilot.pause()
            desk.live(20)
            await until(lambda: desk.memory.status.samples)
            fill_up(tmp_path / "disk" / "filler")

            def is_told():
                desk.live(10)
                return bool(desk.memory.status.problem)

            await until(is_told)
            app._paint()
            assert "the disk is full" in health(app)
            assert app.readings.view.market("bravo", "BTC").mark == desk.clock.now_ns() / 1e18
            (tmp_path / "disk" / "filler").unlink()

            def is_written():
                desk.live(10)
                return not desk.memory.status.problem

            await until(is_written)
        assert rows(folder)
        assert not folder.quarantine.exists()
