"""The market that a staggered order meets: its impact and volatility, the schedule, the costs.

`eta` in USD per base per (base/min), `gamma` USD per base^2, `sigma` USD per sqrt(min), all of the
market as a whole. What is not given is read off the books that the mean slice would meet.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.execution import schedule as model
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.market_data import Notes, Quote
from cockpit.calculators.common.words import base_words
from cockpit.calculators.stagger.inputs import Inputs
from cockpit.core.assumptions import Assumption
from cockpit.core.market import Side
from cockpit.core.plan import Leg
from cockpit.core.units import NS_PER_S

Array = NDArray[np.float64]

ASSUMED_VOLATILITY = 0.6
MINUTES_PER_YEAR = 525_600
FRONT_RATIO = 0.85
MIN_SAMPLES = 60
LEAST_ETA = 1e-12
"""Stands for no temporary impact at all, which the model cannot divide by."""


class Market(NamedTuple):
    """Impact and volatility as at the head of the file."""

    eta: float
    gamma: float
    sigma: float


class Costs(NamedTuple):
    """USD; `by_venue` in the order of the quotes sums to `total`. None where a fee is unknown."""

    total: float | None
    fees: float | None
    by_venue: tuple[float | None, ...]


def step_min(inputs: Inputs) -> float:
    """Minutes between two slices."""
    return inputs.horizon_min / inputs.count


def read_market(
    inputs: Inputs, priced: Sequence[Quote], side: Side, sizes: Array, reference: float,
    notes: Notes,
) -> Market:  # fmt: skip
    """The form's figures, else the books' and the curves', else an assumption.

    `sizes` are the venues' parts of the whole order. The books are read at two mean slices, because
    a schedule that weighs risk begins with more than one. FieldError where eta does not outweigh
    gamma.
    """
    step = step_min(inputs)
    gamma = inputs.gamma
    if gamma is None:
        gamma = 0.0
        notes.assume(Assumption(field="gamma", value=gamma, why="no permanent impact, assumed"))
    eta = inputs.eta
    if eta is None:
        some = sizes / inputs.count * min(2, inputs.count)
        walked = float(np.sum(_impact_usd(priced, side, some[:, None])))
        eta = max(walked * step / float(np.sum(some)) ** 2, LEAST_ETA) + gamma * step / 2
        notes.assume(
            Assumption(
                field="eta",
                value=eta,
                figure=f"{round(eta, 9):.4g}",
                why="what the books say now",
            )
        )
    try:
        model.net_temporary_impact(eta, gamma, step)
    except ValueError as error:
        raise FieldError("eta", str(error)) from error
    return Market(eta, gamma, volatility(inputs.sigma, priced, reference, notes))


def volatility(
    given: float | None, priced: Sequence[Quote], reference: float, notes: Notes
) -> float:
    """USD per sqrt(min): the form's, else what the mids did of late, else an assumption."""
    if given is not None:
        return given
    sigma = _realised_sigma(priced)
    source = "realised of late"
    if sigma is None:
        sigma = ASSUMED_VOLATILITY * reference / math.sqrt(MINUTES_PER_YEAR)
        source = f"{ASSUMED_VOLATILITY * 100:g} % a year is assumed"
    notes.assume(Assumption(field="sigma", value=sigma, figure=f"{sigma:.4g}", why=source))
    return sigma


def urgency(inputs: Inputs, market: Market, notes: Notes) -> float | None:
    """kappa per minute of the optimal schedule; None for the others."""
    if inputs.schedule != "ac":
        return None
    if inputs.risk_aversion is not None:
        return model.kappa_per_min(inputs.risk_aversion, market.sigma, market.eta, market.gamma,
                                   step_min(inputs))  # fmt: skip
    half_life = inputs.half_life_min
    if half_life is None:
        half_life = inputs.horizon_min / 2
        notes.assume(
            Assumption(field="half_life_min", value=half_life, why="half the horizon, assumed")
        )
    return 1 / half_life


def schedule(inputs: Inputs, kappa: float | None) -> Array:
    """Shares of the slices in their order, shape (K,), which sum to 1."""
    count = inputs.count
    if kappa is not None:
        return model.almgren_chriss(1.0, count, step_min(inputs), kappa)
    if inputs.schedule == "twap":
        return model.twap(1.0, count)
    usual = {"front": FRONT_RATIO, "back": 1 / FRONT_RATIO, "ladder": 1.0}[inputs.schedule]
    return model.geometric(1.0, count, usual if inputs.ratio is None else inputs.ratio)


def taking_costs(
    inputs: Inputs, priced: Sequence[Quote], side: Side, sizes: Array, market: Market,
    reference: float,
) -> Costs:  # fmt: skip
    """Expected costs of slices of shape (V, K) that take: touch and fee, and the impact.

    The impact is what the form's eta says, else what each slice walks into a book that has
    refilled; beyond the visible book the last price is thought to hold.
    """
    per_venue = sizes.sum(axis=1)
    placed = float(np.sum(per_venue))
    if placed == 0:
        return Costs(None, None, (None,) * len(priced))
    touches = np.array([quote.touch(side) * quote.quote_usd for quote in priced])
    fees = per_venue * touches * np.array([quote.fees.taker for quote in priced])
    fixed = side.sign * (touches - reference) * per_venue + fees
    if inputs.eta is None:
        impact = _impact_usd(priced, side, sizes)
        impact += 0.5 * market.gamma * placed * per_venue
    else:
        whole = model.expected_cost_usd(
            sizes.sum(axis=0), market.eta, market.gamma, step_min(inputs), 0.0
        )
        impact = whole * per_venue / placed
    parts = fixed + impact
    return Costs(float(np.sum(parts)), float(np.sum(fees)), tuple(parts.tolist()))


def resting_costs(
    priced: Sequence[Quote], side: Side, legs: Sequence[Leg], reference: float, notes: Notes
) -> Costs:
    """Costs of a ladder that is filled to its last rung, with maker fees; usually below 0."""
    parts: list[float | None] = []
    fees: list[float | None] = []
    for quote in priced:
        own = [leg for leg in legs if leg.venue == quote.venue and leg.limit is not None]
        worth = sum(leg.size * (leg.limit or 0.0) for leg in own) * quote.quote_usd
        base = sum(leg.size for leg in own)
        maker = quote.fees.maker
        if own and maker is None:
            notes.lack(f"{quote.venue}: maker fee not known, and so not the cost of the ladder")
        fee = None if maker is None and own else worth * (maker or 0.0)
        fees.append(fee)
        parts.append(None if fee is None else side.sign * (worth - base * reference) + fee)
    return Costs(_sum(parts), _sum(fees), tuple(parts)) if legs else Costs(None, None, tuple(parts))


def shortfall_sd(inputs: Inputs, slices: Array, market: Market) -> float:
    """Sd of the shortfall in USD; of a ladder nothing is sure to trade before the horizon ends."""
    if inputs.schedule == "ladder":
        return market.sigma * math.sqrt(inputs.horizon_min) * float(np.sum(slices))
    return model.shortfall_sd_usd(slices, market.sigma, step_min(inputs))


def note_short_books(
    inputs: Inputs, priced: Sequence[Quote], side: Side, sizes: Array, notes: Notes
) -> None:
    """Warns of slices that are larger than what a venue shows now."""
    for quote, row in zip(priced, sizes, strict=True):
        held, largest = float(np.sum(quote.columns(side)[1])), float(np.max(row))
        if largest > held and inputs.schedule != "ladder":
            say = notes.lack if inputs.eta is None else notes.warn
            say(
                f"{quote.venue}: its largest slice of {base_words(largest)} is more than the "
                f"{base_words(held)} that it shows"
            )


def _impact_usd(priced: Sequence[Quote], side: Side, sizes: Array) -> Array:
    """What slices of shape (V, K) pay beyond the touch, fees on that included, USD a venue."""
    paid = np.zeros(len(priced))
    for v, (quote, row) in enumerate(zip(priced, sizes, strict=True)):
        prices, held = quote.columns(side)
        worse = side.sign * (prices - prices[0])
        ends = np.concatenate(([0.0], np.cumsum(held)))
        costs = np.concatenate(([0.0], np.cumsum(worse * held)))
        beyond = np.maximum(row - ends[-1], 0.0) * worse[-1]
        rate = (1 + side.sign * (quote.fees.taker or 0.0)) * quote.quote_usd
        paid[v] = float(np.sum(np.interp(row, ends, costs) + beyond)) * rate
    return paid


def _realised_sigma(priced: Sequence[Quote]) -> float | None:
    """USD per sqrt(min) of the mid with the most history; None without enough of it."""
    best, most = None, MIN_SAMPLES - 1
    for quote in priced:
        at, mids = quote.market.mids.read()
        known = np.isfinite(mids)
        if int(known.sum()) > most:
            moves, gaps = np.diff(mids[known]), np.diff(at[known])
            minutes = float(np.sum(gaps)) / NS_PER_S / 60
            best = math.sqrt(float(np.dot(moves, moves)) / minutes) * quote.quote_usd
            most = int(known.sum())
    return best or None


def _sum(parts: Sequence[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None
