"""What each kind of rule measures, from the state. Nothing is measured on what is not known.

A stale rate, a lost book, a venue that never said its block: no reading. Each reading carries the
words that a trader would say.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import numpy as np

from cockpit.alerts import measures_forecast
from cockpit.alerts.baseline import Past
from cockpit.alerts.measures_account import ACCOUNT_KINDS, AccountMeasures
from cockpit.alerts.measures_forecast import FORECAST_KINDS
from cockpit.alerts.measures_scan import SCAN_KINDS, ScanMeasures
from cockpit.alerts.measures_trade import TRADE_KINDS, TradeMeasures
from cockpit.alerts.measures_venue import VENUE_KINDS, VenueMeasures
from cockpit.alerts.rule import OF_TRADES, Rule, matches
from cockpit.alerts.states import Reading
from cockpit.analytics.funding.carry import spread_hourly
from cockpit.core.events import Funding
from cockpit.core.market import FundingTerms
from cockpit.core.units import HOUR_NS, NS_PER_S, apr
from cockpit.state.identity import asset_name, assets_of
from cockpit.state.view import Field, MarketRead, MarketView

FLIP_IS_NEWS_NS = 600 * NS_PER_S
"""A flip is over when the rate has stayed on the new side for this long."""
LEAST_DEPTH_SAMPLES = 24
DEPTH_LASTS_NS = 5 * NS_PER_S
"""Depth is sampled no oftener."""


class Measures:
    """Readings of every kind. Keeps what a comparison with the past needs."""

    def __init__(self, terms: Mapping[str, FundingTerms | None], past: Past | None = None) -> None:
        """`terms` are the venues' funding formulas, for the pin; `past` is that of the last run."""
        self._terms = terms
        self._past = past or Past()
        self._sides: dict[tuple[str, str], _Side] = {
            (rule, market): _Side(home)
            for rule, homes in self._past.homes.items()
            for market, home in homes.items()
        }
        self._first = dict(self._past.open_interest)
        """Market -> when, and the oldest open interest of the last hour."""
        self._kept_depths: dict[str, tuple[int, float, float | None]] = {}
        """Market -> until when it holds, the latest depth, the usual one."""
        self._venue = VenueMeasures(self._past)
        self._account = AccountMeasures()
        self._scan = ScanMeasures()
        self._trades = TradeMeasures()

    def read(self, rule: Rule, view: MarketView, now_ns: int) -> list[Reading]:
        """The figures of one rule now, of the venues, symbols and trades that it covers."""
        is_of_trades = rule.kind in OF_TRADES
        return [
            reading
            for reading in self._all(rule, view, now_ns)
            if rule.covers(reading.venue, reading.symbol)
            and not (is_of_trades and not matches(reading.subject, rule.trades))
        ]

    def _all(self, rule: Rule, view: MarketView, now_ns: int) -> Iterator[Reading]:
        if rule.kind in ACCOUNT_KINDS:
            yield from self._account.read(rule.kind, view, now_ns)
        elif rule.kind in VENUE_KINDS:
            yield from self._venue.read(rule.kind, view, now_ns)
        elif rule.kind in FORECAST_KINDS:
            yield from measures_forecast.read(rule.kind, view, now_ns)
        elif rule.kind in SCAN_KINDS:
            yield from self._scan.read(rule.name, view, now_ns)
        elif rule.kind in TRADE_KINDS:
            yield from self._trades.read(view, now_ns)
        elif rule.kind == "spread":
            yield from _spreads(rule, view, now_ns)
        else:
            for market in view.markets():
                reading = self._of_market(rule, market, now_ns)
                if reading is not None:
                    yield reading

    def past(self, view: MarketView, now_ns: int) -> Past:
        """What the next run compares with."""
        depth_usd: dict[str, float] = {}
        interests: dict[str, tuple[int, float]] = {}
        for market in view.markets():
            name = f"{market.venue}/{market.symbol}"
            _, usual = self._depths(market, now_ns)
            if usual is not None:
                depth_usd[name] = usual
            first = self._first_interest(market, now_ns)
            if first is not None:
                interests[name] = first
        homes: dict[str, dict[str, float]] = {}
        for (rule, subject), side in self._sides.items():
            if side.home:
                homes.setdefault(rule, {})[subject] = side.home
        return Past(
            at_ns=now_ns,
            homes=homes,
            latency_ms=self._venue.latencies_ms(),
            depth_usd=depth_usd,
            open_interest=interests,
        )

    # --- markets ------------------------------------------------------------------------------

    def _of_market(self, rule: Rule, market: MarketRead, now_ns: int) -> Reading | None:
        match rule.kind:
            case "funding" | "funding_level":
                return _level(rule, market, now_ns)
            case "open_interest":
                return _interest(market, now_ns)
            case "depth_usd":
                return self._depth_usd(market, now_ns)
            case "funding_flip":
                return self._flip(rule, market, _fresh(market, market.live, now_ns), now_ns)
            case "predicted_flip":
                return self._flip(rule, market, _fresh(market, market.predicted, now_ns), now_ns)
            case "unpinned":
                return _unpinned(market, self._terms.get(market.venue), now_ns)
            case "depth":
                return self._depth(market, now_ns)
            case "oi_jump":
                return self._oi_jump(market, now_ns)
            case "basis":
                return _basis(market, now_ns)
        return None

    def _flip(
        self, rule: Rule, market: MarketRead, rate: float | None, now_ns: int
    ) -> Reading | None:
        """APR on the other side of zero from where the rate was at home; below zero at home."""
        if rate is None:
            return None
        key = (rule.name, f"{market.venue}/{market.symbol}")
        side = self._sides.setdefault(key, _Side())
        value = side.beyond(rate, rule.threshold, now_ns)
        what = "predicted" if rule.kind == "predicted_flip" else "funding"
        payers = "longs" if rate > 0 else "shorts"
        words = f"{market.symbol} {market.venue}: {what} {_percent(rate)} APR, {payers} now pay"
        return _reading(market, value, words)

    def _depth(self, market: MarketRead, now_ns: int) -> Reading | None:
        if market.is_stale("book", now_ns):
            return None
        latest, usual = self._depths(market, now_ns)
        if math.isnan(latest) or not usual:
            return None
        part = latest / usual
        words = f"{market.symbol} {market.venue}: {part:.0%} of its usual depth within 25 bps"
        return _reading(market, part, words)

    def _depth_usd(self, market: MarketRead, now_ns: int) -> Reading | None:
        latest, _ = self._depths(market, now_ns)
        if math.isnan(latest) or market.is_stale("book", now_ns):
            return None
        words = f"{market.symbol} {market.venue}: ${latest:,.0f} within 25 bps"
        return _reading(market, latest, words)

    def _depths(self, market: MarketRead, now_ns: int) -> tuple[float, float | None]:
        """(depth now or NaN, median of the last hour): as of the last few seconds, no two markets
        in the same one, because medians of a hundred markets are a frame's worth of work.
        """
        name = f"{market.venue}/{market.symbol}"
        kept = self._kept_depths.get(name)
        if kept is not None and 0 < kept[0] - now_ns <= DEPTH_LASTS_NS:
            return kept[1], kept[2]
        _, values = market.depths_usd.read(now_ns - HOUR_NS)
        known = values[~np.isnan(values)]
        before = self._past.depth_usd.get(name)
        if before is not None and self._past.is_fresh(now_ns):
            # What this run has not seen of the hour is as it was before.
            missing = max(0, market.depths_usd.capacity - len(known))
            known = np.concatenate([known, np.full(missing, before)])
        usual = float(np.median(known)) if len(known) >= LEAST_DEPTH_SAMPLES else None
        latest = float(values[-1]) if len(values) else math.nan
        lasts_ns = DEPTH_LASTS_NS
        if kept is None:
            lasts_ns = (1 + len(self._kept_depths) % 5) * NS_PER_S
        self._kept_depths[name] = (now_ns + lasts_ns, latest, usual)
        return latest, usual

    def _oi_jump(self, market: MarketRead, now_ns: int) -> Reading | None:
        now, first = market.open_interest, self._first_interest(market, now_ns)
        if now is None or first is None or market.is_stale("open_interest", now_ns):
            return None
        change = now / first[1] - 1.0
        words = f"{market.symbol} {market.venue}: open interest {change:+.1%} within the hour"
        return _reading(market, abs(change), words)

    def _first_interest(self, market: MarketRead, now_ns: int) -> tuple[int, float] | None:
        """(when, base) of the oldest open interest of the last hour, also of the run before."""
        name = f"{market.venue}/{market.symbol}"
        first = self._first.get(name)
        if first is not None and 0 <= now_ns - first[0] <= HOUR_NS and first[1] > 0:
            return first
        at, values = market.open_interests.read(now_ns - HOUR_NS)
        known = np.flatnonzero(~np.isnan(values))
        if len(known) < 2 or values[known[0]] <= 0:
            return None
        self._first[name] = int(at[known[0]]), float(values[known[0]])
        return self._first[name]


class _Side:
    """Which side of zero a rate is at home on: 0 while it has only ever been zero."""

    def __init__(self, home: float = 0.0) -> None:
        self.home = float(np.sign(home))
        self._away_since_ns: int | None = None

    def beyond(self, rate: float, threshold: float, now_ns: int) -> float:
        """How far the rate is on the other side. It moves house when it has been beyond the
        threshold there, and has not come back for ten minutes: a flip that nobody was told of,
        because it was small, is still news when it becomes large.
        """
        if not self.home:
            self.home = float(np.sign(rate))
        away = -self.home * rate
        if away <= 0:
            self._away_since_ns = None
            return away
        if self._away_since_ns is None:
            if away < threshold:
                return away
            self._away_since_ns = now_ns
        if now_ns - self._away_since_ns >= FLIP_IS_NEWS_NS:
            self.home, self._away_since_ns = -self.home, None
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


def _level(rule: Rule, market: MarketRead, now_ns: int) -> Reading | None:
    """The rate with its sign, or for `funding_level` without it."""
    rate = _fresh(market, market.live, now_ns)
    if rate is None:
        return None
    payers = "longs" if rate > 0 else "shorts"
    words = f"{market.symbol} {market.venue}: funding {_percent(rate)} APR, {payers} pay"
    return _reading(market, rate if rule.kind == "funding" else abs(rate), words)


def _interest(market: MarketRead, now_ns: int) -> Reading | None:
    base, mark = market.open_interest, market.mark
    if base is None or mark is None:
        return None
    if market.is_stale("open_interest", now_ns) or market.is_stale("mark", now_ns):
        return None
    words = f"{market.symbol} {market.venue}: open interest ${base * mark:,.0f}"
    return _reading(market, base * mark, words)


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


def _basis(market: MarketRead, now_ns: int) -> Reading | None:
    if market.mark is None or not market.index:
        return None
    if market.is_stale("mark", now_ns) or market.is_stale("index", now_ns):
        return None
    bps = (market.mark / market.index - 1.0) * 1e4
    words = f"{market.symbol} {market.venue}: mark {bps:+.1f} bps off the index"
    return _reading(market, abs(bps), words)


def _spreads(rule: Rule, view: MarketView, now_ns: int) -> Iterator[Reading]:
    """The dearest against the cheapest venue of each asset, among those that the rule covers.

    While the rate of one of them is stale, or not heard yet, they may be further apart than can be
    seen. Two coins of one symbol are two assets.
    """
    covered = {venue.name for venue in view.venues() if rule.covers(venue.name, None)}

    @cache
    def listed(venue: str) -> dict[str, str]:
        return {listing.symbol: listing.status for listing in view.listed(venue)}

    def is_awaited(venue: str, symbol: str) -> bool:
        """Whether a venue may have a rate that it has not said yet, as after a start."""
        market = view.market(venue, symbol)
        if market is not None and market.rate() is not None:
            return False
        return not listed(venue) or listed(venue).get(symbol) == "active"

    for symbol in view.symbols():
        is_heard = not any(is_awaited(venue, symbol) for venue in covered)
        for asset in assets_of(view, symbol):
            venues = [venue for venue in asset if venue in covered]
            reading = _spread(symbol, venues, view, now_ns)
            if reading is not None:
                name = asset_name(view, asset[0], symbol)
                is_whole = reading.may_clear and is_heard
                yield reading._replace(subject=name, may_clear=is_whole)


def _spread(symbol: str, venues: Sequence[str], view: MarketView, now_ns: int) -> Reading | None:
    rates, is_whole = {}, True
    for venue in venues:
        market = view.market(venue, symbol)
        said = market.rate() if market else None
        if market is None or said is None:
            continue
        rate = _fresh(market, said, now_ns)
        if rate is None:
            is_whole = False
        else:
            rates[venue] = rate
    if len(rates) < 2:
        return None
    high, low = max(rates, key=lambda v: rates[v]), min(rates, key=lambda v: rates[v])
    gap = spread_hourly(rates[low], rates[high])
    words = f"{symbol}: {high} {_percent(rates[high])} against {low} {_percent(rates[low])} APR"
    return Reading(symbol, None, symbol, gap, words, is_whole)


def _percent(rate: float) -> str:
    return f"{rate * 100:+.1f} %".replace("-", "−")
