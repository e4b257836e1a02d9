"""dYdX's Indexer over HTTP: listings, funding history, validation, limits and missing accounts."""

import json
from decimal import Decimal

import pytest

from cockpit.sim.faces import dydx
from cockpit.sim.faces.dydx.profile import FINAL_SETTLEMENT, PAUSED, list_asset
from cockpit.sim.world.contract import Asset
from tests.sim.faces.dydx.client import ask
from tests.sim.fake_world import FakeWorld

ADDRESS = "dydx199tqg4wdlnu4qjlxchpd7seg454937hjrknju4"
HOUR_NS = 3_600_000_000_000


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(dydx.PROFILE)


@pytest.mark.parametrize(
    ("symbol", "price", "tick", "step", "resolution", "subticks"),
    [
        # Figures of the venue's own rows of 2025 (BTC, ETH, SOL) and 2024 (PEPE).
        ("BTC", 89_919.2, "1", "0.0001", -10, 100_000),
        ("ETH", 3_103.01, "0.1", "0.001", -9, 100_000),
        ("SOL", 135.3, "0.01", "0.1", -7, 1_000_000),
        ("PEPE", 0.0000081647, "0.0000000001", "10000000", 1, 1_000_000),
    ],
)
def test_ticks_and_lots_are_those_of_the_venue(
    symbol: str, price: float, tick: str, step: str, resolution: int, subticks: int
) -> None:
    world = FakeWorld(dydx.PROFILE, (Asset(symbol, price, 0.5, 1e8, 1e6),))
    row = ask(world, "perpetualMarkets")[1]["markets"][f"{symbol}-USD"]
    assert (row["tickSize"], row["stepSize"]) == (tick, step)
    assert (row["atomicResolution"], row["subticksPerTick"]) == (resolution, subticks)


def test_bitcoin_keeps_its_tick_above_a_hundred_thousand() -> None:
    listing = list_asset(Asset("BTC", 126_000.0, 0.5, 1e9, 1e6), 0)
    assert (listing.price_decimals, listing.size_decimals) == (0, 4)


@pytest.mark.parametrize(
    ("ticker", "imf", "mmf", "kind", "default"),
    [
        ("BTC-USD", "0.02", "0.012", "CROSS", "0"),
        ("SOL-USD", "0.05", "0.03", "CROSS", "0"),
        ("PEPE-USD", "0.1", "0.05", "CROSS", "0"),
        ("HYPE-USD", "0.05", "0.03", "ISOLATED", "0.0000125"),
    ],
)
def test_margin_tiers_and_isolated_markets(
    world: FakeWorld, ticker: str, imf: str, mmf: str, kind: str, default: str
) -> None:
    row = ask(world, "perpetualMarkets", ticker=ticker)[1]["markets"][ticker]
    assert (row["initialMarginFraction"], row["maintenanceMarginFraction"]) == (imf, mmf)
    assert (row["marketType"], row["defaultFundingRate1H"]) == (kind, default)
    rule = world.markets[ticker].rule
    assert rule.cap_8h == pytest.approx(6 * (float(imf) - float(mmf)))
    assert rule.interest_8h / 8 == pytest.approx(float(default))


def test_a_settled_market_keeps_its_row_and_a_paused_one_has_no_oracle_price(
    world: FakeWorld,
) -> None:
    markets = ask(world, "perpetualMarkets")[1]["markets"]
    assert markets[FINAL_SETTLEMENT]["status"] == "FINAL_SETTLEMENT"
    assert markets[PAUSED]["status"] == "PAUSED"
    assert markets[PAUSED]["oraclePrice"] is None


def test_a_ticker_with_commas_is_found_when_it_is_quoted(world: FakeWorld) -> None:
    status, body = ask(world, f"orderbooks/perpetualMarket/{PAUSED.replace(',', '%2C')}")
    assert (status, body) == (200, {"bids": [], "asks": []})


def test_open_interest_is_base_units_and_the_other_field_disagrees(world: FakeWorld) -> None:
    world.by_symbol["BTC"].open_interest_lots = 3_817_348
    row = ask(world, "perpetualMarkets", ticker="BTC-USD")[1]["markets"]["BTC-USD"]
    assert row["openInterest"] == "381.7348"
    assert row["baseOpenInterest"] != row["openInterest"]


def test_funding_history_descends_and_pages_by_height_and_by_time(world: FakeWorld) -> None:
    rows = ask(world, "historicalFunding/BTC-USD")[1]["historicalFunding"]
    assert len(rows) == 720
    stamps = [row["effectiveAt"] for row in rows]
    assert stamps == sorted(stamps, reverse=True)
    first = ask(world, "historicalFunding/BTC-USD", limit=2)[1]["historicalFunding"]
    assert first == rows[:2]
    older = int(first[-1]["effectiveAtHeight"]) - 1
    second = ask(world, "historicalFunding/BTC-USD", effectiveBeforeOrAtHeight=older, limit=2)
    assert second[1]["historicalFunding"] == rows[2:4]
    again = ask(world, "historicalFunding/BTC-USD", effectiveBeforeOrAt=stamps[5])
    assert again[1]["historicalFunding"] == rows[5:]


def test_candles_descend_within_their_span_and_the_first_is_running(world: FakeWorld) -> None:
    path = "candles/perpetualMarkets/BTC-USD"
    rows = ask(world, path, resolution="1HOUR", limit=3)[1]["candles"]
    # The world's clock stands at 08:53:20 UTC.
    assert [row["startedAt"][11:16] for row in rows] == ["08:00", "07:00", "06:00"]
    assert rows[0]["close"] == "111000"
    span = {"fromISO": rows[2]["startedAt"], "toISO": rows[1]["startedAt"]}
    assert ask(world, path, resolution="1HOUR", **span)[1]["candles"] == rows[1:]
    assert ask(world, path, resolution="7HOURS")[0] == 400


def test_sparklines_are_closing_prices_of_every_market(world: FakeWorld) -> None:
    lines = ask(world, "sparklines", timePeriod="ONE_DAY")[1]
    assert lines["BTC-USD"] == ["111000"] * 24
    assert lines[FINAL_SETTLEMENT] == []
    assert ask(world, "sparklines", timePeriod="A_WHILE")[0] == 400


def test_funding_takes_effect_shortly_after_the_hour(world: FakeWorld) -> None:
    for row in ask(world, "historicalFunding/BTC-USD", limit=48)[1]["historicalFunding"]:
        minutes, seconds = row["effectiveAt"][14:16], float(row["effectiveAt"][17:23])
        assert minutes == "00"
        assert 0.1 <= seconds <= 1.3


def test_rates_are_plain_decimals_per_hour(world: FakeWorld) -> None:
    state = world.by_symbol["BTC"]
    state.settled.append((world.now_ns() // HOUR_NS * HOUR_NS, 19 * 0.000000125, 0.0, 89_993.8))
    row = ask(world, "historicalFunding/BTC-USD", limit=1)[1]["historicalFunding"][0]
    assert row["rate"] == "0.000002375"
    assert Decimal(row["rate"]) / Decimal("0.000000125") == 19
    assert row["price"] == "89993.8"


@pytest.mark.parametrize(
    "path",
    [
        "perpetualMarkets?ticker=BTC-XXX",
        "orderbooks/perpetualMarket/BTC-XXX",
        "trades/perpetualMarket/BTC-XXX",
        "historicalFunding/BTC-XXX",
    ],
)
def test_an_unknown_ticker_is_not_found_in_the_venues_words(world: FakeWorld, path: str) -> None:
    status, body = ask(world, path)
    assert status == 404
    assert body == {"errors": [{"msg": "BTC-XXX not found in markets of type PERPETUAL"}]}


@pytest.mark.parametrize(
    ("path", "error"),
    [
        (
            "trades/perpetualMarket/BTC-USD?limit=1001",
            {
                "value": 1001,
                "msg": "limit must be a positive integer that is not greater than max: 1000",
                "param": "limit",
                "location": "query",
            },
        ),
        (
            "historicalFunding/BTC-USD?effectiveBeforeOrAtHeight=-1",
            {
                "value": "-1",
                "msg": "effectiveBeforeOrAtHeight must be a non-negative integer",
                "param": "effectiveBeforeOrAtHeight",
                "location": "query",
            },
        ),
        (
            "historicalFunding/BTC-USD?effectiveBeforeOrAt=yesterday",
            {
                "value": "yesterday",
                "msg": "Invalid value",
                "param": "effectiveBeforeOrAt",
                "location": "query",
            },
        ),
    ],
)
def test_a_bad_parameter_is_400_in_the_validators_shape(
    world: FakeWorld, path: str, error: dict[str, object]
) -> None:
    assert ask(world, path) == (400, {"errors": [error]})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"addresses/{ADDRESS}", f"No subaccounts found for address {ADDRESS}"),
        (
            f"addresses/{ADDRESS}/subaccountNumber/0",
            f"No subaccount found with address {ADDRESS} and subaccountNumber 0",
        ),
        (
            f"addresses/{ADDRESS}/parentSubaccountNumber/0",
            f"No subaccounts found for address {ADDRESS} and parentSubaccountNumber 0",
        ),
    ],
)
def test_an_unknown_account_is_not_found(world: FakeWorld, path: str, text: str) -> None:
    assert ask(world, path) == (404, {"errors": [{"msg": text}]})


def test_lists_of_an_unknown_account_are_empty(world: FakeWorld) -> None:
    query = {"address": ADDRESS, "subaccountNumber": 0}
    assert ask(world, "perpetualPositions", **query) == (200, {"positions": []})


def test_the_101st_request_in_ten_seconds_is_refused_until_the_window_ends(
    world: FakeWorld,
) -> None:
    replies = [dydx.on_http(world, "GET", "/v4/height", {}, b"") for _ in range(101)]
    assert [reply.status for reply in replies] == [200] * 100 + [429]
    assert replies[0].headers["RateLimit-Limit"] == "100"
    assert replies[0].headers["RateLimit-Remaining"] == "99"
    refused = replies[100]
    assert json.loads(refused.body) == {"errors": [{"msg": "Too many requests"}]}
    assert 9_000 < int(refused.headers["Retry-After"]) <= 10_000  # milliseconds
    world.step(10.0)
    assert ask(world, "height")[0] == 200


def test_other_paths_and_methods_are_not_found(world: FakeWorld) -> None:
    assert ask(world, "perpetualMarket")[0] == 404
    assert dydx.on_http(world, "POST", "/v4/time", {}, b"").status == 404
    assert dydx.on_http(world, "GET", "/", {}, b"").status == 404
