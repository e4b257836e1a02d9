"""The text of `trades.toml`: as it was written where it still holds, comments where they stood."""

import contextlib
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from cockpit.storage import toml_text
from cockpit.storage.toml_text import FileText, TableText

_LEG = ("venue", "account", "pool", "symbol", "typed")
"""What tells the legs of a trade apart."""


class TradeRow(NamedTuple):
    """One trade as its tables say it: `name` is `trade` or `closed`, its legs are under `leg`."""

    name: str
    values: dict[str, Any]


class _Known(NamedTuple):
    """A trade's tables as they stand in the file."""

    own: TableText
    legs: dict[tuple[Any, ...], TableText]


def file_text(before: str, rows: Sequence[TradeRow], header: str) -> str:
    """The file with these trades and no others. Where it has no comments but `header`, or is
    written in a way that is no lines of tables, it is written anew."""
    anew = _text(FileText(tuple(header.splitlines()), ()), rows, {})
    if not toml_text.has_comments(before, besides=header):
        return anew
    with contextlib.suppress(ValueError, LookupError):
        file = toml_text.split(before)
        text = _text(file, rows, dict(_known(file.tables)))
        if tomllib.loads(text) == _tree(rows):
            return text
    return anew


def _tree(rows: Sequence[TradeRow]) -> dict[str, list[dict[str, Any]]]:
    """What the file has to say."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(row.values)
    return found


def _text(file: FileText, rows: Sequence[TradeRow], known: dict[str, _Known]) -> str:
    tables: list[TableText] = []
    for row in rows:
        values = {key: value for key, value in row.values.items() if key != "leg"}
        there = known.get(values["id"])
        tables.append(_table(row.name, values, None if there is None else there.own))
        for leg in row.values["leg"]:
            old = None if there is None else there.legs.get(_leg(leg))
            tables.append(_table(f"{row.name}.leg", leg, old))
    head = file.head if not file.head or not file.head[-1].strip() else (*file.head, "")
    return FileText(head, tuple(tables)).text()


def _table(name: str, values: dict[str, Any], old: TableText | None) -> TableText:
    if old is None:
        return toml_text.new_table(name, values)
    return toml_text.called(toml_text.with_values(old, values), name)


def _known(tables: Sequence[TableText]) -> Iterator[tuple[str, _Known]]:
    """(id, its tables) of each trade. ValueError where one does not stand on its own."""
    trade: _Known | None = None
    for table in tables:
        values = table.values()
        if "." not in table.name:
            trade = _Known(table, {})
            yield values["id"], trade
        elif trade is not None:
            trade.legs[_leg(values)] = table


def _leg(values: dict[str, Any]) -> tuple[Any, ...]:
    usual = {"pool": "", "typed": False}
    return tuple(values.get(key, usual.get(key)) for key in _LEG)
