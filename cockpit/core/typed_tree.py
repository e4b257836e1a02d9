"""Numbers in settings that were written as text: `size = "10k"`, `taker_fee = "3bps"`."""

from collections.abc import Mapping
from typing import Any

from msgspec import inspect

from cockpit.core.typed import Unit, parse_number

_SUFFIXES: dict[str, Unit] = {
    "_bps": "bps", "_frac": "frac", "_fee": "frac", "_usd": "usd", "_s": "s", "_h": "h",
}  # fmt: skip


class NotANumberError(ValueError):
    """`place` is a dotted key, the message what was expected there."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(problem)
        self.place = place


def read_numbers(tree: Any, kind: Any) -> Any:
    """The tree with every text read where `kind`, a type, takes a number and no text.

    NotANumberError names the place. Everything else stays, for msgspec to judge.
    """
    return _read(tree, inspect.type_info(kind), "")


def _read(value: Any, info: inspect.Type, place: str) -> Any:
    if isinstance(info, inspect.Metadata):
        return _read(value, info.type, place)
    if isinstance(info, inspect.UnionType):
        others = [kind for kind in info.types if not isinstance(kind, inspect.NoneType)]
        return _read(value, others[0], place) if len(others) == 1 else value
    if isinstance(info, inspect.FloatType | inspect.IntType) and isinstance(value, str):
        return _number(value, info, place)
    if isinstance(value, Mapping):
        return {key: _read(item, _inner(info, key), _at(place, key)) for key, item in value.items()}
    if isinstance(info, inspect.VarTupleType | inspect.ListType) and isinstance(value, list):
        return [_read(item, info.item_type, place) for item in value]
    return value


def _inner(info: inspect.Type, key: str) -> inspect.Type:
    if isinstance(info, inspect.DictType):
        return info.value_type
    if isinstance(info, inspect.StructType):
        kinds = {field.encode_name: field.type for field in info.fields}
        return kinds.get(key, inspect.AnyType())
    return inspect.AnyType()


def _number(text: str, info: inspect.FloatType | inspect.IntType, place: str) -> float | int:
    unit: Unit = next((unit for end, unit in _SUFFIXES.items() if place.endswith(end)), "")
    try:
        value = parse_number(text, unit)
    except ValueError as error:
        raise NotANumberError(place, str(error)) from None
    return int(value) if isinstance(info, inspect.IntType) and value.is_integer() else value


def _at(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
