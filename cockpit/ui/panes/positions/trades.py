"""Positions by trade: what each earned part by part, with its legs, and what belongs to none."""

from collections.abc import Sequence

from cockpit.portfolio.trades.reading import LegReading, Orphan, TradeReading
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.trade_columns import (
    COLUMNS,
    TradeColumn,
    amount,
    columns_for,
)
from cockpit.ui.readings.trades import Entry, cursor, entries, place_of, rows_of, trades
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, framed, longest, right

_EDGE = 2
_NAME_MOST, _NAME_LEAST = 30, 16
_ALARMING = ("orphan", "away", "liquidation", "dead")


def lines(readings: Readings, width: int, height: int, focused: bool) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner, room = width - 2, height - 3
    shown = entries(readings)
    title: Line = [("positions", "title"), (_how(readings), "dim")]
    if not shown:
        return framed(_empty(readings, inner), width, height, title=title, focused=focused)
    at = cursor(readings, shown)
    name = max(_NAME_LEAST, min(_NAME_MOST, inner // 4))
    columns = columns_for(inner - _EDGE - name)
    every = _body(readings, shown, at, name, columns)
    place = next(i for i, (entry, _) in enumerate(every) if entry == at)
    top = max(0, min(place - max(0, room // 2 - 1), len(every) - room))
    body = [_head(name, columns), *(line for _, line in every[top : top + max(1, room)])]
    left_out = len(COLUMNS) - len(columns)
    count = sum(entry.trade is not None for entry in shown)
    note = f"{at + 1} of {len(shown)} · {count} trades" + (f" · +{left_out} →" if left_out else "")
    return framed(
        body,
        width,
        height,
        title=title,
        note=note,
        verdict=verdict(readings, shown[at], width - 4),
        focused=focused,
    )


def _how(readings: Readings) -> str:
    wanted = readings.ui.positions.filter
    return " · by trade" + (f" · /{clean(wanted)}" if wanted else "")


def _head(name: int, columns: Sequence[TradeColumn]) -> Line:
    line: Line = [(" " * _EDGE + fit("trade", name), "dim")]
    for column in columns:
        line += [(" ", "dim"), (right(column.head, column.width), "dim")]
    return line


def _body(
    readings: Readings, shown: Sequence[Entry], at: int, name: int, columns: Sequence[TradeColumn]
) -> list[tuple[int, Line]]:
    """(number of its entry, line) of every line: a trade, its legs below, then orphans."""
    found: list[tuple[int, Line]] = []
    for i, entry in enumerate(shown):
        here = i == at
        if entry.trade is not None:
            found.append((i, _trade(readings, entry.trade, here, name, columns)))
            found += [(i, _leg(readings, leg, name, columns)) for leg in entry.trade.legs]
        elif entry.orphan is not None:
            found.append((i, _orphan(readings, entry.orphan, here, name, columns)))
    return found


def _trade(
    readings: Readings, trade: TradeReading, here: bool, name: int, columns: Sequence[TradeColumn]
) -> Line:
    is_alarming = any(danger.kind in _ALARMING for danger in trade.dangers)
    words = clean(trade.name)
    if trade.record.name:
        words = f"{words} {trade.record.asset}"
    line: Line = [
        ("▌" if here else " ", "accent"),
        ("!" if is_alarming else " ", "danger" if _is_bad(trade) else "warn"),
        (fit(words, name), "title"),
    ]
    is_old = any(leg.is_away for leg in trade.legs)
    for column in columns:
        text, role = column.of_trade(readings, trade)
        if is_old:
            text, role = stale(text, role)
        line += [(" ", "text"), (right(text, column.width), role)]
    return line


def stale(text: str, role: str) -> tuple[str, str]:
    """A figure that may not be taken for the present; what is not known is not stale either."""
    if not any(char.isdigit() for char in text):
        return text, role
    return f"{fmt.STALE}{text}", "stale"


def _is_bad(trade: TradeReading) -> bool:
    return any(danger.kind in ("orphan", "liquidation") for danger in trade.dangers)


def _leg(readings: Readings, leg: LegReading, name: int, columns: Sequence[TradeColumn]) -> Line:
    side = "long " if leg.size > 0 else "short" if leg.size < 0 else "flat "
    share = f" {leg.share:.0%}" if leg.share < 0.9995 else ""
    line: Line = [
        (" " * _EDGE, "text"),
        (f"  {side} ", "dim"),
        (fit(f"{leg.key.venue}{share}", name - 8), readings.colour_of(leg.key.venue)),
    ]
    for column in columns:
        text, role = column.of_leg(readings, leg)
        role = "stale" if leg.is_away and role in ("number", "text", "gain", "loss") else role
        line += [(" ", "text"), (right(text, column.width), role)]
    return line


def _orphan(
    readings: Readings, orphan: Orphan, here: bool, name: int, columns: Sequence[TradeColumn]
) -> Line:
    is_marked = any(
        place_of_key(key) == place_of(orphan.key) for key in readings.ui.positions.chosen
    )
    line: Line = [
        ("▌" if here else " ", "accent"),
        ("●" if is_marked else " ", "accent"),
        *_place(readings, orphan, name),
    ]
    texts = {"size": amount(orphan.size), "notional": fmt.magnitude(orphan.notional_usd)}
    is_old = any(row.is_stale for row in rows_of(readings, Entry(orphan=orphan)))
    for column in columns:
        text, role = texts.get(column.head, ""), "number"
        if is_old:
            text, role = stale(text, role)
        line += [(" ", "text"), (right(text, column.width), role)]
    return line


def _place(readings: Readings, orphan: Orphan, name: int) -> Line:
    """Where it is held; on a narrow terminal by the venue's short name."""
    symbol, venue = clean(orphan.key.symbol), orphan.key.venue
    head = f"no trade: {symbol} "
    shown = venue if len(head) + len(venue) <= name else readings.short(venue)
    words = fit(f"{head}{shown}", name)
    return [(words, "dim")]


def place_of_key(key: tuple[str, str, str, str, str]) -> str:
    """The place of a marked position."""
    return "/".join(key[1:])


def verdict(readings: Readings, entry: Entry, width: int) -> Line:
    """The worst that endangers a trade; else what it came to."""
    marked = len(readings.ui.positions.chosen)
    if marked:
        return longest(width, [(f"{marked} marked: T makes them one trade", "number")])
    if entry.trade is None:
        return longest(
            width, [("no trade has it: v marks it, T makes a trade of what is marked", "dim")]
        )
    words = [clean(danger.words) for danger in entry.trade.dangers]
    role = "danger" if _is_bad(entry.trade) else "warn"
    if not words:
        return longest(width, [("nothing endangers it that is known · enter opens it", "dim")])
    return longest(
        width,
        *([("; ".join(words[:count]), role)] for count in range(len(words), 0, -1)),
        [(fit(words[0], width), role)],
    )


def _empty(readings: Readings, inner: int) -> list[Line]:
    """Why no trade is here, and what to do."""
    if readings.ui.positions.filter:
        words = ["no trade matches: esc clears the filter"]
    elif trades(readings).is_waiting:
        words = ["waiting for every followed account to answer: then legs are matched"]
    else:
        words = [
            "Nothing is held, so there is no trade.",
            "Opposite positions in one asset become a trade by themselves; T makes one by hand.",
        ]
    return [[], *([(fit(f" {text}", inner), "text")] for text in words)]
