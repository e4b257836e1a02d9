"""Recorded messages of Paradex, decoded; and what a stock client makes of the same ones."""

import base64
import json
from typing import Any

import pytest

from cockpit.core.events import (
    BookDelta,
    BookSnapshot,
    Funding,
    Instrument,
    OpenInterest,
    Prices,
    Reject,
    Trade,
    Volume,
)
from cockpit.core.market import Side
from cockpit.venues.contract import Output, Wants
from cockpit.venues.paradex.session import Session
from tests.support import AT_NS, capture_lines, capture_text, feed, frame, only, opened, reply

SURVEY = Wants(symbols=("BTC",), survey=True)


def pushes() -> list[Output]:
    lines = capture_lines("paradex/ws_2024-2026_single_frames.jsonl")
    return feed(Session(SURVEY), *map(frame, lines))


def listed(name: str) -> list[Output]:
    return feed(Session(SURVEY), reply("instruments", capture_text(f"paradex/{name}.json")))


def surveyed(name: str, listing: str) -> list[Output]:
    session = Session(SURVEY)
    rows = reply("instruments", capture_text(f"paradex/{listing}.json"))
    return feed(session, opened(), rows, reply("tickers", capture_text(f"paradex/{name}.json")))


def test_the_binary_book_is_what_its_decoded_twin_says_to_the_last_digit() -> None:
    raw = capture_lines("paradex/ws_sbe_20261008_order_book_deltas_btc.jsonl")
    twins = capture_lines("paradex/ws_sbe_20261008_order_book_deltas_btc.decoded.jsonl")
    session = Session(Wants(symbols=("BTC",)))
    acknowledgement, *books = (
        feed(session, frame(row.get("text") or base64.b64decode(row["b64"]), row["t_ns"]))
        for row in raw
    )
    assert acknowledgement == []
    assert len(books) == len(twins) == 34
    for (stated,), twin in zip(books, twins, strict=True):
        assert isinstance(stated, BookSnapshot if twin["pkg"] == "snapshot" else BookDelta)
        assert stated.seq == twin["seq_no"]
        assert stated.venue_ns == twin["ts_us"] * 1000
        assert stated.bids == tuple((float(p), float(s)) for p, s in twin["bids"])
        assert stated.asks == tuple((float(p), float(s)) for p, s in twin["asks"])
    (whole,) = books[0]
    assert isinstance(whole, BookSnapshot)
    assert (len(whole.bids), len(whole.asks)) == (115, 60)
    assert any(not (b.bids or b.asks) for (b,) in books if isinstance(b, BookDelta)), (
        "a change without a level has a number and is no gap"
    )


def test_single_pushes_decode_with_one_refusal_that_is_one() -> None:
    outputs = pushes()
    (trade,) = only(Trade, outputs)
    # 34028 kBONK at 0.028776: a thousand coins each.
    assert (trade.symbol, trade.size, trade.side) == ("BONK", 34_028_000.0, Side.BUY)
    assert trade.price == pytest.approx(2.8776e-5)
    (book,) = only(BookSnapshot, outputs)
    assert (book.bids, book.asks) == (((67629.7, 0.992),), ((69378.6, 3.137),))
    (prices,) = only(Prices, outputs)
    assert (prices.mark, prices.index, prices.last) == (49.80885481, 47.93, 62.038)
    assert [interest.base for interest in only(OpenInterest, outputs)] == [6999.5]
    assert [volume.usd_24h for volume in only(Volume, outputs)] == [0.0]
    (reject,) = only(Reject, outputs)
    assert "invalid channel" in reject.reason


def test_a_rate_is_stated_only_where_its_period_is_known() -> None:
    """The summary of ORDI came without a listing; the funding push of TRUMP has its own period."""
    (rate,) = only(Funding, pushes())
    assert (rate.symbol, rate.kind, rate.rate) == ("TRUMP", "live", -0.00014969570582)
    assert (rate.interval_s, rate.next_ns) == (8 * 3600, None)


def test_a_market_that_accrues_per_hour_has_its_rate_per_hour() -> None:
    lines = capture_lines("paradex/ws_json_202510_funding_data_all.jsonl")
    (rate,) = only(Funding, feed(Session(SURVEY), *map(frame, lines)))
    assert (rate.symbol, rate.rate, rate.interval_s) == ("HYPER", 1.250176896e-5, 3600)


def test_the_listing_of_2024_has_tick_lot_leverage_and_no_period() -> None:
    (market,) = only(Instrument, listed("rest_202406_markets_btc_perp"))
    assert (market.symbol, market.native, market.quote) == ("BTC", "BTC-USD-PERP", "USD")
    assert (market.tick, market.lot, market.min_notional_usd) == (0.1, 0.001, 500.0)
    assert (market.max_leverage, market.mmf) == (50.0, 0.01)
    assert (market.funding_interval_s, market.taker_fee) == (None, None)


def test_of_a_listing_only_the_perpetuals_are_kept() -> None:
    outputs = listed("rest_202609_markets_3rows_trimmed")
    assert [m.symbol for m in only(Instrument, outputs)] == ["BTC", "ETH"]
    assert {m.funding_interval_s for m in only(Instrument, outputs)} == {8 * 3600}
    option = json.loads(capture_text("paradex/rest_202501_market_perp_option_row.json"))
    assert feed(Session(SURVEY), reply("instruments", {"results": [option]})) == []


def test_the_survey_of_2026_gives_rates_interest_and_prices() -> None:
    outputs = surveyed("rest_20260911_markets_summary_btc_eth", "rest_202609_markets_3rows_trimmed")
    assert only(Reject, outputs) == []
    rates = {rate.symbol: rate.rate for rate in only(Funding, outputs)}
    assert rates == {"BTC": 0.00007688102642, "ETH": 0.00008019490495}
    interest = {event.symbol: event.base for event in only(OpenInterest, outputs)}
    assert interest == {"BTC": 50.4599, "ETH": 1252.1354}
    assert only(Prices, outputs)[0].index == 77788.24195927


def test_rows_of_history_from_a_stock_clients_sample_are_read() -> None:
    """A row of November 2025 with a blank rate per 8 h and a period of 0: neither says anything."""
    row = {
        "market": "BTC-USD-PERP", "funding_index": "20511.93608234044552",
        "funding_premium": "-6.04646651485986656", "funding_rate": "-0.00006992598926",
        "funding_rate_8h": "", "funding_period_hours": 0, "created_at": 1764160327843,
    }  # fmt: skip
    answer = reply("funding_history", {"results": [row], "next": None}, key="BTC-USD-PERP 1")
    assert feed(Session(SURVEY), answer) == []


# --- a stock client ------------------------------------------------------------------------------


def stock_client(listing: str) -> Any:
    ccxt = pytest.importorskip("ccxt")
    client = ccxt.paradex()
    rows = json.loads(capture_text(f"paradex/{listing}.json"))["results"]
    # The recorded options were trimmed of their strikes, without which it reads none.
    client.set_markets([client.parse_market(row) for row in rows if row["asset_kind"] == "PERP"])
    return client


def test_a_stock_client_reads_the_same_tick_lot_and_minimum() -> None:
    theirs = stock_client("rest_202406_markets_btc_perp").market("BTC/USD:USDC")
    (ours,) = only(Instrument, listed("rest_202406_markets_btc_perp"))
    assert (theirs["precision"]["price"], theirs["precision"]["amount"]) == (ours.tick, ours.lot)
    assert theirs["limits"]["cost"]["min"] == ours.min_notional_usd
    assert theirs["id"] == ours.native


def test_a_stock_client_reads_the_same_rate_period_and_interest() -> None:
    client = stock_client("rest_202609_markets_3rows_trimmed")
    summaries = capture_text("paradex/rest_20260911_markets_summary_btc_eth.json")
    outputs = surveyed("rest_20260911_markets_summary_btc_eth", "rest_202609_markets_3rows_trimmed")
    ours = {rate.symbol: rate for rate in only(Funding, outputs)}
    interest = {event.symbol: event.base for event in only(OpenInterest, outputs)}
    for row in json.loads(summaries)["results"]:
        theirs = client.parse_funding_rate(row)
        symbol = client.market(row["symbol"])["base"]
        assert theirs["fundingRate"] == ours[symbol].rate
        assert theirs["interval"] == f"{ours[symbol].interval_s // 3600}h"
        assert client.parse_open_interest(row)["openInterestAmount"] == interest[symbol]
        assert theirs["timestamp"] * 10**6 == ours[symbol].venue_ns


def test_a_stock_client_decodes_the_same_whole_book_from_the_same_bytes() -> None:
    pro = pytest.importorskip("ccxt.pro")
    raw = capture_lines("paradex/ws_sbe_20261008_order_book_deltas_btc.jsonl")[1]
    data = base64.b64decode(raw["b64"])
    said = pro.paradex().parse_sbe_message(data)["params"]["data"]
    (ours,) = only(BookSnapshot, feed(Session(SURVEY), frame(data, AT_NS)))
    theirs = [(row["side"], float(row["price"]), float(row["size"])) for row in said["inserts"]]
    assert theirs == [
        *(("BUY", price, size) for price, size in ours.bids),
        *(("SELL", price, size) for price, size in ours.asks),
    ]
