"""Looking back by keys: what is asked, what is shown, what is refused, and the way to now."""

import pytest

from cockpit.alerts.states import Alert
from cockpit.calculators.saved_plans import Expected, Fill, SavedPlan
from cockpit.core.plan import Leg, Side
from cockpit.core.units import NS_PER_S
from cockpit.desk.contract import LookBack
from cockpit.desk.stats import PastMoment
from cockpit.state.exposure_history import Jump
from cockpit.state.store import MarketStore
from cockpit.ui.input import alert_actions, dispatch, past_actions
from cockpit.ui.layout.workspaces import PANES, show
from cockpit.ui.panes import status
from cockpit.ui.text.styled import plain
from tests.support import AT_NS
from tests.ui import scenes
from tests.ui.input.hosts import PlainHost

MINUTE_NS = 60 * NS_PER_S


@pytest.fixture
def host():
    return PlainHost()


def press(host, keys):
    for key in keys:
        dispatch.press(host, key)


def find(host, at_ns):
    """The desk has found the moment; the screen takes it."""
    view = MarketStore([("alphaswap", None)], ["BTC"])
    host.desk.found = PastMoment(asked_ns=asked(host)[-1], at_ns=at_ns, view=view)
    assert past_actions.poll(host)
    return view


def asked(host):
    return [intent.at_ns for intent in host.desk.posted if isinstance(intent, LookBack)]


def test_a_step_is_a_minute_and_a_count_as_many(host):
    press(host, "<")
    press(host, ["0", "9", "0", "<"])
    assert asked(host) == [AT_NS - MINUTE_NS, AT_NS - 91 * MINUTE_NS]
    assert host.readings.view is not None
    assert host.readings.now_ns != AT_NS - MINUTE_NS, "nothing is shown before it is found"


def test_the_whole_picture_is_of_the_moment_and_says_so(host):
    press(host, "<")
    at_ns = AT_NS - 130 * MINUTE_NS
    view = find(host, at_ns)
    host.readings.clock_ns = AT_NS
    assert host.readings.view is view
    assert host.readings.now_ns == at_ns
    # 08:53:20 less two hours and ten minutes.
    assert "AS OF 06:43, 2 h 10 m ago" in plain(status.lines(host.readings, 200, 1)[0])
    assert "DEMO" not in plain(status.lines(host.readings, 200, 1)[0])
    for width in (38, 60, 80):
        assert "AS OF 06:43" in plain(status.lines(host.readings, width, 1)[0])


def test_forward_goes_on_from_what_is_shown_and_ends_at_now(host):
    press(host, "<")
    find(host, AT_NS - 3 * MINUTE_NS)
    press(host, ">")
    assert asked(host)[-1] == AT_NS - 2 * MINUTE_NS
    find(host, AT_NS - 2 * MINUTE_NS)
    press(host, ["0", "2", ">"])
    assert host.readings.view is host.desk.view
    assert host.ui.past.shown_ns is None


@pytest.mark.parametrize("key", ["G", "escape"])
def test_the_way_back_to_now(host, key):
    press(host, "<")
    find(host, AT_NS - 3 * MINUTE_NS)
    press(host, [key])
    assert host.readings.view is host.desk.view
    assert host.readings.now_ns == AT_NS


def test_a_moment_that_is_found_after_the_trader_went_back_to_now_is_not_shown(host):
    press(host, "<")
    find(host, AT_NS - 3 * MINUTE_NS)
    press(host, "<")
    press(host, "G")
    at_ns = AT_NS - 4 * MINUTE_NS
    host.desk.found = PastMoment(asked_ns=at_ns, at_ns=at_ns, view=host.desk.view.still())
    assert not past_actions.poll(host)
    assert host.readings.view is host.desk.view


def test_what_answers_an_earlier_question_is_not_taken_for_the_answer_to_the_last(host):
    press(host, "<")
    find(host, AT_NS - MINUTE_NS)
    press(host, "<")
    assert not past_actions.poll(host), "the desk still says what it found for the first step"
    assert host.readings.now_ns == AT_NS - MINUTE_NS


def test_g_is_the_first_moment_that_is_kept_and_a_row_only_while_it_is_now(host):
    host.ui.symbol_index = 2
    press(host, "g")
    assert asked(host) == []
    assert host.ui.symbol_index == 0
    press(host, "<")
    find(host, AT_NS - 3 * MINUTE_NS)
    press(host, "g")
    assert asked(host)[-1] is None


@pytest.mark.parametrize("key", ["C", "H", "S", "X", "5", "6", "space"])
def test_nothing_is_planned_in_the_past(host, key):
    press(host, "<")
    find(host, AT_NS - 3 * MINUTE_NS)
    workspace = host.ui.workspace
    press(host, [key])
    assert host.ui.workspace == workspace
    assert not host.ui.frozen
    assert host.said[-1] == ("this is the past, nothing is planned in it; G is now", "warn")


def test_a_plan_is_not_taken_into_the_past(host):
    press(host, "5")
    press(host, "<")
    assert asked(host) == []
    assert "plans are made now" in host.said[-1][0]


def test_a_moment_that_is_not_known_leaves_the_picture_as_it_is(host):
    press(host, "<")
    host.desk.found = PastMoment(
        asked_ns=AT_NS - MINUTE_NS, problem="nothing was kept at 08:52: not running"
    )
    assert not past_actions.poll(host)
    assert host.said[-1] == ("nothing was kept at 08:52: not running", "warn")
    assert host.readings.view is not None
    assert host.ui.past.shown_ns is None


def test_an_alert_of_the_past_is_looked_at_where_it_happened(host):
    alert = Alert(
        at_ns=AT_NS - 500 * NS_PER_S, rule="thin", kind="depth", happening="cleared",
        severity="warn", subject="alphaswap/BTC", venue="alphaswap", symbol="BTC", value=0.2,
        unit="frac", threshold=0.3, words="BTC alphaswap: 20% of its usual depth within 25 bps",
    )  # fmt: skip
    host.ui.alerts.history = [alert]
    host.ui.alerts.index = 0
    alert_actions.jump(host, 0)
    assert asked(host) == [alert.at_ns]


def jump_of(minutes_ago, subject):
    return Jump(
        at_ns=AT_NS - minutes_ago * MINUTE_NS, figure="net", before=0.0, after=1_000.0,
        cause="fill", subject=subject, words="filled +0.2",
    )  # fmt: skip


@pytest.fixture
def jumpy(host):
    """Half an hour of exposure with two jumps, the pane of them in focus."""
    history = host.desk.view.exposure
    for minute in range(30, -1, -1):
        history.append(AT_NS - minute * MINUTE_NS, 1.0, 1.0, None)
    history.jumps.extend([jump_of(20, "alphaswap/BTC"), jump_of(5, "bravo/ETH")])
    show(host.ui, "positions")
    host.ui.focus = "exposure_history"
    return host


def test_a_jump_is_looked_at_where_it_happened_the_newest_first(jumpy):
    press(jumpy, ["enter", "j", "enter"])
    assert asked(jumpy) == [AT_NS - 5 * MINUTE_NS, AT_NS - 20 * MINUTE_NS]


def test_the_cursor_shows_which_jump_is_meant(jumpy):
    press(jumpy, "j")
    lines = [plain(line) for line in PANES["exposure_history"].lines(jumpy.readings, 120, 24)]
    (here,) = [line for line in lines if "▌" in line]
    assert "alphaswap/BTC" in here
    assert "enter shows everything" in lines[-1]


def test_a_leg_that_is_filled_leads_to_how_it_was_then(host):
    leg = Leg(venue="bravo", symbol="ETH", side=Side.BUY, size=2.0)
    plan = SavedPlan(
        name="entry", calculator="hedge", at_ns=AT_NS - 60 * MINUTE_NS, verdict="", legs=(leg,),
        expected=(Expected(mid=2_500.0, cost_frac=0.0004, fee_frac=0.0003),),
        fills=(Fill(leg=0, price=2_500.0, size=2.0, at_ns=AT_NS - 40 * MINUTE_NS),),
    )  # fmt: skip
    scenes.keep(host.readings, plan)
    show(host.ui, "plan")
    host.ui.focus = "legs"
    press(host, ["enter"])
    assert asked(host) == [AT_NS - 40 * MINUTE_NS]
    assert host.ui.workspace == "positions"
    assert host.readings.symbol == "ETH"


def told(minutes_ago, happening, subject="alphaswap/BTC"):
    return Alert(
        at_ns=AT_NS - minutes_ago * MINUTE_NS, rule="thin", kind="depth", happening=happening,
        severity="warn", subject=subject, venue="alphaswap", symbol="BTC", value=0.2,
        unit="frac", threshold=0.3, words="BTC alphaswap: 20% of its usual depth within 25 bps",
    )  # fmt: skip


def test_alerts_are_those_that_were_on_then_and_nothing_that_came_later(host):
    history = [
        told(50, "fired", "bravo/ETH"), told(45, "cleared", "bravo/ETH"), told(40, "fired"),
        told(10, "cleared"), told(5, "fired", "bravo/BTC"),
    ]  # fmt: skip
    host.desk.alerting.history.extend(history)
    press(host, "<")
    find(host, AT_NS - 30 * MINUTE_NS)
    assert [firing.alert for firing in host.ui.alerts.firing] == [history[2]]
    assert host.ui.alerts.history == history[:3]
    alert_actions.refresh(host)
    assert host.ui.alerts.history == history[:3], "the picture stands"
    press(host, "G")
    alert_actions.refresh(host)
    assert list(host.ui.alerts.history) == history


def test_an_alert_that_had_come_nearer_was_on_then(host):
    host.desk.alerting.history.extend([told(50, "fired"), told(40, "escalated")])
    press(host, "<")
    find(host, AT_NS - 30 * MINUTE_NS)
    assert [firing.alert.happening for firing in host.ui.alerts.firing] == ["escalated"]
