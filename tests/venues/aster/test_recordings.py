"""Recordings of mainnet: what they say, to the last digit, and what ccxt reads in them."""

import json
from collections import Counter
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
)
from cockpit.venues.aster.session import Session
from cockpit.venues.contract import Output, Wants
from tests.support import capture_lines, capture_text, feed, frame, needs_captures, only, opened
from tests.support import reply as answered
from tests.venues.aster import samples

pytestmark = needs_captures

AT_NS = 1_788_759_900_000_000_000
"""2026-09-07, some seconds after the replies."""
INFO = "rest_20260907_fundingInfo_all_732"
PREMIUM = "rest_20260907_premiumIndex_all_732"


def recorded(name: str) -> Any:
    return json.loads(capture_text(f"aster/{name}.json"))


def told(*symbols: str) -> tuple[Session, list[Output]]:
    """The listing, the intervals and the rates of one morning."""
    session = Session(Wants(symbols=symbols, survey=True))
    feed(session, opened(AT_NS))
    pages = {
        "instruments": "rest_20260907_exchangeInfo_12symbols", "funding_info": INFO,
        "premium": PREMIUM,
    }  # fmt: skip
    inputs = [answered(name, recorded(file), AT_NS) for name, file in pages.items()]
    return session, feed(session, *inputs)


def instruments() -> dict[str, Instrument]:
    return {each.native: each for each in only(Instrument, told()[1])}


def rates() -> dict[str, Funding]:
    return {each.symbol: each for each in only(Funding, told()[1])}


def test_the_listing_is_read_without_a_reject() -> None:
    assert only(Reject, told()[1]) == []
    assert len(instruments()) == 12


def test_figures_of_the_listing() -> None:
    row = instruments()
    bitcoin, shib = row["BTCUSDT"], row["1000SHIBUSDT"]
    assert (bitcoin.tick, bitcoin.lot, bitcoin.min_notional_usd) == (0.1, 0.001, 5.0)
    # Ticks of 0.000001 for a thousand coins, lots of one thousand.
    assert shib.symbol == "SHIB"
    assert shib.tick == pytest.approx(1e-9, rel=1e-12)
    assert (shib.lot, shib.contract) == (1_000.0, 1_000.0)
    # pricePrecision of SOL is 4, its tick 0.01.
    assert row["SOLUSDT"].tick == 0.01
    assert row["TONUSDT"].status == "delisted"
    assert (row["BTCUSD1"].symbol, row["BTCUSD1"].quote) == ("BTCUSD1", "USD1")


def test_hourly_is_the_most_common_interval() -> None:
    hours = Counter(row["fundingIntervalHours"] for row in recorded(INFO))
    assert hours == {1: 353, 8: 273, 4: 103, 2: 3}
    intervals = {each.symbol: each.interval_s for each in rates().values()}
    assert (intervals["BTC"], intervals["HYPE"], intervals["SAND"]) == (28_800, 14_400, 3_600)


def test_only_listed_markets_are_told_of_732_names() -> None:
    assert len(recorded(PREMIUM)) == 732
    assert set(rates()) == {
        "BTC", "ETH", "SOL", "SHIB", "SAND", "GMT", "ASTER", "HYPE", "BTCUSD1", "SPY", "XAU",
    }  # fmt: skip


def test_figures_of_bitcoin() -> None:
    rate = rates()["BTC"]
    row = next(row for row in recorded(PREMIUM) if row["symbol"] == "BTCUSDT")
    assert (rate.rate, rate.next_ns) == (0.000046, 1_788_768_000_000_000_000)
    assert row["lastFundingRate"] == "0.00004600"
    (price,) = [each for each in only(Prices, told()[1]) if each.symbol == "BTC"]
    assert (price.mark, price.index) == (79823.2, 79849.72434783)


def test_interest_rates_are_of_eight_hours_whatever_the_interval() -> None:
    """So many hourly markets show 0.0001 and rest at an eighth of it."""
    hourly = {row["symbol"] for row in recorded(INFO) if row["fundingIntervalHours"] == 1}
    at_rest = [
        row
        for row in recorded(PREMIUM)
        if row["symbol"] in hourly and row["interestRate"] == "0.00010000"
    ]
    most_common, _ = Counter(row["lastFundingRate"] for row in at_rest).most_common(1)[0]
    assert float(most_common) == pytest.approx(0.0001 / 8)


def test_the_running_rate_is_not_what_was_paid_last() -> None:
    session, _ = told("BTC")
    page = recorded("rest_20260911_fundingRate_btcusdt_5rows")
    paid = only(Funding, feed(session, answered("funding_history", page, AT_NS, key="BTCUSDT")))
    assert [each.rate for each in paid] == [
        0.00008093, 0.00006482, 0.00004447, 0.00004761, 0.00002863,
    ]  # fmt: skip
    assert {each.interval_s for each in paid} == {28_800}
    running = recorded("rest_20260911_premiumIndex_2rows")[0]["lastFundingRate"]
    assert float(running) != paid[-1].rate


def test_interest() -> None:
    session, _ = told("BTC")
    (row,) = capture_lines("aster/rest_openInterest_sample.jsonl")
    out = feed(session, answered("open_interest", row["data"], AT_NS, key="BTCUSDT"))
    assert [each.base for each in only(OpenInterest, out)] == [6196.323]


def nvidia() -> Session:
    session = Session(Wants(symbols=("NVDA", "BTC")))
    rows = [samples.symbol_row("NVDAUSDT"), samples.symbol_row("BTCUSDT")]
    feed(session, opened(AT_NS), answered("instruments", samples.listing(*rows), AT_NS))
    return session


def test_a_reading_and_a_change_of_nvidia() -> None:
    """Some seconds lie between the two, so the change is linked to the reading by hand."""
    session = nvidia()
    row = capture_lines("aster/rest_202609_depth_bookticker.jsonl")[0]["body"]
    change = capture_lines("aster/ws_20260928_single_frames.jsonl")[1]
    key = "nvdausdt@depth@100ms"
    (whole,) = feed(session, answered("book", row, AT_NS, key=key))
    assert isinstance(whole, BookSnapshot)
    assert (whole.bids, whole.asks) == (((223.51, 1.03), (223.49, 2.69)), ((223.57, 2.22),))
    linked = {**change, "pu": row["lastUpdateId"]}
    (told_of,) = feed(session, frame(samples.said(key, linked), AT_NS))
    assert isinstance(told_of, BookDelta)
    assert told_of.bids == ((223.41, 0.0), (223.42, 228.98))
    assert told_of.venue_ns == 1_790_577_907_300_000_000


def test_frames_that_clients_wrote_down() -> None:
    """Each in the words of the connection of many streams."""
    session, _ = told("BTC")
    rows = capture_lines("aster/ccxt_inline_samples.jsonl")
    frames = {row["payload"]["e"]: row["payload"] for row in rows if "e" in row["payload"]}
    mark = feed(session, frame(samples.said("btcusdt@markPrice@1s", frames["markPriceUpdate"])))
    assert [each.mark for each in only(Prices, mark)] == [116809.6]
    assert [each.rate for each in only(Funding, mark)] == [0.0001]
    (fill,) = feed(session, frame(samples.said("btcusdt@aggTrade", frames["aggTrade"])))
    assert isinstance(fill, Trade)
    assert (fill.price, fill.size, fill.side) == (114783.7, 0.02, "buy")
    assert feed(session, frame(samples.said("btcusdt@bookTicker", frames["bookTicker"]))) == []


def test_frames_of_a_connection_of_one_stream_say_the_same_without_its_name() -> None:
    """So most recordings of others are: the event and its market tell what stream it was."""
    rows = capture_lines("aster/ccxt_inline_samples.jsonl")
    frames = {row["payload"]["e"]: row["payload"] for row in rows if "e" in row["payload"]}
    ends = {"markPriceUpdate": "markPrice@1s", "aggTrade": "aggTrade"}
    for event, end in ends.items():
        bare, wrapped = (told("BTC")[0] for _ in range(2))
        named = frame(samples.said(f"btcusdt@{end}", frames[event]))
        assert feed(bare, frame(frames[event])) == feed(wrapped, named) != []
    assert feed(told("BTC")[0], frame(frames["bookTicker"])) == []


def test_acknowledgements_in_either_order_of_keys() -> None:
    session, _ = told("BTC")
    ack = capture_lines("aster/ws_20260928_single_frames.jsonl")[3]
    assert only(Reject, feed(session, frame(ack), frame('{"result":null,"id":2}'))) == []


def test_ccxt_reads_the_same_in_the_same_replies() -> None:
    """Symbols, ticks, lots, rates and intervals, of every market of the recording."""
    ccxt = pytest.importorskip("ccxt")
    client = ccxt.aster()
    rows = recorded("rest_20260907_exchangeInfo_12symbols")["symbols"]
    client.set_markets([client.parse_market(row) for row in rows])
    premiums = {row["symbol"]: row for row in recorded(PREMIUM)}
    hours = {row["symbol"]: row for row in recorded(INFO)}
    running, marks = rates(), {each.symbol: each.mark for each in only(Prices, told()[1])}
    for native, ours in instruments().items():
        market, scale = client.market(native), ours.contract
        assert market["precision"]["price"] / scale == pytest.approx(ours.tick), native
        assert market["precision"]["amount"] * scale == pytest.approx(ours.lot), native
        assert market["quote"] == ours.quote
        assert market["active"] is (ours.status == "active")
        if ours.status == "active":
            rate = running[ours.symbol]
            theirs = client.parse_funding_rate(premiums[native], market)
            assert theirs["fundingRate"] == rate.rate
            assert theirs["markPrice"] / scale == pytest.approx(marks[ours.symbol])
            interval = client.parse_funding_rate(hours[native], market)["interval"]
            assert interval == f"{rate.interval_s // 3600}h"
