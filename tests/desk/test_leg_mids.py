"""The mids of a trade's markets since its opening, as history kept them; the newest question."""

import numpy as np
import pytest

from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.desk.contract import ReadLegMids
from cockpit.desk.history_reads import HistoryReads, NewestRead
from cockpit.desk.leg_mids import read_leg_mids
from cockpit.desk.spans import POINTS
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch, Figures, Sample
from tests.history.kit import DAY

MINUTE_NS = 60 * NS_PER_S
NOW = DAY + 30 * HOUR_NS
PAIR = (("dydx", "BTC"), ("lighter", "BTC"))


@pytest.fixture
def folder(tmp_path):
    """Ten minutes of one leg; the other was not seen for two of them."""
    folder = Folder(tmp_path / "history")
    rows = [
        Sample(venue=venue, symbol="BTC", at_ns=NOW - ago * MINUTE_NS, figures=Figures(mid=mid))
        for venue, mid, unseen in (("dydx", 100.0, ()), ("lighter", 101.0, (5, 4)))
        for ago in range(10, 0, -1)
        if ago not in unseen
    ]
    store = HotStore(folder)
    store.append(Batch(samples=tuple(rows)), NOW)
    store.close()
    return folder


def read(folder, from_ns=NOW - HOUR_NS, markets=PAIR):
    reader = HistoryReader(folder)
    found = read_leg_mids(reader, ReadLegMids(markets, from_ns, NOW))
    reader.close()
    return found


def test_each_market_has_its_own_rows_and_what_was_not_seen_is_a_gap(folder):
    found = read(folder)
    assert {market: len(curve.at_ns) for market, curve in found.mids.items()} == {
        ("dydx", "BTC"): 10, ("lighter", "BTC"): 8,
    }  # fmt: skip
    at_ns = found.mids["lighter", "BTC"].at_ns
    assert int(np.diff(at_ns).max()) == 3 * MINUTE_NS
    assert set(found.mids["dydx", "BTC"].values) == {100.0}


def test_nothing_before_the_opening_is_read(folder):
    assert len(read(folder, NOW - 3 * MINUTE_NS).mids["dydx", "BTC"].at_ns) == 3


def test_a_market_of_which_nothing_is_kept_has_no_curve(folder):
    assert read(folder, markets=(("bybit", "BTC"),)).mids == {}


@pytest.mark.parametrize("days", [1, 30, 800])
def test_a_long_trade_has_no_more_points_than_a_plot_has_columns(folder, days):
    step = read(folder, NOW - days * 24 * HOUR_NS).step_s
    assert days * 86_400 / step <= POINTS


def test_the_newest_question_is_answered_and_stays_until_the_next(folder):
    reads = HistoryReads(folder)
    newest = NewestRead(reads)
    assert newest.answer() is None
    newest.ask(lambda reader: reader.first_ns())
    newest._asked.result(10)
    assert newest.answer() == NOW - 10 * MINUTE_NS
    assert newest.answer() == NOW - 10 * MINUTE_NS
    reads.close()


def test_a_desk_that_remembers_nothing_answers_nothing():
    newest = NewestRead(None)
    newest.ask(lambda reader: reader.first_ns())
    assert newest.answer() is None
