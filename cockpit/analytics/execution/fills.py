"""Convex cost curves on integer grids, and the cheapest way to fill an amount from several.

A curve says what the first n units of one venue cost, at whole steps (lots) only. Sampling a
convex function at whole steps leaves it convex, so equal steps are filled exactly by taking the
cheapest step each time (Ibaraki, Katoh, "Resource Allocation Problems", MIT Press 1988).
Unequal steps that divide one another are filled from the finest: the curves of one step are
merged, the merged curve is read only where the rest is a whole number of the next coarser step,
and is then one more curve among those. Nothing is rounded on the way, so the result is exact.

Steps that do not divide one another (lots of 0.2 and 0.5) are filled once for each remainder that
the coarser may leave: an amount of 0.5s is a number of whole units, or of those and a half. Within
one remainder the steps divide, so the best of the remainders is exact too.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
_GUARD = 1e-9
"""Of a step: keeps 3 / 0.001 from being 2999.9999999999995 lots."""
_MOST_REMAINDERS = 64
"""How many combinations of remainders are looked at; venues' lots make a handful."""


@dataclass(frozen=True)
class Curve:
    """Cost at growing amounts: `amounts` and `costs` have shape (B,), linear between.

    `amounts` begin at 0 and are multiples of `step`; `costs` are relative to the first, which
    itself cost `base_cost`.
    """

    amounts: Ints
    costs: Array
    step: int
    base_cost: float

    @classmethod
    def of(cls, prices: Array, sizes: Array, step: int, room: int) -> "Curve":
        """From levels in ascending price, sizes in units, at most `room` units."""
        held, costs = from_zero(sizes), from_zero(prices * sizes)
        return cls(*_sampled(held, costs, 0, step, room), step, 0.0)

    @property
    def room(self) -> int:
        """The most that can be taken."""
        return int(self.amounts[-1])

    @cached_property
    def runs(self) -> "_Runs":
        return _Runs.of(self.amounts, self.costs)

    def at_least(self, amount: int) -> "Curve":
        """What remains after `amount` (a multiple of the step, within the room) is taken."""
        cost = self.cost(amount)
        later = self.amounts > amount
        return Curve(
            np.concatenate(([0], self.amounts[later] - amount)),
            np.concatenate(([0.0], self.costs[later] - cost)),
            self.step,
            self.base_cost + cost,
        )

    def cost(self, amount: int) -> float:
        return float(np.interp(amount, self.amounts, self.costs))


@dataclass(frozen=True, slots=True)
class _Runs:
    """The pieces between the points of a curve, shape (B - 1,): units, cost, cost per unit.

    Prices never fall, except by rounding errors that must not reorder the runs of one curve.
    """

    units: Ints
    costs: Array
    prices: Array

    @classmethod
    def of(cls, amounts: Ints, costs: Array) -> "_Runs":
        units, spent = amounts[1:] - amounts[:-1], costs[1:] - costs[:-1]
        return cls(units, spent, np.maximum.accumulate(spent / units) if units.size else spent)


@dataclass(frozen=True, slots=True)
class _Merged:
    """Several curves of one step as one; `finer` is the merged curve of the finer steps.

    `amounts` begin at `start`, which only the finer ones fill. `units` say, in order of price, how
    much each run holds and `owners` whose it is; the number after the last member's means `finer`.
    """

    start: int
    amounts: Ints
    costs: Array
    units: Ints
    owners: Ints
    members: tuple[int, ...]
    finer: "_Merged | None"

    def later(self, amount: int, step: int) -> Curve:
        """What remains after `amount`, in whole `step`s."""
        amounts, costs = _sampled(self.amounts, self.costs, amount, step, int(self.amounts[-1]))
        return Curve(amounts - amount, costs - costs[0], step, float(costs[0]))


def fill(curves: Sequence[Curve], want: int) -> tuple[list[int], float]:
    """Amounts (a multiple of each curve's step) that sum to at most `want`, and their cost.

    The sum is the largest possible; among those, the cost is the least. The cost leaves out each
    curve's `base_cost`. Exact unless steps that do not divide one another have more than
    `_MOST_REMAINDERS` combinations of remainders; the coarsest then fill common multiples only.
    """
    room = [curve.room for curve in curves]
    if sum(room) <= want:
        return room, float(sum(curve.costs[-1] for curve in curves))
    common = _common_steps(curve.step for curve in curves)
    if all(curve.step == common[curve.step] for curve in curves):
        amounts = _fill_dividing(curves, want)
    else:
        amounts = _fill_remainders(curves, want, common)
    cost = sum(curve.cost(amount) for curve, amount in zip(curves, amounts, strict=True))
    return amounts, float(cost)


def _common_steps(steps: Iterable[int]) -> dict[int, int]:
    """For each step the least multiple of it that all the finer ones' multiples divide."""
    common, coarsest = {}, 1
    for step in sorted(set(steps)):
        coarsest = math.lcm(coarsest, step)
        common[step] = coarsest
    return common


def _fill_dividing(curves: Sequence[Curve], want: int) -> list[int]:
    room = [curve.room for curve in curves]
    if sum(room) <= want:
        return room
    want = _attainable(curves, want)
    merged: _Merged | None = None
    for step in sorted({curve.step for curve in curves}):
        members = tuple(i for i, curve in enumerate(curves) if curve.step == step)
        merged = _merge(curves, members, merged, want, step)
    amounts = [0] * len(curves)
    if merged is not None:
        _share(merged, want, amounts)
    return amounts


def _fill_remainders(curves: Sequence[Curve], want: int, common: dict[int, int]) -> list[int]:
    """The best over what each step's total may leave when divided by its common multiple."""
    groups, choices, count = [], [], 1
    for step, multiple in common.items():
        members = tuple(i for i, curve in enumerate(curves) if curve.step == step)
        groups.append(_merge(curves, members, None, want, step))
        count *= multiple // step
        choices.append(range(0, multiple if count <= _MOST_REMAINDERS else step, step))
    best, best_key = [0] * len(groups), (0, 0.0)
    for remainders in product(*choices):
        left = want - sum(remainders)
        if left < 0 or any(
            rest > group.amounts[-1] for rest, group in zip(remainders, groups, strict=True)
        ):
            continue
        later = [
            group.later(rest, multiple)
            for rest, group, multiple in zip(remainders, groups, common.values(), strict=True)
        ]
        more = _fill_dividing(later, left)
        totals = [rest + amount for rest, amount in zip(remainders, more, strict=True)]
        cost = sum(
            curve.base_cost + curve.cost(amount) for curve, amount in zip(later, more, strict=True)
        )
        key = (-sum(totals), cost)
        if key < best_key:
            best, best_key = totals, key
    amounts = [0] * len(curves)
    for group, total in zip(groups, best, strict=True):
        _share(group, total, amounts)
    return amounts


def _attainable(curves: Sequence[Curve], want: int) -> int:
    """The largest sum that is not above `want`: coarse steps first, as with coins."""
    rest = want
    for curve in sorted(curves, key=lambda curve: -curve.step):
        rest -= min(curve.room, rest // curve.step * curve.step)
    return want - rest


def _merge(
    curves: Sequence[Curve], members: tuple[int, ...], finer: _Merged | None, want: int, step: int
) -> _Merged:
    pieces = [curves[i].runs for i in members]
    start, first_cost = 0, 0.0
    if finer is not None:
        # What is attainable leaves the finer ones a rest that they can hold.
        start = want % step
        amounts, costs = _sampled(finer.amounts, finer.costs, start, step, want)
        first_cost = float(costs[0])
        pieces.append(_Runs.of(amounts, costs))
    units = np.concatenate([piece.units for piece in pieces])
    spent = np.concatenate([piece.costs for piece in pieces])
    owners = np.repeat(np.arange(len(pieces)), [piece.units.size for piece in pieces])
    order = np.argsort(np.concatenate([piece.prices for piece in pieces]), kind="stable")
    units = units[order]
    return _Merged(
        start=start,
        amounts=np.concatenate(([start], start + np.cumsum(units))),
        costs=np.concatenate(([first_cost], first_cost + np.cumsum(spent[order]))),
        units=units,
        owners=owners[order],
        members=members,
        finer=finer,
    )


def _share(merged: _Merged, amount: int, amounts: list[int]) -> None:
    """Give `amount` back to those it was merged from, into `amounts`."""
    rest = amount - merged.start
    left = rest - (merged.amounts[:-1] - merged.start)
    taken = np.minimum(np.maximum(left, 0), merged.units)
    count = len(merged.members) + (merged.finer is not None)
    totals = np.bincount(merged.owners, weights=taken, minlength=count) if count else np.empty(0)
    for place, member in enumerate(merged.members):
        amounts[member] = round(float(totals[place]))
    if merged.finer is not None:
        _share(merged.finer, merged.start + round(float(totals[-1])), amounts)


def _sampled(
    held: NDArray[np.float64] | Ints, costs: Array, start: int, step: int, room: int
) -> tuple[Ints, Array]:
    """The curve at `start`, `start + step`, … up to `room`, only where its slope may change."""
    top = min(float(held[-1]), float(room))
    steps = (np.minimum(np.maximum(held, start), top) - start) / step
    last = int((top - start) / step + _GUARD)
    # Between two points the slope is one, so the steps next to each point are enough.
    marks = np.empty((held.size, 2))
    np.floor(steps + _GUARD, out=marks[:, 0])
    np.ceil(steps - _GUARD, out=marks[:, 1])
    flat = marks.reshape(-1)
    np.minimum(flat, last, out=flat)
    numbers = np.maximum.accumulate(flat, out=flat).astype(np.int64)
    new = np.empty(numbers.size, dtype=bool)
    new[0] = True
    np.greater(numbers[1:], numbers[:-1], out=new[1:])
    amounts = start + numbers[new] * step
    return amounts, np.interp(amounts, held, costs)


def whole_steps(held: float, room: int) -> int:
    """How many whole steps fit into both, counting one that only dust keeps from being whole."""
    return int(min(held, float(room)) + _GUARD)


def from_zero(parts: Array) -> Array:
    """The running sum with the 0 that it begins at, one longer than the parts."""
    sums = np.zeros(parts.size + 1)
    np.add.accumulate(parts, out=sums[1:])
    return sums
