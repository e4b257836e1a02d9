"""Request budgets in fixed windows. They are kept per world: a budget outlives a connection."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from cockpit.core.units import NS_PER_S
from cockpit.sim.world.contract import HttpReply, VenueWorld

TOO_MANY = HttpReply(429, "Too many requests", "text/plain; charset=utf-8")


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
    """One window per client and world, made when first asked for.

    On loopback every client has one address, so its User-Agent stands for it.
    """

    points: int
    span_s: float
    refusal: HttpReply = TOO_MANY
    """What is answered above the budget."""
    _worlds: WeakKeyDictionary[VenueWorld, dict[str, FixedWindow]] = field(
        default_factory=WeakKeyDictionary
    )

    def of(self, world: VenueWorld, headers: Mapping[str, str]) -> FixedWindow:
        windows = self._worlds.setdefault(world, {})
        agents = (value for name, value in headers.items() if name.lower() == "user-agent")
        return windows.setdefault(next(agents, ""), FixedWindow(self.points, self.span_s))
