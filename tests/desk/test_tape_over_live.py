"""A tape is looked at over a live desk, which goes on: its facts, its alerts, its history."""

import shutil
from pathlib import Path

import msgspec
import pytest

from cockpit import config
from cockpit.alerts.rule import Rule
from cockpit.core.clock import ManualClock
from cockpit.core.events import Link, OpenInterest, Prices
from cockpit.core.units import NS_PER_S
from cockpit.desk.contract import GoLive, OpenTapes, Pause, Rank, Seek
from cockpit.desk.live import DeskFiles, Engine
from cockpit.desk.memory import MemoryOrder
from cockpit.desk.tape_over_live import TapeOverLive
from cockpit.desk.trader_files import TraderPaths
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.settings import HistorySettings
from cockpit.ui.alert_announcer import alerts_of_now, alerts_of_tape
from cockpit.wire.endpoints import Endpoint
from tests.support import AT_NS

TAPE = Path(__file__).resolve().parents[1] / "captures" / "bybit.jsonl"
NOWHERE = Endpoint(rest_url="http://127.0.0.1:9", ws_urls={"main": "ws://127.0.0.1:9"})
"""A port at which nobody answers: facts come by hand."""
NOW_NS = AT_NS - AT_NS % (60 * NS_PER_S)
CHEAP = Rule(name="cheap", kind="open_interest", threshold=1e8)


class Sitting:
    """A live desk at a time that is set by hand, with one recording of the trader's."""

    def __init__(self, tmp_path):
        self.recordings = tmp_path / "tapes"
        self.recording = self.recordings / "20261201-120000"
        self.recording.mkdir(parents=True)
        shutil.copy(TAPE, self.recording / "bybit.jsonl")
        self.history = Folder(tmp_path / "history")
        self.clock = ManualClock(NOW_NS)
        settings = config.load(
            None, {"watch.symbols": ["BTC"], "watch.venues": ["bybit"]}, environ={}
        )
        self.live = Engine(
            msgspec.structs.replace(settings, alert=(CHEAP,)),
            endpoints={"bybit": NOWHERE},
            clock=self.clock,
            files=DeskFiles(memory=MemoryOrder(folder=self.history, settings=HistorySettings())),
        )
        self.desk = TapeOverLive(self.live, settings, TraderPaths(), self.recordings)

    async def __aenter__(self):
        await self.desk.start()
        return self

    async def __aexit__(self, *_):
        await self.desk.stop()

    def hear(self, mark, base=1000.0):
        """A live price, and open interest, ten seconds later."""
        self.clock.advance_s(10)
        common = {"venue": "bybit", "symbol": "BTC", "recv_ns": self.clock.now_ns()}
        link = Link(venue="bybit", recv_ns=self.clock.now_ns(), state="live")
        self.live.take([link, Prices(**common, mark=mark), OpenInterest(**common, base=base)])

    @property
    def words(self):
        return [notice.text for notice in self.desk.notices() if notice.is_answer]


@pytest.fixture
def sitting(tmp_path):
    return Sitting(tmp_path)


async def test_a_tape_is_unmistakably_one_and_live_is_as_it_was_left(sitting):
    async with sitting:
        sitting.hear(64_000.0)
        assert sitting.desk.stats().recordings == (str(sitting.recording),)
        sitting.desk.post(OpenTapes((str(sitting.recording),)))
        stats = sitting.desk.stats()
        assert (stats.mode, stats.at_ns < NOW_NS) == ("REPLAY", False)
        assert stats.playback.live.is_recording is False
        assert sitting.desk.view is not sitting.live.view
        assert sitting.words == ["playing bybit.jsonl; the live desk goes on beneath"]
        sitting.desk.post(GoLive())
        assert (sitting.desk.stats().mode, sitting.desk.stats().playback) == ("LIVE", None)
        assert sitting.desk.view is sitting.live.view
        assert sitting.desk.view.market("bybit", "BTC").mark == 64_000.0


async def test_the_clock_of_what_goes_on_beneath_is_told_against_its_own_venues(sitting):
    async with sitting:
        sitting.hear(64_000.0)
        sitting.live.view.set_clock(3 * NS_PER_S)
        sitting.desk.post(OpenTapes((str(sitting.recording),)))
        assert sitting.desk.stats().playback.live.clock_offset_ns == 3 * NS_PER_S


async def test_history_is_written_of_what_is_live_while_a_tape_is_looked_at(sitting):
    async with sitting:
        sitting.hear(64_000.0)
        sitting.desk.post(OpenTapes((str(TAPE),)))
        for mark in (64_010.0, 64_020.0, 64_030.0):
            sitting.hear(mark)
            sitting.live.memory.look()
        sitting.clock.advance_s(10)
        sitting.live.memory.look()
        assert sitting.live.view.market("bybit", "BTC").mark == 64_030.0
    (last,) = HistoryReader(sitting.history).last_samples()
    assert last.figures.mark == 64_030.0


async def test_an_alert_that_fires_live_is_told_as_one_of_now(sitting):
    async with sitting:
        sitting.desk.post(OpenTapes((str(TAPE),)))
        sitting.hear(64_000.0, base=1000.0)
        sitting.live.alerting.look()
        sitting.clock.advance_s(30)
        sitting.hear(64_000.0, base=3000.0)
        sitting.live.alerting.look()
        stats = sitting.desk.stats()
        assert alerts_of_now(stats) is stats.playback.live.alerts
        assert [a.rule for a in alerts_of_now(stats).history] == ["cheap"]
        assert alerts_of_tape(stats) is stats.alerts


async def test_a_path_that_is_no_tape_is_a_sentence_and_live_stays_on_the_screen(sitting):
    async with sitting:
        sitting.desk.post(OpenTapes(("/nowhere/x.jsonl",)))
        assert sitting.words == ["/nowhere/x.jsonl: no such tape"]
        assert sitting.desk.stats().mode == "LIVE"


async def test_what_is_said_to_a_tape_does_not_touch_live(sitting):
    async with sitting:
        sitting.desk.post(Pause(True))
        assert sitting.words == ["no tape is played; :replay plays one"]
        sitting.desk.post(OpenTapes((str(TAPE),)))
        sitting.desk.post(Pause(True))
        sitting.desk.post(Seek(0))
        assert sitting.desk.stats().playback.is_held
        assert sitting.live.stats().playback is None


async def test_a_ranking_that_is_wanted_no_more_is_wanted_no_more_live_either(sitting):
    async with sitting:
        sitting.desk.post(Rank(is_on=True, usd=5e4, hold_h=72))
        sitting.desk.post(OpenTapes((str(TAPE),)))
        assert sitting.desk.stats().scan.is_on
        sitting.desk.post(Rank())
        sitting.desk.post(GoLive())
        assert not sitting.desk.stats().scan.is_on
