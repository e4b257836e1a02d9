"""ccxt, pointed at the built-in exchange by its URLs alone, loads markets and follows a book."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from cockpit.sim import load
from tests.sim.faces.stock_clients import check_reads
from tests.sim.loopback import exchange
from tests.support import PATIENCE_S

ccxt = pytest.importorskip("ccxt")
pro = pytest.importorskip("ccxt.pro")

BITCOIN = {
    "bybit": "BTC/USDT:USDT",
    "hyperliquid": "BTC/USDC:USDC",
    "lighter": "BTC/USDC:USDC",
    "dydx": "BTC/USDC:USDC",
    "paradex": "BTC/USD:USDC",
    "extended": "BTC/USDC:USDC",
}

NOT_READ = {
    "hyperliquid": ("fetchTrades",),  # those of a user, not of the market
}
WATCHED = {
    "bybit": ("watch_ticker", "watch_ohlcv"),
    "hyperliquid": ("watch_ticker", "watch_ohlcv"),
    "lighter": ("watch_ticker", "watch_mark_price"),
    "paradex": ("watch_ticker", "watch_funding_rate"),
    "extended": ("watch_mark_price", "watch_funding_rate", "watch_ohlcv"),
}
"""What is followed of a venue beside its books and trades."""

BELOW = {"indexer": "/v4", "v1": "/v1"}
"""What a stock client has of the path in its base URL."""


@pytest.fixture(scope="module", params=sorted(BITCOIN))
def where(request: pytest.FixtureRequest) -> Iterator[tuple[str, dict[str, Any]]]:
    name = request.param
    with exchange(name, load(name), ("BTC", "ETH", "PEPE")) as urls:
        yield name, urls


def pointed(module: Any, name: str, urls: dict[str, Any]) -> Any:
    """A stock client with other URLs that does not pause between its requests."""
    client = getattr(module, name)({"enableRateLimit": False})
    # A venue may have several dialects on its sockets; ccxt speaks the older one.
    rest, socket = urls["rest_url"], urls["ws_urls"].get("v1", urls["ws_urls"]["main"])
    api = client.urls["api"]
    for key in api:
        if key != "ws":
            api[key] = rest + BELOW.get(key, "")
    if name == "bybit":
        api["ws"] = {"public": {"linear": socket}}
    elif "ws" in api:
        api["ws"] = {"public": socket} if isinstance(api["ws"], dict) else socket
    return client


def test_it_loads_markets_and_reads_what_it_has_of_funding_and_interest(
    where: tuple[str, dict[str, Any]],
) -> None:
    name, urls = where
    client = pointed(ccxt, name, urls)
    symbol = BITCOIN[name]
    market = client.load_markets()[symbol]
    assert market["swap"]
    assert market["linear"]
    assert market["precision"]["price"] > 0
    book = client.fetch_order_book(symbol)
    assert 0 < book["bids"][0][0] < book["asks"][0][0]
    if client.has["fetchFundingRates"] is True:
        assert abs(client.fetch_funding_rates()[symbol]["fundingRate"]) < 0.01
    if client.has["fetchFundingRateHistory"] is True:
        assert len(client.fetch_funding_rate_history(symbol)) > 20
    if client.has["fetchOpenInterest"] is True:
        assert client.fetch_open_interest(symbol)["openInterestAmount"] > 0


def test_it_follows_a_book_and_the_trades(where: tuple[str, dict[str, Any]]) -> None:
    name, urls = where

    async def watch() -> tuple[Any, Any]:
        client = pointed(pro, name, urls)
        try:
            async with asyncio.timeout(PATIENCE_S):
                for _ in range(3):
                    book = await client.watch_order_book(BITCOIN[name])
                return book, await client.watch_trades(BITCOIN[name])
        finally:
            await client.close()

    book, trades = asyncio.run(watch())
    assert 0 < book["bids"][0][0] < book["asks"][0][0]
    assert trades
    assert {trade["side"] for trade in trades} <= {"buy", "sell"}


def test_every_other_public_read_is_answered(where: tuple[str, dict[str, Any]]) -> None:
    name, urls = where
    check_reads(pointed(ccxt, name, urls), BITCOIN[name], NOT_READ.get(name, ()))


def test_it_follows_figures_and_candles(where: tuple[str, dict[str, Any]]) -> None:
    name, urls = where

    async def watch() -> list[Any]:
        client = pointed(pro, name, urls)
        try:
            async with asyncio.timeout(PATIENCE_S):
                kinds = WATCHED.get(name, ())
                return [await getattr(client, kind)(BITCOIN[name]) for kind in kinds]
        finally:
            await client.close()

    assert all(asyncio.run(watch()))
