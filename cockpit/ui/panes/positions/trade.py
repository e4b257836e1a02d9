"""One trade, opened: its parts, its legs, its dangers, its curve and what happened to it."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cockpit.core.account import short_address
from cockpit.core.units import NS_PER_S, utc
from cockpit.portfolio.trades.reading import LegReading, TradeReading
from cockpit.portfolio.trades.timeline import Happening, timeline
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.positions.trades import stale
from cockpit.ui.readings.position_columns import UNKNOWN, near_role, percent, usd
from cockpit.ui.readings.trade_columns import (
    a_year,
    amount,
    breakeven_cell,
    held_words,
    money,
    nearest,
)
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import Canvas, nice_scale, steps
from cockpit.ui.text.styled import Line, clean, fit, framed, right, width_of

_CURVE_LEAST, _CURVE_MOST = 7, 14
_HOLD_NS = 10**18
_KINDS = {"opened": "dim", "fill": "accent", "funding": "text", "jump": "warn", "alert": "danger"}


def lines(
    readings: Readings, trade: TradeReading, width: int, height: int, focused: bool
) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner, room = width - 2, height - 2
    head = [*_figures(readings, trade, inner), *_legs(readings, trade, inner)]
    for danger in trade.dangers:
        role = "danger" if danger.kind in ("orphan", "liquidation") else "warn"
        head.append([(fit(f" ! {clean(danger.words)}", inner), role)])
    head += [[(fit(f" {clean(note)}", inner), "accent")] for note in _notes(readings, trade)]
    left = room - len(head)
    happened = sorted(
        [*timeline(readings.view, trade), *_alerts(readings, trade)], key=lambda one: one.at_ns
    )
    curve = min(_CURVE_MOST, max(0, left - min(len(happened) + 1, 8)))
    body = list(head)
    if curve >= _CURVE_LEAST:
        body += _curve(readings, trade, happened, inner, curve)
    body += _timeline(readings, happened, inner, max(0, room - len(body)))
    title: Line = [
        ("trade ", "dim"),
        (clean(trade.name), "title"),
        (_since(readings, trade), "dim"),
    ]
    return framed(
        body, width, height, title=title, note="esc back · T name · HSXC", focused=focused
    )


def _alerts(readings: Readings, trade: TradeReading) -> list[Happening]:
    """What was told of the trade itself, and of the markets of its legs."""
    markets = {f"{leg.key.venue}/{leg.key.symbol}" for leg in trade.legs}
    since_ns = trade.record.opened_ns or trade.record.seen_ns
    return [
        Happening(at_ns=alert.at_ns, what="alert", place=alert.subject, words=alert.words)
        for alert in readings.ui.alerts.history
        if alert.at_ns >= since_ns and alert.subject in {trade.record.id, *markets}
    ]


def _notes(readings: Readings, trade: TradeReading) -> list[str]:
    """What the trader noted on its positions."""
    found = []
    for leg in trade.legs:
        source = "manual" if leg.key.is_typed else "venue"
        parts = (source, leg.key.venue, leg.key.account, leg.key.pool, leg.key.symbol)
        note = readings.ui.positions.notes.get("/".join(parts), "")
        found += [f"{leg.key.venue}: {note}"] if note else []
    return found


def _since(readings: Readings, trade: TradeReading) -> str:
    opened_ns = trade.record.opened_ns
    when = "opened before it was seen" if opened_ns is None else f"{utc(opened_ns):%Y-%m-%d %H:%M}"
    return f" · {trade.record.asset} · {when} · {held_words(trade, readings.now_ns)}"


def _pair(label: str, cell: tuple[str, str]) -> Line:
    return [(f"{label} ", "dim"), (cell[0], cell[1])]


def _figures(readings: Readings, trade: TradeReading, inner: int) -> list[Line]:
    pnl, spread = trade.pnl, trade.spread
    watched = trade.record.watched_s
    share = trade.record.profit_s / watched if watched > 60 else None
    target = trade.record.target_usd
    first: list[Line] = [
        _pair("P&L", money(pnl.total)),
        _pair("= directional", money(pnl.directional)),
        _pair("+ basis", money(pnl.basis)),
        _pair("+ funding", money(pnl.funding)),
        _pair("+ fees", money(pnl.fees)),
        _pair("+ slippage", money(pnl.slippage)),
        _pair("+ unexplained", money(pnl.unexplained)),
        _pair("accrued, not paid", money(pnl.accrued)),
    ]
    second: list[Line] = [
        _pair("spread in", _bps(spread.entry_bps)),
        _pair("now", _bps(spread.now_bps)),
        _pair("out", _bps(spread.exit_bps)),
        _pair("to leave costs", money(_negative(trade.exit_cost_usd))),
        _pair("earned again in", (_hours(trade.exit_hours), "text")),
        _pair("eaten of the profit", (_eaten(trade), "text")),
    ]
    third: list[Line] = [
        _pair("carry", (f"{usd(trade.carry_usd_per_hour, 3)}/h", "number")),
        _pair("break-even", breakeven_cell(trade, readings.now_ns)),
        _pair("a year on margin", (a_year(trade.return_apr), "number")),
        _pair("on equity", (a_year(trade.equity_apr), "number")),
        _pair("in profit", (percent(share, 0).lstrip("+"), "text")),
        _pair("to liq", (percent(nearest(trade)), near_role(nearest(trade)))),
        *([_pair("target", (usd(target), "text"))] if target is not None else []),
    ]
    rows = [first, second, third]
    if any(leg.is_away for leg in trade.legs):
        rows = [[_old(piece) for piece in row] for row in rows]
    return [line for row in rows for line in _wrapped(row, inner)]


def _old(piece: Line) -> Line:
    """A label and a figure that may not be taken for the present."""
    label, (text, role) = piece
    return [label, stale(text, role)]


def _wrapped(pieces: Sequence[Line], inner: int) -> list[Line]:
    """The pieces in as many lines as they need: none of a profit's parts is left out."""
    found: list[Line] = [[(" ", "dim")]]
    for piece in pieces:
        if width_of(found[-1]) > 1 and width_of(found[-1]) + 2 + width_of(piece) > inner:
            found.append([(" ", "dim")])
        gap = "  " if width_of(found[-1]) > 1 else ""
        found[-1] = [*found[-1], (gap, "dim"), *piece]
    return found


def _negative(value: float | None) -> float | None:
    return None if value is None else 0.0 - value


def _bps(value: float | None) -> tuple[str, str]:
    return (UNKNOWN, "dim") if value is None else (f"{fmt.signed(value, 1)} bps", "number")


def _hours(hours: float | None) -> str:
    return UNKNOWN if hours is None else fmt.age(hours * 3600)


def _eaten(trade: TradeReading) -> str:
    """What leaving takes of what was earned, where anything was."""
    total, cost = trade.pnl.total, trade.exit_cost_usd
    return UNKNOWN if total is None or cost is None or total <= 0 else f"{cost / total:.0%}"


_HEADS = (
    ("size", 11), ("entry", 11), ("mark", 11), ("paid $", 9), ("accrued", 9), ("next $", 8),
    ("in", 8), ("fees $", 8), ("$/h", 8), ("to liq", 7),
)  # fmt: skip


def _legs(readings: Readings, trade: TradeReading, inner: int) -> list[Line]:
    name = 28 if inner >= 110 else 20
    kept = list(_HEADS)
    while kept and sum(size + 1 for _, size in kept) > inner - name - 1:
        kept.pop()
    head: Line = [(" " + fit("leg", name), "dim")]
    for title, size in kept:
        head += [(" ", "dim"), (right(title, size), "dim")]
    found: list[Line] = [head]
    for leg in trade.legs:
        place = f"{leg.key.venue} {short_address(leg.key.account)}"
        line: Line = [(" " + fit(clean(place), name), readings.colour_of(leg.key.venue))]
        cells = _cells(readings, leg)
        for title, size in kept:
            text, role = cells[title]
            line += [(" ", "text"), (right(text, size), "stale" if leg.is_away else role)]
        found.append(line)
    return found


def _cells(readings: Readings, leg: LegReading) -> dict[str, tuple[str, str]]:
    market = readings.view.market(leg.key.venue, leg.key.symbol)
    tick = market.instrument.tick if market and market.instrument else None
    next_ns = leg.funding.next_ns
    wait_s = None
    if next_ns is not None and market is not None:
        wait_s = (next_ns - market.venue_now_ns(readings.now_ns)) / NS_PER_S
    return {
        "size": (amount(leg.size), "number"),
        "entry": (_price(leg.entry, tick), "text"),
        "mark": (_price(leg.mark, tick), "number"),
        "paid $": money(leg.funding.paid_usd),
        "accrued": money(leg.funding.accrued_usd),
        "next $": money(leg.funding.next_usd),
        "in": (UNKNOWN if wait_s is None else fmt.countdown(wait_s), "text"),
        "fees $": money(leg.fees_usd),
        "$/h": money(leg.carry_usd_per_hour, 3),
        "to liq": (percent(leg.distance), near_role(leg.distance)),
    }


def _price(value: float | None, tick: float | None) -> str:
    return UNKNOWN if value is None else fmt.price(value, tick)


def _curve(
    readings: Readings,
    trade: TradeReading,
    happened: Sequence[Happening],
    inner: int,
    rows: int,
) -> list[Line]:
    """Cumulated funding at its stamps, and beside it what prices did, as far as it was watched."""
    untold = [leg.key.venue for leg in trade.legs if leg.payments is None]
    if untold:
        words = f"  no curve: the payments of {', '.join(untold)} since its opening are not known"
        return [[(fit(words, inner), "dim")]]
    paid = [(one.at_ns, one.usd) for one in happened if one.what == "funding" and one.usd]
    curve = readings.view.trades.curves.get(trade.record.id)
    price_at, price = (
        curve.price_usd.read() if curve else (np.empty(0, dtype=np.int64), np.empty(0))
    )
    funding_at = np.array([at for at, _ in paid], dtype=np.int64)
    funding = np.cumsum([usd for _, usd in paid]) if paid else np.empty(0)
    start_ns = min([trade.record.opened_ns or trade.record.seen_ns, *(at for at, _ in paid)])
    known = [*funding.tolist(), *(v for v in price.tolist() if not math.isnan(v))]
    head: Line = [
        (" funding paid", "gain"), (" since the opening, ", "dim"), ("prices", "accent"),
        (" while watched, $", "dim"),
    ]  # fmt: skip
    if not known or readings.now_ns <= start_ns:
        return [head, [(fit("  no payment and no sample yet", inner), "dim")]]
    low, high, _ = nice_scale(min(known), max(known), max(2, rows // 3))
    label = max(len(usd(low, 0)), len(usd(high, 0))) + 1
    canvas = Canvas(max(1, inner - label - 1), rows - 1, readings.glyphs)
    edges: NDArray[np.int64] = np.linspace(start_ns, readings.now_ns, canvas.dots_wide).astype(
        np.int64
    )
    canvas.plot(steps(funding_at, funding, edges, _HOLD_NS), low, high, "gain")
    canvas.plot(steps(price_at, price, edges, 120 * NS_PER_S), low, high, "accent")
    drawn = canvas.lines()
    found: list[Line] = [head]
    for i, line in enumerate(drawn):
        text = usd(high, 0) if i == 0 else usd(low, 0) if i == len(drawn) - 1 else ""
        found.append([(right(text, label), "dim"), (" ", "dim"), *line])
    return found


def _timeline(
    readings: Readings, happened: Sequence[Happening], inner: int, rows: int
) -> list[Line]:
    """The newest at the bottom; the arrows look further back."""
    if rows < 2:
        return []
    room = rows - 1
    last = max(0, len(happened) - max(0, readings.ui.trades.top))
    shown = happened[max(0, last - room) : last]
    head = f" timeline · {len(shown)} of {len(happened)}"
    found: list[Line] = [[(fit(head, inner), "dim")]]
    for one in shown:
        flow = "" if one.usd is None else usd(one.usd, 4 if abs(one.usd) < 1 else 2)
        found.append(
            [
                (f" {utc(one.at_ns):%m-%d %H:%M:%S} ", "dim"),
                (fit(clean(one.place), 20), "text"),
                (" ", "text"),
                (right(flow, 11), "gain" if (one.usd or 0) > 0 else "loss" if one.usd else "dim"),
                (" ", "text"),
                (fit(clean(one.words), max(1, inner - 49)), _KINDS[one.what]),
            ]
        )
    return found
