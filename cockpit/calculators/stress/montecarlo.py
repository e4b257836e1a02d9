"""Random futures of a stress book: the model that is made of it, and what its outcomes say.

A `Job` is plain data, so that another process can run it; `simulate_job` reports how far it is and
can be stopped. The same job gives the same figures.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from cockpit.analytics.execution.depth import mid_price, walk
from cockpit.analytics.funding.rates import Formula
from cockpit.analytics.risk import tail_risk
from cockpit.analytics.risk.montecarlo import Paths, simulate
from cockpit.analytics.risk.montecarlo_model import (
    Grid,
    Market,
    PremiumModel,
    PriceModel,
    SimLeg,
    VenueModel,
)
from cockpit.analytics.risk.montecarlo_unrest import Squeeze, Unrest
from cockpit.analytics.risk.stress import StressLeg
from cockpit.calculators.common.holdings import Held, known
from cockpit.calculators.common.market_data import Notes, Settings
from cockpit.calculators.common.premiums import (
    HALF_LIFE_H,
    premium_of,
    usual_premium,
    venue_formula,
)
from cockpit.calculators.stress.book import StressBook
from cockpit.core.assumptions import Assumption
from cockpit.core.units import HOUR_S, NS_PER_S, next_boundary_ns
from cockpit.portfolio.margin_rules import MarginRules

BINS, TAIL = 80, 0.004
"""Bins of the histogram, and the share of outcomes beyond its mass at either end."""
CHUNK = 2_000
"""Paths held in memory at once."""
CORRELATION = 0.7
"""Of two coins, unless everything moves as one."""
JUMPS_ANNUAL, JUMP_MEAN, JUMP_SD, JUMP_EXCITATION, JUMP_DECAY_H = 20.0, -0.01, 0.03, 0.6, 1.0
"""Each jump brings 0.6 others: fifty a year in all."""
PREMIUM_WITH_PRICE, PREMIUM_COMMON = 0.3, 0.5
OUTAGES_PER_DAY, OUTAGE_MEDIAN_S, OUTAGE_LOG_SD = 1 / 30, 600.0, 1.0
ASSUMED_SLIPPAGE = 0.001
GAP_SD, GAP_HALF_LIFE_H, GAP_COMMON = 3e-4, 1 / 12, 0.3
"""Of each venue's mark around the index: an estimate, no venue publishes it."""
SQUEEZE = Squeeze(
    begins_per_h=1 / 240,
    ends_per_h=1 / 2,
    sigma_multiple=3.0,
    gap_multiple=15.0,
    premium_multiple=3.0,
    premium_shift=2e-3,
    premium_half_life_h=4.0,
    slippage_multiple=5.0,
)
"""An estimate of days such as 10 October 2025."""
WITHDRAWAL = 1.0


class Job(NamedTuple):
    """One run: `venues` (V,) and `symbols` (A,) are names."""

    market: Market
    grid: Grid
    band_usd: float
    seed: int
    venues: tuple[str, ...]
    symbols: tuple[str, ...]


class HistogramValues(msgspec.Struct, frozen=True, kw_only=True):
    """`counts` (k,) between `edges` (k + 1,) in USD; the first and the last bin are the tails."""

    edges: list[float]
    counts: list[int]


class WorstPathValues(msgspec.Struct, frozen=True, kw_only=True):
    """The future with the largest loss, a value a step from now on."""

    step_s: float
    price: dict[str, list[float]]
    equity_usd: dict[str, list[float | None]]
    unhedged_usd: list[float]


class MonteCarloValues(msgspec.Struct, frozen=True, kw_only=True):
    """VaR and ES are losses; `se` has the standard error of each figure.

    `p_liquidation` is by venue and for `any` of them, null where margin is not known.
    `max_unhedged_usd` is the largest of all futures, `unhedged_p95_usd` that of 19 in 20.
    `parts_usd` splits the mean; its liquidation is null, and not whole in the mean, where margin is
    not known.
    """

    paths: int
    seed: int
    mean_usd: float | None
    sd_usd: float | None
    var95_usd: float | None
    var99_usd: float | None
    es95_usd: float | None
    es99_usd: float | None
    se: dict[str, float | None]
    parts_usd: dict[str, float | None]
    p_liquidation: dict[str, float | None]
    max_unhedged_usd: float | None
    unhedged_p95_usd: float | None
    p_stays_open: float | None
    histogram: HistogramValues
    worst_path: WorstPathValues


class Asked(NamedTuple):
    """What a form says of its futures. `has_unrest` lets venues stray, squeezes come and books
    thin out."""

    sigma_annual: float
    is_correlated: bool
    has_unrest: bool
    paths: int
    steps: int
    horizon_h: float
    seed: int
    band_usd: float


def job_of(book: StressBook, asked: Asked, settings: Settings, notes: Notes) -> Job:
    """What the futures of a book are drawn from; the assumptions are noted."""
    symbols = tuple(dict.fromkeys(leg.asset for leg in book.held.legs))
    count, venues = len(symbols), len(book.venues)
    off = 1.0 if asked.is_correlated else CORRELATION
    prices = np.array([_reference(book.held.legs, symbol) for symbol in symbols])
    market = Market(
        legs=[_sim_leg(book, i, settings, notes) for i in range(len(book.legs))],
        prices=PriceModel(
            price=prices,
            drift_annual=np.zeros(count),
            sigma_annual=np.full(count, asked.sigma_annual),
            correlation=np.full((count, count), off) + (1 - off) * np.eye(count),
            jump_rate_annual=JUMPS_ANNUAL,
            jump_mean=np.full(count, JUMP_MEAN),
            jump_sd=np.full(count, JUMP_SD),
            jump_excitation=JUMP_EXCITATION,
            jump_decay_h=JUMP_DECAY_H,
        ),
        premiums=_premiums(book, settings, notes),
        venues=VenueModel(
            equity_usd=book.equity_usd,
            outages_per_day=np.full(venues, OUTAGES_PER_DAY),
            outage_median_s=np.full(venues, OUTAGE_MEDIAN_S),
            outage_log_sd=np.full(venues, OUTAGE_LOG_SD),
            fill_delay_s=book.delay_s,
        ),
        unrest=_unrest(venues) if asked.has_unrest else None,
    )
    futures = (
        f"volatility {asked.sigma_annual:g} a year, correlation {off:g}, fifty jumps a "
        "year of −1 % ± 3 % that come in clusters, premiums that halve in 13.5 h, an outage a month"
    )
    notes.assume(Assumption(place="futures", what=futures))
    if asked.has_unrest:
        unrest = (
            "venues stray 3 bps from the index, halving in 5 min; in ten days a squeeze "
            "of two hours has 3 times the volatility within the same total, strays 15 times as "
            "wide, premiums 20 bps higher and slippage 5 times as dear"
        )
        notes.assume(Assumption(place="futures", what=unrest))
    step_s = asked.horizon_h * HOUR_S / asked.steps
    grid = Grid(asked.paths, asked.steps, step_s, CHUNK, True)
    return Job(market, grid, asked.band_usd, asked.seed, tuple(_names(book)), symbols)


def _unrest(venues: int) -> Unrest:
    return Unrest(
        gap_sd=np.full(venues, GAP_SD),
        gap_half_life_h=GAP_HALF_LIFE_H,
        gap_common_share=GAP_COMMON,
        squeeze=SQUEEZE,
        withdrawal=WITHDRAWAL,
    )


def simulate_job(job: Job, keep_going: Callable[[int, int], bool]) -> MonteCarloValues:
    """Run it; `keep_going(done, asked)` is called after each chunk and may say no."""
    rng = np.random.default_rng(job.seed)
    paths = simulate(job.market, job.grid, job.band_usd, rng, keep_going)
    pnl = paths.pnl_usd
    mean, sd = tail_risk.mean(pnl), tail_risk.standard_deviation(pnl)
    tails = {level: tail_risk.tail(pnl, level / 100) for level in (95, 99)}
    figures = {"mean_usd": mean, "sd_usd": sd}
    for level, tail in tails.items():
        figures |= {f"var{level}_usd": tail.var, f"es{level}_usd": tail.es}
    chances = _chances(job, paths)
    errors = {name: known(figure.se) for name, figure in figures.items()}
    errors |= {f"p_liquidation.{name}": known(chance.se) for name, chance in chances.items()}
    names = ("price", "funding", "fees", "slippage", "liquidation")
    parts = {name: known(float(np.mean(part))) for name, part in zip(names, paths[:5], strict=True)}
    if not np.all(paths.knows_margin):
        parts["liquidation"] = None
    bars = tail_risk.histogram(pnl, BINS, TAIL)
    return MonteCarloValues(
        paths=len(pnl),
        seed=job.seed,
        **{name: known(figure.value) for name, figure in figures.items()},
        se=errors,
        parts_usd=parts,
        p_liquidation={name: known(chance.value) for name, chance in chances.items()},
        max_unhedged_usd=known(float(np.max(paths.max_unhedged_usd))),
        unhedged_p95_usd=known(float(np.quantile(paths.max_unhedged_usd, 0.95))),
        p_stays_open=known(float(np.mean(np.isinf(paths.flat_s)))),
        histogram=HistogramValues(edges=bars.edges.tolist(), counts=bars.counts.tolist()),
        worst_path=_worst(job, paths),
    )


def _chances(job: Job, paths: Paths) -> dict[str, tail_risk.Estimate]:
    """By venue, and for any; not known where maintenance or equity is not."""
    unknown = tail_risk.Estimate(math.nan, math.nan)
    found = {
        name: tail_risk.probability(paths.liquidated[:, v]) if paths.knows_margin[v] else unknown
        for v, name in enumerate(job.venues)
    }
    together = tail_risk.probability(np.any(paths.liquidated, axis=1))
    return {**found, "any": together if bool(np.all(paths.knows_margin)) else unknown}


def _worst(job: Job, paths: Paths) -> WorstPathValues:
    worst = paths.worst
    return WorstPathValues(
        step_s=job.grid.step_s,
        price={name: worst.price[:, a].tolist() for a, name in enumerate(job.symbols)},
        equity_usd={
            name: [known(usd) for usd in worst.equity_usd[:, v].tolist()]
            for v, name in enumerate(job.venues)
        },
        unhedged_usd=worst.unhedged_usd.tolist(),
    )


def _names(book: StressBook) -> list[str]:
    """A name for each pool: its venue's, where the venue has only one."""
    return [
        pool.venue if book.venues.count(pool.venue) == 1 else pool.name for pool in book.held.pools
    ]


def _reference(legs: Sequence[Held], symbol: str) -> float:
    return next(leg.reference for leg in legs if leg.asset == symbol)


def _sim_leg(book: StressBook, i: int, settings: Settings, notes: Notes) -> SimLeg:
    held, leg, filled = book.held.legs[i], book.legs[i], float(book.filled[i])
    formula = formula_of(held, settings)
    rate = held.market.rate() if held.market else None
    next_ns = rate.next_ns if rate else None
    if next_ns is None or next_ns <= settings.now_ns:
        next_ns = next_boundary_ns(settings.now_ns, formula.interval_s)
    slippage = _slippage(leg)
    if math.isnan(slippage):
        slippage = ASSUMED_SLIPPAGE
        notes.assume(
            Assumption(place=held.name, what="no book", why="slippage of 10 bps in the futures")
        )
    return SimLeg(
        venue=leg.venue,
        asset=leg.asset,
        size=leg.size * filled,
        open=leg.size * (1 - filled),
        formula=formula,
        first_funding_s=(next_ns - settings.now_ns) / NS_PER_S,
        tiers=leg.tiers,
        taker_fee_frac=leg.taker_fee_frac,
        slippage_frac=slippage,
        liquidation_fee_frac=leg.liquidation_fee_frac,
    )


def formula_of(held: Held, settings: Settings) -> Formula:
    """The formula that a position's funding is paid by."""
    rate = held.market.rate() if held.market else None
    interval_s = rate.interval_s if rate else HOUR_S
    return venue_formula(
        settings.funding_terms.get(held.venue), interval_s, held.funding_cap_hourly
    )


def _premiums(book: StressBook, settings: Settings, notes: Notes) -> PremiumModel:
    rules = MarginRules(settings.own_margins)
    legs = book.held.legs
    now, mean, sd, share = np.zeros((4, len(legs)))
    for i, held in enumerate(legs):
        formula = formula_of(held, settings)
        now[i] = premium_of(formula, held.funding_hourly)
        if math.isnan(held.funding_hourly):
            words = "the futures begin at a premium that pays the usual rate"
            notes.assume(Assumption(place=held.name, what=words, why="no rate is known"))
        paid = held.market.settled.hourly()[1] if held.market else np.empty(0)
        mean[i], sd[i] = usual_premium(formula, paid, now[i])
        share[i] = rules.price_of(held.venue) == "mark"
    return PremiumModel(
        now=now,
        mean=mean,
        half_life_h=np.full(len(legs), HALF_LIFE_H),
        stationary_sd=sd,
        price_correlation=np.full(len(legs), PREMIUM_WITH_PRICE),
        common_share=PREMIUM_COMMON,
        mark_share=share,
    )


def _slippage(leg: StressLeg) -> float:
    """What trading the whole leg costs against mid, as a fraction; NaN without a book."""
    mid = mid_price(leg.bids, leg.asks)
    if mid is None or leg.size == 0:
        return math.nan
    vwap = walk(leg.bids if leg.size > 0 else leg.asks, abs(leg.size)).vwap
    return math.nan if vwap is None else abs(vwap / mid - 1)
