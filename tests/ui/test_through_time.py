"""Plots over the trader's span: kept rows, then the newest hour, and gaps between."""

import msgspec
import numpy as np
import pytest

from cockpit.analytics.funding.pair_history import LegPayments
from cockpit.core.units import HOUR_NS, NS_PER_S, hour_floor_ns
from cockpit.desk.contract import ReadLegMids, ReadSpan
from cockpit.desk.kept_series import Curve, SpanSeries
from cockpit.history.service import Status
from cockpit.ui.input import command_line, span_actions
from cockpit.ui.panes.depth import depth_history
from cockpit.ui.panes.markets import curves, interest
from cockpit.ui.panes.positions import exposure_history
from cockpit.ui.readings.through_time import drawn, kept_span, paid_by_hour
from cockpit.ui.text.styled import plain
from tests.support import AT_NS
from tests.ui import scenes, traded
from tests.ui.input.hosts import PlainHost
from tests.ui.scenes import store_of

MINUTE_NS = 60 * NS_PER_S


def curve(*points):
    """(minutes before now, value), oldest first."""
    ago, values = zip(*points, strict=True)
    return Curve(AT_NS - MINUTE_NS * np.array(ago, dtype=np.int64), np.array(values))


def span_of(hours=24, **more):
    known = {"symbol": "BTC", "hours": hours, "end_ns": AT_NS, "step_s": 120}
    return SpanSeries(**{**known, "first_ns": AT_NS - 90 * 24 * HOUR_NS, **more})


@pytest.fixture
def scene():
    scene = scenes.live()
    scene.ui.span_h = 24
    return scene


def ring_of(scene, *points):
    ring = scene.view.market("alphaswap", "BTC").open_interests
    for ago, value in points:
        ring.append(AT_NS - ago * MINUTE_NS, value)
    return ring


def test_a_column_is_what_is_kept_before_the_newest_hour_and_that_hour_itself(scene):
    scene.span = span_of()
    ring = ring_of(scene, (2, 5.0), (1, 6.0), (0, 7.0))
    kept = curve((124, 1.0), (122, 2.0), (2, 99.0))
    edges = AT_NS - MINUTE_NS * np.array([123, 120, 110, 2, 0], dtype=np.int64)
    # The step and a minute and a quarter after the last row there is a gap, until the ring begins.
    np.testing.assert_array_equal(drawn(scene, kept, ring, edges), [1.0, 2.0, np.nan, 5.0, 7.0])


def test_what_was_read_of_another_symbol_or_span_is_not_drawn(scene):
    scene.span = span_of()
    assert kept_span(scene) is scene.span
    scene.ui.span_h = 168
    assert kept_span(scene) is None
    scene.ui.span_h, scene.ui.symbol_index = 24, 1
    assert kept_span(scene) is None


def text(pane, scene):
    return "\n".join(plain(line) for line in pane.lines(scene, 110, 24))


def test_open_interest_changes_since_the_left_edge_of_the_span(scene):
    ring_of(scene, (2, 120.0), (1, 120.0), (0, 120.0))
    assert "change in the last 5 min" in text(interest, scene)
    scene.span = span_of(
        open_interest={"alphaswap": curve((1000, 100.0), (900, 101.0), (800, 99.0))}
    )
    words = text(interest, scene)
    assert "change in the last 24 h" in words
    # 120 against 100.
    assert "+20.00%" in words


def test_depth_is_drawn_over_the_span_with_what_it_is_now_at_its_end(scene):
    ring = scene.view.market("alphaswap", "BTC").depths_usd
    ring.append(AT_NS - NS_PER_S, 1.5e6)
    scene.span = span_of(depth_usd={"alphaswap": curve((1000, 3e6), (998, 3e6))})
    words = text(depth_history, scene)
    assert "24 h · within 25 bps, USD millions" in words
    assert "1.50M" in words


def test_of_a_depth_that_is_not_known_nothing_is_drawn(scene):
    assert "no depth is known in this time" in text(depth_history, scene)


def test_exposure_goes_on_from_what_is_kept(scene):
    history = scene.view.exposure
    for ago in (1, 0):
        history.append(AT_NS - ago * MINUTE_NS, 500.0, None, None)
    kept = curve((1200, -2_000.0), (1198, -1_000.0))
    scene.span = span_of(net_usd=kept)
    words = text(exposure_history, scene)
    # The axis reaches down to what is kept alone.
    assert "−2000" in words


def test_a_span_beyond_a_month_has_the_payments_that_the_state_forgot(scene):
    hours = 40 * 24
    scene.ui.span_h = hours
    last_ns = hour_floor_ns(AT_NS)
    ago = np.array([38 * 24, 3], dtype=np.int64)
    kept = LegPayments(last_ns - ago * HOUR_NS, np.array([7e-5, 9e-5]), np.array([2, 1]))
    scene.span = span_of(hours, paid={"alphaswap": kept})
    paid = paid_by_hour(scene, "alphaswap")
    assert len(paid) == hours
    place = hours - 1 - 38 * 24
    # Paid for two hours; the hour after is not known; of the last month the state is right.
    np.testing.assert_array_equal(paid[place - 1 : place + 2], [7e-5, 7e-5, np.nan])
    assert paid[-4] == pytest.approx(scenes.RATES["alphaswap"])
    assert "40 d" in text(curves, scene)


@pytest.fixture
def host():
    host = PlainHost(mode="LIVE")
    feed = host.desk.stats().feed
    status = Status(standing="writing")
    host.readings.feed = msgspec.structs.replace(feed, history=status)
    return host


def test_d_is_a_day_a_week_a_month_and_all_that_is_kept(host):
    host.readings.span = span_of()
    spans = []
    for _ in range(5):
        host.press("d")
        spans.append(host.ui.span_h // 24)
    # It begins with a week; 90 days are kept.
    assert spans == [30, 90, 1, 7, 30]


def test_without_more_than_a_month_a_month_is_all(host):
    host.ui.span_h = 720
    host.press("d")
    assert host.ui.span_h == 24
    assert "expected 1h to 30d, or all" in command_line.check(host, "span 90d")


def test_all_is_a_span_that_can_be_typed(host):
    host.readings.span = span_of()
    command_line.run(host, "span all")
    assert host.ui.span_h == 90 * 24
    assert command_line.check(host, "span 80d") == ""


def test_what_is_kept_is_asked_for_once_a_minute_and_for_what_is_on_the_screen(host):
    minute_ns = AT_NS - AT_NS % MINUTE_NS
    span_actions.follow(host)
    span_actions.follow(host)
    assert host.desk.posted == [ReadSpan("BTC", 168, minute_ns)]
    host.press("]")
    span_actions.follow(host)
    host.press("d")
    span_actions.follow(host)
    assert host.desk.posted[1:] == [
        ReadSpan("ETH", 168, minute_ns),
        ReadSpan("ETH", 720, minute_ns),
    ]
    host.readings.now_ns += MINUTE_NS
    span_actions.follow(host)
    assert host.desk.posted[-1].end_ns == minute_ns + MINUTE_NS


def test_the_mids_of_an_opened_trade_are_asked_for_since_its_opening(host):
    scene = traded.pair()
    scene.feed, host.readings = host.readings.feed, scene
    [id] = store_of(scene).trades.open
    span_actions.follow(host)
    assert ReadLegMids not in {type(intent) for intent in host.desk.posted}
    scene.ui.trades.opened = id
    for _ in range(2):
        span_actions.follow(host)
    pair = (("alphaswap", "BTC"), ("bravo", "BTC"))
    minute_ns = scene.now_ns - scene.now_ns % MINUTE_NS
    asked = [intent for intent in host.desk.posted if isinstance(intent, ReadLegMids)]
    # Both legs were filled five hours ago.
    assert asked == [ReadLegMids(pair, AT_NS - 5 * HOUR_NS, minute_ns)]


def test_a_desk_that_remembers_nothing_is_asked_nothing():
    host = PlainHost(mode="DEMO")
    host.readings.feed = host.desk.stats().feed
    span_actions.follow(host)
    assert host.desk.posted == []
