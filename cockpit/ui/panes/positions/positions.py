"""Every position, by venue account or typed, with what it earns and how far it is from its end."""

from collections.abc import Sequence

from cockpit.analytics.risk.exposure import Leg, total
from cockpit.core.account import short_address
from cockpit.portfolio.positions import Row, waiting_words
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.positions import trade, trades
from cockpit.ui.readings.kept_exposure import NOT_KEPT
from cockpit.ui.readings.position_columns import (
    BEYOND,
    UNKNOWN,
    Column,
    columns_for,
    hidden,
    marked,
    percent,
    usd,
)
from cockpit.ui.readings.positions import (
    carry_is_old,
    chosen,
    cursor,
    group_of,
    key_of,
    lacking,
    note_key,
    portfolio,
    room_of,
    rows,
    safety,
    unread_words,
)
from cockpit.ui.readings.trades import opened as opened_trade
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, framed, longest, right, width_of

TITLE = "positions"
HZ = 1.0
_EDGE = 2
_SAFETY_LEAST = 60
"""Cells beside a row's own words in which the nearest liquidation is said too."""


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    if readings.ui.positions.group == "trade" and readings.moment is None:
        is_focused = readings.ui.focus == TITLE
        opened = opened_trade(readings)
        if opened is not None:
            return trade.lines(readings, opened, width, height, is_focused)
        return trades.lines(readings, width, height, is_focused)
    inner, room = width - 2, max(1, height - 3)
    shown = rows(readings)
    at = cursor(readings, shown)
    columns = columns_for(inner - _EDGE, readings.ui.positions.column)
    title: Line = [("positions", "title")]
    note = ""
    if shown:
        body, first, last = _table(readings, shown, at, columns, room)
        total = len(portfolio(readings).rows)
        note = f"{first}-{last} of {len(shown)}" if last - first + 1 < len(shown) else f"{total}"
        left_out = hidden(columns)
        note += f" · +{left_out} →" if left_out else ""
        title.append((_how(readings, len(shown), total), "dim"))
        body.insert(0, _head(readings, columns))
    else:
        body = _empty(readings, inner)
    return framed(
        body,
        width,
        height,
        title=title,
        note=note,
        verdict=_verdict(readings, shown, at, width - 4) if shown else None,
        focused=readings.ui.focus == TITLE,
    )


def _how(readings: Readings, count: int, total: int) -> str:
    selection = readings.ui.positions
    words = [f"by {selection.group}"] if selection.group != "none" else []
    if selection.sort:
        words.append(f"{selection.sort} {'up' if selection.ascending else 'down'}")
    if selection.filter:
        words.append(f"/{clean(selection.filter)} {count} of {total}")
    return f" · {' · '.join(words)}" if words else ""


def _head(readings: Readings, columns: list[tuple[Column, int]]) -> Line:
    line: Line = [(" " * _EDGE, "dim")]
    for column, size in columns:
        here = column.id == readings.ui.positions.column and readings.ui.focus == TITLE
        head = column.head if len(column.head) <= size else "at"
        text = fit(head, size) if column.is_text else right(head, size)
        line += [(text, "accent" if here else "dim"), (" ", "dim")]
    return line


def _table(
    readings: Readings,
    shown: Sequence[Row],
    at: int,
    columns: list[tuple[Column, int]],
    room: int,
) -> tuple[list[Line], int, int]:
    """(lines, number of the first and of the last row in them): a window around the cursor."""
    groups: dict[str, list[int]] = {}
    for i, row in enumerate(shown):
        groups.setdefault(group_of(readings, row), []).append(i)
    every: list[tuple[int | None, str]] = []
    for name, members in groups.items():
        every += [(None, name)] if readings.ui.positions.group != "none" else []
        every += [(i, name) for i in members]
    place = next(n for n, (i, _) in enumerate(every) if i == at)
    top = max(0, min(place - room // 2, len(every) - room))
    lines, there = [], []
    for row_index, name in every[top : top + room]:
        if row_index is None:
            lines.append(_heading(readings, name, [shown[i] for i in groups[name]], columns))
        else:
            lines.append(_row(readings, shown[row_index], columns, row_index == at))
            there.append(row_index)
    return lines, min(there) + 1, max(there) + 1


def _heading(
    readings: Readings, name: str, members: Sequence[Row], columns: list[tuple[Column, int]]
) -> Line:
    """What a group amounts to, each sum under its column; `~` where a part of it is stale."""
    legs = [row.leg for row in members]
    mark = fmt.STALE if any(row.is_stale for row in members) else ""
    sums = {
        "notional": _notional_sum(total(leg.notional_usd for leg in legs)),
        "upnl": usd(total(leg.upnl_usd for leg in legs)),
        "carry": usd(total(leg.carry_usd_per_hour for leg in legs), 3),
        "paid": usd(total(row.funding_paid_usd for row in members)),
    }
    if len({leg.symbol for leg in legs}) == 1:
        sums["size"] = _net_base(legs)
    named = [column.is_text and column.id not in ("source", "why") for column, _ in columns]
    count = named.index(False) if False in named else len(named)
    room = sum(size + 1 for _, size in columns[:count])
    words = longest(
        room,
        [(f"{clean(name)} ", "title"), (_count(len(legs)), "dim")],
        [(clean(name), "title")],
    )
    line: Line = [(" ", "text"), *words, (" " * (_EDGE - 1 + room - width_of(words)), "text")]
    for column, size in columns[count:]:
        text = sums.get(column.id, "")
        of_it = fmt.STALE if column.id == "carry" and carry_is_old(readings, members) else mark
        line += [(right(marked(of_it, text) if text else "", size), "number"), (" ", "text")]
    return line


def _notional_sum(net: float | None) -> str:
    return UNKNOWN if net is None else ("+" if net > 0 else "") + fmt.magnitude(net)


def _count(legs: int) -> str:
    return f"{legs} leg{'s' if legs > 1 else ''}"


def _net_base(legs: Sequence[Leg]) -> str:
    net = sum(leg.size for leg in legs)
    if abs(net) <= 1e-9 * sum(abs(leg.size) for leg in legs):
        return "0"
    return ("+" if net > 0 else "") + fmt.magnitude(net, 4)


def _row(readings: Readings, row: Row, columns: list[tuple[Column, int]], here: bool) -> Line:
    is_marked = key_of(row) in readings.ui.positions.chosen
    line: Line = [("▌" if here else " ", "accent"), _edge(is_marked, row.is_stale)]
    for column, size in columns:
        text, role = column.cell(readings, row)
        if row.is_stale and role not in ("warn", "accent"):
            role = "stale"
        if row.is_stale and column.id in ("mark", "size", "distance") and text[:1].isdigit():
            text = fmt.STALE + text
        if column.id == "venue" and size <= 4:
            text = readings.short(row.leg.venue)
        placed = fit(clean(text), size) if column.is_text else right(text, size)
        line += [(placed, role), (" ", "text")]
    return line


def _edge(is_marked: bool, is_stale: bool) -> tuple[str, str]:
    if is_marked:
        return "●", "accent"
    return (fmt.STALE, "warn") if is_stale else (" ", "text")


def _verdict(readings: Readings, shown: Sequence[Row], at: int, width: int) -> Line:
    """Sums of what is marked; else why the cursor's row lacks figures; else the nearest end."""
    # A position that is gone takes its mark with it.
    taken = [row for row in chosen(readings) if key_of(row) in readings.ui.positions.chosen]
    if taken:
        legs = [row.leg for row in taken]
        mark = fmt.STALE if any(row.is_stale for row in taken) else ""
        net = total(leg.notional_usd for leg in legs)
        carry = total(leg.carry_usd_per_hour for leg in legs)
        money = UNKNOWN if net is None else mark + fmt.dollars(net)
        mark = fmt.STALE if carry_is_old(readings, taken) else ""
        hourly = UNKNOWN if carry is None else f"{mark}{fmt.dollars(carry, 3)}/h"
        words = f"{len(legs)} marked: net {money}, carry {hourly}"
        return longest(width, [(words, "number")])
    note = clean(readings.ui.positions.notes.get(note_key(shown[at]), ""))
    why = [clean(words) for words in lacking(readings, shown[at])]
    if not note and not why:
        return safety_words(readings, width)
    head: Line = [(f"{note}{' · ' * bool(why)}", "accent")] if note else []
    is_bad = shown[at].is_stale or shown[at].liquidation.basis is None
    role = "warn" if is_bad else "dim"
    said: Line = [*head, ("; ".join(why), role)]
    near = safety_words(readings, max(0, width - width_of(said) - 3))
    return longest(
        width,
        *([[*said, ("   ", "text"), *near]] if width - width_of(said) >= _SAFETY_LEAST else []),
        *([*head, ("; ".join(why[:count]), role)] for count in range(len(why), 0, -1)),
        head or [(why[0], role)],
    )


def safety_words(readings: Readings, width: int) -> Line:
    """The nearest liquidation, and what may not be called safe."""
    nearness = safety(readings)
    doubt = _doubt(nearness.stale, nearness.unknown, unread_words(readings))
    if nearness.nearest is None:
        is_any_known = nearness.known > 0
        words = "no price liquidates a leg" if is_any_known else "no liquidation price is known"
        return longest(width, [(words, "text"), (doubt, "warn")], [(words, "text")])
    row = nearness.nearest
    place = f"{row.leg.symbol} {row.leg.venue}"
    is_beyond = room_of(row) == 0
    head: Line = [
        ("nearest liquidation ", "dim"),
        (BEYOND, "danger") if is_beyond else (percent(row.liquidation.distance), "number"),
        (f" {place}", "text"),
    ]
    short: Line = [head[1], (f" {row.leg.symbol} {readings.short(row.leg.venue)}", "text")]
    return longest(
        width,
        [*head, (doubt, "warn")],
        [*head[1:], (doubt, "warn")],
        [*short, (doubt, "warn")],
        short,
    )


def _doubt(stale: int, unknown: int, unread: str) -> str:
    parts = [f"{stale} stale"] if stale else []
    parts += [f"{unknown} unknown"] if unknown else []
    parts += [unread] if unread else []
    return f"  {', '.join(parts)}: not counted as safe" if parts else ""


def _readable_venue(readings: Readings) -> str:
    """A venue that shows accounts by public address; an ellipsis where none does."""
    return next((name for name, spec in readings.specs.items() if spec.check_address), "…")


def _empty(readings: Readings, inner: int) -> list[Line]:
    """Why nothing is here, and what to do."""
    books = readings.view.accounts()
    words: list[tuple[str, str]]
    if readings.moment is not None:
        return [[], [(fit(f" {NOT_KEPT}", inner), "dim")]]
    if readings.ui.positions.filter and portfolio(readings).rows:
        wanted = clean(readings.ui.positions.filter)
        words = [(f"no position matches {wanted!r}: esc clears the filter", "text")]
    elif not books:
        words = [
            ("No account is followed and no position is typed.", "text"),
            (f"Follow a public address, read only:  :account {_readable_venue(readings)} …", "dim"),
            ("An [[account]] table with venue and address in the config keeps it.", "dim"),
            ("A types a position by hand, such as one on a venue that shows no accounts.", "dim"),
        ]
    else:
        words = [("No open position.", "text")]
        for book in books:
            said = waiting_words(book) if book.status == "waiting" else book.reason
            reason = clean(said) or book.status
            words.append(
                (f"  {book.venue} {book.name or short_address(book.address)}: {reason}", "dim")
            )
    return [[], *([(fit(f" {text}", inner), role)] for text, role in words)]
