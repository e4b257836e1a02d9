"""Legs that are closed together as a picture: rounds on a time axis, and what stands unhedged."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cockpit.calculators.common.words import base_words, usd_words
from cockpit.core.units import NS_PER_S
from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.plan.stagger_picture import Timeline, drawn
from cockpit.ui.panes.plot_frame import Series, dated, framed_plot
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import Canvas, Floats, nice_scale
from cockpit.ui.text.styled import Line

if TYPE_CHECKING:
    from cockpit.calculators.unwind import calculator as unwind

UNIT = "rounds and funding stamps"


def picture(readings: Readings, form: Form, inner: int, room: int) -> list[Line]:
    """A row a venue with what it costs; below them what nothing hedges while the plan goes on."""
    result = form.result
    legs = result.plan.legs if result and result.plan else ()
    if result is None or not legs:
        return [[], [(" No picture: no round is proposed", "dim")]]
    values: unwind.Values = result.values
    start = min(leg.not_before_ns or readings.venue_now_ns for leg in legs)
    end = max(start + round(values.horizon_min * 60 * NS_PER_S), start + 1)
    by_venue: dict[str, list[unwind.LegPart]] = {}
    for part in values.legs:
        by_venue.setdefault(part.venue, []).append(part)
    totals = [(venue, _size(parts), _cost(parts)) for venue, parts in by_venue.items()]
    # What is left to trade is the other way round what is still held.
    held = [-leg.side.sign * leg.size for leg in legs]
    return drawn(readings, Timeline(legs, start, end, totals, held), inner, room, _unhedged)


def _size(parts: "Sequence[unwind.LegPart]") -> float:
    return float(f"{sum(part.size for part in parts):.6g}")


def _cost(parts: "Sequence[unwind.LegPart]") -> str:
    """In bps as well where there is one leg."""
    known = [part.cost_usd for part in parts if part.cost_usd is not None]
    if len(known) < len(parts):
        return "·"
    bps = parts[0].cost_bps if len(parts) == 1 else None
    return usd_words(sum(known)) + ("" if bps is None else f" {fmt.bps(bps)}bp")


def _unhedged(readings: Readings, line: Timeline, inner: int, height: int) -> list[Line]:
    """The most that stands alone in each column, signed: a round may be over within one."""
    at = np.array([leg.not_before_ns or line.start_ns for leg in line.legs], dtype=np.int64)
    rest = sum(line.left) - np.concatenate(([0.0], np.cumsum(line.left)))
    bottom, top, ticks = nice_scale(float(rest.min()), float(rest.max()), max(2, height // 3))

    def draw(canvas: Canvas) -> Sequence[Series]:
        edges = np.linspace(line.start_ns, line.end_ns, canvas.dots_wide).astype(np.int64)
        canvas.bars(worst(at, rest, edges), bottom, top, "warn")
        most = float(rest[np.argmax(np.abs(rest))])
        words = base_words(float(f"{most:.6g}")).replace("-", fmt.MINUS)
        return [Series("at most", "warn", most, words)]

    plot = framed_plot(readings, inner, height - 1, bottom, top, ticks, draw, figure=8)
    head: Line = [(" unhedged meanwhile, coins", "dim")]
    if plot.left == 0:
        return [head, *plot.lines]
    return [head, *plot.lines, dated(line.start_ns, line.end_ns, plot.left, plot.width)]


def worst(at: NDArray[np.int64], rest: Floats, edges: NDArray[np.int64]) -> Floats:
    """What stands alone, farthest from zero, between each column and the one before."""
    found = np.zeros(len(edges))
    ends = np.searchsorted(at, edges, side="right")
    begins = np.concatenate(([0], ends[:-1]))
    for x, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        # At a column the amounts after each fill since the one before, and what stood there then.
        part = rest[begin : end + 1]
        found[x] = part[np.argmax(np.abs(part))]
    return found
