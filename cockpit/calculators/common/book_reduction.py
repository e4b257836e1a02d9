"""Books with fewer levels, for calculations that look at each of them many times."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution.depth import Levels


def reduced(levels: Levels, most: int) -> list[tuple[float, float]]:
    """At most `most` levels with the same total: the best half as they are, the rest in groups.

    A group rests at its size-weighted price, so what a walk costs is exact where groups end.
    """
    if len(levels) <= most:
        return list(levels)
    exact = most // 2
    groups = most - exact
    rest = np.asarray(levels[exact:], dtype=np.float64)
    edges = _edges(len(rest), groups)
    sizes = np.add.reduceat(rest[:, 1], edges)
    worth = np.add.reduceat(rest[:, 0] * rest[:, 1], edges)
    merged = zip((worth / sizes).tolist(), sizes.tolist(), strict=True)
    return [*levels[:exact], *merged]


@lru_cache(maxsize=1024)
def _edges(count: int, groups: int) -> NDArray[np.intp]:
    """Where groups of so many levels begin; books keep their length for a while."""
    # Groups grow by a constant factor: near the touch each level counts, far away few do.
    return np.unique(np.geomspace(1, count + 1, groups + 1).astype(np.intp) - 1)[:-1]
