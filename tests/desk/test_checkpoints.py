"""Going back begins at a kept state, and what is shown is what a pass from the beginning shows."""

import asyncio
import random

import msgspec
import pytest

from cockpit import venues
from cockpit.core.units import NS_PER_S
from cockpit.desk import checkpoints
from cockpit.desk.checkpoints import Checkpoints
from cockpit.desk.contract import Pause, Seek, SeekNext, Step
from cockpit.desk.copies import copy_of
from cockpit.desk.replay import ReplayEngine
from cockpit.documents.snapshot import snapshot
from cockpit.sim import FACES
from cockpit.venues.contract import Wants
from cockpit.wire.merged import StreamPlace
from cockpit.wire.pump import facts
from cockpit.wire.replay import Goal, ReplayPlace, ReplayProgress
from cockpit.wire.tape import TapeHeader, TapeWriter
from tests.pair import START_NS, Pair
from tests.support import PATIENCE_S

SYMBOLS = ("BTC", "HYPE")
SECONDS = 90
MOST_READ_AGAIN = 3000
"""Inputs: a third of those of the tapes. How near states lie is a matter of the machine."""


@pytest.fixture(scope="module")
def tapes(tmp_path_factory):
    """Two venues' recordings of a minute and a half of a squeeze, one of them compressed."""
    folder = tmp_path_factory.mktemp("tapes")
    paths = []
    for venue, suffix in (("dydx", ".jsonl.gz"), ("hyperliquid", ".jsonl")):
        pair = Pair(venue, SYMBOLS, "squeeze", seed=3)
        pair.run(SECONDS)
        header = TapeHeader(
            venue=venue, origin="sim", version="0", at_ns=START_NS, wants=Wants(symbols=SYMBOLS)
        )
        writer = TapeWriter(folder / f"{venue}{suffix}", header)
        for item in pair.inputs:
            writer.write(item)
        writer.close()
        paths.append(writer.path)
    return paths


async def told(desk, *intents):
    for intent in intents:
        desk.post(intent)
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.sleep(0)
        while desk.stats().playback.state == "seeking":
            await asyncio.sleep(0)


async def read_ahead(desk):
    """Until the end of the tapes has been read beside the screen."""
    async with asyncio.timeout(PATIENCE_S):
        while not desk._ahead.is_whole:
            await asyncio.sleep(0.001)


def shown(desk):
    """Everything that is said of the moment: facts, ages, curves, alerts, notices."""
    view, stats = desk.view, desk.stats()
    document = msgspec.to_builtins(snapshot(view, stats.at_ns, 50, []))
    return (
        {key: value for key, value in document.items() if key != "version"},
        [
            [list(map(repr, zip(*ring.read(), strict=True))) for ring in rings(market)]
            for market in view.markets()
        ],
        [market.settled.rows() for market in view.markets()],
        stats.alerts.history,
        stats.alerts.firing,
        [notice for notice in desk.notices() if not notice.is_answer],
    )


def rings(market):
    return (
        market.mids, market.spreads_bps, market.open_interests, market.live_hourly,
        market.depths_usd,
    )  # fmt: skip


async def fresh(tapes, intent):
    """What a replay shows that has gone there from the beginning, and nowhere before."""
    desk = ReplayEngine(tapes, speed=1.0, start=None)
    desk.post(Pause(True))
    await desk.start()
    await told(desk, intent)
    found = shown(desk)
    await desk.stop()
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_wherever_a_replay_goes_it_shows_what_a_fresh_one_shows(tapes, seed, monkeypatch):
    monkeypatch.setattr(checkpoints, "APART_S", 0.002)
    random_ = random.Random(seed)
    desk = ReplayEngine(tapes, speed=1.0, start=None)
    desk.post(Pause(True))
    await desk.start()
    if seed % 2:
        await read_ahead(desk)
    for _ in range(6):
        if random_.random() < 0.5:
            intent = Seek(START_NS + round(random_.uniform(0, SECONDS) * NS_PER_S))
            await told(desk, intent)
        else:
            stated = random_.randrange(3000)
            intent = Step(stated)
            # A step is counted from where the replay stands.
            await told(desk, Step(stated - desk._run.replay.progress.stated))
        assert shown(desk) == await fresh(tapes, intent)
    assert len(desk._checkpoints) > 1
    await desk.stop()


async def test_what_lies_near_a_kept_state_is_not_read_from_the_beginning(tapes, monkeypatch):
    monkeypatch.setattr(checkpoints, "APART_S", 0.002)
    desk = ReplayEngine(tapes, speed=1.0, start=None)
    desk.post(Pause(True))
    await desk.start()
    await read_ahead(desk)
    for seconds in (80, 20, 60):
        goal = Goal(at_ns=START_NS + seconds * NS_PER_S)
        kept = desk._checkpoints.before(goal)
        assert kept.place.progress.at_ns < goal.at_ns
        await told(desk, Seek(goal.at_ns))
        read = desk._run.replay.progress.inputs - kept.place.progress.inputs
        assert read < MOST_READ_AGAIN
    await desk.stop()


async def test_an_alert_is_found_in_both_directions_once_the_tape_was_read(tapes):
    desk = ReplayEngine(tapes, speed=1.0, start=None)
    desk.post(Pause(True))
    await desk.start()
    await read_ahead(desk)
    fired = [mark.stated for mark in desk.stats().playback.marks if mark.what == "alert"]
    places = []
    for _ in fired:
        await told(desk, SeekNext("alert"))
        places.append(desk._run.replay.progress.stated)
        assert desk.stats().alerts.history[-1].at_ns == desk.stats().at_ns
    assert places == fired
    await told(desk, SeekNext("alert", is_back=True))
    if len(fired) > 1:
        assert desk._run.replay.progress.stated == fired[-2]
    await told(desk, Step(-fired[-1]), SeekNext("alert", is_back=True))
    assert desk.notices()[-1].text == "no alert before this on the tape"
    await desk.stop()


def test_the_memory_of_kept_states_has_a_limit_and_they_thin_out_evenly():
    kept = Checkpoints(most_bytes=2_000_000)
    state = random.Random(1).randbytes(40_000)
    due_s = kept.next_s(0.0)
    for number in range(1000):
        busy_s = number * 0.1
        if busy_s < due_s:
            continue
        progress = ReplayProgress(at_ns=number, inputs=number, stated=number, busy_s=busy_s)
        kept.offer(ReplayPlace(progress=progress, streams=(StreamPlace(),)), lambda: state)
        due_s = kept.next_s(busy_s)
        assert kept.bytes_kept <= 2_000_000
    # A state takes 40 kB and its place 48 kB: 22 have room, 11 are left when they are thinned.
    assert 11 <= len(kept) <= 22
    for goal in range(200, 1000, 100):
        assert goal - kept.before(Goal(stated=goal)).place.progress.stated < 1000 / 11


@pytest.mark.parametrize("venue", sorted(FACES))
def test_a_copied_session_says_what_the_one_says_that_went_on(venue):
    """Of every venue, in the middle of a squeeze; the one that went on leaves no trace in it."""
    pair = Pair(venue, SYMBOLS, "squeeze", seed=5)
    pair.run(20)
    copy = copy_of((pair.pump, pair.store))
    before = len(pair.inputs)
    pair.run(20)
    rest = pair.inputs[before:]
    said = pair.events[-1]

    pump, store = copy.unpacked()
    events = [event for item in rest for event in facts(pump.feed(item))]
    store.apply_all(events)

    assert events[-1] == said
    for market in pair.store.markets():
        twin = store.market(venue, market.symbol)
        assert (twin.book.bids(), twin.book.asks()) == (market.book.bids(), market.book.asks())
        assert (twin.mark, twin.live, twin.open_interest) == (
            market.mark, market.live, market.open_interest,
        )  # fmt: skip


def test_a_generator_on_its_way_cannot_be_copied():
    assert copy_of({"inputs": (number for number in range(3))}) is None


def test_a_function_made_inside_another_is_copied_with_what_it_holds():
    class_ = venues.load("dydx").Session
    held = [1]

    def count():
        held.append(len(held) + 1)
        return held

    count_twin, kind = copy_of((count, class_)).unpacked()
    count()
    assert (count_twin(), count(), kind is class_) == ([1, 2], [1, 2, 3], True)
