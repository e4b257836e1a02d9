"""A carry as a picture: the funding that is expected, with its band, against what it costs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cockpit.calculators.common.words import hours_words, usd_words
from cockpit.core.units import HOUR_NS, utc
from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.plot_frame import Series, dated, framed_plot
from cockpit.ui.readings.answers import earned, odds, percent
from cockpit.ui.text.canvas import Canvas, Floats, nice_scale
from cockpit.ui.text.styled import Line, fit, longest, right

if TYPE_CHECKING:
    from cockpit.calculators.carry import calculator as carry

Stamps = NDArray[np.int64]
UNIT = "funding received, $"
_FIGURE = 9
_HOLD_COLUMN = 12
_LEAST_PLOT = 6


def picture(readings: Readings, form: Form, inner: int, room: int) -> list[Line]:
    """The plot, the time below it, and other holds side by side where there is room for them."""
    values: carry.Values | None = form.result.values if form.result else None
    if values is None or values.path is None:
        return [[], [(" No picture: a funding rate of this pair is not known", "dim")]]
    holds = _holds(values, inner)
    if room - len(holds) - 3 < _LEAST_PLOT:
        holds = []
    height = room - len(holds) - 2
    return [_caption(values, inner), *_plot(readings, values, inner, height), *holds]


def _caption(values: "carry.Values", inner: int) -> Line:
    """Where the crossing is."""
    if values.cost_usd is None:
        return [(" what it costs is not known", "warn")]
    if values.breakeven_h is None or values.breakeven_ns is None:
        return longest(
            inner,
            [(" never earns back ", "loss"), (usd_words(values.cost_usd), "number")],
        )
    when = f"{utc(values.breakeven_ns):%a %H:%M}Z"
    after = hours_words(values.breakeven_h)
    return longest(
        inner,
        [(" ◆", "accent"), (f" {usd_words(values.cost_usd)} earned back after {after}, {when}",
          "text"), ("   dots: 8 runs in 10 · line: the hold ends", "dim")],
        [(" ◆", "accent"), (f" earned back after {after}", "text")],
    )  # fmt: skip


def _plot(readings: Readings, values: "carry.Values", inner: int, height: int) -> list[Line]:
    path = values.path
    assert path is not None
    at = np.array(path.at_ns, dtype=np.int64)
    expected = np.array(path.expected_usd)
    low = np.array(path.low_usd) if path.low_usd is not None else expected
    high = np.array(path.high_usd) if path.high_usd is not None else expected
    cost = values.cost_usd or 0.0
    bottom, top, ticks = nice_scale(
        float(min(low.min(), 0.0)), float(max(high.max(), cost)), max(2, height // 3)
    )

    def draw(canvas: Canvas) -> Sequence[Series]:
        place = places(at, canvas.dots_wide)
        _mark_hold(canvas, values, at)
        if path.low_usd is not None:
            for band in (low, high):
                canvas.plot(_dotted(band[place]), bottom, top, "dim")
        canvas.plot(np.full(canvas.dots_wide, cost), bottom, top, "ask")
        canvas.plot(expected[place], bottom, top, "accent")
        _mark_crossing(canvas, values, at, bottom, top)
        last = float(expected[-1])
        lines = [Series("expected", "accent", last, earned(last))]
        if values.cost_usd is not None:
            lines.append(Series("cost", "ask", cost, usd_words(cost)))
        return lines

    plot = framed_plot(readings, inner, height, bottom, top, ticks, draw, figure=_FIGURE)
    if plot.left == 0:
        return plot.lines
    return [*plot.lines, dated(int(at[0]), int(at[-1]), plot.left, plot.width)]


def places(at: Stamps, columns: int) -> Stamps:
    """Which stamp each column of a plot shows, the last one at or before it; shape (columns,).

    In whole nanoseconds: a float of them falls short of the first stamp.
    """
    edges = at[0] + (at[-1] - at[0]) * np.arange(columns) // max(1, columns - 1)
    found: Stamps = np.searchsorted(at, edges, side="right") - 1
    return found


def _dotted(values: Floats) -> Floats:
    """Every third dot of a line: an edge, not a path."""
    out = np.full(len(values), np.nan)
    out[::3] = values[::3]
    return out


def _mark_crossing(
    canvas: Canvas, values: "carry.Values", at: Stamps, bottom: float, top: float
) -> None:
    if values.breakeven_ns is None or values.cost_usd is None:
        return
    share = (values.breakeven_ns - int(at[0])) / max(1, int(at[-1]) - int(at[0]))
    if 0 <= share <= 1:
        column = round(share * (canvas.dots_wide - 1))
        canvas.mark(column, values.cost_usd, bottom, top, "◆", "accent")


def _mark_hold(canvas: Canvas, values: "carry.Values", at: Stamps) -> None:
    """A vertical line where the hold ends, if the picture goes on beyond it."""
    if values.hold_h is None:
        return
    share = values.hold_h * HOUR_NS / max(1, int(at[-1]) - int(at[0]))
    if share < 1:
        columns = np.zeros(canvas.dots_wide, dtype=bool)
        columns[round(share * (canvas.dots_wide - 1))] = True
        canvas.area(columns, "frame_focus")


def _holds(values: "carry.Values", inner: int) -> list[Line]:
    """The same pair held for a day, three, a week, a month."""
    columns = min(len(values.holds), (inner - 18) // _HOLD_COLUMN)
    shown = values.holds[:columns]
    if columns < 1:
        return []
    rows: list[tuple[str, list[tuple[str, str]]]] = [
        ("held for", [(f"{hold.hold_h // 24} d", "title") for hold in shown]),
        ("funding", [(earned(hold.expected_funding_usd), "number") for hold in shown]),
        ("left after costs", [
            (earned(hold.net_usd), "dim" if hold.net_usd is None else
             "gain" if hold.net_usd >= 0 else "loss") for hold in shown
        ]),
        ("odds", [(odds(hold.breakeven_probability), "text") for hold in shown]),
        ("a year on margin", [(percent(hold.return_apr), "text") for hold in shown]),
    ]  # fmt: skip
    lines: list[Line] = [[]]
    for name, cells in rows:
        line: Line = [(f" {fit(name, 17)}", "dim")]
        line += [(right(text, _HOLD_COLUMN), role) for text, role in cells]
        lines.append(line)
    return lines
