"""ccxt's grvt, pointed at the face by its URLs alone: markets, history, a book, trades."""

import asyncio
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.exchange import Exchange, exchange

ccxt = pytest.importorskip("ccxt")
pro = pytest.importorskip("ccxt.pro")

BTC, WITHIN_S = "BTC/USDT:USDT", 30.0


@pytest.fixture(scope="module")
def sim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    folder: Path = tmp_path_factory.mktemp("sim")
    with exchange(folder, "--venues", "grvt", "--symbols", "BTC,ETH,PEPE") as running:
        yield running


def pointed(module: Any, sim: Exchange) -> Any:
    client, where = module.grvt(), sim.ready["venues"]["grvt"]
    client.urls["api"]["publicMarket"] = f"{where['rest_url']}/"
    if "ws" in client.urls["api"]:
        client.urls["api"]["ws"] = {"publicMarket": where["ws_urls"]["main"]}
    return client


def test_it_loads_markets_and_reads_a_ticker_and_the_payments(sim: Exchange) -> None:
    client = pointed(ccxt, sim)
    markets = client.load_markets()
    assert markets[BTC]["id"] == "BTC_USDT_Perp"
    assert markets[BTC]["precision"]["price"] == 0.1
    assert markets["KPEPE/USDT:USDT"]["linear"]
    book = client.fetch_order_book(BTC)
    assert 0 < book["bids"][0][0] < book["asks"][0][0]
    ticker = client.fetch_ticker(BTC)
    assert float(ticker["info"]["open_interest"]) > 0
    paid = client.fetch_funding_rate_history(BTC)
    assert len(paid) > 20
    assert all(abs(row["fundingRate"]) < 0.004 for row in paid)
    steps = {b["timestamp"] - a["timestamp"] for a, b in pairwise(paid)}
    assert steps == {8 * 3_600_000}


def test_a_watched_book_is_the_truth_after_a_pause(sim: Exchange) -> None:
    async def watch() -> tuple[Any, Any]:
        client = pointed(pro, sim)
        try:
            async with asyncio.timeout(WITHIN_S):
                await client.watch_order_book(BTC)
                trades = await client.watch_trades(BTC)
                await client.watch_order_book(BTC)
                await asyncio.to_thread(sim.tell, pause=True)
                while not same(client.orderbooks[BTC], truth_of(sim, "BTC")):
                    await client.watch_order_book(BTC)
                return client.orderbooks[BTC], trades
        finally:
            await client.close()

    try:
        book, trades = asyncio.run(watch())
        assert same(book, truth_of(sim, "BTC"))
    finally:
        sim.tell(pause=False)
    assert {trade["side"] for trade in trades} <= {"buy", "sell"}
    assert trades


def truth_of(sim: Exchange, symbol: str) -> Any:
    return next(m for m in sim.truth()["markets"] if m["symbol"] == symbol)


def same(book: Any, market: Any) -> bool:
    sides = ("bids", "asks")
    return all([list(row[:2]) for row in book[s]] == [list(r) for r in market[s]] for s in sides)
