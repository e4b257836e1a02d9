"""Bybit messages for tests, in the venue's own key order and spacing."""

import json
from typing import Any

from cockpit.venues.bybit.session import Session
from cockpit.venues.contract import Fetch, Output, Reply, Send, Wants
from tests.support import AT_NS, feed, only, opened, reply

SECOND_NS = 1_000_000_000
TS_MS = 1_687_940_967_466


def compact(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"))


def book(
    kind: str = "delta",
    u: int = 177400507,
    bids: Any = (("30247.20", "30.028"),),
    asks: Any = (("30248.70", "0.5"),),
    native: str = "BTCUSDT",
    depth: int = 200,
    **top: Any,
) -> str:
    data = {"s": native, "b": bids, "a": asks, "u": u, "seq": 66544703342}
    topic = f"orderbook.{depth}.{native}"
    return compact({"topic": topic, "type": kind, "ts": TS_MS, "data": data, **top})


def ticker(kind: str = "delta", native: str = "BTCUSDT", ts: int = TS_MS, **data: Any) -> str:
    data = {"symbol": native, **data}
    return compact(
        {"topic": f"tickers.{native}", "type": kind, "data": data, "cs": 24987956059, "ts": ts}
    )


def row(native: str = "BTCUSDT", base: str = "BTC", quote: str = "USDT", **fields: Any) -> Any:
    """A row of the listing; the four sizes and the tick differ, so that a mix-up shows."""
    return {
        "symbol": native,
        "contractType": "LinearPerpetual",
        "status": "Trading",
        "baseCoin": base,
        "quoteCoin": quote,
        "settleCoin": quote,
        "priceFilter": {"minPrice": "0.11", "maxPrice": "1999999.80", "tickSize": "0.10"},
        "lotSizeFilter": {
            "qtyStep": "0.001",
            "minOrderQty": "0.002",
            "maxOrderQty": "1190.000",
            "minNotionalValue": "5",
        },
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
        "fundingInterval": 480,
        "isPreListing": False,
        "preListingInfo": None,
        **fields,
    }


def answer(*rows: Any, ret_code: int = 0, ret_msg: str = "OK", cursor: str = "", **top: Any) -> str:
    result = {"category": "linear", "list": rows, "nextPageCursor": cursor} if not ret_code else {}
    return compact(
        {"retCode": ret_code, "retMsg": ret_msg, "result": result, "retExtInfo": {}, **top}
    )


def listing(*rows: Any, at_ns: int = AT_NS, key: str = "", cursor: str = "") -> Reply:
    return reply("instruments", answer(*rows, cursor=cursor), at_ns=at_ns, key=key)


def run_listing(session: Session, *rows: Any, at_ns: int = AT_NS) -> list[Output]:
    """Answer a whole listing: its page, then the empty one of pre-listings."""
    outputs = feed(session, listing(*rows, at_ns=at_ns))
    asked = [fetch for fetch in only(Fetch, outputs) if fetch.name == "instruments"]
    return outputs + feed(session, listing(at_ns=at_ns, key=asked[0].key))


def live_session(*symbols: str, rows: Any = None) -> Session:
    """Opened and listed, watching `symbols` (BTC unless said)."""
    session = Session(Wants(symbols=symbols or ("BTC",)))
    feed(session, opened())
    run_listing(session, *(rows or (row(), row("ETHUSDT", "ETH"), row("BTCPERP", "BTC", "USDC"))))
    return session


def requests(outputs: list[Output]) -> list[Any]:
    return [json.loads(send.data) for send in only(Send, outputs)]


def topics(outputs: list[Output], op: str = "subscribe") -> list[str]:
    matching = [request["args"] for request in requests(outputs) if request["op"] == op]
    return [topic for args in matching for topic in args]


def fetches(outputs: list[Output], name: str) -> list[Fetch]:
    return [fetch for fetch in only(Fetch, outputs) if fetch.name == name]
