"""Keys of a plan that lives: its form as it was, fills that were seen, slices that are due."""

import pytest

from cockpit.calculators import saved_plans
from cockpit.calculators.common.market_data import Settings
from cockpit.calculators.saved_plans import Expected, SavedPlan, fill
from cockpit.config import AlertOut
from cockpit.core.events import AccountFill
from cockpit.core.market import Side
from cockpit.core.plan import Leg
from cockpit.core.units import NS_PER_S
from cockpit.desk.contract import FillLeg
from cockpit.desk.stats import AlertStats, LiveBeneath, Playback
from cockpit.ui.model.answer_table import view_of_answer
from cockpit.ui.model.calculator_form import compute
from cockpit.ui.panes.plan import form, legs, picture, plans, result
from cockpit.ui.plan_announcer import PlanAnnouncer
from cockpit.ui.text.styled import plain
from tests.ui import scenes
from tests.ui.input.hosts import PlainHost
from tests.ui.scenes import AT_NS

ADDRESS = "0x00000000000000000000000000000000000000aa"


def text(lines) -> str:
    return "\n".join(plain(line) for line in lines)


def slices(*due_s: int) -> SavedPlan:
    """A buy of half a coin a slice, due so many seconds after the plan was kept."""
    bought = tuple(
        Leg(
            venue="alphaswap", symbol="BTC", side=Side.BUY, size=0.5, limit=64_100.0,
            not_before_ns=AT_NS + seconds * NS_PER_S,
        )
        for seconds in due_s
    )  # fmt: skip
    return SavedPlan(
        name="btc-stagger", at_ns=AT_NS, calculator="stagger",
        verdict="Buy 1 BTC over 10 min on alphaswap.", legs=bought,
        expected=tuple(Expected(mid=64_000.0, fee_frac=0.0005) for _ in bought),
        inputs={"symbol": "BTC", "side": "buy", "size": "1", "horizon_min": "10"},
        warnings=("alphaswap: book is stale",),
    )  # fmt: skip


@pytest.fixture
def host():
    host = PlainHost()
    host.ui.plans.saved = (slices(0, 300),)
    host.press("5")
    host.forms.beat()
    return host


def opened(host: PlainHost) -> SavedPlan:
    host.ui.focus = "plans"
    host.press("enter")
    plan = host.ui.plans.shown
    assert plan is not None
    return plan


def test_opening_a_plan_shows_the_form_that_it_was_made_with_as_it_was(host):
    opened(host)
    shown = text(form.lines(host.readings, 90, 24))
    assert "stagger · inputs" in shown
    assert "frozen · btc-stagger" in shown
    assert "10 min" in shown
    answer = text(result.lines(host.readings, 90, 20))
    assert "Buy 1 BTC over 10 min on alphaswap." in answer
    assert "! alphaswap: book is stale" in answer
    host.forms.beat()
    assert host.ui.forms.frozen.result is None


def test_enter_again_goes_back_to_what_is_proposed(host):
    before = host.ui.forms.shown
    opened(host)
    host.press("enter")
    assert host.ui.forms.shown is before
    assert host.ui.plans.opened == ""


def test_typing_into_a_frozen_form_goes_on_with_its_inputs_and_leaves_the_plan_alone(host):
    plan = opened(host)
    host.ui.focus = "form"
    host.press("j", "j", "j", "right")
    live = host.ui.forms.opened["stagger"]
    assert host.ui.forms.shown is live
    assert live.text("symbol") == "BTC"
    assert live.text("horizon_min") == "20"
    assert host.ui.plans.opened == ""
    assert plan.inputs["horizon_min"] == "10"


def test_a_slice_whose_time_has_come_counts_up_and_shows_its_touch_against_its_limit(host):
    opened(host)
    host.readings.now_ns = AT_NS + 190 * NS_PER_S
    shown = text(legs.lines(host.readings, 130, 16))
    assert "late 3:10" in shown
    assert "in 01:50" in shown
    # The best ask is 2 bps above 64,000: 64,012.8. The limit of 64,100 leaves 13.6 bps of room.
    assert "+13.6 bps" in shown


def test_what_is_left_of_a_buy_is_still_to_be_bought(host):
    opened(host)
    assert "still to be traded +1 BTC ($64,000)" in text(legs.lines(host.readings, 130, 16))
    host.ui.plans.saved = (fill(host.ui.plans.saved[0], 0, 64_010.0, 0.5, AT_NS),)
    shown = text(legs.lines(host.readings, 130, 16))
    assert "50% is filled; still to be traded +0.5 BTC ($32,000)" in shown
    assert "unhedged" not in shown


def test_a_plan_of_which_a_little_is_left_is_not_filled_whole(host):
    opened(host)
    # 0.996 of 1 BTC is bought.
    begun = fill(fill(host.ui.plans.saved[0], 0, 64_010.0, 0.5, AT_NS), 1, 64_010.0, 0.496, AT_NS)
    host.ui.plans.saved = (begun,)
    shown = text(legs.lines(host.readings, 130, 16)) + text(plans.lines(host.readings, 100, 8))
    assert ">99% filled" in shown
    assert ">99% is filled; still to be traded +0.004 BTC" in shown
    assert "100%" not in shown + text(picture.lines(host.readings, 120, 20))


def test_the_list_has_headings_the_side_and_the_next_slice(host):
    host.readings.now_ns = AT_NS + 60 * NS_PER_S
    shown = text(plans.lines(host.readings, 100, 8))
    for heading in ("plan", "side", "done", "next", "kept"):
        assert heading in shown
    assert "buy 1 BTC" in shown
    assert "late 1:00 0.5 alphaswap" in shown


@pytest.mark.parametrize(
    ("typed", "price", "size", "fee_usd"),
    [
        ("64001.5 0.25", 64_001.5, 0.25, None),
        ("64,001.5 .25", 64_001.5, 0.25, None),
        ("64001.5, 0.25, $1.20", 64_001.5, 0.25, 1.2),
        ("64k 0.25 -0.4", 64_000.0, 0.25, -0.4),
    ],
)
def test_a_fill_is_marked_as_people_type_it(host, typed, price, size, fee_usd):
    """A price of 64,001.5 is none of 64 for a size of 1.5."""
    opened(host)
    host.ui.focus = "legs"
    host.press("F")
    assert host.dialogs[-1].accept(typed) == ""
    [posted] = [intent for intent in host.desk.posted if isinstance(intent, FillLeg)]
    assert (posted.fill.price, posted.fill.size, posted.fill.fee_usd) == (price, size, fee_usd)


@pytest.mark.parametrize("typed", ["64001.5,0.25", "64001.5", "64001.5 a quarter", "0.25 1 2 3"])
def test_what_is_no_fill_is_not_guessed_at(host, typed):
    opened(host)
    host.ui.focus = "legs"
    host.press("F")
    assert host.dialogs[-1].accept(typed) != ""
    assert not [intent for intent in host.desk.posted if isinstance(intent, FillLeg)]


def report(host: PlainHost, number: str, size: float, after_s: int = 60) -> None:
    """The followed address traded on alphaswap a minute after the plan was kept."""
    at_ns = AT_NS + after_s * NS_PER_S
    said = {"venue": "alphaswap", "recv_ns": at_ns, "account": ADDRESS}
    store = scenes.store_of(host.readings)
    store.follow([("alphaswap", ADDRESS, "")])
    store.apply(
        AccountFill(**said, venue_ns=at_ns, symbol="BTC", fill=number, size=size, price=64_020.0)
    )


def test_fills_that_a_followed_account_reports_are_proposed_and_one_key_takes_them(host):
    opened(host)
    host.ui.focus = "legs"
    host.press("T")
    assert "no fill was seen" in host.said[-1][0]
    report(host, "991", 0.7)
    host.readings.now_ns = AT_NS + 61 * NS_PER_S
    shown = text(legs.lines(host.readings, 130, 18))
    assert "Seen on the accounts: 0.5 at 64020 for leg 1, 0.2 at 64020 for leg 2" in shown
    host.press("T")
    taken = [intent for intent in host.desk.posted if isinstance(intent, FillLeg)]
    assert [(one.fill.leg, one.fill.size) for one in taken] == [(0, 0.5), (1, pytest.approx(0.2))]
    assert taken[0].fill.venue_fill == f"alphaswap/{ADDRESS}/991"


def test_fills_are_proposed_also_where_this_machines_clock_is_ahead_of_the_venues(host):
    """By the venues' clock the plan was kept two minutes before it was by ours."""
    opened(host)
    host.ui.focus = "legs"
    report(host, "991", 0.7, after_s=-60)
    assert "Seen on the accounts" not in text(legs.lines(host.readings, 130, 18))
    host.readings.now_ns += NS_PER_S
    scenes.store_of(host.readings).set_clock(120 * NS_PER_S)
    assert "Seen on the accounts" in text(legs.lines(host.readings, 130, 18))


def test_a_slice_that_becomes_due_is_told_once_and_rings(host):
    rung: list[str] = []
    announcer = PlanAnnouncer(
        host.readings, AlertOut(bell="warn"), lambda words, tone: host.say(words, tone), rung.append
    )
    host.readings.now_ns = AT_NS - NS_PER_S
    announcer.poll()
    assert host.said == []
    host.readings.now_ns = AT_NS + NS_PER_S
    announcer.poll()
    announcer.poll()
    assert [words for words, _ in host.said] == [
        "btc-stagger: buy 0.5 BTC on alphaswap is due",
    ]  # fmt: skip
    assert rung == ["\a"]


@pytest.mark.parametrize("ahead_s", [-60, 60])
def test_a_slice_is_due_by_the_venues_clock_where_this_machine_s_is_wrong(host, ahead_s):
    """Its time is one of theirs: a machine that is a minute ahead would send it a minute early."""
    announcer = PlanAnnouncer(
        host.readings, AlertOut(), lambda words, tone: host.say(words, tone), lambda _: None
    )
    scenes.store_of(host.readings).set_clock(ahead_s * NS_PER_S)
    opened(host)
    there_ns = AT_NS + 299 * NS_PER_S
    host.ui.plans.saved = (fill(host.ui.plans.saved[0], 0, 64_010.0, 0.5, AT_NS),)
    host.readings.now_ns = there_ns + ahead_s * NS_PER_S
    announcer.poll()
    assert host.said == []
    assert "in 00:01" in text(legs.lines(host.readings, 130, 16))
    assert "in 00:01" in text(plans.lines(host.readings, 100, 8))
    host.readings.now_ns += 2 * NS_PER_S
    announcer.poll()
    assert [words for words, _ in host.said] == ["btc-stagger: buy 0.5 BTC on alphaswap is due"]
    assert "late 0:01" in text(legs.lines(host.readings, 130, 16))
    assert "late 0:01" in text(plans.lines(host.readings, 100, 8))


@pytest.mark.parametrize("looks_at", ["the past", "a tape"])
def test_a_slice_is_due_by_the_venues_clock_of_now_whatever_is_looked_at(host, looks_at):
    announcer = PlanAnnouncer(
        host.readings, AlertOut(), lambda words, tone: host.say(words, tone), lambda _: None
    )
    host.readings.now_ns = AT_NS - 86_400 * NS_PER_S
    said = []
    for at_ns in (AT_NS + 59 * NS_PER_S, AT_NS + 61 * NS_PER_S):
        if looks_at == "a tape":
            live = LiveBeneath(
                at_ns=at_ns, alerts=AlertStats(), is_recording=False, history=None,
                clock_offset_ns=60 * NS_PER_S,
            )  # fmt: skip
            host.readings.playback = Playback(
                state="running", is_held=False, times=1.0, first_ns=0, read_frac=0.5, live=live
            )
        else:
            host.readings.clock_ns, host.readings.clock_offset_ns = at_ns, 60 * NS_PER_S
        announcer.poll()
        said.append(len(host.said))
    assert said == [0, 1]


@pytest.mark.parametrize("looks_at", ["the past", "a tape"])
def test_a_slice_is_due_by_the_clock_whatever_is_looked_at(host, looks_at):
    announcer = PlanAnnouncer(
        host.readings, AlertOut(), lambda words, tone: host.say(words, tone), lambda _: None
    )
    host.readings.now_ns = AT_NS - 86_400 * NS_PER_S
    host.readings.clock_ns = AT_NS + NS_PER_S
    if looks_at == "a tape":
        host.readings.clock_ns = host.readings.now_ns
        live = LiveBeneath(
            at_ns=AT_NS + NS_PER_S, alerts=AlertStats(), is_recording=False, history=None
        )
        host.readings.playback = Playback(
            state="running", is_held=False, times=1.0, first_ns=0, read_frac=0.5, live=live
        )
    announcer.poll()
    assert [words for words, _ in host.said] == ["btc-stagger: buy 0.5 BTC on alphaswap is due"]


def test_of_a_slice_that_is_partly_filled_what_is_left_is_due(host):
    begun = saved_plans.fill(host.ui.plans.saved[0], 0, 64_000.0, 0.3, AT_NS)
    host.ui.plans.take((begun,))
    announcer = PlanAnnouncer(
        host.readings, AlertOut(), lambda words, tone: host.say(words, tone), lambda _: None
    )
    host.readings.now_ns = AT_NS + NS_PER_S
    announcer.poll()
    assert [words for words, _ in host.said] == ["btc-stagger: buy 0.2 BTC on alphaswap is due"]
    assert " 0.2 alphaswap" in text(plans.lines(host.readings, 100, 8))


def test_a_plan_that_was_given_up_days_ago_rings_no_more(host):
    announcer = PlanAnnouncer(
        host.readings, AlertOut(), lambda words, tone: host.say(words, tone), lambda _: None
    )
    host.readings.now_ns = AT_NS + 3 * 86_400 * NS_PER_S
    announcer.poll()
    assert host.said == []
    host.ui.focus = "plans"
    assert "late 3 d" in text(plans.lines(host.readings, 100, 8))


def test_the_pair_under_the_cursor_goes_into_the_form_and_brings_its_legs():
    host = PlainHost()
    host.press("C")
    carry = host.ui.forms.opened["carry"]
    host.forms.catch_up()
    host.ui.focus = "result"
    ranked = [(pair.long_venue, pair.short_venue) for pair in carry.result.values.pairs]
    host.press("G", "enter")
    assert (carry.text("long_venue"), carry.text("short_venue")) == ranked[-1]
    assert {leg.venue for leg in carry.result.plan.legs} == set(ranked[-1])
    host.press("g", "enter")
    assert (carry.text("long_venue"), carry.text("short_venue")) == ranked[0]


def test_a_table_of_answers_is_sorted_by_its_column_and_filtered():
    host = PlainHost()
    host.press("C")
    host.forms.catch_up()
    host.ui.focus = "result"
    carry = host.ui.forms.opened["carry"]
    for _ in range(4):
        host.press("l")
    host.press("s")
    costs = [row.cells[4] for row in view_of_answer(carry).rows]
    assert costs == sorted(costs, reverse=True)
    host.press("/")
    host.dialogs[-1].change("charliedex")
    assert len(view_of_answer(carry).rows) == 2


def test_a_scenario_under_the_cursor_is_asked_for_alone():
    host = PlainHost()
    host.press("X")
    host.forms.beat()
    stress = host.ui.forms.opened["stress"]
    assert view_of_answer(stress).selected.cells[0] == "half filled flip"
    host.press("enter")
    assert stress.text("scenarios") == "half_filled_flip"
    compute(stress, host.readings.view, Settings(now_ns=AT_NS))
    assert [row.name for row in stress.result.values.scenarios] == ["half_filled_flip"]


def test_a_kept_plan_is_drawn_with_what_is_filled_and_where_the_clock_stands(host):
    opened(host)
    host.ui.plans.saved = (fill(host.ui.plans.saved[0], 0, 64_010.0, 0.5, AT_NS),)
    host.readings.now_ns = AT_NS + 120 * NS_PER_S
    drawn = picture.lines(host.readings, 100, 16)
    row = next(plain(line) for line in drawn if "alphaswap" in plain(line))
    # Two equal slices five minutes apart on an axis of ten; the clock stands between them.
    bars = row[15:70]
    assert bars.count("█") == 2
    assert bars.index("█") < bars.index("│") < bars.rindex("█")
    assert "50% done" in row


def test_a_plan_that_another_seat_deleted_takes_its_frozen_form_with_it(host):
    opened(host)
    assert host.ui.forms.frozen is not None
    host.ui.plans.take(())
    host.forms.beat()
    assert host.ui.forms.frozen is None
    assert host.ui.forms.shown is not None
