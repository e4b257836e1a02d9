"""An hour of each venue's machinery: block age, latency, stalls, reconnects, and its uptime.

Every venue has its own scale, whose top stands beside its plot: what is looked for is a change of
habit, and not which chain is the fastest.
"""

import numpy as np
from numpy.typing import NDArray

from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.state.curves import Ring
from cockpit.state.view import VenueRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.venue_window import window
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import Canvas, Floats, round_up, steps
from cockpit.ui.text.styled import Line, fit, framed, longest, right

TITLE = "pulse"
HZ = 0.5
STALL_BLOCKS = 15.0
"""A block that is this many cadences late is told as an alert, and marked here."""
_NAME = 13
_FIGURE = 8
_UP = 9
_MOST_ROWS = 4
_HOLD_NS = 75 * NS_PER_S
_GRID_NS = 5 * NS_PER_S
"""Kept samples are a minute apart, the program's own five seconds."""


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner, rows = width - 2, height - 2
    names = [venue.name for venue in readings.venues]
    shown = window(readings, names, rows - 1)
    body: list[Line] = []
    plot_w = (inner - _NAME - 2 * _FIGURE - _UP) // 2
    if not names:
        body = [[], [(" no venue is watched: add some under [watch] in the config", "dim")]]
    elif plot_w < 8:
        body = [[], [(fit(" too narrow to plot: zoom this pane", inner), "dim")]]
    else:
        each = max(1, min(_MOST_ROWS, (rows - 1) // max(1, len(shown.names))))
        body = [_head(plot_w)]
        for name in shown.names:
            venue = readings.view.venue(name)
            body += _venue(readings, venue, plot_w, each) if venue is not None else []
    words = "the last hour, to now · ▲ a stall · × a reconnect"
    return framed(
        body,
        width,
        height,
        title=[("an hour of each venue", "title"), (" · block age, latency", "dim")],
        note=shown.note,
        verdict=longest(width - 4, [(words, "dim")], []),
        focused=readings.ui.focus == TITLE,
    )


def _head(plot_w: int) -> Line:
    cells = plot_w + _FIGURE
    return [
        (" " * _NAME, "dim"),
        (fit("block age", cells), "dim"),
        (fit("latency", cells), "dim"),
        (right("up", _UP), "dim"),
    ]


def _venue(readings: Readings, venue: VenueRead, plot_w: int, rows: int) -> list[Line]:
    pulse = venue.pulse
    ages = _Plot(readings, pulse.block_ages_s, plot_w, rows)
    delays = _Plot(readings, pulse.latencies_ms, plot_w, rows)
    cadence_s = venue.chain.cadence_s()
    if cadence_s:
        ages.mark(ages.values > STALL_BLOCKS * cadence_s, "▲", "warn")
    ages.mark(_rises(readings, pulse.reconnects, ages.edges), "×", "loss")
    age_lines, delay_lines = ages.lines(), delays.lines()
    now_age = venue.chain.block_age_s(readings.now_ns) if readings.moment is None else ages.last
    figures = fmt.age(now_age), _ms(delays.last)
    tops = fmt.age(ages.top), _ms(delays.top)
    up, role = _uptime(readings, pulse.ups)
    out: list[Line] = []
    for row in range(rows):
        name = fit(venue.name, _NAME - 1) if row == 0 else " " * (_NAME - 1)
        texts = figures if row == 0 else tops if row == rows - 1 else ("", "")
        shade = "number" if row == 0 else "dim"
        out.append(
            [
                (f" {name}", readings.colour_of(venue.name)),
                *age_lines[row],
                (right(texts[0], _FIGURE), shade),
                *delay_lines[row],
                (right(texts[1], _FIGURE), shade),
                (right(up if row == 0 else "", _UP), role),
            ]
        )
    return out


def _ms(value: float | None) -> str:
    return fmt.MISSING if value is None else f"{fmt.milliseconds(value)} ms"


class _Plot:
    """A ring over the hour on its own scale; NaN is a gap."""

    def __init__(self, readings: Readings, ring: Ring, width: int, rows: int) -> None:
        self._canvas = Canvas(width, rows, readings.glyphs)
        dots = self._canvas.dots_wide
        self.edges = np.linspace(readings.now_ns - HOUR_NS, readings.now_ns, dots).astype(np.int64)
        self.values = _worst(ring, self.edges)
        known = self.values[~np.isnan(self.values)]
        self.top = round_up(float(known.max())) if len(known) else None
        self.last = float(self.values[-1]) if dots and not np.isnan(self.values[-1]) else None
        if self.top is not None:
            self._canvas.bars(self.values, 0.0, self.top, "number")

    def mark(self, where: NDArray[np.bool_], glyph: str, role: str) -> None:
        top = self.top or 1.0
        for x in np.flatnonzero(where).tolist():
            self._canvas.mark(x, top, 0.0, top, glyph, role)

    def lines(self) -> list[Line]:
        return self._canvas.lines()


def _worst(ring: Ring, edges: NDArray[np.int64]) -> Floats:
    """The largest value that falls into each column; else the one that still holds there."""
    at, values = ring.read(int(edges[0]) - _HOLD_NS)
    out = steps(at, values, edges, _HOLD_NS)
    inside = (at > edges[0]) & (at <= edges[-1]) & ~np.isnan(values)
    np.fmax.at(out, np.searchsorted(edges, at[inside]), values[inside])
    return out


def _rises(readings: Readings, ring: Ring, edges: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Columns in which the count has grown; a count that begins anew with the program has not."""
    at, values = ring.read(readings.now_ns - HOUR_NS)
    risen = at[1:][np.diff(values) > 0]
    out = np.zeros(len(edges), dtype=np.bool_)
    out[np.searchsorted(edges, risen).clip(0, len(edges) - 1)] = True
    return out


def _uptime(readings: Readings, ring: Ring) -> tuple[str, str]:
    """The part of the hour, as far as it is known, in which the venue was live."""
    at, values = ring.read()
    grid = np.arange(readings.now_ns - HOUR_NS, readings.now_ns, _GRID_NS, dtype=np.int64)
    known = steps(at, values, grid, _HOLD_NS)
    known = known[~np.isnan(known)]
    if not len(known):
        return fmt.MISSING, "dim"
    frac = float(known.mean())
    text = "100%" if frac == 1.0 else f"{min(frac, 0.9999):.2%}"
    return text, "ok" if frac == 1.0 else "warn" if frac > 0.95 else "loss"
