"""Bybit's listing: names, multipliers, pages, states, margin tiers."""

from decimal import Decimal
from typing import Any

import pytest

from cockpit.core.events import Instrument, Reject
from cockpit.venues.bybit import SPEC
from cockpit.venues.bybit.messages import name_without_metadata
from cockpit.venues.bybit.session import Session
from cockpit.venues.contract import Tick, Wants
from tests.support import AT_NS, feed, frame, only, opened, reply
from tests.venues.bybit.samples import (
    SECOND_NS,
    answer,
    book,
    compact,
    fetches,
    listing,
    live_session,
    row,
    run_listing,
    ticker,
    topics,
)


def listed(*rows: Any) -> list[Instrument]:
    return only(Instrument, feed(Session(Wants()), listing(*rows)))


def test_an_instrument_is_stated_in_base_units() -> None:
    (btc,) = listed(row())
    assert (btc.symbol, btc.native, btc.base, btc.quote) == ("BTC", "BTCUSDT", "BTC", "USDT")
    assert (btc.tick, btc.lot, btc.min_size, btc.min_notional_usd) == (0.1, 0.001, 0.002, 5.0)
    assert (btc.contract, btc.max_leverage, btc.status) == (1.0, 100.0, "active")


def test_the_funding_interval_of_the_listing_is_in_minutes() -> None:
    rows = [
        row(f"C{minutes}USDT", f"C{minutes}", fundingInterval=minutes) for minutes in (480, 240, 60)
    ]
    assert [market.funding_interval_s for market in listed(*rows)] == [28_800, 14_400, 3_600]


def test_an_unknown_interval_is_missing_not_eight_hours() -> None:
    (btc,) = listed(row(fundingInterval=0))
    assert btc.funding_interval_s is None


@pytest.mark.parametrize("nameless", ["symbol", "baseCoin", "quoteCoin"])
def test_a_row_with_an_empty_name_is_no_market(nameless: str) -> None:
    outputs = feed(Session(Wants()), listing(row(**{nameless: ""}), row("ETHUSDT", "ETH")))
    assert [market.symbol for market in only(Instrument, outputs)] == ["ETH"]
    assert len(only(Reject, outputs)) == 1


def test_fees_are_those_of_the_documented_tier_because_none_are_published() -> None:
    (btc,) = listed(row())
    assert (btc.taker_fee, btc.maker_fee) == (0.00055, 0.0002)
    assert not SPEC.publishes_fees


@pytest.mark.parametrize(
    ("native", "base", "symbol", "contract"),
    [
        ("1000PEPEUSDT", "1000PEPE", "PEPE", 1e3),
        ("1000PEPEUSDT", "PEPE", "PEPE", 1e3),
        ("10000SATSUSDT", "10000SATS", "SATS", 1e4),
        ("1000000BABYDOGEUSDT", "1000000BABYDOGE", "BABYDOGE", 1e6),
        ("SHIB1000USDT", "SHIB1000", "SHIB", 1e3),
        ("SHIB1000USDT", "SHIB", "SHIB", 1e3),
        ("1INCHUSDT", "1INCH", "1INCH", 1.0),
        ("LUNA2USDT", "LUNA2", "LUNA2", 1.0),
        ("100XUSDT", "100X", "100X", 1.0),
    ],
)
def test_a_multiplier_in_the_name_is_the_contract_and_not_the_symbol(
    native: str, base: str, symbol: str, contract: float
) -> None:
    (market,) = listed(row(native, base))
    assert (market.symbol, market.base, market.contract) == (symbol, symbol, contract)
    assert market.tick == float(Decimal("0.1") / Decimal(contract))
    assert market.lot == 0.001 * contract
    assert market.min_size == 0.002 * contract
    assert name_without_metadata(native) == (symbol, contract)


def test_usdt_markets_own_the_plain_symbol_and_usdc_ones_say_so() -> None:
    usdc, usdt = listed(row("BTCPERP", "BTC", "USDC"), row())
    assert (usdt.symbol, usdt.quote) == ("BTC", "USDT")
    assert (usdc.symbol, usdc.quote, usdc.native) == ("BTC:USDC", "USDC", "BTCPERP")
    assert name_without_metadata("BTCPERP") == ("BTC:USDC", 1.0)


def test_names_are_mapped_by_base_coin_not_by_string() -> None:
    (market,) = listed(row("XAUTUSDT", "GOLDT"))
    assert market.symbol == "GOLDT"


def test_two_markets_of_one_coin_never_share_a_symbol() -> None:
    first, second = listed(row("PEPEUSDT", "PEPE"), row("1000PEPEUSDT", "1000PEPE"))
    assert (first.symbol, second.symbol) == ("PEPE", "1000PEPEUSDT")


def test_dated_futures_are_dropped() -> None:
    dated = row("BTCUSDT-26DEC25", contractType="LinearFutures")
    assert listed(dated) == []
    assert name_without_metadata("BTCUSDT-26DEC25") is None


@pytest.mark.parametrize("native", ["BTCUSD", "ETHUSDM26", "BTC-26DEC25", "BTCUSDT-26DEC25"])
@pytest.mark.parametrize("is_listed", [True, False])
def test_frames_of_inverse_and_dated_contracts_state_nothing(native: str, is_listed: bool) -> None:
    """Their sizes are dollars, or their prices those of a date: no perp of that coin has them."""
    session = live_session("BTC") if is_listed else Session(Wants(symbols=("BTC",)))
    fill = {"T": 1_672_304_486_865, "s": native, "S": "Buy", "v": "5000", "p": "60000.5"}
    trade = {"topic": f"publicTrade.{native}", "type": "snapshot", "data": [fill]}
    frames = [
        book("snapshot", 5, native=native),
        ticker("snapshot", native, markPrice="60000.5", openInterest="300000000"),
        compact(trade),
    ]
    assert feed(session, *map(frame, frames)) == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"status": "Trading"}, "active"),
        ({"status": "Closed"}, "delisted"),
        ({"status": "Delivering"}, "delisted"),
        ({"status": "PreLaunch"}, "paused"),
        ({"isPreListing": True, "preListingInfo": {"curAuctionPhase": "CallAuction"}}, "paused"),
        ({"isPreListing": True}, "paused"),
        (
            {"isPreListing": True, "preListingInfo": {"curAuctionPhase": "ContinuousTrading"}},
            "active",
        ),
        ({"status": "SomethingNew"}, "paused"),
    ],
)
def test_the_state_of_a_market(fields: Any, status: str) -> None:
    (market,) = listed(row(**fields))
    assert market.status == status


def test_pre_listing_contracts_are_not_subscribed_before_continuous_trading() -> None:
    session = Session(Wants(symbols=("NEW",)))
    feed(session, opened())
    waiting = row("NEWUSDT", "NEW", status="PreLaunch", isPreListing=True)
    assert topics(run_listing(session, waiting)) == []
    trading = {**waiting, "preListingInfo": {"curAuctionPhase": "ContinuousTrading"}}
    assert "orderbook.200.NEWUSDT" in topics(run_listing(session, trading))


def test_more_than_500_symbols_are_paged_with_the_cursor() -> None:
    session = Session(Wants(symbols=("ETH",)))
    (first,) = fetches(feed(session, opened()), "instruments")
    assert first.path == "/v5/market/instruments-info?category=linear&limit=1000"
    page = feed(session, listing(row(), key=first.key, cursor="first%3DA%26last%3DB C"))
    (second,) = fetches(page, "instruments")
    assert second.path.endswith("&cursor=first%3DA%26last%3DB%20C")
    page = feed(session, listing(row("ETHUSDT", "ETH"), key=second.key))
    assert topics(page)[0] == "orderbook.200.ETHUSDT"
    (prelisted,) = fetches(page, "instruments")
    assert "status=PreLaunch" in prelisted.path
    assert fetches(feed(session, listing(key=prelisted.key)), "instruments") == []


def test_a_cursor_that_never_ends_is_not_followed_for_ever() -> None:
    session = Session(Wants())
    (fetch,) = fetches(feed(session, opened()), "instruments")
    pages = 0
    while fetch and "PreLaunch" not in fetch.path and pages < 100:
        pages += 1
        (fetch,) = fetches(feed(session, listing(key=fetch.key, cursor="same")), "instruments")
    assert 2 < pages < 100


def test_a_market_gone_from_two_whole_listings_is_delisted_because_closed_ones_are_not_named() -> (
    None
):
    session = live_session()
    assert only(Instrument, run_listing(session, row())) == []
    gone = only(Instrument, run_listing(session, row()))
    assert {(market.symbol, market.status) for market in gone} == {
        ("ETH", "delisted"),
        ("BTC:USDC", "delisted"),
    }
    (back,) = only(Instrument, run_listing(session, row(), row("ETHUSDT", "ETH")))
    assert (back.symbol, back.status) == ("ETH", "active")


def test_a_page_of_a_listing_that_was_begun_anew_delists_nothing() -> None:
    session = Session(Wants())
    (old,) = fetches(feed(session, opened()), "instruments")
    run_listing(session, row())
    for _ in range(3):
        feed(session, opened())
        stale = feed(session, listing(key=old.key))
        assert fetches(stale, "instruments") == []
        assert only(Instrument, stale) == []


def test_a_ban_is_waited_out() -> None:
    session = Session(Wants())
    feed(session, opened(), reply("instruments", "access too frequent", status=403))
    asked = [s for s in range(1, 700) if fetches(feed(session, _tick(s)), "instruments")]
    assert asked[0] == 600


def test_an_error_in_the_body_is_a_reject_with_the_words_of_the_venue() -> None:
    body = answer(ret_code=10001, ret_msg="params error: symbol invalid")
    (reject,) = only(Reject, feed(Session(Wants()), reply("instruments", body)))
    assert "10001 params error: symbol invalid" in reject.reason


def test_names_that_could_steer_a_terminal_are_rejected_one_by_one() -> None:
    outputs = feed(Session(Wants()), listing(row("\x1b[2JUSDT", "\x1b[2J"), row()))
    assert [market.symbol for market in only(Instrument, outputs)] == ["BTC"]
    assert len(only(Reject, outputs)) == 1


# --- margin tiers ---------------------------------------------------------------------------------


def tier(limit: str, maintenance: str, initial: str, leverage: str) -> Any:
    return {
        "id": 1,
        "symbol": "BTCUSDT",
        "riskLimitValue": limit,
        "maintenanceMargin": maintenance,
        "initialMargin": initial,
        "isLowestRisk": 0,
        "maxLeverage": leverage,
        "mmDeduction": "",
    }


def test_risk_limits_are_the_margin_tiers_whatever_their_order() -> None:
    """A limit is the upper end of its tier: 0.33 % up to 300,000 and 0.5 % beyond."""
    body = answer(
        tier("2000000", "0.005", "0.01", "100.00"), tier("300000", "0.0033", "0.0066", "150.00")
    )
    (btc,) = only(Instrument, feed(live_session(), reply("margin_tiers", body, key="BTCUSDT")))
    assert (btc.symbol, btc.mmf) == ("BTC", 0.0033)
    assert btc.margin_tiers == ((0.0, 0.0033), (300_000.0, 0.005))
    assert btc.initial_tiers == ((0.0, 0.0066), (300_000.0, 0.01))


def test_a_deep_tier_at_one_times_leverage_is_still_a_fraction() -> None:
    body = answer(tier("100", "0.42", "0.7", "1.43"), tier("200", "0.6", "1", "1"))
    (btc,) = only(Instrument, feed(live_session(), reply("margin_tiers", body, key="BTCUSDT")))
    assert btc.margin_tiers == ((0.0, 0.42), (100.0, 0.6))


@pytest.mark.parametrize(
    "second",
    [
        tier("2000000", "2", "4", "25"),
        tier("2000000", "", "0.01", "100"),
        tier("300000", "0.005", "0.01", "100"),
        tier("2000000", "0.001", "0.01", "100"),
        tier("2000000", "0.005", "0.006", "166"),
    ],
    ids=["per cent", "blank", "no room", "falls", "initial falls"],
)
def test_a_table_with_an_odd_tier_is_refused_whole(second: Any) -> None:
    """Half a table would understate what a large position needs."""
    body = answer(tier("300000", "0.0033", "0.0066", "150"), second)
    outputs = feed(live_session(), reply("margin_tiers", body, key="BTCUSDT"))
    assert only(Instrument, outputs) == []
    assert len(only(Reject, outputs)) == 1


def test_a_margin_tier_whose_unit_is_unclear_is_a_reject_not_a_guess() -> None:
    body = answer(tier("2000000", "0.5", "1", "10"))
    outputs = feed(live_session(), reply("margin_tiers", body, key="BTCUSDT"))
    assert only(Instrument, outputs) == []
    assert len(only(Reject, outputs)) == 1


def test_margin_survives_the_next_listing() -> None:
    session = live_session()
    first, second = tier("2000000", "0.005", "0.01", "100"), tier("9000000", "0.02", "0.04", "25")
    feed(session, reply("margin_tiers", answer(first, second)))
    (changed,) = only(Instrument, run_listing(session, row(fundingInterval=60)))
    assert changed.mmf == 0.005
    assert len(changed.margin_tiers) == 2


def test_margin_tiers_are_asked_for_wanted_markets_only_and_once() -> None:
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened())
    asked = fetches(run_listing(session, row(), row("ETHUSDT", "ETH")), "margin_tiers")
    assert [(fetch.path, fetch.key, fetch.background) for fetch in asked] == [
        ("/v5/market/risk-limit?category=linear&symbol=BTCUSDT", "BTCUSDT", True)
    ]
    later = [output for second in range(1, 60) for output in feed(session, _tick(second))]
    assert fetches(later, "margin_tiers") == []


def _tick(second: int) -> Tick:
    return Tick(at_ns=AT_NS + second * SECOND_NS)
