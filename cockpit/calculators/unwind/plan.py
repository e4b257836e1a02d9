"""When which leg is traded: rounds in balance, leg after leg, off every venue's stamps."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution import schedule as model
from cockpit.analytics.execution.lots import exact
from cockpit.analytics.execution.rounds import Rounds, balanced_rounds
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.market_data import Notes
from cockpit.calculators.common.words import base_words
from cockpit.calculators.stagger.legs import off_stamps, taking_limits
from cockpit.calculators.stagger.market import Costs, Market, schedule, taking_costs
from cockpit.calculators.stagger.refill import auto_slices
from cockpit.calculators.stagger.venues import least_orders
from cockpit.calculators.unwind.inputs import Inputs
from cockpit.calculators.unwind.legs import Order
from cockpit.core.plan import Leg
from cockpit.core.units import NS_PER_S

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
_NO_IMPACT: Final = Market(eta=0.0, gamma=0.0, sigma=0.0)
"""Costs are read off the books."""


class Placed(NamedTuple):
    """Orders in the sequence in which they trade, their rounds, and when each begins."""

    orders: Sequence[Order]
    rounds: Rounds
    times: Ints


def auto_rounds(inputs: Inputs, found: Sequence[Order], notes: Notes) -> int:
    """As many rounds as the leg that needs most, where there is time for them."""
    in_time = math.floor(inputs.horizon_min * 60 / _round_s(inputs, len(found)))
    wanted = max(
        auto_slices(order.inputs(inputs), [order.quote], order.side, order.size, notes)
        for order in found
    )
    return max(1, min(wanted, in_time))


def check(inputs: Inputs, count: int) -> None:
    """FieldError where so many rounds of `count` legs do not fit into the horizon."""
    rounds, least_s = _count(inputs), _round_s(inputs, count)
    if inputs.horizon_min * 60 < rounds * least_s:
        raise FieldError(
            "horizon_min",
            f"{inputs.horizon_min:g} min is shorter than {rounds} rounds of {least_s:g} s; "
            "expected a longer horizon, fewer rounds or a shorter wait between the legs",
        )


def place(inputs: Inputs, found: Sequence[Order], start: int, notes: Notes) -> Placed:
    """The hardest leg first, whose whole would move its book most: what it does not bring, the
    others need not hedge."""
    moved = [
        ((cost.total or 0.0) - (cost.fees or 0.0)) / (order.size * order.quote.mid_usd)
        for order, cost in ((order, at_once(inputs, order)) for order in found)
    ]
    ranked = [found[v] for v in np.argsort(-np.array(moved), kind="stable").tolist()]
    smallest = []
    for order in ranked:
        (least,) = least_orders(order.inputs(inputs), [order.quote], order.side)
        smallest.append(least)
        if order.size < least * (1 - 1e-9):
            words = f"{base_words(order.size)} {order.quote.symbol} is below its smallest order of"
            notes.warn(f"{order.quote.venue}: {words} {base_words(least)}; it may be refused")
    rounds = balanced_rounds(
        [order.side.sign * order.size for order in ranked],
        [order.quote.lot for order in ranked],
        smallest,
        schedule(ranked[0].inputs(inputs), None),
    )
    times = _times(inputs, ranked, start, notes)[list(rounds.at)]
    return Placed(ranked, rounds, times)


def _times(inputs: Inputs, ranked: Sequence[Order], start: int, notes: Notes) -> Ints:
    """When each round may begin: off every venue's stamps, and after the one before has ended."""
    horizon = round(inputs.horizon_min * 60 * NS_PER_S)
    times = model.slice_times_ns(start, horizon, _count(inputs))
    times = model.jittered_ns(times, inputs.jitter, np.random.default_rng(inputs.seed))
    for order in (*ranked, *ranked):
        # Twice, because what waits for one venue's stamp may come near another's.
        times = off_stamps(times, order.quote, inputs.avoid_stamps_s, notes)
    lasts = round(inputs.lag_s * NS_PER_S) * len(ranked)
    for k in range(1, len(times)):
        times[k] = max(times[k], times[k - 1] + lasts)
    return times


def build_legs(inputs: Inputs, placed: Placed) -> tuple[Leg, ...]:
    """By time; in a round leg after leg."""
    lag_ns, count = round(inputs.lag_s * NS_PER_S), len(placed.times)
    legs = []
    for v, (order, row) in enumerate(zip(placed.orders, placed.rounds.sizes, strict=True)):
        limits = taking_limits(inputs.limit_bps, order.quote, order.side, row)
        for k, size in enumerate(row.tolist()):
            if size > 0:
                legs.append(
                    Leg(
                        venue=order.quote.venue, symbol=order.quote.symbol, side=order.side,
                        size=float(exact(round(size, 12))), limit=limits[k],
                        not_before_ns=int(placed.times[k]) + v * lag_ns,
                        note=f"round {k + 1} of {count}",
                    )
                )  # fmt: skip
    return tuple(sorted(legs, key=lambda leg: leg.not_before_ns or 0))


def taken(inputs: Inputs, order: Order, sizes: Array) -> Costs:
    """Costs of slices of shape (1, R) that take."""
    return taking_costs(
        order.inputs(inputs), [order.quote], order.side, sizes, _NO_IMPACT, order.quote.mid_usd
    )


def at_once(inputs: Inputs, order: Order) -> Costs:
    return taken(inputs, order, np.array([[order.size]]))


def _round_s(inputs: Inputs, count: int) -> float:
    """What a round of so many legs takes at least."""
    return max(1.0, inputs.lag_s * count)


def _count(inputs: Inputs) -> int:
    return inputs.slices or 1
