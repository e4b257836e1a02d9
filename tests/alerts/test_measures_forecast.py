"""Alerts on odds: where such odds have proven to be worth something, else off and saying why."""

import msgspec
import pytest

from cockpit.alerts.measures_forecast import read, why_off
from cockpit.alerts.rule import DEFAULT_RULES, with_defaults
from cockpit.alerts.states import AlertBook
from cockpit.core.outlook import NOTHING_EXPECTED, OLD_S, EventSkill, Outlook, Outlooks, Score
from cockpit.core.units import NS_PER_S
from cockpit.state.store import MarketStore

T0 = 1_760_000_000 * NS_PER_S
PROVEN = EventSkill(n=200, happened=20, skill=0.2, se=0.05)


def view(p_flip=0.7, p_spike=0.3, flip=PROVEN, spike=PROVEN, made_ns=T0):
    store = MarketStore([("dydx", None)], ["BTC"])
    outlook = Outlook(
        venue="dydx", symbol="BTC", made_ns=made_ns, basis="market", why="", p_flip=p_flip,
        p_spike=p_spike, reasons=("premium 3.1 bps above the pin's edge",),
    )  # fmt: skip
    score = Score(venue="dydx", model="market", span="all", n=200, flip=flip, spike=spike)
    store.outlooks = Outlooks(markets={("dydx", "BTC"): outlook}, scores=(score,))
    return store


def test_proven_odds_are_read_with_their_reason_and_their_worth():
    (reading,) = read("flip_likely", view(), T0)
    assert (reading.subject, reading.value) == ("dydx/BTC", 0.7)
    assert reading.words == (
        "BTC dydx: 70% that funding changes its sign within 8 h; premium 3.1 bps above the pin's "
        "edge (such odds were 20% better than the average's, n 200)"
    )
    assert [reading.value for reading in read("spike_likely", view(), T0)] == [0.3]
    assert why_off("flip_likely", view().outlooks) == ""


@pytest.mark.parametrize(
    ("skill", "why"),
    [
        (msgspec.structs.replace(PROVEN, n=199), "n 199 of 200"),
        (msgspec.structs.replace(PROVEN, se=0.11), "do not surely beat the average's, n 200"),
        (msgspec.structs.replace(PROVEN, skill=-0.1), "do not surely beat the average's, n 200"),
        (msgspec.structs.replace(PROVEN, se=None), "do not surely beat"),
        (EventSkill(), "n 0 of 200"),
    ],
)
def test_odds_that_are_not_proven_raise_no_alarm_and_it_is_said_why(skill, why):
    store = view(p_flip=0.99, flip=skill)
    assert list(read("flip_likely", store, T0)) == []
    assert why in why_off("flip_likely", store.outlooks)
    assert list(read("spike_likely", store, T0))


def test_an_old_forecast_or_none_is_no_reading():
    late_ns = T0 + round((OLD_S + 1) * NS_PER_S)
    assert list(read("flip_likely", view(), late_ns)) == []
    assert list(read("flip_likely", view(p_flip=None), T0)) == []
    assert "no forecast yet" in why_off("spike_likely", NOTHING_EXPECTED)
    assert "died" in why_off("flip_likely", Outlooks(problem="the process died"))


def test_the_default_rule_fires_after_two_minutes_above_one_half():
    (rule,) = [rule for rule in with_defaults(()) if rule.kind == "flip_likely"]
    assert rule in DEFAULT_RULES
    book = AlertBook([rule])
    happened = []
    for second in range(0, 200, 10):
        now_ns = T0 + second * NS_PER_S
        store = view(p_flip=0.4 if second < 30 else 0.6, made_ns=now_ns)
        happened += [
            (second, alert.happening)
            for alert in book.see(rule, list(read("flip_likely", store, now_ns)), now_ns)
        ]
    assert happened == [(150, "fired")]
