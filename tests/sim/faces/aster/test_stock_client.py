"""ccxt, pointed at the built-in exchange by its URLs alone."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.exchange import Exchange, exchange

ccxt = pytest.importorskip("ccxt")
pro = pytest.importorskip("ccxt.pro")

WITHIN_S = 20.0
BITCOIN, PEPE = "BTC/USDT:USDT", "1000PEPE/USDT:USDT"


@pytest.fixture(scope="module")
def sim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    folder = tmp_path_factory.mktemp("aster")
    with exchange(folder, "--venues", "aster", "--symbols", "BTC,ETH,PEPE") as running:
        yield running


def pointed(module: Any, sim: Exchange) -> Any:
    """A stock client with other URLs, and nothing else changed."""
    client = module.aster()
    where = sim.ready["venues"]["aster"]
    api = client.urls["api"]
    api |= {"fapiPublic": f"{where['rest_url']}/fapi", "sapiPublic": f"{where['rest_url']}/api"}
    if "ws" in api:
        api["ws"] = {"public": {"swap": where["ws_urls"]["main"]}}
    return client


def truth_of(sim: Exchange, symbol: str = "BTC") -> dict[str, Any]:
    return next(row for row in sim.truth()["markets"] if row["symbol"] == symbol)


def test_it_loads_markets_and_reads_rates_intervals_history_and_a_book(sim: Exchange) -> None:
    client = pointed(ccxt, sim)
    market = client.load_markets()[BITCOIN]
    assert (market["swap"], market["linear"], market["active"]) == (True, True, True)
    assert client.markets["TON/USDT:USDT"]["active"] is False
    assert client.fetch_funding_intervals()[BITCOIN]["interval"] == "8h"
    assert len(client.fetch_funding_rate_history(BITCOIN)) > 20
    sim.tell(pause=True)
    try:
        truth = truth_of(sim)
        for rate in (client.fetch_funding_rate(BITCOIN), client.fetch_funding_rates()[BITCOIN]):
            assert rate["fundingRate"] / 8 == pytest.approx(truth["funding_rate_hourly"])
            assert rate["markPrice"] == truth["mark"]
        book = client.fetch_order_book(BITCOIN, 500)
        assert [list(level[:2]) for level in book["bids"]] == truth["bids"]
        assert [list(level[:2]) for level in book["asks"]] == truth["asks"]
    finally:
        sim.tell(pause=False)


def test_its_book_is_the_truth_after_a_pause(sim: Exchange) -> None:
    async def watch() -> tuple[Any, Any]:
        client = pointed(pro, sim)
        try:
            async with asyncio.timeout(WITHIN_S):
                for _ in range(3):
                    await client.watch_order_book(PEPE)
                trades = await client.watch_trades(BITCOIN)
                sim.tell(pause=True)
                # What was on its way arrives, then nothing does.
                book = client.orderbooks[PEPE]
                while True:
                    try:
                        book = await asyncio.wait_for(client.watch_order_book(PEPE), 1.0)
                    except TimeoutError:
                        return book, trades
        finally:
            await client.close()

    try:
        book, trades = asyncio.run(watch())
        truth = truth_of(sim, "PEPE")
        for side in ("bids", "asks"):
            theirs = [(price / 1000, size * 1000) for price, size in book[side]]
            assert theirs == [pytest.approx(level) for level in truth[side][:20]]
    finally:
        sim.tell(pause=False)
    assert {trade["side"] for trade in trades} <= {"buy", "sell"}
    assert trades
