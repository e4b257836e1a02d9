"""Small linear programs, exactly: a handful of equations, some hundreds of bounded variables."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TOLERANCE = 1e-9
"""On data scaled to about 1."""
PATIENT_STEPS = 200
"""Steps by steepest descent before Bland's rule, which cannot cycle, takes over."""

FEW_ROWS = 4
"""Up to here a loop over rows costs less than an outer product."""


class Infeasible(Exception):
    """No point satisfies the equations within the bounds."""


def minimise(cost: Floats, matrix: Floats, right: Floats, upper: Floats) -> Floats:
    """The x that makes `cost @ x` least with `matrix @ x == right` and `0 <= x <= upper`.

    Shapes (n,), (m, n), (m,), (n,); bounds may be infinite. The two-phase simplex method with
    bounded variables: a vertex, hence exact up to rounding. `Infeasible` if there is no such x;
    ValueError if the cost has no least value.
    """
    rows, columns = matrix.shape
    if not rows + columns:
        return np.zeros(0)
    tableau = _Tableau(matrix, right, upper)
    tableau.descend(np.concatenate((np.zeros(columns), np.ones(rows))))
    if np.sum(tableau.x()[columns:]) > TOLERANCE:
        raise Infeasible
    tableau.upper[columns:] = 0.0
    tableau.descend(np.concatenate((cost, np.zeros(rows))))
    return np.clip(tableau.x()[:columns], 0.0, upper)


class _Tableau:
    """The equations as seen from the basic variables, one artificial variable a row to begin with.

    Every other variable rests at 0 or at its bound; `way` (n,) is 1 where it may rise, -1 where it
    may fall and 0 where neither helps: it is basic, or its bound is 0.
    """

    def __init__(self, matrix: Floats, right: Floats, upper: Floats) -> None:
        rows, columns = matrix.shape
        signs = np.where(right < 0, -1.0, 1.0)
        self.matrix = np.hstack((matrix * signs[:, None], np.eye(rows)))
        self.right = right * signs
        self.upper = np.concatenate((upper, np.full(rows, np.inf)))
        self.basis = list(range(columns, columns + rows))
        self.at_upper = np.zeros(columns + rows, dtype=bool)
        self.rows: Floats = self.matrix.copy()
        self.levels: list[float] = self.right.tolist()

    def x(self) -> Floats:
        """Where all variables stand."""
        x = np.where(self.at_upper, self.upper, 0.0)
        x[self.basis] = self.levels
        return x

    def descend(self, cost: Floats) -> None:
        """Pivot until no variable can improve."""
        self._price(cost)
        is_new = True
        for step in range(PATIENT_STEPS * len(cost)):
            scores = self.gain * self.way
            entering = int(scores.argmin())
            if scores[entering] >= -TOLERANCE:
                if is_new:
                    return
                # Pivots gather rounding errors: what they say is the end is looked at afresh.
                self._renew()
                self._price(cost)
                is_new = True
                continue
            if step >= PATIENT_STEPS:
                entering = int((scores < -TOLERANCE).argmax())
            self._enter(entering)
            is_new = False
        raise ValueError("the program did not settle: its numbers are not scaled to about 1")

    def _renew(self) -> None:
        """Rows and levels, which pivots keep up to date, from the equations themselves."""
        inverse = np.linalg.inv(self.matrix[:, self.basis])
        self.rows = inverse @ self.matrix
        resting = np.where(self.at_upper, self.upper, 0.0)
        resting[self.basis] = 0.0
        self.levels = (inverse @ (self.right - self.matrix @ resting)).tolist()

    def _price(self, cost: Floats) -> None:
        """What each variable would bring, and which way it may go."""
        self.gain: Floats = cost - cost[self.basis] @ self.rows
        self.way: Floats = np.where(self.at_upper, -1.0, 1.0)
        self.way[self.upper == 0] = 0.0
        self.way[self.basis] = 0.0

    def _enter(self, entering: int) -> None:
        """Move one variable as far as it may go, and let it take the place of what stops it."""
        way = float(self.way[entering])
        slopes = [-slope * way for slope in self.rows[:, entering].tolist()]
        leaving, length = self._ratio_test(slopes)
        bound = float(self.upper[entering])
        if bound <= length:
            if bound == np.inf:
                raise ValueError("the cost has no least value")
            self._move(slopes, bound)
            self.at_upper[entering] = way > 0
            self.way[entering] = -way
            return
        self._move(slopes, length)
        gone = self.basis[leaving]
        self.at_upper[gone] = slopes[leaving] > 0
        self.way[gone] = 0.0 if self.upper[gone] == 0 else -1.0 if slopes[leaving] > 0 else 1.0
        self.levels[leaving] = length if way > 0 else bound - length
        self.at_upper[entering] = False
        self.way[entering] = 0.0
        self.basis[leaving] = entering
        pivot = self.rows[leaving]
        pivot /= pivot[entering]
        if len(self.rows) > FEW_ROWS:
            shares = self.rows[:, entering].copy()
            shares[leaving] = 0.0
            self.rows -= np.outer(shares, pivot)
        else:
            for i, row in enumerate(self.rows):
                if i != leaving:
                    row -= row[entering] * pivot
        self.gain -= self.gain[entering] * pivot

    def _move(self, slopes: Sequence[float], length: float) -> None:
        self.levels = [
            here + slope * length for here, slope in zip(self.levels, slopes, strict=True)
        ]

    def _ratio_test(self, slopes: Sequence[float]) -> tuple[int, float]:
        """Which basic variable reaches a bound first, and after how long; ties to the lowest."""
        # Plain floats: with two or three rows an array costs more than its arithmetic.
        rooms = []
        for here, slope, basic in zip(self.levels, slopes, self.basis, strict=True):
            room = math.inf
            if slope < -TOLERANCE:
                room = max(here, 0.0) / -slope
            elif slope > TOLERANCE:
                room = max(float(self.upper[basic]) - here, 0.0) / slope
            rooms.append(room)
        shortest = min(rooms)
        tied = [i for i, room in enumerate(rooms) if room <= shortest + 1e-15]
        return min(tied, key=lambda i: self.basis[i]), shortest
