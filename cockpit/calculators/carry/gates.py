"""Whether what is known of a pair can be traded on, in words; the first that fails is its gate.

These come before the conditions that the money must meet: a carry that is read off stale or
unequal data has no odds worth looking at.
"""

import math
from collections.abc import Iterable, Iterator, Mapping

from cockpit.calculators.carry.inputs import Inputs
from cockpit.calculators.carry.sides import VenueSide
from cockpit.calculators.common.market_data import Settings
from cockpit.calculators.common.words import age_words, base_words
from cockpit.core.market import Side
from cockpit.core.units import HOUR_S, NS_PER_S
from cockpit.state.lookups import rate_field
from cockpit.state.view import Field, MarketRead, MarketView

GRACE_S = 600.0
"""A payment may come so much later than its stamp."""
LATE_BLOCKS = 15.0
"""Cadences without a block after which a chain has stopped."""


def venue_gates(
    sides: Iterable[VenueSide], view: MarketView, settings: Settings
) -> dict[str, str | None]:
    """The first of stale, unknown and settlement that fails at each venue."""
    return {
        side.venue: stale_gate(side.quote.market, _used(side.quote.market), settings)
        or unknown_gate(side.venue, side.hourly, side.quote.fees.taker)
        or settlement_gate(side.quote.market, view, settings)
        for side in sides
    }


def failed_gate(
    inputs: Inputs, long: VenueSide, short: VenueSide, size: float, own: Mapping[str, str | None]
) -> str | None:
    """The first that fails of the venues' `own`, then of depth and basis; None if all hold."""
    pair = (long, short)
    for side in pair:
        words = own[side.venue]
        if words is not None:
            return words
    share, thin = min((_depth_share(side, size), side.venue) for side in pair)
    if share < inputs.min_depth:
        return depth_words(thin, share, size)
    basis_bps = abs(long.quote.mid_usd / short.quote.mid_usd - 1) * 1e4
    if basis_bps > inputs.max_basis_bps:
        return basis_words(basis_bps, inputs.max_basis_bps)
    return None


def depth_words(venue: str, share: float, size: float) -> str:
    """A book that holds `share` of a size in base units."""
    times = f"{math.floor(share * 100) / 100:g}x" if share >= 0.01 else "below 0.01x"
    held = base_words(share * size)
    return f"depth {times}: the visible book of {venue} holds {held} of {base_words(size)}"


def basis_words(basis_bps: float, most_bps: float) -> str:
    return f"basis {basis_bps:.0f} bps, {most_bps:g} are allowed"


def stale_gate(market: MarketRead, fields: Iterable[Field], settings: Settings) -> str | None:
    """The first of these figures that is too old, in words."""
    now_ns = settings.here_ns
    for name in fields:
        if market.is_stale(name, now_ns):
            age_s, what = market.age_s(name, now_ns), f"{name.replace('_', ' ')} of {market.venue}"
            if market.is_kept(name) and age_s is not None:
                return f"kept, {age_words(age_s)} old: {what}"
            return "stale" + ("" if age_s is None else f" {age_s:.0f} s") + f": {what}"
    return None


def _used(market: MarketRead) -> Iterator[Field]:
    yield "book"
    rate = rate_field(market)
    if rate is not None:
        yield rate


def unknown_gate(venue: str, hourly: float | None, taker_fee: float | None) -> str | None:
    if hourly is None:
        return f"interval unknown: {venue} states no rate for one"
    if taker_fee is None:
        return f"fee unknown: set taker_fee.{venue}"
    return None


def settlement_gate(market: MarketRead, view: MarketView, settings: Settings) -> str | None:
    """A payment that is overdue, or a chain without blocks; what was never seen cannot be late."""
    last = market.settled.latest
    if last is not None:
        age_s = (settings.now_ns - (last.venue_ns or last.recv_ns)) / NS_PER_S
        if age_s > last.interval_s + GRACE_S:
            return (
                f"settlement unhealthy: {market.venue} last paid {age_s / HOUR_S:.1f} h ago, "
                f"every {last.interval_s / HOUR_S:g} h are due"
            )
    venue = view.venue(market.venue)
    age, cadence = (
        (venue.chain.block_age_s(settings.here_ns), venue.chain.cadence_s())
        if venue
        else (None, None)
    )
    if age is not None and cadence is not None and age > LATE_BLOCKS * cadence + 1:
        return f"settlement unhealthy: {market.venue} has no block for {age:.0f} s"
    return None


def _depth_share(side: VenueSide, size: float) -> float:
    """What the thinner side of a book holds, as a share of the size."""
    return min(side.quote.rows(way).total for way in (Side.BUY, Side.SELL)) / size
