"""Trades on disk: `trades.toml`, read and edited by hand, and beside it what their legs traded.

`trades.toml` has a `[[trade]]` for each open one, with a `[[trade.leg]]` for each leg, and a
`[[closed]]` for each that is over. It is read strictly: a name that is silently ignored is a wrong
trade. Comments stay with their trade. Fills are one JSON object a line in `trade_fills.jsonl`; a
line that cannot be read is left out, because venues tell most of them again.
"""

import math
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from cockpit.core.errors import ConfigError
from cockpit.core.names import did_you_mean
from cockpit.core.typed_tree import NotANumberError, read_numbers
from cockpit.core.units import HOUR_S, NS_PER_S, parse_utc, utc
from cockpit.core.validation import explain
from cockpit.portfolio.trades.file_text import TradeRow, file_text
from cockpit.state.trades import (
    LegFill,
    LegFills,
    LegKey,
    Origin,
    TradeLeg,
    TradeRecord,
    TradeRecords,
    TradeResult,
)
from cockpit.storage.atomic import write_atomically
from cockpit.storage.reading import read_utf8

TRADES: Final = "trades.toml"
FILLS: Final = "trade_fills.jsonl"
MAX_BYTES: Final = 5_000_000
HEADER: Final = (
    "# Trades: positions that belong together. The cockpit keeps this file, and takes over what\n"
    "# is edited by hand: names, targets, shares of legs, legs moved from trade to trade.\n"
)
Share = Annotated[float, msgspec.Meta(gt=0.0, le=1.0)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class _Leg(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    venue: Text
    account: Text
    symbol: Text
    size: float
    pool: str = ""
    share: Share = 1.0
    entry: float | None = None
    opened: str | None = None
    typed: bool = False


class _Trade(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    id: Text
    symbol: Text
    seen: str
    leg: list[_Leg]
    name: str = ""
    origin: Origin = "found"
    opened: str | None = None
    target_usd: float | None = None
    watched_h: float = 0.0
    profit_h: float = 0.0


class _Closed(_Trade, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    closed: str
    total_usd: float | None = None
    directional_usd: float | None = None
    basis_usd: float | None = None
    funding_usd: float | None = None
    fees_usd: float | None = None
    slippage_usd: float | None = None


class _FillLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """`trade` names the one that is over to which a fill belongs; empty while it is open."""

    leg: LegKey
    fill: LegFill
    trade: str = ""


class Kept(msgspec.Struct, frozen=True):
    """What `trades.toml` says: open ones by id, and those that are over, newest last."""

    open: dict[str, TradeRecord] = {}
    closed: list[TradeRecord] = []


def load(path: Path) -> Kept:
    """The file's trades; none without a file. ConfigError names the file, the trade and the key."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path}: is larger than {MAX_BYTES / 1e6:.0f} MB")
        tree = tomllib.loads(read_utf8(path).decode())
    except FileNotFoundError:
        return Kept()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from error
    for key in tree:
        if key not in ("trade", "closed"):
            hint = did_you_mean(key, ["trade", "closed"])
            raise ConfigError(f"{path}: {key}: unknown key{hint}; expected [[trade]] or [[closed]]")
    open_ = [_record(row) for row in _rows(path, "trade", tree.get("trade", []), _Trade)]
    closed = [_record(row) for row in _rows(path, "closed", tree.get("closed", []), _Closed)]
    _check(path, open_)
    return Kept({record.id: record for record in open_}, closed)


def recall(folder: Path, records: TradeRecords) -> None:
    """Put what a folder keeps into `records`. ConfigError as `load`."""
    kept = load(folder / TRADES)
    fills = load_fills(folder / FILLS)
    records.restore(kept.open, kept.closed, fills.pop("", {}), fills)


def save(path: Path, open_: Iterable[TradeRecord], closed: Iterable[TradeRecord]) -> None:
    """Write the trades into the file, readable by its owner only; on failure the old one stays.
    ConfigError names the file."""
    rows = [
        TradeRow(name, msgspec.to_builtins(_row(record)))
        for name, records in (("trade", open_), ("closed", closed))
        for record in records
    ]
    _write(path, file_text(_text_of(path), rows, HEADER).encode())


def _text_of(path: Path) -> str:
    """What is in the file; empty where it cannot be read: then there is nothing to keep of it."""
    try:
        return read_utf8(path).decode()
    except (OSError, ValueError):
        return ""


def load_fills(path: Path) -> dict[str, LegFills]:
    """What the legs traded, oldest first: under an empty name what is open, under the id of a trade
    what is over. What cannot be read is left out."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return {}
    found: dict[str, dict[LegKey, list[LegFill]]] = {}
    decoder = msgspec.json.Decoder(_FillLine)
    for line in lines:
        try:
            row = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        found.setdefault(row.trade, {}).setdefault(row.leg, []).append(row.fill)
    return {
        trade: {key: tuple(fills) for key, fills in legs.items()} for trade, legs in found.items()
    }


def save_fills(path: Path, records: TradeRecords) -> None:
    """Write all of them anew. ConfigError names the file."""
    lines = [
        msgspec.json.encode(_FillLine(key, fill, trade))
        for trade, legs in (("", records.fills), *records.closed_fills.items())
        for key in sorted(legs)
        for fill in legs[key]
    ]
    _write(path, b"\n".join([*lines, b""]))


def _write(path: Path, data: bytes) -> None:
    try:
        write_atomically(path, data)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error


def _rows(path: Path, name: str, rows: Any, kind: type[Any]) -> list[Any]:
    if not isinstance(rows, list):
        raise ConfigError(f"{path}: {name}: is one table; write it as [[{name}]]")
    found = []
    for number, row in enumerate(rows, 1):
        where = f"{path}: {name} {number}"
        try:
            found.append(msgspec.convert(read_numbers(row, kind), kind))
        except NotANumberError as error:
            raise ConfigError(f"{where}: {error.place}: {error}") from None
        except msgspec.ValidationError as error:
            words = ": ".join(filter(None, explain(error)))
            raise ConfigError(f"{where}: {words}") from None
        for key, figure in _figures(found[-1]):
            if not math.isfinite(figure):
                raise ConfigError(f"{where}: {key}: is {figure}; expected a number")
        for key, text in _times(found[-1]):
            try:
                parse_time(text)
            except ValueError:
                raise ConfigError(
                    f"{where}: {key}: is {text[:40]!r}; expected a time such as "
                    "2026-01-31T08:00:00Z"
                ) from None
    return found


def _times(row: _Trade) -> list[tuple[str, str]]:
    named = [("seen", row.seen), ("opened", row.opened)]
    named += [("leg.opened", leg.opened) for leg in row.leg]
    named += [("closed", row.closed)] if isinstance(row, _Closed) else []
    return [(key, text) for key, text in named if text is not None]


def _figures(row: _Trade) -> list[tuple[str, float]]:
    """What a hand may write: TOML has words for what is no number."""
    named = [("target_usd", row.target_usd)]
    for leg in row.leg:
        named += [("leg.size", leg.size), ("leg.entry", leg.entry)]
    return [(key, figure) for key, figure in named if figure is not None]


def _check(path: Path, records: list[TradeRecord]) -> None:
    """No two trades of one id, and no position in trades beyond its size."""
    ids: set[str] = set()
    shares: dict[LegKey, float] = {}
    for number, record in enumerate(records, 1):
        where = f"{path}: trade {number}"
        if record.id in ids:
            raise ConfigError(f"{where}: id: {record.id!r} stands there twice")
        if not record.legs:
            raise ConfigError(f"{where}: leg: there is none; expected [[trade.leg]]")
        ids.add(record.id)
        for leg in record.legs:
            shares[leg.key] = shares.get(leg.key, 0.0) + leg.share
            if shares[leg.key] > 1.0 + 1e-9:
                raise ConfigError(
                    f"{where}: leg.share: the shares of {leg.key.venue}/{leg.key.symbol} add up to "
                    f"{shares[leg.key]:g}; expected at most 1"
                )


def _record(row: _Trade) -> TradeRecord:
    legs = tuple(
        TradeLeg(
            key=LegKey(leg.venue, leg.account, leg.pool, leg.symbol, leg.typed),
            share=leg.share,
            size=leg.size,
            entry=leg.entry,
            opened_ns=_ns(leg.opened),
        )
        for leg in row.leg
    )
    is_closed = isinstance(row, _Closed)
    return TradeRecord(
        id=row.id,
        asset=row.symbol,
        legs=legs,
        name=row.name,
        origin=row.origin,
        seen_ns=parse_time(row.seen),
        opened_ns=_ns(row.opened),
        target_usd=row.target_usd,
        watched_s=row.watched_h * HOUR_S,
        profit_s=row.profit_h * HOUR_S,
        closed_ns=_ns(row.closed) if isinstance(row, _Closed) else None,
        result=_result(row) if is_closed and isinstance(row, _Closed) else None,
    )


def _result(row: _Closed) -> TradeResult:
    return TradeResult(
        total=row.total_usd,
        directional=row.directional_usd,
        basis=row.basis_usd,
        funding=row.funding_usd,
        fees=row.fees_usd,
        slippage=row.slippage_usd,
    )


def _row(record: TradeRecord) -> _Trade:
    common: dict[str, Any] = {
        "id": record.id,
        "symbol": record.asset,
        "seen": time_text(record.seen_ns),
        "name": record.name,
        "origin": record.origin,
        "opened": _text(record.opened_ns),
        "target_usd": record.target_usd,
        "watched_h": round(record.watched_s / HOUR_S, 4),
        "profit_h": round(record.profit_s / HOUR_S, 4),
        "leg": [
            _Leg(
                venue=leg.key.venue,
                account=leg.key.account,
                symbol=leg.key.symbol,
                size=leg.size,
                pool=leg.key.pool,
                share=leg.share,
                entry=leg.entry,
                opened=_text(leg.opened_ns),
                typed=leg.key.is_typed,
            )
            for leg in record.legs
        ],
    }
    if record.closed_ns is None:
        return _Trade(**common)
    result = record.result or TradeResult()
    return _Closed(
        **common,
        closed=time_text(record.closed_ns),
        total_usd=result.total,
        directional_usd=result.directional,
        basis_usd=result.basis,
        funding_usd=result.funding,
        fees_usd=result.fees,
        slippage_usd=result.slippage,
    )


_FRACTION = re.compile(r"(.*:\d\d)\.(\d{1,9})(.*)")


def time_text(at_ns: int) -> str:
    """ISO 8601 in UTC, to the nanosecond where there are any."""
    whole = f"{utc(at_ns - at_ns % NS_PER_S):%Y-%m-%dT%H:%M:%S}"
    rest = f"{at_ns % NS_PER_S:09d}".rstrip("0")
    return f"{whole}.{rest}Z" if rest else f"{whole}Z"


def parse_time(text: str) -> int:
    """ISO 8601 as ns since the epoch. ValueError if it is not."""
    found = _FRACTION.fullmatch(text.strip())
    if found is None:
        return parse_utc(text.strip())
    return parse_utc(found[1] + found[3]) + int(found[2].ljust(9, "0"))


def _text(at_ns: int | None) -> str | None:
    return None if at_ns is None else time_text(at_ns)


def _ns(text: str | None) -> int | None:
    return None if text is None else parse_time(text)
