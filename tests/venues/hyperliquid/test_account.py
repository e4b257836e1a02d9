"""Hyperliquid accounts: what recordings say, and which field and sign is which."""

import json

import pytest

from cockpit.analytics.risk.margin import build_tiers, liquidation_price
from cockpit.core.events import AccountFill, FundingPayment, Margin, Position, Reject
from cockpit.venues.contract import Fetch, Wants
from cockpit.venues.hyperliquid.session import Session
from tests.invariants import Invariants
from tests.support import capture_text, closed, feed, frame, needs_captures, only, opened, reply
from tests.venues.hyperliquid.accounts import (
    ALICE,
    BOB,
    EMPTY,
    all_dexs,
    body_of,
    following,
    row,
    state,
)  # fmt: skip

# --- recordings ---------------------------------------------------------------------------------


@needs_captures
def test_the_recorded_long_of_2026_is_read_to_the_last_digit():
    body = body_of("clearinghouse_state_2026")[1]
    outputs = feed(following(ALICE), reply("account", body))
    Invariants("hyperliquid").check_all(outputs)
    [position] = only(Position, outputs)
    assert (position.symbol, position.size, position.entry) == ("BTC", 0.00061, 82771.8)
    assert position.mark == pytest.approx(47.66235 / 0.00061)
    assert (position.upnl, position.leverage, position.margin_mode) == (-2.82848, 20.0, "cross")
    assert position.liquidation is None, "null: there is no such price"
    assert position.funding_paid == -0.004156, (
        "charged is positive there, received is positive here"
    )
    assert position.venue_ns == 1_770_118_781_558_000_000
    [margin] = only(Margin, outputs)
    assert (margin.equity, margin.used, margin.available) == (179.007426, 2.383117, 174.241191)
    assert margin.maintenance == 0.595779


@needs_captures
def test_a_liquidation_price_of_null_agrees_with_our_formula():
    """A long worth a quarter of its equity: no positive price is low enough."""
    [margin] = only(
        Margin, feed(following(ALICE), reply("account", body_of("clearinghouse_state_2026")[1]))
    )
    ours = liquidation_price(
        margin.equity, 0.00061, 47.66235 / 0.00061, build_tiers([0], [1 / 80]), 0.0
    )
    assert ours is None


@needs_captures
def test_the_recorded_account_of_2023_has_twelve_positions_and_its_value_adds_up():
    [exchange] = body_of("clearinghouse_state_2023")
    outputs = feed(following(BOB), reply("account", exchange["response"]))
    positions = {p.symbol: p for p in only(Position, outputs)}
    assert len(positions) == 12
    assert (positions["BTC"].size, positions["BTC"].liquidation) == (-0.00785, 173198.69592357)
    assert (positions["ETH"].size, positions["ETH"].liquidation) == (0.1334, None)
    assert positions["BTC"].funding_paid is None, "the recordings of 2023 do not say"
    [margin] = only(Margin, outputs)
    raw_usd = 86.549602
    worth = sum(p.size * p.mark for p in positions.values())
    assert margin.equity == 1182.312496 == pytest.approx(raw_usd + worth)


@needs_captures
def test_liquidation_prices_of_2023_held_maintenance_at_its_amount_of_that_day():
    """In March 2023 the venue moved only the equity: p = m + (E - MM) / |s| for a short.

    Today's documentation, and so our formula, lets the maintenance of the leg grow with the price:
    the same, divided by 1 + mmf. That is why they differ by up to 1 %, and by exactly this.
    """
    [exchange] = body_of("clearinghouse_state_2023")
    outputs = feed(following(BOB), reply("account", exchange["response"]))
    [margin] = only(Margin, outputs)
    positions = only(Position, outputs)
    mmf = 1 / (2 * 50)
    needed = sum(abs(p.size) * p.mark * mmf for p in positions)
    shorts = [p for p in positions if p.size < 0]
    assert [p.symbol for p in shorts] == ["BTC", "ATOM", "DYDX", "APE", "OP"]
    for p in shorts:
        held = p.mark + (margin.equity - needed) / abs(p.size)
        assert p.liquidation == pytest.approx(held, rel=1e-8)
        own = abs(p.size) * p.mark * mmf
        ours = liquidation_price(
            margin.equity, p.size, p.mark, build_tiers([0], [mmf]), needed - own
        )
        grown = (margin.equity - needed + abs(p.size) * p.mark * (1 + mmf)) / abs(p.size)
        assert ours == pytest.approx(grown / (1 + mmf), rel=1e-12)
        assert ours == pytest.approx(p.liquidation, rel=0.01)
    for p in positions:
        if p.size > 0:
            own = abs(p.size) * p.mark * mmf
            tiers = build_tiers([0], [mmf])
            assert p.liquidation is None
            assert liquidation_price(margin.equity, p.size, p.mark, tiers, needed - own) is None


@needs_captures
def test_raw_usd_may_be_negative_and_a_summary_may_be_missing():
    body = json.loads(capture_text("hyperliquid/rest_clearinghouse_state_negative_raw_usd.json"))
    [margin] = only(Margin, feed(following(ALICE), reply("account", body)))
    assert (margin.equity, margin.used, margin.available) == (1736.030875, 963.798764, 772.232111)
    assert margin.maintenance is None, "not said is not 0"


@needs_captures
def test_funding_received_is_positive_in_the_recorded_payments():
    [exchange] = body_of("user_funding_13rows")
    outputs = feed(following(ALICE), reply("account", exchange["response"]))
    paid = {p.symbol: p for p in only(FundingPayment, outputs)}
    assert len(paid) == 13
    assert (paid["BTC"].usd, paid["BTC"].size, paid["BTC"].rate) == (5.950454, -0.68582, 0.00010081)
    assert paid["AVAX"].usd == -0.572915
    assert paid["BTC"].venue_ns == 1_681_948_800_000_000_000
    for payment in paid.values():
        assert payment.usd * payment.size * payment.rate < 0, "a long pays a positive rate"


@needs_captures
def test_the_recorded_stream_of_payments_is_flat_and_names_its_account():
    session = Session(Wants())
    text = capture_text("hyperliquid/ws_user_fundings_snapshot.json")
    outputs = feed(session, frame(text), frame(text))
    paid = only(FundingPayment, outputs)
    assert [p.usd for p in paid] == [0.000502, 0.000468, -0.000001, -0.000794], "each once"
    assert paid[-1].symbol == "xyz:SILVER"
    assert paid[-1].pool == "xyz"
    assert {p.account for p in paid} == {"0x61fb9e7583dc92cc76eb52f93d88addaa0f02265"}


def fills_of(*rows: dict, snapshot: bool = False) -> dict:
    data = {"isSnapshot": snapshot, "user": ALICE, "fills": list(rows)}
    return {"channel": "userFills", "data": data}


@needs_captures
def test_the_recorded_fills_are_signed_and_those_of_spot_are_left_out():
    rows = json.loads(capture_text("hyperliquid/rest_user_fills_dust_conversion.json"))
    both = frame(fills_of(*rows, snapshot=True)), frame(fills_of(*rows))
    outputs = feed(following(ALICE), *both)
    Invariants("hyperliquid").check_all(outputs)
    fills = {fill.symbol: fill for fill in only(AccountFill, outputs)}
    assert len(fills) == sum(row["coin"][0] not in "@" for row in rows) == len(outputs), "each once"
    bought = fills["ARB"]
    assert (bought.size, bought.price, bought.before) == (8552.3, 0.07482, 432_064.5)
    assert (bought.fee, bought.venue_ns) == (0.0, 1_782_526_679_879_000_000)
    assert fills["JUP"].before == -89_239.0


FILL = {
    "coin": "kPEPE", "px": "0.012", "sz": "3", "side": "A", "time": 1_760_000_000_000, "tid": 7,
    "startPosition": "-2.0", "fee": "0.5", "feeToken": "USDC",
}  # fmt: skip


def test_a_fill_in_thousands_of_coins_is_told_per_coin():
    fill, _ = feed(following(ALICE), frame(fills_of(FILL)))
    assert (fill.symbol, fill.size, fill.price) == ("PEPE", -3000.0, pytest.approx(1.2e-5))
    assert (fill.before, fill.fee) == (-2000.0, 0.5)


def test_a_fee_in_another_coin_is_not_known_in_dollars():
    fill, _ = feed(following(ALICE), frame(fills_of(FILL | {"feeToken": "HYPE"})))
    assert fill.fee is None


def test_one_unreadable_fill_costs_no_other():
    outputs = feed(following(ALICE), frame(fills_of(FILL | {"sz": "-1", "tid": 8}, FILL)))
    assert [type(output) for output in outputs] == [AccountFill, Reject, Fetch]


def test_after_a_fill_the_position_is_asked_for_and_not_waited_for():
    elsewhere = FILL | {"coin": "xyz:GOLD", "tid": 8}
    *_, own, builders = feed(following(ALICE), frame(fills_of(FILL, elsewhere)))
    assert [fetch.key for fetch in (own, builders)] == [f"state/{ALICE}", f"state/{ALICE}/xyz"]
    was_before = feed(following(ALICE), frame(fills_of(FILL, snapshot=True)))
    assert only(Fetch, was_before) == [], "what the channel opens with is in the first state"


# --- figures ------------------------------------------------------------------------------------


def test_no_field_is_taken_for_another():
    [position] = only(Position, feed(following(ALICE), reply("account", state(row("BTC", "-2.0")))))
    assert (position.size, position.entry, position.mark) == (-2.0, 90.0, 100.0)
    assert (position.liquidation, position.upnl, position.funding_paid) == (55.5, 20.5, -3.25)
    assert (position.leverage, position.isolated_equity) == (7.0, None)


def test_an_isolated_position_stands_on_its_own_margin():
    isolated = row("BTC", "1", leverage={"type": "isolated", "value": 5, "rawUsd": "-95.0"})
    outputs = feed(following(ALICE), reply("account", state(isolated)))
    [position] = only(Position, outputs)
    assert (position.margin_mode, position.isolated_equity) == ("isolated", 28.5)
    [margin] = only(Margin, outputs)
    assert (margin.equity, margin.cross_equity, margin.maintenance) == (1000.0, 900.0, 12.0)


def test_a_thousand_pepe_are_told_per_coin():
    kpepe = row("kPEPE", "3.0", entryPx="0.009", positionValue="0.03", liquidationPx="0.005")
    [position] = only(Position, feed(following(ALICE), reply("account", state(kpepe))))
    assert (position.symbol, position.size) == ("PEPE", 3000.0)
    assert position.entry == pytest.approx(0.000009)
    assert position.mark == pytest.approx(0.00001)
    assert position.liquidation == pytest.approx(0.000005)


def test_negative_equity_is_a_number_like_any_other():
    broke = state(row("BTC", "1.0"), value="-12.5", withdrawable="0.0")
    [margin] = only(Margin, feed(following(ALICE), reply("account", broke)))
    assert margin.equity == -12.5


def test_positions_in_markets_that_nobody_follows_are_told_all_the_same():
    outputs = feed(
        following(ALICE), reply("account", state(row("HYPE", "3"), row("xyz:GOLD", "1")))
    )
    assert [p.symbol for p in only(Position, outputs)] == ["HYPE", "xyz:GOLD"]


def test_a_position_that_is_absent_was_closed():
    session = following(ALICE)
    feed(session, reply("account", state(row("BTC", "1"), row("ETH", "2"))))
    outputs = feed(session, closed(), opened(), reply("account", state(row("ETH", "2"))))
    assert [(p.symbol, p.size) for p in only(Position, outputs)] == [("BTC", 0.0), ("ETH", 2.0)]


def test_every_dex_of_an_address_is_a_pool_of_its_own():
    session = following(ALICE)
    outputs = feed(
        session,
        opened(),
        frame(all_dexs(ALICE, ("", state(row("BTC", "1"))), ("xyz", state(row("xyz:GOLD", "-2"))))),
    )
    assert [(p.pool, p.symbol) for p in only(Position, outputs)] == [
        ("", "BTC"),
        ("xyz", "xyz:GOLD"),
    ]
    assert [m.pool for m in only(Margin, outputs)] == ["", "xyz"]
    again = feed(
        session, frame(all_dexs(ALICE, ("", state()), ("xyz", state(row("xyz:GOLD", "-2")))))
    )
    assert [(p.symbol, p.size) for p in only(Position, again)] == [("BTC", 0.0), ("xyz:GOLD", -2.0)]


def test_a_dex_that_holds_nothing_is_not_told():
    outputs = feed(following(ALICE), frame(all_dexs(ALICE, ("", state()), ("flx", EMPTY))))
    assert [m.pool for m in only(Margin, outputs)] == [""]
