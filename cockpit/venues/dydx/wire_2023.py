"""How the Indexer spoke until 2023, said as it speaks today.

A level of a delta had a third element; fills had a flag `liquidation` or nothing instead of a
`type`, an oracle row a `price`, collateral a `denom`, and an account's update `positions`.
"""

from typing import Any

import msgspec

from cockpit.venues.kit.decoding import decode

_ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def modern(data: str | bytes) -> bytes:
    """The frame in the words of today; empty where it is none of that time either."""
    message: Any = decode(_ANY, data)
    try:
        contents = message["contents"]
        for part in contents if isinstance(contents, list) else [contents]:
            _renew(part)
        return msgspec.json.encode(message)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return b""


def _renew(part: Any) -> None:
    for side in ("bids", "asks"):
        if side in part:
            part[side] = [row[:2] if isinstance(row, list) else row for row in part[side]]
    for trade in part.get("trades", ()):
        trade.setdefault("type", "LIQUIDATED" if trade.get("liquidation") else "LIMIT")
    for row in part.get("oraclePrices", {}).values():
        row.setdefault("oraclePrice", row.get("price"))
    if "positions" in part:
        part["perpetualPositions"] = part["positions"]
    for asset in part.get("assetPositions", ()):
        asset.setdefault("symbol", asset.get("denom", ""))
