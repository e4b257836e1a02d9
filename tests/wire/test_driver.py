"""A driver keeps its venue's links open and says why when they are not."""

import asyncio
import stat
from pathlib import Path

import msgspec
import pytest

from cockpit.core.clock import WallClock
from cockpit.core.errors import InputError
from cockpit.core.events import Event, Link
from cockpit.venues.contract import Closed, Frame, LinkSpec, Opened, Wants
from cockpit.wire.driver import Driver
from cockpit.wire.endpoints import Endpoint
from cockpit.wire.fetcher import USER_AGENT
from cockpit.wire.replay import decode_tape
from cockpit.wire.tape import TapeWriter, read_tape
from tests.support import only, until
from tests.wire.loopback import desk, venue
from tests.wire.tiny import POLLED, SPEC, Session, header


async def test_a_session_is_opened_answered_and_heard() -> None:
    async with venue() as there, desk(f"ws://127.0.0.1:{there.port}/ws") as here:
        await until(lambda: there.heard, "the subscription")
        await there.say("px 64123.5", "px 64124.0")
        await until(lambda: len(here.marks()) == 2, "both prices")

        assert there.heard[0] == "subscribe BTC"
        assert there.requests[0].headers["User-Agent"] == USER_AGENT
        assert here.states() == ["connecting", "live"]
        assert here.marks() == [64123.5, 64124.0]
        assert here.driver.stats.frames == 2
        assert here.driver.stats.links == {"main": "live"}
        assert set(here.driver.stats.connected_since_ns) == {"main"}


async def test_the_session_is_ticked_once_a_second() -> None:
    async with venue() as there, desk(f"ws://127.0.0.1:{there.port}/ws"):
        await until(lambda: "ping" in there.heard, "the ping of the first tick")


async def test_a_changed_watch_list_reaches_the_venue() -> None:
    async with venue() as there, desk(f"ws://127.0.0.1:{there.port}/ws") as here:
        await until(lambda: there.heard, "the subscription")
        here.driver.want(Wants(symbols=("ETH", "SOL")))
        await until(lambda: "subscribe ETH,SOL" in there.heard, "the new subscription")


async def test_a_closed_link_is_opened_again_and_told_why() -> None:
    async with venue() as there, desk(f"ws://127.0.0.1:{there.port}/ws") as here:
        await until(lambda: there.open, "the first connection")
        await there.open[0].close(4001, "maintenance\x1b[2J")
        await until(lambda: len(there.heard) >= 2, "the second subscription")

        assert here.states() == ["connecting", "live", "down", "connecting", "live"]
        assert here.reasons() == ["closed 4001 maintenance [2J"]
        assert only(Link, here.events)[3].reason == here.reasons()[0]
        assert here.driver.stats.reconnects == 1


async def test_a_connection_that_just_vanishes_is_lost() -> None:
    async with venue() as there, desk(f"ws://127.0.0.1:{there.port}/ws") as here:
        await until(lambda: there.open, "the first connection")
        there.open[0].transport.abort()
        await until(lambda: len(there.open) == 2, "the second connection")

        assert here.reasons() == ["connection lost"]


async def test_a_session_that_lost_its_place_gets_a_new_connection() -> None:
    async with venue() as there, desk(f"ws://127.0.0.1:{there.port}/ws") as here:
        await until(lambda: there.open, "the first connection")
        await there.say("px 1", "reset", "px 2")
        await until(lambda: len(there.open) == 2, "the second connection")
        await there.say("px 3")
        await until(lambda: 3.0 in here.marks(), "a price after the restart")

        assert here.marks() == [1.0, 3.0]
        assert here.reasons() == ["restart: lost my place"]


async def test_a_frame_larger_than_the_limit_is_refused_and_said() -> None:
    spec = msgspec.structs.replace(SPEC, max_frame_bytes=10 * 2**20)
    async with venue() as there, desk(f"ws://127.0.0.1:{there.port}/ws", spec=spec) as here:
        await until(lambda: there.open, "the first connection")
        await there.say("px 1", "x" * (9 * 2**20), "y" * (10 * 2**20 + 1))
        await until(lambda: len(there.open) == 2, "the second connection")

        assert here.reasons() == ["frame larger than 10 MB"]
        assert here.rejects() == ["frame larger than 10 MB"]
        assert here.driver.stats.last_reject == "frame larger than 10 MB"
        assert here.driver.stats.frames == 2


async def test_what_a_session_sends_to_a_link_that_is_not_open_is_dropped() -> None:
    async with venue() as there, desk(f"ws://127.0.0.1:{there.port}/forbidden") as here:
        await until(lambda: here.driver.stats.links.get("main") == "down", "the refusal")
        here.driver.want(Wants(symbols=("ETH",)))
        await until(lambda: len(there.requests) >= 2, "another attempt")

        assert there.heard == []


async def test_telemetry_may_be_missing_from_an_endpoint_or_fail_without_harm() -> None:
    async with venue() as there:
        url = f"ws://127.0.0.1:{there.port}"
        async with desk(f"{url}/ws", blocks=f"{url}/forbidden") as here:
            await until(lambda: "down" in here.states("blocks"), "the refused telemetry link")
            await until(lambda: there.open, "the main connection")
            await there.say("px 1")
            await until(lambda: here.marks(), "a price")

            assert here.states("main") == ["connecting", "live"]
            assert all(
                not link.essential for link in only(Link, here.events) if link.link == "blocks"
            )
        async with desk(f"{url}/ws") as here:
            await until(lambda: here.driver.stats.links == {"main": "live"}, "the main link alone")


def test_an_endpoint_must_have_every_link_that_matters() -> None:
    with pytest.raises(InputError, match=r"tiny: the endpoint has no ws_urls\.main"):
        Driver(
            SPEC,
            Session,
            Wants(),
            sink=lambda events: None,
            clock=WallClock(),
            endpoint=Endpoint(rest_url="http://127.0.0.1:1"),
        )


async def test_a_polled_venue_is_live_without_a_socket_and_survives_a_fault() -> None:
    async with desk(None, spec=POLLED) as here:
        await until(lambda: here.states() == ["live"], "the start of polling")
        here.driver.feed(Frame(at_ns=WallClock().now_ns(), data="bug"))
        await until(lambda: here.states()[-1:] == ["live"] and len(here.states()) > 1, "the return")

        assert here.states() == ["live", "down", "down", "live"]
        assert here.reasons() == ["adapter fault", "restart: adapter fault"]


async def test_what_was_recorded_decodes_to_what_was_seen(tmp_path: Path) -> None:
    writer = TapeWriter(tmp_path / "day.jsonl.gz", header())
    async with (
        venue() as there,
        desk(f"ws://127.0.0.1:{there.port}/ws", tape=writer) as here,
    ):
        await until(lambda: there.open, "the first connection")
        await there.say("px 1", "junk", b"px 2")
        await until(lambda: len(here.marks()) == 2, "both prices")
        await there.open[0].close()
        await until(lambda: len(there.open) == 2, "the second connection")
        await there.say("px 3")
        await until(lambda: len(here.marks()) == 3, "a price after the reconnection")
    writer.close()

    said = [event for event in here.events if not is_connecting(event)]
    decoded = [
        output
        for output in decode_tape(read_tape(writer.path), SPEC, Session)
        if isinstance(output, Event)
    ]
    assert decoded == said


def is_connecting(event: Event) -> bool:
    return isinstance(event, Link) and event.state == "connecting"


async def test_a_full_disk_ends_the_recording_and_nothing_else(tmp_path: Path) -> None:
    writer = TapeWriter(tmp_path / "day.jsonl", header(), rotate_bytes=1)
    (tmp_path / "day.0001.jsonl").write_text("in the way")
    async with (
        venue() as there,
        desk(f"ws://127.0.0.1:{there.port}/ws", tape=writer) as here,
    ):
        await until(lambda: there.open, "the connection")
        await there.say("px 1")
        await until(lambda: here.marks(), "a price")

        assert "day.0001.jsonl exists" in here.driver.stats.tape_error


async def test_our_own_bug_leaves_a_tape_of_how_it_came_about(tmp_path: Path) -> None:
    async with (
        venue() as there,
        desk(f"ws://127.0.0.1:{there.port}/ws", black_box_dir=tmp_path / "boxes") as here,
    ):
        await until(lambda: there.open, "the first connection")
        await there.say("px 1", "bug", "px 2")
        await until(lambda: len(there.open) == 2, "the second connection")
        await there.say("bug")
        await until(lambda: len(there.open) == 3, "the third connection")
        await there.say("px 3")
        await until(lambda: here.marks() == [1.0, 3.0], "a price after the second fault")

        assert here.driver.stats.faults == 2
        assert here.reasons()[:2] == ["adapter fault", "restart: adapter fault"]

    (box,) = (tmp_path / "boxes").iterdir()
    tape = read_tape(box)
    inputs = list(tape)
    assert stat.S_IMODE(box.stat().st_mode) == 0o600
    assert (tape.header.venue, tape.header.origin) == ("tiny", "sim")
    assert isinstance(inputs[0], Opened)
    assert isinstance(inputs[-1], Frame)
    assert inputs[-1].data == "bug"
    assert not only(Closed, inputs)


@pytest.mark.parametrize("compressed", [False, True])
async def test_compression_is_offered_only_where_the_venue_wants_it(compressed: bool) -> None:
    async with venue() as there:
        link = LinkSpec(f"ws://127.0.0.1:{there.port}/forbidden", compressed=compressed)
        spec = msgspec.structs.replace(SPEC, links={"main": link}, rest_url="http://[::1]:1")
        driver = Driver(spec, Session, Wants(), sink=lambda events: None, clock=WallClock())
        running = asyncio.create_task(driver.run())
        await until(lambda: there.requests, "an attempt")
        running.cancel()
        await asyncio.wait([running])
        offered = there.requests[0].headers.get("Sec-WebSocket-Extensions", "")
        assert ("permessage-deflate" in offered) is compressed


async def test_a_dialect_that_is_refused_is_followed_by_the_next_and_kept() -> None:
    """HTTP 400 refuses the way of asking; what the venue took is asked for first from then on."""
    spec = msgspec.structs.replace(
        SPEC, links={"main": LinkSpec("wss://tiny.example/ws", queries=("", "v=2", "v=1"))}
    )
    async with venue() as there:
        there.dialect = "v=1"
        async with desk(f"ws://127.0.0.1:{there.port}/particular", spec=spec) as here:
            await until(lambda: there.open, "a connection in the third dialect")
            await there.open[0].close()
            await until(lambda: len(there.open) == 2, "the second connection")

            asked = [request.path.partition("?")[2] for request in there.requests]
            assert asked == ["", "v=2", "v=1", "v=1"]
            assert here.reasons() == ["closed 1000"]


async def test_a_venue_that_takes_no_dialect_is_down_for_that_reason() -> None:
    spec = msgspec.structs.replace(
        SPEC, links={"main": LinkSpec("wss://tiny.example/ws", queries=("v=2", "v=1"))}
    )
    async with venue() as there:
        there.dialect = "v=3"
        async with desk(f"ws://127.0.0.1:{there.port}/particular", spec=spec) as here:
            await until(lambda: here.reasons(), "the first failure")
            assert here.reasons()[0] == "HTTP 400"
            assert len(there.requests) >= 2
