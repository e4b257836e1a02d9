"""What the commands remember on real sockets, and what they do not."""

import json
import os
import subprocess

from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from tests.e2e.exchange import COCKPIT, exchange, run

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
