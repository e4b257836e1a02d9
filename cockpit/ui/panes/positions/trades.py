"""Positions by trade: what each earned part by part, with its legs, and what belongs to none."""

from collections.abc import Sequence
from typing import NamedTuple

from cockpit.core.account import short_address
from cockpit.portfolio.trades.dangers import sentences
from cockpit.portfolio.trades.reading import LegReading, Orphan, TradeReading
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.trade_columns import (
    CARRY,
    COLUMNS,
    TradeColumn,
    amount,
    columns_for,
)
from cockpit.ui.readings.trades import (
    Entry,
    cursor,
    entries,
    is_carry_old,
    place_of,
    rows_of,
    trades,
)
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, framed, longest, right, wrap

_EDGE = 2
_NAME_MOST, _NAME_LEAST = 30, 16
_ALARMING = ("orphan", "away", "liquidation", "adl", "dead", "stale")


def lines(readings: Readings, width: int, height: int, focused: bool) -> list[Line]:
    """The framed pane at exactly `width` x `height`.

    Where there is no room for the legs of all, only those of the trade under the cursor are shown.
    """
    inner, room = width - 2, height - 3
    shown = entries(readings)
    if not shown:
        title: Line = [("positions", "title"), (_how(readings), "dim")]
        return framed(_empty(readings, inner), width, height, title=title, focused=focused)
    at = cursor(readings, shown)
    name = max(_NAME_LEAST, min(_NAME_MOST, inner // 4))
    columns = columns_for(inner - _EDGE - name)
    is_folded = sum(1 + len(_legs_of(entry)) for entry in shown) > room
    every = _body(readings, shown, at, _Table(name, columns, is_folded))
    place = next(i for i, (entry, _) in enumerate(every) if entry == at)
    top = max(0, min(place - max(0, room // 2 - 1), len(every) - room))
    body = [_head(name, columns), *(line for _, line in every[top : top + max(1, room)])]
    left_out = len(COLUMNS) - len(columns)
    note = f"{at + 1} of {len(shown)}" + (f" · +{left_out} →" if left_out else "")
    return framed(
        body,
        width,
        height,
        title=_title(readings, shown),
        note=note,
        verdict=verdict(readings, shown[at], width - 4),
        focused=focused,
    )


class _Table(NamedTuple):
    """How wide names are, which columns follow, and whether only the cursor's legs are shown."""

    name: int
    columns: Sequence[TradeColumn]
    is_folded: bool


def _legs_of(entry: Entry) -> Sequence[LegReading]:
    return entry.trade.legs if entry.trade is not None else ()


def _title(readings: Readings, shown: Sequence[Entry]) -> Line:
    """How many there are, and how many of them need the trader, wherever the cursor is."""
    known = [entry.trade for entry in shown if entry.trade is not None]
    bad, alone = sum(map(_is_bad, known)), len(shown) - len(known)
    old = sum(any(leg.is_stale for leg in trade.legs) for trade in known)
    title: Line = [
        ("positions", "title"),
        (f"{_how(readings)} · {len(known)} trade{'s' if len(known) != 1 else ''}", "dim"),
    ]
    for count, words, role in (
        (bad, "in danger", "danger"), (old, "stale", "stale"), (alone, "in none", "warn"),
    ):  # fmt: skip
        title += [(" · ", "dim"), (f"{count} {words}", role)] if count else []
    return title


def _how(readings: Readings) -> str:
    wanted = readings.ui.positions.filter
    return " · by trade" + (f" · /{clean(wanted)}" if wanted else "")


def _head(name: int, columns: Sequence[TradeColumn]) -> Line:
    line: Line = [(" " * _EDGE + fit("trade", name), "dim")]
    for column in columns:
        line += [(" ", "dim"), (right(column.head, column.width), "dim")]
    return line


def _body(
    readings: Readings, shown: Sequence[Entry], at: int, table: _Table
) -> list[tuple[int, Line]]:
    """(number of its entry, line) of every line: a trade, its legs below, then orphans."""
    found: list[tuple[int, Line]] = []
    name, columns = table.name, table.columns
    for i, entry in enumerate(shown):
        here = i == at
        if entry.trade is not None:
            found.append((i, _trade(readings, entry.trade, here, name, columns)))
            if here or not table.is_folded:
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
    is_old = any(leg.is_stale for leg in trade.legs)
    for column in columns:
        text, role = column.of_trade(readings, trade)
        if is_old or (column.head == CARRY and is_carry_old(readings, trade.legs)):
            text, role = stale(text, role)
        line += [(" ", "text"), (right(text, column.width), role)]
    return line


def stale(text: str, role: str) -> tuple[str, str]:
    """A figure that may not be taken for the present; what is not known is not stale either."""
    if not any(char.isdigit() for char in text):
        return text, role
    return f"{fmt.STALE}{text}", "stale"


def _is_bad(trade: TradeReading) -> bool:
    return any(danger.is_alarm for danger in trade.dangers)


def _leg(readings: Readings, leg: LegReading, name: int, columns: Sequence[TradeColumn]) -> Line:
    side = "long " if leg.size > 0 else "short" if leg.size < 0 else "flat "
    share = f" {leg.share:.0%}" if leg.share < 0.9995 else ""
    room = name - 8
    account = clean(short_address(leg.key.account))
    place = f"{leg.key.venue} {account}" if len(leg.key.venue) + 8 < room else leg.key.venue
    line: Line = [
        (" " * _EDGE, "text"),
        (f"  {side} ", "dim"),
        (fit(place, room - len(share)) + share, readings.colour_of(leg.key.venue)),
    ]
    for column in columns:
        text, role = column.of_leg(readings, leg)
        # A size that was typed is what it was, however old the prices are.
        is_rate_old = column.head == CARRY and is_carry_old(readings, (leg,))
        if leg.is_away or is_rate_old or (leg.is_stale and column.head != "size"):
            text, role = stale(text.removeprefix(fmt.STALE), role)
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
        if is_old and not (orphan.key.is_typed and column.head == "size"):
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
    words = [clean(said) for said in sentences(entry.trade.dangers)]
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
    return [[], *([(f" {text}", "text")] for word in words for text in wrap(word, inner - 2))]
