"""Rules as scripts on the simulator: what happens in the world is what is said."""

import msgspec
import pytest

from cockpit import venues
from cockpit.alerts.measures_market import Measures
from cockpit.alerts.rule import Rule, with_defaults
from cockpit.alerts.states import AlertBook, Memory
from tests.pair import Pair


class Watcher:
    """A pair, looked at once a second by one or all rules."""

    def __init__(self, name: str, scenario: str, rules: tuple[Rule, ...], symbols=("BTC", "ETH")):
        self.pair = Pair(name, symbols, scenario, seed=3, step_s=0.5)
        self.rules = rules
        self.book = AlertBook(rules)
        self.terms = {name: venues.load(name).SPEC.funding_terms}
        self.measures = Measures(self.terms)
        self.alerts = []

    def run(self, seconds: int) -> None:
        for second in range(seconds):
            self.pair.run(1)
            if second % 5 == 0:
                self.pair.store.sample(self.pair.at_ns)
            for rule in self.rules:
                readings = self.measures.read(rule, self.pair.store, self.pair.at_ns)
                self.alerts += self.book.see(rule, readings, self.pair.at_ns)

    def restart(self) -> None:
        """The cockpit starts anew from what it wrote down; the world goes on."""
        at_ns = self.pair.at_ns
        past = self.measures.past(self.pair.store, at_ns)
        kept = msgspec.json.encode(self.book.memory(at_ns, past))
        memory = msgspec.json.decode(kept, type=Memory)
        self.book = AlertBook(self.rules, memory)
        self.measures = Measures(self.terms, memory.past)

    def of(self, kind: str) -> list[tuple[str, str]]:
        return [(a.subject, a.happening) for a in self.alerts if a.kind == kind]


FLIP = Rule(name="flip", kind="funding_flip", threshold=0.02)


@pytest.mark.parametrize("name", ["hyperliquid", "dydx", "lighter", "bybit"])
def test_a_funding_flip_is_told_once_a_market_not_twice(name):
    watcher = Watcher(name, "funding_flip", (FLIP,))
    watcher.run(400)
    fired = [subject for subject, what in watcher.of("funding_flip") if what == "fired"]
    assert fired, "the scenario turns funding"
    assert len(fired) == len(set(fired)), "each market flips once"


def test_a_flip_that_was_seen_stays_seen_over_two_restarts():
    watcher = Watcher("dydx", "funding_flip", (FLIP,))
    while not watcher.book.firing():
        watcher.run(1)
    subject = watcher.book.firing()[0].alert.subject
    watcher.book.acknowledge("flip", subject)
    for _ in range(2):
        told = len([one for one, _ in watcher.of("funding_flip") if one == subject])
        watcher.restart()
        watcher.run(20)
        assert len([one for one, _ in watcher.of("funding_flip") if one == subject]) == told
        on = {firing.alert.subject: firing.acknowledged for firing in watcher.book.firing()}
        assert on[subject] is True


def test_a_calm_market_does_not_flip():
    watcher = Watcher("hyperliquid", "calm", (FLIP,))
    watcher.run(120)
    assert watcher.of("funding_flip") == []


def test_a_stalled_sequencer_fires_block_age_and_clears_when_it_goes_on():
    rule = Rule(name="late", kind="block_age", threshold=10.0, cooldown_s=0.0)
    happened = []
    for name in ("dydx", "lighter", "hyperliquid"):
        watcher = Watcher(name, "sequencer_stall", (rule,))
        watcher.run(240)
        happened += [(name, what) for _, what in watcher.of("block_age")]
    stalled = {name for name, what in happened if what == "fired"}
    assert stalled, "the scenario stalls somebody"
    for name in stalled:
        kinds = [what for venue, what in happened if venue == name]
        assert kinds[:2] == ["fired", "cleared"]


def test_a_muted_rule_stays_silent_through_a_flip():
    watcher = Watcher("dydx", "funding_flip", (FLIP,))
    watcher.book.mute("flip")
    watcher.run(400)
    assert watcher.alerts == []


def test_the_default_rules_are_quiet_on_a_calm_day():
    watcher = Watcher("lighter", "calm", with_defaults(()))
    watcher.run(180)
    assert watcher.alerts == []


@pytest.mark.parametrize(
    ("name", "scenario", "rule"),
    [
        ("dydx", "funding_flip", "funding flipped"),
        ("hyperliquid", "funding_spike", "funding above 200 %"),
        ("dydx", "depth_evaporation", "depth gone"),
        ("hyperliquid", "venue_outage", "venue not live"),
        ("lighter", "sequencer_stall", "blocks late"),
        ("hyperliquid", "funding_flip", "prediction flipped"),
        ("bybit", "squeeze", "open interest jumped"),
        ("hyperliquid", "squeeze", "mark off the index"),
        ("hyperliquid", "squeeze", "premium off its pin"),
    ],
)
def test_the_default_rules_say_what_a_bad_day_is_about(name, scenario, rule):
    watcher = Watcher(name, scenario, with_defaults(()), symbols=("BTC", "HYPE"))
    for _ in range(45):
        watcher.run(10)
        fired = {alert.rule for alert in watcher.alerts if alert.happening == "fired"}
        if rule in fired:
            return
    pytest.fail(f"in 450 s only {fired} fired")


def test_a_thin_book_is_noticed_against_its_own_median():
    rule = Rule(name="thin", kind="depth", threshold=0.5)
    watcher = Watcher("bybit", "thin_book", (rule,))
    watcher.run(420)
    assert ("bybit/BTC", "fired") in watcher.of("depth")
