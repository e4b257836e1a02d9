"""Keys of POSITIONS: move, sort, group and mark rows, and take one into a calculator.

A key that the table knows everywhere does here what it does everywhere, on positions.
"""

from collections.abc import Mapping

from cockpit.portfolio.positions import Row
from cockpit.ui.input import navigation, plan_actions, position_editor
from cockpit.ui.input.host import Host, PromptSpec
from cockpit.ui.input.way_out import as_positions, way_out
from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.position_selection import GROUPS, Key
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.position_columns import column_of, sort_rows, sortable
from cockpit.ui.readings.positions import (
    chosen,
    cursor,
    is_followed,
    key_of,
    point,
    portfolio,
    rows,
    selected,
)
from cockpit.ui.text.form_values import plain

PANES = ("positions", "exposure", "margins", "carry_spark", "exposure_history")
HELD = "the position"


def _move(step: int) -> navigation.Handler:
    def handler(host: Host, count: int) -> None:
        at = cursor(host.readings, rows(host.readings))
        point(host.readings, at + step * max(1, count))

    return handler


def _first(host: Host, count: int) -> None:
    point(host.readings, count - 1 if count else 0)


def _last(host: Host, count: int) -> None:
    point(host.readings, (count or len(rows(host.readings))) - 1)


def _column(step: int) -> navigation.Handler:
    """The next column; one that this width leaves out comes into view."""

    def handler(host: Host, count: int) -> None:
        selection = host.ui.positions
        names = sortable()
        at = names.index(selection.column) if selection.column in names else 0
        selection.column = names[max(0, min(len(names) - 1, at + step * max(1, count)))]

    return handler


def _sort(host: Host, _: int) -> None:
    """By the column under the cursor; again: the other way round."""
    selection = host.ui.positions
    again = selection.sort == selection.column
    first = column_of(selection.column).is_text
    sort_rows(
        host.readings, selection.column, ascending=not selection.ascending if again else first
    )


def _unsort(host: Host, _: int) -> None:
    host.ui.positions.sort, host.ui.positions.order = "", ()


def group(host: Host, _: int) -> None:
    selection = host.ui.positions
    selection.group = GROUPS[(GROUPS.index(selection.group) + 1) % len(GROUPS)]


def mark(host: Host, _: int) -> None:
    """Mark the row under the cursor, or take its mark away; the cursor goes on."""
    row = selected(host.readings)
    if row is not None:
        host.ui.positions.chosen ^= {key_of(row)}
        _move(1)(host, 1)


def _back(host: Host, count: int) -> None:
    selection = host.ui.positions
    if selection.chosen:
        selection.chosen = frozenset()
    elif selection.filter:
        selection.filter = ""
    else:
        navigation.back(host, count)


def _to_market(host: Host, _: int) -> None:
    """The books of the position's market."""
    point(host.readings, cursor(host.readings, rows(host.readings)))
    navigation.go(host, "depth")


def _filter(host: Host, _: int) -> None:

    selection = host.ui.positions
    before = selection.filter

    def change(text: str) -> None:
        selection.filter = text.strip()
        host.redraw()

    def done(text: str | None) -> None:
        change(before if text is None else text)

    host.ask(
        PromptSpec(
            mark="/",
            title="filter positions",
            hint="venue, symbol, account or source · !text: without it · esc drops it",
            text=before,
            change=change,
            done=done,
        )
    )


# --- into a calculator --------------------------------------------------------------------------

LEG, ASSET, BOOK = 1, 2, 3
"""What a count before a calculator's key takes into it; without one: marks, else the leg."""


def _calculate(name: str) -> navigation.Handler:
    """Open a calculator for what is marked, for the row under the cursor, or as counted."""

    def handler(host: Host, count: int) -> None:
        readings, selection = host.readings, host.ui.positions
        reach = min(count, BOOK)
        marks = selection.chosen
        selection.chosen = _reached(readings, reach) if reach else marks
        try:
            taken = _one_asset_first(readings)
            problem = _no_way_out(readings, taken) if name == "stagger" and taken else ""
            if problem:
                host.say(problem, "warn")
                return
            if name in ("stagger", "carry"):
                taken = _with_books(readings, taken)
            way = way_out(_of_one_asset(taken)) if name == "stagger" and taken else name
            point(readings, cursor(readings, rows(readings)))
            plan_actions.open_calculator(host, way)
            if taken:
                _FILL[way](host.ui.forms.open(way), taken, reach)
                _warn(host, way, taken)
        finally:
            selection.chosen = marks

    return handler


def _with_books(readings: Readings, taken: list[Row]) -> list[Row]:
    """Those that can be traded on a book that is seen; the others stay as they are."""
    return [row for row in taken if is_followed(readings, row)]


def _no_way_out(readings: Readings, taken: list[Row]) -> str:
    """Why nothing here can be closed slice by slice; empty if something can."""
    mine = _of_one_asset(taken)
    if not _with_books(readings, mine):
        leg = mine[0].leg
        return f"{leg.venue} is not followed: there is no book to close {leg.symbol} on"
    return ""


def _of_one_asset(taken: list[Row]) -> list[Row]:
    """Those of the first row's asset."""
    return [row for row in taken if row.leg.symbol == taken[0].leg.symbol]


def _warn(host: Host, name: str, taken: list[Row]) -> None:
    """What the form cannot tell: a size of the past, assets that were left out."""
    old = [row.leg for row in taken if row.is_stale]
    if old:
        more = f" and {len(old) - 1} more" if len(old) > 1 else ""
        host.say(f"{old[0].venue}/{old[0].symbol}{more} is stale: what was last read", "warn")
    symbols = dict.fromkeys(row.leg.symbol for row in taken)
    if name in ("stagger", "unwind", "carry") and len(symbols) > 1:
        host.say(f"{name} is of one asset: {next(iter(symbols))}", "info")


def _reached(readings: Readings, reach: int) -> frozenset[Key]:
    """The leg under the cursor, all legs of its asset, or everything that is held."""
    under = selected(readings)
    if under is None:
        return frozenset()
    return frozenset(
        key_of(row)
        for row in portfolio(readings).rows
        if reach == BOOK
        or (reach == ASSET and row.leg.symbol == under.leg.symbol)
        or key_of(row) == key_of(under)
    )


def _one_asset_first(readings: Readings) -> list[Row]:
    """What is taken; where the cursor's asset is among it, that one first."""
    taken, under = chosen(readings), selected(readings)
    symbol = under.leg.symbol if under else ""
    return sorted(taken, key=lambda row: row.leg.symbol != symbol)


def _put(form: Form, **given: str) -> None:
    known = {field.name for field in form.fields}
    for key, text in given.items():
        if key in known:
            form.put(key, text, HELD)


def _stagger(form: Form, taken: list[Row], _: int) -> None:
    """Out of the positions, which are all on one side: the other side, on the venues where they
    are."""
    mine = _of_one_asset(taken)
    leg, size = mine[0].leg, sum(row.leg.size for row in mine)
    venues = dict.fromkeys(row.leg.venue for row in mine)
    side = "sell" if size > 0 else "buy"
    _put(form, symbol=leg.symbol, side=side, size=plain(abs(size)), size_usd="")
    _put(form, venues=",".join(venues))


def _unwind(form: Form, taken: list[Row], _: int) -> None:
    """Both sides of one asset, closed together."""
    _put(form, positions=as_positions(_of_one_asset(taken)), symbol="")


def _hedge(form: Form, taken: list[Row], reach: int) -> None:
    """One leg by its size, several as a table; everything as the book, each asset in itself.

    A leg at a venue that is not followed comes as a table too, with the price it is valued at.
    """
    if reach == BOOK:
        _put(form, book="true", symbol="", size="", venue="", positions="")
    elif len(taken) == 1 and not form.text("positions"):
        leg = taken[0].leg
        _put(form, symbol=leg.symbol, size=plain(leg.size), venue=leg.venue, book="", positions="")


def _carry(form: Form, taken: list[Row], _: int) -> None:
    """The pair that is held; of one leg its side, against the other venue of the pair."""
    if not taken:
        return
    leg = taken[0].leg
    mine = [row.leg for row in taken if row.leg.symbol == leg.symbol]
    long = next((held.venue for held in mine if held.size > 0), "")
    short = next((held.venue for held in mine if held.size < 0), "")
    _put(form, symbol=leg.symbol, size=plain(max(abs(held.size) for held in mine)), notional_usd="")
    suggested = [form.text("long_venue"), form.text("short_venue")]
    other = next((name for name in suggested if name and name != (long or short)), "")
    _put(form, long_venue=long or other, short_venue=short or other)


def _stress(form: Form, _: list[Row], reach: int) -> None:
    """Rows keep their entries; for the whole book the equity of the followed accounts is used."""
    if reach == BOOK:
        assumed = [name for name in form.given if name.startswith("equity_usd.")]
        for name in ("positions", *assumed):
            form.put(name, "", HELD)


_FILL = {
    "stagger": _stagger, "unwind": _unwind, "hedge": _hedge, "carry": _carry, "stress": _stress,
}  # fmt: skip
_KEYS = ("stagger", "hedge", "carry", "stress")
_ROWS: Mapping[str, navigation.Handler] = {
    "cursor.up": _move(-1),
    "cursor.down": _move(1),
    "cursor.first": _first,
    "cursor.last": _last,
    "view.filter": _filter,
    "app.back": _back,
}
LOCAL: Mapping[str, Mapping[str, navigation.Handler]] = {
    **dict.fromkeys(PANES[1:], _ROWS),
    "positions": {
        **_ROWS,
        "cursor.left": _column(-1),
        "cursor.right": _column(1),
        "view.sort": _sort,
        "view.unsort": _unsort,
        "pane.focus": _to_market,
        **{f"calc.{name}": _calculate(name) for name in _KEYS},
    },
}
"""Pane -> what keys of the table mean in it instead of what they mean everywhere."""
HANDLERS: Mapping[str, navigation.Handler] = {
    "position.mark": mark,
    "position.group": group,
    "position.add": position_editor.add,
    "position.edit": position_editor.edit,
    "position.delete": position_editor.delete,
    "position.note": position_editor.note,
}
