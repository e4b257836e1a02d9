"""Funding rates as panes compare them: fractions per hour, None where unknown, never 0."""

from collections.abc import Hashable, Mapping
from typing import NamedTuple

import numpy as np

from cockpit.analytics.funding.rates import Array, oi_weighted, robust_z
from cockpit.analytics.funding.reversion import Ar1, expected_mean, fit_ar1
from cockpit.analytics.funding.term_structure import WINDOWS_H, realised_curve
from cockpit.core.units import HOUR_NS, HOUR_S, hour_floor_ns, hourly
from cockpit.state.view import MarketRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.ui_state import TENORS, Tenor
from cockpit.ui.readings.outlooks import expected
from cockpit.ui.readings.same_asset import first_asset

MIN_COVERAGE = 0.7
"""A realised mean needs this part of its window."""
MIN_POINTS = 200
"""What is expected is estimated from at least so many settled payments."""
_REALISED: tuple[Tenor, ...] = ("1h", "8h", "24h", "7d", "30d")
"""Tenors in the order of `WINDOWS_H`."""
HISTORY_H = max(WINDOWS_H)
_AHEAD_H: dict[Tenor, int] = {"next_8h": 8, "next_24h": 24}
MIN_Z_POINTS = 30
_MINUTE_NS = 60_000_000_000


def live(market: MarketRead | None) -> float | None:
    """The venue's live rate, fresh or not."""
    return hourly(market.live.rate, market.live.interval_s) if market and market.live else None


def predicted(market: MarketRead | None) -> float | None:
    """What the venue itself predicts, where it does."""
    said = market.predicted if market else None
    return hourly(said.rate, said.interval_s) if said else None


def compared(market: MarketRead | None) -> float | None:
    """The rate to compare venues by: predicted where it is published, else live."""
    said = market.rate() if market else None
    return hourly(said.rate, said.interval_s) if said else None


def open_interest_usd(market: MarketRead | None) -> float | None:
    if market is None or market.open_interest is None or market.mark is None:
        return None
    return market.open_interest * market.mark


def settled_at(market: MarketRead, at_ns: int) -> float | None:
    """The rate that was paid for a moment; None if that payment is not known (yet)."""
    stamps, rates = market.settled.hourly()
    i = int(np.searchsorted(stamps, at_ns, side="left"))
    if i >= len(stamps):
        return None
    latest = market.settled.latest
    interval_ns = (latest.interval_s if latest else HOUR_S) * 1_000_000_000
    return float(rates[i]) if stamps[i] - at_ns < interval_ns + HOUR_NS // 2 else None


def change(market: MarketRead, hours: int, now_ns: int) -> float | None:
    """The compared rate less the one of some hours ago: what was settled, else what was live."""
    now = compared(market)
    then = settled_at(market, now_ns - hours * HOUR_NS)
    if then is None:
        at, values = market.live_hourly.read(now_ns - hours * HOUR_NS - 60_000_000_000)
        if len(at) and at[0] <= now_ns - hours * HOUR_NS and not np.isnan(values[0]):
            then = float(values[0])
    return None if now is None or then is None else now - then


def open_interest_change(market: MarketRead, now_ns: int) -> float | None:
    """Fraction of change in base units over the last hour, or since we began to look."""
    at, values = market.open_interests.read(now_ns - HOUR_NS)
    known = values[~np.isnan(values)]
    if market.open_interest is None or len(known) < 2 or not known[0] or at[-1] <= at[0]:
        return None
    return market.open_interest / float(known[0]) - 1.0


def z_score(market: MarketRead, now_ns: int) -> float | None:
    """How unusual the compared rate is against 30 days of settled ones, in robust deviations."""
    now = compared(market)
    _, rates = market.settled.hourly(now_ns - 720 * HOUR_NS)
    return None if now is None else robust_z(now, rates, MIN_Z_POINTS)


def terms(readings: Readings, venue: str) -> dict[Tenor, float | None]:
    """The funding curve of the selected symbol at a venue, one rate a tenor.

    What is expected is the forecast's; where there is none, a rate that reverts as it has.
    """
    return readings.once(("terms", venue, readings.symbol), lambda: _terms(readings, venue))


def _terms(readings: Readings, venue: str) -> dict[Tenor, float | None]:
    market = readings.market(venue)
    out: dict[Tenor, float | None] = dict.fromkeys(TENORS)
    if market is None:
        return out
    now_ns = readings.now_ns
    version = history_version(readings, venue)
    past = readings.cache.remember(("paid", venue), version, lambda: _past(readings, market))
    out.update(past.realised)
    now = None if market.is_stale("funding", now_ns) else live(market)
    out["live"] = now
    if market.predicted and not market.is_stale("predicted", now_ns):
        out["predicted"] = predicted(market)
    basis = out["predicted"] if out["predicted"] is not None else now
    if basis is not None and past.fit is not None:
        for tenor, hours in _AHEAD_H.items():
            out[tenor] = expected_mean(basis, past.fit.mu, past.fit.phi, hours)
    for tenor, hours in _AHEAD_H.items():
        said = expected(readings, venue, hours)
        if said is not None:
            out[tenor] = said.mean_hourly
    return out


class _Past(NamedTuple):
    """What payments alone decide: means over windows, and how the rate reverts an hour.

    `fit` is None where payments are too few, or further apart than an hour.
    """

    realised: dict[Tenor, float | None]
    fit: Ar1 | None


def _past(readings: Readings, market: MarketRead) -> _Past:
    stamps, rates = market.settled.hourly(readings.now_ns - (HISTORY_H + 1) * HOUR_NS)
    rows = market.settled.rows()[-len(stamps) :] if len(stamps) else []
    intervals = np.array([row.interval_s for row in rows], dtype=np.float64)
    realised = realised_curve(rates, stamps, intervals, readings.now_ns, MIN_COVERAGE)
    pays_hourly = bool(rows) and float(intervals.max()) <= HOUR_S
    history = hourly_history(readings, market.venue)
    return _Past(
        dict(zip(_REALISED, realised, strict=True)),
        fit_ar1(history, MIN_POINTS) if pays_hourly else None,
    )


def history_version(readings: Readings, venue: str) -> Hashable:
    """Changes whenever what was paid for the selected symbol may look different."""
    market = readings.market(venue)
    count = len(market.settled) if market else 0
    return readings.symbol, count, readings.now_ns // _MINUTE_NS


def hourly_history(readings: Readings, venue: str) -> Array:
    """What was paid for each of the last 720 hours, shape (720,), oldest first, NaN for a gap.

    A payment for several hours fills all of them at its hourly rate.
    """
    market = readings.market(venue)
    if market is None or not len(market.settled):
        return np.full(HISTORY_H, np.nan)
    version = history_version(readings, venue)
    return readings.cache.remember(
        ("hourly", venue), version, lambda: filled_hours(readings, market)
    )


def filled_hours(readings: Readings, market: MarketRead) -> Array:
    """The same for any market, made anew."""
    out = np.full(HISTORY_H, np.nan)
    end = hour_floor_ns(readings.now_ns)
    stamps, rates = market.settled.hourly(end - HISTORY_H * HOUR_NS)
    rows = market.settled.rows()[-len(stamps) :] if len(stamps) else []
    place = HISTORY_H - 1 - (end - stamps) // HOUR_NS
    hours = np.array([max(1, row.interval_s // HOUR_S) for row in rows], dtype=np.int64)
    for back in range(int(hours.max()) if len(hours) else 0):
        at = place - back
        inside = (hours > back) & (at >= 0) & (at < HISTORY_H)
        out[at[inside]] = rates[inside]
    return out


def weighted_terms(readings: Readings) -> dict[Tenor, float | None]:
    """The funding curve of the selected symbol's first asset, venues weighted by their open
    interest."""
    names = readings.listing()
    weights = added_open_interest(readings, readings.symbol or "")
    return {
        tenor: weighted({name: terms(readings, name)[tenor] for name in names}, weights)
        for tenor in TENORS
    }


def fresh_open_interest(readings: Readings, symbol: str) -> dict[str, float]:
    """Venue -> open interest in USD, where it is known and not stale."""
    out = {}
    for venue in readings.venues:
        market = readings.view.market(venue.name, symbol)
        usd = open_interest_usd(market)
        if market and usd is not None and not market.is_stale("open_interest", readings.now_ns):
            out[venue.name] = usd
    return out


def added_open_interest(readings: Readings, symbol: str) -> dict[str, float]:
    """`fresh_open_interest` of one asset: that of another coin of the name is not added to it."""
    mine = first_asset(readings, symbol)
    fresh = fresh_open_interest(readings, symbol)
    return {venue: usd for venue, usd in fresh.items() if venue in mine}


def mean_by_open_interest(
    readings: Readings, symbol: str, rates: Mapping[str, float]
) -> float | None:
    """The rate of the symbol's first asset over its venues, weighted by open interest."""
    return weighted(rates, added_open_interest(readings, symbol))


def weighted(rates: Mapping[str, float | None], weights: Mapping[str, float]) -> float | None:
    """Sum of weight times rate over the weights; venues with either unknown are left out."""
    names = [name for name, rate in rates.items() if rate is not None and name in weights]
    values: Array = np.array([rates[name] for name in names], dtype=np.float64)
    return oi_weighted(values, np.array([weights[name] for name in names]))
