"""Which fields of a venue's messages have been seen before: those that are read, and the others.

Most of what is read, the venue's own types say. What else is known, its `other_fields.txt` names.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from importlib import resources
from types import ModuleType
from typing import Any, is_typeddict

import msgspec

from cockpit.venues import REGISTRY

_FIELD = re.compile(r"(?!0x)(?!\d+$)(?![A-Za-z]?[A-Z0-9]{2,}$)\w{1,48}")
"""What names a field. Other keys are data, as in maps by symbol, by address or by id: one in
capitals, in figures, or with signs in it."""


def known_fields(venue: str) -> frozenset[str]:
    """The names of all known fields of a registered venue, on any level. KeyError if unknown."""
    package = importlib.import_module(REGISTRY[venue])
    others = resources.files(package) / "other_fields.txt"
    text = others.read_text(encoding="utf-8") if others.is_file() else ""
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    names = {name for line in lines for name in line.split()}
    for found in pkgutil.iter_modules(package.__path__):
        names.update(_read(importlib.import_module(f"{package.__name__}.{found.name}"), package))
    return frozenset(names)


def _read(module: ModuleType, package: ModuleType) -> Iterator[str]:
    """Those of the venue's own types: what a module imports from elsewhere is no wire of it."""
    for kind in vars(module).values():
        if not isinstance(kind, type) or not kind.__module__.startswith(f"{package.__name__}."):
            continue
        if issubclass(kind, msgspec.Struct):
            if kind.__struct_config__.tag_field is not None:
                yield kind.__struct_config__.tag_field
            yield from (field.encode_name for field in msgspec.structs.fields(kind))
        elif is_typeddict(kind):
            yield from kind.__annotations__


def new_fields(message: Any, known: frozenset[str]) -> set[str]:
    """The names of fields in a JSON value that are not known, without the keys that are data.

    Nearly all keys are known: only of others is it asked what they are.
    """
    return {
        name
        for members in objects(message)
        if not known.issuperset(members)
        for name in members
        if name not in known and _FIELD.fullmatch(name)
    }


def objects(message: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value, however deep it is nested, in no order."""
    waiting: list[Any] = [[message]]
    while waiting:
        value = waiting.pop()
        if type(value) is dict:
            yield value
        for member in value.values() if type(value) is dict else value:
            # Most values are neither; a comprehension would cost a call for each that is.
            if type(member) is dict or type(member) is list:
                waiting.append(member)  # noqa: PERF401
