"""What panes keep from one frame to the next, so that it is computed once."""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from cockpit.ui.model.recent_changes import RecentChanges

T = TypeVar("T")


class FrameCache:
    """Derived values by the version of what they are made from, plot scales, what has changed."""

    def __init__(self) -> None:
        self.changes = RecentChanges()
        self._values: dict[Hashable, tuple[Hashable, object]] = {}
        self._scales: dict[str, tuple[float, float]] = {}

    def remember(self, key: Hashable, version: Hashable, make: Callable[[], T]) -> T:
        """`make()`, computed again only when the version of what it is made from has changed."""
        known = self._values.get(key)
        if known is not None and known[0] == version:
            return cast(T, known[1])
        value = make()
        self._values[key] = (version, value)
        return value

    def scale(self, key: str, low: float, high: float) -> tuple[float, float]:
        """Bounds for a plot that hold still until the data leave them or need less than half."""
        known = self._scales.get(key)
        holds = known is not None and known[0] <= low and high <= known[1]
        if known is not None and holds and high - low >= (known[1] - known[0]) / 2:
            return known
        self._scales[key] = (low, high)
        return low, high
