"""The legs of a staggered order: when each slice goes, at which limit, and what funding does."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution import schedule as model
from cockpit.analytics.funding.payments import paid_hours
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.funding_clock import funding_price, payment_clock
from cockpit.calculators.common.market_data import Notes, Quote, Settings, present_hourly
from cockpit.calculators.stagger.inputs import Inputs
from cockpit.core.market import Side
from cockpit.core.plan import Leg, limit_price
from cockpit.core.typed import parse_time
from cockpit.core.units import HOUR_S, NS_PER_S, next_boundary_ns

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


def start_ns(text: str | None, now_ns: int) -> int:
    """When the first slice goes: at once, in a while, or at a UTC time. FieldError for none."""
    if text is None or text == "now":
        return now_ns
    try:
        return parse_time(text, now_ns)
    except ValueError as error:
        raise FieldError("start", str(error)) from None


def build_legs(
    inputs: Inputs, priced: Sequence[Quote], side: Side, sizes: Array, start: int, notes: Notes
) -> tuple[Leg, ...]:
    """A leg for each slice that trades, by time; `sizes` has shape (V, K), whole lots."""
    generator = np.random.default_rng(inputs.seed)
    is_ladder = inputs.schedule == "ladder"
    legs = []
    for quote, row in zip(priced, sizes, strict=True):
        times = _times(inputs, quote, start, generator, notes)
        if is_ladder:
            limits = _rungs(inputs, quote, side)
        else:
            limits = taking_limits(inputs.limit_bps, quote, side, row)
        for k, size in enumerate(row.tolist()):
            if size > 0:
                legs.append(
                    Leg(
                        venue=quote.venue,
                        symbol=quote.symbol,
                        side=side,
                        size=size,
                        limit=limits[k],
                        not_before_ns=int(times[k]),
                        note=f"{'rung' if is_ladder else 'slice'} {k + 1} of {inputs.count}",
                    )
                )
    return tuple(sorted(legs, key=lambda leg: leg.not_before_ns or 0))


def funding_usd(
    inputs: Inputs, priced: Sequence[Quote], legs: Sequence[Leg], start: int,
    settings: Settings, notes: Notes,
) -> float | None:  # fmt: skip
    """Funding that is paid until the horizon ends on what has been traded by then, at each venue's
    stamps and today's rates; received is positive. None when the rate of a venue that is used is
    not known."""
    end = start + round(inputs.horizon_min * 60 * NS_PER_S)
    used = {leg.venue for leg in legs}
    flows = {}
    for quote in priced:
        if quote.venue not in used:
            continue
        rate = present_hourly(quote.market, settings, notes)
        clock = payment_clock(quote.market, settings, notes)
        if rate is None or clock is None:
            return None
        price = (funding_price(quote.market) or quote.mid) * quote.quote_usd
        flows[quote.venue] = clock, rate * price
    received = 0.0
    for leg in legs:
        clock, usd_per_hour = flows[leg.venue]
        filled = leg.not_before_ns or start
        hours = paid_hours(clock, settings.now_ns, filled, end).total
        received -= leg.side.sign * leg.size * usd_per_hour * hours
    return received


def _times(
    inputs: Inputs, quote: Quote, start: int, generator: np.random.Generator, notes: Notes
) -> Ints:
    horizon = round(inputs.horizon_min * 60 * NS_PER_S)
    if inputs.schedule == "ladder":
        return np.full(inputs.count, start, dtype=np.int64)
    times = model.slice_times_ns(start, horizon, inputs.count)
    times = model.jittered_ns(times, inputs.jitter, generator)
    return off_stamps(times, quote, inputs.avoid_stamps_s, notes)


def off_stamps(times: Ints, quote: Quote, avoid_s: float, notes: Notes) -> Ints:
    """Times that are no nearer to a venue's funding stamp: what would be waits for after it."""
    if avoid_s == 0:
        return times
    rate = quote.market.rate() or quote.market.settled.latest
    interval_s = HOUR_S if rate is None else rate.interval_s
    stamp = None if rate is None else rate.next_ns
    if 2 * avoid_s >= interval_s:
        notes.warn(
            f"{quote.venue} pays funding every {interval_s} s: its stamps cannot be avoided by "
            f"{avoid_s:g} s"
        )
        return times
    around = round(avoid_s * NS_PER_S)
    return model.avoiding_stamps(
        times, next_boundary_ns(int(times[0]), interval_s) if stamp is None else stamp,
        interval_s * NS_PER_S, around, around,
    )  # fmt: skip


def taking_limits(limit_bps: float, quote: Quote, side: Side, row: Array) -> list[float]:
    """The last price that each slice would touch now, and some room for the price to move."""
    levels = quote.rows(side)
    touched = np.array([levels.touched(size) for size in row.tolist()])
    worst = levels.prices[np.maximum(touched, 1) - 1].tolist()
    room = 1 + side.sign * limit_bps / 1e4
    # Slices of one schedule are alike and end in few levels. Twelve digits are more than any
    # price has: the dust of the product must not move a limit by a tick.
    limits = {
        price: limit_price(side, float(f"{price * room:.12g}"), quote.tick, is_passive=False)
        for price in set(worst)
    }
    return [limits[price] for price in worst]


def _rungs(inputs: Inputs, quote: Quote, side: Side) -> list[float]:
    """Passive prices that step away from the trader's own touch."""
    touch = quote.touch(Side.SELL if side is Side.BUY else Side.BUY)
    try:
        prices = model.ladder_prices(touch, side.sign, inputs.step_bps / 1e4, inputs.count)
    except ValueError as error:
        raise FieldError("step_bps", str(error)) from error
    floor = 0.0 if quote.tick is None else quote.tick
    if math.isclose(floor, 0.0) or float(np.min(prices)) >= floor:
        return [limit_price(side, price, quote.tick, is_passive=True) for price in prices.tolist()]
    raise FieldError("step_bps", "the last rung is below one tick; fewer slices or smaller steps")
