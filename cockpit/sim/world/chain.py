"""The blocks of one venue's chain, and its height at moments of the past."""

import random
from weakref import WeakKeyDictionary

from cockpit.core.units import NS_PER_S
from cockpit.sim.world.contract import BlockTick, VenueWorld

GENESIS_S = 1_650_000_000
"""Heights count as if the chain had run at its present cadence since the spring of 2022."""
MOST_AT_ONCE = 2_000


class Chain:
    """Heights and times; a chain that stands still skips nothing, it goes on later."""

    def __init__(
        self, block_s: float, jitter_frac: float, start_ns: int, rng: random.Random
    ) -> None:
        self._block_ns = block_s * NS_PER_S
        self._jitter_frac = jitter_frac
        self._rng = rng
        self.height = max(1, round((start_ns / NS_PER_S - GENESIS_S) / block_s))
        self.block_ns = start_ns
        self._next_ns = start_ns + self._gap_ns()

    def _gap_ns(self) -> int:
        spread = 1.0 + self._jitter_frac * self._rng.uniform(-1.0, 1.0)
        return max(1_000_000, round(self._block_ns * spread))

    def advance(self, from_ns: int, to_ns: int) -> list[BlockTick]:
        """The blocks after `from_ns` up to `to_ns`."""
        if self._next_ns <= from_ns:
            self._next_ns = from_ns + self._gap_ns()
        blocks: list[BlockTick] = []
        while self._next_ns <= to_ns and len(blocks) < MOST_AT_ONCE:
            self.height += 1
            self.block_ns = self._next_ns
            blocks.append(BlockTick(self.height, self.block_ns))
            self._next_ns += self._gap_ns()
        return blocks


_ANCHORS: WeakKeyDictionary[VenueWorld, tuple[int, int]] = WeakKeyDictionary()


def height_at(world: VenueWorld, at_ns: int) -> int:
    """The chain's height at a moment, from its mean cadence around one block that was seen.

    The world keeps no list of old blocks. The anchor never moves, so that an id made from a
    height stays the same whenever it is asked for.
    """
    height, block_ns = _ANCHORS.setdefault(world, (world.height, world.block_ns))
    return max(0, height + round((at_ns - block_ns) / (world.profile.block_s * NS_PER_S)))
