"""The world by itself: reproducible, plausible, and never at odds with what it published."""

from collections import defaultdict
from itertools import pairwise

import pytest

from cockpit.core.errors import InputError
from cockpit.core.market import Side
from cockpit.core.scenario import Scenario
from cockpit.sim.world.assets import ASSETS, DEFAULT_SYMBOLS
from cockpit.sim.world.contract import Listing, Profile, Status, Step
from cockpit.sim.world.world import World
from tests.sim import tinyface

START_NS = 1_795_400_000_000_000_000
QUIET = Scenario(name="quiet")
SYMBOLS = ("BTC", "SOL", "PEPE", "WIF")


def world(*profiles: Profile, seed: int = 3, scenario: Scenario = QUIET) -> World:
    return World(seed, profiles or (tinyface.PROFILE,), SYMBOLS, scenario, START_NS)


def run(subject: World, steps: int, dt_s: float = 0.1) -> list[dict[str, Step]]:
    return [subject.step(dt_s) for _ in range(steps)]


def test_the_same_seed_tells_the_same_story() -> None:
    assert run(world(), 60) == run(world(), 60)


def test_another_seed_tells_another_story() -> None:
    assert run(world(seed=3), 20) != run(world(seed=4), 20)


def test_published_changes_add_up_to_the_book() -> None:
    subject = world()
    state = subject.venues["tiny"].by_symbol["BTC"]
    seen = {Side.BUY: dict(state.bids), Side.SELL: dict(state.asks)}
    for steps in run(subject, 200):
        for change in steps["tiny"].books:
            if change.symbol == "BTC":
                if change.lots:
                    seen[change.side][change.ticks] = change.lots
                else:
                    del seen[change.side][change.ticks]
    assert seen == {Side.BUY: state.bids, Side.SELL: state.asks}


def test_books_never_cross_and_never_run_dry() -> None:
    subject = world()
    for _ in range(300):
        subject.step(0.1)
        for state in subject.venues["tiny"].by_symbol.values():
            assert max(state.bids) < min(state.asks)
            assert min(state.bids.values()) > 0
            assert min(state.asks.values()) > 0
            assert 25 <= len(state.bids) <= 80
            assert 25 <= len(state.asks) <= 80


def test_a_book_step_counts_once_and_only_if_something_changed() -> None:
    subject = world()
    state = subject.venues["tiny"].by_symbol["SOL"]
    for _ in range(100):
        before = state.book_seq
        step = subject.step(0.1)["tiny"]
        changed = any(change.symbol == "SOL" for change in step.books)
        assert state.book_seq - before == int(changed)


def test_one_level_changes_at_most_once_in_a_step() -> None:
    for steps in run(world(), 100):
        keys = [(c.symbol, c.side, c.ticks) for c in steps["tiny"].books]
        assert len(keys) == len(set(keys))


def test_large_coins_are_busier_than_small_ones() -> None:
    changes: dict[str, int] = defaultdict(int)
    quiet_steps: dict[str, int] = defaultdict(int)
    for steps in run(world(), 300):
        touched = [change.symbol for change in steps["tiny"].books]
        for symbol in SYMBOLS:
            changes[symbol] += touched.count(symbol)
            quiet_steps[symbol] += symbol not in touched
    assert changes["BTC"] > 2 * changes["WIF"]
    assert quiet_steps["WIF"] > 150
    assert 3 * 300 < changes["BTC"] < 15 * 300


def test_trades_take_what_rests_and_become_the_last_price() -> None:
    subject = world()
    trades = [t for steps in run(subject, 300) for t in steps["tiny"].trades if t.symbol == "BTC"]
    state = subject.venues["tiny"].by_symbol["BTC"]
    assert len(trades) > 10
    assert all(trade.lots > 0 for trade in trades)
    assert all(a.trade_id < b.trade_id for a, b in pairwise(trades))
    assert subject.venues["tiny"].recent_trades("BTC", 3) == trades[-3:]
    # `last` follows with the next price statement, so it is one of the latest fills.
    assert state.last in {t.ticks / 10**state.listing.price_decimals for t in trades[-20:]}


def test_eaten_depth_comes_back() -> None:
    subject = world()
    market = subject.venues["tiny"].live["BTC"]
    asks = market.state.asks
    whole = sum(asks.values())
    eaten = sum(lots for _, lots in market.makers.eat(Side.BUY, whole // 8, {}))
    assert eaten == whole // 8
    assert sum(asks.values()) == whole - eaten
    run(subject, 200)
    assert sum(asks.values()) > 0.9 * whole


def test_venues_share_an_index_and_disagree_about_the_premium() -> None:
    subject = world(tinyface.profile("one"), tinyface.profile("two"))
    run(subject, 100)
    one, two = (subject.venues[name].by_symbol["BTC"] for name in ("one", "two"))
    assert one.index == pytest.approx(two.index, rel=2e-4)
    assert one.premium_avg != two.premium_avg
    for state in (one, two):
        assert state.mark == pytest.approx(state.index, rel=0.005)


def test_a_venue_that_margins_at_its_oracle_has_one_price_for_both() -> None:
    subject = world(tinyface.profile(mark="index"))
    run(subject, 20)
    for state in subject.venues["tiny"].by_symbol.values():
        assert state.mark == state.index


def test_a_contract_of_a_thousand_coins_is_priced_per_contract() -> None:
    state = world().venues["tiny"].by_symbol["PEPE"]
    coin = next(asset for asset in ASSETS if asset.symbol == "PEPE")
    assert state.listing.contract == 1000
    assert state.mark == pytest.approx(coin.price * 1000, rel=0.01)
    oi_usd = state.open_interest_lots / 10**state.listing.size_decimals * state.mark
    assert 0.3 * coin.oi_usd < oi_usd < 1.3 * coin.oi_usd


def test_blocks_come_at_the_chains_cadence_and_count_up() -> None:
    blocks = [block for steps in run(world(), 300) for block in steps["tiny"].blocks]
    assert len(blocks) == pytest.approx(30 / 0.5, abs=4)
    for before, after in pairwise(blocks):
        assert after.height == before.height + 1
        assert 0.4e9 <= after.block_ns - before.block_ns <= 0.6e9


def test_a_venue_without_a_chain_has_no_blocks() -> None:
    assert not any(s["tiny"].blocks for s in run(world(tinyface.profile(chain=None)), 50))


def test_a_delisted_market_is_named_and_has_no_numbers() -> None:
    status: Status = "delisted"
    dead = Listing("LUNA", "LUNA-PERP", 2, 2, 2, status=status)
    venue = world(tinyface.profile(delisted=(dead,))).venues["tiny"]
    state = venue.by_symbol["LUNA"]
    assert (state.mark, state.index, state.rate, state.bids, state.asks) == (
        None,
        None,
        None,
        {},
        {},
    )
    assert "LUNA" not in venue.live
    ids = [state.listing.market_id for state in venue.markets.values()]
    assert ids == sorted(ids)


def test_a_wrong_clock_shows_in_every_stamp() -> None:
    subject = world()
    venue = subject.venues["tiny"]
    venue.trouble(0.0, clock_skew_ms=-2500)
    step = subject.step(1.0)["tiny"]
    assert step.at_ns == venue.now_ns() == subject.now_ns - 2_500_000_000
    assert all(block.block_ns < subject.now_ns - 1_500_000_000 for block in step.blocks)
    assert all(trade.at_ns == step.at_ns for trade in step.trades)


def test_an_idle_world_only_grows_older() -> None:
    subject = world()
    before = dict(subject.venues["tiny"].by_symbol["BTC"].bids)
    steps = subject.idle(5.0)
    assert subject.now_ns == START_NS + 5_000_000_000
    assert steps["tiny"] == Step(subject.now_ns)
    assert subject.venues["tiny"].by_symbol["BTC"].bids == before


def test_a_long_step_is_as_sound_as_many_short_ones() -> None:
    subject = world()
    for _ in range(5):
        subject.step(7200.0)
        for state in subject.venues["tiny"].by_symbol.values():
            assert max(state.bids) < min(state.asks)


def test_an_unknown_symbol_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match="'HYPE'"):
        World(1, [tinyface.PROFILE], ["HYPER"], QUIET, START_NS)


def test_twenty_coins_start_away_from_powers_of_ten() -> None:
    assert len(DEFAULT_SYMBOLS) >= 20
    for asset in ASSETS:
        mantissa = float(f"{asset.price:e}".partition("e")[0])
        assert 1.2 < mantissa < 9.7, asset.symbol
