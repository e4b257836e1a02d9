"""Books with fewer levels, for calculations that look at each of them many times."""

import numpy as np

from cockpit.analytics.depth import Levels


def reduced(levels: Levels, most: int) -> list[tuple[float, float]]:
    """At most `most` levels with the same total: the best half as they are, the rest in groups.

    A group rests at its size-weighted price, so what a walk costs is exact where groups end.
    """
    if len(levels) <= most:
        return list(levels)
    exact = most // 2
    groups = most - exact
    rest = np.asarray(levels[exact:], dtype=np.float64)
    # Groups grow by a constant factor: near the touch each level counts, far away few do.
    edges = np.unique(np.geomspace(1, len(rest) + 1, groups + 1).astype(np.intp) - 1)[:-1]
    sizes = np.add.reduceat(rest[:, 1], edges)
    worth = np.add.reduceat(rest[:, 0] * rest[:, 1], edges)
    merged = zip((worth / sizes).tolist(), sizes.tolist(), strict=True)
    return [*levels[:exact], *merged]
