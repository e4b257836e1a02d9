"""Rules made by keys: kept at once, read again when they were edited, fired once over a restart."""

import os

import pytest

from cockpit.alerts.rule import DEFAULT_RULES, Rule
from cockpit.core.clock import ManualClock
from cockpit.core.errors import ConfigError, InputError
from cockpit.core.events import Funding, Link
from cockpit.desk.contract import DropRule, KeepRule, TryRule
from cockpit.desk.core import DeskCore, DeskSetup
from cockpit.desk.kept_rules import UNTIL_THE_END, KeptRules
from cockpit.desk.trader_files import TraderPaths
from tests.desk.test_core import QuietFeed
from tests.support import AT_NS
from tests.wire.tiny import SPEC

DEAR = Rule(name="dear", kind="funding", threshold=0.5, symbols=("BTC",))
THIN = Rule(name="thin", kind="depth_usd", threshold=50_000.0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "alerts.toml"


def kept(path, uses=None) -> KeptRules:
    return KeptRules(path, DEFAULT_RULES, ("dydx",), (lambda: None) if uses is None else uses)


def names(rules):
    return [rule.name for rule in rules.own.rules]


def test_a_rule_is_on_the_disk_at_once_and_for_nobody_else_to_read(path):
    assert kept(path).do(KeepRule(DEAR)) == f"kept the rule 'dear' in {path}"
    assert path.stat().st_mode & 0o777 == 0o600
    assert kept(path).own.rules == (DEAR,)


def test_names_are_unique_among_own_rules_and_those_of_the_config(path):
    rules = kept(path)
    rules.do(KeepRule(DEAR))
    with pytest.raises(InputError, match="there is a rule 'dear' already"):
        rules.do(KeepRule(DEAR))
    built_in = Rule(name="blocks late", kind="block_age", threshold=3.0)
    with pytest.raises(InputError, match="give it another name"):
        rules.do(KeepRule(built_in))
    with pytest.raises(InputError, match="change it there"):
        rules.do(DropRule("blocks late"))


def test_a_rule_is_changed_and_deleted(path):
    rules = kept(path)
    rules.do(KeepRule(DEAR))
    rules.do(KeepRule(THIN, before="dear"))
    assert names(kept(path)) == ["thin"]
    with pytest.raises(InputError, match="no rule 'dear' any more"):
        rules.do(KeepRule(DEAR, before="dear"))
    rules.do(DropRule("thin"))
    assert names(kept(path)) == []


def test_what_was_edited_by_hand_is_used_and_not_undone(path):
    used = []
    rules = kept(path, lambda: used.append(1))
    rules.do(KeepRule(DEAR))
    path.write_text(path.read_text().replace("0.5", "0.75"))
    assert rules.look() == "alerts.toml was edited: 1 rules"
    assert [rule.threshold for rule in rules.own.rules] == [0.75]
    rules.do(KeepRule(THIN))
    assert [rule.threshold for rule in kept(path).own.rules] == [0.75, 50_000.0]
    assert len(used) == 3
    assert rules.look() == ""


def test_a_mistake_in_an_edit_is_said_once_and_leaves_the_other_rules(path):
    rules = kept(path)
    rules.do(KeepRule(DEAR))
    path.write_text(path.read_text() + '[[alert]]\nname = "x"\nkind = "y"\nthreshold = 1\n')
    with pytest.raises(ConfigError, match="alert 'x': kind"):
        rules.look()
    assert rules.look() == ""
    assert names(rules) == ["dear"]


def test_a_torn_file_changes_nothing_and_is_not_written_over(path):
    rules = kept(path)
    rules.do(KeepRule(DEAR))
    path.write_text("[[alert")
    for act in (rules.look, lambda: rules.do(KeepRule(THIN))):
        with pytest.raises(ConfigError, match="is not TOML"):
            act()
    assert names(rules) == ["dear"]
    assert path.read_text() == "[[alert"
    again = kept(path)
    assert "is not TOML" in again.problem
    assert names(again) == []


def test_an_editor_that_takes_the_file_away_for_a_moment_takes_no_rule(path):
    rules = kept(path)
    rules.do(KeepRule(DEAR))
    data = path.read_bytes()
    os.unlink(path)
    assert rules.look() == ""
    path.write_bytes(data)
    assert rules.look() == ""
    assert names(rules) == ["dear"]


def test_without_a_file_rules_last_until_the_end():
    rules = kept(None)
    assert rules.do(KeepRule(DEAR)) == UNTIL_THE_END
    assert names(rules) == ["dear"]


# --- in the desk --------------------------------------------------------------------------------


def desk(folder) -> DeskCore:
    setup = DeskSetup(
        mode="LIVE", clock=ManualClock(AT_NS), specs={"tiny": SPEC}, symbols=["BTC"],
        alerts_dir=folder, trader_paths=TraderPaths(rules=folder / "alerts.toml"),
    )  # fmt: skip
    found = DeskCore(setup, QuietFeed())
    said = {"venue": "tiny", "recv_ns": AT_NS}
    paid = Funding(symbol="BTC", kind="live", rate=0.0001, interval_s=3600, **said)
    found.take([Link(state="live", **said), paid])
    return found


def test_a_rule_fires_once_and_not_again_after_a_restart(tmp_path):
    """0.01 % an hour is 87.6 % a year."""
    first = desk(tmp_path)
    first.post(KeepRule(DEAR))
    assert [alert.rule for alert in first.alerting.look()] == ["dear"]
    again = desk(tmp_path)
    assert again.alerting.look() == []
    [firing] = again.stats().alerts.firing
    assert firing.alert.rule == "dear"
    again.post(DropRule("dear"))
    assert again.stats().alerts.firing == ()


def test_how_every_rule_stands_is_told(tmp_path):
    one = desk(tmp_path)
    one.post(KeepRule(DEAR))
    one.alerting.look()
    stats = one.stats().alerts
    stands = {standing.rule.name: standing for standing in stats.standings}
    assert stats.own == {"dear"}
    assert stands["dear"].state == "firing"
    assert stands["funding flipped"].state == "armed"
    assert stands["liquidation near"].state == "off"
    assert stands["pair passes every gate"].why == "switched off where it is written"
    one.alerting.mute("dear")
    assert one.stats().alerts.standings[-1].state == "muted"


def test_a_test_of_a_rule_is_told_and_changes_nothing(tmp_path):
    one = desk(tmp_path)
    one.post(TryRule("blocks late"))
    heard = one.stats().alerts.history
    assert [(alert.happening, alert.rule) for alert in heard] == [("tested", "blocks late")]
    assert one.stats().alerts.firing == ()
