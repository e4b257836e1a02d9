"""Net delta, carry and margin ratio since the program began to look, and what made them jump."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cockpit.core.units import NS_PER_S, utc
from cockpit.desk.kept_series import Curve
from cockpit.state.exposure_history import ExposureHistory, Figure, Jump
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.plot_frame import Series, dated, framed_plot
from cockpit.ui.panes.positions.carry_spark import unpriced
from cockpit.ui.readings.exposure_jumps import cursor, jumps, since_ns
from cockpit.ui.readings.kept_exposure import NOTHING
from cockpit.ui.readings.positions import portfolio
from cockpit.ui.readings.through_time import KEPT_HOLD_NS, kept_span
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import Canvas, nice_scale, steps
from cockpit.ui.text.styled import Line, clean, fit, framed, longest, right, width_of

TITLE = "exposure_history"
HZ = 0.5
_HOLD_NS = 15 * NS_PER_S
"""Three missed samples make a gap."""
_KEPT_HOLD_NS = 150 * NS_PER_S
"""Of the past a sample a minute is kept."""
_PLOTS: tuple[tuple[Figure, str, float], ...] = (
    ("net", "net delta $", 1.0), ("carry", "carry $/h", 1.0), ("ratio", "margin ratio %", 100.0),
)  # fmt: skip
_CAUSES = {"fill": "accent", "funding": "heat_pos2", "mark": "dim", "transfer": "warn"}
_LEAST_PLOT = 40


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner, rows = width - 2, height - 2
    history = readings.view.exposure
    shown = jumps(readings)
    if len(history) < 2:
        body: list[Line] = [[], [(f" {_nothing(readings)}", "dim")]]
    else:
        count = min(len(shown), max(0, min(6, rows // 4)))
        drawn = _plots(readings, history, inner, max(3, rows - count))
        at = cursor(readings) if readings.ui.focus == TITLE else None
        top = max(0, (at or 0) - count + 1)
        body = [
            *drawn,
            *(_jump(shown[i], inner, is_here=i == at) for i in range(top, top + count)),
        ]
    hidden = max(0, len(shown) - max(0, min(6, rows // 4)))
    return framed(
        body,
        width,
        height,
        title=[("through time", "title"), (" · net delta, carry, margin · ▲ jumps", "dim")],
        note=f"+{hidden} older" if hidden and len(history) > 1 else "",
        verdict=_way_back(readings, shown, width - 4),
        focused=readings.ui.focus == TITLE,
    )


def _way_back(readings: Readings, shown: Sequence[Jump], width: int) -> Line:
    if not shown or readings.ui.focus != TITLE:
        return []
    return longest(width, [("enter shows everything as it stood at the jump", "dim")], [])


def _nothing(readings: Readings) -> str:
    if readings.moment is not None:
        return NOTHING
    if readings.view.accounts() or readings.view.manual():
        return "recording: the first samples come within ten seconds"
    return "Nothing is followed, so there is nothing to draw"


def _plots(readings: Readings, history: ExposureHistory, inner: int, rows: int) -> list[Line]:
    """Side by side where they fit, else one above the other, else the first that fit."""
    if inner >= 3 * _LEAST_PLOT:
        each = (inner - 2) // 3
        sizes = [each, each, inner - 2 - 2 * each]
        drawn = [
            _plot(readings, history, what, size, rows)
            for what, size in zip(_PLOTS, sizes, strict=True)
        ]
        gap = (" ", "dim")
        return [[*a, gap, *b, gap, *c] for a, b, c in zip(*drawn, strict=True)]
    count = max(1, min(3, rows // 5))
    each = rows // count
    return [line for what in _PLOTS[:count] for line in _plot(readings, history, what, inner, each)]


def _plot(
    readings: Readings,
    history: ExposureHistory,
    what: tuple[Figure, str, float],
    width: int,
    rows: int,
) -> list[Line]:
    figure, name, factor = what
    since = since_ns(readings)
    hold_ns = _HOLD_NS if readings.moment is None else _KEPT_HOLD_NS
    at, values = history.ring(figure).read(since - hold_ns)
    older = _older(readings, figure, at)
    values = values * factor
    known = np.concatenate([older.values[older.at_ns >= since] * factor, values])
    known = known[~np.isnan(known)]
    now = float(values[-1]) if len(values) and not np.isnan(values[-1]) else None
    head = _title(name, now, width)
    if not len(known):
        blank = [(" " * width, "dim")]
        words = [(fit(f"  not known in this time{_why(readings, figure)}", width), "dim")]
        return [head, words, *([blank] * (rows - 2))][:rows]
    low, high = readings.cache.scale(f"exposure {figure}", float(known.min()), float(known.max()))
    bottom, top, ticks = nice_scale(low, high, max(2, (rows - 2) // 3))

    def draw(canvas: Canvas) -> Sequence[Series]:
        edges = np.linspace(since, readings.now_ns, canvas.dots_wide).astype(np.int64)
        recent = steps(at, values, edges, hold_ns)
        before = steps(older.at_ns, older.values * factor, edges, _older_hold_ns(readings))
        first_ns = int(at[0]) if len(at) else readings.now_ns
        canvas.plot(np.where(edges < first_ns, before, recent), bottom, top, "number")
        for jump in history.jumps:
            if jump.figure == figure and jump.at_ns >= since:
                place = (jump.at_ns - since) / max(1, readings.now_ns - since)
                dot = min(canvas.dots_wide - 1, round(place * (canvas.dots_wide - 1)))
                after = jump.after * factor
                glyph = "▲" if jump.after > jump.before else "▼"
                canvas.mark(dot, after, bottom, top, glyph, _CAUSES[jump.cause])
        return ()

    drawn = framed_plot(readings, width, rows - 2, bottom, top, ticks, draw, 0, figure != "ratio")
    axis = dated(since, readings.now_ns, drawn.left, drawn.width)
    body = [head, *drawn.lines, axis]
    return [_wide(line, width) for line in body][:rows]


def _older(readings: Readings, figure: Figure, ring_at: NDArray[np.int64]) -> Curve:
    """What is kept of the trader's span before the program's own samples."""
    span = kept_span(readings)
    if span is None:
        return Curve(np.empty(0, dtype=np.int64), np.empty(0))
    curves = {
        "net": span.net_usd, "carry": span.carry_usd_per_hour, "ratio": span.margin_ratio,
    }  # fmt: skip
    curve = curves[figure]
    is_older = curve.at_ns < (int(ring_at[0]) if len(ring_at) else readings.now_ns)
    return Curve(curve.at_ns[is_older], curve.values[is_older])


def _older_hold_ns(readings: Readings) -> int:
    span = kept_span(readings)
    return KEPT_HOLD_NS + (span.step_s * NS_PER_S if span is not None else 0)


def _why(readings: Readings, figure: Figure) -> str:
    """What keeps a figure from being known at this moment."""
    held = portfolio(readings)
    old = sum(row.is_stale for row in held.rows)
    if old:
        return f": {old} leg{'s' * (old > 1)} stale"
    if figure == "carry" and (words := unpriced(held.rows)):
        return f": {words}"
    if figure == "ratio" and not held.pools:
        return ": no account is followed"
    return ""


def _title(name: str, now: float | None, width: int) -> Line:
    text = "n/a" if now is None else fmt.signed(now, 0 if abs(now) >= 1000 else 2)
    text = text.lstrip("+") if "ratio" in name else text
    return _wide([(f"  {name} ", "dim"), (text, "number" if now is not None else "dim")], width)


def _wide(line: Line, width: int) -> Line:
    missing = width - width_of(line)
    return [*line, (" " * missing, "dim")] if missing > 0 else line


def _jump(jump: Jump, inner: int, *, is_here: bool) -> Line:
    """`14:32:05  net  −77 → +12400  fill  VENUE/BTC filled +0.2`."""
    factor = 100.0 if jump.figure == "ratio" else 1.0
    step = (jump.after - jump.before) * factor
    moved = {
        "net": fmt.dollars(step, 0), "carry": f"{fmt.dollars(step, 2)}/h",
        "ratio": f"{fmt.signed(step, 2)} %",
    }[jump.figure]  # fmt: skip
    room = max(0, inner - 36)
    return [
        ("▌" if is_here else " ", "cursor" if is_here else "dim"),
        (f"{utc(jump.at_ns):%H:%M:%S} ", "dim"),
        (fit(jump.figure, 6), "text"),
        (right(moved, 12), "number"),
        (f"  {fit(jump.cause, 8)} ", _CAUSES[jump.cause]),
        (fit(clean(f"{jump.subject} {jump.words}").replace(" -", f" {fmt.MINUS}"), room), "text"),
    ]
