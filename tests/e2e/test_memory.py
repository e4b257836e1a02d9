"""What the commands remember on real sockets, and what they do not."""

import asyncio
from collections import Counter

import numpy as np

from cockpit import config
from cockpit.core.events import Funding
from cockpit.desk.live import DeskFiles, Engine
from cockpit.desk.memory import MemoryOrder
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.settings import HistorySettings
from cockpit.history.writer_lock import current_writer
from cockpit.wire.endpoints import load_endpoints
from tests.e2e.exchange import exchange, running
from tests.support import until

SIM = ("--venues", "bybit", "--symbols", "BTC")


def test_a_recorder_without_tapes_keeps_history_in_the_folder_it_was_given(tmp_path):
    folder = tmp_path / "kept"
    with exchange(tmp_path, *SIM) as sim:
        words = ("record", "--history-only", "--history", str(folder), "--symbols", "BTC")
        ends = ("--endpoints", str(sim.endpoints))
        at_ns = sim.truth()["at_ns"]
        with running(*words, *ends, home=tmp_path / "home") as recorder:
            # 30 days of payments every eight hours.
            recorder.wait(lambda: has_depth(folder) and len(paid_since(folder, at_ns)) > 80)
            assert recorder.end() == 0
    assert any(line.startswith("history: ") for line in recorder.errors)
    assert not list(tmp_path.rglob("*.jsonl.gz"))
    (row,) = HistoryReader(Folder(folder)).last_samples()
    assert (row.venue, row.symbol) == ("bybit", "BTC")
    assert row.figures.oi_base > 0


def has_depth(folder):
    """Whether a row with a book in it is kept by now."""
    rows = HistoryReader(Folder(folder)).last_samples()
    return any((row.figures.bid10_usd or 0) > 0 for row in rows)


def paid_since(folder, at_ns):
    return HistoryReader(Folder(folder)).settled(31, at_ns)


def test_a_made_up_exchange_is_no_memory_of_the_traders(tmp_path):
    home = tmp_path / "home"
    with exchange(tmp_path, *SIM) as sim:
        words = ("watch", "--json", "--symbols", "BTC", "--endpoints", str(sim.endpoints))
        with running(*words, home=home) as watcher:
            watcher.wait(lambda: len(watcher.lines) >= 5)
            assert watcher.end() == 0
    assert not list(home.rglob("hot.sqlite"))


def test_of_a_recorder_and_a_watcher_the_recorder_writes(tmp_path):
    folder, home = tmp_path / "kept", tmp_path / "home"

    def writer():
        now = current_writer(Folder(folder))
        return now and now.role

    with exchange(tmp_path, *SIM) as sim:
        ends = ("--endpoints", str(sim.endpoints), "--history", str(folder), "--symbols", "BTC")
        with running("watch", "--json", *ends, home=home) as watcher:
            watcher.wait(lambda: writer() == "cockpit")
            with running("record", "--history-only", *ends, home=home) as recorder:
                recorder.wait(lambda: writer() == "recorder")
                assert watcher.end() == 0
                assert recorder.end() == 0
    assert "another process writes" not in "".join(recorder.errors)


async def test_a_second_start_has_the_past_at_once_and_asks_only_for_what_is_new(tmp_path):
    folder = Folder(tmp_path / "kept")
    order = MemoryOrder(folder=folder, settings=HistorySettings())
    with exchange(tmp_path, "--symbols", "BTC,ETH") as sim:
        settings = config.load(None, {"watch.symbols": ["BTC", "ETH"]}, environ={})
        endpoints = load_endpoints(sim.endpoints)
        first = Engine(settings, endpoints=endpoints, files=DeskFiles(memory=order))
        await first.start()
        await until(lambda: all(len(m.settled) > 80 for m in first.view.markets()))
        # A page is written with the slot that follows it, and the last ones at the end.
        before = {(m.venue, m.symbol): m.settled.hourly() for m in first.view.markets()}
        await first.stop()

        told: Counter[tuple[str, str]] = Counter()
        second = Engine(settings, endpoints=endpoints, files=DeskFiles(memory=order))
        second.listen(
            lambda events: told.update(
                (e.venue, e.symbol)
                for e in events
                if isinstance(e, Funding) and e.kind == "settled"
            )
        )
        await second.start()
        for market in second.view.markets():
            for kept, was in zip(
                market.settled.hourly(), before[market.venue, market.symbol], strict=True
            ):
                np.testing.assert_array_equal(kept, was)
            assert market.link != "live"
        await until(lambda: all(m.book.is_known for m in second.view.markets()))
        # Nothing is waited for: this is the time in which all of it could be asked again.
        await asyncio.sleep(3.0)
        await second.stop()
    # The newest is read again; of Paradex the oldest few were not read the first time.
    assert all(count < 10 for count in told.values()), told
