"""Messages of Paradex, as small as they may be; figures are this module's own."""

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from tests.support import AT_NS

AT_MS = AT_NS // 10**6
AT_US = AT_NS // 10**3
NULL = -(2**63)
HOUR_MS = 3_600_000
EIGHT_HOURS_MS = 8 * HOUR_MS


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def native(symbol: str) -> str:
    return f"{symbol}-USD-PERP"


def row(name: str, base: str, **fields: Any) -> dict[str, Any]:
    """A row of the listing."""
    return {
        "symbol": name, "base_currency": base, "quote_currency": "USD",
        "settlement_currency": "USDC", "asset_kind": "PERP", "trading_mode": "STANDARD",
        "price_tick_size": "0.1", "order_size_increment": "0.001", "min_notional": "10",
        "funding_period_hours": 8,
        "delta1_cross_margin_params": {"imf_base": "0.02", "mmf_factor": "0.5"},
        **fields,
    }  # fmt: skip


def listing(*rows: Mapping[str, Any]) -> str:
    return compact({"results": rows})


def ordinary(*symbols: str) -> str:
    return listing(*(row(native(symbol), symbol) for symbol in symbols))


def push(channel: str, data: Any) -> str:
    said = {"channel": channel, "data": data}
    return compact({"jsonrpc": "2.0", "method": "subscription", "params": said})


def levels(bids: Sequence[Any], asks: Sequence[Any]) -> list[dict[str, str]]:
    return [
        {"side": side, "price": price, "size": size}
        for side, rows in (("BUY", bids), ("SELL", asks))
        for price, size in rows
    ]


def whole(seq: int, name: str = "BTC-USD-PERP", feed: str = "deltas", **fields: Any) -> str:
    data = {
        "seq_no": seq, "market": name, "last_updated_at": AT_MS, "update_type": "s",
        "inserts": levels([("100.1", "2"), ("100", "1")], [("100.4", "3"), ("100.5", "4")]),
        "updates": [], "deletes": [], **fields,
    }  # fmt: skip
    return push(f"order_book.{name}.{feed}", data)


def change(seq: int, name: str = "BTC-USD-PERP", **fields: Any) -> str:
    data = {
        "seq_no": seq, "market": name, "last_updated_at": AT_MS, "update_type": "d",
        "inserts": [], "updates": levels([("100", "1.5")], []), "deletes": [], **fields,
    }  # fmt: skip
    return push(f"order_book.{name}.deltas", data)


def summary(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "symbol": name, "mark_price": "101.2", "last_traded_price": "101.5",
        "bid": "101.1", "ask": "101.3", "volume_24h": "9000.5", "total_volume": "1",
        "underlying_price": "101.1", "open_interest": "20", "funding_rate": "0.0001",
        "price_change_rate_24h": "", "created_at": AT_MS, **fields,
    }  # fmt: skip


def funding(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "market": name, "funding_index": "-0.55", "funding_premium": "-0.0005",
        "funding_rate": "-0.00015", "funding_rate_8h": "-0.00015", "funding_period_hours": 8,
        "created_at": AT_MS, **fields,
    }  # fmt: skip


def reading(name: str, stamp_ms: int, index: str, **fields: Any) -> dict[str, Any]:
    """A row of history: rate 1e-4 of a spot price of 100."""
    row = funding(name, funding_index=index, funding_rate="0.0001", funding_premium="0.01")
    return row | {"created_at": stamp_ms} | fields


def fill(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": "1718179273230201709233240002", "market": name, "side": "BUY", "size": "0.5",
        "price": "100.4", "created_at": AT_MS, "trade_type": "FILL", **fields,
    }  # fmt: skip


# --- binary ------------------------------------------------------------------------------------


def units(text: str) -> int:
    """'0.5' -> 50000000."""
    whole, _, part = text.partition(".")
    return int(whole + part.ljust(8, "0"))


def binary(template: int, block: bytes, rest: bytes = b"", schema: int = 1) -> bytes:
    return struct.pack("<HHHH", len(block), template, schema, 3) + block + rest


def text(word: str) -> bytes:
    return bytes([len(word)]) + word.encode()


def side(*rows: tuple[str, str]) -> bytes:
    packed = [struct.pack("<qq", units(price), units(size)) for price, size in rows]
    return struct.pack("<HH", 16, len(rows)) + b"".join(packed)


def binary_book(
    seq: int, bids: bytes, asks: bytes, *, package: int = 0, name: str = "BTC-USD-PERP"
) -> bytes:
    block = struct.pack("<qqB9q", AT_US, seq, package, *[NULL] * 9)
    return binary(3, block, bids + asks + text(name))


def binary_summary(rate: int, precise: int | None, name: str = "BTC-USD-PERP") -> bytes:
    """Version 3 with a precise rate, version 1 without. `rate` x 1e-8, `precise` x 1e-12."""
    figures = [AT_US, 7, *map(units, ("101.2", "101.1", "101.5", "9000.5", "20")), rate]
    figures += [0] * 21
    figures += [] if precise is None else [precise, NULL]
    return binary(4, struct.pack(f"<{len(figures)}q", *figures), text(name))


def binary_funding(rate: int, hours: int = 8, raw: int | None = None) -> bytes:
    block = struct.pack("<7qh", AT_US, 7, rate, 0, AT_US, 0, rate, hours)
    block += b"" if raw is None else struct.pack("<q", raw)
    return binary(5, block, text("BTC-USD-PERP"))


def binary_fill(kind: int = 1, side_of: int = 2, name: str = "BTC-USD-PERP") -> bytes:
    block = struct.pack(
        "<qqqBqqqB", AT_US, 7, 1, side_of, units("100.4"), units("0.5"), AT_US + 250, kind
    )
    return binary(1, block, text(name) + text("1718179273230201709233240002"))
