"""Recording from the running cockpit: a tape begun in the middle can be replayed."""

import stat
from pathlib import Path

import pytest

from cockpit import config
from cockpit.core.errors import InputError, TapeError
from cockpit.core.events import BookSnapshot
from cockpit.desk.live import Engine
from cockpit.desk.recordings import open_recording
from cockpit.desk.replay import ReplayEngine
from cockpit.venues.contract import Opened
from cockpit.wire.endpoints import load_endpoints
from cockpit.wire.pump import Pump
from tests.e2e.exchange import exchange
from tests.support import until

GOLDEN = Path(__file__).resolve().parents[1] / "captures"
VENUES = ("bybit", "lighter")


def books(engine) -> bool:
    known = [engine.view.market(venue, "BTC") for venue in VENUES]
    return all(market is not None and market.book.is_known for market in known)


async def recorded(tmp_path):
    """A folder recorded by the engine after it had been running for a while, and what it said."""
    with exchange(tmp_path, "--venues", ",".join(VENUES), "--symbols", "BTC") as sim:
        wanted = {"watch.venues": list(VENUES), "watch.symbols": ["BTC"]}
        engine = Engine(config.load(None, wanted, {}), endpoints=load_endpoints(sim.endpoints))
        await engine.start()
        try:
            await until(lambda: books(engine))
            folder = tmp_path / "tapes" / "now"
            started = engine.record(folder)
            assert engine.feed_stats().recording
            with pytest.raises(TapeError, match="running already"):
                engine.record(tmp_path / "other")
            await until(lambda: not books(engine))
            await until(lambda: books(engine))
            frames = {name: driver.stats.frames for name, driver in engine.drivers.items()}
            await until(
                lambda: all(d.stats.frames > frames[n] + 3 for n, d in engine.drivers.items())
            )
            stopped = engine.record(None)
            assert not engine.feed_stats().recording
            await until(lambda: books(engine))
            return folder, started, stopped
        finally:
            await engine.stop()


async def test_a_tape_begun_in_the_middle_begins_with_whole_books(tmp_path):
    folder, started, stopped = await recorded(tmp_path)
    assert str(folder) in started
    assert str(folder) in stopped
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{venue}.jsonl.gz" for venue in VENUES
    ]
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        tape, spec, make_session = open_recording(path)
        assert tape.header.origin == "sim"
        inputs = list(tape)
        assert tape.torn is None
        assert any(isinstance(item, Opened) for item in inputs)
        pump = Pump(spec, make_session, tape.header.wants)
        events = [event for item in inputs for event in pump.feed(item)]
        assert any(isinstance(event, BookSnapshot) for event in events)


def test_a_replay_says_that_it_is_a_recording_already(tmp_path):
    engine = ReplayEngine([GOLDEN / "bybit.jsonl"], speed=None, start=None)
    with pytest.raises(InputError, match="already"):
        engine.record(tmp_path / "again")
