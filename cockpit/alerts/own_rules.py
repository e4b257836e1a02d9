"""The rules that were made by keys: `alerts.toml` in the state folder, edited by hand without harm.

The file has the same `[[alert]]` tables as the config. One that makes no sense costs itself and a
sentence; it stays in the file as it is until somebody mends it. A change touches the table that it
is about; comments and the layout of the others stay.
"""

import contextlib
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import msgspec
import tomli_w

from cockpit.alerts.rule import Rule
from cockpit.alerts.validation import check_rules, completed
from cockpit.core.errors import ConfigError
from cockpit.core.typed_tree import NotANumberError, read_numbers
from cockpit.storage import toml_text
from cockpit.storage.toml_text import FileText

FILE: Final = "alerts.toml"
"""How sentences call it."""
MAX_RULES: Final = 200
MAX_BYTES: Final = 1_000_000


class OwnRules(msgspec.Struct, frozen=True):
    """The rules that can be used, and a sentence about each table that cannot."""

    rules: tuple[Rule, ...] = ()
    problems: tuple[str, ...] = ()


class _Tables(msgspec.Struct):
    alert: tuple[Rule, ...] = ()


def parse(
    data: bytes, taken: Collection[str], venues: Collection[str], source: str = FILE
) -> OwnRules:
    """What a file says. `taken` are the names of rules that are not its own.

    ConfigError if it is no file of rules at all.
    """
    tables = _tables(data, source)
    rules: dict[str, Rule] = {}
    problems = []
    for table in tables[:MAX_RULES]:
        try:
            rule = _rule(table, venues, source)
            if rule.name in taken or rule.name in rules:
                whose = "of another table" if rule.name in rules else "of a rule of the config"
                raise ConfigError(
                    f"{source}: alert {rule.name!r}: name: is that {whose}; expected another"
                )
        except ConfigError as error:
            problems.append(error.ui_message)
        else:
            rules[rule.name] = rule
    if len(tables) > MAX_RULES:
        problems.append(f"{source}: has {len(tables)} rules; expected at most {MAX_RULES}")
    return OwnRules(rules=tuple(rules.values()), problems=tuple(problems))


def put(data: bytes, rule: Rule, before: str = "", source: str = FILE) -> bytes:
    """The file with this rule in place of that named `before`, or at its end. ConfigError."""
    tables = _tables(data, source)
    new = _written(rule)
    at = next((i for i, table in enumerate(tables) if before and _name(table) == before), None)
    if at is not None:
        wanted = [*tables[:at], new, *tables[at + 1 :]]
        return _edited(data, wanted, lambda file: _changed(file, at, new))
    if len(tables) >= MAX_RULES:
        raise ConfigError(f"{source}: has {MAX_RULES} rules, and no room for another")
    return _edited(data, [*tables, new], lambda file: _with_another(file, new))


def drop(data: bytes, name: str, source: str = FILE) -> bytes:
    """The file without the rule of this name. ConfigError."""
    tables = _tables(data, source)
    places = [i for i, table in enumerate(tables) if _name(table) == name]
    wanted = [table for table in tables if _name(table) != name]
    return _edited(data, wanted, lambda file: _without(file, places))


def check(rule: Rule, venues: Collection[str], source: str = "this rule") -> None:
    """ConfigError: a rule that cannot work."""
    _rule(_written(rule), venues, source)


def _rule(table: object, venues: Collection[str], source: str) -> Rule:
    if not isinstance(table, Mapping):
        raise ConfigError(f"{source}: alert: expected tables that begin with [[alert]]")
    name = _name(table)
    where = f"{source}: alert {name!r}" if name else f"{source}: alert"
    try:
        plain = read_numbers({"alert": [dict(table)]}, _Tables)
    except NotANumberError as error:
        raise ConfigError(f"{where}: {error.place.removeprefix('alert.')}: {error}") from None
    rule = msgspec.convert(completed(plain["alert"], source)[0], Rule)
    check_rules((rule,), venues, source)
    return rule


def _tables(data: bytes, source: str) -> list[Any]:
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{source}: is larger than {MAX_BYTES} bytes; expected a file of rules")
    try:
        tree = tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        raise ConfigError(f"{source}: is not UTF-8 text: {error.reason}") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{source}: is not TOML: {error}") from error
    tables = tree.get("alert", [])
    if not isinstance(tables, list) or set(tree) - {"alert"}:
        raise ConfigError(f"{source}: expected tables that begin with [[alert]] and nothing else")
    return tables


def _name(table: object) -> str:
    name = table.get("name") if isinstance(table, Mapping) else None
    return name if isinstance(name, str) else ""


def _written(rule: Rule) -> dict[str, Any]:
    """What of a rule is not as it would be anyway."""
    plain = Rule(name="", kind=rule.kind, threshold=rule.threshold)
    usual = msgspec.to_builtins(plain)
    return {
        key: value
        for key, value in msgspec.to_builtins(rule).items()
        if value is not None and (key in ("name", "kind", "threshold") or value != usual[key])
    }


def _edited(data: bytes, wanted: Sequence[Any], edit: Callable[[FileText], FileText]) -> bytes:
    """The text after the edit where it says what is wanted; else the tables anew, without comments:
    tables may be written in ways that are no lines of their own."""
    anew = "\n".join(f"[[alert]]\n{tomli_w.dumps(table)}" for table in wanted)
    with contextlib.suppress(ValueError, LookupError):
        text = edit(toml_text.split(data.decode())).text()
        if tomllib.loads(text) == tomllib.loads(anew):
            return text.encode()
    return anew.encode()


def _changed(file: FileText, at: int, new: Mapping[str, Any]) -> FileText:
    table = toml_text.with_values(file.tables[at], new)
    return file._replace(tables=(*file.tables[:at], table, *file.tables[at + 1 :]))


def _with_another(file: FileText, new: Mapping[str, Any]) -> FileText:
    return toml_text.with_another(file, toml_text.new_table("alert", new))


def _without(file: FileText, places: Sequence[int]) -> FileText:
    for place in reversed(places):
        file = toml_text.without(file, place)
    return file
