"""Orderly messages for tests, in the venue's own words."""

import json
from collections.abc import Sequence
from typing import Any

from cockpit.venues.contract import Fetch, Output, Send, Wants
from cockpit.venues.orderly.session import Session
from tests.support import AT_NS, feed, frame, only, opened, reply

SECOND_NS = 1_000_000_000
TS_MS = AT_NS // 10**6
HOUR_MS = 3_600_000


def native(symbol: str) -> str:
    return f"PERP_{symbol}_USDC"


def info(name: str = "PERP_BTC_USDC", **fields: Any) -> Any:
    """A row of the listing; tick, lot and minimum differ, so that a mix-up shows."""
    return {
        "symbol": name, "broker_id": None, "quote_tick": 0.1, "base_tick": 0.001,
        "base_min": 0.002, "min_notional": 10, "funding_period": 8, "base_imr": 0.01,
        "base_mmr": 0.006, "imr_factor": 9.1e-8, "status": "ACTIVE", "is_pretge": False, **fields,
    }  # fmt: skip


def futures(name: str = "PERP_BTC_USDC", **fields: Any) -> Any:
    return {
        "symbol": name, "broker_id": None, "status": "ACTIVE", "index_price": 101.1,
        "mark_price": 101.2, "est_funding_rate": 0.0001,
        "next_funding_time": TS_MS // (8 * HOUR_MS) * 8 * HOUR_MS + 8 * HOUR_MS,
        "open_interest": 20, "24h_close": 101.5, "24h_volume": 90.25, "24h_amount": 9000.5,
        **fields,
    }  # fmt: skip


def rows(*each: Any, **more: Any) -> Any:
    return {"success": True, "timestamp": TS_MS, "data": {"rows": list(each), **more}}


def topic(name: str, data: Any, ts: int = TS_MS) -> Any:
    return {"topic": name, "ts": ts, "data": data}


def levels(
    name: str = "PERP_BTC_USDC",
    bids: Any = ((100.0, 1.0), (99.0, 2.0)),
    asks: Any = ((101.0, 1.5), (102.0, 2.5)),
    **more: Any,
) -> Any:
    return {"symbol": name, "asks": asks, "bids": bids, **more}


def whole(ts: int, name: str = "PERP_BTC_USDC", **changed: Any) -> Any:
    """A whole book as it was asked for."""
    data = levels(name, **changed) | {"ts": ts}
    return {"id": "book", "event": "request", "success": True, "ts": ts + 90, "data": data}


def change(ts: int, previous: int, name: str = "PERP_BTC_USDC", **changed: Any) -> Any:
    data = levels(name, **{"bids": ((100.0, 3.0),), "asks": (), **changed}) | {"prevTs": previous}
    return topic(f"{name}@orderbookupdate", data, ts)


def ack(send: Send) -> Any:
    asked = json.loads(send.data)
    return {"id": asked["id"], "event": asked["event"], "success": True, "ts": TS_MS}


def live_session(*symbols: str, listed: Sequence[Any] = (), survey: bool = False) -> Session:
    """Opened, listed and acknowledged, watching `symbols` (BTC unless said)."""
    session = Session(Wants(symbols=symbols or ("BTC",), survey=survey))
    feed(session, opened())
    each = listed or (info(), info("PERP_ETH_USDC"), info("PERP_1000PEPE_USDC", base_tick=100))
    outputs = feed(session, reply("instruments", rows(*each)))
    for send in only(Send, outputs):
        if "subscribe" in send.data:
            feed(session, frame(ack(send)))
    return session


def requests(outputs: Sequence[Output]) -> list[Any]:
    return [json.loads(send.data) for send in only(Send, outputs)]


def books_asked(outputs: Sequence[Output]) -> list[str]:
    """The markets whose whole book is asked for."""
    asked = [request for request in requests(outputs) if request["event"] == "request"]
    return [request["params"]["symbol"] for request in asked]


def topics(outputs: Sequence[Output], event: str = "subscribe") -> list[str]:
    return [request["topic"] for request in requests(outputs) if request["event"] == event]


def fetches(outputs: Sequence[Output], name: str) -> list[Fetch]:
    return [fetch for fetch in only(Fetch, outputs) if fetch.name == name]
