"""An alert when a pair that I do not hold passes every gate at my size."""

import msgspec
import pytest

from cockpit.alerts.expiry import Gone
from cockpit.alerts.measures_scan import ScanMeasures
from cockpit.alerts.rule import Rule
from cockpit.alerts.service import Alerting
from cockpit.core.clock import ManualClock
from cockpit.core.events import Position
from cockpit.state.passing import OLD_S, Passing, PassingPair
from cockpit.state.store import MarketStore
from tests.support import AT_NS

S = 10**9
RULE = Rule(name="new carry", kind="scan", threshold=20.0, cooldown_s=0.0)


def pair(symbol, long, short, net):
    return PassingPair(symbol=symbol, long_venue=long, short_venue=short, net_usd=net)


WIF = pair("WIF", "a", "b", 30.0), pair("WIF", "a", "c", 25.0)


def ranked(*pairs, at_ns=AT_NS, symbols=("WIF", "SUI")):
    return Passing(at_ns=at_ns, usd=1e4, hold_h=24, pairs=pairs, symbols=symbols)


@pytest.fixture
def store():
    store = MarketStore([("a", None), ("b", None), ("c", None)], ["BTC"])
    store.passing = ranked(*WIF)
    return store


def read(store, at_ns=AT_NS, measures=None):
    return {r.subject: r for r in (measures or ScanMeasures()).read("new carry", store, at_ns)}


def test_the_best_pair_of_a_coin_is_measured_by_what_it_leaves(store):
    found = read(store)
    assert (found["WIF"].value, found["SUI"].value) == (30.0, 0.0)
    assert found["WIF"].words == (
        "WIF: long a, short b leaves $30.00 in 24 h at $10,000 a leg, and passes every gate"
    )


def hold(store, *legs):
    store.set_manual(
        tuple(
            Position(venue=venue, symbol="WIF", account="manual", size=size, source="manual",
                     recv_ns=AT_NS)
            for venue, size in legs
        )
    )  # fmt: skip


def test_a_pair_that_is_held_is_no_news_but_the_next_best_is(store):
    hold(store, ("a", 5.0), ("b", -5.0))
    assert read(store)["WIF"].value == 25.0
    hold(store, ("a", 5.0), ("b", -5.0), ("c", -5.0))
    assert read(store)["WIF"].value == 0.0


def test_one_leg_alone_or_the_other_way_round_is_not_the_pair(store):
    hold(store, ("a", 5.0))
    assert read(store)["WIF"].value == 30.0
    hold(store, ("a", -5.0), ("b", 5.0))
    assert read(store)["WIF"].value == 30.0


def test_a_ranking_is_measured_once_a_rule_and_an_old_one_not_at_all(store):
    measures = ScanMeasures()
    assert read(store, measures=measures)
    assert not read(store, AT_NS + S, measures)
    assert list(measures.read("another", store, AT_NS + S))
    assert not read(store, AT_NS + round((OLD_S + 1) * S))
    store.passing = Passing()
    assert not read(store)


def test_it_fires_clears_when_nothing_passes_and_is_not_ended_for_being_unwatched(store):
    clock = ManualClock(AT_NS)
    alerting = Alerting((RULE,), store, clock, {})
    (fired,) = alerting.look()
    assert (fired.happening, fired.subject, fired.value) == ("fired", "WIF", 30.0)
    for _ in range(90):
        clock.advance_s(1)
        store.passing = msgspec.structs.replace(store.passing, at_ns=clock.now_ns())
        assert alerting.look() == []
    store.passing = ranked(at_ns=clock.now_ns() + S)
    clock.advance_s(1)
    (cleared,) = alerting.look()
    assert (cleared.happening, cleared.subject) == ("cleared", "WIF")


def test_a_rule_is_not_off_between_two_rankings(store):
    """A ranking is measured once and stands for five seconds: its figures are known meanwhile."""
    clock = ManualClock(AT_NS)
    high = msgspec.structs.replace(RULE, threshold=1e6)
    alerting = Alerting((high,), store, clock, {})
    stood = []
    for _ in range(3):
        alerting.look()
        [standing] = alerting.standings
        stood.append((standing.state, standing.measured, standing.why))
        clock.advance_s(1)
    assert stood == [("armed", 2, "")] * 3
    clock.advance_s(OLD_S)
    alerting.look()
    [standing] = alerting.standings
    assert (standing.state, standing.measured) == ("off", 0)


def test_an_alert_of_before_a_restart_clears_too(store):
    """What is on comes back from the file; nothing remembers what was measured then."""
    alerting = Alerting((RULE,), store, ManualClock(AT_NS), {})
    (fired,) = alerting.look()
    assert not list(Gone().look([fired], store, AT_NS + 100 * S))
    store.passing = ranked()
    assert read(store)["WIF"].value == 0.0
