"""Two venues against each other: what the pair costs, and the stamp at which it has earned that."""

from dataclasses import dataclass
from typing import NamedTuple

from cockpit.analytics.funding.carry import Spread, spread_hourly
from cockpit.analytics.funding.pair_payments import Leg, covering_hour, covering_ns, pair_of
from cockpit.calculators.carry.spread_model import shared_level, spread_model, spread_series
from cockpit.calculators.common.day_ahead import day_ahead
from cockpit.calculators.common.funding_clock import payment_clock
from cockpit.calculators.common.market_data import Notes, Settings
from cockpit.calculators.common.paid_history import Paid, paid_hourly
from cockpit.calculators.common.premiums import tightest_cap
from cockpit.core.units import NS_PER_S
from cockpit.portfolio.margin_rules import MarginRules
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.heatmap_cells import fresh_hourly
from cockpit.ui.readings.order_books import pair_cost_bps
from cockpit.ui.readings.same_asset import is_one_asset

_MINUTE_NS = 60 * NS_PER_S


@dataclass(frozen=True, slots=True)
class Breakeven:
    """Costs of both legs in and out at the trader's size, in bps of one leg.

    `cost_bps` is None when they are not known; then the others say nothing. Else `hours` and
    `at_ns` are None for "never". `at_ns` is the stamp that covers the costs and `hours` the whole
    hours of the hold that it ends, both as the carry calculator counts them.
    """

    cost_bps: float | None = None
    hours: int | None = None
    at_ns: int | None = None


class _Side(NamedTuple):
    """One venue's part in every pair of the selected symbol."""

    venue: str
    leg: Leg
    paid: Paid


def breakeven(readings: Readings, short: str, long: str) -> Breakeven:
    """Short one venue and long the other in the selected symbol, from the rates of now."""
    return readings.once(
        ("breakeven", short, long, readings.symbol, readings.ui.size_usd),
        lambda: _breakeven(readings, short, long),
    )


def _breakeven(readings: Readings, short: str, long: str) -> Breakeven:
    if not is_one_asset(readings, short, long):
        return Breakeven()
    cost_bps = pair_cost_bps(readings, short, long)
    received, paid = _side(readings, short), _side(readings, long)
    if cost_bps is None or received is None or paid is None:
        return Breakeven()
    # Stamps are whole minutes: what is known of a pair does not change within one.
    version = cost_bps, received.leg, paid.leg, readings.venue_now_ns // _MINUTE_NS
    return readings.cache.remember(
        ("pair stamp", readings.symbol, short, long),
        version,
        lambda: _covered(readings, received, paid, cost_bps),
    )


def _covered(readings: Readings, short: _Side, long: _Side, cost_bps: float) -> Breakeven:
    usual = _usual_spread(readings, short, long)
    now = spread_hourly(long.leg.hourly, short.leg.hourly)
    pair = pair_of(
        long.leg,
        short.leg,
        Spread(now, usual.mean, usual.phi, None),
        shared_level(long.paid, short.paid),
        readings.venue_now_ns,
    )
    hours = covering_hour(pair, cost_bps * 1e-4)
    return Breakeven(cost_bps, hours, None if hours is None else covering_ns(pair, hours))


def _usual_spread(readings: Readings, short: _Side, long: _Side) -> Spread:
    """How the spread reverts by what both venues have paid, whatever it is now."""
    return readings.cache.remember(
        ("pair spread", readings.symbol, short.venue, long.venue),
        tuple((side.paid.first, side.paid.rates.size, side.paid.mean) for side in (short, long)),
        lambda: spread_model(0.0, spread_series(long.paid, short.paid), None, None, None).spread,
    )


def _side(readings: Readings, venue: str) -> _Side | None:
    """None where no fresh rate is known."""
    return readings.once(("pair side", venue, readings.symbol), lambda: _read_side(readings, venue))


def _read_side(readings: Readings, venue: str) -> _Side | None:
    symbol, market = readings.symbol or "", readings.market(venue)
    hourly, settings = fresh_hourly(readings, venue, symbol), _settings(readings)
    if market is None or hourly is None:
        return None
    clock = payment_clock(market, settings, Notes())
    if clock is None:
        return None
    rule = MarginRules(settings.own_margins).rule(venue, symbol, market.instrument, None, None)
    cap_hourly = tightest_cap(
        settings.funding_terms.get(venue), rule.funding_cap_hourly, clock.interval_s
    )
    ahead = day_ahead(readings.view, venue, symbol, readings.now_ns)
    return _Side(venue, Leg(clock, hourly, cap_hourly, ahead), paid_hourly(market.settled))


def _settings(readings: Readings) -> Settings:
    specs = readings.specs.items()
    return readings.once(
        ("pair settings",),
        lambda: Settings(
            now_ns=readings.venue_now_ns,
            clock_offset_ns=readings.view.clock_offset_ns,
            funding_terms={name: spec.funding_terms for name, spec in specs if spec.funding_terms},
            own_margins=readings.view.own_margins,
        ),
    )
