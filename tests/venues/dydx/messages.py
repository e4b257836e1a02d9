"""dYdX Indexer messages as the documentation shapes them, and a small Indexer that sends them."""

import json
from collections.abc import Iterable
from typing import Any

from cockpit.venues.contract import Output, Send, Wants
from cockpit.venues.dydx.session import Session
from tests.support import feed, frame, only, opened

CONNECTION = "3afef1ce-92d1-4f61-9009-14b656142d7e"
Json = dict[str, Any]

ROW: Json = {
    "clobPairId": "0", "status": "ACTIVE", "oraclePrice": "90000",
    "priceChange24H": "701.1", "volume24H": "247500844.6834", "trades24H": 63065,
    "nextFundingRate": "0.000003", "initialMarginFraction": "0.02",
    "maintenanceMarginFraction": "0.012", "openInterest": "381.5", "atomicResolution": -10,
    "quantumConversionExponent": -9, "tickSize": "1", "stepSize": "0.0001",
    "stepBaseQuantums": 1000000, "subticksPerTick": 100000, "marketType": "CROSS",
    "openInterestLowerCap": "0", "openInterestUpperCap": "0", "baseOpenInterest": "782.25",
    "defaultFundingRate1H": "0.0000125",
}  # fmt: skip
"""A market's row. Fields that are easily mixed up have different values."""


def row(ticker: str, **changes: Any) -> Json:
    return {**ROW, "ticker": ticker, **changes}


def markets(*rows: Json) -> Json:
    """The body of `GET perpetualMarkets`, and the contents of the channel's first message."""
    return {"markets": {r["ticker"]: r for r in rows}}


def envelope(kind: str, number: int, channel: str, id: str, contents: Any) -> Json:
    message: Json = {
        "type": kind, "connection_id": CONNECTION, "message_id": number, "channel": channel,
    }  # fmt: skip
    if id:
        message["id"] = id
    if kind.startswith("channel"):
        message["version"] = "1.0.0"
    if contents is not None:
        message["contents"] = contents
    return message


def connected() -> Json:
    return {"type": "connected", "connection_id": CONNECTION, "message_id": 0}


def book(number: int, bids: Json, asks: Json, ticker: str = "BTC-USD") -> Json:
    contents = {
        side: [{"price": price, "size": size} for price, size in levels.items()]
        for side, levels in (("bids", bids), ("asks", asks))
    }
    return envelope("subscribed", number, "v4_orderbook", ticker, contents)


def changes(number: int, *updates: Json, ticker: str = "BTC-USD") -> Json:
    """A batch of `{"bids": [["price", "size"]]}` and `{"asks": …}`."""
    return envelope("channel_batch_data", number, "v4_orderbook", ticker, list(updates))


def trading(number: int, **rows: Json) -> Json:
    """Partial rows; `BTC={…}` is about BTC-USD."""
    contents = {"trading": {f"{symbol}-USD": part for symbol, part in rows.items()}}
    return envelope("channel_data", number, "v4_markets", "", contents)


def trades(number: int, *rows: Json, ticker: str = "BTC-USD", kind: str = "subscribed") -> Json:
    contents: Any = {"trades": list(rows)}
    if kind == "channel_batch_data":
        contents = [contents]
    return envelope(kind, number, "v4_trades", ticker, contents)


def block(number: int, height: int, second: int = 0) -> Json:
    time = f"2025-12-08T16:11:{second:02}.450Z"
    contents = {"blockHeight": str(height), "time": time}
    return envelope("channel_data", number, "v4_block_height", "v4_block_height", contents)


def listening(*tickers: str) -> Session:
    """A session whose link is open and whose numbers 1 to 2 + 2 a market are taken by requests."""
    symbols = tuple(ticker.removesuffix("-USD") for ticker in tickers)
    session = Session(Wants(symbols=symbols))
    feed(session, opened(), frame(connected()))
    feed(session, frame(envelope("subscribed", 1, "v4_markets", "", markets(*map(row, tickers)))))
    contents = {"height": "1", "time": "2025-12-08T16:11:59.450Z"}
    feed(session, frame(envelope("subscribed", 2, "v4_block_height", "v4_block_height", contents)))
    for i, ticker in enumerate(tickers):
        answer = envelope("subscribed", 4 + 2 * i, "v4_trades", ticker, {"trades": []})
        feed(session, frame(book(3 + 2 * i, {"100": "1"}, {"101": "2"}, ticker)), frame(answer))
    return session


def requests(outputs: Iterable[Output]) -> list[tuple[str, str, str]]:
    """What was sent, as (type, channel, id)."""
    sent = [json.loads(send.data) for send in only(Send, outputs)]
    return [(request["type"], request["channel"], request.get("id", "")) for request in sent]


class Indexer:
    """One connection of a very small Indexer: its books, its numbers, its late answers."""

    def __init__(self, books: dict[str, tuple[dict[str, str], dict[str, str]]]) -> None:
        self.books = books
        self.number = 0
        self._subscribed: set[tuple[str, str]] = set()
        self._owed: list[tuple[int, str, str]] = []

    def request(self, data: str) -> list[Json]:
        """Take a request: it has its number now, a snapshot is answered by `settle`."""
        request = json.loads(data)
        kind, channel, id = request["type"], request["channel"], request.get("id", "")
        self.number += 1
        if kind == "unsubscribe":
            self._subscribed.discard((channel, id))
            self._owed = [owed for owed in self._owed if owed[1:] != (channel, id)]
            return [envelope("unsubscribed", self.number, channel, id, None)]
        if (channel, id) in self._subscribed:
            text = f"Invalid subscribe message: already subscribed ({channel}-{id})"
            error = envelope("error", self.number, channel, id, None)
            return [{**error, "message": text}]
        self._owed.append((self.number, channel, id))
        return []

    def settle(self) -> list[Json]:
        """The answers that are owed, under the numbers of their requests."""
        owed, self._owed = self._owed, []
        self._subscribed.update((channel, id) for _, channel, id in owed)
        return [self._answer(number, channel, id) for number, channel, id in owed]

    def change(self, ticker: str, side: int, price: str, size: str) -> list[Json]:
        """Set a level; whoever is subscribed hears of it."""
        levels = self.books[ticker][side]
        levels.pop(price, None)
        if size != "0":
            levels[price] = size
        if ("v4_orderbook", ticker) not in self._subscribed:
            return []
        self.number += 1
        return [changes(self.number, {("bids", "asks")[side]: [[price, size]]}, ticker=ticker)]

    def _answer(self, number: int, channel: str, id: str) -> Json:
        if channel == "v4_orderbook":
            return book(number, *self.books[id], ticker=id)
        if channel == "v4_markets":
            rows = [row(ticker) for ticker in self.books]
            return envelope("subscribed", number, channel, "", markets(*rows))
        if channel == "v4_trades":
            return trades(number, ticker=id)
        contents = {"height": "66624132", "time": "2025-12-08T16:11:59.450Z"}
        return envelope("subscribed", number, channel, id, contents)
