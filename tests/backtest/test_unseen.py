"""Coins and months that a model never saw: it learns from one coin's 2024 and is asked about the
other's 2025, without a refit and without a blend.

`python -m tests.backtest.test_unseen` prints the cells.
"""

import sys
from datetime import UTC, datetime

import numpy as np
import pytest

from cockpit.backtest.rows import load
from cockpit.core.units import HOUR_NS
from cockpit.forecast import scores
from cockpit.forecast.cells import WINDOW_H
from cockpit.forecast.learned import chance_of, learn_events
from cockpit.forecast.training import PURGE_H, pooled, rows_of
from tests.support import SHARED

FILE = SHARED / "datasets" / "hyperliquid_funding_1h_2024-2025.csv.gz"
pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason="the data sets are not beside the project"
)
TURN = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp() * 1e9) // HOUR_NS


def cells():
    """(what was learned, what was asked, event) -> (n, skill against history, AUC)."""
    every = {one.symbol: rows_of(one) for one in load([FILE]).series}
    before = {coin: rows.where(rows.hours <= TURN - PURGE_H) for coin, rows in every.items()}
    # The windows of January look back on what was learned from: it is not asked about.
    after = {coin: rows.where(rows.hours > TURN + WINDOW_H) for coin, rows in every.items()}
    asked = {
        ("BTC 2024", "ETH 2025"): (before["BTC"], after["ETH"]),
        ("ETH 2024", "BTC 2025"): (before["ETH"], after["BTC"]),
        ("both 2024", "both 2025"): (pooled(list(before.values())), pooled(list(after.values()))),
    }
    found = {}
    for (taught, test), (known, rows) in asked.items():
        learned = learn_events(known, "market")
        for event, happened in rows.happened.items():
            asked_rows = ~np.isnan(happened)
            came = happened[asked_rows]
            said = {
                name: chance_of((learned,), name, event, rows.values[asked_rows])
                for name in ("history", "ours")
            }
            found[taught, test, event] = (
                len(came),
                scores.skill(scores.brier(came, said["ours"]), scores.brier(came, said["history"])),
                scores.auc(came, said["ours"]),
            )
    return found


def test_it_beats_averages_on_coins_and_months_that_it_never_saw():
    found = cells()
    assert len(found) == 12
    assert sum(skill > 0 for _, skill, _ in found.values()) >= 10
    for (_, test, event), (_, _, auc) in found.items():
        if event == "spike":
            assert auc >= 0.80, test


if __name__ == "__main__":
    for (taught, test, event), (n, skill, auc) in cells().items():
        sys.stdout.write(
            f"{taught:10} -> {test:10} {event:10} n {n:6} skill {skill:+.3f} AUC {auc:.3f}\n"
        )
