"""One desk, whoever feeds it: facts become state and notices, intents are done and answered."""

from pathlib import Path

import msgspec
import pytest

from cockpit.alerts.rule import Rule
from cockpit.calculators.saved_plans import fill
from cockpit.core.clock import ManualClock
from cockpit.core.errors import InputError
from cockpit.core.events import BookReset, Funding, Link, Position, Prices
from cockpit.desk.contract import (
    Acknowledge,
    Cancel,
    Desk,
    DropPlan,
    DropRule,
    FillLeg,
    FollowAccount,
    Hold,
    Intent,
    KeepPlan,
    KeepRule,
    Lease,
    LookBack,
    Mute,
    Rank,
    Record,
    Retype,
    SetRules,
    Survey,
    TryRule,
    UnfillLeg,
    Unmute,
    Watch,
)
from cockpit.desk.core import DeskCore, DeskSetup
from cockpit.desk.stats import FeedStats
from cockpit.portfolio.manual import Entry
from tests.desk.plans import pair
from tests.support import AT_NS
from tests.wire.tiny import SPEC

SAID = {"venue": "tiny", "recv_ns": AT_NS}
HELD = Position(symbol="BTC", account="manual", size=-0.5, source="manual", **SAID)


TYPED = Entry(venue="okx", symbol="BTC", size=-0.5, entry=64_000.0)
PLAN = fill(pair("pair"), 0, 64_010.0, 0.5, AT_NS, fee_usd=-1.5)


class QuietFeed:
    """A feed that brings nothing by itself and remembers what it was asked for."""

    def __init__(self) -> None:
        self.wanted: tuple[str, ...] = ()
        self.is_surveying = False
        self.is_recording = False
        self.lent = {}
        self.followed = []

    def want(self, symbols):
        self.wanted = symbols

    def survey(self, is_on):
        self.is_surveying = is_on

    def lend(self, symbols):
        self.lent = symbols

    def follow_account(self, venue, address):
        if address in self.followed:
            raise InputError("is followed already")
        self.followed.append(address)
        return f"following at {venue}"

    def record(self, folder: Path | None) -> str:
        if folder is None:
            raise InputError("not recording")
        return f"recording into {folder}"

    def detail(self):
        return "quiet"

    def venue_stats(self, name):
        return None

    def feed_stats(self):
        return FeedStats(messages_per_s=None, coalescing=False, recording=self.is_recording)


@pytest.fixture
def feed():
    return QuietFeed()


@pytest.fixture
def desk(feed):
    setup = DeskSetup(mode="LIVE", clock=ManualClock(AT_NS), specs={"tiny": SPEC}, symbols=["BTC"])
    return DeskCore(setup, feed)


def test_a_desk_is_a_state_intents_notices_and_how_it_stands():
    """Anything more would be a door that a desk in another process has not."""
    doors = {name for name in vars(Desk) if not name.startswith("_")}
    assert doors == {"view", "post", "notices", "stats"}


def test_facts_become_state(desk):
    desk.take([Link(state="live", **SAID), Prices(symbol="BTC", mark=64_000.0, **SAID)])
    assert desk.view.market("tiny", "BTC").mark == 64_000.0


def test_a_link_that_changes_and_a_book_that_is_lost_are_told_once(desk):
    desk.take([Link(state="connecting", **SAID), Link(state="live", **SAID)])
    desk.take([Link(state="live", **SAID)])
    desk.take([BookReset(symbol="BTC", reason="gap in sequence", **SAID)])
    desk.take([Link(state="down", reason="connection lost", **SAID)])
    told = [(notice.text, notice.severity) for notice in desk.notices()]
    assert told == [
        ("main link live", "info"),
        ("BTC book lost: gap in sequence", "warn"),
        ("main link down: connection lost", "danger"),
    ]


def test_a_watch_list_reaches_the_state_and_the_feed(desk, feed):
    desk.post(Watch(("ETH", "SOL")))
    assert desk.view.symbols() == ["ETH", "SOL"]
    assert feed.wanted == ("ETH", "SOL")


def test_typed_positions_are_held_until_others_are(desk):
    desk.post(Hold((HELD,)))
    assert list(desk.view.manual()) == [HELD]
    desk.post(Hold(()))
    assert list(desk.view.manual()) == []


def test_a_wish_to_record_is_answered_in_words_whatever_came_of_it(desk):
    desk.post(Record("/tapes"))
    desk.post(Record(None))
    answers = [(notice.text, notice.severity) for notice in desk.notices() if notice.is_answer]
    assert answers == [("recording into /tapes", "info"), ("not recording", "warn")]


def test_a_wish_to_follow_an_address_is_answered_in_words_too(desk):
    desk.post(FollowAccount("tiny", "0x12"))
    desk.post(FollowAccount("tiny", "0x12"))
    answers = [(notice.text, notice.severity) for notice in desk.notices() if notice.is_answer]
    assert answers == [("following at tiny", "info"), ("is followed already", "warn")]


def test_rules_can_be_changed_and_what_is_muted_stays_muted(desk):
    desk.take([
        Link(state="live", **SAID),
        Funding(symbol="BTC", kind="live", rate=0.01, interval_s=3600, **SAID),
    ])  # fmt: skip
    desk.post(Mute("SOL"))
    desk.post(SetRules((Rule(name="paid", kind="funding_level", threshold=1e-6),)))
    assert "paid" in {rule.name for rule in desk.alerting.rules}
    assert desk.alerting.muted == {"SOL"}
    desk.alerting.look()
    assert ("paid", "tiny/BTC") in {(f.alert.rule, f.alert.subject) for f in desk.alerting.firing()}
    desk.post(SetRules(()))
    assert "paid" not in {rule.name for rule in desk.alerting.rules}
    assert "paid" not in {firing.alert.rule for firing in desk.alerting.firing()}


def test_a_kept_plan_is_among_the_stats_and_says_where_it_is(desk):
    desk.post(KeepPlan(PLAN))
    assert desk.stats().plans == (PLAN,)
    [answer] = [notice for notice in desk.notices() if notice.is_answer]
    assert answer.text == "kept until the end: nothing is written here"


def test_a_position_that_was_typed_is_held_from_then_on(desk):
    desk.post(Retype(None, TYPED))
    assert [(p.venue, p.size, p.recv_ns) for p in desk.view.manual()] == [("okx", -0.5, AT_NS)]


def test_a_survey_is_asked_of_the_venues_and_kept_until_it_is_switched_off(desk, feed):
    desk.take([Link(state="live", **SAID), Prices(symbol="WIF", mark=2.5, **SAID)])
    assert desk.view.surveyed() == []
    desk.post(Survey(True))
    assert feed.is_surveying
    desk.take([Prices(symbol="WIF", mark=2.5, **SAID)])
    assert [market.symbol for market in desk.view.surveyed()] == ["WIF"]
    desk.post(Survey(False))
    assert not feed.is_surveying
    assert desk.view.surveyed() == []


def test_stats_say_how_the_desk_stands(desk):
    stats = desk.stats()
    assert (stats.mode, stats.at_ns, stats.detail) == ("LIVE", AT_NS, "quiet")
    assert stats.venues == {}
    assert stats.computation is None
    assert stats.past is None
    assert stats.alerts.firing == ()


def test_what_stats_said_of_alerts_does_not_change_when_an_alert_is_acknowledged(desk):
    desk.take([
        Link(state="live", **SAID),
        Funding(symbol="BTC", kind="live", rate=0.01, interval_s=3600, **SAID),
    ])  # fmt: skip
    desk.post(SetRules((Rule(name="paid", kind="funding_level", threshold=1e-6),)))
    desk.alerting.look()
    before = desk.stats().alerts
    [firing] = [f for f in before.firing if f.alert.rule == "paid"]
    desk.post(Acknowledge("paid", firing.alert.subject))
    assert not firing.acknowledged
    [after] = [f for f in desk.stats().alerts.firing if f.alert.rule == "paid"]
    assert after.acknowledged


@pytest.mark.parametrize(
    "intent",
    [
        Watch(("BTC",)), Hold((HELD,)), Cancel(), Record("/tapes"), Record(None), Mute("BTC"),
        Unmute("BTC"), Survey(True), Acknowledge("stale", "tiny/BTC"),
        SetRules((Rule(name="paid", kind="funding_level", threshold=1e-6),)),
        KeepPlan(PLAN, is_new=True), DropPlan("pair"), FillLeg("pair", PLAN.fills[0]),
        FollowAccount("tiny", "0x12"), Lease((("tiny", "WIF"),)), Rank(is_on=True, usd=5e4),
        KeepRule(Rule(name="x", kind="funding", threshold=1.0), before="y"), DropRule("x"),
        TryRule("x"), UnfillLeg("pair", 0), Retype(None, TYPED), Retype(TYPED, None),
        LookBack(AT_NS),
    ],
    ids=lambda intent: type(intent).__name__,
)  # fmt: skip
def test_an_intent_is_a_value_that_can_travel(intent: Intent):
    assert msgspec.json.decode(msgspec.json.encode(intent), type=type(intent)) == intent
