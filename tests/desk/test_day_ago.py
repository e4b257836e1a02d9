"""How the markets stood a day ago, as history kept it."""

import pytest

from cockpit.core.units import HOUR_NS
from cockpit.desk.earlier import DayAgo, read_earlier
from cockpit.desk.history_reads import HistoryReads
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch, Figures, Sample
from tests.history.kit import DAY, NS_PER_S

NOW = DAY + 30 * HOUR_NS
MINUTE_NS = 60 * NS_PER_S


@pytest.fixture
def folder(tmp_path):
    folder = Folder(tmp_path / "history")
    row = Sample(
        venue="dydx", symbol="BTC", at_ns=NOW - 24 * HOUR_NS - MINUTE_NS, figures=Figures(oi_base=7)
    )
    store = HotStore(folder)
    store.append(Batch(samples=(row,)), NOW)
    store.close()
    return folder


def test_each_market_as_it_stood_a_day_ago(folder):
    found = read_earlier(HistoryReader(folder), NOW - 24 * HOUR_NS)
    assert found.figures["dydx", "BTC"].oi_base == 7.0
    assert read_earlier(HistoryReader(folder), NOW).figures == {}


def test_it_is_asked_for_once_a_minute_and_stays_until_the_next(folder):
    reads = HistoryReads(folder)
    day_ago = DayAgo(reads)
    assert day_ago.answer() is None
    day_ago.look(NOW)
    day_ago.look(NOW + NS_PER_S)
    day_ago._asked.result(10)
    assert day_ago.answer().at_ns == NOW - 24 * HOUR_NS
    day_ago.look(NOW + 2 * NS_PER_S)
    assert day_ago._asked is None
    day_ago.look(NOW + MINUTE_NS)
    assert day_ago.answer() is not None
    reads.close()
