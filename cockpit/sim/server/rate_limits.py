"""Request budgets in fixed windows, and the chain heights of past moments.

Both are kept per world: a face is one connection, but a budget and a chain outlive it.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from cockpit.core.units import NS_PER_S
from cockpit.sim.world.contract import VenueWorld


@dataclass(slots=True)
class FixedWindow:
    """`points` per `span_s`, counted from the first request of a window.

    A window is over when either clock says so: the world's, because tests run worlds faster than
    life, or the machine's, because a paused world must not lock a client out.
    """

    points: int
    span_s: float
    clock_ns: Callable[[], int] = time.monotonic_ns
    _used: int = 0
    _world_ns: int = 0
    _machine_ns: int = 0

    def take(self, at_ns: int, points: int = 1) -> int:
        """Spend points at world time `at_ns`; what is left, negative when refused."""
        if not self._used or self._elapsed_ns(at_ns) >= self.span_s * NS_PER_S:
            self._used, self._world_ns, self._machine_ns = 0, at_ns, self.clock_ns()
        self._used += points
        return self.points - self._used

    def reset_ns(self, at_ns: int) -> int:
        """How long the window still lasts."""
        return max(0, round(self.span_s * NS_PER_S) - self._elapsed_ns(at_ns))

    def _elapsed_ns(self, at_ns: int) -> int:
        return max(at_ns - self._world_ns, self.clock_ns() - self._machine_ns)


@dataclass(slots=True)
class Budgets:
    """One window per key and world, made when first asked for."""

    points: int
    span_s: float
    _worlds: WeakKeyDictionary[VenueWorld, dict[str, FixedWindow]] = field(
        default_factory=WeakKeyDictionary
    )

    def of(self, world: VenueWorld, key: str) -> FixedWindow:
        windows = self._worlds.setdefault(world, {})
        return windows.setdefault(key, FixedWindow(self.points, self.span_s))


_ANCHORS: WeakKeyDictionary[VenueWorld, tuple[int, int]] = WeakKeyDictionary()


def height_at(world: VenueWorld, at_ns: int) -> int:
    """The chain's height at a moment, from its mean cadence around one block that was seen.

    The world keeps no list of old blocks. The anchor never moves, so that an id made from a
    height stays the same whenever it is asked for.
    """
    height, block_ns = _ANCHORS.setdefault(world, (world.height, world.block_ns))
    return max(0, height + round((at_ns - block_ns) / (world.profile.block_s * NS_PER_S)))


def client_of(headers: Mapping[str, str]) -> str:
    """Who asks: on loopback every client has one address, so its User-Agent stands for it."""
    return next((value for name, value in headers.items() if name.lower() == "user-agent"), "")
