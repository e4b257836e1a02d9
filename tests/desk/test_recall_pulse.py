"""The hour of venues' machinery, as history kept it."""

import pytest

from cockpit.core.units import HOUR_NS
from cockpit.desk.recall_pulse import read_pulses, recall_pulses
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch, ChainSample, Gap
from cockpit.state.store import MarketStore
from tests.history.kit import DAY, NS_PER_S

NOW = DAY + 30 * HOUR_NS
MINUTE_NS = 60 * NS_PER_S


@pytest.fixture
def folder(tmp_path):
    folder = Folder(tmp_path / "history")
    chain = [
        ChainSample(
            venue="dydx", at_ns=NOW - ago * MINUTE_NS, block_age_s=1.0, latency_p50_ms=30.0,
            reconnects=0 if ago > 5 else 1,
        )
        for ago in (90, 30, 10, 5)
    ]  # fmt: skip
    gap = Gap(
        from_ns=NOW - 12 * MINUTE_NS, to_ns=NOW - 9 * MINUTE_NS, venue="dydx", why="link down"
    )
    store = HotStore(folder)
    store.append(Batch(chain=tuple(chain), gaps=(gap,)), NOW)
    store.close()
    return folder


def test_the_hour_before_a_start_is_in_the_pulse_with_its_outage(folder):
    view = MarketStore([("dydx", None), ("bybit", None)], ["BTC"])
    recall_pulses(view, read_pulses(HistoryReader(folder), NOW))
    pulse = view.venue("dydx").pulse
    at, ups = pulse.ups.read()
    assert [(NOW - int(stamp)) // MINUTE_NS for stamp in at] == [30, 10, 5]
    assert ups.tolist() == [1.0, 0.0, 1.0]
    assert pulse.reconnects.read()[1].tolist() == [0.0, 0.0, 1.0]
    latency = pulse.latencies_ms.read()[1].tolist()
    assert latency[0] == 30.0
    assert latency[1] != latency[1], "NaN: there was nothing to measure"
    assert len(view.venue("bybit").pulse.ups) == 0
