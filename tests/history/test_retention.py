"""What goes, and in which order."""

from cockpit.history.retention import Day, Drop, RollUp, next_action
from cockpit.history.settings import HistorySettings, history_problem
from tests.history.kit import DAY, DAY_NS

KEPT = HistorySettings(raw_days=3, minute_days=10, max_gb=1.0)
NOW = DAY


def day(age, tier="raw", size=1_000_000):
    """A day that ended `age` days ago."""
    return Day(from_ns=NOW - (age + 1) * DAY_NS, tier=tier, size=size)


def decided(*days, hot=0, hot_from_ns=NOW):
    return next_action(days, hot, hot_from_ns, NOW, KEPT)


def test_within_its_limits_nothing_goes():
    assert decided(day(2), day(9, "minute")) is None
    assert decided() is None


def test_a_day_older_than_raw_days_is_rolled_up_the_oldest_first():
    assert decided(day(4), day(3), day(5, "minute")) == RollUp(day(4).from_ns)


def test_a_day_older_than_minute_days_is_forgotten_whatever_its_tier():
    assert decided(day(3), day(11, "minute")) == Drop(day(11).from_ns)
    assert decided(day(11)) == Drop(day(11).from_ns)


def test_above_the_budget_the_oldest_raw_day_goes_before_any_minute():
    large = 600_000_000
    assert decided(day(1, size=large), day(2, size=large), day(8, "minute")) == RollUp(
        day(2).from_ns
    )
    # The hot store counts too.
    assert decided(day(1, size=large), hot=large) == RollUp(day(1).from_ns)


def test_a_day_that_is_stuck_waits_and_goes_like_the_others_where_there_is_no_room():
    def with_a_stuck_day(*days):
        return next_action(days, 0, NOW, NOW, KEPT, stuck={day(5).from_ns})

    assert with_a_stuck_day(day(4), day(5)) == RollUp(day(4).from_ns)
    assert with_a_stuck_day(day(2), day(5)) is None
    large = 600_000_000
    assert with_a_stuck_day(day(5, size=large), day(3, "minute", large)) == Drop(day(5).from_ns)


def test_when_no_raw_day_is_left_the_oldest_minutes_go():
    large = 600_000_000
    days = (day(8, "minute", large), day(9, "minute", large))
    assert decided(*days) == Drop(days[1].from_ns)


def test_days_that_the_hot_store_reaches_into_are_left_alone():
    large = 2_000_000_000
    assert decided(day(0, size=large), hot_from_ns=NOW - DAY_NS // 2) is None
    assert decided(hot=large) is None


def test_settings_say_what_was_expected():
    assert history_problem(HistorySettings()) is None
    for wrong, key in (
        (HistorySettings(hot_h=0), "hot_h"),
        (HistorySettings(raw_days=0), "raw_days"),
        (HistorySettings(hot_h=100, raw_days=2), "raw_days"),
        (HistorySettings(raw_days=30, minute_days=20), "minute_days"),
        (HistorySettings(max_gb=0.0), "max_gb"),
        (HistorySettings(max_gb=float("nan")), "max_gb"),
    ):
        assert (history_problem(wrong) or "").startswith(f"{key}: is"), key
