"""What the commands remember on real sockets, and what they do not."""

import asyncio
import json
import os
import subprocess
from collections import Counter

import numpy as np

from cockpit import config
from cockpit.core.events import Funding
from cockpit.desk.live import Engine
from cockpit.desk.memory import MemoryOrder
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.settings import HistorySettings
from cockpit.wire.endpoints import load_endpoints
from tests.e2e.exchange import COCKPIT, exchange, run


async def until(condition, seconds):
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


SIM = ("--venues", "bybit", "--symbols", "BTC")


def test_a_recorder_without_tapes_keeps_history_in_the_folder_it_was_given(tmp_path):
    folder = tmp_path / "kept"
    with exchange(tmp_path, *SIM) as sim:
        words = ("record", "--history-only", "--history", str(folder), "--symbols", "BTC")
        done = run(
            *words, "--endpoints", str(sim.endpoints), "--for", "13s", home=tmp_path / "home"
        )
        truth = sim.truth()
    assert done.returncode == 0, done.stderr
    assert "history: " in done.stderr
    assert not list(tmp_path.rglob("*.jsonl.gz"))
    (row,) = HistoryReader(Folder(folder)).last_samples()
    assert (row.venue, row.symbol) == ("bybit", "BTC")
    assert row.figures.bid10_usd > 0
    assert row.figures.oi_base > 0
    paid = HistoryReader(Folder(folder)).settled(31, truth["at_ns"])
    assert len(paid) > 80, "30 days of payments every eight hours"


def test_a_made_up_exchange_is_no_memory_of_the_traders(tmp_path):
    home = tmp_path / "home"
    with exchange(tmp_path, *SIM) as sim:
        words = ("watch", "--json", "--for", "3s", "--symbols", "BTC")
        done = run(*words, "--endpoints", str(sim.endpoints), home=home)
    assert done.returncode == 0
    assert not list(home.rglob("hot.sqlite"))


def test_of_a_recorder_and_a_watcher_the_recorder_writes(tmp_path):
    folder, env = tmp_path / "kept", {**os.environ, "COCKPIT_HOME": str(tmp_path / "home")}
    with exchange(tmp_path, *SIM) as sim:
        ends = ("--endpoints", str(sim.endpoints), "--history", str(folder), "--symbols", "BTC")
        recorder = subprocess.Popen(
            [*COCKPIT, "record", "--history-only", *ends, "--for", "14s"],
            stderr=subprocess.PIPE, env=env, text=True,
        )  # fmt: skip
        watcher = run("watch", "--json", *ends, "--for", "11s", home=tmp_path / "home")
        writer = json.loads((folder / "writer.lock").read_text())
        _, said = recorder.communicate(timeout=30)
    assert watcher.returncode == 0
    assert writer["role"] == "recorder"
    assert "another process writes" not in said


async def test_a_second_start_has_the_past_at_once_and_asks_only_for_what_is_new(tmp_path):
    folder = Folder(tmp_path / "kept")
    order = MemoryOrder(folder=folder, settings=HistorySettings())
    with exchange(tmp_path, "--symbols", "BTC,ETH") as sim:
        settings = config.load(None, {"watch.symbols": ["BTC", "ETH"]}, environ={})
        endpoints = load_endpoints(sim.endpoints)
        first = Engine(settings, endpoints=endpoints, memory=order)
        await first.start()
        await until(lambda: all(len(m.settled) > 80 for m in first.view.markets()), 40)
        # A page is written with the slot that follows it, and the last ones at the end.
        before = {(m.venue, m.symbol): m.settled.hourly() for m in first.view.markets()}
        await first.stop()

        told: Counter[tuple[str, str]] = Counter()
        second = Engine(settings, endpoints=endpoints, memory=order)
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
        await until(lambda: all(m.book.is_known for m in second.view.markets()), 20)
        await asyncio.sleep(3.0)
        await second.stop()
    # The newest is read again; of Paradex the oldest few were not read the first time.
    assert all(count < 10 for count in told.values()), told
