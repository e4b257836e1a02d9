"""The cheapest fill when every curve gives nothing or at least its smallest order.

Branch and bound on the curves whose minimum binds: leave one out, or force its minimum. Both
branches are ordinary fills, so what is found is exact. A branch is not even looked at when its
Lagrangian bound (Boyd, Vandenberghe, "Convex Optimization", CUP 2004, §5.1.3) already costs more
than the best found: for any price of a unit, no split costs less than what it would if each curve
decided for itself at that price.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution.fills import Curve, fill

Array = NDArray[np.float64]
_TIE = 1e-12
_PRICES = 64
"""How many prices of a unit the bound is read at: more is tighter and slower."""


def fill_with_minima(curves: Sequence[Curve], least: Sequence[int], want: int) -> list[int]:
    """Amounts in the order of the curves, each 0 or at least `least`; they sum to at most `want`.

    The sum is the largest possible; among those, the cost is the least. `least` are multiples of
    the curves' steps and not above their room (a curve of no room is never used).
    """
    none = [0] * len(curves)
    best, best_key = none, (0, 0.0)
    bound: _Bound | None = None
    stack: list[dict[int, int]] = [{}]
    while stack:
        forced = stack.pop()
        spare = want - sum(forced.values())
        if spare < 0:
            continue
        if bound and best_key[0] == -want and bound.of(forced) >= best_key[1]:
            continue
        used = [v for v in range(len(curves)) if forced.get(v, 1) != 0]
        ours = [curves[v].at_least(forced[v]) if v in forced else curves[v] for v in used]
        more, cost = fill(ours, spare)
        amounts = list(none)
        for v, amount in zip(used, more, strict=True):
            amounts[v] = amount + forced.get(v, 0)
        key = (-sum(amounts), cost + sum(curve.base_cost for curve in ours))
        slack = _TIE * abs(best_key[1])
        if key[0] > best_key[0] or (key[0] == best_key[0] and key[1] >= best_key[1] - slack):
            continue
        short = [v for v in used if 0 < amounts[v] < least[v]]
        if not short:
            best, best_key = amounts, key
            continue
        if bound is None:
            bound = _Bound(curves, least, want)
        # The one furthest below its minimum decides first, and is likelier to be left out.
        v = min(short, key=lambda v: amounts[v] / least[v])
        stack.append({**forced, v: least[v]})
        stack.append({**forced, v: 0})
    return best


class _Bound:
    """What a full fill must cost at least, for any choice of who is forced in and who is out."""

    def __init__(self, curves: Sequence[Curve], least: Sequence[int], want: int) -> None:
        slopes = np.concatenate([curve.runs.prices for curve in curves])
        prices = np.quantile(slopes, np.linspace(0.0, 1.0, _PRICES))
        self._whole: Array = prices * want
        self._forced = np.zeros((len(curves), _PRICES))
        for v, curve in enumerate(curves):
            if curve.room:
                amounts = np.maximum(curve.amounts, least[v])
                costs = np.interp(amounts, curve.amounts, curve.costs)
                self._forced[v] = (costs[:, None] - amounts[:, None] * prices).min(axis=0)
        self._free: Array = np.minimum(0.0, self._forced)

    def of(self, forced: Mapping[int, int]) -> float:
        rows = self._free.copy()
        for v, amount in forced.items():
            rows[v] = self._forced[v] if amount else 0.0
        return float(np.max(self._whole + rows.sum(axis=0)))
