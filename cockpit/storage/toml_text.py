"""Tables of a TOML file as text: a change of one keeps what a person wrote beside the others.

A file is a head and `[[tables]]`. The comment lines right above a table are its own, those within
it stay where they are, and a statement is only written anew where its value changed. Lines that
look like tables within a string are taken for them, so whoever edits reads the outcome again.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import tomli_w

_HEADER: Final = re.compile(r"\s*\[\[\s*([A-Za-z0-9_.-]+)\s*\]\]\s*(#.*)?")
Lines = tuple[str, ...]


class TableText(NamedTuple):
    """The lines of one table. `above` are the comments right above its header."""

    name: str
    above: Lines
    header: str
    body: Lines

    def values(self) -> dict[str, Any]:
        """What it says. tomllib.TOMLDecodeError, where it does not stand on its own."""
        return tomllib.loads("\n".join(self.body))


class FileText(NamedTuple):
    """A file as text: what is above the first table, and the tables in their order."""

    head: Lines
    tables: tuple[TableText, ...]

    def text(self) -> str:
        lines = list(self.head)
        for table in self.tables:
            lines += [*table.above, table.header, *table.body]
        return "\n".join(lines).rstrip("\n") + "\n"


class _Statement(NamedTuple):
    """Lines that say one value; `key` None for blank lines and comments."""

    lines: list[str]
    key: str | None = None
    value: Any = None


def _lines(text: str) -> list[str]:
    """Only a line feed ends a line of TOML: a text may have the other marks of Unicode in it."""
    return text.removesuffix("\n").split("\n") if text else []


def split(text: str) -> FileText:
    """The parts of a file; together they are the file again."""
    parts: list[list[str]] = [[]]
    found: list[tuple[str, str, list[str]]] = []
    for line in _lines(text):
        header = _HEADER.fullmatch(line)
        if header is None:
            parts[-1].append(line)
            continue
        above: list[str] = []
        while parts[-1] and parts[-1][-1].lstrip().startswith("#"):
            above.insert(0, parts[-1].pop())
        found.append((header[1], line, above))
        parts.append([])
    tables = zip(found, parts[1:], strict=True)
    return FileText(
        tuple(parts[0]),
        tuple(
            TableText(name, tuple(above), line, tuple(body)) for (name, line, above), body in tables
        ),
    )


def new_table(name: str, values: Mapping[str, Any]) -> TableText:
    """A table that was not in the file, with a blank line below it."""
    return TableText(name, (), f"[[{name}]]", (*_lines(tomli_w.dumps(values)), ""))


def with_another(file: FileText, table: TableText) -> FileText:
    """The file with this table at its end, a blank line before it."""
    *_, last = ["", *file.head, *(file.tables[-1].body if file.tables else ())]
    apart = ("",) if last.strip() else ()
    return file._replace(tables=(*file.tables, table._replace(above=(*apart, *table.above))))


def called(table: TableText, name: str) -> TableText:
    """The table under another name; a comment beside its header stays."""
    if table.name == name:
        return table
    return table._replace(name=name, header=table.header.replace(table.name, name, 1))


def with_values(table: TableText, values: Mapping[str, Any]) -> TableText:
    """The table with these values and no others. tomllib.TOMLDecodeError as `values`."""
    if table.values() == values:
        return table
    body: list[str] = []
    end, known = 0, set()
    for statement in _statements(table.body):
        key = statement.key
        if key is None:
            body += statement.lines
            continue
        if key in values:
            known.add(key)
            same = statement.value == values[key]
            body += statement.lines if same else _rewritten(statement, values[key])
        end = len(body)
    if not end:
        end = max((i + 1 for i, line in enumerate(body) if line.strip()), default=0)
    fresh = {key: value for key, value in values.items() if key not in known}
    return table._replace(body=(*body[:end], *_lines(tomli_w.dumps(fresh)), *body[end:]))


def without(file: FileText, place: int) -> FileText:
    """The file without the table at this place and its own comments; what a blank line separates
    from it stays."""
    gone = file.tables[place]
    last = max((i for i, line in enumerate(gone.body) if _says(line)), default=-1)
    rest = gone.body[last + 1 :]
    blank = next((i for i, line in enumerate(rest) if not line.strip()), len(rest))
    left = rest[blank + 1 :]
    before, after = file.tables[:place], file.tables[place + 1 :]
    if not before:
        return FileText((*file.head, *left), after)
    owner = before[-1]._replace(body=(*before[-1].body, *left))
    return FileText(file.head, (*before[:-1], owner, *after))


def has_comments(text: str, besides: str = "") -> bool:
    """Whether anything but `besides`, which the file begins with, may be a comment."""
    return "#" in text.removeprefix(besides)


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _statements(lines: Iterable[str]) -> Iterator[_Statement]:
    """A value may take several lines: as many as it needs to be one. TOMLDecodeError."""
    pending: list[str] = []
    for line in lines:
        if not pending and not _says(line):
            yield _Statement([line])
            continue
        pending.append(line)
        try:
            said = tomllib.loads("\n".join(pending))
        except tomllib.TOMLDecodeError:
            continue
        [(key, value)] = said.items()
        yield _Statement(pending, key, value)
        pending = []
    if pending:
        tomllib.loads("\n".join(pending))


def _rewritten(statement: _Statement, value: Any) -> list[str]:
    """The statement with another value; the comment behind the old one stays."""
    lines = _lines(tomli_w.dumps({statement.key or "": value}))
    *_, last = statement.lines
    for place, char in enumerate(last):
        if char == "#" and _reads(statement, last[:place]):
            return [*lines[:-1], f"{lines[-1]}{_blanks_before(last, place)}{last[place:]}"]
    return lines


def _reads(statement: _Statement, last: str) -> bool:
    """Whether it says the same without what is cut off its last line."""
    try:
        said = tomllib.loads("\n".join([*statement.lines[:-1], last]))
    except tomllib.TOMLDecodeError:
        return False
    return said == {statement.key: statement.value}


def _blanks_before(line: str, place: int) -> str:
    return line[len(line[:place].rstrip()) : place]
