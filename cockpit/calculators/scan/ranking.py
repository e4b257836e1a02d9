"""Every pair of every asset, best first: a pure function over columns, fit for a worker.

The model, the costs and the conditions are carry's; what is searched or said one pair at a time is
asked of its functions, and only of pairs that are not ruled out before. Pairs of a market that is
stale, down or unknown say so and come last, whatever they would pay.
"""

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Final, NamedTuple

import msgspec
import numpy as np

from cockpit.analytics.funding import carry as model
from cockpit.analytics.funding.carry import Carry, Spread
from cockpit.analytics.funding.pair_payments import Leg, covering_hour, pair_of
from cockpit.analytics.funding.payments import PaidHours
from cockpit.calculators.carry.calculator import QUANTILE
from cockpit.calculators.carry.gates import basis_words, depth_words
from cockpit.calculators.carry.sides import formula_funding
from cockpit.calculators.common.premiums import venue_formula
from cockpit.calculators.scan.columns import Columns, Floats, Ints, columns_of, pairs_of
from cockpit.calculators.scan.covering import covering_hours
from cockpit.calculators.scan.day_past import basis_range_bps, turned_range_bps
from cockpit.calculators.scan.hold import (
    expected_frac,
    has_forecast,
    never_covers,
    odds_of,
    paths_of,
    sd_frac,
)
from cockpit.calculators.scan.listed import listed_markets
from cockpit.calculators.scan.listing import Listing, ScanInputs
from cockpit.calculators.scan.ranked import (
    COST_BASES,
    FIGURES,
    FITS,
    HISTORIES,
    NOTHING,
    REALISED,
    RankedPairs,
    places_in,
)
from cockpit.calculators.scan.spread_past import Past, past_of
from cockpit.core.units import HOURS_PER_YEAR

_CONSERVATIVE: Final = NormalDist().inv_cdf(QUANTILE)
BASIS_RANGE: Final = ("basis_low_bps", "basis_high_bps")
_NEVER: Final = "never breaks even"


class ScanJob(msgspec.Struct, frozen=True, kw_only=True):
    """What a ranking needs, in one value that can travel to another process."""

    listings: tuple[Listing, ...]
    inputs: ScanInputs
    at_ns: int


class _Money(NamedTuple):
    """One entry a pair, all (m,), NaN is not known: fractions of notional, and USD."""

    cost: Floats
    expected: Floats
    sd: Floats
    odds: Floats
    net_usd: Floats
    capital_usd: Floats
    apr: Floats


class _Pairs(NamedTuple):
    """Indices into the listings, (m,), and what is known of each pair before any money."""

    long: Ints
    short: Ints
    spread: Floats
    past: Past
    history: Ints
    basis: Floats
    """(m, 2), the lowest and the highest of the day before, in bps."""


def rank(job: ScanJob) -> RankedPairs:
    """Every pair once, in the direction that receives now, best net first."""
    columns = columns_of(job.listings, job.at_ns, job.inputs.hold_h)
    long, short = pairs_of(job.listings, columns.hourly)
    spread = model.spreads_hourly(columns.hourly[long], columns.hourly[short])
    past = past_of([one.paid for one in job.listings], long, short, spread, job.at_ns)
    codes = _codes([one.history for one in job.listings], HISTORIES)
    worse = np.maximum(codes[long], codes[short])
    history = np.where(np.isnan(past.sign_share), NOTHING, worse)
    basis = basis_range_bps([one.day_prices for one in job.listings], long, short)
    pairs = _Pairs(long, short, spread, past, history, basis)
    money = _money(job.inputs, columns, pairs)
    is_sound = columns.is_sound[long] & columns.is_sound[short]
    order = np.lexsort(
        (-np.nan_to_num(spread), -np.nan_to_num(money.net_usd), np.isnan(money.net_usd), ~is_sound)
    )
    by_formula = _ByFormula(job, columns)
    ranked = _ranked(job, columns, pairs, money, by_formula.usd, order)
    listed = listed_markets(job.listings, columns, job.at_ns)
    return msgspec.structs.replace(ranked, listed=listed)


def renew(pairs: RankedPairs, places: Sequence[int], job: ScanJob) -> RankedPairs:
    """These pairs with the figures of now, in that order, two listings of `job` each.

    What was paid in the past is as it was ranked: it changes by the hour.
    """
    some = np.array(places, dtype=np.int64)
    columns = columns_of(job.listings, job.at_ns, job.inputs.hold_h)
    first = 2 * np.arange(some.size)
    hourly = columns.hourly
    # A comparison with NaN is False: then the direction stays.
    is_turned = hourly[first + 1] < hourly[first]
    long, short = np.where(is_turned, first + 1, first), np.where(is_turned, first, first + 1)
    sign = np.where(is_turned, -1.0, 1.0)
    fits = {name: pairs.fits[some, place] for place, name in enumerate(FITS)}
    share = pairs.figure("sign_share")[some]
    past = Past(
        phi=fits["phi"],
        mean=fits["mean"] * sign,
        sigma=fits["sigma"],
        level=fits["level"],
        means=np.column_stack([pairs.figure(name)[some] for name in REALISED]) * sign[:, None],
        sign_share=np.where(is_turned, 1.0 - share, share),
        sign_h=np.where(is_turned, np.nan, pairs.figure("sign_h")[some]),
    )
    basis = np.column_stack([pairs.figure(name)[some] for name in BASIS_RANGE])
    basis = np.where(is_turned[:, None], turned_range_bps(basis), basis)
    spread = model.spreads_hourly(hourly[long], hourly[short])
    renewed = _Pairs(long, short, spread, past, pairs.history[some], basis)
    money = _money(job.inputs, columns, renewed)
    formula_usd = fits["formula_usd"] * sign
    return _ranked(
        job, columns, renewed, money,
        lambda i, j, place: known(formula_usd[place]), np.arange(some.size),
    )  # fmt: skip


FormulaUsd = Callable[[int, int, int], float | None]
"""What the venues' own formulas pay to a pair of listings, at its place; None is not known."""


def _ranked(
    job: ScanJob, columns: Columns, pairs: _Pairs, money: _Money, formula_usd: FormulaUsd,
    order: Ints,
) -> RankedPairs:  # fmt: skip
    count = pairs.long.size
    paths = paths_of(columns, pairs.long, pairs.short, pairs.past)
    never = never_covers(columns, pairs.long, pairs.short, paths, money.cost)
    formulas = np.full(count, np.nan)
    # The bound knows of no forecast.
    never &= ~has_forecast(columns, pairs.long, pairs.short)
    wanted = ~np.isnan(money.net_usd) & ~never
    found = covering_hours(columns, pairs.long, pairs.short, paths, money.cost, wanted)
    hours = found.hours
    words = _Words(job, money)
    gates: list[str | None] = []
    for place, (i, j) in enumerate(zip(pairs.long.tolist(), pairs.short.tolist(), strict=True)):
        if found.is_open[place]:
            one = _covering(job, i, j, pairs, place, float(money.cost[place]))
            hours[place] = math.nan if one is None else one
        hour = None if math.isnan(hours[place]) else int(hours[place])
        gate = words.of(i, j, place, hour, is_never=bool(never[place]))
        if gate is None:
            # Looked at last: it is the dearest to compute, and few pairs come so far.
            usd = formula_usd(i, j, place)
            formulas[place] = math.nan if usd is None else usd
            gate = words.of_formula(place, hour, usd)
        gates.append(gate)
    figures = _figures(job.inputs, columns, pairs, money, hours)
    past = pairs.past
    fits = np.column_stack((past.phi, past.mean, past.sigma, past.level, formulas))
    return _together(job, columns, pairs, figures, fits, gates, order)


def _money(inputs: ScanInputs, columns: Columns, pairs: _Pairs) -> _Money:
    usd, long, short, past = inputs.usd, pairs.long, pairs.short, pairs.past
    paths = paths_of(columns, long, short, past)
    prices = columns.price[long], columns.price[short]
    size = usd / ((prices[0] + prices[1]) / 2)
    trades = columns.buy + columns.sell
    cost = (trades[long] * prices[0] + trades[short] * prices[1]) * size / usd
    expected = expected_frac(columns, long, short, paths)
    sd = sd_frac(columns, long, short, past)
    net = usd * expected - usd * cost
    capital = usd * (columns.initial[long] + columns.initial[short] + 2 * inputs.buffer_frac)
    with np.errstate(divide="ignore", invalid="ignore"):
        apr = np.where(capital > 0, net / capital * HOURS_PER_YEAR / inputs.hold_h, np.nan)
    return _Money(cost, expected, sd, odds_of(cost, expected, sd), net, capital, apr)


def _covering(job: ScanJob, i: int, j: int, pairs: _Pairs, place: int, cost: float) -> int | None:
    """The hour at whose end the payments cover the cost, as carry finds it."""
    long, short = job.listings[i], job.listings[j]
    if long.clock is None or short.clock is None or long.hourly is None or short.hourly is None:
        return None
    past = pairs.past
    run = Spread(float(pairs.spread[place]), float(past.mean[place]), float(past.phi[place]), None)
    pair = pair_of(
        Leg(long.clock, long.hourly, long.cap_hourly, long.ahead_hourly),
        Leg(short.clock, short.hourly, short.cap_hourly, short.ahead_hourly),
        run,
        known(past.level[place]),
        job.at_ns,
    )
    return covering_hour(pair, cost)


class _Words:
    """The first condition of a pair that fails, in carry's words and carry's order."""

    def __init__(self, job: ScanJob, money: _Money) -> None:
        self._job = job
        self._money = money

    def of(self, i: int, j: int, place: int, hour: int | None, *, is_never: bool) -> str | None:
        long, short = self._job.listings[i], self._job.listings[j]
        inputs, money = self._job.inputs, self._money
        for leg in (long, short):
            if leg.gate is not None:
                return leg.gate
        known = [(leg.depth_x, leg.venue) for leg in (long, short) if leg.depth_x is not None]
        if long.price_usd is None or short.price_usd is None:
            return "price unknown"
        if known:
            share, venue = min(known)
            if share < inputs.min_depth:
                size = inputs.usd / ((long.price_usd + short.price_usd) / 2)
                return depth_words(venue, share, size)
        basis_bps = abs(long.price_usd / short.price_usd - 1) * 1e4
        if basis_bps > inputs.max_basis_bps:
            return basis_words(basis_bps, inputs.max_basis_bps)
        if math.isnan(money.net_usd[place]):
            return "cost unknown"
        if is_never:
            return _NEVER
        carry = self._carry(place, hour)
        gates = model.gates(carry, inputs.hold_h, inputs.min_probability, inputs.min_apr)
        return model.first_closed(gates)

    def _carry(self, place: int, hour: int | None) -> Carry:
        money, usd = self._money, self._job.inputs.usd
        cost, expected = float(money.cost[place]), float(money.expected[place])
        low = usd * (expected + _CONSERVATIVE * float(money.sd[place]))
        return Carry(
            cost_frac=cost,
            cost_usd=usd * cost,
            expected_funding_usd=usd * expected,
            conservative_usd=known(low),
            net_usd=float(money.net_usd[place]),
            breakeven_h=hour,
            breakeven_probability=known(money.odds[place]),
            return_apr=known(money.apr[place]),
        )

    def of_formula(self, place: int, hour: int | None, usd: float | None) -> str | None:
        return model.first_closed((model.formula_gate(self._carry(place, hour), usd),))


class _ByFormula:
    """What the clamps of the venues' own formulas let a hold be paid, a listing at a time."""

    def __init__(self, job: ScanJob, columns: Columns) -> None:
        self._job = job
        self._columns = columns
        self._paid: dict[int, float | None] = {}

    def usd(self, i: int, j: int, _: int) -> float | None:
        long, short = self._frac(i), self._frac(j)
        return None if long is None or short is None else self._job.inputs.usd * (short - long)

    def _frac(self, place: int) -> float | None:
        if place not in self._paid:
            listing, columns = self._job.listings[place], self._columns
            paid = None
            if listing.clock is not None and listing.hourly is not None and listing.terms:
                paid = formula_funding(
                    venue_formula(listing.terms, listing.clock.interval_s, listing.cap_hourly),
                    listing.hourly,
                    listing.paid.rates,
                    PaidHours(float(columns.begin[place]), float(columns.end[place])),
                )
            self._paid[place] = paid
        return self._paid[place]


def _figures(
    inputs: ScanInputs, columns: Columns, pairs: _Pairs, money: _Money, hours: Floats
) -> Floats:
    """The columns of `FIGURES`, (m, n)."""
    prices, long, short, past = columns.price, pairs.long, pairs.short, pairs.past
    interest = np.minimum(columns.interest[long], columns.interest[short])
    is_fitted = np.isfinite(past.sigma) & (past.phi > 0)
    half_life = math.log(0.5) / np.log(np.where(is_fitted, past.phi, 0.5))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(interest > 0, inputs.usd / interest, np.nan)
    return np.column_stack((
        pairs.spread, money.expected / inputs.hold_h, past.means, past.sign_share, past.sign_h,
        np.where(is_fitted, half_life, np.nan), money.cost * 1e4, money.net_usd, money.apr, hours,
        money.odds, np.minimum(columns.depth[long], columns.depth[short]), interest, share,
        np.minimum(columns.volume[long], columns.volume[short]),
        (prices[short] / prices[long] - 1) * 1e4, pairs.basis, columns.interval_s[long],
        columns.interval_s[short],
    ))  # fmt: skip


def _together(
    job: ScanJob, columns: Columns, pairs: _Pairs, figures: Floats, fits: Floats,
    gates: list[str | None], order: Ints,
) -> RankedPairs:  # fmt: skip
    long, short = pairs.long, pairs.short
    is_sound = columns.is_sound[long] & columns.is_sound[short]
    symbols, symbol = places_in([one.asset for one in job.listings])
    venues, venue = places_in([one.venue for one in job.listings])
    quotes, quote = places_in([one.quote for one in job.listings])
    words, gate = places_in(gates)
    bases = _codes([one.cost_basis for one in job.listings], COST_BASES)
    has_cost = ~np.isnan(figures[:, FIGURES.index("cost_bps")])
    # In the order from the better to the worse: a pair is as good as its worse leg.
    basis = np.where(has_cost, np.maximum(bases[long], bases[short]), NOTHING)
    return RankedPairs(
        at_ns=job.at_ns,
        inputs=job.inputs,
        symbols=symbols,
        venues=venues,
        quotes=quotes,
        gates=words,
        symbol=symbol[long][order],
        long=venue[long][order],
        short=venue[short][order],
        quote=np.column_stack((quote[long], quote[short]))[order],
        gate=gate[order],
        cost_basis=basis[order],
        history=pairs.history[order],
        is_sound=is_sound[order],
        figures=figures[order],
        fits=fits[order],
    )


def _codes(values: Sequence[str | None], names: Sequence[str]) -> Ints:
    known = {name: place for place, name in enumerate(names)}
    return np.array([NOTHING if x is None else known[x] for x in values], dtype=np.int64)


def known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
