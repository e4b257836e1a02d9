"""The demonstration accounts of a world: their past, their trades, their funding, the truth."""

from dataclasses import replace

import pytest

from cockpit.core.clock import ManualClock
from cockpit.core.scenario import Scenario, load_scenario
from cockpit.core.units import HOUR_NS
from cockpit.sim import FACES, load
from cockpit.sim.faces import bybit, dydx, hyperliquid, lighter
from cockpit.sim.server.exchange import Exchange
from cockpit.sim.world import margin, truth
from cockpit.sim.world.accounts import MICROS
from cockpit.sim.world.addresses import hex_address
from cockpit.sim.world.contract import FaceModule
from cockpit.sim.world.world import World
from tests.sim.desk import CARRY, START_NS, SYMBOLS, Desk

VENUES: tuple[FaceModule, ...] = (hyperliquid, dydx, lighter)


def world(seed: int = 5, symbols: tuple[str, ...] = SYMBOLS) -> World:
    profiles = [module.PROFILE for module in VENUES]
    return World(seed, profiles, symbols, Scenario(name="quiet"), START_NS)


def test_a_world_begins_with_positions_that_were_paid_funding_since_they_were_opened() -> None:
    for venue in world().venues.values():
        for account in venue.accounts:
            assert account.positions or not account.fills
            for position in account.positions.values():
                state = venue.by_symbol[position.symbol]
                since = [row for row in state.settled if row[0] > position.opened_ns]
                rows = [row for row in account.payments if row.symbol == position.symbol]
                assert [row.at_ns for row in rows] == [row[0] for row in since]
                assert position.funding_micros == sum(row.micros for row in rows)


def test_the_same_seed_gives_the_same_accounts() -> None:
    one, other = world(symbols=("BTC", "SOL")), world(symbols=("BTC", "SOL"))
    for _ in range(60):
        one.step(3.0)
        other.step(3.0)
    assert truth.document(one) == truth.document(other)
    another = truth.document(world(seed=6, symbols=("BTC", "SOL")))
    assert truth.document(one)["accounts"] != another["accounts"]


def test_accounts_leave_the_markets_as_they_would_be_without_them() -> None:
    bare = [replace(module.PROFILE, accounts=()) for module in VENUES]
    without = World(5, bare, ("BTC", "SOL"), Scenario(name="quiet"), START_NS)
    subject = world(symbols=("BTC", "SOL"))
    for _ in range(60):
        subject.step(3.0)
        without.step(3.0)
    assert truth.document(subject)["markets"] == truth.document(without)["markets"]
    assert truth.document(without)["accounts"] == []


def test_the_truth_has_the_promised_keys() -> None:
    rows = truth.document(world())["accounts"]
    keys = {"venue", "account", "equity_usd", "margin_used_usd", "positions"}
    assert all(keys <= set(row) for row in rows)
    keys = {"symbol", "size", "entry", "mark", "upnl_usd", "liquidation", "funding_paid_usd"}
    assert all(keys <= set(position) for row in rows for position in row["positions"])


def test_nobody_is_liquidated_in_a_squeeze() -> None:
    profiles = [module.PROFILE for module in VENUES]
    subject = World(5, profiles, SYMBOLS, load_scenario("squeeze"), START_NS)
    for _ in range(120):
        subject.step(10.0)
        for row in truth.document(subject)["accounts"]:
            assert all(p["maintenance_usd"] < p["equity_usd"] for p in row["parts"])


def test_one_address_holds_a_perfect_hedge_on_two_venues() -> None:
    subject = world()
    for _ in range(100):
        subject.step(1.0)
    rows = truth.document(subject)["accounts"]
    addresses = [row["account"] for row in rows]
    carry = hex_address(CARRY)
    (shared,) = {a for a in addresses if addresses.count(a) == 2 and a != carry}
    held = [p for row in rows if row["account"] == shared for p in row["positions"]]
    assert [position["symbol"] for position in held] == ["BTC", "BTC"]
    assert sum(position["size"] for position in held) == 0
    assert held[0]["size"] > 0.1


@pytest.mark.parametrize("module", VENUES, ids=lambda module: module.PROFILE.name)
def test_the_truth_adds_up(module: FaceModule) -> None:
    desk = Desk(module)
    desk.run(200)
    for address in desk.view.accounts.addresses:
        told = desk.truth(address)
        cash = sum(account.quote_micros for account in desk.view.accounts.of(address)) / MICROS
        isolated = 0.0
        for account in desk.view.accounts.of(address):
            isolated += sum(p.quote_micros for p in account.positions.values()) / MICROS
        worth = sum(p["size"] * p["mark"] for p in told["positions"])
        assert told["equity_usd"] == pytest.approx(cash + isolated + worth, abs=1e-4)
        for position in told["positions"]:
            by_hand = position["size"] * (position["mark"] - position["entry"])
            assert position["upnl_usd"] == pytest.approx(by_hand, abs=1e-3)
        assert told["equity_usd"] == sum(part["equity_usd"] for part in told["parts"])
        names = [position["symbol"] for position in told["positions"]]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("module", VENUES, ids=lambda module: module.PROFILE.name)
def test_at_the_truths_liquidation_price_equity_is_maintenance(module: FaceModule) -> None:
    desk = Desk(module)
    for account in desk.accounts():
        for position in account.positions.values():
            state = desk.view.by_symbol[position.symbol]
            price = margin.liquidation(desk.view, account, position)
            if price is None:
                continue
            kept, state.mark = state.mark, price
            state.mark = round(price, state.listing.price_decimals)
            now = margin.standing(desk.view, account)
            if position.isolated:
                equity = position.quote_micros + margin.value(state, position)
                needed = margin.maintenance(margin.rule_of(desk.view), state, position)
            else:
                equity, needed = now.cross_equity, now.cross_maintenance
            tick_usd = abs(margin.value(state, position)) / MICROS / price
            tick_usd *= 10.0**-state.listing.price_decimals
            assert equity / MICROS == pytest.approx(needed / MICROS, abs=tick_usd + 1e-3)
            state.mark = kept


def test_traders_trade_at_the_touch_and_sometimes_close_and_turn() -> None:
    subject = world()
    fills = []
    for _ in range(120):
        for step in subject.step(60.0).values():
            fills += step.fills
    closes = sum(not fill.start_lots + fill.lots for fill in fills)
    assert len(fills) > 300
    assert 0 < closes < len(fills) / 4
    assert {fill.position.isolated for fill in fills} == {True, False}
    for venue in subject.venues.values():
        for account in venue.accounts:
            now = margin.standing(venue, account)
            assert now.maintenance < now.equity


def test_a_trade_happens_at_the_best_price_of_the_other_side() -> None:
    desk = Desk(lighter)
    for _ in range(40):
        fill, _ = desk.until_fill()
        state = desk.view.by_symbol[fill.position.symbol]
        assert fill.ticks == (min(state.asks) if fill.lots > 0 else max(state.bids))


def test_funding_is_paid_once_at_the_hour_on_the_size_of_that_moment() -> None:
    desk = Desk(dydx)
    before = [len(account.payments) for account in desk.accounts()]
    desk.past_the_hour()
    for account, known in zip(desk.accounts(), before, strict=True):
        new = account.payments[known:]
        paid = [payment.symbol for payment in new]
        assert len(set(paid)) == len(paid) > 0
        for payment in new:
            state = desk.view.by_symbol[payment.symbol]
            stamp_ns, rate, _, reference = state.settled[-1]
            assert payment.at_ns == stamp_ns
            assert payment.at_ns % HOUR_NS < 10**9
            size = payment.lots / 10**state.listing.size_decimals
            assert payment.micros == round(-size * reference * rate * MICROS)


def test_coins_that_are_not_traded_are_not_held() -> None:
    subject = world(symbols=("BTC",))
    for _ in range(100):
        subject.step(5.0)
    held = {p["symbol"] for row in truth.document(subject)["accounts"] for p in row["positions"]}
    assert held == {"BTC"}


def test_the_ready_line_names_the_addresses_of_each_venue() -> None:
    modules = {name: load(name) for name in FACES}
    exchange = Exchange(modules, ["BTC"], Scenario(name="quiet"), 7, clock=ManualClock(START_NS))
    named = exchange.ready()["accounts"]
    assert bybit.PROFILE.name not in named
    assert [len(named[module.PROFILE.name]) for module in VENUES] == [4, 2, 3]
    assert set(named["hyperliquid"]) & set(named["lighter"])
    assert named["dydx"][0].startswith("dydx1")
