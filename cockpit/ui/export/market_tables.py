"""The figures behind each pane as rows: what `W` writes and `Y` copies.

Columns carry their unit in the name, an unknown figure is None, and nothing is rounded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cockpit.analytics.execution.depth import microprice
from cockpit.core.units import apr, hourly
from cockpit.state.lookups import is_rate_stale, rate_field
from cockpit.ui.model.frame_stats import FrameStats
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.ui_state import SIZES_USD, TENORS
from cockpit.ui.panes.depth.depth_chart import SPAN_BPS
from cockpit.ui.panes.depth.merged import merge
from cockpit.ui.readings.breakeven import breakeven
from cockpit.ui.readings.funding_rates import live, terms
from cockpit.ui.readings.order_books import (
    BANDS_BPS,
    book_reading,
    book_readings,
    cost,
    mergeable_books,
)
from cockpit.ui.readings.same_asset import is_one_asset

Value = str | int | float | bool | None
DEPTH = 50
"""Book levels a side, at most."""


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` are as long as `columns`."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]


def _funding(readings: Readings) -> Table:
    rows: list[tuple[Value, ...]] = []
    for symbol in readings.symbols:
        for venue in readings.venues:
            market = readings.view.market(venue.name, symbol)
            if market is None or not readings.is_listed(venue.name, symbol):
                continue
            rate = market.rate()
            field = rate_field(market) or "funding"
            rows.append(
                (
                    symbol, venue.name, rate.kind if rate else None, rate.rate if rate else None,
                    rate.interval_s if rate else None,
                    hourly(rate.rate, rate.interval_s) if rate else None,
                    apr(rate.rate, rate.interval_s) if rate else None,
                    rate.next_ns if rate else None, market.age_s(field, readings.now_ns),
                    is_rate_stale(market, readings.now_ns) if rate else None,
                )
            )  # fmt: skip
    names = "symbol venue kind rate interval_s rate_hourly apr next_ns age_s stale"
    return Table(tuple(names.split()), rows)


def _curves(readings: Readings) -> Table:
    rows: list[tuple[Value, ...]] = []
    for venue in readings.venues:
        market = readings.market(venue.name)
        for row in market.settled.rows() if market else ():
            at_ns = row.venue_ns or row.recv_ns
            rows.append(
                (readings.symbol, venue.name, at_ns, row.rate, row.interval_s,
                 apr(row.rate, row.interval_s))
            )  # fmt: skip
    return Table(("symbol", "venue", "at_ns", "rate", "interval_s", "apr"), rows)


def _depth(readings: Readings) -> Table:
    rows: list[tuple[Value, ...]] = []
    for venue in readings.venues:
        market = readings.market(venue.name)
        if market is None:
            continue
        is_old = market.is_stale("book", readings.now_ns)
        for side, levels in (("bid", market.book.bids(DEPTH)), ("ask", market.book.asks(DEPTH))):
            rows += [
                (readings.symbol, venue.name, side, price, size, price * size, is_old)
                for price, size in levels
            ]
    return Table(("symbol", "venue", "side", "price", "size_base", "size_usd", "stale"), rows)


def _interest(readings: Readings) -> Table:
    rows: list[tuple[Value, ...]] = []
    for symbol in readings.symbols:
        for venue in readings.venues:
            market = readings.view.market(venue.name, symbol)
            if market is None or not readings.is_listed(venue.name, symbol):
                continue
            base, mark = market.open_interest, market.mark
            usd = base * mark if base is not None and mark is not None else None
            age = market.age_s("open_interest", readings.now_ns)
            rows.append((symbol, venue.name, base, usd, mark, age))
    return Table(
        ("symbol", "venue", "open_interest_base", "open_interest_usd", "mark", "age_s"), rows
    )


def _health(readings: Readings) -> Table:
    rows: list[tuple[Value, ...]] = []
    for venue in readings.venues:
        chain = venue.chain
        rows.append(
            (
                venue.name, venue.state, venue.reason or None, venue.age_s(readings.now_ns),
                chain.height, chain.block_age_s(readings.now_ns), chain.cadence_s(),
                chain.latency_ms(50), chain.latency_ms(99),
                None if chain.rtt_ns is None else chain.rtt_ns / 1e6,
                chain.gaps, chain.reconnects, chain.rejects, chain.clock_skew_ms(),
            )
        )  # fmt: skip
    names = (
        "venue link reason age_s height block_age_s cadence_s latency_ms_p50 latency_ms_p99 rtt_ms "
        "gaps reconnects rejects clock_skew_ms"
    )
    return Table(tuple(names.split()), rows)


def _log(readings: Readings) -> Table:
    rows = [(note.at_ns, note.venue, note.severity, note.text) for note in readings.notices]
    return Table(("at_ns", "venue", "severity", "text"), rows)


def _merged(readings: Readings) -> Table:
    rows: list[tuple[Value, ...]] = []
    books = mergeable_books(readings)
    for name, side in (("bid", -1), ("ask", 1)) if books else ():
        merged = merge(readings, books, side)
        rows += [
            (readings.symbol, name, books[merged.venue[i]].venue, float(merged.price[i]),
             float(merged.effective[i]), float(merged.size[i]))
            for i in range(min(DEPTH, len(merged.effective)))
        ]  # fmt: skip
    names = "symbol side venue price price_with_fee size_base"
    return Table(tuple(names.split()), rows)


def _liquidity(readings: Readings) -> Table:
    rows: list[tuple[Value, ...]] = []
    for book in filter(None, (book_reading(readings, name) for name in readings.listing())):
        bid, ask, micro = book.bids[0][0], book.asks[0][0], microprice(book.bids, book.asks)
        rows.append(
            (
                readings.symbol, book.venue, book.mid, (ask - bid) / book.mid * 1e4, micro,
                *(side.within(bps) for bps in BANDS_BPS for side in (book.bid_side, book.ask_side)),
                book.bid_reach_bps, book.ask_reach_bps, book.stale,
            )
        )  # fmt: skip
    bands = [f"{side}_usd_{bps:.0f}_bps" for bps in BANDS_BPS for side in ("bid", "ask")]
    names = ("symbol", "venue", "mid", "spread_bps", "microprice", *bands,
             "covered_bid_bps", "covered_ask_bps", "stale")  # fmt: skip
    return Table(names, rows)


def _costs(readings: Readings) -> Table:
    rows: list[tuple[Value, ...]] = []
    for name in readings.listing():
        book, (fee, assumed) = book_reading(readings, name), readings.taker_fee(name)
        if book is None:
            continue
        for size in sorted({*SIZES_USD, readings.ui.size_usd}):
            for word, side in (("buy", 1), ("sell", -1)):
                walked = cost(book, side, size)
                fee_bps = None if fee is None else fee * 1e4
                known = walked.bps is not None and fee_bps is not None
                total = (walked.bps or 0.0) + (fee_bps or 0.0) if known else None
                rows.append((readings.symbol, name, word, size, walked.bps, fee_bps, assumed, total,
                             walked.filled_frac, book.stale))  # fmt: skip
    names = "symbol venue side size_usd impact_bps fee_bps fee_assumed cost_bps filled_frac stale"
    return Table(tuple(names.split()), rows)


def _depth_chart(readings: Readings) -> Table:
    rows: list[tuple[Value, ...]] = []
    for book in book_readings(readings):
        for name, side in (("bid", book.bid_side), ("ask", book.ask_side)):
            rows += [
                (readings.symbol, book.venue, name, float(away), float(usd))
                for away, usd in zip(side.away_bps, side.usd, strict=True)
                if away <= SPAN_BPS
            ]
    return Table(("symbol", "venue", "side", "from_mid_bps", "cumulative_usd"), rows)


def _terms(readings: Readings) -> Table:
    rows: list[tuple[Value, ...]] = []
    curves = {name: terms(readings, name) for name in readings.listing()}
    for name, curve in curves.items():
        for tenor in TENORS:
            rate = curve[tenor]
            rows.append((readings.symbol, name, tenor, rate, None if rate is None else rate * 8760))
    return Table(("symbol", "venue", "tenor", "rate_hourly", "apr"), rows)


def _premium(readings: Readings) -> Table:
    rows: list[tuple[Value, ...]] = []
    for name in readings.listing():
        market, spec = readings.market(name), readings.specs.get(name)
        formula = spec.funding_terms if spec else None
        said = market.live if market else None
        basis = None
        if market and market.mark and market.index:
            basis = (market.mark / market.index - 1) * 1e4
        premium = said.premium if said else None
        low, high = formula.pin if formula else (None, None)
        rows.append(
            (
                readings.symbol, name, live(market),
                None if premium is None else premium * 1e4, basis,
                None if low is None else low * 1e4, None if high is None else high * 1e4,
                market.is_stale("funding", readings.now_ns) if market and said else None,
            )
        )  # fmt: skip
    names = "symbol venue rate_hourly premium_bps basis_bps pin_low_bps pin_high_bps stale"
    return Table(tuple(names.split()), rows)


def _spreads(readings: Readings) -> Table:
    rows: list[tuple[Value, ...]] = []
    for short in readings.listing():
        for long in readings.listing():
            if short == long:
                continue
            ui = readings.ui
            a, b = (
                terms(readings, short)[readings.ui.tenor],
                terms(readings, long)[readings.ui.tenor],
            )
            is_known = a is not None and b is not None and is_one_asset(readings, short, long)
            spread = (a or 0.0) - (b or 0.0) if is_known else None
            pays = breakeven(readings, short, long)
            rows.append((readings.symbol, short, long, ui.tenor, spread, ui.size_usd,
                         pays.cost_bps, pays.hours if pays.cost_bps is not None else None,
                         pays.cost_bps is not None and pays.hours is None,
                         pays.at_ns))  # fmt: skip
    names = "symbol short long tenor spread_hourly size_usd cost_bps breakeven_h never breakeven_ns"
    return Table(tuple(names.split()), rows)


def _links(readings: Readings) -> Table:
    health = _health(readings)
    rows = []
    for venue, row in zip(readings.venues, health.rows, strict=True):
        stats = readings.venue_stats.get(venue.name)
        more: tuple[Value, ...] = (None,) * 7
        if stats is not None:
            more = (stats.frames, stats.bytes, stats.faults, stats.budget_left, stats.budget_burst,
                    stats.blocked_s, stats.fetches_pending)  # fmt: skip
        rows.append((*row, *more, venue.chain.last_reject or None))
    names = "messages bytes faults budget_left budget_burst blocked_s fetches_pending last_reject"
    return Table((*health.columns, *names.split()), rows)


def _program(readings: Readings) -> Table:
    rows: list[tuple[Value, ...]] = [
        (name, getattr(readings.frames, name)) for name in FrameStats.__slots__ if name != "reason"
    ]
    feed = readings.feed
    rows += [
        ("messages_per_s", feed.messages_per_s if feed else None),
        ("coalescing", feed.coalescing if feed else None),
        ("recording", feed.recording if feed else None),
    ]
    return Table(("figure", "value"), rows)


TABLES: dict[str, Callable[[Readings], Table]] = {
    "funding": _funding,
    "curves": _curves,
    "depth": _depth,
    "interest": _interest,
    "health": _health,
    "log": _log,
    "merged": _merged,
    "liquidity": _liquidity,
    "costs": _costs,
    "depth_chart": _depth_chart,
    "terms": _terms,
    "term_plot": _terms,
    "premium": _premium,
    "spreads": _spreads,
    "links": _links,
    "trouble": _links,
    "program": _program,
}
"""By the pane's id; what is not here is exported as its lines."""
