"""Alerts are transitions: once, not again while it lasts, and not because a figure trembles."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.alerts.rule import DEFAULT_RULES, Rule
from cockpit.alerts.states import AlertBook, Memory, Reading

S = 1_000_000_000


def rule(**more) -> Rule:
    fields = {"name": "high", "kind": "funding_level", "threshold": 1.0, "cooldown_s": 60.0}
    return Rule(**{**fields, **more})


def reading(value, symbol="BTC", venue="dydx") -> Reading:
    return Reading(f"{venue}/{symbol}", venue, symbol, value, f"{symbol} is {value}")


def happenings(book, one, values, step_s=1.0, start_s=0.0):
    out = []
    for i, value in enumerate(values):
        at_ns = round((start_s + i * step_s) * S)
        out += [(i, a.happening) for a in book.see(one, [reading(value)], at_ns)]
    return out


def test_an_alert_fires_once_and_clears_once():
    one = rule()
    book = AlertBook([one])
    assert happenings(book, one, [0.5, 1.2, 1.3, 1.2, 0.5, 0.4]) == [(1, "fired"), (4, "cleared")]


def test_flapping_around_the_threshold_fires_once():
    one = rule()
    book = AlertBook([one])
    assert happenings(book, one, [0.99, 1.01] * 50) == [(1, "fired")]


def test_a_figure_must_last_before_it_is_news():
    one = rule(for_s=3.0)
    book = AlertBook([one])
    assert happenings(book, one, [1.2, 1.2, 0.5, 1.2, 1.2, 1.2, 1.2]) == [(6, "fired")]


def test_after_clearing_the_same_market_stays_quiet_for_the_cooldown():
    one = rule(cooldown_s=10.0)
    book = AlertBook([one])
    values = [1.2, 0.1, 1.2, 0.1, 1.2, 0.1] + [1.2] * 10
    assert happenings(book, one, values) == [(0, "fired"), (1, "cleared"), (11, "fired")]


def test_a_rule_about_too_little_fires_below_and_clears_above():
    one = rule(kind="depth", threshold=0.4)
    book = AlertBook([one])
    assert happenings(book, one, [1.0, 0.39, 0.45, 0.6]) == [(1, "fired"), (3, "cleared")]


def test_one_market_does_not_speak_for_another():
    one = rule()
    book = AlertBook([one])
    alerts = book.see(one, [reading(2.0, "BTC"), reading(0.1, "ETH"), reading(3.0, "SOL")], 0)
    assert [a.symbol for a in alerts] == ["BTC", "SOL"]


def test_not_knowing_neither_fires_nor_clears():
    one = rule()
    book = AlertBook([one])
    book.see(one, [reading(2.0)], 0)
    assert book.see(one, [], S) == []
    assert len(book.firing()) == 1


@pytest.mark.parametrize("name", ["high", "dydx", "BTC", "dydx/BTC"])
def test_what_is_muted_stays_silent_by_rule_venue_symbol_or_market(name):
    one = rule()
    book = AlertBook([one])
    book.mute(name)
    assert book.see(one, [reading(2.0)], 0) == []
    assert book.firing() == []
    book.unmute(name)
    assert len(book.firing()) == 1, "it is still so, and can be seen again"


def test_a_restart_keeps_what_fires_what_was_seen_and_what_is_muted():
    one = rule()
    book = AlertBook([one])
    book.see(one, [reading(2.0)], 0)
    assert book.acknowledge("high", "dydx/BTC")
    book.mute("ETH")
    memory = msgspec.json.decode(msgspec.json.encode(book.memory(S)), type=Memory)
    again = AlertBook([one], memory)
    assert again.see(one, [reading(2.1)], S) == [], "it does not fire a second time"
    assert [f.acknowledged for f in again.firing()] == [True]
    assert again.muted == {"ETH"}


def test_a_rule_that_is_gone_from_the_config_is_gone_from_the_memory():
    one = rule()
    book = AlertBook([one])
    book.see(one, [reading(2.0)], 0)
    assert AlertBook([rule(name="other")], book.memory(S)).firing() == []


def test_a_rule_of_another_kind_or_of_other_venues_does_not_inherit_an_alert():
    one = rule()
    book = AlertBook([one])
    book.see(one, [reading(2.0)], 0)
    for changed in (rule(kind="basis"), rule(venues=("bybit",)), rule(except_symbols=("B*",))):
        assert AlertBook([changed], book.memory(S)).firing() == []


def test_a_restart_does_not_shorten_the_cool_down():
    one = rule(cooldown_s=60.0)
    book = AlertBook([one])
    happenings(book, one, [1.2, 0.1])
    again = AlertBook([one], book.memory(2 * S))
    assert happenings(again, one, [1.2] * 100, start_s=2) == [(59, "fired")]


def test_a_clock_that_is_put_back_neither_fires_early_nor_keeps_quiet_for_ever():
    one = rule(for_s=5.0, cooldown_s=60.0)
    book = AlertBook([one])
    assert happenings(book, one, [1.2] * 6 + [0.1], start_s=86_400) == [
        (5, "fired"),
        (6, "cleared"),
    ]
    assert happenings(book, one, [1.2] * 6, start_s=0) == [(5, "fired")]


def test_what_was_unknown_for_long_must_last_anew_before_it_is_news():
    one = rule(for_s=10.0)
    book = AlertBook([one])
    assert happenings(book, one, [1.2]) == []
    assert happenings(book, one, [1.2] * 12, start_s=3600) == [(10, "fired")]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_figure_that_is_no_number_is_no_news(value):
    one = rule()
    book = AlertBook([one])
    assert happenings(book, one, [value, value]) == []
    book.see(one, [reading(2.0)], 0)
    assert happenings(book, one, [value, value]) == []


def test_a_figure_of_which_a_part_is_unknown_may_fire_but_is_not_over():
    one = rule()
    book = AlertBook([one])
    partly = reading(2.0)._replace(may_clear=False)
    assert [a.happening for a in book.see(one, [partly], 0)] == ["fired"]
    assert book.see(one, [partly._replace(value=0.0)], S) == []
    assert [a.happening for a in book.see(one, [reading(0.0)], 2 * S)] == ["cleared"]


def test_an_alert_says_its_figure_with_unit_and_threshold():
    one = rule()
    [alert] = AlertBook([one]).see(one, [reading(2.0)], 0)
    assert (alert.value, alert.unit, alert.threshold) == (2.0, "apr_frac", 1.0)


def test_what_is_gone_is_over_and_has_no_figure_any_more():
    one = rule()
    book = AlertBook([one])
    [alert] = book.see(one, [reading(2.0)], 0)
    over = book.end(alert, "dydx/BTC: not watched any more", S)
    assert over is not None
    assert (over.happening, over.value, over.at_ns) == ("cleared", None, S)
    assert book.firing() == []
    assert book.end(alert, "again", 2 * S) is None


def test_two_cockpits_agree_on_what_is_seen_and_muted():
    one = rule()
    ours, theirs = AlertBook([one]), AlertBook([one])
    for book, at_ns in ((ours, 0), (theirs, S)):
        book.see(one, [reading(2.0)], at_ns)
    ours.mute("ETH")
    ours.mute("SOL")
    theirs.merge(ours.memory(S), theirs.muted)
    agreed = theirs.muted
    theirs.acknowledge("high", "dydx/BTC")
    theirs.unmute("ETH")
    ours.mute("DOGE")
    ours.merge(theirs.memory(S), agreed)
    assert ours.muted == {"SOL", "DOGE"}
    assert [firing.acknowledged for firing in ours.firing()] == [True]


def test_what_was_seen_yesterday_elsewhere_is_not_seen_today():
    one = rule()
    ours, theirs = AlertBook([one]), AlertBook([one])
    theirs.see(one, [reading(2.0)], 0)
    theirs.acknowledge("high", "dydx/BTC")
    ours.see(one, [reading(2.0)], 86_400 * S)
    ours.merge(theirs.memory(S), frozenset())
    assert [firing.acknowledged for firing in ours.firing()] == [False]


@given(st.lists(st.floats(0, 3), max_size=60), st.floats(0, 5), st.floats(0, 20))
def test_firings_and_clearings_always_alternate(values, for_s, cooldown_s):
    one = rule(for_s=for_s, cooldown_s=cooldown_s)
    book = AlertBook([one])
    kinds = [kind for _, kind in happenings(book, one, values)]
    assert kinds == (["fired", "cleared"] * len(kinds))[: len(kinds)]


# --- a warning of liquidation -------------------------------------------------------------------

NEAR = rule(name="near", kind="liquidation", threshold=0.4, severity="warn", cooldown_s=600.0)


def steps(book, one, values, start_s=0.0):
    """What is told of each distance, a second apart."""
    out = []
    for i, value in enumerate(values):
        alerts = book.see(one, [reading(value)], round((start_s + i) * S))
        out += [(a.happening, a.severity, a.threshold) for a in alerts]
    return out


def test_a_warning_escalates_a_quarter_and_a_tenth_of_the_price_away():
    book = AlertBook([NEAR])
    assert steps(book, NEAR, [0.6, 0.39, 0.3, 0.25, 0.15, 0.10, 0.001]) == [
        ("fired", "warn", 0.4), ("escalated", "danger", 0.25), ("escalated", "danger", 0.10),
    ]  # fmt: skip


def test_the_built_in_rule_warns_at_a_quarter_and_is_a_danger_at_a_tenth():
    built_in = next(one for one in DEFAULT_RULES if one.kind == "liquidation")
    assert steps(AlertBook([built_in]), built_in, [0.26, 0.25, 0.11, 0.10, 0.02]) == [
        ("fired", "warn", 0.25), ("escalated", "danger", 0.10),
    ]  # fmt: skip


def test_a_rule_nearer_than_both_steps_warns_once():
    tight = rule(kind="liquidation", threshold=0.08)
    assert [told[0] for told in steps(AlertBook([tight]), tight, [0.07, 0.02, 0.008])] == ["fired"]


def test_a_distance_that_trembles_around_a_step_escalates_once():
    book = AlertBook([NEAR])
    steps(book, NEAR, [0.35])
    assert len(steps(book, NEAR, [0.251, 0.249] * 20)) == 1


def test_an_escalation_is_news_to_who_has_seen_the_warning():
    book = AlertBook([NEAR])
    steps(book, NEAR, [0.35])
    book.acknowledge("near", "dydx/BTC")
    steps(book, NEAR, [0.25])
    assert [f.acknowledged for f in book.firing()] == [False]


def test_after_recovery_it_warns_and_escalates_again():
    """Over at a quarter more than 40 %, which is 50 %; the pause after it is ten minutes."""
    book = AlertBook([NEAR])
    assert len(steps(book, NEAR, [0.35, 0.25, 0.1, 0.51])) == 4
    assert steps(book, NEAR, [0.35], start_s=100) == []
    assert [told[0] for told in steps(book, NEAR, [0.35, 0.25, 0.1], start_s=700)] == [
        "fired", "escalated", "escalated",
    ]  # fmt: skip


def test_the_pause_after_an_alert_never_hides_a_distance_below_a_step():
    book = AlertBook([NEAR])
    steps(book, NEAR, [0.35, 0.51])
    assert steps(book, NEAR, [0.2], start_s=10) == [("fired", "danger", 0.25)]


def test_the_steps_that_were_told_survive_a_restart():
    book = AlertBook([NEAR])
    steps(book, NEAR, [0.35, 0.25])
    kept = msgspec.json.decode(msgspec.json.encode(book.memory(2 * S)), type=Memory)
    again = AlertBook([NEAR], kept)
    assert [told[0] for told in steps(again, NEAR, [0.24, 0.09], start_s=3)] == ["escalated"]


def test_a_rule_names_its_own_steps_or_none():
    own = rule(threshold=1.0, escalate=(3.0, 2.0))
    assert [told[2] for told in steps(AlertBook([own]), own, [1.5, 2.5, 9.0])] == [1.0, 2.0, 3.0]
    plain = rule(kind="liquidation", threshold=0.4, escalate=())
    assert len(steps(AlertBook([plain]), plain, [0.35, 0.001])) == 1


def test_a_rule_fires_on_the_side_that_it_names():
    under = rule(kind="funding", threshold=-0.1, side="under")
    assert happenings(AlertBook([under]), under, [0.0, -0.1, -0.08, -0.07]) == [
        (1, "fired"), (3, "cleared"),
    ]  # fmt: skip
    over = rule(kind="funding", threshold=-0.1)
    assert happenings(AlertBook([over]), over, [-0.2, -0.1, -0.11, -0.121]) == [
        (1, "fired"), (3, "cleared"),
    ]  # fmt: skip
