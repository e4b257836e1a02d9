"""Recordings of mainnet: what they say, to the last digit, and what ccxt reads in them."""

import json
from typing import Any

import pytest

from cockpit.core.events import (
    BookDelta,
    BookSnapshot,
    Event,
    Funding,
    Instrument,
    OpenInterest,
    Prices,
    Reject,
    Trade,
    Volume,
)
from cockpit.venues.contract import Output, Wants
from cockpit.venues.extended.session import Session
from tests.support import capture_lines, capture_text, feed, frame, needs_captures, only, opened
from tests.support import reply as answered

pytestmark = needs_captures

AT_NS = 1_790_586_503_418_000_000
PAGES = ("rest_202604_markets_btc", "rest_20260913_info_markets_9rows")
ROWS = ("rest_20260928_market_nvda_24_5", "rest_20260928_market_spot_btc")


def recorded(name: str) -> Any:
    return json.loads(capture_text(f"extended/{name}.json"))


def page(name: str) -> dict[str, Any]:
    document = recorded(name)
    return {"status": "OK", "data": [document]} if name in ROWS else document


def read(name: str) -> list[Event]:
    """What a page says as listing and as survey."""
    session = Session(Wants(survey=True))
    feed(session, opened(AT_NS))
    body = page(name)
    out = feed(session, *(answered(what, body, AT_NS) for what in ("instruments", "tickers")))
    return [fact for fact in out if isinstance(fact, Event)]


def heard(name: str) -> list[Output]:
    session = Session(Wants(symbols=("BTC", "NVDA")))
    feed(session, opened(AT_NS))
    return feed(session, *(frame(line, AT_NS) for line in capture_lines(f"extended/{name}.jsonl")))


def test_a_book_of_september() -> None:
    told = heard("ws_v1_20260928_orderbook_btc")
    assert only(Reject, told) == []
    (whole,) = only(BookSnapshot, told)
    assert whole.bids[0] == (82655.0, 4.30708)
    assert whole.asks[0] == (82656.0, 3.98367)
    deltas = only(BookDelta, told)
    assert [delta.seq for delta in deltas] == list(range(2, 13))
    # +0.1411 to 4.30708 is 4.44818; the recorded `c` says so too.
    assert (82655.0, 4.44818) in deltas[3].bids


def test_a_touch_of_september() -> None:
    told = only(BookSnapshot, heard("ws_v1_20260928_orderbook_depth1_btc"))
    assert len(told) == 12
    assert (told[-1].bids, told[-1].asks) == (((82591.0, 5.00033),), ((82594.0, 0.00011),))


def test_a_minutes_book_of_an_equity() -> None:
    told = heard("ws_v1_20260928_nvda_minute_snapshot")
    (whole,) = told
    assert isinstance(whole, BookSnapshot)
    assert (whole.symbol, whole.seq) == ("NVDA", 175)
    assert whole.bids == ((224.1, 0.66), (224.09, 1.33))


def test_trades_of_september() -> None:
    told = heard("ws_v1_20260928_trades_btc")
    assert only(Reject, told) == []
    trades = only(Trade, told)
    assert len(trades) == 14  # 3 of the past, 8 alone, 3 together
    assert (trades[3].price, trades[3].size, trades[3].side) == (82589.0, 0.3027, "buy")


def test_marks_of_september_and_of_may() -> None:
    told = heard("ws_v1_20260928_mark_btc")
    assert next(prices.mark for prices in only(Prices, told)) == 82792.853719874998
    assert {prices.index for prices in only(Prices, told)} == {None}
    (may,) = feed(Session(Wants()), frame(recorded("ws_202605_mark_price"), AT_NS))
    assert may.mark == 80988.400408625006
    assert may.venue_ns == 1_778_641_421_485_000_000


def test_frames_and_answers_of_the_socket_of_many_topics() -> None:
    assert heard("ws_v2rpc_20260926_acks") == []
    told = heard("ws_v2rpc_20260926_frames")
    assert only(Reject, told) == []
    # The rate is stamped within its hour, and the change has no book before it.
    (mark,) = told
    assert isinstance(mark, Prices)
    assert mark.mark == 84058.473541750005


def test_the_row_of_bitcoin_in_april() -> None:
    told = read("rest_202604_markets_btc")
    (item,) = only(Instrument, told)
    assert (item.tick, item.lot, item.min_size, item.max_leverage) == (1.0, 1e-5, 1e-4, 50.0)
    assert (item.mmf, item.margin_tiers) == (None, ())
    (funding,) = only(Funding, told)
    assert (funding.rate, funding.next_ns) == (0.000013, 1_777_442_400_000_000_000)
    assert only(OpenInterest, told)[0].base == 1500.40958
    assert only(Volume, told)[0].usd_24h == 231016077.512960


def test_nine_rows_of_september() -> None:
    told = read("rest_20260913_info_markets_9rows")
    assert only(Reject, told) == []
    status = {item.symbol: item.status for item in only(Instrument, told)}
    assert status == {
        "BTC": "active", "ETH": "active", "PEPE": "active", "XAU": "active", "EUR": "active",
        "MU": "paused", "GILD": "paused", "MKR": "paused",
    }  # fmt: skip
    assert {fact.symbol for fact in only(Funding, told)} == set(status) - {"GILD"}


def test_recorded_interest_is_of_one_side() -> None:
    """Both sides together are an even number of lots in every market; here some are odd."""
    told = read("rest_20260913_info_markets_9rows")
    lots = {item.symbol: item.lot for item in only(Instrument, told)}
    counts = {
        fact.symbol: round(fact.base / lots[fact.symbol]) for fact in only(OpenInterest, told)
    }
    assert sorted(name for name, count in counts.items() if count % 2) == ["ETH", "MKR", "PEPE"]


def test_an_equity_and_a_spot_market_of_september() -> None:
    (item,) = only(Instrument, read("rest_20260928_market_nvda_24_5"))
    assert (item.symbol, item.tick, item.lot, item.status) == ("NVDA", 0.01, 0.01, "active")
    assert only(Instrument, read("rest_20260928_market_spot_btc")) == []


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        ("rest_202604_funding_history_btc", [0.000008]),
        ("rest_20260913_funding_history_btc", [0.000013] * 4),
    ],
)
def test_payments_of_april_and_september(name: str, rates: list[float]) -> None:
    told = feed(Session(Wants()), answered("funding_history", recorded(name), AT_NS, key="BTC-USD"))
    assert [fact.rate for fact in only(Funding, told)] == rates
    assert all((fact.venue_ns or 0) % (3600 * 10**9) == 0 for fact in only(Funding, told))


@pytest.mark.parametrize("name", [*PAGES, *ROWS])
def test_ccxt_reads_the_same_in_the_listing(name: str) -> None:
    """Three things differ on purpose: ccxt keeps dead and spot rows, calls a thousand PEPE a coin
    of its own, and takes an equity's `_24_5` for a part of its name."""
    client = pytest.importorskip("ccxt").extended()
    told = read(name)
    ours = {item.native: item for item in only(Instrument, told)}
    interest = {fact.symbol: fact.base for fact in only(OpenInterest, told)}
    rates = {fact.symbol: fact.rate for fact in only(Funding, told)}
    theirs = {market["id"]: market for market in client.parse_markets(page(name)["data"])}
    for native, item in ours.items():
        market = theirs[native]
        assert market["symbol"] == f"{native.removesuffix('-USD')}/USDC:USDC"
        assert market["quote"] == item.quote
        assert item.tick == pytest.approx(market["precision"]["price"] / item.contract)
        assert item.lot == market["precision"]["amount"] * item.contract
        assert item.max_leverage == market["limits"]["leverage"]["max"]
        if item.symbol in rates:
            stats = market["info"]["marketStats"]
            assert rates[item.symbol] == float(stats["fundingRate"])
            assert interest[item.symbol] == float(stats["openInterestBase"]) * item.contract
    left = {market["type"] for native, market in theirs.items() if native not in ours}
    assert left <= {"spot", "swap"}
