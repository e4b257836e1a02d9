"""What a trader posts is done, and what came of it is said."""

import msgspec
import pytest

from cockpit.alerts.rule import Rule
from cockpit.alerts.service import Alerting
from cockpit.core.clock import ManualClock
from cockpit.core.errors import TapeError
from cockpit.desk.contract import Acknowledge, AlertIntent, Mute, Record, Unmute
from cockpit.desk.trader_intents import answer, change_alerts
from tests.support import AT_NS
from tests.ui import scenes


@pytest.fixture
def alerting(own_home):
    """Any funding rate at all fires."""
    rule = Rule(name="funding is paid", kind="funding_level", threshold=1e-6)
    made = Alerting((rule,), scenes.store_of(scenes.live()), ManualClock(AT_NS), {})
    made.look()
    assert made.firing()
    return made


def test_what_is_muted_is_silent_until_it_may_speak_again(alerting):
    before = len(alerting.firing())
    change_alerts(alerting, Mute("bravo"))
    assert "bravo" not in {firing.alert.venue for firing in alerting.firing()}
    change_alerts(alerting, Unmute("bravo"))
    assert len(alerting.firing()) == before


def test_an_alert_that_was_seen_is_acknowledged_and_one_that_is_over_is_nothing(alerting):
    seen = alerting.firing()[0].alert
    change_alerts(alerting, Acknowledge(seen.rule, seen.subject))
    change_alerts(alerting, Acknowledge(seen.rule, "nowhere/NOPE"))
    assert [f.alert for f in alerting.firing() if f.acknowledged] == [seen]


def test_what_came_of_an_act_is_an_answer():
    notice = answer(lambda: "recording", 5)
    assert (notice.text, notice.severity, notice.is_answer) == ("recording", "info", True)


@pytest.mark.parametrize(
    ("error", "severity"), [(TapeError("no room"), "warn"), (OSError(28, "no space"), "danger")]
)
def test_an_act_that_fails_is_said_and_not_raised(error, severity):
    def act() -> str:
        raise error

    notice = answer(act, 5)
    assert notice.severity == severity
    assert "no " in notice.text


@pytest.mark.parametrize("intent", [Mute("BTC"), Acknowledge("rule", "bravo/BTC"), Record(None)])
def test_an_intent_is_a_value_that_can_travel(intent):
    assert msgspec.json.decode(msgspec.json.encode(intent), type=type(intent)) == intent
    assert isinstance(intent, AlertIntent | Record)
