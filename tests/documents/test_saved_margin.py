"""What stands behind positions outlives the file that a snapshot is saved in."""

import json

import msgspec
import pytest

from cockpit import calculators
from cockpit.calculators.common.form import read
from cockpit.calculators.common.market_data import Settings
from cockpit.core.events import AccountState, Instrument, Link, Margin, Position, Prices
from cockpit.documents.saved_view import view_of
from cockpit.documents.snapshot import snapshot
from cockpit.state.store import MarketStore

NOW_NS = 1_790_000_000_000_000_000
ADDRESS = "0x" + "cd" * 20


@pytest.fixture
def store() -> MarketStore:
    """A cross long of BTC and an isolated short of SOL that has 600 USD of its own."""
    held = MarketStore([("hyperliquid", None)], ["BTC", "SOL"])
    held.follow([("hyperliquid", ADDRESS, "")])
    said = {"venue": "hyperliquid", "recv_ns": NOW_NS}
    owned = {**said, "account": ADDRESS}
    listed = {"quote": "USDC", **said}
    held.apply_all(
        [
            Link(state="live", **said),
            Instrument(symbol="BTC", native="BTC", base="BTC", mmf=0.0125, **listed),
            Instrument(symbol="SOL", native="SOL", base="SOL", mmf=0.025, **listed),
            AccountState(state="read", **owned),
            Margin(equity=10_600.0, cross_equity=10_000.0, used=3600.0, **owned),
            Position(symbol="BTC", size=0.1, entry=90_000.0, mark=90_000.0, **owned),
            Position(
                symbol="SOL", size=-20.0, entry=150.0, mark=150.0, margin_mode="isolated",
                isolated_equity=600.0, **owned,
            ),
            Prices(symbol="BTC", mark=90_000.0, index=90_000.0, **said),
            Prices(symbol="SOL", mark=155.0, index=155.0, **said),
        ]
    )  # fmt: skip
    return held


def pools(view) -> dict[str | None, dict]:
    margin = calculators.load("margin")
    result = margin.compute(read(margin.Inputs, {}), view, Settings(now_ns=NOW_NS))
    rows = msgspec.to_builtins(result.values)["venues"]
    return {row["isolated"]: row for row in rows}


def saved(store: MarketStore):
    text = msgspec.json.encode(snapshot(store, NOW_NS, None, []))
    return view_of(json.loads(text))


def test_an_isolated_position_stands_on_its_own_equity_at_the_price_of_the_snapshot(store):
    isolated = pools(saved(store))["SOL"]
    # The short has lost 5 USD a coin since the venue said what it is worth.
    assert isolated["equity_usd"] == pytest.approx(600.0 - 20 * 5)
    assert isolated["margin_ratio"] == pytest.approx(0.025 * 20 * 155 / 500)


def test_what_is_set_aside_for_it_stands_behind_no_other_position(store):
    assert pools(saved(store))[None]["equity_usd"] == pytest.approx(10_000.0)


def test_an_isolated_subaccount_stands_on_its_pool(store):
    """Where a venue moves isolated positions to a pool of their own, the pool is their equity."""
    owned = {"venue": "dydx", "recv_ns": NOW_NS, "account": "dydx1child", "pool": "128"}
    alone = MarketStore([("dydx", None)], ["SOL"])
    alone.follow([("dydx", "dydx1child", "")])
    alone.apply_all(
        [
            Margin(equity=700.0, cross_equity=700.0, **owned),
            Position(symbol="SOL", size=3.0, mark=150.0, margin_mode="isolated", **owned),
        ]
    )
    for view in (alone, saved(alone)):
        [row] = pools(view).values()
        assert row["equity_usd"] == pytest.approx(700.0)


def test_coins_that_are_owned_count_and_need_no_margin(store):
    """A cash-and-carry: the spot leg is worth its coins, pays no funding, is never liquidated."""
    said = {"venue": "hyperliquid", "recv_ns": NOW_NS}
    store.apply(Prices(symbol="BTC", mark=90_000.0, index=90_000.0, **said))
    spot = Position(
        venue="spot", symbol="BTC", size=0.5, account="manual", recv_ns=NOW_NS, source="manual"
    )
    store.set_manual([spot])
    margin = calculators.load("margin")
    result = margin.compute(read(margin.Inputs, {}), store, Settings(now_ns=NOW_NS))
    rows = {row["venue"]: row for row in msgspec.to_builtins(result.values)["venues"]}
    assert rows["spot"]["equity_usd"] == pytest.approx(45_000.0)
    assert rows["spot"]["maintenance_usd"] == 0.0
    assert rows["spot"]["carry_usd_per_hour"] == 0.0
    assert not any("spot" in warning for warning in result.warnings)
    assert any("spot/BTC" in words and "hyperliquid" in words for words in result.assumed)


def test_the_margin_tiers_of_the_venue_are_in_the_file(store):
    tiers, initial = ((0.0, 0.0125), (150e6, 0.025)), ((0.0, 0.025), (150e6, 0.05))
    btc = msgspec.structs.replace(
        store.market("hyperliquid", "BTC").instrument, margin_tiers=tiers, initial_tiers=initial
    )
    store.apply(btc)
    found = saved(store).market("hyperliquid", "BTC").instrument
    assert (found.margin_tiers, found.initial_tiers) == (tiers, initial)


def test_the_file_and_the_live_state_say_the_same(store):
    assert pools(saved(store)) == pools(store)
