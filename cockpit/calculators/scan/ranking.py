"""Every pair of every asset, best first: a pure function over columns, fit for a worker.

The model, the costs and the conditions are carry's; what is searched or said one pair at a time is
asked of its functions, and only of pairs that are not ruled out before. Pairs of a market that is
stale, down or unknown say so and come last, whatever they would pay.
"""

import math
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
from cockpit.calculators.scan.hold import (
    Paths,
    expected_frac,
    never_covers,
    odds_of,
    paths_of,
    sd_frac,
)
from cockpit.calculators.scan.listing import CostBasis, Listing, Realised, Row, ScanInputs
from cockpit.calculators.scan.spread_past import Past, past_of
from cockpit.core.units import HOURS_PER_YEAR

_WORST: Final[tuple[CostBasis, ...]] = ("tier", "touch", "book")
_CONSERVATIVE: Final = NormalDist().inv_cdf(QUANTILE)
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


def rank(job: ScanJob) -> list[Row]:
    """Every pair once, in the direction that receives now, best net first."""
    listings, inputs = job.listings, job.inputs
    columns = columns_of(listings, job.at_ns, inputs.hold_h)
    long, short = pairs_of(listings, columns.hourly)
    if not long.size:
        return []
    spread = columns.hourly[short] - columns.hourly[long]
    past = past_of([one.paid for one in listings], long, short, spread, job.at_ns)
    paths = paths_of(columns, long, short, past)
    money = _money(inputs, columns, long, short, past, paths)
    is_sound = columns.is_sound[long] & columns.is_sound[short]
    never = never_covers(columns, long, short, paths, money.cost)
    words = _Words(job, columns, past, money)
    order = np.lexsort(
        (-np.nan_to_num(spread), -np.nan_to_num(money.net_usd), np.isnan(money.net_usd), ~is_sound)
    )
    figures = _Figures(job, columns, long, short, spread, past, money)
    rows = []
    for place in order.tolist():
        i, j = int(long[place]), int(short[place])
        hour = None
        is_priced = not math.isnan(money.net_usd[place])
        if is_priced and not never[place]:
            hour = _covering(job, i, j, float(spread[place]), past, place, float(money.cost[place]))
        gate = words.of(i, j, place, hour, is_never=bool(never[place]))
        rows.append(figures.row(place, i, j, hour, gate))
    return rows


def _money(
    inputs: ScanInputs, columns: Columns, long: Ints, short: Ints, past: Past, paths: Paths
) -> _Money:
    usd = inputs.usd
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


def _covering(
    job: ScanJob, i: int, j: int, spread: float, past: Past, place: int, cost: float
) -> int | None:
    """The hour at whose end the payments cover the cost, as carry finds it."""
    long, short = job.listings[i], job.listings[j]
    if long.clock is None or short.clock is None or long.hourly is None or short.hourly is None:
        return None
    level = None
    if long.paid.level is not None and short.paid.level is not None:
        level = (long.paid.level + short.paid.level) / 2
    pair = pair_of(
        Leg(long.clock, long.hourly, long.cap_hourly),
        Leg(short.clock, short.hourly, short.cap_hourly),
        Spread(spread, float(past.mean[place]), float(past.phi[place]), None),
        level,
        job.at_ns,
    )
    return covering_hour(pair, cost)


class _Words:
    """The first condition of a pair that fails, in carry's words and carry's order."""

    def __init__(self, job: ScanJob, columns: Columns, past: Past, money: _Money) -> None:
        self._job = job
        self._columns = columns
        self._money = money
        self._formula: dict[int, float | None] = {}

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
        return model.first_closed(gates) or self._formula_words(carry, i, j)

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

    def _formula_words(self, carry: Carry, i: int, j: int) -> str | None:
        """Looked at last: it is the dearest to compute, and few pairs come so far."""
        long, short = self._by_formula(i), self._by_formula(j)
        usd = None
        if long is not None and short is not None:
            usd = self._job.inputs.usd * (short - long)
        return model.first_closed((model.formula_gate(carry, usd),))

    def _by_formula(self, place: int) -> float | None:
        if place not in self._formula:
            listing, columns = self._job.listings[place], self._columns
            paid = None
            if listing.clock is not None and listing.hourly is not None and listing.terms:
                paid = formula_funding(
                    venue_formula(listing.terms, listing.clock.interval_s, listing.cap_hourly),
                    listing.hourly,
                    listing.paid.rates,
                    PaidHours(float(columns.begin[place]), float(columns.end[place])),
                )
            self._formula[place] = paid
        return self._formula[place]


class _Figures:
    """The columns of one pair as a row: plain numbers, None for what is not known."""

    def __init__(
        self, job: ScanJob, columns: Columns, long: Ints, short: Ints, spread: Floats, past: Past,
        money: _Money,
    ) -> None:  # fmt: skip
        inputs, prices = job.inputs, columns.price
        self._listings = job.listings
        depth = np.minimum(columns.depth[long], columns.depth[short])
        interest = np.minimum(columns.interest[long], columns.interest[short])
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(interest > 0, inputs.usd / interest, np.nan)
        is_fitted = np.isfinite(past.sigma) & (past.phi > 0)
        half_life = np.where(is_fitted, math.log(0.5) / np.log(np.where(is_fitted, past.phi, 0.5)),
                             np.nan)  # fmt: skip
        self._rows = [
            [known(value) for value in row]
            for row in np.column_stack((
                spread, money.expected / inputs.hold_h, money.cost * 1e4, money.net_usd, money.apr,
                money.odds, depth, interest, share,
                np.minimum(columns.volume[long], columns.volume[short]),
                (prices[short] / prices[long] - 1) * 1e4, half_life, past.sign_share, past.sign_h,
                past.means,
            )).tolist()
        ]  # fmt: skip

    def row(self, place: int, i: int, j: int, hour: int | None, gate: str | None) -> Row:
        long, short = self._listings[i], self._listings[j]
        (spread, expected, cost, net, apr, odds, depth, interest, share, volume, basis,
         half_life, sign_share, sign_h, d1, d3, d7, d30) = self._rows[place]  # fmt: skip
        has_past = sign_share is not None
        is_kept = long.history == "kept" and short.history == "kept"
        return Row(
            symbol=long.asset,
            long_venue=long.venue,
            short_venue=short.venue,
            spread_hourly=spread,
            expected_hourly=expected,
            realised=Realised(d1=d1, d3=d3, d7=d7, d30=d30),
            sign_share=sign_share,
            sign_h=None if sign_h is None else int(sign_h),
            half_life_h=half_life,
            history=("kept" if is_kept else "fetched") if has_past else None,
            cost_bps=cost,
            cost_basis=None if cost is None else worst_basis(long, short),
            net_usd=net,
            net_apr=apr,
            breakeven_h=hour,
            odds=odds,
            depth_x=depth,
            oi_usd=interest,
            oi_share=share,
            volume_24h_usd=volume,
            basis_bps=basis,
            long_interval_s=None if long.clock is None else long.clock.interval_s,
            short_interval_s=None if short.clock is None else short.clock.interval_s,
            gate=gate,
        )


def worst_basis(long: Listing, short: Listing) -> CostBasis | None:
    """The less certain of the two legs'."""
    found = {long.cost_basis, short.cost_basis}
    return next((basis for basis in _WORST if basis in found), None)


def known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
