"""Funding of the selected symbol through time: settled payments, and the live rate at the end.

Hours without a payment are gaps, marked at both ends; lines are never joined over them.
"""

import numpy as np

from cockpit.core.units import HOUR_NS, NS_PER_S, hour_floor_ns
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.plot_frame import Series, dated, framed_plot
from cockpit.ui.readings.heatmap_cells import fresh_hourly
from cockpit.ui.readings.plotted import how_many, plotted
from cockpit.ui.readings.through_time import paid_by_hour
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import Canvas, Floats, nice_scale, steps
from cockpit.ui.text.styled import Line, framed, longest

TITLE = "curves"
HZ = 1.0


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    span = fmt.span(readings.ui.span_h)
    body, gaps = _plot(readings, width - 2, height - 2)
    return framed(
        body,
        width,
        height,
        title=[
            ("funding history", "title"),
            (f" · {readings.symbol or '-'}", "dim"),
            (f" · {fmt.UNIT_LABEL[readings.ui.unit]}", "dim"),
            (f" · {span}", "dim"),
            (" · paid", "dim"),
        ],
        note=how_many(readings.listing()),
        verdict=_verdict(readings, gaps, width - 4),
        focused=readings.ui.focus == TITLE,
    )


def _plot(readings: Readings, width: int, height: int) -> tuple[list[Line], list[str]]:
    """The lines, and the names of the venues whose history has gaps."""
    names = plotted(readings, readings.listing())
    histories = {name: paid_by_hour(readings, name) for name in names}
    live = {name: fresh_hourly(readings, name, readings.symbol or "") for name in names}
    known = {
        name: rates
        for name, rates in histories.items()
        if live[name] is not None or not np.isnan(rates).all()
    }
    if not known:
        why = f"waiting for the funding history of {readings.symbol}"
        if not names:
            why = readings.no_market
        return [[], [(f" {why}", "dim")]], []
    factor = fmt.UNIT_HOURS[readings.ui.unit] * 100
    running = {name: np.nan if rate is None else rate for name, rate in live.items()}
    seen = np.concatenate([[*rates, running[name]] for name, rates in known.items()])
    low, high = float(np.nanmin(seen)) * factor, float(np.nanmax(seen)) * factor
    low, high = readings.cache.scale(
        f"curves {readings.symbol} {readings.ui.unit} {readings.ui.span_h}", low, high
    )
    bottom, top, ticks = nice_scale(low, high, max(2, height // 4))
    # The venue under the cursor is drawn last, over the others.
    order = sorted(known, key=lambda name: name == readings.venue)
    end_ns = readings.now_ns
    since_ns = end_ns - readings.ui.span_h * HOUR_NS
    gaps: list[str] = []

    def draw(canvas: Canvas) -> list[Series]:
        edges = np.linspace(since_ns, end_ns, canvas.dots_wide).astype(np.int64)
        hour = end_ns - end_ns % HOUR_NS
        at = hour - HOUR_NS * np.arange(readings.ui.span_h, 0, -1)
        series = []
        for name in order:
            values = steps(at, known[name] * factor, edges, HOUR_NS + HOUR_NS // 2)
            now = live[name]
            if now is not None:
                values[edges >= _running_since(readings, name, hour)] = now * factor
                values[-1] = now * factor
            colour = readings.colour_of(name)
            canvas.plot(values, bottom, top, colour)
            if _mark_gaps(canvas, values, bottom, top, colour):
                gaps.append(name)
            last = _last(values)
            figure = fmt.rate(None if last is None else last / factor, readings.ui.unit)
            series.append(
                Series(name, colour, last, ("" if now is not None else fmt.STALE) + figure)
            )
        return series

    rows = framed_plot(readings, width, height - 1, bottom, top, ticks, draw)
    return [*rows.lines, dated(since_ns, end_ns, rows.left, rows.width)], sorted(gaps)


def _running_since(readings: Readings, venue: str, hour_ns: int) -> int:
    """Where the running interval began: nothing was paid since, and that is no gap."""
    market = readings.market(venue)
    latest = market.settled.latest if market else None
    if latest is None:
        return hour_ns
    at_ns = hour_floor_ns((latest.venue_ns or latest.recv_ns) + HOUR_NS // 120)
    return (
        at_ns if readings.now_ns - at_ns <= latest.interval_s * NS_PER_S + HOUR_NS // 4 else hour_ns
    )


def _last(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(known[-1]) if len(known) else None


def _mark_gaps(canvas: Canvas, values: Floats, low: float, high: float, role: str) -> bool:
    """A cross at each end of each gap inside the series; whether there is any."""
    known = np.flatnonzero(~np.isnan(values))
    breaks = np.flatnonzero(np.diff(known) > 1)
    for i in breaks:
        for x in (int(known[i]), int(known[i + 1])):
            canvas.mark(x, float(values[x]), low, high, "×", role)
    return len(breaks) > 0


def _verdict(readings: Readings, gaps: list[str], width: int) -> Line:
    """Gaps, then what the selected venue's rate is made of."""
    missing: Line = [(f"gaps × in {', '.join(gaps)}  ", "warn")] if gaps else []
    market = readings.market(readings.venue) if readings.venue else None
    live = market.live if market else None
    if market is None or live is None or market.is_stale("funding", readings.now_ns):
        return longest(width, missing)
    rate = fmt.rate(fresh_hourly(readings, market.venue, market.symbol), readings.ui.unit)
    now: Line = [(f"{market.venue} {rate} {fmt.UNIT_SHORT[readings.ui.unit]}", "text")]
    basis: Line = []
    if live.premium is not None:
        basis.append((f", premium {fmt.signed(live.premium * 1e4, 1)} bps", "dim"))
    if market.mark and market.index:
        off = (market.mark / market.index - 1) * 1e4
        basis.append((f", mark {fmt.signed(off, 1)} bps from index", "dim"))
    return longest(width, [*missing, *now, *basis], [*missing, *now], missing or now, now)
