"""ccxt's grvt, pointed at the face by its URLs alone: markets, history, a book, trades."""

from itertools import pairwise
from typing import Any

import pytest

from tests.e2e.exchange import Exchange
from tests.sim.faces.stock_clients import check_reads, check_streams, check_watched

ccxt = pytest.importorskip("ccxt")
pro = pytest.importorskip("ccxt.pro")

VENUE, SYMBOLS = "grvt", "BTC,ETH,PEPE"
BTC = "BTC/USDT:USDT"


def pointed(module: Any, sim: Exchange) -> Any:
    client, where = module.grvt({"enableRateLimit": False}), sim.ready["venues"]["grvt"]
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


def test_every_public_read_is_answered(sim: Exchange) -> None:
    check_reads(pointed(ccxt, sim), BTC)


def test_a_watched_book_is_the_truth_after_a_pause(sim: Exchange) -> None:
    check_watched(pointed(pro, sim), sim, BTC)


def test_figures_and_candles_are_followed(sim: Exchange) -> None:
    check_streams(pointed(pro, sim), BTC, ("watch_ticker", "watch_ohlcv"))
