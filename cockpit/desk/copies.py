"""Exact copies of state, as small as can be kept by the hundred: a state that can be gone back to.

A copy is a pickle that never leaves this process. What never changes (facts, programs, decoders) is
shared with it. A function that was made inside another is made anew around the copied variables:
else what a session holds of itself would lead back to the session that went on.
"""

import io
import pickle
import sys
import types
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from cockpit.core.events import Event
from cockpit.venues.contract import VenueSpec

_NEVER_CHANGE: Final = (
    Event,
    VenueSpec,
    types.CodeType,
    types.ModuleType,
    msgspec.json.Decoder,
    msgspec.json.Encoder,
    msgspec.msgpack.Decoder,
    msgspec.msgpack.Encoder,
)
_LEVEL: Final = 1
"""Twice as fast as the next one, for a tenth more bytes."""


@dataclass(frozen=True, slots=True)
class Copy:
    """`shared` is what the copy has in common with what it was made of."""

    data: bytes
    shared: tuple[object, ...]

    def unpacked(self) -> Any:
        """A new object each time."""
        return _Unpickler(zlib.decompress(self.data), self.shared).load()


def copy_of(subject: object) -> Copy | None:
    """None of what cannot be copied exactly, such as a generator on its way."""
    out = io.BytesIO()
    pickler = _Pickler(out)
    try:
        pickler.dump(subject)
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError):
        return None
    return Copy(zlib.compress(out.getbuffer(), _LEVEL), tuple(pickler.shared))


class _Pickler(pickle.Pickler):
    def __init__(self, out: io.BytesIO) -> None:
        super().__init__(out, protocol=5)
        self.shared: list[object] = []
        self._shares: dict[type, bool] = {}

    def reducer_override(self, subject: Any) -> Any:
        """Called for whatever is not plain data."""
        kind = type(subject)
        is_shared = self._shares.get(kind)
        if is_shared is None:
            is_shared = self._shares[kind] = issubclass(kind, _NEVER_CHANGE)
        if is_shared:
            self.shared.append(subject)
            return _shared, (len(self.shared) - 1,)
        if kind is types.FunctionType and "<" in subject.__qualname__:
            return _function, (
                subject.__code__,
                subject.__module__,
                subject.__name__,
                subject.__defaults__,
                subject.__closure__,
                subject.__kwdefaults__,
            )
        if kind is types.CellType:
            # Filled after it is made: what is in it may lead back to it.
            return _cell, (), (subject.cell_contents,), None, None, _fill
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: bytes, shared: tuple[object, ...]) -> None:
        super().__init__(io.BytesIO(data))
        self._shared = shared

    def find_class(self, module: str, name: str) -> Any:
        if name == _shared.__name__ and module == __name__:
            return self._shared.__getitem__
        return super().find_class(module, name)


def _shared(index: int) -> object:
    """Stands in a pickle for what its unpickler knows."""
    raise ValueError(f"shared object {index} belongs to a copy of this process")


def _function(
    code: types.CodeType,
    module: str,
    name: str,
    defaults: tuple[object, ...] | None,
    closure: tuple[types.CellType, ...] | None,
    keyword_defaults: dict[str, object] | None,
) -> Callable[..., object]:
    made = types.FunctionType(code, vars(sys.modules[module]), name, defaults, closure)
    made.__kwdefaults__ = keyword_defaults
    return made


def _cell() -> types.CellType:
    return types.CellType()


def _fill(cell: types.CellType, contents: tuple[object]) -> None:
    cell.cell_contents = contents[0]
