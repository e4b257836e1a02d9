"""The long tail: many markets without books, until somebody wants one."""

from itertools import pairwise

import pytest

from cockpit.core.market import Side
from cockpit.core.scenario import Scenario, load_scenario
from cockpit.core.units import HOUR_NS
from cockpit.sim.faces import hyperliquid
from cockpit.sim.world import funding, truth
from cockpit.sim.world.contract import FundingRule, MarketState
from cockpit.sim.world.world import World
from tests.sim import tinyface

START_NS = 1_795_392_000_000_000_000 + 20 * 60 * 10**9
BUSY = ("BTC", "ETH")
MARKETS = 60


def world(*names: str, markets: int = MARKETS, rule: FundingRule = tinyface.RULE) -> World:
    profiles = [tinyface.profile(name, rule=rule) for name in names or ("tiny",)]
    return World(3, profiles, BUSY, Scenario(name="quiet"), START_NS, markets)


def quiet(subject: World, venue: str = "tiny") -> list[MarketState]:
    states = subject.venues[venue].by_symbol.values()
    return [s for s in states if s.listing.symbol not in BUSY and s.listing.status == "active"]


def run(subject: World, seconds: float, dt_s: float = 0.1) -> None:
    for _ in range(round(seconds / dt_s)):
        subject.step(dt_s)


class Follower:
    """A client of one book: it knows the ladder, and what changed since."""

    def __init__(self, state: MarketState) -> None:
        state.follow(self)
        self.symbol = state.listing.symbol
        self.books = {side: dict(state.ladder(side)) for side in Side}


def test_a_venue_lists_as_many_markets_as_it_is_asked_for() -> None:
    subject = world("one", "two")
    for name in ("one", "two"):
        assert len(subject.venues[name].markets) == MARKETS
    assert len(world(markets=0).venues["tiny"].markets) == len(BUSY)


def test_a_quiet_market_has_every_figure_and_no_book() -> None:
    subject = world()
    run(subject, 5)
    for state in quiet(subject):
        assert state.mark is not None
        assert state.mark > 0
        assert state.index == pytest.approx(state.mark, rel=0.02)
        assert state.rate is not None
        assert state.premium_avg is not None
        assert state.rate == funding.rate(state.rule, state.premium_avg)
        assert state.open_interest_lots > 0
        assert state.day_volume_base > 0
        assert state.next_funding_ns == START_NS - START_NS % HOUR_NS + HOUR_NS
        bid, ask = state.best(Side.BUY), state.best(Side.SELL)
        assert bid is not None
        assert ask is not None
        assert 0 < bid[0] < ask[0]
        assert min(bid[1], ask[1]) >= state.listing.min_lots
        assert not state.has_book
        assert not state.bids
        assert not state.asks


def test_every_quiet_market_moves_within_three_seconds() -> None:
    subject = world()
    before = {state.listing.symbol: state.day_volume_base for state in quiet(subject)}
    named: set[str] = set()
    for _ in range(31):
        named |= subject.step(0.1)["tiny"].prices
    assert named >= before.keys()
    assert all(state.day_volume_base != before[state.listing.symbol] for state in quiet(subject))


def test_a_ladder_makes_the_book_around_the_touch_that_was_shown() -> None:
    state = quiet(world())[5]
    bid, ask = state.best(Side.BUY), state.best(Side.SELL)
    assert bid is not None
    assert ask is not None
    bids, asks = state.ladder(Side.BUY), state.ladder(Side.SELL)
    assert len(bids) > 10
    assert len(asks) > 10
    assert bids[0][0] < asks[0][0]
    middle, shown = (bids[0][0] + asks[0][0]) / 2, (bid[0] + ask[0]) / 2
    assert middle == pytest.approx(shown, rel=0.005)
    assert (state.best(Side.BUY), state.best(Side.SELL)) == (bids[0], asks[0])


def test_changes_of_a_followed_book_add_up_to_it() -> None:
    subject = world()
    state = quiet(subject)[7]
    client = Follower(state)
    changes = 0
    for _ in range(1200):
        for change in subject.step(0.1)["tiny"].books:
            if change.symbol == client.symbol:
                changes += 1
                if change.lots:
                    client.books[change.side][change.ticks] = change.lots
                else:
                    del client.books[change.side][change.ticks]
    assert changes > 50
    assert client.books == {Side.BUY: state.bids, Side.SELL: state.asks}
    assert max(state.bids) < min(state.asks)


def test_a_book_lives_as_long_as_it_is_followed_and_is_then_put_away() -> None:
    subject = world()
    state = quiet(subject)[7]
    client = Follower(state)
    run(subject, 30, 1.0)
    assert state.has_book
    del client
    run(subject, 12, 1.0)
    assert not state.has_book
    assert not state.bids
    assert state.best(Side.BUY) is not None
    assert subject.venues["tiny"].awake == {}


def test_following_one_book_moves_no_other_market() -> None:
    alone, followed = world(), world()
    client = Follower(quiet(followed)[7])
    run(alone, 20)
    run(followed, 20)
    for one, other in zip(quiet(alone), quiet(followed), strict=True):
        assert (one.mark, one.rate, one.open_interest_lots) == (
            other.mark, other.rate, other.open_interest_lots,
        )  # fmt: skip
    assert client.symbol in followed.venues["tiny"].by_symbol


def test_busy_markets_are_the_same_with_and_without_a_tail() -> None:
    with_tail, without = world(), world(markets=0)
    run(with_tail, 10)
    run(without, 10)
    for symbol in BUSY:
        mine, other = (w.venues["tiny"].by_symbol[symbol] for w in (with_tail, without))
        assert (mine.bids, mine.asks, mine.rate) == (other.bids, other.asks, other.rate)


def test_one_name_is_two_coins_on_two_venues_and_only_the_price_tells() -> None:
    subject = world("one", "two")
    for name, factor in (("NEIRO", 7.5), ("ATLAS", 3.1 / 0.42)):
        first, second = (subject.venues[venue].by_symbol[name] for venue in ("one", "two"))
        prices = [(s.mark or 0.0) / s.listing.contract for s in (first, second)]
        assert prices[1] / prices[0] == pytest.approx(factor, rel=0.1)
    same = [
        (mine, other)
        for symbol, mine in subject.venues["one"].by_symbol.items()
        if symbol not in ("NEIRO", "ATLAS")
        and (other := subject.venues["two"].by_symbol.get(symbol)) is not None
    ]
    assert len(same) > 40
    for mine, other in same:
        assert mine.mark == pytest.approx(other.mark, rel=0.02)


def test_a_coin_that_costs_next_to_nothing_is_listed_by_the_thousand() -> None:
    profiles = [hyperliquid.PROFILE]
    subject = World(3, profiles, BUSY, Scenario(name="quiet"), START_NS, MARKETS)
    state = subject.venues["hyperliquid"].by_symbol["SHIB"]
    assert (state.listing.native, state.listing.contract) == ("kSHIB", 1000)
    assert state.mark == pytest.approx(8.9e-3, rel=0.05)


def test_thirty_days_of_payments_are_there_when_asked_for() -> None:
    state = quiet(world())[3]
    assert state.last_payment is not None
    newest = state.last_payment
    stamps = [row[0] for row in state.settled]
    assert len(stamps) == 720
    assert {late - early for early, late in pairwise(stamps)} == {HOUR_NS}
    assert state.settled[-1] == newest
    assert all(row[1] == funding.rate(state.rule, row[2]) for row in state.settled)
    assert state.index is not None
    for before, after in pairwise(state.settled):
        assert after[3] == pytest.approx(before[3], rel=0.3)


def test_a_payment_is_made_at_the_hour_at_the_average_premium() -> None:
    subject = world()
    state = quiet(subject)[3]
    paid: list[str] = []
    while not paid:
        live = state.rate
        paid = [s for s in subject.step(5.0)["tiny"].settled if s not in BUSY]
    assert len(paid) == MARKETS - len(BUSY)
    assert state.last_payment is not None
    assert live is not None
    stamp_ns, rate, mean, _ = state.last_payment
    assert 0 < stamp_ns - (START_NS - START_NS % HOUR_NS + HOUR_NS) < 10**9
    assert rate == funding.rate(state.rule, mean) == pytest.approx(live, abs=2e-6)
    assert state.next_funding_ns == START_NS - START_NS % HOUR_NS + 2 * HOUR_NS


def test_intervals_differ_by_market_where_the_venue_says_so() -> None:
    state = quiet(world(rule=FundingRule(interval_s=14_400)))[0]
    assert state.next_funding_ns is not None
    assert state.next_funding_ns % (4 * HOUR_NS) == 0


def test_markets_are_listed_and_delisted_while_the_world_runs() -> None:
    subject = world()
    before = set(subject.venues["tiny"].markets)
    for _ in range(12):
        subject.step(601.0)
    venue = subject.venues["tiny"]
    ended = [s for s in venue.markets.values() if s.listing.status == "delisted"]
    listed = set(venue.markets) - before
    assert listed
    assert ended
    for state in ended:
        assert state.mark is state.rate is state.next_funding_ns is None
        assert state.best(Side.BUY) is None
        assert state.ladder(Side.SELL) == []
    new = [venue.markets[native] for native in listed]
    assert any(state.listing.status == "active" for state in new)
    for state in new:
        assert (state.mark is not None) == (state.listing.status == "active")
        assert len(state.settled) < 24, "a new market has no past"
    ids = [state.listing.market_id for state in venue.markets.values()]
    assert ids == sorted(set(ids))


def test_the_truth_shows_a_quiet_market_by_its_touch() -> None:
    subject = world()
    rows = {row["symbol"]: row for row in truth.document(subject)["markets"]}
    assert len(rows) == MARKETS
    state = quiet(subject)[2]
    row = rows[state.listing.symbol]
    best = state.best(Side.BUY)
    assert best is not None
    assert row["bids"] == [
        (float(state.price_text(best[0])) / state.listing.contract,
         float(state.size_text(best[1])) * state.listing.contract)
    ]  # fmt: skip
    assert row["volume_24h_base"] == state.day_volume_base
    assert not state.has_book


def test_a_venue_that_stands_still_moves_no_quiet_market() -> None:
    subject = World(3, [tinyface.profile("tiny")], BUSY, load_scenario("calm"), START_NS, MARKETS)
    before = [state.mark for state in quiet(subject)]
    for _ in range(40):
        subject._quiet.step(0.1, START_NS, {})
    assert [state.mark for state in quiet(subject)] == before
