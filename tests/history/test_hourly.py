"""The end of each hour, of every market and venue, from whichever tier it lies in."""

import numpy as np
import pytest

from cockpit.history.hot import HotStore
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch, ChainSample
from tests.history.kit import DAY, HOUR_NS, NS_PER_S, Folder, sample


@pytest.fixture
def reader(tmp_path):
    folder = Folder(tmp_path / "history")
    store = HotStore(folder)
    rows = [
        sample(DAY + 1 * NS_PER_S, oi_base=1.0, premium=1e-4),
        sample(DAY + 1800 * NS_PER_S, oi_base=2.0, premium=3e-4),
        sample(DAY + HOUR_NS, oi_base=3.0, premium=None),
        sample(DAY + HOUR_NS + NS_PER_S, oi_base=4.0, premium=-1e-4),
        sample(DAY + 30 * HOUR_NS, oi_base=5.0),
    ]
    chain = [
        ChainSample(
            venue="dydx", at_ns=DAY + second * NS_PER_S, cadence_s=cadence_s, gaps=gaps,
            block_age_s=age_s, latency_p50_ms=200.0, latency_p99_ms=late_ms,
        )
        for second, cadence_s, gaps, age_s, late_ms in (
            (10, 1.0, 2, 0.5, 900.0), (1500, 1.2, 5, 40.0, 400.0), (3000, 1.5, 0, 0.7, None),
            (3300, None, 1, 0.6, 300.0),
        )
    ]  # fmt: skip
    store.append(Batch(samples=tuple(rows), chain=tuple(chain)))
    store.close()
    found = HistoryReader(folder)
    yield found
    found.close()


def test_an_hour_has_its_last_figures_and_the_mean_of_its_premiums(reader):
    (market,) = [of for (_, symbol), of in reader.hourly(DAY, DAY + 48 * HOUR_NS).items() if symbol]
    assert (market.hours - DAY // HOUR_NS).tolist() == [1, 2, 30]
    # A stamp's own row belongs to the hour that ends at it.
    assert market.values["oi_base"].tolist() == [3.0, 4.0, 5.0]
    np.testing.assert_allclose(market.values["premium"], [2e-4, -1e-4, np.nan], rtol=1e-6)


def test_the_row_at_the_end_of_a_day_is_of_the_hour_that_ends_there(tmp_path):
    """A span is read day by day: at the seam no row is lost, and none counted twice."""
    folder = Folder(tmp_path / "history")
    store = HotStore(folder)
    at_ns = [DAY + minute * 60 * NS_PER_S for minute in range(10, 48 * 60 + 10, 10)]
    store.append(Batch(samples=tuple(sample(at, oi_base=float(at - DAY)) for at in at_ns)))
    store.close()
    reader = HistoryReader(folder)
    (market,) = reader.hourly(DAY, DAY + 50 * HOUR_NS).values()
    reader.close()
    ends_ns = np.arange(1, 49) * HOUR_NS
    np.testing.assert_allclose(market.values["oi_base"], ends_ns, rtol=1e-6)


def test_a_venues_machinery_has_its_last_cadence_and_the_worst_of_the_hour(reader):
    (venue,) = [of for (_, symbol), of in reader.hourly(DAY, DAY + 3 * HOUR_NS).items()
                if not symbol]  # fmt: skip
    assert venue.values["cadence_s"].tolist() == [1.5]
    assert venue.values["latency_ms"].tolist() == [200.0]
    assert venue.values["block_age_s"].tolist() == [40.0]
    assert venue.values["latency_p99_ms"].tolist() == [900.0]
    # From 2 to 5 are three; then the program began anew, and counted one more.
    assert venue.values["gaps"].tolist() == [4.0]


def test_a_span_without_rows_has_no_hours(reader):
    assert reader.hourly(DAY + 40 * HOUR_NS, DAY + 44 * HOUR_NS) == {}
    assert reader.hourly(0, 1000) == {}


def test_a_span_that_begins_within_an_hour_has_no_hour_twice(tmp_path):
    """Days of it would be cut at 35 past: the hour around the cut came as its two halves."""
    folder = Folder(tmp_path / "history")
    store = HotStore(folder)
    at_ns = [DAY + minute * 60 * NS_PER_S for minute in range(10, 50 * 60, 10)]
    store.append(Batch(samples=tuple(sample(at, oi_base=float(at - DAY)) for at in at_ns)))
    store.close()
    reader = HistoryReader(folder)
    (market,) = reader.hourly(DAY + 35 * 60 * NS_PER_S, DAY + 49 * HOUR_NS).values()
    reader.close()
    assert (market.hours - DAY // HOUR_NS).tolist() == list(range(1, 50))
    np.testing.assert_allclose(market.values["oi_base"], np.arange(1, 50) * HOUR_NS, rtol=1e-6)


def test_an_hour_that_has_only_begun_is_not_told_as_one_that_has_ended(reader):
    """Asked within the second hour: what stood then is not how it stands at its end."""
    known = reader.hourly(DAY, DAY + HOUR_NS + 2 * NS_PER_S)
    assert (known["bybit", "BTC"].hours - DAY // HOUR_NS).tolist() == [1]
