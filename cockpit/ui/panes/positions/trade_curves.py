"""What one trade brought over time, and beside it the spread that it was entered at and left at."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.core.units import NS_PER_S
from cockpit.portfolio.trades.reading import TradeReading
from cockpit.portfolio.trades.timeline import Happening
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.plot_frame import dated, drawn, marked
from cockpit.ui.readings.position_columns import usd
from cockpit.ui.readings.trade_spread import problem, since_ns, spread_at, unseen
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import Canvas, Floats, nice_scale, steps
from cockpit.ui.text.styled import Line, clean, clip, fit, right, width_of

LEAST_ROWS: Final = 6
"""A head and a plot of less say nothing."""
_BESIDE, _GAP = 76, 2
_PAID_HOLD_NS: Final = 10**18
"""What was paid stays paid until the next payment."""
_WATCHED_HOLD_NS: Final = 120 * NS_PER_S
Edges = NDArray[np.int64]


class _Plot(NamedTuple):
    """Bounds with their words, and series: what to draw at the columns' times, in which role."""

    low: float
    high: float
    low_text: str
    high_text: str
    series: Sequence[tuple[Callable[[Edges], Floats], str]]


def lines(
    readings: Readings,
    trade: TradeReading,
    happened: Sequence[Happening],
    width: int,
    rows: int,
) -> list[Line]:
    """Both beside each other; one below the other, or the profit alone, where it is narrow."""
    if width >= _BESIDE:
        half = (width - _GAP) // 2
        empty: Line = []
        beside = zip_longest(
            profit(readings, trade, happened, half, rows),
            spread(readings, trade, width - _GAP - half, rows),
            fillvalue=empty,
        )
        return [[*_padded(left, half + _GAP), *other] for left, other in beside]
    if rows >= 2 * LEAST_ROWS:
        upper = profit(readings, trade, happened, width, rows // 2)
        return upper + spread(readings, trade, width, rows - len(upper))
    return profit(readings, trade, happened, width, rows)


def profit(
    readings: Readings, trade: TradeReading, happened: Sequence[Happening], width: int, rows: int
) -> list[Line]:
    """Cumulated funding at its stamps, and with it what prices did, as far as it was watched."""
    untold = [leg.key.venue for leg in trade.legs if leg.payments is None]
    if untold:
        words = f"  no curve: the payments of {', '.join(untold)} since its opening are not known"
        return [[(fit(words, width), "dim")]]
    paid = [(one.at_ns, one.usd) for one in happened if one.what == "funding" and one.usd]
    curve = readings.view.trades.curves.get(trade.record.id)
    price_at, price = (
        curve.price_usd.read() if curve else (np.empty(0, dtype=np.int64), np.empty(0))
    )
    funding_at = np.array([at for at, _ in paid], dtype=np.int64)
    funding = np.cumsum([usd for _, usd in paid]) if paid else np.empty(0)
    start_ns = min([since_ns(trade), *(at for at, _ in paid)])
    known = [*funding.tolist(), *(v for v in price.tolist() if not math.isnan(v))]

    def head(marks: Mapping[str, str]) -> Line:
        paid_words: Line = [("funding paid", "gain"), (" since the opening, ", "dim")]
        price_words: Line = [("prices", "accent"), (" while watched, $", "dim")]
        return clip(
            [(" ", "dim"), *marked(marks, "gain"), *paid_words,
             *marked(marks, "accent"), *price_words],
            width,
        )  # fmt: skip

    if not known or readings.now_ns <= start_ns:
        return [head({}), [(fit("  no payment and no sample yet", width), "dim")]]
    low, high, _ = nice_scale(min(known), max(known), max(2, rows // 3))
    plot = _Plot(
        low, high, usd(low, 0), usd(high, 0),
        [
            (lambda edges: steps(funding_at, funding, edges, _PAID_HOLD_NS), "gain"),
            (lambda edges: steps(price_at, price, edges, _WATCHED_HOLD_NS), "accent"),
        ],
    )  # fmt: skip
    marks, body = _drawn(readings, plot, start_ns, width, rows - 1)
    return [head(marks), *body]


def spread(readings: Readings, trade: TradeReading, width: int, rows: int) -> list[Line]:
    """Short less long at the mids of both books, against what it was entered at."""
    entry, start_ns = trade.spread.entry_bps, since_ns(trade)

    def head(marks: Mapping[str, str]) -> Line:
        line: Line = [(" ", "dim"), *marked(marks, "accent"), ("spread", "accent")]
        line.append((" at the mids, bps", "dim"))
        if entry is not None:
            line += [(" · ", "dim"), *marked(marks, "warn"), ("entered at ", "dim")]
            line.append((fmt.signed(entry, 1), "warn"))
        return clip(line, width)

    if len({leg.size > 0 for leg in trade.legs if leg.size}) < 2:
        return [[(fit("  no spread: it is held on one side alone", width), "dim")]]
    if strangers := unseen(readings, trade):
        names = ", ".join(f"{venue}/{symbol}" for venue, symbol in strangers)
        words = f"  no curve: {clean(names)} is not followed"
        return [head({}), [(fit(words, width), "dim")]]
    if readings.now_ns <= start_ns:
        return [head({})]
    plotted = np.linspace(start_ns, readings.now_ns, 2 * width).astype(np.int64)
    values = spread_at(readings, trade, plotted)
    known = [*values[~np.isnan(values)].tolist(), *([] if entry is None else [entry])]
    if np.isnan(values).all():
        words = problem(readings) or "nothing is kept of it yet"
        return [head({}), [(fit(f"  {clean(words)}", width), "dim")]]
    low, high = min(known), max(known)
    if high - low < 1.0:
        low, high = low - 0.5, high + 0.5
    series = [(lambda edges: spread_at(readings, trade, edges), "accent")]
    if entry is not None:
        series.insert(0, (lambda edges: _dashed(entry, len(edges)), "warn"))
    plot = _Plot(low, high, fmt.signed(low, 1), fmt.signed(high, 1), series)
    marks, body = _drawn(readings, plot, start_ns, width, rows - 1)
    return [head(marks), *body]


def _dashed(value: float, count: int) -> Floats:
    """A level that is no measurement: drawn with gaps, so that it is none also without colour."""
    return np.where(np.arange(count) % 4 < 2, value, np.nan)


def _drawn(
    readings: Readings, plot: _Plot, start_ns: int, width: int, rows: int
) -> tuple[Mapping[str, str], list[Line]]:
    """The marks of its lines, and the plot in exactly so many rows, the times below it."""
    label = max(len(plot.low_text), len(plot.high_text)) + 1

    def draw(canvas: Canvas) -> None:
        edges: Edges = np.linspace(start_ns, readings.now_ns, canvas.dots_wide).astype(np.int64)
        for values, role in plot.series:
            canvas.plot(values(edges), plot.low, plot.high, role)

    canvas, marks = drawn(readings, max(1, width - label - 1), max(2, rows - 1), draw)
    found: list[Line] = []
    drawn_rows = canvas.lines()
    for i, line in enumerate(drawn_rows):
        text = plot.high_text if i == 0 else plot.low_text if i == len(drawn_rows) - 1 else ""
        found.append([(right(text, label), "dim"), (" ", "dim"), *line])
    found.append(dated(start_ns, readings.now_ns, label + 1, canvas.width))
    return marks, found[:rows]


def _padded(line: Line, width: int) -> Line:
    missing = width - width_of(line)
    return [*line, (" " * missing, "dim")] if missing > 0 else line
