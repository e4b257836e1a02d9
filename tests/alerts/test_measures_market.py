"""What rules about markets and venues measure: the past, the unknown, the other side of zero."""

import pytest

from cockpit.alerts.baseline import Past
from cockpit.alerts.expiry import UNWATCHED_NS, Gone
from cockpit.alerts.measures_market import LEAST_DEPTH_SAMPLES, Measures
from cockpit.alerts.measures_venue import CONNECTS_WITHIN_NS, LEAST_BASELINE_LOOKS, STEADY_NS
from cockpit.alerts.rule import DEFAULT_RULES, Kind, Rule
from cockpit.alerts.states import AlertBook
from cockpit.core.events import (
    Block,
    BookSnapshot,
    Funding,
    Instrument,
    Link,
    OpenInterest,
    Prices,
    Trade,
)
from cockpit.core.market import FundingTerms, Side
from cockpit.core.units import NS_PER_S
from cockpit.state.store import MarketStore

T0 = 1_760_000_000 * NS_PER_S
V, W = "dydx", "bybit"
APR_1 = 1 / 8760
"""The hourly rate of 100 % a year."""
SAMPLE_S = 5


class Desk:
    """A store that time passes over, looked at by one rule a second."""

    def __init__(self, rule: Rule, past: Past | None = None, terms=None, at_s: int = 0):
        self.store = MarketStore([(V, None), (W, None)], ["BTC", "ETH"])
        self.rule = rule
        self.measures = Measures(terms or {}, past)
        self.book = AlertBook([rule])
        self.at_s = at_s
        self.said: dict[str, object] = {}
        self.link("live")
        self.link("live", W)

    @property
    def now_ns(self) -> int:
        return T0 + self.at_s * NS_PER_S

    def link(self, state, venue=V, **more):
        self.store.apply(Link(venue=venue, recv_ns=self.now_ns, state=state, **more))

    def says(self, fact, venue=V, symbol="BTC", **fields):
        """A fact that the venue repeats every second from now on; None silences it."""
        self.said[f"{fact.__name__} {venue} {symbol} {fields.get('kind')}"] = (
            fact, {"venue": venue, "symbol": symbol, **fields},
        )  # fmt: skip

    def pays(self, apr, venue=V, kind="live"):
        self.says(Funding, venue, kind=kind, rate=apr * APR_1, interval_s=3600)

    def rests(self, size):
        self.says(BookSnapshot, bids=((99.95, size),), asks=((100.05, size),), seq=None)

    def falls_silent(self):
        self.said.clear()

    def wait(self, seconds) -> list[tuple[str, str]]:
        """(subject, happening) of that many seconds."""
        happened = []
        for _ in range(round(seconds)):
            self.at_s += 1
            for fact, fields in self.said.values():
                self.store.apply(fact(recv_ns=self.now_ns, **fields))
            if self.at_s % SAMPLE_S == 0:
                self.store.sample(self.now_ns)
            readings = self.measures.read(self.rule, self.store, self.now_ns)
            happened += self.book.see(self.rule, readings, self.now_ns)
        return [(alert.subject, alert.happening) for alert in happened]

    def restarted(self) -> "Desk":
        """Another run a second later, with nothing but what was kept."""
        past = self.measures.past(self.store, self.now_ns)
        again = Desk(self.rule, past, at_s=self.at_s + 1)
        again.book = AlertBook([self.rule], self.book.memory(self.now_ns, past))
        again.said = dict(self.said)
        return again


def default(kind: Kind) -> Rule:
    return next(rule for rule in DEFAULT_RULES if rule.kind == kind)


def rule(kind: Kind, threshold: float, **more) -> Rule:
    return Rule(**{"name": "r", "kind": kind, "threshold": threshold, "cooldown_s": 0.0, **more})


FIRED, CLEARED = [(f"{V}/BTC", "fired")], [(f"{V}/BTC", "cleared")]


# --- flips ------------------------------------------------------------------------------------


def test_a_flip_that_creeps_over_zero_is_told_when_it_matters():
    desk = Desk(rule("funding_flip", 0.05))
    desk.pays(0.10)
    desk.wait(5)
    desk.pays(-0.01)
    assert desk.wait(1800) == [], "a hundredth beyond zero is no news"
    desk.pays(-0.50)
    assert desk.wait(5) == FIRED


def test_a_flip_is_over_when_the_rate_is_at_home_there_and_back_again_is_another():
    desk = Desk(rule("funding_flip", 0.05))
    desk.pays(0.10)
    desk.wait(5)
    desk.pays(-0.10)
    assert desk.wait(900) == FIRED + CLEARED
    desk.pays(0.10)
    assert desk.wait(5) == FIRED


def test_a_rate_that_was_only_ever_zero_has_no_side_to_leave():
    desk = Desk(rule("funding_flip", 0.05))
    desk.pays(0.0)
    desk.wait(5)
    desk.pays(-0.50)
    assert desk.wait(60) == []


def test_two_rules_about_flips_do_not_share_their_idea_of_home():
    strict, loose = rule("funding_flip", 0.01, name="a"), rule("funding_flip", 0.2, name="b")
    desk, fired = Desk(strict), []
    for apr in (0.3, -0.05, -0.3):
        desk.pays(apr)
        for _ in range(700):
            desk.wait(1)
            readings = desk.measures.read(loose, desk.store, desk.now_ns)
            fired += [r.value for r in readings if loose.reached(r.value)]
    assert fired, "it was at home above zero all the time"


def test_a_prediction_flips_by_itself():
    desk = Desk(rule("predicted_flip", 0.05))
    desk.pays(0.10)
    desk.pays(0.10, kind="predicted")
    desk.wait(5)
    desk.pays(-0.10, kind="predicted")
    assert desk.wait(5) == FIRED


def test_a_flip_stays_on_over_a_restart_and_is_not_told_twice():
    desk = Desk(rule("funding_flip", 0.05))
    desk.pays(0.10)
    desk.wait(5)
    desk.pays(-0.10)
    assert desk.wait(5) == FIRED
    desk.book.acknowledge("r", f"{V}/BTC")
    again = desk.restarted()
    assert again.wait(300) == []
    assert [firing.acknowledged for firing in again.book.firing()] == [True]


def test_a_flip_while_the_program_was_off_for_a_moment_is_told():
    desk = Desk(rule("funding_flip", 0.05))
    desk.pays(0.10)
    desk.wait(5)
    again = desk.restarted()
    again.pays(-0.10)
    assert again.wait(5) == FIRED


# --- against its own past -----------------------------------------------------------------------


def test_a_thin_book_stays_thin_over_a_restart():
    desk = Desk(rule("depth", 0.3))
    desk.rests(100.0)
    assert desk.wait((LEAST_DEPTH_SAMPLES + 1) * SAMPLE_S) == []
    desk.rests(10.0)
    assert desk.wait(2 * SAMPLE_S) == FIRED
    again = desk.restarted()
    assert again.wait(600) == [], "what is usual was kept"
    again.rests(100.0)
    assert again.wait(2 * SAMPLE_S) == CLEARED


def test_a_jump_of_open_interest_is_measured_from_before_a_restart():
    desk = Desk(default("oi_jump"))
    desk.says(OpenInterest, base=1000.0)
    assert desk.wait(60) == []
    again = desk.restarted()
    again.says(OpenInterest, base=1150.0)
    assert again.wait(5) == FIRED


def test_a_past_of_long_ago_says_nothing():
    old = Past(at_ns=T0 - 7200 * NS_PER_S, depth_usd={f"{V}/BTC": 1e9})
    desk = Desk(rule("depth", 0.3), old)
    desk.rests(100.0)
    assert desk.wait((LEAST_DEPTH_SAMPLES + 1) * SAMPLE_S) == []


def test_late_messages_are_late_against_their_own_habit_also_after_a_restart():
    def late(desk, ms):
        desk.falls_silent()
        for _ in range(600):
            stamp = desk.now_ns - ms * 1_000_000
            said = {"venue": V, "symbol": "BTC", "recv_ns": desk.now_ns, "venue_ns": stamp}
            desk.store.apply(BookSnapshot(bids=((99.0, 1.0),), asks=((101.0, 1.0),), **said))

    desk = Desk(rule("latency", 5.0))
    late(desk, 100)
    assert desk.wait(LEAST_BASELINE_LOOKS + 1) == []
    late(desk, 900)
    assert desk.wait(2) == [(V, "fired")]
    again = desk.restarted()
    late(again, 900)
    assert again.wait(5) == []
    late(again, 100)
    assert again.wait(5) == [(V, "cleared")]


# --- not knowing --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "threshold", "calm", "wild"),
    [
        ("funding_level", 1.0, lambda d: d.pays(0.1), lambda d: d.pays(3.0)),
        ("basis", 50.0, lambda d: d.says(Prices, mark=100.0, index=100.0),
         lambda d: d.says(Prices, mark=101.0, index=100.0)),
        ("oi_jump", 0.1, lambda d: d.says(OpenInterest, base=1000.0),
         lambda d: d.says(OpenInterest, base=1200.0)),
    ],
)  # fmt: skip
def test_a_figure_that_became_stale_neither_clears_nor_fires(kind, threshold, calm, wild):
    desk = Desk(rule(kind, threshold))
    calm(desk)
    assert desk.wait(20) == []
    wild(desk)
    assert desk.wait(10) == FIRED
    desk.falls_silent()
    assert desk.wait(400) == [], "silence is not the end of it"
    calm(desk)
    assert desk.wait(5) == CLEARED


def test_a_link_that_is_lost_and_comes_back_does_not_repeat_what_was_told():
    desk = Desk(rule("funding_level", 1.0))
    desk.pays(3.0)
    assert desk.wait(5) == FIRED
    said, desk.said = desk.said, {}
    desk.link("down")
    assert desk.wait(60) == []
    desk.link("live")
    desk.said = said
    assert desk.wait(60) == []


def test_a_spread_is_not_over_because_its_dearest_venue_cannot_be_seen():
    desk = Desk(rule("spread", 1.0))
    desk.pays(2.0)
    desk.pays(0.1, W)
    assert desk.wait(3) == [("BTC", "fired")]
    del desk.said[f"Funding {V} BTC live"]
    assert desk.wait(600) == []
    desk.pays(0.1)
    assert desk.wait(3) == [("BTC", "cleared")]


def test_a_spread_ends_where_all_venues_but_one_have_taken_the_coin_off():
    desk = Desk(rule("spread", 1.0))
    desk.pays(2.0)
    desk.pays(0.1, W)
    assert desk.wait(3) == [("BTC", "fired")]
    gone, [fired] = Gone(), desk.book.on()
    assert list(gone.look([fired], desk.store, desk.now_ns)) == []
    del desk.said[f"Funding {W} BTC live"]
    desk.says(Instrument, W, status="delisted", native="BTC", base="BTC", quote="USD")
    assert desk.wait(600) == [], "there is nothing to measure"
    assert list(gone.look([fired], desk.store, desk.now_ns)) == []
    later_ns = desk.now_ns + UNWATCHED_NS
    [(over, words)] = gone.look([fired], desk.store, later_ns)
    assert (over, words) == (fired, "BTC: no two venues have it any more")


def of_three_venues() -> Desk:
    desk = Desk(rule("spread", 1.0))
    desk.store = MarketStore([(V, None), (W, None), ("lighter", None)], ["BTC"])
    for venue in (V, W, "lighter"):
        desk.link("live", venue)
    return desk


def test_a_spread_is_not_over_because_its_dearest_venue_has_not_spoken_since_the_start():
    """Three venues at 200, 10 and 5 %: after a restart the two cheap ones are heard first."""
    first = of_three_venues()
    first.pays(2.0)
    first.pays(0.10, W)
    first.pays(0.05, "lighter")
    assert first.wait(3) == [("BTC", "fired")]
    again = of_three_venues()
    again.book, again.said = first.book, dict(first.said)
    del again.said[f"Funding {V} BTC live"]
    assert again.wait(60) == []
    again.pays(0.1)
    assert again.wait(3) == [("BTC", "cleared")]


def test_a_venue_that_does_not_list_a_coin_keeps_no_spread_of_it_alive():
    desk = of_three_venues()
    desk.says(Instrument, "lighter", symbol="ETH", native="ETH", base="ETH", quote="USDC")
    desk.pays(2.0)
    desk.pays(0.1, W)
    assert desk.wait(3) == [("BTC", "fired")]
    desk.pays(0.1)
    assert desk.wait(3) == [("BTC", "cleared")]


def test_a_spread_ends_where_the_third_venue_never_had_the_coin():
    desk = of_three_venues()
    desk.pays(2.0)
    desk.pays(0.1, W)
    assert desk.wait(3) == [("BTC", "fired")]
    gone, [fired] = Gone(), desk.book.on()
    del desk.said[f"Funding {W} BTC live"]
    desk.says(Instrument, W, status="delisted", native="BTC", base="BTC", quote="USD")
    desk.wait(1)
    far_ns = desk.now_ns + 10 * UNWATCHED_NS
    for at_ns in (desk.now_ns, far_ns):
        assert list(gone.look([fired], desk.store, at_ns)) == [], "the third may have it"
    desk.says(Instrument, "lighter", symbol="ETH", native="ETH", base="ETH", quote="USDC")
    desk.wait(1)
    assert list(gone.look([fired], desk.store, far_ns)) == []
    [(over, words)] = gone.look([fired], desk.store, far_ns + UNWATCHED_NS)
    assert (over, words) == (fired, "BTC: no two venues have it any more")


def test_a_spread_is_only_between_venues_that_the_rule_is_about():
    desk = Desk(rule("spread", 1.0, except_venues=(W,)))
    desk.pays(2.0)
    desk.pays(0.1, W)
    assert desk.wait(10) == []


def test_two_coins_of_one_name_have_no_spread():
    desk = Desk(rule("spread", 1.0))
    desk.pays(2.0)
    desk.pays(0.1, W)
    desk.says(Prices, mark=100.0)
    desk.says(Prices, W, mark=0.3)
    assert desk.wait(10) == []
    desk.says(Prices, W, mark=100.0)
    assert desk.wait(3) == [("BTC", "fired")]


# --- links and blocks ---------------------------------------------------------------------------


def test_a_venue_that_goes_is_one_alert_from_stale_over_down_until_it_stays():
    desk = Desk(default("venue"))
    desk.wait(5)
    told = []
    for state in ("stale", "down", "connecting", "down", "connecting"):
        desk.link(state)
        told += desk.wait(7)
    assert told == [(V, "fired")]
    for state in ("live", "down", "live"):
        desk.link(state)
        assert desk.wait(4) == [], "it comes and goes"
    assert desk.wait(STEADY_NS / NS_PER_S) == [(V, "cleared")]


def test_a_venue_that_is_still_down_after_a_restart_is_neither_over_nor_told_again():
    desk = Desk(default("venue"))
    desk.link("down")
    assert desk.wait(10) == [(V, "fired")]
    again = desk.restarted()
    again.link("down")
    assert again.wait(120) == []
    again.link("live")
    assert again.wait(30) == [(V, "cleared")]


def test_the_first_connection_may_take_a_moment_but_not_for_ever():
    desk = Desk(rule("venue", 5.0))
    desk.link("connecting")
    first_s = CONNECTS_WITHIN_NS / NS_PER_S
    assert desk.wait(first_s) == []
    assert desk.wait(10) == [(V, "fired")]


def test_a_venue_that_refuses_is_told_at_once():
    desk = Desk(rule("venue", 5.0))
    desk.link("down", reason="connection refused")
    assert desk.wait(6) == [(V, "fired")]
    words = [one.words for one in desk.measures.read(desk.rule, desk.store, desk.now_ns)]
    assert f"{V}: down, connection refused" in words


def blocks(desk, count):
    """A block a second."""
    told = []
    for _ in range(count):
        height = desk.at_s + 1
        at_ns = desk.now_ns
        desk.store.apply(Block(venue=V, recv_ns=at_ns, chain=V, height=height, block_ns=at_ns))
        told += desk.wait(1)
    return told


def test_a_stalled_chain_fires_once_and_clears_with_its_next_blocks():
    desk = Desk(default("block_age"))
    assert blocks(desk, 30) == []
    assert desk.wait(40) == [(V, "fired")]
    assert blocks(desk, 30) == [(V, "cleared")]


def test_blocks_that_were_missed_while_the_link_was_away_are_not_late():
    desk = Desk(default("block_age"))
    blocks(desk, 30)
    desk.link("down")
    assert desk.wait(300) == []
    desk.link("live")
    assert desk.wait(3) == []
    assert blocks(desk, 30) == []


def test_a_chain_that_stands_still_is_not_over_because_its_link_was_reopened():
    desk = Desk(default("block_age"))
    blocks(desk, 30)
    assert desk.wait(40) == [(V, "fired")]
    desk.link("down")
    desk.wait(5)
    desk.link("live")
    assert desk.wait(60) == []
    assert blocks(desk, 5) == [(V, "cleared")]


def test_blocks_are_not_late_while_the_link_that_tells_of_them_is_down():
    desk = Desk(default("block_age"))
    blocks(desk, 30)
    desk.link("down", link="blocks", essential=False)
    assert desk.wait(120) == []


# --- every default rule has something that it is for --------------------------------------------


def test_premium_off_its_pin_is_told_after_five_minutes():
    terms = FundingTerms(interest_8h=0.0001, dampener_8h=0.0005)
    desk = Desk(default("unpinned"), terms={V: terms})
    edge = terms.pin[1]

    def premium(value):
        desk.says(Funding, kind="live", rate=0.0001, interval_s=3600, premium=value)

    premium(edge)
    assert desk.wait(400) == [], "at the edge the rate does not move yet"
    premium(edge + 0.0006)
    assert desk.wait(400) == FIRED
    premium(edge - 0.0001)
    assert desk.wait(5) == CLEARED


@pytest.mark.parametrize("mark", [99.0, 101.0])
def test_a_mark_far_off_its_index_is_told_on_either_side(mark):
    desk = Desk(default("basis"))
    desk.says(Prices, mark=100.0, index=100.0)
    assert desk.wait(60) == []
    desk.says(Prices, mark=mark, index=100.0)
    assert desk.wait(30) == FIRED


def test_a_market_without_an_index_has_no_basis():
    desk = Desk(default("basis"))
    desk.says(Prices, mark=100.0, index=None)
    desk.says(Trade, price=1.0, size=1.0, side=Side.BUY, liquidation=False)
    assert desk.wait(60) == []


# --- plain figures, as a cell of the screen says them -----------------------------------------


def test_funding_is_measured_with_its_sign():
    desk = Desk(rule("funding", -0.10, side="under"))
    desk.pays(0.50)
    assert desk.wait(3) == []
    desk.pays(-0.11)
    assert desk.wait(3) == FIRED


def test_open_interest_is_measured_in_dollars_and_only_while_both_of_its_parts_are_known():
    desk = Desk(rule("open_interest", 1_000_000.0))
    desk.says(OpenInterest, base=10_001.0)
    assert desk.wait(3) == []
    desk.says(Prices, mark=100.0, index=100.0)
    assert desk.wait(3) == FIRED


def test_depth_in_dollars_counts_both_sides_within_25_bps():
    """10 at 99.95 and 10 at 100.05 are 2,000 $."""
    desk = Desk(rule("depth_usd", 1_999.0))
    desk.rests(10.0)
    assert desk.wait(10) == []
    desk.rests(9.0)
    assert desk.wait(10) == FIRED


def test_a_lost_book_is_no_depth_of_zero():
    desk = Desk(rule("depth_usd", 1_999.0))
    desk.rests(10.0)
    desk.wait(10)
    desk.falls_silent()
    assert desk.wait(120) == []


def test_the_age_of_a_block_is_measured_in_seconds_too():
    """A block a second, then none."""
    desk = Desk(rule("block_age_s", 8.0))
    for height in range(30):
        block = {"venue": V, "recv_ns": desk.now_ns, "chain": V, "height": height}
        desk.store.apply(Block(block_ns=desk.now_ns, **block))
        desk.wait(1)
    assert desk.wait(6) == []
    assert desk.wait(4) == [(V, "fired")]
