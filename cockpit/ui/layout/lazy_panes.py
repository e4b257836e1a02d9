"""Imports that the first frame does not wait for: what nobody looks at yet.

They are made one by one while the screen is idle, so that a key does not wait for them either.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib import import_module
from typing import Protocol, cast

from cockpit.ui.model.readings import Readings
from cockpit.ui.text.styled import Line


class Pane(Protocol):
    """What a pane supplies. `HZ` is how often at most it is drawn."""

    @property
    def HZ(self) -> float: ...
    def lines(self, readings: Readings, width: int, height: int) -> list[Line]: ...


class LazyPane:
    """A pane by its name in `cockpit.ui.panes`, imported when it is first asked for anything."""

    def __init__(self, name: str) -> None:
        self._name = name

    def load(self) -> None:
        """Import it now."""
        _ = self._pane

    @cached_property
    def _pane(self) -> Pane:
        return cast(Pane, import_module(f"cockpit.ui.panes.{self._name}"))

    @property
    def HZ(self) -> float:
        return self._pane.HZ

    def lines(self, readings: Readings, width: int, height: int) -> list[Line]:
        """The framed pane at exactly `width` x `height`."""
        return self._pane.lines(readings, width, height)


def load_all(panes: Iterable[Pane], modules: Iterable[str]) -> Iterator[None]:
    """Each step makes one of the imports that are still to be made: panes, then `modules`."""
    for pane in panes:
        if isinstance(pane, LazyPane):
            pane.load()
            yield
    for name in modules:
        import_module(name)
        yield
