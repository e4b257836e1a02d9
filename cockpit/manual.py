"""Positions that the trader types: venues that cannot be read by address, other people's books.

They live in `positions.toml` beside the config, one `[[position]]` table each, are read strictly
(a setting that is silently ignored is a wrong position) and written whole or not at all. They are
told from what was read at a venue by their `source`, and the two are never merged.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from cockpit.core.errors import ConfigError, InputError
from cockpit.core.events import Position
from cockpit.core.names import did_you_mean
from cockpit.files import write_atomically
from cockpit.venues import REGISTRY

LABEL = "manual"
"""The account of positions that name none."""
MAX_SIZE = 1e18


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One table. `size` is signed base units; `account` is a label of the trader's own."""

    venue: str
    symbol: str
    size: float
    entry: float | None = None
    liquidation: float | None = None
    leverage: float | None = None
    account: str = LABEL


def load(path: Path) -> tuple[Entry, ...]:
    """What the file says; nothing if there is none.

    ConfigError names the file, the position by its number, the key, and what was expected.
    """
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text: {error.reason}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from error
    for key in tree:
        if key != "position":
            hint = did_you_mean(key, ["position"])
            raise ConfigError(
                f"{path}: {key}: unknown key{hint}; expected only [[position]] tables"
            )
    rows = tree.get("position", [])
    if not isinstance(rows, list):
        raise ConfigError(f"{path}: position: is one table; write it as [[position]]")
    return tuple(_entry(row, f"{path}: position {n}") for n, row in enumerate(rows, 1))


def save(path: Path, entries: Sequence[Entry]) -> None:
    """Write the file anew, readable by its owner only; on failure the old one stays.

    ConfigError names the file. Comments in the old one are lost.
    """
    checked = [_checked(entry, f"{path}: position {n}") for n, entry in enumerate(entries, 1)]
    data = tomli_w.dumps({"position": [msgspec.to_builtins(entry) for entry in checked]}).encode()
    try:
        write_atomically(path, data)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error


def positions(entries: Sequence[Entry], at_ns: int) -> list[Position]:
    """The entries as facts stated at `at_ns`, marked as the trader's own."""
    return [
        Position(
            venue=entry.venue,
            recv_ns=at_ns,
            symbol=entry.symbol,
            account=entry.account,
            size=entry.size,
            entry=entry.entry,
            liquidation=entry.liquidation,
            leverage=entry.leverage,
            source="manual",
        )
        for entry in entries
    ]


def _entry(row: Any, place: str) -> Entry:
    if not isinstance(row, Mapping):
        raise ConfigError(f"{place}: is not a table; write it as [[position]]")
    names = [field.name for field in msgspec.structs.fields(Entry)]
    for key in row:
        if key not in names:
            raise ConfigError(
                f"{place}: {key}: unknown key{did_you_mean(key, names)}; "
                f"expected some of {', '.join(names)}"
            )
    for key in ("venue", "symbol", "size"):
        if key not in row:
            raise ConfigError(f"{place}: {key}: is missing; a position has venue, symbol and size")
    try:
        return _checked(msgspec.convert(row, Entry), place)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        words = what[:1].lower() + what[1:].replace("`", "")
        raise ConfigError(f"{place}: {where.rstrip('`') or 'it'}: {words}") from None


def _checked(entry: Entry, place: str) -> Entry:
    if entry.venue not in REGISTRY:
        raise ConfigError(
            f"{place}: venue: unknown venue {entry.venue!r}{did_you_mean(entry.venue, REGISTRY)}; "
            f"expected one of {', '.join(REGISTRY)}"
        )
    for key, text in (("symbol", entry.symbol), ("account", entry.account)):
        if not text or not text.isprintable() or text != text.strip() or len(text) > 64:
            raise ConfigError(f"{place}: {key}: is {text[:64]!r}; expected a short name")
    if not math.isfinite(entry.size) or entry.size == 0.0 or abs(entry.size) > MAX_SIZE:
        raise ConfigError(
            f"{place}: size: is {entry.size:g}; expected base units, negative for a short"
        )
    for key in ("entry", "liquidation", "leverage"):
        value = getattr(entry, key)
        if value is not None and not 0.0 < value < MAX_SIZE:
            raise ConfigError(f"{place}: {key}: is {value:g}; expected a number above 0")
    return entry


# --- typed in one line ----------------------------------------------------------------------------

USAGE = "VENUE SYMBOL SIZE [ENTRY] [liq=PRICE] [lev=N] [account=NAME]"
_WORDS = {"liq": "liquidation", "lev": "leverage", "account": "account"}


def parse(text: str) -> Entry:
    """`bybit BTC -0.5 64000 liq=80000 lev=5` -> Entry; InputError with a sentence."""
    plain = [word for word in text.split() if "=" not in word]
    named = [word.partition("=") for word in text.split() if "=" in word]
    if not 3 <= len(plain) <= 4:
        raise InputError(f"expected {USAGE}")
    given: dict[str, Any] = {"venue": plain[0].lower(), "symbol": plain[1].upper()}
    given["size"] = _number(plain[2], "size")
    if len(plain) == 4:
        given["entry"] = _number(plain[3], "entry")
    for name, _, value in named:
        if name not in _WORDS:
            raise InputError(f"unknown word {name!r}{did_you_mean(name, _WORDS)}; {USAGE}")
        given[_WORDS[name]] = value if name == "account" else _number(value, name)
    try:
        return _checked(Entry(**given), "position")
    except ConfigError as error:
        raise InputError(error.ui_message.removeprefix("position: ")) from None


def line(entry: Entry) -> str:
    """The line that `parse` reads back as the same entry."""
    words = [entry.venue, entry.symbol, f"{entry.size:.12g}"]
    words += [f"{entry.entry:.12g}"] if entry.entry is not None else []
    words += [f"liq={entry.liquidation:.12g}"] if entry.liquidation is not None else []
    words += [f"lev={entry.leverage:.12g}"] if entry.leverage is not None else []
    words += [f"account={entry.account}"] if entry.account != LABEL else []
    return " ".join(words)


def entry_of(position: Position) -> Entry:
    """What was typed, from the fact that was made of it."""
    return Entry(
        venue=position.venue,
        symbol=position.symbol,
        size=position.size,
        entry=position.entry,
        liquidation=position.liquidation,
        leverage=position.leverage,
        account=position.account,
    )


def _number(text: str, what: str) -> float:
    try:
        return float(text.replace("_", "").replace("−", "-"))
    except ValueError:
        raise InputError(f"{what}: {text!r} is not a number") from None
