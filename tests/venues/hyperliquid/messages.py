"""Hyperliquid's messages for tests, in the shapes of its documentation."""

from typing import Any

T0_MS = 1_759_999_000_000
"""Times of books, fills and blocks are given from here."""


def level(px: Any, sz: Any) -> dict[str, Any]:
    return {"px": str(px), "sz": str(sz), "n": 1}


def l2_book(bids: list[Any], asks: list[Any], time: int = 1_000, coin: str = "BTC") -> Any:
    sides = [[level(*row) for row in side] for side in (bids, asks)]
    return {"channel": "l2Book", "data": {"coin": coin, "time": T0_MS + time, "levels": sides}}


def bbo(bid: Any, ask: Any, time: int = 1_000, coin: str = "BTC") -> Any:
    best = [None if row is None else level(*row) for row in (bid, ask)]
    return {"channel": "bbo", "data": {"coin": coin, "time": T0_MS + time, "bbo": best}}


def trade(tid: int, **changed: Any) -> dict[str, Any]:
    fill = {"coin": "BTC", "side": "B", "px": "100.5", "sz": "2.0", "time": T0_MS, "hash": "0x0"}
    return {**fill, "tid": tid, "users": ["0xa", "0xb"], **changed}


def ctx(**changed: Any) -> dict[str, Any]:
    """Every field has a value of its own, so that a mix-up shows."""
    return {
        "funding": "0.0000125",
        "openInterest": "5259.34",
        "prevDayPx": "132.32",
        "dayNtlVlm": "965843.7286000003",
        "premium": "0.0003761389",
        "oraclePx": "128.41",
        "markPx": "128.45",
        "midPx": "128.48",
        "impactPxs": ["128.4583", "128.5099"],
        "dayBaseVlm": "7543.61",
    } | changed


DEAD = ctx(funding="0.0", openInterest="0.0", premium=None, midPx=None, impactPxs=None)


def active_ctx(coin: str, **changed: Any) -> Any:
    return {"channel": "activeAssetCtx", "data": {"coin": coin, "ctx": ctx(**changed)}}


def asset(name: str, **changed: Any) -> dict[str, Any]:
    return {"name": name, "szDecimals": 2, "maxLeverage": 20, "marginTableId": 20} | changed


def meta(*names: str | dict[str, Any], **changed: Any) -> dict[str, Any]:
    rows = [asset(name) if isinstance(name, str) else name for name in names]
    return {"universe": rows, "marginTables": [], "collateralToken": 0} | changed


def meta_and_ctxs(*names: str | dict[str, Any], **changed: Any) -> list[Any]:
    universe = meta(*names)
    return [universe, [ctx(**changed) for _ in universe["universe"]]]


def settled(time: int, rate: str = "0.0000125", coin: str = "BTC") -> dict[str, Any]:
    return {"coin": coin, "fundingRate": rate, "premium": "0.00007028", "time": time}
