"""A client that believes dYdX's or Lighter's face to the letter ends up with the truth."""

import json
from typing import Any

import pytest

from cockpit.core.scenario import Scenario
from cockpit.sim.faces import dydx, lighter
from cockpit.sim.server.memory import MemoryVenue
from cockpit.sim.world import truth
from cockpit.sim.world.world import World
from tests.sim.faces.dydx.client import RawBook
from tests.sim.fake_world import START_NS

SYMBOLS = ("BTC", "PEPE", "HYPE")


def _ladder(levels: dict[str, str], *, is_bid: bool, contract: int) -> list[tuple[float, float]]:
    rows = [(float(p) / contract, float(s) * contract) for p, s in levels.items()]
    return sorted(rows, reverse=is_bid)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("batched", [True, False])
def test_a_dydx_client_knows_books_rates_and_open_interest(seed: int, batched: bool) -> None:
    world = World(seed, [dydx.PROFILE], SYMBOLS, Scenario(name="calm"), START_NS)
    venue = MemoryVenue(world, dydx)
    client = venue.connect("/v4/ws")
    for symbol in SYMBOLS:
        ask: dict[str, Any] = {"type": "subscribe", "channel": "v4_orderbook", "batched": batched}
        client.receive(json.dumps(ask | {"id": f"{symbol}-USD"}))
        venue.step(0.1)
    client.receive(json.dumps({"type": "subscribe", "channel": "v4_markets", "batched": batched}))
    for _ in range(900):
        venue.step(0.1)
    venue.flush()

    books: dict[str, RawBook] = {}
    rows: dict[str, dict[str, Any]] = {}
    ids, late = [], set()
    for message in map(json.loads, client.pending()):
        (late.add if message["type"] == "subscribed" else ids.append)(message["message_id"])
        if message.get("channel") == "v4_orderbook":
            books.setdefault(message["id"], RawBook()).apply(message)
        elif message.get("channel") == "v4_markets":
            contents = message["contents"]
            for item in contents if isinstance(contents, list) else [contents]:
                for part in ("markets", "trading", "oraclePrices"):
                    for ticker, row in item.get(part, {}).items():
                        rows.setdefault(ticker, {}).update(row)
    assert ids == sorted(ids)
    assert sorted(ids + list(late)) == list(range(len(ids) + len(late)))
    for market in truth.document(world)["markets"]:
        ticker = f"{market['symbol']}-USD"
        book, row = books[ticker], rows[ticker]
        assert _ladder(book.bids, is_bid=True, contract=1)[:100] == market["bids"]
        assert _ladder(book.asks, is_bid=False, contract=1)[:100] == market["asks"]
        assert float(row["openInterest"]) == market["open_interest_base"]
        assert float(row["oraclePrice"]) == market["mark"]
        assert float(row["nextFundingRate"]) == market["funding_rate_hourly"]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_lighter_client_knows_books_rates_and_open_interest(seed: int) -> None:
    world = World(seed, [lighter.PROFILE], SYMBOLS, Scenario(name="calm"), START_NS)
    venue = MemoryVenue(world, lighter)
    client = venue.connect("/stream?readonly=true")
    states = {str(s.listing.market_id): s.listing for s in venue.view.markets.values()}
    for name in ("market_stats/all", *(f"order_book/{market_id}" for market_id in states)):
        client.receive(json.dumps({"type": "subscribe", "channel": name}))
    for _ in range(900):
        venue.step(0.1)
    venue.flush()

    stats: dict[str, dict[str, Any]] = {}
    bids: dict[str, dict[str, str]] = {}
    asks: dict[str, dict[str, str]] = {}
    nonces: dict[str, int] = {}
    for message in map(json.loads, client.pending()):
        if message.get("channel") == "market_stats:all":
            stats.update(message["market_stats"])
            continue
        if not message.get("channel", "").startswith("order_book:"):
            continue
        market_id, book = message["channel"].partition(":")[2], message["order_book"]
        if message["type"] == "update/order_book":
            assert book["begin_nonce"] == nonces[market_id]
        nonces[market_id] = book["nonce"]
        for side, levels in ((bids, book["bids"]), (asks, book["asks"])):
            known = side.setdefault(market_id, {})
            known.update({level["price"]: level["size"] for level in levels})
            side[market_id] = {p: s for p, s in known.items() if float(s)}
    by_symbol = {listing.symbol: market_id for market_id, listing in states.items()}
    for market in truth.document(world)["markets"]:
        market_id = by_symbol[market["symbol"]]
        contract, row = states[market_id].contract, stats[market_id]
        assert _ladder(bids[market_id], is_bid=True, contract=contract) == market["bids"]
        assert _ladder(asks[market_id], is_bid=False, contract=contract) == market["asks"]
        decimals = states[market_id].size_decimals
        base = round(float(row["open_interest"]) / float(row["mark_price"]), decimals)
        assert base * contract == market["open_interest_base"]
        assert float(row["mark_price"]) / contract == market["mark"]
        rate = float(row["current_funding_rate"]) / 100
        assert rate == pytest.approx(market["funding_rate_hourly"], rel=1e-12)
