"""A replay is a player: wherever it goes, the state is that of a fresh pass up to there."""

import asyncio

import pytest

from cockpit import venues
from cockpit.alerts.rule import Rule
from cockpit.calculators.saved_plans import Fill, read, save
from cockpit.core.events import Position
from cockpit.core.units import NS_PER_S
from cockpit.desk.contract import (
    DropPlan,
    FillLeg,
    Hold,
    KeepRule,
    OpenTapes,
    Pause,
    Rank,
    Seek,
    SeekNext,
    SetSpeed,
    Step,
    Watch,
)
from cockpit.desk.replay import ReplayEngine
from cockpit.desk.trader_files import TraderPaths
from cockpit.state.store import MarketStore
from cockpit.venues.contract import Wants
from cockpit.wire.pump import Pump, facts
from cockpit.wire.tape import TapeHeader, TapeWriter, read_tape
from tests.desk.plans import pair
from tests.pair import START_NS, Pair
from tests.support import AT_NS, PATIENCE_S

SYMBOLS = ("BTC", "HYPE")
SECONDS = 90


@pytest.fixture(scope="module")
def tape(tmp_path_factory):
    """One venue's recording of a minute and a half of a squeeze."""
    pair = Pair("dydx", SYMBOLS, "squeeze", seed=3)
    pair.run(SECONDS)
    path = tmp_path_factory.mktemp("tapes") / "dydx.jsonl.gz"
    header = TapeHeader(
        venue="dydx", origin="sim", version="0", at_ns=START_NS, wants=Wants(symbols=SYMBOLS)
    )
    writer = TapeWriter(path, header)
    for item in pair.inputs:
        writer.write(item)
    writer.close()
    return path


def fresh(tape, *, before_ns=None, stated=None):
    """The state of a pass that ends before a time, or behind so many inputs that stated facts."""
    recording = read_tape(tape)
    spec = venues.load("dydx").SPEC
    pump = Pump(spec, venues.load("dydx").Session, recording.header.wants)
    store, count = MarketStore([("dydx", spec.chain)], SYMBOLS), 0
    for item in recording:
        if (before_ns is not None and item.at_ns >= before_ns) or count == stated:
            break
        events = facts(pump.feed(item))
        count += bool(events)
        store.apply_all(events)
    return store


def known(view):
    """Everything that a fact says of the watched markets."""
    return {
        market.symbol: (
            market.book.bids(), market.book.asks(), market.mark, market.index,
            market.open_interest, market.live, market.predicted, market.settled.rows(),
        )
        for market in view.markets()
    }  # fmt: skip


class Playing:
    """A replay that is held at its beginning, and a way to wait for what it is told."""

    def __init__(self, tape):
        self.desk = ReplayEngine([tape], speed=1.0, start=None)
        self.desk.post(Pause(True))

    async def __aenter__(self):
        await self.desk.start()
        return self

    async def __aexit__(self, *_):
        await self.desk.stop()

    @property
    def state(self):
        return self.desk.stats().playback.state

    async def told(self, *intents):
        for intent in intents:
            self.desk.post(intent)
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.sleep(0)
            while self.state == "seeking":
                await asyncio.sleep(0)


@pytest.fixture
def playing(tape):
    return lambda: Playing(tape)


async def test_a_step_of_a_held_tape_is_an_input_that_states_a_fact(playing, tape):
    async with playing() as player:
        await player.told(Step(40))
        assert known(player.desk.view) == known(fresh(tape, stated=40))
        await player.told(Step(3))
        assert known(player.desk.view) == known(fresh(tape, stated=43))
        assert player.state == "paused"


async def test_a_step_back_shows_exactly_what_was_there(playing, tape):
    async with playing() as player:
        await player.told(Step(300))
        before = known(player.desk.view)
        await player.told(Step(1))
        await player.told(Step(-1))
        assert known(player.desk.view) == before
        await player.told(Step(-250))
        assert known(player.desk.view) == known(fresh(tape, stated=50))


async def test_steps_before_the_beginning_end_there(playing, tape):
    async with playing() as player:
        await player.told(Step(10), Step(-500))
        assert known(player.desk.view) == known(fresh(tape, stated=0))


@pytest.mark.parametrize("seconds", [20, 75])
async def test_a_time_is_the_state_before_its_first_fact(playing, tape, seconds):
    at_ns = START_NS + seconds * NS_PER_S
    async with playing() as player:
        await player.told(Seek(START_NS + 50 * NS_PER_S))
        await player.told(Seek(at_ns))
        assert player.desk.stats().at_ns == at_ns
        assert known(player.desk.view) == known(fresh(tape, before_ns=at_ns))


async def test_a_step_of_a_tape_that_runs_is_a_minute_also_before_the_last_has_arrived(playing):
    async with playing() as player:
        await player.told(Seek(START_NS + 85 * NS_PER_S))
        await player.told(Pause(False), SetSpeed(0.001), Step(-1))
        at_ns = player.desk.stats().at_ns
        assert (at_ns - START_NS) // NS_PER_S == 25
        assert player.state == "running"


async def test_going_back_never_shows_half_a_picture(playing):
    """The tape is read anew beside the screen, which has its turns meanwhile."""
    async with playing() as player:
        await player.told(Seek(START_NS + 80 * NS_PER_S))
        shown, turns = player.desk.view, 0
        player.desk.post(Seek(START_NS + 70 * NS_PER_S))
        async with asyncio.timeout(PATIENCE_S):
            while player.state == "seeking":
                assert player.desk.view is shown
                turns += 1
                await asyncio.sleep(0)
        assert player.desk.view is not shown
        assert turns > 1


async def test_what_the_trader_typed_and_watches_stays_on_the_way_back(playing):
    mine = Position(
        venue="dydx", recv_ns=START_NS, symbol="BTC", size=1.0, account="manual", source="manual"
    )
    async with playing() as player:
        await player.told(Step(200))
        await player.told(Hold((mine,)), Watch(("HYPE",)), Step(-10))
        assert player.desk.view.manual() == (mine,)
        assert list(player.desk.view.symbols()) == ["HYPE"]


async def test_a_rule_that_was_made_by_keys_holds_wherever_the_tape_goes(playing, tape, tmp_path):
    """It is kept until the end: before it was made as well, and on the next tape."""
    rule = Rule(name="mine", kind="basis", threshold=1e9)
    other = tmp_path / "again.jsonl.gz"
    other.write_bytes(tape.read_bytes())
    async with playing() as player:
        await player.told(Step(200), KeepRule(rule))
        for move in (Step(-50), Step(10), Seek(START_NS), OpenTapes((str(other),))):
            await player.told(move)
            alerts = player.desk.stats().alerts
            assert "mine" in alerts.own, move
            assert rule in alerts.rules, move


async def test_the_next_alert_holds_the_tape_where_it_fires(playing):
    """The squeeze fires some of the rules that everybody has."""
    async with playing() as player:
        await player.told(Pause(False), SeekNext("alert"))
        fired = [a for a in player.desk.stats().alerts.history if a.happening == "fired"]
        assert fired
        assert player.state == "paused"
        assert 0 <= player.desk.stats().at_ns - fired[-1].at_ns < NS_PER_S
        assert [mark.what for mark in player.desk.stats().playback.marks] == ["alert"]


async def test_what_does_not_come_before_the_end_is_said_once(playing):
    async with playing() as player:
        await player.told(SeekNext("jump"))
        assert player.state == "ended"
        words = [notice.text for notice in player.desk.notices() if notice.is_answer]
        assert words == ["no further jump on this tape"]
        await player.told(Step(-1))
        assert player.state == "paused", "back from the end"


async def test_another_tape_begins_at_its_beginning(playing, tape, tmp_path):
    other = tmp_path / "again.jsonl.gz"
    other.write_bytes(tape.read_bytes())
    async with playing() as player:
        await player.told(Step(100))
        await player.told(OpenTapes((str(other),)))
        assert player.desk.stats().at_ns < START_NS + 5 * NS_PER_S
        assert player.desk.stats().playback.beside == (str(other),)
        assert player.desk.notices()[-1].text == "playing again.jsonl.gz"


async def test_a_tape_that_cannot_be_played_is_named_and_the_one_that_plays_goes_on(playing):
    async with playing() as player:
        await player.told(Step(100))
        shown = player.desk.view
        await player.told(OpenTapes(("/nowhere/x.jsonl",)))
        notice = player.desk.notices()[-1]
        assert (notice.text, notice.is_answer) == ("/nowhere/x.jsonl: no such tape", True)
        assert player.desk.view is shown


async def test_a_held_tape_stands_and_its_clock_too(playing):
    async with playing() as player:
        await player.told(SetSpeed(60.0), Step(50))
        at_ns, before = player.desk.stats().at_ns, known(player.desk.view)
        for _ in range(100):
            await asyncio.sleep(0)
        assert player.desk.stats().at_ns == at_ns
        assert known(player.desk.view) == before
        assert player.desk.stats().playback.times == 60.0


async def test_a_scan_goes_on_after_a_step_back(playing):
    """Another pass over the tapes ranks what was asked of the one before."""
    question = Rank(is_on=True, usd=5e4, hold_h=72)
    async with playing() as player:
        await player.told(Step(300))
        player.desk.post(question)
        await player.told(Step(-1))
        assert player.desk.stats().scan.is_on
        assert player.desk._run.core.scanner.question == question


async def test_a_tape_that_cannot_be_read_on_ends_there_and_says_why(tape, tmp_path):
    lost = tmp_path / "lost.jsonl.gz"
    lost.write_bytes(tape.read_bytes())
    playing = Playing(lost)
    lost.unlink()
    async with playing:
        async with asyncio.timeout(PATIENCE_S):
            while playing.state != "ended":
                await asyncio.sleep(0)
        assert "cannot be read" in playing.desk.notices()[-1].text
        assert playing.desk.notices()[-1].is_answer
        playing.desk.post(Seek(0))
        assert "cannot be read" in playing.desk.notices()[-1].text


@pytest.mark.parametrize("intent", [Step(400), SeekNext("jump")])
async def test_a_fault_in_what_a_tape_states_ends_it_and_is_told(playing, monkeypatch, intent):
    async with playing() as player:
        monkeypatch.setattr(player.desk._run.core, "sample", lambda: 1 / 0)
        await player.told(intent)
        assert player.state == "ended"
        assert player.desk.notices()[-1].text == "the tape cannot be played on: the log says why"


async def test_a_fill_that_is_marked_on_a_tape_changes_no_plan_of_the_trader(tape, tmp_path):
    """It bears the tape's time, and a real plan would be told to be filled."""
    save(tmp_path, pair("monday"))
    desk = ReplayEngine([tape], speed=1.0, start=None, trader_paths=TraderPaths(plans=tmp_path))
    await desk.start()
    try:
        desk.post(FillLeg("monday", Fill(leg=0, price=64_010.0, size=0.25, at_ns=AT_NS)))
        (shown,) = desk.stats().plans
        assert len(shown.fills) == 1
        assert read(tmp_path, "monday") == pair("monday")
        assert desk.notices()[-1].text == "kept until the end: nothing is written here"
        desk.post(DropPlan("monday"))
        assert desk.stats().plans == ()
        assert read(tmp_path, "monday") == pair("monday")
    finally:
        await desk.stop()
