"""A push in binary: SBE schema 1, its versions 1 to 3.

Little-endian: a header of block length, template, schema and version (u16 each), the block, for a
book a group of levels a side, and texts with their length before them (u8). Figures are int64 of
1e-8, times us, the least int64 is null. Version 2 brought the trade's id in full, version 3 a
settlement price at the end of the summary.
"""

import struct
import tomllib
from collections.abc import Callable
from functools import partial
from importlib import resources

from cockpit.sim.faces.kit.connection import Json

SCHEMA, NEWEST = 1, 3
NULL, MOST = -(2**63), 2**63 - 1
_CODES = {"BUY": 1, "SELL": 2, "FILL": 1, "LIQUIDATION": 2, "PERP": 1, "PARADEX": 1}
_SHAPES = tomllib.loads((resources.files(__package__) / "sbe.toml").read_text())


def units(text: str | None, decimals: int = 8) -> int:
    """'0.5' -> 50000000, cut off after the last decimal; blank is null, too much is the most."""
    if not text:
        return NULL
    whole, _, part = text.partition(".")
    return min(MOST, int(whole + part[:decimals].ljust(decimals, "0")))


_FORMS: dict[str, tuple[str, Callable[[Json], int]]] = {
    "us": ("q", lambda at_ms: int(at_ms * 1000)), "e8": ("q", units), "whole": ("q", int),
    "e12": ("q", partial(units, decimals=12)), "id": ("q", lambda text: int(text) % 2**63),
    "code": ("B", _CODES.__getitem__), "short": ("h", int),
    "zero": ("q", lambda nothing: 0), "null": ("q", lambda nothing: NULL),
}  # fmt: skip
"""How a figure stands in a block."""


def heartbeat(version: int, at_us: int) -> bytes:
    return _framed(40, version, struct.pack("<qq", at_us, 0))


def encode(channel: str, data: Json, version: int) -> bytes:
    """The message of a push."""
    kind = channel.partition(".")[0]
    if kind == "order_book":
        return _book(data, version)
    shape = _SHAPES[kind]
    block = shape["block"] + shape.get("block_of_3", []) * (version > 2)
    texts = shape["texts"] + shape.get("texts_of_2", []) * (version > 1)
    fields = [(data.get(name), *_FORMS[form]) for name, form in map(str.split, block)]
    packed = struct.pack(
        "<" + "".join(f for _, f, _ in fields), *(read(v) for v, _, read in fields)
    )
    return _framed(shape["template"], version, packed, b"", *(data[name] for name in texts))


def _framed(template: int, version: int, block: bytes, rest: bytes = b"", *texts: str) -> bytes:
    head = struct.pack("<HHHH", len(block), template, SCHEMA, version)
    said = b"".join(bytes([len(text)]) + text.encode() for text in texts)
    return head + block + rest + said


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
