"""A span of history for the screen: every tier, in as many points as are drawn, gaps as gaps."""

import numpy as np
import pytest

from cockpit.desk.contract import ReadSpan
from cockpit.desk.spans import POINTS, read_span, step_s
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch, ExposureSample, Figures, Sample, Settled
from tests.history.kit import DAY, HOUR_NS, NS_PER_S, maintain

MINUTE_NS = 60 * NS_PER_S
NOW = DAY + 60 * HOUR_NS


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "history")


def keep(folder, **rows):
    store = HotStore(folder)
    store.append(Batch(**{name: tuple(found) for name, found in rows.items()}), NOW)
    store.close()


def interest(hours, venue="dydx", left_out=()):
    """Open interest of each minute, counting up; the depth of each side is a tenth of it."""
    return [
        Sample(
            venue=venue, symbol="BTC", at_ns=NOW - (hours * 60 - i) * MINUTE_NS,
            figures=Figures(oi_base=float(i), bid25_usd=i / 10, ask25_usd=i / 10),
        )
        for i in range(hours * 60)
        if i not in left_out
    ]  # fmt: skip


def read(folder, hours, symbol="BTC", venues=("dydx", "bybit")):
    reader = HistoryReader(folder)
    found = read_span(reader, ReadSpan(symbol, hours, NOW), venues)
    reader.close()
    return found


@pytest.mark.parametrize("hours", [1, 24, 7 * 24, 30 * 24, 400 * 24])
def test_a_span_has_no_more_points_than_a_plot_has_columns(hours):
    assert hours * 3600 / step_s(hours) <= POINTS
    assert step_s(hours) % 60 == 0


def test_of_each_step_the_last_row_is_taken(folder):
    keep(folder, samples=interest(24))
    found = read(folder, 24)
    at_ns, values = found.open_interest["dydx"]
    # A day has a step of two minutes: of each pair of minutes the later one.
    assert found.step_s == 120
    assert len(at_ns) == 24 * 30
    assert list(values[:3]) == [1.0, 3.0, 5.0]
    assert found.depth_usd["dydx"].values[1] == pytest.approx(0.6, rel=1 / 8192)
    assert list(found.open_interest) == ["dydx"], "a venue without rows has no line"


def test_hot_and_cold_rows_of_a_span_are_one_line(folder):
    keep(folder, samples=interest(60))
    before = read(folder, 60).open_interest["dydx"]
    maintain(folder, NOW)
    after = read(folder, 60).open_interest["dydx"]
    assert before.at_ns[0] < NOW - 48 * HOUR_NS, "it begins in what is cold now"
    np.testing.assert_array_equal(before.at_ns, after.at_ns)
    np.testing.assert_array_equal(before.values, after.values)


def test_hours_in_which_nobody_looked_have_no_points(folder):
    keep(folder, samples=interest(24, left_out=range(600, 720)))
    at_ns, _ = read(folder, 24).open_interest["dydx"]
    assert int(np.diff(at_ns).max()) == 122 * MINUTE_NS


def test_sums_of_accounts_lack_the_minutes_in_which_one_was_not_known(folder):
    def account(ago, name, **figures):
        return ExposureSample(venue="dydx", account=name, at_ns=NOW - ago * MINUTE_NS, **figures)

    rows = [account(4, "a", net_usd=10.0, margin_ratio=0.1), account(4, "b", net_usd=-4.0)]
    rows += [account(3, "a", net_usd=10.0, margin_ratio=0.1), account(3, "b", margin_ratio=0.4)]
    rows += [account(2, "a", net_usd=10.0, margin_ratio=0.1), account(2, "b")]
    keep(folder, exposure=rows)
    found = read(folder, 1)
    assert list(found.net_usd.at_ns) == [NOW - ago * MINUTE_NS for ago in (4, 3, 2)]
    np.testing.assert_array_equal(found.net_usd.values, [6.0, np.nan, np.nan])
    # Of the last minute nothing is known of one account: it may have been the worst.
    np.testing.assert_array_equal(found.margin_ratio.values, [0.1, 0.4, np.nan])
    np.testing.assert_array_equal(found.carry_usd_per_hour.values, [np.nan, np.nan, np.nan])


def test_payments_come_only_with_a_span_that_is_longer_than_the_state_remembers(folder):
    days = 40
    paid = [
        Settled(
            venue="bybit", symbol="BTC", paid_at_ns=NOW - ago * 8 * HOUR_NS, rate=8e-5,
            interval_s=8 * 3600,
        )
        for ago in range(1, days * 3 + 1)
    ]  # fmt: skip
    keep(folder, settled=paid, samples=interest(1))
    assert read(folder, 30 * 24).paid == {}
    legs = read(folder, days * 24).paid["bybit"]
    assert len(legs.at_ns) == days * 3
    assert set(legs.hours) == {8}
    # 8 bps in eight hours are one an hour.
    assert legs.hourly[0] == pytest.approx(1e-5)


def test_the_first_moment_of_all_is_told_with_every_span(folder):
    keep(folder, samples=interest(60))
    assert read(folder, 1).first_ns == NOW - 60 * HOUR_NS
    assert read(folder, 1, symbol="ETH").first_ns == NOW - 60 * HOUR_NS


def test_a_folder_without_history_answers_with_nothing(folder):
    found = read(folder, 24)
    assert (found.first_ns, found.open_interest, found.problem) == (None, {}, "")


def test_what_cannot_be_read_is_a_sentence(folder):
    keep(folder, samples=interest(1))
    folder.hot.write_bytes(b"this is no database" * 1000)
    assert "cannot be read" in read(folder, 24).problem
