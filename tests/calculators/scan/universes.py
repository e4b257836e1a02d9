"""Random universes of listings, and a ranking of them one pair at a time, without columns."""

import itertools
import math
from random import Random

import numpy as np

from cockpit.analytics.funding import carry as model
from cockpit.analytics.funding.pair_payments import Leg, hold_funding, pair_of
from cockpit.analytics.funding.payments import IntervalChange, PaymentClock, paid_hours
from cockpit.calculators.carry.sides import formula_funding
from cockpit.calculators.carry.spread_model import shared_level, spread_model, spread_series
from cockpit.calculators.common.paid_history import NOTHING, Paid
from cockpit.calculators.common.premiums import venue_formula
from cockpit.calculators.scan.listing import NO_PRICES, Listing, ScanInputs
from cockpit.calculators.scan.ranking import ScanJob
from cockpit.core.market import FundingTerms
from cockpit.core.units import HOUR_NS
from tests.support import AT_NS

TERMS = FundingTerms(interest_8h=1e-4, dampener_8h=5e-4)


def universe(seed: int, assets: int = 4, venues: int = 5, quiet: float = 1.0) -> ScanJob:
    """Everything that may be known or not is, now and then. Rates are `quiet` times the usual."""
    rng = Random(seed)
    inputs = ScanInputs(
        usd=rng.choice([1e3, 1e4, 2.5e5]),
        hold_h=rng.choice([1, 7, 24, 72, 200]),
        min_probability=rng.choice([0.3, 0.5]),
        min_apr=rng.choice([0.0, 0.1]),
        max_basis_bps=rng.choice([20.0, 60.0]),
    )
    listings = [
        _listing(rng, f"v{venue}", f"COIN{asset}", quiet)
        for asset in range(assets)
        for venue in range(venues)
        if rng.random() < 0.9
    ]
    return ScanJob(listings=tuple(listings), inputs=inputs, at_ns=AT_NS + rng.randrange(HOUR_NS))


def _listing(rng: Random, venue: str, symbol: str, quiet: float) -> Listing:
    hours = rng.choice([1, 1, 1, 4, 8])
    next_ns = None if rng.random() < 0.2 else AT_NS + rng.randrange(1, hours + 1) * HOUR_NS
    changes: tuple[IntervalChange, ...] = ()
    if next_ns is not None and rng.random() < 0.05:
        changes = (IntervalChange(from_ns=next_ns, interval_s=rng.choice([3600, 14400])),)
    is_rated = rng.random() < 0.95
    fee = rng.choice([1e-6, 1e-5, 2e-4, 5e-4])
    is_priced = rng.random() < 0.95
    basis = rng.choice(["book", "touch", "tier"])
    clock = PaymentClock(interval_s=hours * 3600, next_ns=next_ns, changes=changes)
    return Listing(
        venue=venue,
        symbol=symbol,
        asset=symbol if rng.random() < 0.95 else f"{symbol}@{venue}",
        clock=clock if is_rated else None,
        hourly=rng.gauss(2e-5, 1e-4) * quiet if is_rated else None,
        ahead_hourly=rng.gauss(2e-5, 1e-4) * quiet if rng.random() < 0.3 else None,
        cap_hourly=rng.choice([math.inf, 1e-4]),
        terms=rng.choice([None, TERMS]),
        price_usd=100.0 * (1 + rng.gauss(0, 1e-3)),
        buy_frac=fee + abs(rng.gauss(0, 1e-5)) if is_priced else None,
        sell_frac=fee + abs(rng.gauss(0, 1e-5)) if is_priced else None,
        cost_basis=basis if is_priced else None,
        depth_x=rng.choice([0.4, 3.0, 80.0]) if basis == "book" else None,
        initial_frac=rng.choice([None, 0.02, 0.05]),
        oi_usd=rng.choice([None, 1e5, 3e7]),
        volume_24h_usd=rng.choice([None, 1e6, 3e8]),
        paid=_paid(rng, quiet),
        history=rng.choice(["kept", "fetched"]),
        gate=f"stale 300 s: funding of {venue}" if rng.random() < 0.08 else None,
        day_prices=_day_prices(rng),
        oi_base_day_ago=rng.choice([None, 0.0, 1e3, 4e5]),
    )


def _paid(rng: Random, quiet: float) -> Paid:
    """An AR(1) with gaps, ending some hours ago; nothing, a few hours, or weeks of it."""
    count = rng.choice([0, 12, 100, 400, 720])
    if count == 0:
        return NOTHING
    noise = np.random.default_rng(rng.randrange(1 << 30))
    rates = np.empty(count)
    level, rate = rng.gauss(1e-5, 4e-5), 0.0
    for hour in range(count):
        rate = 0.9 * rate + noise.normal(0.0, 1e-5)
        rates[hour] = (level + rate) * quiet
    rates[noise.random(count) < 0.03] = np.nan
    known = rates[np.isfinite(rates)]
    if not known.size:
        return NOTHING
    mean = float(known.mean())
    first = AT_NS // HOUR_NS - count + 1 - rng.choice([0, 0, 3])
    return Paid(first, rates, mean, mean if known.size >= 24 else None)


def _day_prices(rng: Random) -> np.ndarray:
    """A day of marks; nothing, a few looks, or with gaps."""
    known = rng.choice([0.0, 0.08, 0.6, 1.0])
    if not known:
        return NO_PRICES
    looks = [100.0 * (1 + rng.gauss(0, 2e-3)) for _ in range(97)]
    return np.array([price if rng.random() < known else math.nan for price in looks])


def slow(job: ScanJob) -> list[dict]:
    """Each pair as carry computes it, in plain Python; best first."""
    found = []
    for one, other in itertools.combinations(job.listings, 2):
        if one.asset == other.asset:
            is_turned = None not in (one.hourly, other.hourly) and other.hourly < one.hourly
            found.append(_pair(job, *((other, one) if is_turned else (one, other))))
    return sorted(found, key=_key)


def _key(pair: dict) -> tuple:
    net, spread = pair["net_usd"], pair["spread"]
    return pair["is_unsound"], net is None, -(net or 0.0), -(spread or 0.0)


def _pair(job: ScanJob, long: Listing, short: Listing) -> dict:
    inputs, usd = job.inputs, job.inputs.usd
    pair = {
        "key": (long.asset, long.venue, short.venue), "net_usd": None, "spread": None,
        "breakeven_h": None, "odds": None, "apr": None,
        "is_unsound": long.gate is not None or short.gate is not None,
        "basis": (short.price_usd / long.price_usd - 1) * 1e4, "range": _range(long, short),
    }  # fmt: skip
    size = usd / ((long.price_usd + short.price_usd) / 2)
    gate = long.gate or short.gate
    for leg in sorted((leg for leg in (long, short) if leg.depth_x is not None),
                      key=lambda leg: (leg.depth_x, leg.venue))[:1]:  # fmt: skip
        if gate is None and leg.depth_x < inputs.min_depth:
            times = math.floor(leg.depth_x * 100) / 100
            gate = (
                f"depth {times:g}x: the visible book of {leg.venue} holds "
                f"{_six(leg.depth_x * size)} of {_six(size)}"
            )
    basis = abs(long.price_usd / short.price_usd - 1) * 1e4
    if gate is None and basis > inputs.max_basis_bps:
        gate = f"basis {basis:.0f} bps, {inputs.max_basis_bps:g} are allowed"
    if None not in (long.hourly, short.hourly):
        pair["spread"] = short.hourly - long.hourly
    if pair["spread"] is None or None in (long.buy_frac, short.buy_frac):
        return {**pair, "gate": gate or "cost unknown"}
    cost_usd = sum((leg.buy_frac + leg.sell_frac) * size * leg.price_usd for leg in (long, short))
    run = spread_model(
        pair["spread"], spread_series(long.paid, short.paid), phi=None, mean=None, sigma=None
    )
    legs = pair_of(
        Leg(long.clock, long.hourly, long.cap_hourly, long.ahead_hourly),
        Leg(short.clock, short.hourly, short.cap_hourly, short.ahead_hourly),
        run.spread, shared_level(long.paid, short.paid), job.at_ns,
    )  # fmt: skip
    funding = hold_funding(legs, cost_usd / usd, inputs.hold_h)
    capital = 0.0
    if None not in (long.initial_frac, short.initial_frac):
        capital = sum(
            model.margin_usd(usd, leg.initial_frac, inputs.buffer_frac) for leg in (long, short)
        )
    result = model.evaluate(cost_usd / usd, funding, usd, inputs.hold_h, capital, 0.1)
    if gate is None:
        by_formula = [_by_formula(job, leg) for leg in (long, short)]
        formula_usd = None if None in by_formula else usd * (by_formula[1] - by_formula[0])
        gates = model.gates(result, inputs.hold_h, inputs.min_probability, inputs.min_apr)
        gate = model.first_closed((*gates, model.formula_gate(result, formula_usd)))
    return {
        **pair, "gate": gate, "net_usd": result.net_usd, "breakeven_h": result.breakeven_h,
        "odds": result.breakeven_probability, "apr": result.return_apr,
    }  # fmt: skip


def _range(long: Listing, short: Listing) -> tuple[float | None, float | None]:
    """Of the moments at which both marks were known, eight at least."""
    both = zip(long.day_prices.tolist(), short.day_prices.tolist(), strict=False)
    bps = [(there / here - 1) * 1e4 for here, there in both if here == here and there == there]
    return (min(bps), max(bps)) if len(bps) >= 8 else (None, None)


def _six(size: float) -> str:
    return f"{size:.0f}" if size >= 1e5 else f"{size:.6g}"


def _by_formula(job: ScanJob, leg: Listing) -> float | None:
    if leg.terms is None:
        return None
    until = job.at_ns + job.inputs.hold_h * HOUR_NS
    return formula_funding(
        venue_formula(leg.terms, leg.clock.interval_s, leg.cap_hourly), leg.hourly,
        leg.paid.rates, paid_hours(leg.clock, job.at_ns, job.at_ns, until),
    )  # fmt: skip
