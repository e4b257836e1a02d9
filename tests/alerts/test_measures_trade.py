"""Rules about a trade: what it has earned, and nothing where a part is not known."""

from cockpit.alerts.expiry import Gone
from cockpit.alerts.measures_market import Measures
from cockpit.alerts.rule import Rule
from cockpit.alerts.states import AlertBook
from cockpit.portfolio.trades.keeper import Keeper
from tests.portfolio.trades.legs import T0, A, holds, market, read, store

HL, LT = ("hyperliquid", A), ("lighter", A)
LOSES = Rule(name="loses", kind="trade_pnl", threshold=-20.0)


def pair(mark_hl=100.0, mark_lt=100.0):
    """Long 10 and short 10 at 100 $, without fees, at these marks."""
    view = store(HL, LT)
    view.apply_all(
        [*market("hyperliquid", mark_hl, 100.0), *market("lighter", mark_lt, 100.0),
         holds(*HL, 10.0, funding_paid=0.0), read(*HL),
         holds(*LT, -10.0, funding_paid=0.0), read(*LT)]
    )  # fmt: skip
    Keeper(view).look(T0)
    return view


def readings(view, rule=LOSES):
    return Measures({}).read(rule, view, T0)


def test_a_trade_is_measured_by_all_that_it_earned():
    """The long lost 10 x 3 $, the short won 10 x 0.5 $."""
    [reading] = readings(pair(97.0, 99.5))
    assert round(reading.value, 6) == -25.0
    assert "has lost $25.00" in reading.words
    [alert] = AlertBook([LOSES]).see(LOSES, [reading], T0)
    assert (alert.symbol, alert.unit, alert.happening) == ("BTC", "usd", "fired")


def test_a_rule_may_be_about_one_trade_alone():
    view = pair()
    [id] = view.trades.open
    about = {"name": "x", "kind": "trade_pnl", "threshold": 5.0, "side": "over"}
    assert len(readings(view, Rule(trades=(id,), **about))) == 1
    assert readings(view, Rule(trades=("another",), **about)) == []


def test_an_alert_about_a_trade_ends_with_it():
    view = pair(97.0, 99.5)
    [alert] = AlertBook([LOSES]).see(LOSES, readings(view), T0)
    assert list(Gone().look([alert], view, T0)) == []
    view.trades.open.clear()
    [(_, words)] = Gone().look([alert], view, T0)
    assert words.endswith("the trade is closed")
