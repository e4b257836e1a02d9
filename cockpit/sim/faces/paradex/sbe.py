"""A push in binary: SBE schema 1, its versions 1 to 3.

Little-endian: a header of block length, template, schema and version (u16 each), the block, for a
book a group of levels a side, and texts with their length before them (u8). Figures are int64 of
1e-8, times us, the least int64 is null. Version 2 brought the trade's id in full, version 3 a
settlement price at the end of the summary.
"""

import struct

from cockpit.sim.faces.kit.connection import Json

SCHEMA, NEWEST = 1, 3
NULL, MOST = -(2**63), 2**63 - 1
_BEFORE_RATE = ("mark_price", "underlying_price", "last_traded_price", "volume_24h")
_AFTER_RATE = ("bid", "ask", "total_volume", "price_change_rate_24h")
_TRADE_TYPES = {"FILL": 1, "LIQUIDATION": 2}
PRECISE_DECIMALS = 12


def units(text: str | None, decimals: int = 8) -> int:
    """'0.5' -> 50000000, cut off after the last decimal; blank is null, too much is the most."""
    if not text:
        return NULL
    whole, _, part = text.partition(".")
    return min(MOST, int(whole + part[:decimals].ljust(decimals, "0")))


def heartbeat(version: int, at_us: int) -> bytes:
    return _framed(40, version, struct.pack("<qq", at_us, 0))


def encode(channel: str, data: Json, version: int) -> bytes:
    """The message of a push."""
    return _ENCODERS[channel.partition(".")[0]](data, version)


def _framed(template: int, version: int, block: bytes, rest: bytes = b"", *texts: str) -> bytes:
    head = struct.pack("<HHHH", len(block), template, SCHEMA, version)
    said = b"".join(bytes([len(text)]) + text.encode() for text in texts)
    return head + block + rest + said


def _trade(data: Json, version: int) -> bytes:
    at_us, side = data["created_at"] * 1000, 1 if data["side"] == "BUY" else 2
    block = struct.pack(
        "<qqqBqqqB", at_us, 0, int(data["id"]) % 2**63, side, units(data["price"]),
        units(data["size"]), at_us, _TRADE_TYPES[data["trade_type"]],
    )  # fmt: skip
    texts = [data["market"], data["id"]] if version > 1 else [data["market"]]
    return _framed(1, version, block, b"", *texts)


def _book(data: Json, version: int) -> bytes:
    package = 0 if data["update_type"] == "s" else 1
    block = struct.pack("<qqB", data["last_updated_at"] * 1000, data["seq_no"], package)
    gone = [{**level, "size": "0"} for level in data["deletes"]]
    levels = [*data["inserts"], *data["updates"], *gone]
    groups = b""
    for side in ("BUY", "SELL"):
        mine = [level for level in levels if level["side"] == side]
        groups += struct.pack("<HH", 16, len(mine))
        for level in mine:
            groups += struct.pack("<qq", units(level["price"]), units(level["size"]))
    return _framed(3, version, block + struct.pack("<9q", *[NULL] * 9), groups, data["market"])


def _summary(data: Json, version: int) -> bytes:
    rate = data["funding_rate"]
    figures = [
        data["created_at"] * 1000, 0, *(units(data[name]) for name in _BEFORE_RATE),
        units(data["open_interest"]), units(rate), *(units(data[name]) for name in _AFTER_RATE),
        *[NULL] * 12, units(data["external_fair_price"]), units(data["bid_size"]),
        units(data["ask_size"]), NULL, 0, units(rate, PRECISE_DECIMALS),
        *[NULL] * (version > 2),
    ]  # fmt: skip
    return _framed(4, version, struct.pack(f"<{len(figures)}q", *figures), b"", data["symbol"])


def _funding(data: Json, version: int) -> bytes:
    at_us = data["created_at"] * 1000
    block = struct.pack(
        "<7qhq", at_us, 0, units(data["funding_rate"]), units(data["funding_index"]), at_us,
        units(data["funding_premium"]), units(data["funding_rate_8h"]),
        data["funding_period_hours"], NULL,
    )  # fmt: skip
    return _framed(5, version, block, b"", data["market"])


_ENCODERS = {
    "trades": _trade, "order_book": _book, "markets_summary": _summary,
    "funding_data": _funding,
}  # fmt: skip
