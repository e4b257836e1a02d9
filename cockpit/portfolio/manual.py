"""Positions that the trader types: venues that cannot be read by address, other people's books.

They live in `positions.toml` beside the config, one `[[position]]` table each, are read strictly
(a setting that is silently ignored is a wrong position) and written whole or not at all. They are
told from what was read at a venue by their `source`, and the two are never merged.

A venue that the cockpit does not follow (another exchange, `spot` for coins that are owned
outright) may be typed by any name that cannot be a slip of the pen for one that it does.
"""

import math
import re
import shlex
import stat
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import tomli_w

from cockpit.core.errors import ConfigError, InputError
from cockpit.core.events import Position
from cockpit.core.names import did_you_mean
from cockpit.core.toml import parse_toml
from cockpit.core.typed import parse_number, parse_symbol, parse_venue
from cockpit.core.typed_tree import NotANumberError, read_numbers
from cockpit.core.validation import explain
from cockpit.storage.atomic import write_atomically
from cockpit.storage.reading import read_utf8
from cockpit.venues import REGISTRY

LABEL: Final = "manual"
"""The account of positions that name none."""
SPOT: Final = "spot"
"""The venue of coins that are owned outright, wherever they lie: no funding, no liquidation."""
MAX_SIZE = 1e18
MAX_BYTES = 1_000_000
MAX_POSITIONS = 500
"""A screen that is drawn twice a second is no place for more."""
_HEADER = re.compile(r"\s*\[\[\s*position\s*\]\]")
_VENUE = re.compile(r"[a-z0-9][a-z0-9._-]{0,23}")


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One table. `size` is signed base units; `account` is a label of the trader's own.

    `paid` is the funding so far in USD, received is positive.
    """

    venue: str
    symbol: str
    size: float
    entry: float | None = None
    liquidation: float | None = None
    leverage: float | None = None
    paid: float | None = None
    account: str = LABEL

    @property
    def key(self) -> tuple[str, str, str]:
        """No two positions may have the same: they would be one row."""
        return self.venue, self.account, self.symbol


def load(path: Path) -> tuple[Entry, ...]:
    """What the file says; nothing if there is none.

    ConfigError names the file, the line, the position by its number, the key, and what was
    expected.
    """
    text = _text(path)
    try:
        tree = parse_toml(text)
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
    if len(rows) > MAX_POSITIONS:
        raise ConfigError(
            f"{path}: position: there are {len(rows)}; expected at most {MAX_POSITIONS}"
        )
    found = []
    for number, row in enumerate(rows, 1):
        try:
            found.append(_entry(row))
            _no_twin(found)
        except _Wrong as wrong:
            place = _line_of(text, number, wrong.key)
            raise ConfigError(f"{path}: {place}position {number}: {wrong}") from None
    return tuple(found)


def save(path: Path, entries: Sequence[Entry]) -> None:
    """Write the file anew, readable by its owner only; on failure the old one stays.

    ConfigError names the file. Comments in the old one are lost.
    """
    for number, entry in enumerate(entries, 1):
        try:
            _no_twin([*entries[: number - 1], _checked(entry)])
        except _Wrong as wrong:
            raise ConfigError(f"{path}: position {number}: {wrong}") from None
    # Headers by hand: as a list of short tables they would be written on one line each.
    tables = [f"[[position]]\n{tomli_w.dumps(msgspec.to_builtins(entry))}" for entry in entries]
    try:
        write_atomically(path, "\n".join(tables).encode())
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
            funding_paid=entry.paid,
            source="manual",
        )
        for entry in entries
    ]


def entry_of(position: Position) -> Entry:
    """What was typed, from the fact that was made of it."""
    return Entry(
        venue=position.venue,
        symbol=position.symbol,
        size=position.size,
        entry=position.entry,
        liquidation=position.liquidation,
        leverage=position.leverage,
        paid=position.funding_paid,
        account=position.account,
    )


def _text(path: Path) -> str:
    """The file's text, empty without one. Nothing that could be endless is read."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise ConfigError(f"{path}: is not a file")
        if found.st_size > MAX_BYTES:
            size = f"{found.st_size / 1e6:.1f} MB"
            raise ConfigError(f"{path}: is {size}; expected at most {MAX_BYTES / 1e6:.0f} MB")
        return read_utf8(path).decode()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text: {error.reason}") from error


class _Wrong(Exception):
    """What is wrong with one position: its key, and words that begin with it."""

    def __init__(self, key: str, words: str) -> None:
        super().__init__(f"{key}: {words}" if key else words)
        self.key = key


def _entry(row: Any) -> Entry:
    if not isinstance(row, Mapping):
        raise _Wrong("", "is not a table; write it as [[position]]")
    names = [field.name for field in msgspec.structs.fields(Entry)]
    for key in row:
        if key not in names:
            hint = did_you_mean(key, names)
            raise _Wrong(key, f"unknown key{hint}; expected some of {', '.join(names)}")
    for key in ("venue", "symbol", "size"):
        if key not in row:
            raise _Wrong(key, "is missing; a position has venue, symbol and size")
    try:
        typed = read_numbers(row, Entry)
    except NotANumberError as error:
        raise _Wrong(error.place, str(error)) from None
    for key, fold in (("symbol", parse_symbol), ("venue", _venue)):
        if isinstance(typed[key], str):
            typed[key] = fold(typed[key])
    try:
        return _checked(msgspec.convert(typed, Entry))
    except msgspec.ValidationError as error:
        raise _Wrong(*explain(error)) from None


def _checked(entry: Entry) -> Entry:
    _check_venue(entry.venue)
    for key, text in (("symbol", entry.symbol), ("account", entry.account)):
        if not text or not text.isprintable() or text != text.strip() or len(text) > 64:
            raise _Wrong(key, f"is {text[:64]!r}; expected a short name")
    if entry.symbol != parse_symbol(entry.symbol):
        raise _Wrong("symbol", f"is {entry.symbol!r}; expected {parse_symbol(entry.symbol)!r}")
    if not math.isfinite(entry.size) or entry.size == 0.0 or abs(entry.size) > MAX_SIZE:
        raise _Wrong("size", f"is {entry.size:g}; expected base units, negative for a short, not 0")
    for key in ("entry", "liquidation", "leverage"):
        value = getattr(entry, key)
        if value is not None and not 0.0 < value < MAX_SIZE:
            raise _Wrong(key, f"is {value:g}; expected a number above 0")
        if value is not None and entry.venue == SPOT and key != "entry":
            raise _Wrong(key, "coins that are owned have none; leave it out")
    if entry.paid is not None and not abs(entry.paid) < MAX_SIZE:
        raise _Wrong("paid", f"is {entry.paid:g}; expected USD, negative if you paid")
    return entry


def _check_venue(name: str) -> None:
    if name in REGISTRY or name == SPOT:
        return
    known = ", ".join((*REGISTRY, SPOT))
    if hint := did_you_mean(name, (*REGISTRY, SPOT)):
        raise _Wrong("venue", f"unknown venue {name[:64]!r}{hint}; expected one of {known}, or "
                     "a name that is unlike these")  # fmt: skip
    if not _VENUE.fullmatch(name):
        raise _Wrong("venue", f"is {name[:64]!r}; expected a short name in small letters, such as "
                     f"binance, or one of {known}")  # fmt: skip


def _venue(text: str) -> str:
    """A followed venue by any of its spellings; another exchange in small letters."""
    return parse_venue(text, REGISTRY).lower()


def _no_twin(entries: Sequence[Entry]) -> None:
    """The last of them must not be there twice: which of two sizes would hold?"""
    *others, last = entries
    number = next((n for n, one in enumerate(others, 1) if one.key == last.key), None)
    if number is not None:
        raise _Wrong(
            "symbol",
            f"{last.venue}/{last.symbol} stands there already, as position {number}; add the sizes "
            "up, or give one an account of its own",
        )


def _line_of(text: str, number: int, key: str) -> str:
    """`line 7: ` of a key of the nth position, else of its header; empty if not to be found."""
    at, header, lines = 0, 0, text.splitlines()
    for n, line in enumerate(lines, 1):
        if _HEADER.match(line):
            at += 1
            header = n if at == number else header
        elif at == number and key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return f"line {n}: "
    return f"line {header}: " if header else ""


# --- typed in one line ----------------------------------------------------------------------------

USAGE = "VENUE SYMBOL SIZE [ENTRY] [liq=PRICE] [lev=N] [paid=USD] [account=NAME]"
_WORDS = {"liq": "liquidation", "lev": "leverage", "paid": "paid", "account": "account"}


def parse(text: str, others: Iterable[Entry] = ()) -> Entry:
    """`VENUE BTC -0.5 64000 liq=80000 lev=5` -> Entry; InputError with a sentence.

    `others` are those that stand beside it: none of them may be of the same market and account.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        raise InputError("a quotation mark is not closed") from None
    plain = [word for word in words if "=" not in word]
    named = [word.partition("=") for word in words if "=" in word]
    if not 3 <= len(plain) <= 4:
        raise InputError(f"expected {USAGE}")
    given: dict[str, Any] = {"venue": _venue(plain[0]), "symbol": parse_symbol(plain[1])}
    given["size"] = _number(plain[2], "size")
    if len(plain) == 4:
        given["entry"] = _number(plain[3], "entry")
    for name, _, value in named:
        if name not in _WORDS:
            raise InputError(f"unknown word {name!r}{did_you_mean(name, _WORDS)}; {USAGE}")
        if _WORDS[name] in given:
            raise InputError(f"{name}: is given twice")
        given[_WORDS[name]] = value if name == "account" else _number(value, name)
    try:
        entry = _checked(Entry(**given))
    except _Wrong as wrong:
        raise InputError(str(wrong)) from None
    if any(other.key == entry.key for other in others):
        raise InputError(
            f"{entry.venue}/{entry.symbol} is typed already: E changes it, account=NAME adds one"
        )
    return entry


def line(entry: Entry) -> str:
    """The line that `parse` reads back as the same entry."""
    words = [entry.venue, shlex.quote(entry.symbol), _digits(entry.size)]
    words += [_digits(entry.entry)] if entry.entry is not None else []
    for word, key in _WORDS.items():
        value = getattr(entry, key)
        if isinstance(value, float):
            words.append(f"{word}={_digits(value)}")
    words += [f"account={shlex.quote(entry.account)}"] if entry.account != LABEL else []
    return " ".join(words)


def _digits(value: float) -> str:
    """Every digit that it takes to read the same number back."""
    return repr(value).removesuffix(".0")


def _number(text: str, what: str) -> float:
    try:
        return parse_number(text)
    except ValueError as error:
        raise InputError(f"{what}: {error}") from None
