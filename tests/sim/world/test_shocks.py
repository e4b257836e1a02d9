"""Scenarios in the world: what each shock does to prices, books, rates and chains."""

import pytest

from cockpit.core.market import Side
from cockpit.core.scenario import Scenario, Shock, load_scenario, scenario_names
from cockpit.sim.world.assets import DEFAULT_SYMBOLS
from cockpit.sim.world.contract import MarketState
from cockpit.sim.world.world import World
from tests.sim import tinyface

MID_HOUR_NS = 1_795_392_000_000_000_000 + 30 * 60 * 10**9


def world(*shocks: Shock, venues: tuple[str, ...] = ("tiny",)) -> World:
    profiles = [tinyface.profile(name) for name in venues]
    scenario = Scenario(name="told", shocks=shocks)
    return World(6, profiles, ["BTC", "ETH", "WIF"], scenario, MID_HOUR_NS)


def market(subject: World, symbol: str, venue: str = "tiny") -> MarketState:
    return subject.venues[venue].by_symbol[symbol]


def run(subject: World, seconds: float, dt_s: float = 0.5) -> None:
    for _ in range(round(seconds / dt_s)):
        subject.step(dt_s)


def depth(state: MarketState) -> int:
    return sum(state.bids.values()) + sum(state.asks.values())


def spread(state: MarketState) -> float:
    bid, ask = state.ladder(Side.BUY, 1)[0][0], state.ladder(Side.SELL, 1)[0][0]
    return (ask - bid) / bid


def test_a_gap_moves_the_named_coin_at_once_and_for_good() -> None:
    subject = world(Shock(at_s=2, symbols=("ETH",), gap=0.10))
    before = {symbol: market(subject, symbol).mark for symbol in ("BTC", "ETH")}
    run(subject, 30)
    assert market(subject, "ETH").mark == pytest.approx(before["ETH"] * 1.10, rel=0.02)
    assert market(subject, "BTC").mark == pytest.approx(before["BTC"], rel=0.02)


def test_a_ramp_spreads_the_gap_over_time() -> None:
    subject = world(Shock(at_s=1, ramp_s=100, gap=0.2))
    start = market(subject, "BTC").mark
    run(subject, 51)
    halfway = market(subject, "BTC").mark
    run(subject, 60)
    assert halfway == pytest.approx(start * 1.2**0.5, rel=0.02)
    assert market(subject, "BTC").mark == pytest.approx(start * 1.2, rel=0.02)


def test_a_gap_at_one_venue_leaves_the_other_alone_and_closes() -> None:
    subject = world(Shock(at_s=1, gap={"far": 0.03}), venues=("near", "far"))
    run(subject, 4)
    near, far = (market(subject, "BTC", venue) for venue in ("near", "far"))
    assert far.ladder(Side.BUY, 1)[0][0] > 1.015 * near.ladder(Side.BUY, 1)[0][0]
    run(subject, 180)
    assert far.mark == pytest.approx(near.mark, rel=0.003)


def test_thin_books_lose_the_stated_share_and_get_it_back() -> None:
    subject = world(Shock(at_s=5, for_s=10, symbols=("BTC",), depth_fraction=0.2))
    run(subject, 4)
    full, other = depth(market(subject, "BTC")), depth(market(subject, "ETH"))
    run(subject, 4)
    assert depth(market(subject, "BTC")) == pytest.approx(0.2 * full, rel=0.25)
    assert depth(market(subject, "ETH")) == pytest.approx(other, rel=0.25)
    run(subject, 10)
    assert depth(market(subject, "BTC")) == pytest.approx(full, rel=0.25)


def test_spreads_widen_by_the_stated_multiple() -> None:
    subject = world(Shock(at_s=5, symbols=("WIF",), spread_multiplier=6.0))
    run(subject, 4)
    before = spread(market(subject, "WIF"))
    run(subject, 4)
    assert spread(market(subject, "WIF")) > 3 * before


def test_open_interest_goes_where_it_is_sent() -> None:
    subject = world(Shock(at_s=1, symbols=("WIF",), oi_multiplier=1.5))
    before = market(subject, "WIF").open_interest_lots
    run(subject, 300, dt_s=5.0)
    assert market(subject, "WIF").open_interest_lots == pytest.approx(1.5 * before, rel=0.05)


def test_a_halted_venue_says_nothing_while_the_others_go_on() -> None:
    shock = Shock(at_s=10, for_s=10, repeat_s=30, halt_s={"far": 5.0})
    subject = world(shock, venues=("near", "far"))
    silent = []
    for tenth in range(1, 501):
        height = subject.venues["far"].height
        steps = subject.step(0.1)
        assert "near" in steps
        if "far" not in steps:
            silent.append(tenth / 10)
            assert subject.venues["far"].height == height
    assert [silent[0], silent[-1]] == pytest.approx([10.0, 44.9], abs=0.11)
    assert len(silent) == pytest.approx(100, abs=2)


def test_blocks_after_a_halt_follow_without_a_gap_in_height() -> None:
    subject = world(Shock(at_s=2, for_s=20, halt_s={"tiny": 20.0}))
    heights = []
    for _ in range(300):
        for step in subject.step(0.1).values():
            heights += [block.height for block in step.blocks]
    assert heights == list(range(heights[0], heights[0] + len(heights)))


def test_an_outage_lasts_as_long_as_its_shock() -> None:
    subject = world(Shock(at_s=1, for_s=4, outage=("tiny",)))
    steps = [subject.step(0.5) for _ in range(16)]
    assert [bool(step) for step in steps] == [True] + [False] * 8 + [True] * 7


def test_coins_follow_one_market_when_correlation_is_one() -> None:
    calm = Shock(correlation_one=True, volatility_annual=1.0)
    subject = world(calm)
    before = [market(subject, s).index for s in ("BTC", "ETH", "WIF")]
    run(subject, 3600, dt_s=60.0)
    after = [market(subject, s).index for s in ("BTC", "ETH", "WIF")]
    moves = [b / a - 1 for a, b in zip(before, after, strict=True)]
    assert moves[1] == pytest.approx(moves[0], abs=2e-4)
    assert moves[2] == pytest.approx(moves[0], abs=1e-3)


def test_venues_play_roles_in_the_order_of_the_exchange() -> None:
    outage = Shock(at_s=1, for_s=4, outage=("@short",), halt_s={"@second": 9.0})
    subject = world(outage, venues=("one", "two", "three"))
    assert set(subject.step(0.5)) == {"one", "two", "three"}
    assert set(subject.step(1.0)) == {"three"}


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_runs_through(name: str) -> None:
    profiles = [tinyface.profile(venue) for venue in ("hyperliquid", "dydx", "lighter", "bybit")]
    coins = ("BTC", "SOL", "HYPE", "WIF")
    subject = World(7, profiles, coins, load_scenario(name), MID_HOUR_NS)
    for _ in range(100):
        subject.step(6.0)
    for venue in subject.venues.values():
        for state in venue.by_symbol.values():
            assert max(state.bids) < min(state.asks)


def test_funding_flip_turns_live_rates_within_two_minutes() -> None:
    subject = World(
        7, [tinyface.PROFILE], ("BTC", "DOGE"), load_scenario("funding_flip"), MID_HOUR_NS
    )
    run(subject, 29)
    before = {s: market(subject, s).rate for s in ("BTC", "DOGE")}
    assert all(rate > 0 for rate in before.values())
    run(subject, 121)
    for symbol, rate in before.items():
        assert market(subject, symbol).rate < 0 < rate


def test_squeeze_lifts_price_open_interest_and_rate_together() -> None:
    subject = World(7, [tinyface.PROFILE], ("BTC", "WIF"), load_scenario("squeeze"), MID_HOUR_NS)
    run(subject, 20)
    state = market(subject, "WIF")
    price, lots, rate = state.mark, state.open_interest_lots, state.rate
    run(subject, 220)
    assert state.mark > 1.08 * price
    assert state.open_interest_lots > 1.2 * lots
    assert state.rate > 2 * rate


def test_calm_is_lively_enough_to_look_at() -> None:
    profiles = [
        tinyface.profile(venue, rule=tinyface.RULE) for venue in ("one", "two", "three", "four")
    ]
    subject = World(7, profiles, DEFAULT_SYMBOLS, load_scenario("calm"), MID_HOUR_NS)
    run(subject, 20)
    aprs = [state.rate * 8760 for v in subject.venues.values() for state in v.by_symbol.values()]
    pinned = 1e-4 / 8 * 8760
    assert sum(rate < 0 for rate in aprs) >= 5
    assert sum(rate == pytest.approx(pinned) for rate in aprs) >= 5
    assert 1 <= sum(rate > 1.0 for rate in aprs) <= 20
    assert len({round(rate, 3) for rate in aprs}) > 20
