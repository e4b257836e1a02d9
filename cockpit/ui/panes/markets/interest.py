"""Open interest of the selected symbol: how much, where, which way it moves, over which depth."""

from collections.abc import Mapping

import numpy as np

from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.state.view import MarketRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.plot_frame import Series, dated, framed_plot
from cockpit.ui.readings.changes import (
    depth_now,
    depth_over_day,
    depth_over_hour,
    interest_over_day,
)
from cockpit.ui.readings.funding_rates import (
    added_open_interest,
    fresh_open_interest,
    open_interest_change,
    open_interest_usd,
)
from cockpit.ui.readings.order_books import book_reading
from cockpit.ui.readings.plotted import plotted
from cockpit.ui.readings.through_time import drawn, kept_span, span_ns
from cockpit.ui.readings.venue_window import window
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import Canvas, Floats, nice_scale, spark
from cockpit.ui.text.styled import Line, fit, framed, longest, right

TITLE = "interest"
HZ = 1.0
BAND_BPS = 25.0
_SPARK = 12
_PLOT_ROWS = 5
_CELLS = (
    ("usd", 8), ("1h", 8), ("24h", 8), ("share", 6), ("/depth", 8), ("spark", _SPARK + 2),
    ("depth", 8), ("depth 1h", 9), ("depth 24h", 10),
)  # fmt: skip


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    fresh = fresh_open_interest(readings, readings.symbol or "")
    added = added_open_interest(readings, readings.symbol or "")
    names = readings.listing()
    columns = _columns(inner)
    body: list[Line] = [_head(columns, _looked_s(readings, names))]
    shown = window(readings, names, height - 3)
    body += [_row(readings, name, fresh.get(name), added, columns) for name in shown.names]
    if not names:
        body = [
            [],
            [(f" {readings.no_symbol if not readings.symbol else 'no venue lists it'}", "dim")],
        ]
    elif height - 2 - len(body) >= _PLOT_ROWS + 2:
        body += _history(readings, names, inner, height - 2 - len(body))
    return framed(
        body,
        width,
        height,
        title=[("open interest", "title"), (f" · {readings.symbol or '-'} · USD", "dim")],
        note=shown.note,
        verdict=_verdict(readings, added, width - 4),
        focused=readings.ui.focus == TITLE,
    )


def _columns(inner: int) -> list[tuple[str, int]]:
    """(column, cells) of what fits, most wanted first."""
    room = inner - 13
    out = []
    for name, size in _CELLS:
        if room < size:
            break
        out.append((name, size))
        room -= size
    return out


def _looked_s(readings: Readings, names: list[str]) -> float:
    """Seconds for which open interest is known, at most an hour: what its change is over."""
    first = readings.now_ns
    for name in names:
        market = readings.market(name)
        if market is not None:
            at, _ = market.open_interests.read(readings.now_ns - HOUR_NS)
            first = min([first, *at[:1].tolist()])
    return (readings.now_ns - first) / NS_PER_S


def _head(columns: list[tuple[str, int]], looked_s: float) -> Line:
    span = "1h" if looked_s >= 3500 or not looked_s else fmt.age(looked_s)
    words = {"spark": f"last {span}", "/depth": "x depth", "1h": f"in {span}"}
    return [
        (" " * 13, "dim"),
        *((right(words.get(name, name), size), "dim") for name, size in columns),
    ]


def _row(
    readings: Readings,
    name: str,
    usd: float | None,
    added: Mapping[str, float],
    columns: list[tuple[str, int]],
) -> Line:
    """One venue; `usd` is None where its figure is missing or stale, `added` what is added up: a
    venue with another coin of the name has no share in it."""
    market = readings.market(name)
    line: Line = [(" " + fit(name, 12), readings.colour_of(name))]
    known = open_interest_usd(market)
    if market is None or known is None:
        return [*line, *((right(fmt.MISSING, size), "dim") for _, size in columns[:2])]
    stale = usd is None
    total = sum(added.values())
    share = added[name] / total if name in added and total else None
    for column, size in columns:
        text, role = _cell(readings, market, column, known, share)
        if stale and column == "usd":
            text = fmt.STALE + text
        line.append((right(text, size), "stale" if stale else role))
    return line


def _cell(
    readings: Readings, market: MarketRead, column: str, usd: float, share: float | None
) -> tuple[str, str]:
    if column == "usd":
        return fmt.magnitude(usd), "number"
    if column == "1h":
        return _moved(open_interest_change(market, readings.now_ns))
    if column == "24h":
        return _moved(interest_over_day(readings, market))
    if column == "depth":
        resting = depth_now(market)
        return fmt.magnitude(resting), "dim" if resting is None else "number"
    if column == "depth 1h":
        return _moved(depth_over_hour(readings, market))
    if column == "depth 24h":
        return _moved(depth_over_day(readings, market))
    if column == "share":
        return (fmt.MISSING, "dim") if share is None else (f"{share * 100:.0f}%", "text")
    if column == "spark":
        _, values = market.open_interests.read(readings.now_ns - HOUR_NS)
        return spark(_thinned(values, _SPARK), _SPARK), "dim"
    return _per_depth(readings, market.venue, usd)


def _moved(change: float | None) -> tuple[str, str]:
    """In per cent of what it was; large ones without decimals."""
    if change is None:
        return fmt.MISSING, "dim"
    decimals = 2 if abs(change) < 0.995 else 0
    return fmt.signed(change * 100, decimals) + "%", "text" if change else "dim"


def _thinned(values: Floats, count: int) -> Floats:
    """`count` values spread over the whole span."""
    if len(values) <= count:
        return values
    picked: Floats = values[np.linspace(0, len(values) - 1, count).round().astype(int)]
    return picked


def _per_depth(readings: Readings, venue: str, usd: float) -> tuple[str, str]:
    """Open interest as a multiple of what rests within the band, mean of both sides."""
    book = book_reading(readings, venue)
    if book is None or book.stale:
        return fmt.MISSING, "dim"
    resting = book.bid_side.within(BAND_BPS) + book.ask_side.within(BAND_BPS)
    if not resting:
        return fmt.MISSING, "dim"
    short = min(book.bid_reach_bps, book.ask_reach_bps) < BAND_BPS
    return ("≤ " if short else "") + f"{usd / resting * 2:.0f}", "text"


def _history(readings: Readings, names: list[str], width: int, height: int) -> list[Line]:
    """Change of open interest since the left edge, in per cent, one line a venue."""
    markets = {name: readings.market(name) for name in plotted(readings, names)}
    rings = {name: market.open_interests for name, market in markets.items() if market is not None}
    shown_ns = span_ns(readings, list(rings.values()))
    span = kept_span(readings)

    def changes(dots: int) -> dict[str, Floats]:
        edges = np.linspace(readings.now_ns - shown_ns, readings.now_ns, dots).astype(np.int64)
        found = {}
        for name, ring in rings.items():
            kept = span.open_interest.get(name) if span is not None else None
            values = drawn(readings, kept, ring, edges)
            known = values[~np.isnan(values)]
            if len(known) > 2 and known[0] > 0:
                found[name] = (values / known[0] - 1.0) * 100
        return found

    known = changes(2 * max(1, width))
    if not known:
        return [[], [(" collecting: the last hour is drawn here as it passes", "dim")]]
    peak = max(0.1, *(float(np.nanmax(np.abs(values))) for values in known.values()))
    low, high = readings.cache.scale(f"interest {readings.symbol} {shown_ns}", -peak, peak)
    bottom, top, ticks = nice_scale(low, high, max(2, height // 4))

    def draw(canvas: Canvas) -> list[Series]:
        series = []
        for name, values in changes(canvas.dots_wide).items():
            canvas.plot(values, bottom, top, readings.colour_of(name))
            last = float(values[~np.isnan(values)][-1])
            series.append(Series(name, readings.colour_of(name), last, fmt.signed(last, 2) + "%"))
        return series

    plot = framed_plot(readings, width, height - 2, bottom, top, ticks, draw)
    minutes = shown_ns // (60 * NS_PER_S)
    words = f"{minutes} min" if shown_ns <= HOUR_NS else fmt.span(shown_ns // HOUR_NS)
    axis = (
        _minutes_ago(minutes, plot.left, plot.width)
        if shown_ns <= HOUR_NS
        else dated(readings.now_ns - shown_ns, readings.now_ns, plot.left, plot.width)
    )
    return [[(f" change in the last {words}, %", "dim")], *plot.lines, axis]


def _minutes_ago(minutes: int, left: int, width: int) -> Line:
    """Under the plot: five times from the left edge to now, as many as have room."""
    row = [" "] * width
    for quarter in (0, 4, 2, 1, 3):
        ago = minutes * (4 - quarter) / 4
        text = f"{fmt.MINUS}{ago:g}m" if ago else "now"
        at = min(width - len(text), quarter * (width - 1) // 4)
        if at >= 0 and not any(c.strip() for c in row[max(0, at - 1) : at + len(text) + 1]):
            row[at : at + len(text)] = text
    return [(" " * left, "dim"), ("".join(row), "dim")]


def _verdict(readings: Readings, added: Mapping[str, float], width: int) -> Line:
    """How much in all, and how concentrated."""
    total = sum(added.values())
    if not total:
        return [("no fresh figure", "dim")] if readings.symbol else []
    effective = 1.0 / sum((usd / total) ** 2 for usd in added.values())
    head: Line = [(f"{fmt.magnitude(total)} in all, one-sided", "text")]
    return longest(
        width,
        [*head, (f", spread as over {effective:.1f} venues", "dim")],
        head,
        [(fmt.magnitude(total), "text")],
    )
