"""Forms from structs: what a field is called, what it takes, and how text becomes its value.

A field's type carries all of it: `Annotated[float, shown("size", unit="base", gt=0)]`. The screen's
form, `--set key=value`, `--input FILE` and `--help` are made from it, and read it the same way.
"""

import contextlib
import math
import typing
from collections.abc import Collection, Mapping
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import inspect

from cockpit.core.errors import InputError
from cockpit.core.names import did_you_mean
from cockpit.core.typed import (
    MOST,
    Unit,
    parse_flag,
    parse_list,
    parse_map,
    parse_number,
    parse_side,
    parse_symbol,
    parse_venue,
    parse_whole,
)
from cockpit.venues import REGISTRY

Kind = Literal["number", "whole", "flag", "choice", "text", "names", "table", "json"]
Inputs = TypeVar("Inputs", bound=msgspec.Struct)

AUTO = "auto"
_ROW_NUMBERS = frozenset(
    {"size", "entry", "mark", "mmf", "leverage", "liquidation", "isolated_equity_usd", "limit",
     "filled"}
)  # fmt: skip
"""Numbers of the rows that a field of JSON takes."""


class FieldError(InputError):
    """A field that cannot be used: `field` is its name, the message one sentence about it."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


class FormField(NamedTuple):
    """One field of a form.

    `bounds` is in words ("above 0"), empty for none. `default` is None for a field that is taken
    from the view, or assumed, when it is left empty. `takes_auto` says that the word `auto` leaves
    a field with a default to the calculator. `is_main` are the few that a trader sets; the others
    have good defaults. `words` says a choice as a trader would, where its own name does not.
    """

    name: str
    label: str
    unit: str
    help: str
    kind: Kind
    choices: tuple[str, ...]
    bounds: str
    default: Any
    is_required: bool
    takes_auto: bool
    is_main: bool = False
    words: Mapping[str, str] = {}

    @property
    def number_unit(self) -> Unit:
        """What a number in it is read in; empty where the reader knows none such."""
        return typing.cast(Unit, self.unit) if self.unit in typing.get_args(Unit) else ""

    @property
    def expected(self) -> str:
        """What the field takes, in words."""
        return self._words + " or auto" * self.takes_auto

    @property
    def _words(self) -> str:
        shape = self.help.partition("]")[0]
        if self.kind == "choice":
            return " or ".join(", ".join(self.choices).rsplit(", ", 1))
        words = {
            "number": "a number", "whole": "a whole number", "flag": "true or false",
            "text": self.help or "text", "names": "names with commas between them",
            "table": "NAME=number pairs with commas between them",
            "json": f"JSON such as {shape}]" if shape.startswith("[") else "JSON",
        }[self.kind]  # fmt: skip
        return f"{words} {self.bounds}".rstrip()


def shown(
    label: str,
    *,
    unit: str = "",
    help: str = "",
    main: bool = False,
    words: Mapping[str, str] | None = None,
    **bounds: Any,
) -> msgspec.Meta:
    """What a field's type says about itself; `bounds` are `msgspec.Meta`'s (gt, ge, lt, le)."""
    extra = {"unit": unit, "main": main, "words": dict(words or {})}
    return msgspec.Meta(title=label, description=help or None, extra=extra, **bounds)


def form_fields(inputs: type[msgspec.Struct]) -> tuple[FormField, ...]:
    """The fields of a form in the order in which they are written."""
    info = typing.cast(inspect.StructType, inspect.type_info(inputs))
    return tuple(_form_field(field) for field in info.fields)


def read(inputs: type[Inputs], values: Mapping[str, Any], venues: Collection[str] = ()) -> Inputs:
    """A form's struct from text (`--set`, a screen) or JSON values; a key's `.` leads into a table.

    One number in a table's place is for each of `venues`. Empty text and null stand for "not
    given", `auto` where a field takes it for "as the calculator finds best". FieldError names
    the field and what it takes.
    """
    fields = {field.name: field for field in form_fields(inputs)}
    types = typing.get_type_hints(inputs, include_extras=True)
    given: dict[str, Any] = {}
    for name, value in _nested(values).items():
        if name not in fields:
            raise FieldError(
                name, f"unknown field{did_you_mean(name, fields)}; expected one of {_list(fields)}"
            )
        if fields[name].takes_auto and isinstance(value, str) and value.strip() == AUTO:
            given[name] = None
        elif value is not None and value != "":
            given[name] = _value(fields[name], types[name], value, venues)
    for field in fields.values():
        if field.is_required and field.name not in given:
            raise FieldError(field.name, f"is needed; expected {field.expected}")
    return inputs(**given)


def _value(field: FormField, kind: Any, value: Any, venues: Collection[str]) -> Any:
    try:
        converted = msgspec.convert(_from_text(field, value, venues), kind, strict=False)
    except (msgspec.ValidationError, msgspec.DecodeError, ValueError):
        converted = math.nan
    if not _is_bearable(converted):
        raise FieldError(field.name, f"expected {field.expected}, got {_said(value)}")
    return converted


def _from_text(field: FormField, value: Any, venues: Collection[str]) -> Any:
    """Text as something of the field's kind, names as they are compared. ValueError if it is not.

    What is no text stays, but for the texts in it.
    """
    if not isinstance(value, str):
        return _named(field, value)
    text = value.strip()
    match field.kind:
        case "number":
            return parse_number(text, field.number_unit)
        case "whole":
            return parse_whole(text, field.number_unit)
        case "flag":
            return parse_flag(text)
        case "choice":
            return (
                parse_side(text) if set(field.choices) == {"buy", "sell"} else _choice(field, text)
            )
        case "names":
            return _named(field, parse_list(text))
        case "table":
            return _named(field, parse_map(text, field.number_unit, venues))
        case "json":
            return _named(field, msgspec.json.decode(text))
        case "text":
            return _name(field, text)


def _choice(field: FormField, text: str) -> str:
    """A choice by its name or as a trader says it."""
    return next((name for name, said in field.words.items() if said == text.lower()), text)


def _named(field: FormField, value: Any) -> Any:
    """Names and numbers inside a table, a list of names, or rows of JSON."""
    if field.kind == "names" and isinstance(value, list | tuple):
        return [_name(field, item) if isinstance(item, str) else item for item in value]
    if field.kind == "table" and isinstance(value, Mapping):
        return {_key(field, name): _inner_number(item, field) for name, item in value.items()}
    if field.kind == "json" and isinstance(value, list | tuple):
        return [_row(item) if isinstance(item, Mapping) else item for item in value]
    return value


def _name(field: FormField, text: str) -> str:
    """What a field of a name holds is said by its own: `symbol`, `long_venue`, `venues`.

    A scenario may be typed with dashes in its name.
    """
    if field.name == "symbol" or field.name.endswith("_symbol"):
        return parse_symbol(text)
    if field.name == "venues" or field.name.endswith("_venue"):
        return parse_venue(text, REGISTRY)
    return text.replace("-", "_") if field.name == "scenarios" else text


def _key(field: FormField, name: str) -> str:
    return parse_symbol(name) if field.name == "shock" else parse_venue(name, REGISTRY)


def _inner_number(value: Any, field: FormField) -> Any:
    return parse_number(value, field.number_unit) if isinstance(value, str) else value


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A position or a leg as it was typed: its names folded, its numbers read.

    What cannot be read stays: who takes the row knows its number and says it.
    """
    return {k: _cell(k, value) if isinstance(value, str) else value for k, value in row.items()}


def _cell(key: str, text: str) -> Any:
    if key == "symbol":
        return parse_symbol(text)
    if key == "venue":
        return parse_venue(text, REGISTRY)
    with contextlib.suppress(ValueError):
        if key == "side":
            return parse_side(text)
        if key in _ROW_NUMBERS:
            return parse_number(text)
    return text


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """`{"max_usd.VENUE": "5"}` as `{"max_usd": {"VENUE": "5"}}`."""
    tree: dict[str, Any] = {}
    for key, value in values.items():
        name, dot, inner = key.partition(".")
        if not dot:
            tree[name] = value
        elif isinstance(tree.setdefault(name, {}), dict):
            tree[name] = {**tree[name], inner: value}
    return tree


def _form_field(field: inspect.Field) -> FormField:
    label, help_, core = field.name.replace("_", " "), "", field.type
    extra: dict[str, Any] = {}
    while isinstance(core, inspect.Metadata | inspect.UnionType):
        if isinstance(core, inspect.UnionType):
            core = next(t for t in core.types if not isinstance(t, inspect.NoneType))
            continue
        schema = core.extra_json_schema or {}
        label, help_ = schema.get("title", label), schema.get("description", help_)
        extra |= core.extra or {}
        core = core.type
    choices = tuple(map(str, core.values)) if isinstance(core, inspect.LiteralType) else ()
    default = None if field.default is msgspec.NODEFAULT else field.default
    return FormField(
        name=field.name,
        label=label,
        unit=extra.get("unit", ""),
        help=help_,
        kind=_kind(core),
        choices=choices,
        bounds=_bounds(core.value_type if isinstance(core, inspect.DictType) else core),
        default=field.default_factory() if callable(field.default_factory) else default,
        is_required=field.required,
        takes_auto=default is not None and _takes_none(field.type),
        is_main=extra.get("main", False),
        words=extra.get("words", {}),
    )


def _takes_none(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.UnionType) and kind.includes_none


def _kind(core: inspect.Type) -> Kind:
    kinds: tuple[tuple[type[inspect.Type], Kind], ...] = (
        (inspect.FloatType, "number"),
        (inspect.IntType, "whole"),
        (inspect.BoolType, "flag"),
        (inspect.LiteralType, "choice"),
        (inspect.StrType, "text"),
        (inspect.DictType, "table"),
    )
    for known, kind in kinds:
        if isinstance(core, known):
            return kind
    if isinstance(core, inspect.VarTupleType) and isinstance(core.item_type, inspect.StrType):
        return "names"
    return "json"


def _bounds(core: inspect.Type) -> str:
    while isinstance(core, inspect.Metadata):
        core = core.type
    if not isinstance(core, inspect.FloatType | inspect.IntType):
        return ""
    words = {"above": core.gt, "from": core.ge, "below": core.lt, "up to": core.le}
    return " ".join(f"{word} {edge:,.12g}" for word, edge in words.items() if edge is not None)


def _is_bearable(value: Any) -> bool:
    """Whether every number in it is one, and not beyond what calculations can bear."""
    if isinstance(value, int | float):
        return abs(value) <= MOST
    if isinstance(value, Mapping):
        return all(map(_is_bearable, value.values()))
    if isinstance(value, msgspec.Struct):
        return all(map(_is_bearable, msgspec.structs.astuple(value)))
    return all(map(_is_bearable, value)) if isinstance(value, list | tuple) else True


def _said(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else f"{text[:57]}…"


def _list(names: Mapping[str, Any]) -> str:
    return ", ".join(names)
