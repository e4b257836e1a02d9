"""The JSON twins of the screen.

Built from a `MarketView` and a time. What is not known is null, never 0 and never absent; what is
old or incomplete is named under `warnings`.
"""

from collections.abc import Sequence

from cockpit import __version__
from cockpit.analytics.execution.depth import covered_bps, depth_usd, mid_price, spread_bps
from cockpit.core.clock import clock_words
from cockpit.core.events import Funding, Level
from cockpit.core.units import NS_PER_MS, NS_PER_S, apr, hourly
from cockpit.documents.exposure import account_documents, position_documents
from cockpit.documents.schema import SnapshotDocument
from cockpit.documents.schema_market import (
    ChainDocument,
    FundingDocument,
    MarketDocument,
    Paid,
    Rate,
    Sides,
)
from cockpit.portfolio import positions as exposures
from cockpit.state.view import Field, MarketRead, MarketView, VenueRead

BANDS_BPS = (10, 25, 50)


def snapshot(
    view: MarketView, now_ns: int, depth: int | None, notes: Sequence[str]
) -> SnapshotDocument:
    """The whole state at one moment; `notes` are warnings of whoever collected it."""
    markets = [market for market in view.markets() if is_listed(view, market)]
    portfolio = exposures.read(view, now_ns)
    warnings = [*notes, *portfolio.warnings]
    if abs(view.clock_offset_ns) > NS_PER_S:
        warnings.append(clock_words(view.clock_offset_ns))
    for market in markets:
        warnings += [f"{market.venue}/{market.symbol}: {what}" for what in lacks(market, now_ns)]
    return SnapshotDocument(
        at_ns=now_ns,
        version=__version__,
        clock_offset_ms=view.clock_offset_ns / NS_PER_MS,
        warnings=tuple(warnings),
        markets=tuple(market_document(market, now_ns, depth) for market in markets),
        chains=tuple(chain_document(venue, now_ns) for venue in view.venues()),
        positions=position_documents(portfolio),
        accounts=account_documents(portfolio),
    )


def is_listed(view: MarketView, market: MarketRead) -> bool:
    """False only when the venue's list is known and does not have the market."""
    return market.instrument is not None or not view.listed(market.venue)


def lacks(market: MarketRead, now_ns: int) -> list[str]:
    """What a reader must know before trusting a market, in words; empty when it is complete."""
    if market.instrument is not None and market.instrument.status == "delisted":
        return ["delisted"]
    found = []
    if market.link != "live":
        found.append(f"link {market.link}")
    if market.instrument is None:
        found.append("instrument unknown")
    if not market.book.is_known:
        found.append("no book")
    wanted: tuple[tuple[Field, object], ...] = (
        ("book", market.book.is_known or None),
        ("funding", market.live),
        ("predicted", market.predicted),
        ("open_interest", market.open_interest),
        ("mark", market.mark),
    )
    for field, value in wanted:
        if value is None:
            # Not every venue predicts, and that there is no book is said above.
            if field not in ("book", "predicted"):
                found.append(f"no {field.replace('_', ' ')}")
        elif market.link == "live" and market.is_stale(field, now_ns):
            age = market.age_s(field, now_ns)
            found.append(f"{field.replace('_', ' ')} stale {age:.0f} s")
    return found


def market_document(market: MarketRead, now_ns: int, depth: int | None) -> MarketDocument:
    """One market object of the snapshot."""
    book = market.book
    bids, asks = book.bids(), book.asks()
    mid = mid_price(bids, asks)
    listed = market.instrument
    mark = market.mark
    oi = market.open_interest
    return MarketDocument(
        venue=market.venue,
        symbol=market.symbol,
        native=listed.native if listed else None,
        status=listed.status if listed else None,
        link=market.link,
        age_s=_rounded(market.age_s("book", now_ns)),
        tick=listed.tick if listed else None,
        lot=listed.lot if listed else None,
        min_size=listed.min_size if listed else None,
        min_notional_usd=listed.min_notional_usd if listed else None,
        max_leverage=listed.max_leverage if listed else None,
        mmf=listed.mmf if listed else None,
        margin_tiers=listed.margin_tiers if listed else None,
        initial_tiers=listed.initial_tiers if listed else None,
        taker_fee=listed.taker_fee if listed else None,
        maker_fee=listed.maker_fee if listed else None,
        funding_interval_s=listed.funding_interval_s if listed else None,
        bids=tuple(bids[:depth]),
        asks=tuple(asks[:depth]),
        mark=mark,
        index=market.index,
        last=market.last,
        spread_bps=spread_bps(bids, asks),
        depth_usd=_bands(bids, asks, mid),
        covered_bps=Sides(
            bid=covered_bps(bids, mid) if mid else None,
            ask=covered_bps(asks, mid) if mid else None,
        ),
        open_interest_base=oi,
        open_interest_usd=oi * mark if oi is not None and mark is not None else None,
        volume_24h_usd=market.volume_24h_usd,
        funding=_funding(market, now_ns),
        stale=tuple(field for field in _STATED if _is_old(market, field, now_ns)),
    )


_STATED: tuple[Field, ...] = (
    "book", "funding", "predicted", "open_interest", "mark", "index", "volume",
)  # fmt: skip


def _is_old(market: MarketRead, field: Field, now_ns: int) -> bool:
    """Stated once, and too long ago. What was never stated is missing, which is another thing."""
    return market.age_s(field, now_ns) is not None and market.is_stale(field, now_ns)


def _bands(bids: Sequence[Level], asks: Sequence[Level], mid: float | None) -> dict[str, Sides]:
    if mid is None:
        return {str(bps): Sides() for bps in BANDS_BPS}
    return {
        str(bps): Sides(bid=depth_usd(bids, mid, bps), ask=depth_usd(asks, mid, bps))
        for bps in BANDS_BPS
    }


def _funding(market: MarketRead, now_ns: int) -> FundingDocument:
    basis = market.rate() or market.settled.latest
    next_ns = next((f.next_ns for f in (market.live, market.predicted) if f and f.next_ns), None)
    return FundingDocument(
        live=_rate(market.live, market.age_s("funding", now_ns)),
        predicted=_rate(market.predicted, market.age_s("predicted", now_ns)),
        settled=tuple(
            Paid(rate=row.rate, interval_s=row.interval_s, at_ns=row.venue_ns or row.recv_ns)
            for row in market.settled.rows()
        ),
        basis=basis.kind if basis else None,
        hourly=hourly(basis.rate, basis.interval_s) if basis else None,
        apr=apr(basis.rate, basis.interval_s) if basis else None,
        next_ns=next_ns,
    )


def _rate(funding: Funding | None, age_s: float | None) -> Rate | None:
    if funding is None:
        return None
    return Rate(rate=funding.rate, interval_s=funding.interval_s, age_s=_rounded(age_s))


def chain_document(venue: VenueRead, now_ns: int) -> ChainDocument:
    """One venue's telemetry."""
    chain = venue.chain
    return ChainDocument(
        venue=venue.name,
        chain=venue.chain_name,
        link=venue.state,
        cause=venue.cause,
        reason=venue.reason or None,
        height=chain.height,
        block_age_s=_rounded(chain.block_age_s(now_ns)),
        cadence_s=chain.cadence_s(),
        latency_ms_p50=chain.latency_ms(50),
        latency_ms_p99=chain.latency_ms(99),
        rtt_ms=None if chain.rtt_ns is None else chain.rtt_ns / 1e6,
        gaps=chain.gaps,
        reconnects=chain.reconnects,
        rejects=chain.rejects,
        clock_skew_ms=chain.clock_skew_ms(),
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
