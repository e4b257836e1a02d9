"""The state of markets and chains as history samples it."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from cockpit.core.events import Funding, Level
from cockpit.history.rows import ChainSample, Figures
from cockpit.history.sampler import Reading
from cockpit.state.view import Field, MarketRead, MarketView

BPS: Final = 1e-4
_TOUCH_BPS: Final = 1e-9
"""What rounding may add to a level that rests on the edge of its band."""


def readings(view: MarketView, now_ns: int, venue: str | None = None) -> Iterator[Reading]:
    """Every market, watched or surveyed, or one venue's, as it stands. What is stale is a gap
    and keeps its age."""
    for markets, watched in ((view.markets(), True), (view.surveyed(), False)):
        for market in markets:
            if venue is None or market.venue == venue:
                yield Reading(
                    venue=market.venue,
                    symbol=market.symbol,
                    watched=watched,
                    figures=market_figures(market, now_ns),
                )


def market_figures(market: MarketRead, now_ns: int) -> Figures:
    """One market's figures. Depth is of a book that is fresh, or not known."""
    live = market.live if _is_fresh(market, "funding", now_ns) else None
    predicted = market.predicted if _is_fresh(market, "predicted", now_ns) else None
    stated = live or predicted
    figures = Figures(
        live_rate=live.rate if live else None,
        predicted_rate=_rate_per(predicted, stated.interval_s) if predicted and stated else None,
        interval_s=stated.interval_s if stated else None,
        mark=market.mark if _is_fresh(market, "mark", now_ns) else None,
        index_price=market.index if _is_fresh(market, "index", now_ns) else None,
        oi_base=market.open_interest if _is_fresh(market, "open_interest", now_ns) else None,
        premium=stated.premium if stated else None,
        volume_24h_usd=market.volume_24h_usd if _is_fresh(market, "volume", now_ns) else None,
        live_age_s=_age_s(market, "funding", now_ns),
        predicted_age_s=_age_s(market, "predicted", now_ns),
        mark_age_s=_age_s(market, "mark", now_ns),
        index_age_s=_age_s(market, "index", now_ns),
        book_age_s=_age_s(market, "book", now_ns),
        oi_age_s=_age_s(market, "open_interest", now_ns),
        volume_age_s=_age_s(market, "volume", now_ns),
    )
    if not (market.book.is_known and _is_fresh(market, "book", now_ns)):
        return figures
    bids, asks = market.book.bids(), market.book.asks()
    if not (bids and asks):
        return figures
    mid = (bids[0][0] + asks[0][0]) / 2
    return msgspec.structs.replace(
        figures,
        mid=mid,
        spread_bps=(asks[0][0] - bids[0][0]) / mid / BPS,
        bid10_usd=_within_usd(bids, mid, 10),
        ask10_usd=_within_usd(asks, mid, 10),
        bid25_usd=_within_usd(bids, mid, 25),
        ask25_usd=_within_usd(asks, mid, 25),
        bid50_usd=_within_usd(bids, mid, 50),
        ask50_usd=_within_usd(asks, mid, 50),
        bid_covered_bps=abs(bids[-1][0] - mid) / mid / BPS,
        ask_covered_bps=abs(asks[-1][0] - mid) / mid / BPS,
    )


def _rate_per(funding: Funding, interval_s: int) -> float:
    """The rate as a fraction per that interval: a row has one for both of its rates."""
    if funding.interval_s == interval_s:
        return funding.rate
    return funding.rate * interval_s / funding.interval_s


def chain_samples(view: MarketView, now_ns: int, only: str | None = None) -> Iterator[ChainSample]:
    """Every venue, or one, of which anything was measured."""
    for venue in view.venues():
        if only is not None and venue.name != only:
            continue
        chain = venue.chain
        sample = ChainSample(
            venue=venue.name,
            at_ns=now_ns,
            height=chain.height,
            block_age_s=chain.block_age_s(now_ns),
            cadence_s=chain.cadence_s(),
            latency_p50_ms=chain.latency_ms(50),
            latency_p99_ms=chain.latency_ms(99),
            gaps=chain.gaps,
            reconnects=chain.reconnects,
        )
        if sample.height is not None or sample.latency_p50_ms is not None or venue.links:
            yield sample


def _is_fresh(market: MarketRead, field: Field, now_ns: int) -> bool:
    return not market.is_stale(field, now_ns)


def _age_s(market: MarketRead, field: Field, now_ns: int) -> int | None:
    age_s = market.age_s(field, now_ns)
    return None if age_s is None else int(age_s)


def _within_usd(levels: Sequence[Level], mid: float, bps: float) -> float:
    """Notional resting within `bps` of mid, inclusive; levels are best first."""
    total = 0.0
    for price, size in levels:
        if abs(price / mid - 1.0) / BPS > bps + _TOUCH_BPS:
            break
        total += price * size
    return total
