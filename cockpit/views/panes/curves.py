"""Funding of the selected symbol through time: settled payments, and the live rate at the end."""

import numpy as np

from cockpit.core.units import HOUR_NS, utc
from cockpit.views import format as fmt
from cockpit.views.canvas import Canvas, Floats, nice_scale, steps
from cockpit.views.scene import Scene, apr_of, rate_is_stale
from cockpit.views.text import Line, framed, right

TITLE = "curves"
HZ = 1.0
SPAN_H = 7 * 24
MAX_SERIES = 6
_LABEL = 19
_AXIS = 8


def lines(scene: Scene, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    symbol = scene.symbol or ""
    body = _plot(scene, width - 2, height - 2)
    return framed(
        body,
        width,
        height,
        title=[
            ("2 ", "accent"),
            ("funding curves", "title"),
            (f" · {symbol} · APR % · {SPAN_H // 24}d", "dim"),
        ],
        verdict=_verdict(scene),
        focused=scene.focus == TITLE,
    )


def _plot(scene: Scene, width: int, height: int) -> list[Line]:
    plot_w, plot_h = width - _AXIS - _LABEL, height - 1
    if plot_w < 12 or plot_h < 3:
        return [[("too small to plot", "dim")]]
    since_ns = scene.now_ns - SPAN_H * HOUR_NS
    canvas = Canvas(plot_w, plot_h, scene.glyphs)
    edges = np.linspace(since_ns, scene.now_ns, canvas.dots_wide).astype(np.int64)
    series = []
    for venue in scene.venues[:MAX_SERIES]:
        market = scene.market(venue.name)
        if market is None:
            continue
        at, rate = market.settled.hourly(since_ns - HOUR_NS)
        latest = market.settled.latest
        # A payment covers the interval before it: draw it over the hours that it paid for.
        interval = latest.interval_s * 1_000_000_000 if latest else HOUR_NS
        values = steps(at - interval, rate * 8760 * 100, edges, interval + HOUR_NS // 2)
        now = apr_of(market)
        if now is not None and not rate_is_stale(market, scene.now_ns):
            values[-2:] = now * 100
        series.append((venue.name, values))
    known = [values[~np.isnan(values)] for _, values in series]
    known = [values for values in known if len(values)]
    if not known:
        why = "waiting for the funding history" if scene.symbol else "no symbol is selected"
        return [[], [(f"  {why}", "dim")]]
    low = float(min(values.min() for values in known))
    high = float(max(values.max() for values in known))
    bottom, top, ticks = nice_scale(low, high, max(2, plot_h // 4))
    for name, values in series:
        canvas.plot(values, bottom, top, scene.colour_of(name))
    rows = _axis(canvas.lines(), bottom, top, ticks, plot_w, scene)
    labels = _labels(scene, series, bottom, top, plot_h)
    out = [[*row, *label] for row, label in zip(rows, labels, strict=True)]
    return [*out, _days(since_ns, scene.now_ns, plot_w)]


def _axis(
    rows: list[Line], bottom: float, top: float, ticks: list[float], width: int, scene: Scene
) -> list[Line]:
    """Tick labels at the left; the zero line where no curve is."""
    out: list[Line] = []
    marks = {_row_of(tick, bottom, top, len(rows)): tick for tick in ticks}
    zero = _row_of(0.0, bottom, top, len(rows))
    for i, row in enumerate(rows):
        tick = marks.get(i)
        text = "" if tick is None else fmt.signed(tick, 0 if abs(top - bottom) >= 8 else 1)
        line = row
        if i == zero:
            line = [
                (t.replace(" ", "─"), "frame") if role == "dim" else (t, role) for t, role in row
            ]
        out.append([(right(text, _AXIS - 2), "dim"), (" ┤" if text else " │", "frame"), *line])
    return out


def _row_of(value: float, bottom: float, top: float, rows: int) -> int:
    return round((top - value) / (top - bottom) * (rows - 1))


def _labels(
    scene: Scene, series: list[tuple[str, Floats]], bottom: float, top: float, rows: int
) -> list[Line]:
    """Each venue's name and rate at the right end of its line, moved apart where they collide."""
    wanted = []
    for name, values in series:
        fresh = values[~np.isnan(values)]
        if len(fresh):
            wanted.append((_row_of(float(fresh[-1]), bottom, top, rows), name))
    wanted.sort()
    taken: dict[int, str] = {}
    for row, name in wanted:
        free = sorted((r for r in range(rows) if r not in taken), key=lambda r: abs(r - row))
        if free:
            taken[free[0]] = name
    out: list[Line] = []
    for i in range(rows):
        name = taken.get(i, "")
        value = apr_of(scene.market(name)) if name else None
        role = scene.colour_of(name) if name else "dim"
        text = f" {name[:9]:<9} {right(fmt.apr_percent(value), 8)}" if name else ""
        out.append([(text, role)])
    return out


def _days(since_ns: int, now_ns: int, width: int) -> Line:
    """Day numbers under the plot, at each UTC midnight."""
    row = [" "] * width
    day = 24 * HOUR_NS
    midnight = (since_ns // day + 1) * day
    while midnight < now_ns:
        x = int((midnight - since_ns) / (now_ns - since_ns) * width)
        for i, char in enumerate(f"{utc(midnight):%d}"):
            if x + i < width:
                row[x + i] = char
        midnight += day
    return [(" " * _AXIS, "dim"), ("".join(row), "dim")]


def _verdict(scene: Scene) -> Line:
    """The premium behind the selected venue's rate, where it publishes one."""
    market = scene.market(scene.venue) if scene.venue else None
    live = market.live if market else None
    if market is None or live is None:
        return []
    parts = [f"{market.venue} live {fmt.apr_percent(apr_of(market))} %"]
    if live.premium is not None:
        parts.append(f"premium {fmt.signed(live.premium * 1e4, 2)} bps")
    if market.mark and market.index:
        parts.append(f"basis {fmt.signed((market.mark / market.index - 1) * 1e4, 2)} bps")
    return [(", ".join(parts), "text")]
