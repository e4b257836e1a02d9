"""Figures of all markets at a few moments: what is kept there, and nothing near it."""

import numpy as np
import pytest

from cockpit.core.errors import InputError
from cockpit.history.at_stamps import figures_at
from cockpit.history.rows import Batch
from tests.history.kit import DAY, NS_PER_S, Folder, HotStore, sample

MINUTE_NS = 60 * NS_PER_S


def test_each_stamp_has_its_own_row_or_nothing(tmp_path):
    folder = Folder(tmp_path)
    store = HotStore(folder)
    store.append(Batch(samples=(
        sample(DAY, mark=1.0), sample(DAY + MINUTE_NS, mark=2.0),
        sample(DAY + 90 * NS_PER_S, mark=9.0),
        sample(DAY + 2 * MINUTE_NS, oi_base=7.0), sample(DAY + MINUTE_NS, symbol="ETH", mark=5.0),
        sample(DAY + 30 * NS_PER_S, symbol="SOL", mark=6.0),
    )))  # fmt: skip
    store.close()
    found = figures_at(folder, "mark", [DAY, DAY + MINUTE_NS, DAY + 2 * MINUTE_NS])
    assert found.keys() == {("bybit", "BTC"), ("bybit", "ETH")}
    np.testing.assert_array_equal(found["bybit", "BTC"], [1.0, 2.0, np.nan])
    np.testing.assert_array_equal(found["bybit", "ETH"], [np.nan, 5.0, np.nan])


def test_no_store_and_a_figure_that_nobody_keeps(tmp_path):
    assert figures_at(Folder(tmp_path), "mark", [DAY]) == {}
    with pytest.raises(InputError, match="'price' is not kept"):
        figures_at(Folder(tmp_path), "price", [DAY])
