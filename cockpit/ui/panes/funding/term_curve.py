"""A symbol's funding curve drawn over its tenors: what was paid, is live, and is expected."""

import numpy as np

from cockpit.ui.model.readings import Readings
from cockpit.ui.model.ui_state import TENORS, Tenor
from cockpit.ui.panes.plot_frame import Series, framed_plot
from cockpit.ui.readings.funding_rates import terms
from cockpit.ui.readings.outlooks import expected, level_fails, outlook_of
from cockpit.ui.readings.plotted import plotted
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import Canvas, Floats, nice_scale
from cockpit.ui.text.styled import Line

HEADS: dict[Tenor, str] = {
    "30d": "30 d", "7d": "7 d", "24h": "24 h", "8h": "8 h", "1h": "1 h", "live": "live",
    "predicted": "pred", "next_8h": "next 8 h", "next_24h": "next 24 h",
}  # fmt: skip
_NOW = TENORS.index("live")
_AHEAD: dict[Tenor, int] = {"next_8h": 8, "next_24h": 24}


def plot(readings: Readings, width: int, height: int) -> list[Line]:
    """At most `height` lines of `width` cells: one line a venue, a point a tenor."""
    factor = fmt.UNIT_HOURS[readings.ui.unit] * 100
    curves: dict[str, Floats] = {}
    for name in plotted(readings, readings.listing()):
        rates = [terms(readings, name)[tenor] for tenor in TENORS]
        values = np.array([np.nan if rate is None else rate * factor for rate in rates])
        if not np.isnan(values).all():
            curves[name] = values
    if not curves:
        why = "waiting for rates" if readings.listing() else readings.no_symbol
        return [[], [(f" {why}", "dim")]]
    bands = _bands(readings, factor)
    known = np.concatenate([values[~np.isnan(values)] for values in curves.values()])
    known = np.concatenate([known, *bands.values()])
    key = f"terms {readings.symbol} {readings.ui.unit}"
    low, high = readings.cache.scale(key, float(known.min()), float(known.max()))
    bottom, top, ticks = nice_scale(low, high, max(2, height // 4))

    def draw(canvas: Canvas) -> list[Series]:
        places = np.linspace(0, canvas.dots_wide - 1, len(TENORS)).round().astype(int)
        series = []
        for name in sorted(curves, key=lambda name: name == readings.venue):
            values, colour = curves[name], readings.colour_of(name)
            there = ~np.isnan(values)
            line = np.interp(
                np.arange(canvas.dots_wide), places[there], values[there], np.nan, np.nan
            )
            if level_fails(readings, outlook_of(readings, name)):
                # What does not beat the average is not drawn as if it were known.
                ahead = np.arange(canvas.dots_wide) > places[_NOW]
                canvas.plot(np.where(ahead, line, np.nan), bottom, top, "dim")
                line = np.where(ahead, np.nan, line)
            canvas.plot(line, bottom, top, colour)
            for place, value in zip(places[there], values[there], strict=True):
                canvas.mark(int(place), float(value), bottom, top, "●", colour)
            if name == readings.venue:
                for tenor, (lowest, highest) in bands.items():
                    place = int(places[TENORS.index(tenor)])
                    canvas.mark(place, float(lowest), bottom, top, "┴", colour)
                    canvas.mark(place, float(highest), bottom, top, "┬", colour)
            last = float(values[there][-1])
            series.append(Series(name, colour, last, fmt.rate(last / factor, readings.ui.unit)))
        return series

    drawn = framed_plot(readings, width, height - 1, bottom, top, ticks, draw)
    return [*drawn.lines, _names(drawn.left, drawn.width)]


def _bands(readings: Readings, factor: float) -> dict[Tenor, Floats]:
    """Where the selected venue's expected rates fall four times of five: tenor -> (low, high)."""
    found: dict[Tenor, Floats] = {}
    for tenor, hours in _AHEAD.items():
        said = expected(readings, readings.venue or "", hours)
        if said is not None and said.low_hourly is not None and said.high_hourly is not None:
            found[tenor] = np.array([said.low_hourly, said.high_hourly]) * factor
    return found


def _names(left: int, width: int) -> Line:
    """The tenors under their points; those that would touch a neighbour are left out."""
    row = [" "] * width
    order = sorted(range(len(TENORS)), key=lambda i: (i != _NOW, i not in (0, len(TENORS) - 1), i))
    for i in order:
        text = HEADS[TENORS[i]]
        x = round(i / (len(TENORS) - 1) * (width - 1)) - len(text) // 2
        x = max(0, min(width - len(text), x))
        if width >= len(text) and all(c == " " for c in row[max(0, x - 1) : x + len(text) + 1]):
            row[x : x + len(text)] = text
    return [(" " * left, "dim"), ("".join(row), "dim")]
