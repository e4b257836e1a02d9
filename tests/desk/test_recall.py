"""What a start takes from history: everything is old, gaps stay gaps, and what is kept is told."""

import numpy as np
import pytest

from cockpit.core.events import Funding, Link, Prices
from cockpit.desk.recall import read_recollections, take_over
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.rows import Batch, Figures, Sample, Settled
from cockpit.state.recollection import Recollection, Stated
from cockpit.state.store import MarketStore
from tests.history.kit import DAY, HOUR_NS, NS_PER_S

NOW = DAY + 40 * 24 * HOUR_NS
HOUR_S = 3600


def paid(hours_ago, rate=1e-5):
    return Settled(
        venue="dydx", symbol="BTC", paid_at_ns=NOW - hours_ago * HOUR_NS, rate=rate,
        interval_s=HOUR_S, premium=2e-5,
    )  # fmt: skip


def row(seconds_ago, **figures):
    at_ns = NOW - seconds_ago * NS_PER_S
    return Sample(venue="dydx", symbol="BTC", at_ns=at_ns, figures=Figures(**figures))


@pytest.fixture
def start(tmp_path):
    """Starts a state from a store with these rows: (market, what is kept)."""

    def started(**rows):
        folder = Folder(tmp_path / "history")
        store = HotStore(folder)
        store.append(Batch(**{name: tuple(found) for name, found in rows.items()}), NOW)
        store.close()
        view = MarketStore([("dydx", None)], ["BTC"])
        kept = take_over(view, read_recollections(folder, NOW, {"BTC"}))
        return view, view.market("dydx", "BTC"), kept

    return started


def test_payments_are_there_at_once_with_their_stamps_and_premiums(start):
    _, market, kept = start(settled=[paid(i) for i in range(48)])
    assert len(market.settled) == 48
    assert market.settled.latest.venue_ns == NOW
    assert market.settled.latest.premium == 2e-5
    # The oldest payment was for the hour before it, so nothing else was paid in that.
    span = kept["dydx"]["BTC"]
    assert (span.from_ns, span.to_ns) == (NOW - 48 * HOUR_NS, NOW)


def test_only_what_follows_the_last_hole_need_not_be_asked_for(start):
    _, market, kept = start(settled=[paid(i) for i in range(48) if i not in (10, 11)])
    assert len(market.settled) == 46
    # Paid 9 hours ago and later, without a hole: known from 10 hours ago on.
    assert kept["dydx"]["BTC"].from_ns == NOW - 10 * HOUR_NS


def test_the_last_figures_are_old_and_say_how_old(start):
    figures = {"mark": 100.0, "mark_age_s": 4, "index_price": 99.0, "index_age_s": 0}
    view, market, _ = start(samples=[row(300, live_rate=1e-5, interval_s=HOUR_S, **figures)])
    assert (market.mark, market.index, market.live.rate) == (100.0, 99.0, 1e-5)
    assert market.age_s("mark", NOW) == 304.0
    assert market.age_s("funding", NOW) == 300.0
    assert market.open_interest is None
    view.apply(Link(venue="dydx", recv_ns=NOW, state="live"))
    assert market.is_stale("mark", NOW), "a link that is up has not stated the mark yet"
    view.apply(Prices(venue="dydx", symbol="BTC", recv_ns=NOW, mark=101.0))
    assert not market.is_stale("mark", NOW)
    assert market.is_stale("index", NOW)
    assert market.age_s("mark", NOW) == 0.0


def test_what_was_a_gap_then_is_no_figure_now(start):
    _, market, _ = start(samples=[row(20, mark=5.0), row(10, mark=None, mark_age_s=70, mid=1.0)])
    assert market.mark is None


def test_figures_of_another_day_are_forgotten(start):
    _, market, _ = start(samples=[row(25 * HOUR_S, mark=100.0)])
    assert market.mark is None


def test_the_last_hours_curves_go_on_with_a_gap_where_nobody_looked(start):
    samples = [row(4000, oi_base=1.0)]
    samples += [row(3000 - 10 * i, oi_base=10.0, bid25_usd=3.0, ask25_usd=4.0) for i in range(6)]
    samples += [row(600, oi_base=20.0, live_rate=8e-5, interval_s=8 * HOUR_S, mid=7.0)]
    _, market, _ = start(samples=samples)
    at, values = market.open_interests.read()
    ago = [(NOW - int(stamp)) // NS_PER_S for stamp in at]
    # Six rows, a gap a second later, one row, and the gap that lasts until now.
    assert ago == [3000, 2990, 2980, 2970, 2960, 2950, 2949, 600, 599]
    np.testing.assert_array_equal(values, [10.0] * 6 + [np.nan, 20.0, np.nan])
    assert market.depths_usd.read()[1][0] == 7.0
    # 8 bps in eight hours are one an hour.
    assert market.live_hourly.read()[1][-2] == pytest.approx(1e-5)


def test_a_market_that_nobody_watches_is_left_alone(start):
    other = Settled(venue="dydx", symbol="ETH", paid_at_ns=NOW, rate=1e-5, interval_s=HOUR_S)
    view, _, kept = start(settled=[other])
    assert kept == {}
    assert view.market("dydx", "ETH") is None


def test_a_payment_that_is_read_again_is_not_there_twice(start):
    view, market, _ = start(settled=[paid(i) for i in range(5)])
    again = Funding(
        venue="dydx", symbol="BTC", recv_ns=NOW + 5, venue_ns=NOW, kind="settled", rate=1e-5,
        interval_s=HOUR_S,
    )  # fmt: skip
    view.apply(again)
    assert len(market.settled) == 5


def test_a_surveyed_market_is_the_surveys_and_begins_from_memory_once_it_is_watched(start):
    """Its rows are a minute apart and have no book: that is no gap."""
    rows = [row(240 - 60 * i, oi_base=10.0 + i, oi_age_s=20) for i in range(4)]
    _, market, _ = start(samples=rows)
    assert list(market.open_interests.read()[1]) == [10.0, 11.0, 12.0, 13.0]
    assert market.age_s("open_interest", NOW) == 80.0

    surveying = MarketStore([("dydx", None)], ["ETH"])
    surveying.survey(is_on=True)
    surveying.apply(Prices(venue="dydx", symbol="BTC", recv_ns=NOW, mark=7.0))
    kept = {("dydx", "BTC"): Recollection(mark=Stated(1.0, NOW - HOUR_NS))}
    assert take_over(surveying, kept) == {}
    (surveyed,) = surveying.surveyed()
    assert surveyed.mark == 7.0, "what a survey says is not replaced by what is remembered"
