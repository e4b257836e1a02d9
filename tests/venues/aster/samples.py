"""Messages in Aster's shape, with the figures that a test needs."""

from typing import Any

AT_MS = 1_760_000_000_000
NEXT_MS = 1_760_025_600_000
"""2025-10-09 16:00 UTC: the next of the stamps every eight hours."""


def native(symbol: str) -> str:
    return f"{symbol}USDT"


def key(symbol: str) -> str:
    """The book's subscription."""
    return f"{native(symbol).lower()}@depth@100ms"


def symbol_row(name: str, **own: Any) -> dict[str, Any]:
    quote = own.get("quoteAsset", "USDT")
    filters = [
        {"filterType": "PRICE_FILTER", "tickSize": "0.1", "minPrice": "1", "maxPrice": "1000000"},
        {"filterType": "LOT_SIZE", "stepSize": "0.001", "minQty": "0.002", "maxQty": "1000"},
        {"filterType": "MARKET_LOT_SIZE", "stepSize": "1", "minQty": "1", "maxQty": "120"},
        {"filterType": "MIN_NOTIONAL", "notional": "5"},
    ]
    return {
        "symbol": name, "contractType": "PERPETUAL", "status": "TRADING", "quoteAsset": quote,
        "baseAsset": name.removesuffix(quote), "marginAsset": quote, "pricePrecision": 8,
        "quantityPrecision": 8, "maintMarginPercent": "2.5000", "requiredMarginPercent": "5.0000",
        "filters": filters, **own,
    }  # fmt: skip


def listing(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"timezone": "UTC", "serverTime": AT_MS, "symbols": rows}


def info(*natives: str, hours: Any = 8) -> list[dict[str, Any]]:
    return [
        {
            "symbol": name, "interestRate": "0.00010000", "time": AT_MS,
            "fundingIntervalHours": hours, "fundingFeeCap": 0.02, "fundingFeeFloor": -0.02,
        }
        for name in natives
    ]  # fmt: skip


def mark(name: str, **own: Any) -> dict[str, Any]:
    return {
        "e": "markPriceUpdate", "E": AT_MS, "s": name, "p": "100.5", "P": "100.4", "i": "100.25",
        "r": "0.00010000", "T": NEXT_MS, **own,
    }  # fmt: skip


def premium(name: str, **own: Any) -> dict[str, Any]:
    return {
        "symbol": name, "markPrice": "100.5", "indexPrice": "100.25", "estimatedSettlePrice": "0",
        "lastFundingRate": "0.00010000", "interestRate": "0.00010000", "nextFundingTime": NEXT_MS,
        "time": AT_MS, **own,
    }  # fmt: skip


def ticker(name: str, **own: Any) -> dict[str, Any]:
    return {
        "symbol": name, "lastPrice": "100.75", "volume": "12.5", "quoteVolume": "1259.38",
        "openTime": AT_MS - 86_400_000, "closeTime": AT_MS, **own,
    }  # fmt: skip


def interest(name: str, size: Any = "7.5") -> dict[str, Any]:
    return {"symbol": name, "openInterest": size, "time": AT_MS}


def book(number: int, **own: Any) -> dict[str, Any]:
    bids, asks = [["100.0", "1.5"], ["99.9", "2"]], [["100.1", "0.5"], ["100.2", "3"]]
    return {
        "lastUpdateId": number, "E": AT_MS, "T": AT_MS, "bids": bids, "asks": asks, **own,
    }  # fmt: skip


def change(follows: int, last: int, name: str = "BTCUSDT", **own: Any) -> dict[str, Any]:
    data = {
        "e": "depthUpdate", "E": AT_MS, "T": AT_MS, "s": name, "U": follows + 1, "u": last,
        "pu": follows, "b": [["100.0", "4"]], "a": [], **own,
    }  # fmt: skip
    return said(f"{name.lower()}@depth@100ms", data)


def said(stream: str, data: Any) -> dict[str, Any]:
    return {"stream": stream, "data": data}
