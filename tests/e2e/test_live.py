"""The engine on real sockets: recorded, disturbed, and alone."""

import asyncio
import json
from collections import Counter
from itertools import pairwise

import pytest

from cockpit import config
from cockpit.core.events import BookDelta, BookSnapshot, Event, Link
from cockpit.desk.live import DeskFiles, Engine
from cockpit.desk.reach import unreachable
from cockpit.desk.recorder import TapeOrder
from cockpit.desk.recordings import open_recording
from cockpit.venues import REGISTRY
from cockpit.wire.endpoints import load_endpoints
from cockpit.wire.replay import decode_tape
from tests.e2e.exchange import AT_MOST, exchange, run, running
from tests.e2e.tapes import WHOLE, heard
from tests.support import until

SYMBOLS = ("BTC", "ETH", "PEPE")
FAULTS = {
    "drop": 0.03, "duplicate": 0.03, "reorder": 0.03, "truncate": 0.02, "corrupt": 0.02,
    "disconnect_every_s": 4, "http_429": 0.2, "http_500": 0.2,
}  # fmt: skip


def engine_for(sim, **options) -> Engine:
    settings = config.load(None, {"watch.symbols": SYMBOLS}, environ={})
    return Engine(settings, endpoints=load_endpoints(sim.endpoints), **options)


def book_of(event: Event) -> tuple[str, str] | None:
    """Whose book this event is about, if it is about a book."""
    return (event.venue, event.symbol) if isinstance(event, BookSnapshot | BookDelta) else None


def everything_is_here(engine: Engine) -> bool:
    markets = engine.view.markets()
    return all(m.book.is_known and m.live and m.open_interest and m.mark for m in markets)


async def test_a_tape_replays_to_exactly_the_events_that_were_seen_live(tmp_path):
    folder = tmp_path / "tapes"
    folder.mkdir()
    seen: list[Event] = []
    with exchange(tmp_path, "--seed", "8", "--symbols", ",".join(SYMBOLS)) as sim:
        engine = engine_for(sim, files=DeskFiles(tapes=TapeOrder(folder, origin="sim")))
        engine.listen(seen.extend)
        await engine.start()
        await until(lambda: everything_is_here(engine))
        await asyncio.get_running_loop().run_in_executor(None, lambda: sim.tell(faults=FAULTS))
        await until(lambda: sum(d.stats.reconnects for d in engine.drivers.values()) >= 4)
        await engine.stop()
    for name in engine.specs:
        live = [e for e in seen if e.venue == name]
        # An attempt to connect is the driver's own news, not an input, so no tape has it.
        live = [e for e in live if not (isinstance(e, Link) and e.state == "connecting")]
        tape, spec, make_session = open_recording(folder / f"{name}.jsonl.gz")
        again = list(decode_tape(tape, spec, make_session))
        assert tape.torn is None
        assert tape.skipped_total == 0
        assert [e for e in again if isinstance(e, Event)] == live
        assert len(live) > 100


async def test_what_a_bad_line_breaks_is_noticed_and_right_again(tmp_path):
    loop = asyncio.get_running_loop()
    counts: Counter[str] = Counter()
    books: Counter[tuple[str, str] | None] = Counter()
    with exchange(tmp_path, "--seed", "12", "--symbols", ",".join(SYMBOLS)) as sim:
        engine = engine_for(sim)
        engine.listen(lambda events: counts.update(type(e).__name__ for e in events))
        engine.listen(lambda events: books.update(book_of(e) for e in events))
        await engine.start()
        await until(lambda: everything_is_here(engine))
        await loop.run_in_executor(None, lambda: sim.tell(faults=FAULTS))
        await until(lambda: counts["BookReset"] >= 5 and counts["Reject"] >= 20)
        await loop.run_in_executor(None, lambda: sim.tell(faults={}))
        # A loss shows by what comes after it, so every book must be heard again before the pause.
        books.clear()
        markets = [(m.venue, m.symbol) for m in engine.view.markets()]
        await until(lambda: all(books[market] >= 3 for market in markets))
        await until(lambda: everything_is_here(engine))
        await loop.run_in_executor(None, lambda: sim.tell(pause=True))
        truth = await loop.run_in_executor(None, sim.truth)

        def is_true() -> bool:
            return all(
                [list(level) for level in engine.view.market(m["venue"], m["symbol"]).book.bids()]
                == m["bids"]
                for m in truth["markets"]
            )

        await until(is_true)
        assert all(driver.stats.faults == 0 for driver in engine.drivers.values())
        await engine.stop()


async def test_when_the_exchange_is_gone_every_venue_says_so_and_shows_no_depth(tmp_path):
    with exchange(tmp_path, "--symbols", ",".join(SYMBOLS)) as sim:
        engine = engine_for(sim)
        await engine.start()
        await until(lambda: everything_is_here(engine))
    await until(lambda: len(unreachable(engine.view)) == len(REGISTRY))
    assert all(reason for reason in unreachable(engine.view).values())
    for market in engine.view.markets():
        assert market.book.bids() == []
        assert market.mark is not None
        assert market.is_stale("mark", engine.clock.now_ns())
    await engine.stop()


def test_a_snapshot_without_any_venue_names_each_reason_and_exits_3(tmp_path):
    url = "ws://127.0.0.1:9/ws"
    endpoints = tmp_path / "nowhere.json"
    venue = {"rest_url": "http://127.0.0.1:9", "ws_urls": {"main": url}}
    endpoints.write_text(json.dumps({"venues": {"bybit": venue, "dydx": venue}}))
    done = run("snapshot", "--json", "--endpoints", str(endpoints), "--for", "1s", home=tmp_path)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "bybit" in done.stderr
    assert "dydx" in done.stderr
    assert "refused" in done.stderr


def test_a_snapshot_with_one_venue_missing_answers_with_warnings_and_exits_4(tmp_path):
    with exchange(tmp_path, "--venues", "bybit", "--symbols", "BTC") as sim:
        ready = json.loads(sim.endpoints.read_text())
        ready["venues"]["dydx"] = {
            "rest_url": "http://127.0.0.1:9", "ws_urls": {"main": "ws://127.0.0.1:9/v4/ws"},
        }  # fmt: skip
        sim.endpoints.write_text(json.dumps(ready))
        words = ("snapshot", "--json", "--endpoints", str(sim.endpoints), "--symbols", "BTC")
        done = run(*words, "--for", "4s", home=tmp_path)
        if done.returncode == 3:
            # Too little time on this machine for the venue that is there.
            done = run(*words, *AT_MOST, home=tmp_path)
    assert done.returncode == 4, done.stderr
    document = json.loads(done.stdout)
    assert any(warning.startswith("dydx: ") for warning in document["warnings"])
    missing = next(m for m in document["markets"] if m["venue"] == "dydx")
    assert missing["mark"] is None
    assert missing["bids"] == []


@pytest.mark.parametrize("command", ["snapshot", "watch"])
def test_a_symbol_that_nobody_lists_is_named_with_its_nearest(tmp_path, command):
    with exchange(tmp_path, "--venues", "bybit", "--symbols", "BTC,ETH") as sim:
        done = run(
            command, "--json", "--endpoints", str(sim.endpoints), "--symbols", "BTCC",
            *AT_MOST, home=tmp_path,
        )  # fmt: skip
    assert done.returncode == 2
    assert "BTCC" in done.stderr
    assert "'BTC'" in done.stderr
    assert done.stderr.count("\n") == 1


def parsed(program):
    return [json.loads(line) for line in program.lines]


def test_watch_prints_changed_markets_at_the_pace_that_was_asked_for(tmp_path):
    def is_whole(line):
        return len(line["bids"]) == 3 and line["funding"]["hourly"] is not None

    def whole_ones():
        return {line["venue"] for line in parsed(watch) if is_whole(line)}

    with exchange(tmp_path, "--venues", "bybit,dydx", "--symbols", "BTC") as sim:
        words = ("watch", "--json", "--endpoints", str(sim.endpoints), "--symbols", "BTC")
        with running(*words, "--hz", "5", "--depth", "3", home=tmp_path) as watch:
            watch.wait(lambda: whole_ones() == {"bybit", "dydx"})
            assert watch.end() == 0
    for venue in ("bybit", "dydx"):
        times = [line["at_ns"] for line in parsed(watch) if line["venue"] == venue]
        assert times[0] > 0
        assert all(b - a > 0.19e9 for a, b in pairwise(times)), "five a second at most"


def test_record_writes_one_tape_a_venue_and_reports(tmp_path):
    with exchange(tmp_path, "--venues", "bybit,lighter", "--symbols", "BTC") as sim:
        tapes = {name: tmp_path / "out" / f"{name}.jsonl.gz" for name in ("bybit", "lighter")}
        words = ("record", "--out", str(tmp_path / "out"), "--endpoints", str(sim.endpoints))
        with running(*words, "--symbols", "BTC", home=tmp_path) as record:
            record.wait(lambda: all(heard(path).keys() >= WHOLE for path in tapes.values()))
            assert record.end() == 0
    assert record.lines == []
    for name, path in tapes.items():
        assert path.stat().st_mode & 0o777 == 0o600
        assert any(line.startswith(f"{name}: ") for line in record.errors)
        decoded = run("decode", str(path), "--json", home=tmp_path)
        assert decoded.returncode == 0
        kinds = {json.loads(line)["type"] for line in decoded.stdout.splitlines()}
        assert {"instrument", "book_snapshot", "book_delta", "prices", "funding"} <= kinds


def test_a_symbol_that_nobody_lists_takes_no_other_away(tmp_path):
    with exchange(tmp_path, "--venues", "bybit", "--symbols", "BTC,ETH") as sim:
        options = ("--endpoints", str(sim.endpoints), "--symbols", "btc-perp,FTM")
        home = tmp_path / "home"
        said = "FTM: no venue lists it"
        snapshot = run("snapshot", "--json", *options, *AT_MOST, home=home)
        assert snapshot.returncode == 4
        document = json.loads(snapshot.stdout)
        assert [market["symbol"] for market in document["markets"]] == ["BTC"]
        assert document["markets"][0]["mark"] is not None
        assert [warning for warning in document["warnings"] if "FTM" in warning] == [said]
        carry = run("calc", "carry", "--json", *options, *AT_MOST, home=home)
        assert carry.returncode == 4
        assert said in json.loads(carry.stdout)["warnings"]
        with running("watch", "--json", *options, home=home) as watch:
            watch.wait(lambda: any(line["mark"] for line in parsed(watch)) and watch.errors)
            assert watch.end() == 4
        known = [line for line in parsed(watch) if line["mark"] is not None]
        assert {line["symbol"] for line in known} == {"BTC"}
        assert watch.errors == [f"cockpit: {said}"]
        check = run("check", *options, *AT_MOST, home=home)
        assert check.returncode == 1
        assert "fail  symbols" in check.stdout
        assert said in check.stdout


def test_a_watch_that_reached_nobody_says_so(tmp_path):
    with exchange(tmp_path, "--venues", "bybit", "--symbols", "BTC") as sim:
        gone = sim.endpoints
    words = ("--json", "--endpoints", str(gone), "--symbols", "BTC", "--for", "2s")
    done = run("watch", *words, home=tmp_path)
    assert done.returncode == 3
    assert done.stderr == "cockpit: no venue could be reached: bybit: connection refused\n"
