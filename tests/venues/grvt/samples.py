"""GRVT's messages, written by hand after the recorded ones."""

from typing import Any

from tests.support import AT_NS

HOUR_NS = 3_600_000_000_000
NEXT_NS = AT_NS // (8 * HOUR_NS) * 8 * HOUR_NS + 8 * HOUR_NS


def native(symbol: str) -> str:
    return f"{symbol}_USDT_Perp"


def row(base: str, **other: Any) -> dict[str, Any]:
    """A row of the listing."""
    return {
        "instrument": native(base), "instrument_hash": "0x1", "base": base, "quote": "USDT",
        "kind": "PERPETUAL", "base_decimals": 9, "quote_decimals": 6, "tick_size": "0.1",
        "min_size": "0.001", "min_notional": "100.0", "max_position_size": "1000.0",
        "funding_interval_hours": 8, "adjusted_funding_rate_cap": "0.3",
        "adjusted_funding_rate_floor": "-0.3", "asset_class": "UNSPECIFIED", **other,
    }  # fmt: skip


def ack(stream: str, *subs: str, latest: int, request: int = 0) -> dict[str, Any]:
    told = {
        "stream": stream, "subs": list(subs), "unsubs": [], "num_snapshots": [1] * len(subs),
        "first_sequence_number": [str(latest + 1)] * len(subs),
        "latest_sequence_number": [str(latest)] * len(subs),
    }  # fmt: skip
    return {"jsonrpc": "2.0", "result": told, "id": request, "method": "subscribe"}


def error(code: int, message: str, request: int, method: str = "subscribe") -> dict[str, Any]:
    told = {"code": code, "message": message}
    return {"jsonrpc": "2.0", "error": told, "id": request, "method": method}


def data(stream: str, selector: str, number: int, follows: int, feed: Any) -> dict[str, Any]:
    return {
        "stream": stream, "selector": selector, "sequence_number": str(number), "feed": feed,
        "prev_sequence_number": str(follows),
    }  # fmt: skip


def level(price: str, size: str) -> dict[str, Any]:
    return {"price": price, "size": size, "num_orders": int(float(size) > 0)}


def book(
    number: int = 0,
    follows: int | None = None,
    *,
    market: str = "BTC_USDT_Perp",
    bids: Any = None,
    asks: Any = None,
) -> dict[str, Any]:
    """A whole book where the number is 0, else a change after the number before it."""
    if bids is None:
        bids = [level("99.5", "2.0"), level("99.0", "1.0")] if number == 0 else []
    if asks is None:
        asks = [level("100.5", "1.0")] if number == 0 else [level("101.0", "3.0")]
    feed = {"event_time": str(AT_NS), "instrument": market, "bids": bids, "asks": asks}
    before = max(number - 1, 0) if follows is None else follows
    return data("v1.book.d", f"{market}@50", number, before, feed)


def figures(market: str = "BTC_USDT_Perp", **other: Any) -> dict[str, Any]:
    return {
        "event_time": str(AT_NS), "instrument": market, "mark_price": "100.25",
        "index_price": "100.5", "last_price": "100.0", "open_interest": "40.5",
        "buy_volume_24h_b": "3.0", "sell_volume_24h_b": "4.5", "buy_volume_24h_q": "300.0",
        "sell_volume_24h_q": "450.5", "funding_rate": "0.01", "funding_interval_hours": 8,
        "next_funding_time": str(NEXT_NS), "status": "UNSPECIFIED", "session": "REGULAR", **other,
    }  # fmt: skip


def ticker(market: str = "BTC_USDT_Perp", rate: str = "500", **other: Any) -> dict[str, Any]:
    return data("v1.ticker.s", f"{market}@{rate}", 0, 0, figures(market, **other))
