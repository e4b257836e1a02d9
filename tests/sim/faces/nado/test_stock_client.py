"""ccxt, pointed at the built-in exchange by its URLs alone; and what it reads in the recordings."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cockpit.core.events import Funding, Instrument, OpenInterest
from cockpit.venues.contract import Wants
from cockpit.venues.nado.session import Session
from tests.e2e.exchange import Exchange
from tests.sim.faces.stock_clients import check_reads, truth_of
from tests.support import PATIENCE_S, capture_text, feed, needs_captures, only, reply

ccxt = pytest.importorskip("ccxt")
pro = pytest.importorskip("ccxt.pro")

VENUE, SYMBOLS = "nado", "BTC,ETH,PEPE"
BITCOIN, PEPE = "BTC/USDT0:USDT0", "KPEPE/USDT0:USDT0"


def pointed(module: Any, sim: Exchange) -> Any:
    """A stock client with other URLs that does not pause between its requests."""
    client = module.nado({"enableRateLimit": False})
    where = sim.ready["venues"]["nado"]
    rest, api = where["rest_url"], client.urls["api"]
    api |= {
        "gateway": f"{rest}/gateway/v1", "gatewayV2": f"{rest}/gateway/v2",
        "archive": f"{rest}/archive/v1", "archiveV2": f"{rest}/archive/v2", "trigger": rest,
    }  # fmt: skip
    if "ws" in api:
        api["ws"] = dict.fromkeys(("gateway", "subscriptions"), where["ws_urls"]["main"])
    return client


def test_it_loads_markets_and_reads_rates_interest_books_and_trades(sim: Exchange) -> None:
    client = pointed(ccxt, sim)
    market = client.load_markets()[BITCOIN]
    assert (market["swap"], market["linear"], market["active"]) == (True, True, True)
    assert PEPE in client.markets
    assert client.fetch_status()["status"] == "ok"
    assert client.fetch_time() > 0
    rate = client.fetch_funding_rates()[BITCOIN]
    assert rate["interval"] == "24h"
    sim.tell(pause=True)
    try:
        truth = truth_of(sim)
        rate = client.fetch_funding_rate(BITCOIN)
        assert rate["fundingRate"] / 24 == pytest.approx(truth["funding_rate_hourly"])
        assert rate["markPrice"] == truth["mark"]
        interest = client.fetch_open_interest(BITCOIN)["openInterestAmount"]
        assert interest == pytest.approx(2 * truth["open_interest_base"]), "both sides"
        book = client.fetch_order_book(BITCOIN)
        assert [list(level[:2]) for level in book["bids"]] == truth["bids"]
    finally:
        sim.tell(pause=False)
    assert {trade["side"] for trade in client.fetch_trades(BITCOIN)} <= {"buy", "sell"}


def test_every_public_read_is_answered(sim: Exchange) -> None:
    check_reads(pointed(ccxt, sim), BITCOIN)


def test_it_reads_positions_by_public_address(sim: Exchange) -> None:
    client = pointed(ccxt, sim)
    client.walletAddress, *_ = sim.ready["accounts"]["nado"]
    held = {row["symbol"]: row["side"] for row in client.fetch_positions()}
    assert held[BITCOIN] == "short"
    assert client.fetch_balance()["USDT0"]["total"] > 0


async def until(condition: Callable[[], Any], again: Callable[[], Awaitable[Any]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await again()


def test_its_book_is_the_truth_after_a_pause_and_it_hears_trades(sim: Exchange) -> None:
    """It reads the book before it subscribes, so the world stands still in between."""

    async def watch() -> tuple[Any, Any]:
        client = pointed(pro, sim)
        await asyncio.to_thread(sim.tell, pause=True)
        try:
            first = asyncio.create_task(client.watch_order_book(BITCOIN))
            await until(lambda: _is_subscribed(client), lambda: asyncio.sleep(0.01))
            trades = asyncio.create_task(client.watch_trades(BITCOIN))
            await asyncio.to_thread(sim.tell, step_s=2.0)
            await until(lambda: first.done() and trades.done(), lambda: _step(sim))
            truth = await asyncio.to_thread(truth_of, sim)
            book = client.orderbooks[BITCOIN]
            await until(lambda: _levels(book) == truth["bids"], lambda: asyncio.sleep(0.01))
            return book, await trades
        finally:
            await client.close()
            await asyncio.to_thread(sim.tell, pause=False)

    book, trades = asyncio.run(watch())
    assert book["bids"]
    assert trades[-1]["amount"] > 0


def _levels(book: Any) -> list[list[float]]:
    return [list(level[:2]) for level in book["bids"]]


async def _step(sim: Exchange) -> None:
    await asyncio.to_thread(sim.tell, step_s=2.0)


def _is_subscribed(client: Any) -> bool:
    """Whether the venue has acknowledged the subscription."""
    known = [str(key) for line in client.clients.values() for key in line.subscriptions]
    is_asked = any(key.startswith("subscribe:") for key in known)
    return is_asked and not any(key.startswith("subscription:") for key in known)


# --- recordings -----------------------------------------------------------------------------------


@needs_captures
def test_it_reads_the_recordings_as_we_do_but_for_interest_and_the_hour() -> None:
    """The interval it says is 24 h, for the same rate. Interest it shows as published, both sides:
    the contracts of the venue add up the absolute size of every position."""
    listing = capture_text("nado/rest_20260913_query_symbols_9rows.json")
    figures = capture_text("nado/rest_20260913_archive_v2_contracts_9rows.json")
    rows, contracts = json.loads(listing)["data"]["symbols"].values(), json.loads(figures)
    client = ccxt.nado()
    client.gatewayPublicGetSymbols = lambda *_: list(rows)
    client.gatewayV2PublicGetAssets = lambda *_: []
    client.gatewayV2PublicGetPairs = lambda *_: [
        {"product_id": row["product_id"], "ticker_id": f"{row['symbol']}_USDT0", "quote": "USDT0"}
        for row in rows
    ]
    markets = client.load_markets()
    session = Session(Wants(survey=True))
    outputs = feed(session, reply("instruments", listing), reply("tickers", figures))
    mine = {event.symbol: event for event in only(Instrument, outputs)}
    rates = {event.symbol: event for event in only(Funding, outputs)}
    interest = {event.symbol: event for event in only(OpenInterest, outputs)}
    assert len(markets) == len(mine) == len(rates) == 9
    for theirs in markets.values():
        name = theirs["info"]["symbol"]
        ours = next(event for event in mine.values() if event.native == name)
        contract = ours.contract
        assert ours.tick == pytest.approx(theirs["precision"]["price"] / contract)
        assert ours.lot == pytest.approx(theirs["precision"]["amount"] * contract)
        assert ours.min_notional_usd == theirs["limits"]["cost"]["min"]
        assert (ours.taker_fee, ours.maker_fee) == (theirs["taker"], theirs["maker"])
        row = contracts[f"{name}_USDT0"]
        rate = client.parse_funding_rate(row, theirs)
        assert rates[ours.symbol].rate * 24 == pytest.approx(rate["fundingRate"])
        assert rates[ours.symbol].next_ns == rate["fundingTimestamp"] * 10**6
        both = client.parse_open_interest(row, theirs)["openInterestAmount"]
        assert interest[ours.symbol].base == pytest.approx(both * contract / 2)
