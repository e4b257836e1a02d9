"""ccxt's woofipro, pointed at the face by its URLs alone: markets, funding, interest, a book."""

import json
from typing import Any

import pytest

from cockpit.core.events import Funding, Instrument, OpenInterest
from cockpit.venues.contract import Wants
from cockpit.venues.orderly.session import Session
from tests.e2e.exchange import Exchange
from tests.sim.faces.stock_clients import check_reads, check_watched
from tests.support import capture_text, feed, only, opened, reply

ccxt = pytest.importorskip("ccxt")
pro = pytest.importorskip("ccxt.pro")

VENUE, SYMBOLS = "orderly", "BTC,ETH,PEPE,HYPE"
BTC = "BTC/USDC:USDC"
NEEDS_A_KEY = ("fetchOrderBook", "fetchOHLCV")


def pointed(module: Any, sim: Exchange) -> Any:
    """The client joins the public id to the socket's URL by itself."""
    client, where = module.woofipro({"enableRateLimit": False}), sim.ready["venues"]["orderly"]
    socket = where["ws_urls"]["main"].rsplit("/", 1)[0]
    client.urls["api"]["public"] = where["rest_url"]
    if "ws" in client.urls["api"]:
        client.urls["api"]["ws"] = {"public": socket}
    return client


def test_it_loads_markets_and_reads_funding_and_interest(sim: Exchange) -> None:
    client = pointed(ccxt, sim)
    markets = client.load_markets()
    assert markets[BTC]["id"] == "PERP_BTC_USDC"
    assert markets[BTC]["precision"]["price"] == 0.1
    assert markets["1000PEPE/USDC:USDC"]["linear"]
    rates = client.fetch_funding_rates()
    assert (rates[BTC]["interval"], rates["HYPE/USDC:USDC"]["interval"]) == ("8h", "4h")
    assert abs(client.fetch_funding_rate(BTC)["fundingRate"]) < 0.01
    assert len(client.fetch_funding_rate_history(BTC)) > 20
    assert client.fetch_open_interest(BTC)["openInterestAmount"] > 0
    assert client.fetch_status()["status"] == "ok"


def test_every_public_read_is_answered(sim: Exchange) -> None:
    check_reads(pointed(ccxt, sim), BTC, NEEDS_A_KEY)


def test_until_in_seconds_finds_nothing_as_on_the_real_venue(sim: Exchange) -> None:
    """The client sends its end of history in seconds, which the venue answers with no rows."""
    client = pointed(ccxt, sim)
    assert client.fetch_funding_rate_history(BTC, params={"until": client.milliseconds()}) == []


def test_a_watched_book_is_the_truth_after_a_pause(sim: Exchange) -> None:
    check_watched(pointed(pro, sim), sim, BTC)


# --- the same recordings, read by both --------------------------------------------------------

RECORDED = "orderly/rest_20260913_"


@pytest.fixture(scope="module")
def ours() -> dict[type, dict[str, Any]]:
    """Our facts of the recorded listing and prices, by kind and symbol."""
    session = Session(Wants(survey=True))
    outputs = feed(
        session,
        opened(),
        reply("instruments", capture_text(f"{RECORDED}public_info_5rows.json")),
        reply("tickers", capture_text(f"{RECORDED}public_futures_5rows.json")),
    )
    kinds = (Instrument, Funding, OpenInterest)
    return {kind: {fact.symbol: fact for fact in only(kind, outputs)} for kind in kinds}


def theirs() -> tuple[Any, list[Any]]:
    client = ccxt.woofipro()
    listed = json.loads(capture_text(f"{RECORDED}public_info_5rows.json"))["data"]["rows"]
    markets = [client.parse_market(row) for row in listed]
    client.set_markets(markets)
    return client, markets


def test_it_reads_the_recorded_listing_as_we_do_but_for_thousands(ours: Any) -> None:
    """A coin that is listed by the thousand is `1000PEPE` there and `PEPE` here: the same price
    for a thousand of them. Ours is the name that other venues have."""
    _, markets = theirs()
    for market in markets:
        mine = next(m for m in ours[Instrument].values() if m.native == market["id"])
        assert market["base"] == ("1000PEPE" if mine.symbol == "PEPE" else mine.symbol)
        assert market["precision"]["price"] == pytest.approx(mine.tick * mine.contract)
        assert market["precision"]["amount"] == pytest.approx(mine.lot / mine.contract)
        assert market["limits"]["amount"]["min"] == pytest.approx(mine.min_size / mine.contract)
        assert market["limits"]["cost"]["min"] == mine.min_notional_usd


def test_it_reads_the_recorded_rates_and_interest_as_we_do(ours: Any) -> None:
    """Its interval is the time between two stamps, ours the listing's: they agree."""
    client, _ = theirs()
    rates = json.loads(capture_text(f"{RECORDED}public_funding_rates_5rows.json"))["data"]["rows"]
    futures = json.loads(capture_text(f"{RECORDED}public_futures_5rows.json"))["data"]["rows"]
    for row, figures in zip(rates, futures, strict=True):
        parsed = client.parse_funding_rate(row)
        listed = next(m for m in ours[Instrument].values() if m.native == row["symbol"])
        mine = ours[Funding][listed.symbol]
        assert parsed["fundingRate"] == mine.rate
        assert parsed["interval"] == f"{mine.interval_s // 3600}h"
        assert parsed["fundingTimestamp"] * 10**6 == mine.next_ns
        interest = client.parse_open_interest(figures)["openInterestAmount"]
        assert interest * listed.contract == ours[OpenInterest][listed.symbol].base
