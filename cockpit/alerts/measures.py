"""What each kind of rule measures, from the state. Nothing is measured on what is not known.

A stale rate, a lost book, a venue that never said its block: no reading. Each reading carries the
words that a trader would say.
"""

import math
from collections.abc import Iterator, Mapping

import numpy as np

from cockpit.alerts.account_measures import ACCOUNT_KINDS, AccountMeasures
from cockpit.alerts.book import Reading
from cockpit.alerts.rule import Kind, Rule
from cockpit.core.events import Funding
from cockpit.core.market import FundingTerms
from cockpit.core.units import HOUR_NS, NS_PER_S, apr
from cockpit.state.view import Field, MarketRead, MarketView, VenueRead

FLIP_IS_NEWS_NS = 600 * NS_PER_S
"""A flip is over when the rate has stayed on the new side for this long."""
BASELINE_WEIGHT = 0.002
"""Per look; at one look a second a latency baseline forgets with a half-life of six minutes."""
LEAST_BASELINE_LOOKS = 30
LEAST_DEPTH_SAMPLES = 24


class Measures:
    """Readings of every kind. Keeps what a comparison with the past needs."""

    def __init__(self, terms: Mapping[str, FundingTerms | None]) -> None:
        """`terms` are the venues' funding formulas, for the pin."""
        self._terms = terms
        self._sides: dict[tuple[str, str, Kind], _Side] = {}
        self._latency: dict[str, tuple[float, int]] = {}
        self._down_since_ns: dict[str, int] = {}
        self._account = AccountMeasures()

    def read(self, rule: Rule, view: MarketView, now_ns: int) -> list[Reading]:
        """The figures of one rule now, of the venues and symbols that it covers."""
        return [
            reading
            for reading in self._all(rule.kind, view, now_ns)
            if rule.covers(reading.venue, reading.symbol)
        ]

    def _all(self, kind: Kind, view: MarketView, now_ns: int) -> Iterator[Reading]:
        if kind in ACCOUNT_KINDS:
            yield from self._account.read(kind, view, now_ns)
        elif kind == "spread":
            yield from _spreads(view, now_ns)
        elif kind in ("venue", "block_age", "latency"):
            for venue in view.venues():
                yield from self._of_venue(kind, venue, now_ns)
        else:
            for market in view.markets():
                reading = self._of_market(kind, market, now_ns)
                if reading is not None:
                    yield reading

    # --- markets ------------------------------------------------------------------------------

    def _of_market(self, kind: Kind, market: MarketRead, now_ns: int) -> Reading | None:
        match kind:
            case "funding_level":
                return _level(market, now_ns)
            case "funding_flip":
                return self._flip(kind, market, _fresh(market, market.live, now_ns), now_ns)
            case "predicted_flip":
                return self._flip(kind, market, _fresh(market, market.predicted, now_ns), now_ns)
            case "unpinned":
                return _unpinned(market, self._terms.get(market.venue), now_ns)
            case "depth":
                return _depth(market, now_ns)
            case "oi_jump":
                return _oi_jump(market, now_ns)
            case "basis":
                return _basis(market, now_ns)
        return None

    def _flip(
        self, kind: Kind, market: MarketRead, rate: float | None, now_ns: int
    ) -> Reading | None:
        """APR on the other side of zero from where the rate was at home; below zero at home."""
        if rate is None:
            return None
        key = (market.venue, market.symbol, kind)
        side = self._sides.get(key)
        if side is None:
            side = self._sides[key] = _Side(rate)
        value = side.beyond(rate, now_ns)
        what = "predicted" if kind == "predicted_flip" else "funding"
        payers = "longs" if rate > 0 else "shorts"
        words = f"{market.symbol} {market.venue}: {what} {_percent(rate)} APR, {payers} now pay"
        return _reading(market, value, words)

    # --- venues -------------------------------------------------------------------------------

    def _of_venue(self, kind: Kind, venue: VenueRead, now_ns: int) -> Iterator[Reading]:
        if kind == "venue":
            yield self._down(venue, now_ns)
        elif kind == "block_age":
            cadence, age = venue.chain.cadence_s(), venue.chain.block_age_s(now_ns)
            if cadence and age is not None and venue.state == "live":
                words = f"{venue.name}: newest block {age:.0f} s old, usually every {cadence:.2f} s"
                # A chain of 70 ms blocks is not late after one second of a busy network.
                yield Reading(venue.name, venue.name, None, age / max(cadence, 0.5), words)
        else:
            yield from self._late(venue)

    def _down(self, venue: VenueRead, now_ns: int) -> Reading:
        if venue.state == "live":
            self._down_since_ns.pop(venue.name, None)
            return Reading(venue.name, venue.name, None, 0.0, f"{venue.name}: live")
        since_ns = self._down_since_ns.setdefault(venue.name, now_ns)
        words = f"{venue.name}: {venue.state} {venue.reason}".rstrip()
        return Reading(venue.name, venue.name, None, (now_ns - since_ns) / NS_PER_S, words)

    def _late(self, venue: VenueRead) -> Iterator[Reading]:
        latency = venue.chain.latency_ms(50)
        if latency is None or venue.state != "live":
            return
        baseline, looks = self._latency.get(venue.name, (latency, 0))
        if looks >= LEAST_BASELINE_LOOKS:
            words = f"{venue.name}: messages {latency:.0f} ms late, usually {baseline:.0f} ms"
            yield Reading(venue.name, venue.name, None, latency / max(baseline, 20.0), words)
        weight = max(BASELINE_WEIGHT, 1 / (looks + 1))
        self._latency[venue.name] = (baseline + weight * (latency - baseline), looks + 1)


class _Side:
    """Which side of zero a rate is at home on."""

    def __init__(self, rate: float) -> None:
        self._home = 1.0 if rate >= 0 else -1.0
        self._away_since_ns: int | None = None

    def beyond(self, rate: float, now_ns: int) -> float:
        away = -self._home * rate
        if away <= 0:
            self._away_since_ns = None
            return away
        if self._away_since_ns is None:
            self._away_since_ns = now_ns
        if now_ns - self._away_since_ns >= FLIP_IS_NEWS_NS:
            self._home, self._away_since_ns = -self._home, None
            return -away
        return away


def _reading(market: MarketRead, value: float, words: str) -> Reading:
    return Reading(f"{market.venue}/{market.symbol}", market.venue, market.symbol, value, words)


def _fresh(market: MarketRead, funding: Funding | None, now_ns: int) -> float | None:
    """The rate as APR if it is known and not stale."""
    if funding is None:
        return None
    field: Field = "predicted" if funding.kind == "predicted" else "funding"
    if market.is_stale(field, now_ns):
        return None
    return apr(funding.rate, funding.interval_s)


def _level(market: MarketRead, now_ns: int) -> Reading | None:
    rate = _fresh(market, market.live, now_ns)
    if rate is None:
        return None
    payers = "longs" if rate > 0 else "shorts"
    words = f"{market.symbol} {market.venue}: funding {_percent(rate)} APR, {payers} pay"
    return _reading(market, abs(rate), words)


def _unpinned(market: MarketRead, terms: FundingTerms | None, now_ns: int) -> Reading | None:
    live = market.live
    if live is None or live.premium is None or terms is None or terms.dampener_8h <= 0:
        return None
    if market.is_stale("funding", now_ns):
        return None
    low, high = terms.pin
    beyond = max(low - live.premium, live.premium - high)
    words = f"{market.symbol} {market.venue}: premium {live.premium * 1e4:+.1f} bps, off its pin"
    return _reading(market, beyond, words)


def _depth(market: MarketRead, now_ns: int) -> Reading | None:
    if market.is_stale("book", now_ns):
        return None
    _, values = market.depths_usd.read(now_ns - HOUR_NS)
    known = values[~np.isnan(values)]
    if len(known) < LEAST_DEPTH_SAMPLES or math.isnan(values[-1]):
        return None
    median = float(np.median(known))
    if median <= 0:
        return None
    part = float(values[-1]) / median
    words = f"{market.symbol} {market.venue}: {part:.0%} of its usual depth within 25 bps"
    return _reading(market, part, words)


def _oi_jump(market: MarketRead, now_ns: int) -> Reading | None:
    now = market.open_interest
    _, values = market.open_interests.read(now_ns - HOUR_NS)
    known = values[~np.isnan(values)]
    if now is None or len(known) < 2 or known[0] <= 0 or market.is_stale("open_interest", now_ns):
        return None
    change = now / float(known[0]) - 1.0
    words = f"{market.symbol} {market.venue}: open interest {change:+.1%} within the hour"
    return _reading(market, abs(change), words)


def _basis(market: MarketRead, now_ns: int) -> Reading | None:
    if market.mark is None or not market.index:
        return None
    if market.is_stale("mark", now_ns) or market.is_stale("index", now_ns):
        return None
    bps = (market.mark / market.index - 1.0) * 1e4
    words = f"{market.symbol} {market.venue}: mark {bps:+.1f} bps off the index"
    return _reading(market, abs(bps), words)


def _spreads(view: MarketView, now_ns: int) -> Iterator[Reading]:
    """The dearest against the cheapest venue of each symbol."""
    for symbol in view.symbols():
        rates = {}
        for venue in view.venues():
            market = view.market(venue.name, symbol)
            rate = _fresh(market, market.rate(), now_ns) if market else None
            if rate is not None:
                rates[venue.name] = rate
        if len(rates) < 2:
            continue
        high, low = max(rates, key=lambda v: rates[v]), min(rates, key=lambda v: rates[v])
        gap = rates[high] - rates[low]
        words = f"{symbol}: {high} {_percent(rates[high])} against {low} {_percent(rates[low])} APR"
        yield Reading(symbol, None, symbol, gap, words)


def _percent(rate: float) -> str:
    return f"{rate * 100:+.1f} %".replace("-", "−")
