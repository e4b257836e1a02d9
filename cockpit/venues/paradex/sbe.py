"""Paradex in binary: one SBE message (schema 1, versions 1 to 3) to the struct of its JSON twin.

Little-endian. A header of four u16 (length of the block, template, schema, version), the block,
for a book two groups of levels, then texts that each begin with their length as u8. A later
version appends to a block, so that what follows is found by the length that the header states.
Times are us, numbers int64 x 1e-8; the least int64 stands for null and the largest for what did
not fit, which is as unknown. Requests, acknowledgements and errors stay JSON text.

| template | read as | block, from its first byte |
| --- | --- | --- |
| 1 trade | `Fill` | ts, seq, id, side u8, price, size, created, type u8 |
| 2 best prices | nothing | |
| 3 book | `BookUpdate` | ts, seq, package u8 (0 whole, 1 change), nine best figures; bids, asks |
| 4 summary | `Summary` | ts, seq, mark, index, last, USD 24 h, OI, rate; at 232 a precise one |
| 5 funding | `FundingRow` | ts, seq, rate, index, created, premium, 8 h, hours i16, raw premium |
| 6 comparison, 40 heartbeat | nothing | |

The rate of 4 and 5 has eight decimals. The precise one (x 1e-12) came into 4 later.
"""

import struct
from typing import Final, Literal, NamedTuple

from cockpit.core.events import Levels
from cockpit.venues.kit.numbers import sane_levels
from cockpit.venues.paradex.messages import BookUpdate, Fill, FundingRow, Row, Summary

_SCHEMA: Final = 1
_UNKNOWN: Final = frozenset({-(2**63), 2**63 - 1})
_SCALE: Final = 100_000_000
_PRECISE_SCALE: Final = 10**12
_US_NS: Final = 1_000
_OLDEST_US: Final = 1_577_836_800_000_000
_NEWEST_US: Final = 4_102_444_800_000_000
"""2020 and 2100: a time outside of them is in another unit."""

_HEADER = struct.Struct("<HHHH")
_TRADE = struct.Struct("<qqqBqqqB")
_BOOK = struct.Struct("<qqB")
_GROUP = struct.Struct("<HH")
_LEVEL = struct.Struct("<qq")
_SUMMARY = struct.Struct("<qqqqqqqq")
_FUNDING = struct.Struct("<qqqqqqqh")
_INT64 = struct.Struct("<q")
_LEAST_BLOCK: Final = {1: 50, 2: 48, 3: 17, 4: 64, 5: 58, 6: 26, 40: 16}
"""What has to be there to be read, or to be passed over."""
_HAS_TEXT: Final = frozenset({1, 2, 4, 5, 6})
_PRECISE_AT: Final = 232
_RAW_PREMIUM_AT: Final = 58
_SIDES: Final[dict[int, Literal["BUY", "SELL"]]] = {1: "BUY", 2: "SELL"}
_TRADE_TYPES: Final = {
    1: "FILL", 2: "LIQUIDATION", 3: "UNWIND_TRANSFER", 4: "SETTLE_MARKET", 5: "RPI",
    6: "BLOCK_TRADE",
}  # fmt: skip


class Unread(NamedTuple):
    """Why a message was not read: it is damaged, or of a kind that came after this was written."""

    reason: str
    is_damaged: bool


def decode(data: bytes) -> tuple[Row, int] | Unread | None:
    """The row and its time (ns), None for what says nothing here, or why it was not read.

    Raises nothing, whatever the bytes are.
    """
    try:
        return _decode(data)
    except struct.error:
        return Unread("binary message: it is cut short", True)
    except ValueError as error:
        return Unread(f"binary message: {error}", True)


def _decode(data: bytes) -> tuple[Row, int] | Unread | None:
    block, template, schema, _ = _HEADER.unpack_from(data)
    least = _LEAST_BLOCK.get(template)
    if schema != _SCHEMA or least is None:
        reason = f"binary message: template {template} of schema {schema} is not known"
        return Unread(reason, False)
    end = _HEADER.size + block
    if block < least or len(data) < end:
        raise ValueError(f"template {template} is cut short")
    if template == 3:
        return _book(data, end)
    market = _text(data, end) if template in _HAS_TEXT else ""
    if template == 4:
        return _summary(data, block, market)
    if template == 1:
        return _trade(data, market)
    if template == 5:
        return _funding(data, block, market)
    return None


def _book(data: bytes, end: int) -> tuple[BookUpdate, int]:
    at_us, seq, package = _BOOK.unpack_from(data, _HEADER.size)
    if package > 1 or seq < 0:
        raise ValueError("a book that is neither whole nor a change")
    is_whole = package == 0
    bids, end = _levels(data, end)
    asks, end = _levels(data, end)
    if not (sane_levels(bids, deltas=True) and sane_levels(asks, deltas=True)):
        raise ValueError("a level without a price or a size")
    at_ns = _ns(at_us)
    return BookUpdate(_text(data, end), seq, is_whole, bids, asks, at_ns), at_ns


def _levels(data: bytes, at: int) -> tuple[Levels, int]:
    """One side, and where it ends."""
    length, count = _GROUP.unpack_from(data, at)
    at += _GROUP.size
    end = at + length * count
    if length < _LEVEL.size or end > len(data):
        raise ValueError("a side is cut short")
    if length == _LEVEL.size:
        rows = _LEVEL.iter_unpack(data[at:end])
    else:  # A later version put more behind each.
        rows = (_LEVEL.unpack_from(data, place) for place in range(at, end, length))
    return tuple([(price / _SCALE, size / _SCALE) for price, size in rows]), end


def _trade(data: bytes, market: str) -> tuple[Fill, int]:
    _, _, _, side, price, size, at_us, kind = _TRADE.unpack_from(data, _HEADER.size)
    if side not in _SIDES or price <= 0 or size <= 0:
        raise ValueError("a trade without a side, a price or a size")
    name = _TRADE_TYPES.get(kind, f"type {kind}")
    at_ns = _ns(at_us)
    ms = at_us // 1_000
    return Fill(market, _SIDES[side], size / _SCALE, price / _SCALE, ms, name), at_ns


def _summary(data: bytes, block: int, market: str) -> tuple[Summary, int]:
    at_us, _, *figures = _SUMMARY.unpack_from(data, _HEADER.size)
    mark, index, last, volume, interest, rate = (_number(figure) for figure in figures)
    precise = _later(data, block, _PRECISE_AT, _PRECISE_SCALE)
    at_ns = _ns(at_us)
    return Summary(
        symbol=market, mark_price=mark, underlying_price=index, last_traded_price=last,
        volume_24h=volume, open_interest=interest, created_at=at_us // 1_000,
        funding_rate=rate if precise is None else precise, has_all_digits=precise is not None,
    ), at_ns  # fmt: skip


def _funding(data: bytes, block: int, market: str) -> tuple[FundingRow, int]:
    _, _, rate, index, at_us, premium, _, hours = _FUNDING.unpack_from(data, _HEADER.size)
    raw = _later(data, block, _RAW_PREMIUM_AT, _SCALE)
    at_ns = _ns(at_us)
    return FundingRow(
        market=market, funding_rate=_number(rate), created_at=at_us // 1_000,
        funding_index=_number(index), funding_premium=_number(premium),
        funding_period_hours=float(hours), impact_premium_rate=raw, has_all_digits=False,
    ), at_ns  # fmt: skip


def _later(data: bytes, block: int, at: int, scale: int) -> float | None:
    """A figure that a later version appended to a block; None before it."""
    if block < at + _INT64.size:
        return None
    (units,) = _INT64.unpack_from(data, _HEADER.size + at)
    return None if units in _UNKNOWN else units / scale


def _number(units: int) -> float | None:
    return None if units in _UNKNOWN else units / _SCALE


def _ns(at_us: int) -> int:
    if not _OLDEST_US <= at_us < _NEWEST_US:
        raise ValueError("a time that is not in microseconds")
    return at_us * _US_NS


def _text(data: bytes, at: int) -> str:
    if at >= len(data):
        raise ValueError("it names no market")
    end = at + 1 + data[at]
    if end > len(data):
        raise ValueError("its text is cut short")
    return data[at + 1 : end].decode()
