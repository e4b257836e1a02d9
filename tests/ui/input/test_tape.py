"""The keys of a player: what is asked of the desk, and what the status line says of the tape."""

import msgspec
import pytest

from cockpit.core.units import NS_PER_S
from cockpit.desk.contract import (
    GoLive,
    LookBack,
    OpenTapes,
    Pause,
    Seek,
    SeekNext,
    SetSpeed,
    Step,
)
from cockpit.desk.stats import AlertStats, LiveBeneath, Mark, Playback
from cockpit.ui.input import command_line, tape_actions
from cockpit.ui.panes import status
from cockpit.ui.text.styled import plain
from tests.support import AT_NS
from tests.ui import scenes
from tests.ui.input.hosts import PlainHost

TAPE = Playback(
    state="running", is_held=False, times=5.0, first_ns=AT_NS - 3600 * NS_PER_S, read_frac=0.3,
    beside=("/tapes/a.jsonl.gz", "/tapes/b.jsonl.gz"),
)  # fmt: skip


@pytest.fixture
def host():
    host = PlainHost(mode="REPLAY")
    host.desk.playback = TAPE
    return host


def playing(host, **more):
    host.desk.playback = msgspec.structs.replace(TAPE, **more)


@pytest.mark.parametrize(
    ("keys", "intent"),
    [
        (["space"], Pause(True)),
        ([">"], Step(1)),
        (["<"], Step(-1)),
        (["0", "1", "5", ">"], Step(15)),
        (["+"], SetSpeed(10.0)),
        (["-"], SetSpeed(2.0)),
        (["0", "9", "+"], SetSpeed(60.0)),
        (["!"], SeekNext("alert")),
        (["~"], SeekNext("jump")),
        (["("], SeekNext("alert", is_back=True)),
        (["{"], SeekNext("jump", is_back=True)),
    ],
)
def test_a_key_is_an_intent(host, keys, intent):
    host.press(*keys)
    assert host.desk.posted == [intent]
    assert not host.ui.frozen, "the tape is held, not the picture"


def test_space_lets_a_held_tape_run_and_at_its_end_says_so(host):
    playing(host, state="paused", is_held=True)
    host.press("space")
    assert host.desk.posted == [Pause(False)]
    playing(host, state="ended")
    host.press("space")
    assert host.said[-1] == ("the tape has ended; < steps back", "info")


def test_the_pace_ends_at_once_and_sixty(host):
    for times, key, wanted in (
        (60.0, "+", 60.0),
        (1.0, "-", 1.0),
        (None, "-", 60.0),
        (7.0, "-", 5.0),
    ):
        playing(host, times=times)
        host.press(key)
        assert host.desk.posted[-1] == SetSpeed(wanted)


def test_g_is_a_row_while_the_tape_runs_and_its_beginning_while_it_is_held(host):
    host.ui.symbol_index = 2
    host.press("g")
    assert host.ui.symbol_index == 0
    assert host.desk.posted == []
    playing(host, state="paused", is_held=True)
    host.press("g", "G")
    assert host.desk.posted == [Seek(0), Seek(tape_actions.END_NS)]


@pytest.mark.parametrize("key", ["@", "~"])
def test_what_only_a_tape_has_is_not_done_live(key):
    host = PlainHost(mode="LIVE")
    host.press(key)
    assert host.desk.posted == []
    assert host.said[-1] == ("no tape is played", "warn")


def test_keys_of_sizes_are_of_sizes_live():
    host = PlainHost(mode="LIVE")
    host.press("+")
    assert host.desk.posted == []
    assert host.ui.size_usd == 500_000.0


# AT_NS is 08:53:20; the tape begins at 07:53:20.
@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("08:00", -3200), ("07:00", 79_600), ("-2m", -120), ("+90s", 90),
     ("2025-10-09T08:00:00", -3200)],
)  # fmt: skip
def test_a_time_is_sought_on_the_tape(host, typed, seconds):
    command_line.run(host, f"seek {typed}")
    assert host.desk.posted == [Seek(AT_NS + seconds * NS_PER_S)]


@pytest.mark.parametrize(
    ("typed", "seconds"), [("08:00", -3200), ("09:00", -86_000), ("-2m", -120)]
)
def test_live_a_time_is_the_last_such_time_of_history(typed, seconds):
    host = PlainHost(mode="LIVE")
    command_line.run(host, f"seek {typed}")
    assert host.desk.posted == [LookBack(AT_NS + seconds * NS_PER_S)]


def test_what_is_no_time_is_said_and_nothing_is_sought(host):
    assert "is not a time; expected 14:05" in command_line.check(host, "seek yesterday")
    assert host.desk.posted == []


def test_a_tape_is_picked_from_those_beside_or_named(host):
    command_line.run(host, "replay /else/where.jsonl")
    assert host.desk.posted == [OpenTapes(("/else/where.jsonl",))]
    command_line.run(host, "replay")
    (picker,) = host.dialogs
    assert [choice.name for choice in picker.choices] == ["a.jsonl.gz", "b.jsonl.gz"]
    picker.done("/tapes/b.jsonl.gz")
    assert host.desk.posted[-1] == OpenTapes(("/tapes/b.jsonl.gz",))


def test_live_there_is_no_tape_to_change():
    host = PlainHost(mode="LIVE")
    assert command_line.check(host, "speed 5") == tape_actions.NO_TAPE
    command_line.run(host, "live")
    assert host.said[-1] == ("this is now", "info")


def test_live_a_tape_is_played_by_its_path():
    host = PlainHost(mode="LIVE")
    host.ui.frozen = True
    command_line.run(host, "replay /tapes/a b.jsonl")
    assert host.desk.posted == [OpenTapes(("/tapes/a b.jsonl",))]
    assert not host.ui.frozen
    command_line.run(host, "replay")
    assert host.said[-1][0].startswith("nothing is recorded here yet")


def test_from_a_tape_over_a_live_desk_one_key_goes_back(host):
    beneath = LiveBeneath(at_ns=AT_NS, alerts=AlertStats(), is_recording=False, history="writing")
    for more in ({}, {"state": "paused", "is_held": True}):
        playing(host, live=beneath, **more)
        host.press("G")
        assert host.desk.posted[-1] == GoLive()
    command_line.run(host, "live")
    assert host.desk.posted == [GoLive()] * 3


def test_the_screen_follows_the_desk_to_another_state(host):
    host.ui.pinned = ("alphaswap", "bravo")
    host.ui.symbol_index = 1
    other = scenes.bare(("BTC", "SOL", "ETH"), ("alphaswap",))
    host.desk.view = scenes.store_of(other)
    tape_actions.follow(host)
    assert host.readings.view is host.desk.view
    assert host.readings.symbol == "ETH"
    assert host.ui.pinned == ("alphaswap",)


def line(host, width=200):
    host.readings.playback = host.desk.playback
    return plain(status.lines(host.readings, width, 1)[0])


def test_the_status_line_has_the_whole_tape_with_what_happened_on_it(host):
    marks = (Mark(0.0, "alert"), Mark(0.1, "jump"))
    playing(host, marks=marks, state="paused", is_held=True)
    # 24 cells: the marks at 0 and round(0.1 x 23) = 2, the present at round(0.3 x 23) = 7.
    assert "5x ▲─┴────●──────────────── 30% HELD" in line(host)


def test_a_narrow_line_keeps_pace_and_place(host):
    for width in (60, 80):
        assert "5x 30%" in line(host, width)
