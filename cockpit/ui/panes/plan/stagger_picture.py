"""A staggered order as a picture: its slices on a time axis a venue, and what is still open."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cockpit.calculators.common.words import base_words, usd_words
from cockpit.calculators.saved_plans import SavedPlan, progress
from cockpit.core.plan import Leg
from cockpit.core.units import HOUR_S, NS_PER_S
from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.plot_frame import Series, dated, framed_plot
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import Canvas, nice_scale
from cockpit.ui.text.styled import Line, fit, right

if TYPE_CHECKING:
    from cockpit.calculators.stagger import calculator as stagger

UNIT = "slices and funding stamps"
_LEVELS = "▂▃▄▅▆▇█"
_ASCII_LEVELS = ".:oO#"
_NAME, _TOTAL = 13, 24
_LEAST_PLOT = 5


class Timeline(NamedTuple):
    """Legs between two instants; `totals` are a venue's size and what it cost or will cost.

    `left` is what each leg still trades, signed base units; `now_ns` None leaves the moment out.
    """

    legs: Sequence[Leg]
    start_ns: int
    end_ns: int
    totals: Sequence[tuple[str, float, str]]
    left: Sequence[float]
    now_ns: int | None = None


Below = Callable[[Readings, Timeline, int, int], list[Line]]
"""Draws below the rows, in a width and at most so many rows and a head."""


def picture(readings: Readings, form: Form, inner: int, room: int) -> list[Line]:
    """A row a venue with its subtotal; below them the path of what is not yet traded."""
    result = form.result
    legs = result.plan.legs if result and result.plan else ()
    if result is None or not legs:
        return [[], [(" No picture: no slice is proposed", "dim")]]
    values: stagger.Values = result.values
    start = min(leg.not_before_ns or readings.venue_now_ns for leg in legs)
    end = max(start + round(values.horizon_min * 60 * NS_PER_S), start + 1)
    totals = [(part.venue, part.size, _cost(part, values)) for part in values.by_venue]
    left = [leg.side.sign * leg.size for leg in legs]
    return drawn(readings, Timeline(legs, start, end, totals, left), inner, room)


def kept(readings: Readings, plan: SavedPlan, inner: int, room: int) -> list[Line]:
    """The slices of a kept plan, what is filled of each venue's, and where the clock stands."""
    times = [leg.not_before_ns or plan.at_ns for leg in plan.legs]
    if not times:
        return [[], [(" No picture: the plan has no legs", "dim")]]
    done = progress(plan).legs
    sizes: dict[str, tuple[float, float]] = {}
    for leg, state in zip(plan.legs, done, strict=True):
        size, filled = sizes.get(leg.venue, (0.0, 0.0))
        sizes[leg.venue] = size + leg.size, filled + min(state.filled, leg.size)
    totals = [
        (venue, float(f"{size:.6g}"), f"{fmt.done_share(filled / size)} done" if size else "")
        for venue, (size, filled) in sizes.items()
    ]
    left = [leg.side.sign * state.left for leg, state in zip(plan.legs, done, strict=True)]
    start = min(times)
    end = max(*times, start + 600 * NS_PER_S)
    line = Timeline(plan.legs, start, end, totals, left, readings.venue_now_ns)
    return drawn(readings, line, inner, room)


def drawn(
    readings: Readings, line: Timeline, inner: int, room: int, below: Below | None = None
) -> list[Line]:
    """A row a venue, and what is plotted below them: the path of what is left unless said."""
    width = inner - _NAME - _TOTAL - 2
    if width < 10:
        return [[], [(" too narrow for a picture: zoom this pane", "dim")]]
    rows = [
        [
            *_row(readings, venue, line, width),
            (right(base_words(size), 10), "number"),
            (right(words, _TOTAL - 10), "text"),
        ]
        for venue, size, words in line.totals
    ]
    head: Line = [
        (" " * (_NAME + 1), "dim"), (fit("slices as bars, funding stamps ┊", width), "dim"),
        (right("coins", 10), "dim"),
        (right("filled" if line.now_ns is not None else "cost", _TOTAL - 10), "dim"),
    ]  # fmt: skip
    cut = max(1, room - 2 - _LEAST_PLOT) if room > _LEAST_PLOT + 4 else room - 1
    if len(rows) > cut:
        hidden = len(rows) - cut + 1
        rows = [*rows[: cut - 1], [(f" … {hidden} more venues: zoom this pane", "dim")]]
    found = [head, *rows]
    left = room - len(found) - 2
    if left >= _LEAST_PLOT:
        found += (below or _still_open)(readings, line, inner, left)
    return found


def _still_open(readings: Readings, line: Timeline, inner: int, height: int) -> list[Line]:
    head: Line = [(" still to be traded, coins", "dim")]
    return [head, *_open_path(readings, line, inner, height)]


def _row(readings: Readings, venue: str, line: Timeline, width: int) -> Line:
    """A venue's slices by size at their times, and its stamps where no slice stands."""
    start, span = line.start_ns, line.end_ns - line.start_ns
    most = max(leg.size for leg in line.legs)
    sizes = [0.0] * width
    for leg in line.legs:
        if leg.venue == venue:
            share = ((leg.not_before_ns or start) - start) / span
            sizes[min(width - 1, max(0, int(share * width)))] += leg.size
    is_ascii = readings.glyphs == "ascii"
    levels = _ASCII_LEVELS if is_ascii else _LEVELS
    stamps = _stamps(readings, venue, line.legs[0].symbol, (start, line.end_ns), width)
    now = None if line.now_ns is None else int((line.now_ns - start) / span * width)
    drawn: Line = [(" " + fit(venue, _NAME), readings.colour_of(venue))]
    for x, size in enumerate(sizes):
        if size > 0:
            level = min(len(levels) - 1, int(size / most * len(levels) - 1e-9))
            drawn.append((levels[max(0, level)], readings.colour_of(venue)))
        elif x == now:
            drawn.append(("|" if is_ascii else "│", "accent"))
        elif x in stamps:
            drawn.append((":" if is_ascii else "┊", "warn"))
        else:
            drawn.append(("·" if x % 10 == 0 else " ", "frame"))
    return drawn


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


def _cost(part: "stagger.VenuePart", values: "stagger.Values") -> str:
    """What a venue's part costs, in bps as well where there is room."""
    if part.cost_usd is None:
        return "·"
    cost = usd_words(part.cost_usd)
    if values.reference_price is None:
        return cost
    both = f"{cost} {fmt.bps(part.cost_usd / (part.size * values.reference_price) * 1e4)}bp"
    return both if len(both) < _TOTAL - 10 else cost


def _open_path(readings: Readings, line: Timeline, inner: int, height: int) -> list[Line]:
    """What the order lacks after each slice, signed: a buy is short of it until then."""
    start, end = line.start_ns, line.end_ns
    order = sorted(range(len(line.legs)), key=lambda n: line.legs[n].not_before_ns or start)
    at = np.array([line.legs[n].not_before_ns or start for n in order], dtype=np.int64)
    done = np.concatenate(([0.0], np.cumsum([line.left[n] for n in order])))
    rest = done[-1] - done
    bottom, top, ticks = nice_scale(float(rest.min()), float(rest.max()), max(2, height // 3))

    def draw(canvas: Canvas) -> Sequence[Series]:
        edges = np.linspace(start, end, canvas.dots_wide).astype(np.int64)
        if line.now_ns is not None and start <= line.now_ns < end:
            columns = np.zeros(canvas.dots_wide, dtype=bool)
            columns[np.searchsorted(edges, line.now_ns)] = True
            canvas.area(columns, "frame_focus")
        canvas.plot(rest[np.searchsorted(at, edges, side="right")], bottom, top, "accent")
        return [Series("at the end", "accent", float(rest[-1]), base_words(float(rest[-1])))]

    plot = framed_plot(readings, inner, height - 1, bottom, top, ticks, draw, figure=8)
    if plot.left == 0:
        return plot.lines
    return [*plot.lines, dated(start, end, plot.left, plot.width)]
