"""Depth near the touch through time: what rested within 25 bps of mid, both sides, by venue."""

import numpy as np

from cockpit.core.units import HOUR_NS
from cockpit.state.curves import Ring
from cockpit.state.market import DEPTH_BPS
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.plot_frame import Series, dated, framed_plot
from cockpit.ui.readings.plotted import how_many, plotted
from cockpit.ui.readings.through_time import drawn, kept_span, span_ns
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import Canvas, Floats, nice_scale
from cockpit.ui.text.styled import Line, framed

TITLE = "depth_history"
HZ = 0.5


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    names = readings.listing()
    shown_ns = span_ns(readings, _rings(readings, names))
    return framed(
        _plot(readings, names, shown_ns, width - 2, height - 2),
        width,
        height,
        title=[
            ("depth through time", "title"),
            (f" · {readings.symbol or '-'}", "dim"),
            (f" · {_words(shown_ns)}", "dim"),
            (f" · within {DEPTH_BPS:.0f} bps", "dim"),
            (", USD millions", "dim"),
        ],
        note=how_many(names),
        focused=readings.ui.focus == TITLE,
    )


def _words(shown_ns: int) -> str:
    hours = shown_ns // HOUR_NS
    return fmt.span(hours) if hours else f"{shown_ns // (HOUR_NS // 60)} min"


def _rings(readings: Readings, names: list[str]) -> list[Ring]:
    markets = (readings.market(name) for name in names)
    return [market.depths_usd for market in markets if market is not None]


def _plot(
    readings: Readings, names: list[str], shown_ns: int, width: int, height: int
) -> list[Line]:
    span = kept_span(readings)
    since_ns = readings.now_ns - shown_ns

    def curves(dots: int) -> dict[str, Floats]:
        edges = np.linspace(since_ns, readings.now_ns, dots).astype(np.int64)
        found = {}
        for name in plotted(readings, names):
            market = readings.market(name)
            if market is None:
                continue
            kept = span.depth_usd.get(name) if span is not None else None
            values = drawn(readings, kept, market.depths_usd, edges) / 1e6
            if not np.isnan(values).all():
                found[name] = values
        return found

    known = curves(2 * max(1, width))
    if not known:
        why = "no depth is known in this time"
        if not names:
            why = readings.no_market
        return [[], [(f" {why}", "dim")]]
    high = max(float(np.nanmax(values)) for values in known.values())
    _, high = readings.cache.scale(f"depths {readings.symbol} {shown_ns}", 0.0, high)
    bottom, top, ticks = nice_scale(0.0, high, max(2, height // 4))

    def draw(canvas: Canvas) -> list[Series]:
        series = []
        for name, values in curves(canvas.dots_wide).items():
            colour = readings.colour_of(name)
            canvas.plot(values, bottom, top, colour)
            last = None if np.isnan(values[-1]) else float(values[-1])
            figure = fmt.MISSING if last is None else fmt.magnitude(last * 1e6)
            series.append(Series(name, colour, last, figure))
        return series

    rows = framed_plot(readings, width, height - 1, bottom, top, ticks, draw, 7, False)
    return [*rows.lines, dated(since_ns, readings.now_ns, rows.left, rows.width)]
