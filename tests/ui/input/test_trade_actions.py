"""Keys of POSITIONS by trade, with nothing that draws: walk, open, name, split, make, calculate."""

import json

import pytest

from cockpit.calculators.common.market_data import Settings
from cockpit.calculators.saved_plans import Expected, Fill, SavedPlan
from cockpit.core.market import Side
from cockpit.core.plan import Leg
from cockpit.desk.contract import MakeTrade, RenameTrade, SplitTrade
from cockpit.portfolio.trades.keeper import Keeper
from cockpit.ui.model.calculator_form import compute
from cockpit.ui.readings.trades import selected
from tests.ui import held, traded
from tests.ui.input.hosts import PlainHost
from tests.ui.scenes import store_of

pytestmark = pytest.mark.usefixtures("own_home")


def host_of(scene):
    return PlainHost(scene)


def record_of(host):
    return next(iter(store_of(host.readings).trades.open.values()))


def answer(host, text):
    *_, prompt = host.dialogs
    return prompt.accept(text)


def test_b_comes_to_the_trades_and_goes_on():
    host = host_of(held.hedged())
    host.press("4")
    seen = []
    for _ in range(5):
        host.press("b")
        seen.append(host.ui.positions.group)
    assert seen == ["venue", "account", "trade", "none", "asset"]


def test_the_cursor_walks_trades_and_the_other_workspaces_follow():
    host = host_of(traded.many(6))
    host.press("j", "j")
    assert host.ui.trades.index == 2
    assert host.readings.symbol == selected(host.readings).trade.record.asset
    host.press("g")
    assert host.ui.trades.index == 0


def test_enter_opens_a_trade_and_escape_closes_it():
    host = host_of(traded.pair())
    host.press("enter")
    assert host.ui.trades.opened == record_of(host).id
    host.press("k")
    assert host.ui.trades.top == 1, "up looks further back in the timeline"
    host.press("escape")
    assert host.ui.trades.opened == ""
    assert host.ui.workspace == "positions"


def test_enter_on_a_position_without_a_trade_goes_to_its_market():
    host = host_of(traded.three())
    host.press("G", "enter")
    assert host.ui.workspace == "depth"
    assert host.readings.symbol == "ETH"


def test_a_trade_is_named_and_given_a_target():
    host = host_of(traded.pair())
    host.press("T")
    assert "target: " in answer(host, "carry target=much")
    assert answer(host, "summer carry target=2.5k") == ""
    assert host.desk.posted == [RenameTrade(record_of(host).id, "summer carry", 2500.0)]


def test_a_trade_is_split_by_the_word():
    host = host_of(traded.pair())
    host.press("T")
    answer(host, "split")
    assert host.desk.posted == [SplitTrade(record_of(host).id)]


def test_marked_positions_become_one_trade_in_any_grouping():
    scene = held.hedged()
    scene.ui.focuses["positions"] = "positions"
    host = host_of(scene)
    host.press("4", "v", "v", "T")
    answer(host, "mine")
    [intent] = host.desk.posted
    assert isinstance(intent, MakeTrade)
    assert {leg.venue for leg in intent.legs} == {"alphaswap", "bravo"}
    assert intent.name == "mine"
    assert host.ui.positions.chosen == frozenset()


def test_without_marks_and_trades_the_key_says_what_to_do():
    host = host_of(held.hedged())
    host.press("4", "T")
    assert host.dialogs == []
    assert "marks positions" in host.said[-1][0]


def test_hedge_on_an_orphan_is_the_trade_that_closes_it():
    host = host_of(traded.orphan())
    host.press("H")
    form = host.ui.forms.opened["hedge"]
    assert (form.text("symbol"), form.text("venue")) == ("BTC", "alphaswap")
    assert float(form.text("size")) == pytest.approx(0.3), "long 0.3 too much: it is sold"
    assert form.text("positions") == ""
    assert host.ui.workspace == "plan"


def test_a_hedge_of_what_is_marked_has_no_size_of_the_trade_under_the_cursor():
    host = host_of(traded.three())
    host.press("v")
    under = selected(host.readings)
    assert under is not None
    assert under.orphan is not None, "the cursor went on to the naked 2 ETH"
    host.press("H")
    form = host.ui.forms.opened["hedge"]
    rows = json.loads(form.text("positions"))
    assert [(row["venue"], row["size"]) for row in rows] == [("alphaswap", 0.5), ("bravo", -0.5)]
    assert (form.text("size"), form.text("venue")) == ("", "")


def test_a_carry_of_marks_in_two_coins_has_the_size_of_the_cursor_s_coin():
    host = host_of(traded.three())
    host.press("v", "v", "g", "C")
    form = host.ui.forms.opened["carry"]
    # 0.5 BTC on each side; the 2 that are marked beside them are ETH.
    assert (form.text("symbol"), form.text("size")) == ("BTC", "0.5")
    assert (form.text("long_venue"), form.text("short_venue")) == ("alphaswap", "bravo")
    assert ("carry is of one asset: BTC", "info") in host.said


def test_stagger_closes_both_legs_of_a_trade_as_one():
    host = host_of(traded.pair())
    host.press("S")
    form = host.ui.forms.opened["unwind"]
    rows = json.loads(form.text("positions"))
    assert [(row["venue"], row["size"]) for row in rows] == [("alphaswap", 0.5), ("bravo", -0.5)]
    assert form.text("symbol") == ""
    compute(form, host.readings.view, Settings(now_ns=host.readings.now_ns))
    net = 0.0
    for leg in form.result.plan.legs:
        net += leg.side.sign * leg.size
        assert abs(net) <= form.result.values.max_unhedged + 1e-9
    assert net == pytest.approx(0.0)


def test_with_a_number_one_leg_is_closed_alone_and_what_stays_open_is_said():
    host = host_of(traded.pair())
    host.press("0", "2", "S")
    form = host.ui.forms.opened["stagger"]
    assert (form.text("side"), form.text("size"), form.text("venues")) == ("buy", "0.5", "bravo")
    assert host.said[-1] == ("leg 2 of 2 alone: 0.5 BTC on alphaswap stays open", "warn")


def test_stress_takes_both_legs_and_carry_the_pair_that_is_held():
    host = host_of(traded.pair())
    host.press("X")
    rows = json.loads(host.ui.forms.opened["stress"].text("positions"))
    assert [(row["venue"], row["size"]) for row in rows] == [("alphaswap", 0.5), ("bravo", -0.5)]
    host = host_of(traded.pair())
    host.press("C")
    form = host.ui.forms.opened["carry"]
    assert (form.text("long_venue"), form.text("short_venue")) == ("alphaswap", "bravo")


def test_write_puts_fills_fees_and_payments_into_a_file(own_home):
    host = host_of(traded.pair())
    host.press("W")
    [file] = (own_home / "state" / "exports").glob("positions-*.csv")
    text = file.read_text()
    assert text.splitlines()[0].startswith("at_utc,trade,name,kind,venue")
    assert text.count(",fill,") == 2
    assert text.count(",fee,") == 2


def test_nothing_is_named_or_planned_on_a_picture_of_the_past():
    host = host_of(traded.pair())
    host.ui.past.shown_ns = 1
    host.press("T")
    assert host.dialogs == []
    assert "nothing is planned" in host.said[-1][0]


def test_a_trade_that_the_desk_has_split_is_two_lines():
    scene = traded.pair()
    keeper = Keeper(store_of(scene))
    keeper.split(next(iter(store_of(scene).trades.open)), scene.now_ns)
    assert [len(record.legs) for record in store_of(scene).trades.open.values()] == [1, 1]


def planned(host, *fills):
    """A kept plan that buys on alphaswap and sells on bravo, with these legs filled."""
    legs = (
        Leg(venue="alphaswap", symbol="BTC", side=Side.BUY, size=0.5),
        Leg(venue="bravo", symbol="BTC", side=Side.SELL, size=0.5),
    )
    plan = SavedPlan(
        name="BTC basis", at_ns=1, calculator="carry", verdict="", legs=legs,
        expected=(Expected(), Expected()),
        fills=tuple(Fill(leg=leg, price=64_000.0, size=0.5, at_ns=2) for leg in fills),
    )  # fmt: skip
    host.ui.plans.saved = (plan,)


def test_a_plan_whose_legs_were_filled_becomes_a_trade_of_its_name():
    host = host_of(held.hedged())
    planned(host, 0, 1)
    host.ui.workspace = "plan"
    host.ui.focus = "plans"
    host.press("T")
    [intent] = host.desk.posted
    assert (intent.name, intent.origin) == ("BTC basis", "plan")
    assert [leg.venue for leg in intent.legs] == ["alphaswap", "bravo"]


def test_a_leg_held_in_two_accounts_does_not_stand_for_the_other_leg():
    scene = held.hedged()
    held.position(scene, "bravo", held.BRAVO, "BTC", 0.0)
    held.typed(scene, "alphaswap", "BTC", 0.2, entry=63_000.0)
    host = host_of(scene)
    planned(host, 0, 1)
    host.ui.workspace = "plan"
    host.ui.focus = "plans"
    host.press("T")
    assert host.desk.posted == []
    assert "1 of its filled legs are not held" in host.said[-1][0]


def test_a_plan_that_is_not_filled_is_no_trade():
    host = host_of(held.hedged())
    planned(host)
    host.ui.workspace = "plan"
    host.ui.focus = "plans"
    host.press("T")
    assert host.desk.posted == []
    assert "no leg of it is filled" in host.said[-1][0]
