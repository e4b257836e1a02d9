"""Small linear programs, exactly: a handful of equations, some hundreds of bounded variables."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TOLERANCE = 1e-9
"""On data scaled to about 1."""
PATIENT_STEPS = 200
"""Steps by steepest descent before Bland's rule, which cannot cycle, takes over."""


class Infeasible(Exception):
    """No point satisfies the equations within the bounds."""


def minimise(cost: Floats, matrix: Floats, right: Floats, upper: Floats) -> Floats:
    """The x that makes `cost @ x` least with `matrix @ x == right` and `0 <= x <= upper`.

    Shapes (n,), (m, n), (m,), (n,); bounds may be infinite. The two-phase simplex method with
    bounded variables: a vertex, hence exact up to rounding. `Infeasible` if there is no such x;
    ValueError if the cost has no least value.
    """
    rows, columns = matrix.shape
    signs = np.where(right < 0, -1.0, 1.0)
    full = np.hstack((matrix * signs[:, None], np.eye(rows)))
    target = right * signs
    bounds = np.concatenate((upper, np.full(rows, np.inf)))
    basis = np.arange(columns, columns + rows)
    at_upper = np.zeros(columns + rows, dtype=bool)
    artificial = np.concatenate((np.zeros(columns), np.ones(rows)))
    x = _descend(artificial, full, target, bounds, basis, at_upper)
    if np.sum(x[columns:]) > TOLERANCE:
        raise Infeasible
    bounds[columns:] = 0.0
    padded = np.concatenate((cost, np.zeros(rows)))
    x = _descend(padded, full, target, bounds, basis, at_upper)
    return np.clip(x[:columns], 0.0, upper)


def _descend(
    cost: Floats,
    matrix: Floats,
    right: Floats,
    upper: Floats,
    basis: NDArray[np.intp],
    at_upper: NDArray[np.bool_],
) -> Floats:
    """Pivot until no variable can improve; `basis` and `at_upper` are changed in place."""
    for step in range(PATIENT_STEPS * matrix.shape[1]):
        x = np.where(at_upper, upper, 0.0)
        x[basis] = 0.0
        # One inverse in place of three solutions: with two or three rows the calls cost the time.
        inverse = np.linalg.inv(matrix[:, basis])
        x[basis] = inverse @ (right - matrix @ x)
        gain = cost - (cost[basis] @ inverse) @ matrix
        gain[at_upper] *= -1
        gain[basis] = 0.0
        gain[upper == 0] = 0.0
        better = np.flatnonzero(gain < -TOLERANCE)
        if not better.size:
            return x
        entering = int(better[np.argmin(gain[better])] if step < PATIENT_STEPS else better[0])
        rising = not at_upper[entering]
        column = inverse @ matrix[:, entering]
        change = -column if rising else column
        leaving, length = _ratio_test(x[basis], change, upper[basis], basis)
        if upper[entering] <= length:
            if not np.isfinite(upper[entering]):
                raise ValueError("the cost has no least value")
            at_upper[entering] = rising
            continue
        at_upper[basis[leaving]] = change[leaving] > 0
        at_upper[entering] = False
        basis[leaving] = entering
    raise ValueError("the program did not settle: its numbers are not scaled to about 1")


def _ratio_test(
    level: Floats, change: Floats, upper: Floats, basis: NDArray[np.intp]
) -> tuple[int, float]:
    """Which basic variable reaches a bound first, and after how long; ties to the lowest index."""
    # Plain floats: with two or three rows an array costs more than its arithmetic.
    rooms = []
    for here, slope, bound in zip(level.tolist(), change.tolist(), upper.tolist(), strict=True):
        room = np.inf
        if slope < -TOLERANCE:
            room = max(here, 0.0) / -slope
        elif slope > TOLERANCE:
            room = max(bound - here, 0.0) / slope
        rooms.append(room)
    shortest = min(rooms)
    tied = [i for i, room in enumerate(rooms) if room <= shortest + 1e-15]
    return min(tied, key=lambda i: int(basis[i])), shortest
