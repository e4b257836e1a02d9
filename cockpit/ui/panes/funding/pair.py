"""The chosen pair through time: short less long at both venues' stamps, and the dollars it brought.

The spread is filled above and below zero; dollars are of the trader's size in each leg, against
what getting in and out costs now.
"""

import numpy as np

from cockpit.analytics.funding.pair_history import PairHistory
from cockpit.core.units import HOUR_NS
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.plot_frame import Series, dated, framed_plot, marked
from cockpit.ui.readings.order_books import pair_cost_bps
from cockpit.ui.readings.pair_history import chosen_pair, named_pair, pair_past
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import Canvas, nice_scale, steps
from cockpit.ui.text.styled import Line, framed, longest

TITLE = "pair"
HZ = 0.5
_LEAST = 13
"""Rows in which the dollars find room below the spread."""


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    pair = chosen_pair(readings)
    title: Line = [("pair", "title")]
    body: list[Line] = []
    verdict: Line = []
    if pair is None:
        body = [[], [(f" {_none(readings)}", "dim")]]
    else:
        short, long = pair
        past = pair_past(readings, short, long)
        cost_bps = pair_cost_bps(readings, short, long)
        span = fmt.span(readings.ui.span_h)
        names = f"short {readings.short(short)}, long {readings.short(long)}"
        why: Line = [(" · the widest now", "dim")] if named_pair(readings) is None else []
        title = longest(
            width - 6,
            [*title, (f" · {readings.symbol} · short {short}, long {long} · {span}", "dim"), *why],
            [*title, (f" · {readings.symbol} · short {short}, long {long} · {span}", "dim")],
            [*title, (f" · {readings.symbol} · {names} · {span}", "dim")],
            [*title, (f" · {readings.symbol}", "dim")],
            title,
        )
        body = _plots(readings, past, cost_bps, width - 2, height - 2)
        verdict = _verdict(readings, past, cost_bps, width - 4)
    return framed(
        body,
        width,
        height,
        title=title,
        verdict=verdict,
        focused=readings.ui.focus == TITLE,
    )


def _none(readings: Readings) -> str:
    if not readings.symbol:
        return readings.no_symbol
    if len(readings.ui.pinned) == 2:
        return f"the pinned venues have no {readings.symbol} in common"
    return f"no two venues have a fresh rate of {readings.symbol}: nothing to compare"


def _plots(
    readings: Readings, past: PairHistory, cost_bps: float | None, width: int, height: int
) -> list[Line]:
    if not past.known_h:
        return [[], [(" no hour is known that both venues have paid for", "dim")]]
    below = height // 2 if height >= _LEAST else 0
    lines = _spread(readings, past, width, height - below)
    return lines + _dollars(readings, past, cost_bps, width, below) if below else lines


def _spread(readings: Readings, past: PairHistory, width: int, height: int) -> list[Line]:
    factor = fmt.UNIT_HOURS[readings.ui.unit] * 100
    values = past.spread * factor
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    low, high = readings.cache.scale(_key(readings, "spread"), low, high)
    bottom, top, ticks = nice_scale(low, high, max(2, height // 4))
    since_ns = int(past.ends_ns[0]) - HOUR_NS

    def draw(canvas: Canvas) -> list[Series]:
        edges = np.linspace(since_ns, readings.now_ns, canvas.dots_wide).astype(np.int64)
        # An hour is drawn from its beginning on.
        shown = steps(past.ends_ns - HOUR_NS, values, edges, HOUR_NS)
        for sign, role in ((1.0, "gain"), (-1.0, "loss")):
            canvas.bars(np.where(shown * sign > 0, shown, np.nan), bottom, top, role)
        return []

    rows = framed_plot(readings, width, height - 1, bottom, top, ticks, draw, 0)
    head: Line = [("  short less long", "dim"), (f"  {fmt.UNIT_LABEL[readings.ui.unit]}", "dim")]
    return [head, *rows.lines]


def _dollars(
    readings: Readings, past: PairHistory, cost_bps: float | None, width: int, height: int
) -> list[Line]:
    size = readings.ui.size_usd
    usd = past.received * size
    cost = None if cost_bps is None else cost_bps * 1e-4 * size
    reach = [0.0, cost or 0.0, *usd.tolist()]
    low, high = readings.cache.scale(_key(readings, "dollars"), min(reach), max(reach))
    bottom, top, ticks = nice_scale(low, high, max(2, height // 4))
    since_ns = int(past.ends_ns[0]) - HOUR_NS

    def draw(canvas: Canvas) -> list[Series]:
        edges = np.linspace(since_ns, readings.now_ns, canvas.dots_wide).astype(np.int64)
        if cost is not None:
            canvas.plot(np.full(len(edges), cost), bottom, top, "warn")
        canvas.plot(steps(past.stamps_ns, usd, edges, 2**62), bottom, top, "number")
        return []

    rows = framed_plot(readings, width, height - 2, bottom, top, ticks, draw, 0)
    head: Line = [
        ("  ", "dim"), *marked(rows.marks, "number"),
        ("earned", "dim"), (f" on ${fmt.magnitude(size)} a leg, ", "dim"),
    ]  # fmt: skip
    head += (
        [("costs are not known", "dim")] if cost is None
        else [*marked(rows.marks, "warn"), (f"costs in and out ${fmt.magnitude(cost)}", "warn")]
    )  # fmt: skip
    return [head, *rows.lines, dated(since_ns, readings.now_ns, rows.left, rows.width)]


def _key(readings: Readings, what: str) -> str:
    return f"pair {what} {readings.symbol} {readings.ui.unit} {readings.ui.span_h}"


def _verdict(readings: Readings, past: PairHistory, cost_bps: float | None, width: int) -> Line:
    """`paid 71 % of 168 h, +$312 on $100k, longest run against you 9 h`."""
    if past.paid_frac is None or past.total is None:
        return []
    known = past.known_h
    hours = f"{known} h" if known == len(past.spread) else f"{known} of {len(past.spread)} h"
    head = f"paid {past.paid_frac:.0%} of {hours}"
    usd = past.total * readings.ui.size_usd
    role = "gain" if usd > 0 else "loss"
    money = f", {fmt.dollars(usd, 0)} on ${fmt.magnitude(readings.ui.size_usd)}"
    run = f", longest run against you {past.against_h} h"
    is_short = cost_bps is not None and past.total < cost_bps * 1e-4
    less: Line = [(", less than in and out cost", "warn")] if is_short else []
    return longest(
        width,
        [(head + money, role), (run, "text"), *less],
        [(head + money, role), (run, "text")],
        [(head + money, role)],
        [(head, role)],
    )
