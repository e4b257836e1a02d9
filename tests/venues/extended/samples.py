"""Extended's messages, written by hand after the recorded ones."""

from typing import Any

from tests.support import AT_NS

HOUR_MS = 3_600_000
AT_MS = AT_NS // 1_000_000
NEXT_MS = AT_MS // HOUR_MS * HOUR_MS + HOUR_MS


def native(symbol: str) -> str:
    return f"{symbol}-USD"


def stats(**other: Any) -> dict[str, Any]:
    return {
        "dailyVolume": "9000.5", "dailyVolumeBase": "90.25", "lastPrice": "101.5",
        "markPrice": "101.2", "indexPrice": "101.1", "fundingRate": "0.000013",
        "nextFundingRate": NEXT_MS, "openInterest": "4048", "openInterestBase": "40", **other,
    }  # fmt: skip


def row(name: str, asset: str, **other: Any) -> dict[str, Any]:
    """A row of the listing; `marketStats` and `tradingConfig` may be replaced."""
    return {
        "name": name, "type": "PERPETUAL", "uiName": "", "assetName": asset, "status": "ACTIVE",
        "collateralAssetName": "USD", "isOffHours": False, "tradingHours": "CONTINUOUS",
        "marketStats": stats(),
        "tradingConfig": {
            "minPriceChange": "0.1", "minOrderSizeChange": "0.001", "minOrderSize": "0.01",
            "maxLeverage": "50.00", "hourlyFundingRateCap": "0.25",
        },
        **other,
    }  # fmt: skip


def answer(*rows: Any) -> dict[str, Any]:
    return {"status": "OK", "data": list(rows)}


def book(
    kind: str,
    seq: int,
    *,
    market: str = "BTC-USD",
    bids: Any = None,
    asks: Any = None,
    ts: int = AT_MS,
    depth: str = "f",
) -> dict[str, Any]:
    """A frame of `orderbooks.M`: {p, q} in a snapshot, {p, q, c} in a delta."""
    if bids is None:
        bids = [level("100", "1")] if kind == "SNAPSHOT" else [level("100", "0.5", "1.5")]
    if asks is None:
        asks = [level("101", "2")] if kind == "SNAPSHOT" else []
    topic = f"orderbooks.{market}" if depth == "f" else f"orderbooks.{depth}.{market}"
    data = {"t": kind, "m": market, "b": bids, "a": asks, "d": depth}
    return {"type": f"ORDERBOOKS.{kind}", "data": data, "ts": ts, "seq": seq, "subscription": topic}


def level(price: str, change: str, size: str | None = None) -> dict[str, str]:
    return {"q": change, "p": price} | ({} if size is None else {"c": size})


def push(kind: str, topic: str, data: Any, seq: int, ts: int = AT_MS) -> dict[str, Any]:
    return {"type": kind, "data": data, "ts": ts, "seq": seq, "subscription": topic}


def one_stream(message: dict[str, Any]) -> dict[str, Any]:
    """The same frame as the older sockets of one stream say it."""
    kind = message["type"].rpartition(".")[2]
    old = {key: value for key, value in message.items() if key not in ("subscription", "type")}
    return old if kind in ("TRADES", "FUNDING_RATES") else {"type": kind, **old}
