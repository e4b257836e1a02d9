"""ccxt, pointed at the built-in exchange by its URLs alone."""

import asyncio
from typing import Any

import pytest

from tests.e2e.exchange import Exchange
from tests.sim.faces.stock_clients import check_reads, check_streams, truth_of
from tests.support import PATIENCE_S

ccxt = pytest.importorskip("ccxt")
pro = pytest.importorskip("ccxt.pro")

VENUE, SYMBOLS = "aster", "BTC,ETH,PEPE"
BITCOIN, PEPE = "BTC/USDT:USDT", "1000PEPE/USDT:USDT"


def pointed(module: Any, sim: Exchange) -> Any:
    """A stock client with other URLs that does not pause between its requests."""
    client = module.aster({"enableRateLimit": False})
    where = sim.ready["venues"]["aster"]
    api = client.urls["api"]
    api |= {"fapiPublic": f"{where['rest_url']}/fapi", "sapiPublic": f"{where['rest_url']}/api"}
    if "ws" in api:
        api["ws"] = {"public": {"swap": where["ws_urls"]["main"]}}
    return client


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


def test_every_public_read_is_answered(sim: Exchange) -> None:
    check_reads(pointed(ccxt, sim), BITCOIN)


def test_its_book_is_the_truth_after_a_pause(sim: Exchange) -> None:
    async def watch() -> Any:
        client = pointed(pro, sim)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await client.watch_order_book(PEPE)
                trades = await client.watch_trades(BITCOIN)
                await asyncio.to_thread(sim.tell, pause=True)
                truth = await asyncio.to_thread(truth_of, sim, "PEPE")
                while not is_true_by_the_thousand(client.orderbooks[PEPE], truth):
                    await client.watch_order_book(PEPE)
                return trades
        finally:
            await client.close()
            await asyncio.to_thread(sim.tell, pause=False)

    trades = asyncio.run(watch())
    assert {trade["side"] for trade in trades} <= {"buy", "sell"}
    assert trades


def is_true_by_the_thousand(book: Any, market: Any) -> bool:
    """Whether the twenty levels of a coin that is sold by the thousand are the world's."""
    return all(
        [(price / 1000, size * 1000) for price, size in book[side]]
        == [pytest.approx(level) for level in market[side][:20]]
        for side in ("bids", "asks")
    )


def test_figures_and_candles_are_followed(sim: Exchange) -> None:
    check_streams(pointed(pro, sim), BITCOIN, ("watch_ohlcv",))
