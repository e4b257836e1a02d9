"""A replayed day is the day: same facts, same order, and the clock of that day."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from cockpit.core.events import Event, Link, Prices
from cockpit.venues.contract import Input, Restart, Wants
from cockpit.wire.pump import Pump
from cockpit.wire.replay import Goal, Recording, Replay, ReplayClock, decode_tape
from cockpit.wire.tape import read_tape
from tests.support import AT_NS, PATIENCE_S, closed, frame, only, opened, ticks
from tests.wire.tiny import SPEC, S, Session, write_tape

OTHER = msgspec.structs.replace(SPEC, name="other")


def recording(path: Path, *inputs: Input, at_ns: int = AT_NS) -> Recording:
    return read_tape(write_tape(path, *inputs, at_ns=at_ns)), SPEC, Session


def prices(events: list[Event]) -> list[float | None]:
    return [event.mark for event in only(Prices, events)]


async def play(
    *recordings: Recording, speed: float | None = None, from_ns: int | None = None
) -> tuple[Replay, list[Event]]:
    events: list[Event] = []
    goal = None if from_ns is None else Goal(at_ns=from_ns)
    replay = Replay(recordings, events.extend, speed=speed, goal=goal)
    await asyncio.wait_for(replay.run(), PATIENCE_S)
    return replay, events


def test_decoding_a_tape_gives_what_the_live_pump_gave(tmp_path: Path) -> None:
    day = [
        opened(),
        frame("px 1", AT_NS + 1),
        frame("reset", AT_NS + 2),
        closed(AT_NS + 3, reason="restart: lost my place"),
        opened(AT_NS + 4),
        frame("px 2", AT_NS + 5),
        *ticks(7),
    ]
    live = Pump(SPEC, Session, Wants(symbols=("BTC",)))
    said = [
        output for item in day for output in live.feed(item) if isinstance(output, Event | Restart)
    ]
    tape = read_tape(write_tape(tmp_path / "day.jsonl.gz", *day))

    assert list(decode_tape(tape, SPEC, Session)) == said
    assert [link.state for link in only(Link, said)] == ["live", "down", "live", "stale"]


async def test_several_tapes_play_in_order_of_receipt(tmp_path: Path) -> None:
    one = recording(tmp_path / "1.jsonl", frame("px 1", AT_NS + 1), frame("px 3", AT_NS + 3))
    two = recording(tmp_path / "2.jsonl", frame("px 2", AT_NS + 2), frame("px 4", AT_NS + 4))

    replay, events = await play(one, (two[0], OTHER, Session))

    assert prices(events) == [1, 2, 3, 4]
    assert replay.progress.finished
    assert replay.progress.inputs == 4
    assert replay.read_frac == 1.0


async def test_a_rotated_recording_goes_through_one_session(tmp_path: Path) -> None:
    first = recording(tmp_path / "a.jsonl", opened(), frame("px 1", AT_NS + 1))
    later = recording(tmp_path / "a.0001.jsonl", frame("px 2", AT_NS + 2), at_ns=AT_NS + 2)

    replay, events = await play(later, first)

    assert prices(events) == [1, 2]
    assert [link.state for link in only(Link, events)] == ["live"]
    assert list(replay.pumps) == ["tiny"]


async def test_a_stamp_that_goes_backwards_keeps_its_place_in_its_tape(tmp_path: Path) -> None:
    edited = recording(tmp_path / "e.jsonl", frame("px 1", AT_NS + 9), frame("px 2", AT_NS + 1))
    other = recording(tmp_path / "o.jsonl", frame("px 3", AT_NS + 5))

    _, events = await play(edited, (other[0], OTHER, Session))

    assert prices(events) == [3, 1, 2]


async def test_the_clock_follows_the_tape_and_stands_at_its_end(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    tape = recording(tmp_path / "t.jsonl", *(frame("px 1", AT_NS + n * S) for n in range(5)))
    replay = Replay([tape], lambda events: note(events), speed=None)

    def note(events: list[Event]) -> None:
        seen.extend((event.recv_ns, replay.clock.now_ns()) for event in events)

    assert replay.clock.now_ns() == AT_NS
    await replay.run()

    assert all(recv_ns == now_ns for recv_ns, now_ns in seen)
    assert replay.clock.now_ns() == AT_NS + 4 * S == replay.clock.now_ns()


async def test_at_speed_nothing_is_heard_before_its_time(tmp_path: Path) -> None:
    early: list[int] = []
    tape = recording(tmp_path / "t.jsonl", *(frame("px 1", AT_NS + n * S) for n in range(4)))
    replay = Replay([tape], lambda events: note(events), speed=20.0)

    def note(events: list[Event]) -> None:
        early.extend(event.recv_ns - replay.clock.now_ns() for event in events)

    began = time.monotonic()
    await asyncio.wait_for(replay.run(), PATIENCE_S)

    assert max(early) <= 0
    assert time.monotonic() - began >= 3 / 20


async def test_what_lies_before_the_start_is_applied_at_once(tmp_path: Path) -> None:
    tape = recording(
        tmp_path / "t.jsonl",
        frame("px 1", AT_NS),
        frame("px 2", AT_NS + 3600 * S),
        frame("px 3", AT_NS + 7200 * S),
        frame("px 4", AT_NS + 7200 * S + S // 20),
    )
    began = time.monotonic()
    replay, events = await play(tape, speed=1.0, from_ns=AT_NS + 7200 * S)

    assert prices(events) == [1, 2, 3, 4]
    assert 0.05 <= time.monotonic() - began < 5
    assert replay.clock.now_ns() >= AT_NS + 7200 * S + S // 20


async def test_the_screen_gets_its_turns_while_a_tape_plays_flat_out(tmp_path: Path) -> None:
    tape = recording(tmp_path / "t.jsonl", *(frame("px 1", AT_NS + n) for n in range(20_000)))
    replay = Replay([tape], lambda events: None, speed=None)
    halfway: list[float] = []

    async def paint(until: Callable[[], bool]) -> None:
        while not until():
            halfway.append(replay.read_frac)
            await asyncio.sleep(0)

    playing = asyncio.create_task(replay.run())
    await asyncio.wait_for(paint(playing.done), PATIENCE_S)

    assert any(0 < frac < 1 for frac in halfway)
    assert halfway == sorted(halfway)


def test_the_replay_clock_never_goes_backwards() -> None:
    clock = ReplayClock(AT_NS, speed=10.0)
    clock.advance_to(AT_NS - 5)
    assert clock.now_ns() == AT_NS
    clock.start()
    clock.advance_to(AT_NS + 100 * S)
    running = clock.now_ns()
    assert running >= AT_NS + 100 * S
    clock.stop()
    assert clock.now_ns() >= running
    assert clock.now_ns() == clock.now_ns()
