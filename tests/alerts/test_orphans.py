"""A leg without its hedge is told once, soon, with the naked amount, and over when it is hedged."""

import pytest

from cockpit.alerts.measures_market import Measures
from cockpit.alerts.rule import DEFAULT_RULES, Rule
from cockpit.alerts.states import AlertBook
from cockpit.core.events import Link
from cockpit.core.units import NS_PER_S
from cockpit.portfolio.trades.keeper import Keeper
from tests.portfolio.trades.legs import T0, A, fill, holds, market, read, store

HL, LT = ("hyperliquid", A), ("lighter", A)
[RULE] = [rule for rule in DEFAULT_RULES if rule.kind == "orphan"]


@pytest.fixture
def view():
    view = store(HL, LT)
    view.apply_all(
        [*market("hyperliquid", 100.0, 100.0), *market("lighter", 101.0, 101.0),
         holds(*HL, 2.0), read(*HL), holds(*LT, -2.0), read(*LT)]
    )  # fmt: skip
    Keeper(view).look(T0)
    return view


def at(seconds):
    return T0 + round(seconds * NS_PER_S)


def readings(view, seconds=1.0):
    return list(Measures({}).read(Rule(name="r", kind="orphan", threshold=0.05), view, at(seconds)))


def look(book, view, seconds):
    return book.see(RULE, Measures({}).read(RULE, view, at(seconds)), at(seconds))


def test_a_hedged_trade_has_nothing_naked(view):
    [reading] = readings(view)
    assert reading.value == 0.0


def test_a_leg_that_was_cut_leaves_the_rest_naked(view):
    view.apply(holds(*LT, -0.5, at(1)))
    [reading] = readings(view)
    assert reading.value == pytest.approx(0.75)
    assert "1.5 BTC long" in reading.words
    assert "$151" in reading.words, "1.5 at the mean of the indexes, 100.5"


def test_it_is_told_within_five_seconds_once_and_is_over_when_it_is_hedged(view):
    book = AlertBook((RULE,))
    assert look(book, view, 1) == []
    view.apply(holds(*LT, 0.0, at(2)))
    told = [alert for second in range(2, 12) for alert in look(book, view, second)]
    assert [alert.happening for alert in told] == ["fired"]
    assert told[0].at_ns <= at(2 + 5)
    view.apply(holds(*LT, -2.0, at(12)))
    assert [alert.happening for alert in look(book, view, 13)] == ["cleared"]


def test_an_account_that_is_away_measures_nothing(view):
    view.apply(Link(venue="lighter", recv_ns=at(1), state="down"))
    view.apply(holds(*HL, 1.0, at(1)))
    assert readings(view) == []


def test_it_is_over_when_the_other_leg_is_closed_too(view):
    """Both venues tell fills, and the last is still to come: the trade is open until then."""
    view.apply_all([fill(*HL, "1", 2.0, 100.0, T0), fill(*LT, "1", -2.0, 101.0, T0)])
    keeper, book = Keeper(view), AlertBook((RULE,))
    view.apply(holds(*LT, 0.0, at(1)))
    keeper.look(at(1))
    told = [alert.happening for second in range(1, 5) for alert in look(book, view, second)]
    assert told == ["fired"]
    view.apply(holds(*HL, 0.0, at(5)))
    keeper.look(at(5))
    assert len(view.trades.open) == 1
    [over] = look(book, view, 5)
    assert (over.happening, over.value) == ("cleared", 0.0)


def test_a_rule_about_some_trades_tells_of_no_other(view):
    view.apply(holds(*LT, -0.5, at(1)))
    [id] = view.trades.open

    def told(*trades):
        rule = Rule(name="r", kind="orphan", threshold=0.05, trades=trades)
        return [reading.subject for reading in Measures({}).read(rule, view, at(1))]

    assert told(id) == told("*") == [id]
    assert told("eth-*") == []
