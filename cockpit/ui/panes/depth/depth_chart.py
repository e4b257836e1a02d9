"""Cumulative depth around each venue's own mid: who holds a large order, and how far out."""

import numpy as np

from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.plot_frame import Series, framed_plot
from cockpit.ui.readings.order_books import BookReading, Side, book_readings, no_levels
from cockpit.ui.readings.plotted import how_many, plotted
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import Canvas, Floats, nice_scale
from cockpit.ui.text.styled import Line, framed, longest

TITLE = "depth_chart"
HZ = 0.5
SPAN_BPS = 50.0


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    books = book_readings(readings)
    names = [book.venue for book in books]
    shown = set(plotted(readings, names))
    books = [book for book in books if book.venue in shown]
    return framed(
        _plot(readings, books, width - 2, height - 2),
        width,
        height,
        title=[
            ("depth chart", "title"),
            (f" · {readings.symbol or '-'}", "dim"),
            (" · USD millions", "dim"),
            (", cumulative", "dim"),
        ],
        note=how_many(names),
        verdict=_verdict(readings, books, width - 4),
        focused=readings.ui.focus == TITLE,
    )


def _plot(readings: Readings, books: list[BookReading], width: int, height: int) -> list[Line]:
    if not books:
        why = no_levels(readings, "to draw") if readings.symbol else readings.no_symbol
        return [[], [(f" {why}", "dim")]]
    curves = [(book, _cumulative(book)) for book in books]
    high = max(float(usd[-1]) for _, sides in curves for _, usd in sides) / 1e6
    _, high = readings.cache.scale(f"depth {readings.symbol}", 0.0, high)
    bottom, top, ticks = nice_scale(0.0, high, max(2, height // 4))

    def in_front(curve: tuple[BookReading, tuple[Curve, Curve]]) -> tuple[bool, float]:
        """Drawn later: the shorter one, and the trader's own."""
        book = curve[0]
        return book.venue == readings.venue, -min(book.bid_reach_bps, book.ask_reach_bps)

    def draw(canvas: Canvas) -> list[Series]:
        at = np.linspace(-SPAN_BPS, SPAN_BPS, canvas.dots_wide)
        series = []
        for book, (bids, asks) in sorted(curves, key=in_front):
            values = np.where(at < 0, _read(bids, -at), _read(asks, at)) / 1e6
            colour = readings.colour_of(book.venue)
            canvas.plot(values, bottom, top, colour)
            known = values[~np.isnan(values)]
            total = float(known[-1]) if len(known) else None
            figure = fmt.MISSING if total is None else fmt.magnitude(total * 1e6)
            series.append(Series(book.venue, colour, total, figure))
        return series

    plot = framed_plot(
        readings, width, height - 1, bottom, top, ticks, draw, figure=7, signed=False
    )
    return [*plot.lines, _distances(plot.left, plot.width)]


Curve = tuple[Floats, Floats]
"""(distance from mid in bps, cumulative USD), both of shape (levels,), nearest first."""


def _cumulative(book: BookReading) -> tuple[Curve, Curve]:
    """Both sides inside the chart. The last known level holds as far as the book is known."""
    return (
        _inside(book.bid_side, book.bid_reach_bps),
        _inside(book.ask_side, book.ask_reach_bps),
    )


def _inside(side: Side, reach_bps: float) -> Curve:
    away, usd = side.away_bps[side.away_bps <= SPAN_BPS], side.usd[side.away_bps <= SPAN_BPS]
    if not len(away):
        away, usd = side.away_bps[:1], side.usd[:1]
    return np.append(away, max(float(away[-1]), min(reach_bps, SPAN_BPS))), np.append(usd, usd[-1])


def _read(side: Curve, at: Floats) -> Floats:
    """Cumulative USD at each distance; NaN beyond what is known."""
    away, usd = side
    index = np.searchsorted(away, at, side="right") - 1
    values = np.where(index >= 0, usd[np.maximum(index, 0)], 0.0)
    return np.where(at > away[-1] + 1e-9, np.nan, values)


def _distances(left: int, width: int) -> Line:
    """bps from mid under the plot."""
    row = [" "] * width
    for bps in (-50, -25, -10, 0, 10, 25, 50):
        text = fmt.signed(bps, 0) if bps else "mid"
        x = round((bps + SPAN_BPS) / (2 * SPAN_BPS) * (width - 1)) - len(text) // 2
        x = max(0, min(width - len(text), x))
        if all(char == " " for char in row[max(0, x - 1) : x + len(text) + 1]):
            row[x : x + len(text)] = text
    return [(" " * left, "dim"), ("".join(row), "dim")]


def _verdict(readings: Readings, books: list[BookReading], width: int) -> Line:
    short = [b.venue for b in books if min(b.bid_reach_bps, b.ask_reach_bps) < SPAN_BPS]
    if not short:
        return longest(width, [("bids left, asks right, bps from each venue's mid", "dim")], [])
    ends = f"{', '.join(short)} {'ends' if len(short) == 1 else 'end'} before the edge"
    return longest(
        width,
        [(f"{ends}: what is behind is unknown", "dim")],
        [(ends, "dim")],
    )
