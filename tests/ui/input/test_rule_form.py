"""`!` on a cell: the figure under the cursor, prefilled from now; the list of rules, its keys."""

import msgspec
import pytest

from cockpit.alerts.rule import DEFAULT_RULES, Rule
from cockpit.alerts.service import Alerting
from cockpit.core.events import Position
from cockpit.desk.contract import DropRule, KeepRule, Mute, TryRule
from cockpit.ui.dialogs.entry_form import EntryForm
from cockpit.ui.input import alert_actions, rule_actions, rule_form
from cockpit.ui.input.host import FormSpec
from cockpit.ui.readings.alert_figures import AlertFigure, figures, suggested, with_now
from tests.support import AT_NS
from tests.ui.input.hosts import PlainHost

OWN = Rule(
    name="BTC dear", kind="funding", threshold=0.2, symbols=("BTC",), escalate=(0.5,), to=("phone",)
)


@pytest.fixture
def host():
    return PlainHost(mode="LIVE")


def opened(host) -> tuple[FormSpec, EntryForm]:
    host.press("!")
    spec = host.dialogs[-1]
    assert isinstance(spec, FormSpec)
    return spec, EntryForm(spec.fields, spec.first, spec.follow)


def kept(host, spec, form) -> Rule:
    assert spec.accept(form.values()) == ""
    intent = host.desk.posted[-1]
    assert isinstance(intent, KeepRule)
    return intent.rule


def test_two_keys_make_a_rule_about_the_cell_that_does_not_fire_now(host):
    spec, form = opened(host)
    rule = kept(host, spec, form)
    market = host.readings.view.market(host.readings.venue, host.readings.symbol)
    apr = market.live.rate * 8760 * 3600 / market.live.interval_s
    assert (rule.kind, rule.venues, rule.symbols) == (
        "funding", (host.readings.venue,), (host.readings.symbol,),
    )  # fmt: skip
    assert rule.threshold == pytest.approx(apr + 0.2 * abs(apr), rel=0.05)
    assert not rule.reached(apr)


def test_a_typed_number_is_percent_where_the_figure_is(host):
    spec, form = opened(host)
    form.press("7", "7")
    rule = kept(host, spec, form)
    assert rule.threshold == pytest.approx(0.07)
    assert rule.name.endswith("funding over 7%")


def test_the_sentence_has_the_units_and_leaves_out_what_was_not_asked_for(host):
    spec, form = opened(host)
    typed = {**form.values(), "threshold": "7"}
    assert spec.says(typed).endswith(" is over 7%; then quiet for 5m.")
    assert spec.says({**typed, "for": "30s", "cooldown": ""}).endswith(" is over 7% for 30s.")
    assert spec.says({**typed, "threshold": ""}).endswith(" is over …; then quiet for 5m.")


def test_the_other_side_has_another_threshold_and_a_typed_name_stays(host):
    _, form = opened(host)
    before = form.values()
    form.press("up", None)
    form.press("right", None)
    after = form.values()
    assert after["side"] == "under"
    assert after["threshold"] != before["threshold"]
    assert "under" in after["name"]
    form.press("up", None)
    form.press("up", None)
    form.press("x", "x")
    form.press("down", None)
    form.press("down", None)
    form.press("right", None)
    assert form.values()["name"] == "x"


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("threshold", "much", "threshold: "), ("threshold", "", "threshold: "),
        ("clear", "900%", "clear: is 9; expected a number below the threshold"),
        ("cooldown", "soon", "cool-down: "), ("for", "-3s", "lasts: "),
    ],
)  # fmt: skip
def test_a_mistake_is_said_in_the_form_and_nothing_is_kept(host, field, text, says):
    spec, form = opened(host)
    assert says in spec.accept({**form.values(), field: text})
    assert host.desk.posted == []


@pytest.mark.parametrize(
    ("workspace", "pane", "kind"),
    [
        ("markets", "funding", "funding"), ("markets", "depth", "depth_usd"),
        ("markets", "interest", "open_interest"), ("markets", "health", "block_age_s"),
        ("funding", "spreads", "spread"), ("health", "links", "block_age_s"),
    ],
)  # fmt: skip
def test_the_figure_is_that_of_the_pane_in_focus(host, workspace, pane, kind):
    host.ui.workspace = workspace
    host.ui.focus = pane
    host.ui.pair_row = 1
    assert figures(host.readings)[0].kind == kind


def test_on_a_position_it_is_the_distance_to_liquidation_below_that_of_now(host):
    """A long at a mark of 100 that is liquidated at 80: a fifth below 20 % is 16 %."""
    host.readings.view.set_manual(
        [Position(venue="alphaswap", recv_ns=AT_NS, symbol="BTC", account="manual", size=1.0,
                  source="manual", mark=100.0, liquidation=80.0)]
    )  # fmt: skip
    host.ui.workspace = "positions"
    host.ui.focus = "positions"
    first = with_now(figures(host.readings)[0], host.readings)
    assert (first.kind, first.side) == ("liquidation", "under")
    assert suggested(msgspec.structs.replace(first, now=0.2), "under") == pytest.approx(0.16)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("40", "under 40%; then quiet for 5m; again at 25% and 10%."),
        ("16", "under 16%; then quiet for 5m; again at 10%."),
        ("8", "under 8%; then quiet for 5m."),
    ],
)
def test_a_warning_of_liquidation_says_where_it_speaks_again(host, typed, says):
    about = AlertFigure(kind="liquidation", about="BTC alphaswap")
    values = rule_form._usual(about, "under") | {"threshold": typed}
    assert rule_form._says(values, [about], host.desk.stats().alerts).endswith(says)


@pytest.mark.parametrize(
    ("kind", "now", "side", "at"),
    [
        ("funding", -0.10, "over", -0.08), ("funding", -0.10, "under", -0.12),
        ("funding", 0.0, "over", 0.05), ("scan", 0.0, "over", 20.0),
        ("block_age_s", 0.03, "over", 6.0), ("trade_pnl", -1722.28, "under", -2100.0),
        ("depth_usd", 0.0, "under", None), ("open_interest", None, "over", None),
    ],
)  # fmt: skip
def test_a_threshold_is_a_fifth_beyond_the_figure_of_now_and_never_reached_by_it(
    kind, now, side, at
):
    figure = AlertFigure(kind=kind, about="BTC", now=now)
    found = suggested(figure, side)
    assert found == (None if at is None else pytest.approx(at))
    if now is not None and at is not None:
        assert not Rule(name="x", kind=kind, threshold=at, side=side).reached(now)


def test_in_the_past_no_rule_is_made(host):
    host.ui.past.shown_ns = AT_NS - 10**9
    host.press("!")
    assert host.dialogs == []
    assert "this is the past" in host.said[-1][0]


# --- the list -----------------------------------------------------------------------------------


@pytest.fixture
def listed(host):
    """The list of the built-in rules and one that was made by keys, as the desk says them."""
    host.desk.alerting = Alerting((*DEFAULT_RULES, OWN), host.desk.view, host.desk.clock, {})
    alert_actions.refresh(host)
    host.ui.rules.take(host.desk.alerting.standings, {OWN.name})
    rule_actions.open_list(host)
    return host


def test_rules_made_by_keys_come_first_and_the_cursor_stays_on_its_rule(listed):
    rules = listed.ui.rules
    assert rules.standings[0].rule == OWN
    listed.press("j")
    name = rules.name
    rules.take(listed.desk.alerting.standings[:-1], ())
    assert rules.selected.rule.name == name


def test_a_rule_made_by_keys_is_changed_and_what_the_form_does_not_show_is_kept(listed):
    listed.press("E")
    spec = listed.dialogs[-1]
    form = EntryForm(spec.fields, spec.first, spec.follow)
    assert form.values()["threshold"] == "20%"
    form.press("3", "3")
    form.press("0", "0")
    assert spec.accept(form.values()) == ""
    intent = listed.desk.posted[-1]
    assert intent.before == "BTC dear"
    assert intent.rule == msgspec.structs.replace(OWN, threshold=0.3)


def test_a_rule_is_deleted_after_a_question_muted_and_tried(listed):
    listed.press("D")
    assert listed.dialogs[-1].accept("y") == ""
    listed.press("M")
    listed.press("F")
    assert listed.desk.posted == [DropRule("BTC dear"), Mute("BTC dear"), TryRule("BTC dear")]


def test_a_rule_of_the_config_is_not_changed_by_keys(listed):
    listed.press("j")
    for key in ("E", "D"):
        listed.press(key)
        assert "only rules made by keys change here" in listed.said[-1][0]
    assert not [one for one in listed.desk.posted if isinstance(one, KeepRule | DropRule)]


def test_escape_shows_the_alerts_again(listed):
    listed.press("escape")
    assert not listed.ui.rules.is_shown


@pytest.mark.parametrize(
    ("kind", "at", "shown"),
    [
        ("funding", 0.13, "13%"), ("net_delta", 1000.0, "$1000"), ("carry", -10.0, "-$10"),
        ("open_interest", 2.5e6, "$2,500,000"), ("basis", 50.0, "50bps"),
        ("block_age", 15.0, "15x"), ("spread", 1.23456, "123.456%"),
        ("net_delta", 12_345.5, "$12,345.5"), ("net_delta", 1_234.5678, "$1234.5678"),
    ],
)  # fmt: skip
def test_a_threshold_is_shown_with_its_unit_and_kept_as_the_same(host, kind, at, shown):
    rule_form.edit(host, Rule(name="mine", kind=kind, threshold=at))
    spec = host.dialogs[-1]
    form = EntryForm(spec.fields, spec.first, spec.follow)
    assert form.values()["threshold"] == shown
    assert kept(host, spec, form).threshold == pytest.approx(at, rel=1e-11)


@pytest.mark.parametrize(("typed", "bps"), [("50", 50.0), ("50 bps", 50.0), ("0.5%", 50.0)])
def test_a_threshold_in_bps_is_typed_with_or_without_its_unit(host, typed, bps):
    rule_form.edit(host, Rule(name="mine", kind="basis", threshold=20.0))
    spec = host.dialogs[-1]
    form = EntryForm(spec.fields, spec.first, spec.follow)
    assert spec.accept({**form.values(), "threshold": typed}) == ""
    assert host.desk.posted[-1].rule.threshold == pytest.approx(bps)
