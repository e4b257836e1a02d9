"""A staggered order as a picture: its slices on a time axis a venue, and what is still open."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cockpit.calculators.common.words import base_words, usd_words
from cockpit.core.plan import Leg
from cockpit.core.units import HOUR_S, NS_PER_S
from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.plot_frame import Series, dated, framed_plot
from cockpit.ui.text.canvas import Canvas, nice_scale
from cockpit.ui.text.styled import Line, fit, right

if TYPE_CHECKING:
    from cockpit.calculators.stagger import calculator as stagger

UNIT = "slices and funding stamps"
_LEVELS = "▂▃▄▅▆▇█"
_ASCII_LEVELS = ".:oO#"
_NAME, _TOTAL = 13, 22
_LEAST_PLOT = 5


def picture(readings: Readings, form: Form, inner: int, room: int) -> list[Line]:
    """A row a venue with its subtotal; below them the path of what is not yet traded."""
    result = form.result
    legs = result.plan.legs if result and result.plan else ()
    if result is None or not legs:
        return [[], [(" No picture: no slice is proposed", "dim")]]
    values: stagger.Values = result.values
    start = min(leg.not_before_ns or readings.now_ns for leg in legs)
    end = max(start + round(values.horizon_min * 60 * NS_PER_S), start + 1)
    width = inner - _NAME - _TOTAL - 2
    if width < 10:
        return [[], [(" too narrow for a picture: zoom this pane", "dim")]]
    most = max(leg.size for leg in legs)
    rows = [
        _row(readings, part.venue, legs, (start, end), most, width) + _subtotal(part, values)
        for part in values.by_venue
    ]
    head: Line = [
        (" " * (_NAME + 1), "dim"), (fit("slices as bars, funding stamps ┊", width), "dim"),
        (right("coins", 10) + right("cost", _TOTAL - 10), "dim"),
    ]  # fmt: skip
    cut = max(1, room - 2 - _LEAST_PLOT) if room > _LEAST_PLOT + 4 else room - 1
    if len(rows) > cut:
        hidden = len(rows) - cut + 1
        rows = [*rows[: cut - 1], [(f" … {hidden} more venues: zoom this pane", "dim")]]
    drawn = [head, *rows]
    left = room - len(drawn) - 2
    if left >= _LEAST_PLOT:
        drawn += [
            [(" still to be traded, coins", "dim")],
            *_open_path(readings, values, legs, (start, end), inner, left),
        ]
    return drawn


def _row(
    readings: Readings, venue: str, legs: Sequence[Leg], span: tuple[int, int], most: float,
    width: int,
) -> Line:  # fmt: skip
    """A venue's slices by size at their times, and its stamps where no slice stands."""
    start, end = span
    sizes = [0.0] * width
    for leg in legs:
        if leg.venue == venue:
            share = ((leg.not_before_ns or start) - start) / (end - start)
            sizes[min(width - 1, max(0, int(share * width)))] += leg.size
    levels = _ASCII_LEVELS if readings.glyphs == "ascii" else _LEVELS
    stamps = _stamps(readings, venue, legs[0].symbol, span, width)
    line: Line = [(" " + fit(venue, _NAME), readings.colour_of(venue))]
    for x, size in enumerate(sizes):
        if size > 0:
            level = min(len(levels) - 1, int(size / most * len(levels) - 1e-9))
            line.append((levels[max(0, level)], readings.colour_of(venue)))
        elif x in stamps:
            line.append(("|" if readings.glyphs == "ascii" else "┊", "warn"))
        else:
            line.append(("·" if x % 10 == 0 else " ", "frame"))
    return line


def _stamps(
    readings: Readings, venue: str, symbol: str, span: tuple[int, int], width: int
) -> set[int]:
    """Columns in which the venue pays funding."""
    market = readings.view.market(venue, symbol)
    rate = market.rate() if market is not None else None
    if rate is None or rate.next_ns is None:
        return set()
    start, end = span
    step = (rate.interval_s or HOUR_S) * NS_PER_S
    first = rate.next_ns + -(-(start - rate.next_ns) // step) * step
    return {int((at - start) / (end - start) * width) for at in range(first, end, step)}


def _subtotal(part: "stagger.VenuePart", values: "stagger.Values") -> Line:
    cost = "·" if part.cost_usd is None else usd_words(part.cost_usd)
    bps = ""
    if part.cost_usd is not None and values.reference_price is not None:
        bps = f"{part.cost_usd / (part.size * values.reference_price) * 1e4:.1f}"
    both = f"{cost} {bps}bp"
    text = both if bps and len(both) < _TOTAL - 10 else cost
    return [
        (right(base_words(part.size), 10), "number"),
        (right(text, _TOTAL - 10), "text"),
    ]


def _open_path(
    readings: Readings,
    values: "stagger.Values",
    legs: Sequence[Leg],
    span: tuple[int, int],
    inner: int,
    height: int,
) -> list[Line]:
    """What the order lacks after each slice, signed: a buy is short of it until then."""
    start, end = span
    at = np.array([leg.not_before_ns or start for leg in legs], dtype=np.int64)
    done = np.concatenate(([0.0], np.cumsum([leg.size for leg in legs])))
    rest = (done[-1] - done) * values.side.sign
    bottom, top, ticks = nice_scale(float(rest.min()), float(rest.max()), max(2, height // 3))

    def draw(canvas: Canvas) -> Sequence[Series]:
        edges = np.linspace(start, end, canvas.dots_wide).astype(np.int64)
        canvas.plot(rest[np.searchsorted(at, edges, side="right")], bottom, top, "accent")
        return [Series("at the end", "accent", float(rest[-1]), base_words(float(rest[-1])))]

    plot = framed_plot(readings, inner, height - 1, bottom, top, ticks, draw, figure=8)
    if plot.left == 0:
        return plot.lines
    return [*plot.lines, dated(start, end, plot.left, plot.width)]
