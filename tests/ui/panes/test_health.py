"""What HEALTH says: links, telemetry, budgets, last words, and the program itself."""

from typing import Any

from cockpit.core.events import Block, BookSnapshot
from cockpit.core.outlook import Outlooks
from cockpit.core.units import NS_PER_S
from cockpit.desk.stats import FeedStats, VenueStats
from cockpit.history.service import Status
from cockpit.ui.model.frame_stats import FrameStats
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.health import links, program, trouble
from cockpit.ui.text.styled import plain
from tests.support import AT_NS
from tests.ui import scenes


def text_of(module, scene: Readings, width: int = 200, height: int = 24) -> str:
    return "\n".join(plain(line) for line in module.lines(scene, width, height))


def row_of(module, scene: Readings, start: str, width: int = 200) -> str:
    rows = (plain(line)[1:] for line in module.lines(scene, width, 24)[1:])
    return next(row for row in rows if row.lstrip(" ●◐○").startswith(start))


def stats(**changed) -> VenueStats:
    known = {
        "frames": 736, "bytes": 565_000, "faults": 0, "budget_left": 8.0, "budget_burst": 10,
        "blocked_s": 0.0, "fetches_pending": 3,
    }  # fmt: skip
    return VenueStats(**{**known, **changed})


def test_cadence_and_age_of_blocks_stand_beside_the_link() -> None:
    row = row_of(links, scenes.live(), "alphaswap")
    # One block a second, the newest a second ago.
    assert "1.00s" in row
    assert "1.0s" in row
    assert "104" in row


def test_latency_is_receive_time_less_the_venues_own() -> None:
    scene = scenes.live()
    for ms in (10, 20, 30):
        scenes.store_of(scene).apply(
            BookSnapshot(
                venue="bravo", recv_ns=AT_NS, venue_ns=AT_NS - ms * 1_000_000, symbol="BTC",
                bids=((1.0, 1.0),), asks=((2.0, 1.0),),
            )
        )  # fmt: skip
    row = row_of(links, scene, "bravo")
    assert "20" in row.split()
    assert "30" in row.split()


def test_forecasts_that_could_not_learn_are_trouble() -> None:
    scene = scenes.live()
    assert "forecasts" not in text_of(trouble, scene)
    scenes.store_of(scene).outlooks = Outlooks(untaught="nothing could be learned: disk gone")
    assert "nothing could be learned: disk gone" in row_of(trouble, scene, "forecasts")


def test_an_impossible_latency_is_reported_as_skew_and_never_as_latency() -> None:
    scene = scenes.live()
    scenes.store_of(scene).apply(
        Block(
            venue="bravo", recv_ns=AT_NS, venue_ns=AT_NS + NS_PER_S, chain="c", height=200,
            block_ns=AT_NS,
        )
    )  # fmt: skip
    assert "−1000" in row_of(links, scene, "bravo")
    assert "our clock is 1000 ms behind" in text_of(trouble, scene)


def test_the_budget_says_what_is_left_and_when_the_venue_refuses() -> None:
    scene = scenes.live()
    scene.venue_stats = {"alphaswap": stats(), "bravo": stats(blocked_s=40.0)}
    assert "8/10" in row_of(links, scene, "alphaswap")
    assert "736" in row_of(links, scene, "alphaswap")
    assert "blocked 40s" in row_of(links, scene, "bravo")
    assert "refuses our requests for 40s" in text_of(trouble, scene)


def test_columns_that_do_not_fit_beside_go_below() -> None:
    scene = scenes.live()
    wide, narrow = text_of(links, scene, 220, 24), text_of(links, scene, 80, 24)
    for word in ("p99 ms", "skew ms", "rejects", "budget", "height"):
        assert word in wide
        assert word in narrow
    assert "need more room" in text_of(links, scene, 80, 8)


def test_the_venues_last_words_are_kept() -> None:
    text = text_of(trouble, scenes.down())
    assert "down: connection refused" in text
    assert "1 rejected, last: price is" in text
    assert "none: no message was rejected" in text_of(trouble, scenes.live())


def test_a_failed_adapter_and_a_broken_recording_come_first() -> None:
    scene = scenes.down()
    scene.venue_stats = {"bravo": stats(faults=2, tape_error="disk full")}
    lines = [plain(line) for line in trouble.lines(scene, 120, 12)]
    first = next(i for i, line in enumerate(lines) if "bravo" in line)
    assert "adapter failed 2 times" in lines[first]
    assert "recording ended: disk full" in lines[first + 1]


def test_fields_that_are_new_on_the_wire_are_named_and_counted() -> None:
    scene = scenes.live()
    drifted = tuple((f"field_{letter}", 3) for letter in "abcdef")
    scene.venue_stats = {"alphaswap": stats(), "bravo": stats(new_fields=drifted)}
    text = text_of(trouble, scene)
    assert text.count("wire drift") == 1
    assert "6 new fields: field_a, field_b, field_c, field_d, field_e, …" in text


def test_the_programs_figures_are_shown_and_unmeasured_ones_are_dots() -> None:
    scene = scenes.live()
    scene.feed = FeedStats(messages_per_s=1812.4, coalescing=True, recording=False)
    scene.frames = FrameStats(hz_wanted=10.0, hz_drawn=6.0, bytes_per_s=15_300.0, memory_mb=63.4)
    rows = {line[2:20].strip(): line for line in text_of(program, scene, 80, 20).splitlines()}
    assert "1812/s" in rows["messages"]
    assert "coalesced" in rows["reading"]
    assert "15.3 kB/s" in rows["to the terminal"]
    assert "63 MB" in rows["memory"]
    assert "·" in rows["loop lag"]


def of_history(**fields: Any) -> FeedStats:
    return FeedStats(
        messages_per_s=None, coalescing=False, recording=False, history=Status(**fields)
    )


def test_what_becomes_of_history_is_said_and_trouble_with_it_comes_first() -> None:
    scene = scenes.down()
    for standing, words in (
        ("writing", "written  8400 rows since the start"),
        ("following", "written by another process"),
        ("waiting", "NOT written"),
    ):
        scene.feed = of_history(standing=standing, samples=8400, problem="", notice="")
        rows = {row[2:20].strip(): row for row in text_of(program, scene, 80, 20).splitlines()}
        assert words in rows["history"]
    scene.feed = of_history(standing="waiting", problem="the disk is full; rows wait")
    text = text_of(trouble, scene, 120, 12)
    assert text.index("the disk is full; rows wait") < text.index("connection refused")
    scene.feed = None
    assert "off" in row_of(program, scene, "history")


def test_fewer_frames_than_wanted_are_a_warning() -> None:
    scene = scenes.live()
    scene.frames = FrameStats(hz_wanted=10.0, hz_drawn=6.0)
    drawn = next(line for line in program.lines(scene, 80, 20) if "frames drawn" in plain(line))
    assert ("6.0/s of 10.0/s", "warn") in drawn


def test_a_channel_to_people_that_fails_is_told_in_trouble() -> None:
    scene = scenes.live()
    scene.ui.alerts.channels = ("notify phone: no answer within 40 s; 2 alerts wait",)
    assert "alerts      notify phone: no answer within 40 s" in text_of(trouble, scene)


def test_where_the_settings_come_from_is_said_whole_on_two_lines_if_need_be() -> None:
    scene = scenes.live()
    scene.settings = "defaults: the demo reads no config but one that is asked for with --config"
    for width in (46, 62, 80):
        words = " ".join(text_of(program, scene, width, 20).replace("│", " ").split())
        assert scene.settings in words
