"""Keys of POSITIONS: move, sort, group and mark rows, and take one into a calculator.

A key that the table knows everywhere does here what it does everywhere, on positions.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cockpit.portfolio.positions import Row
from cockpit.ui.input import navigation as moves
from cockpit.ui.input import plan_actions as planning
from cockpit.ui.input import position_editor as position_edits
from cockpit.ui.model.calculator_form import Form, plain
from cockpit.ui.readings.position_columns import column_of, sort_rows, sortable
from cockpit.ui.readings.positions import (
    GROUPS,
    Key,
    chosen,
    cursor,
    is_followed,
    key_of,
    point,
    portfolio,
    rows,
    selected,
)

if TYPE_CHECKING:
    from cockpit.terminal.controls import ControlledApp
    from cockpit.ui.model.ui_state import Scene

PANES = ("positions", "exposure", "margins", "carry_spark", "exposure_history")
HELD = "the position"


def _move(step: int) -> moves.Handler:
    def handler(app: "ControlledApp", count: int) -> None:
        at = cursor(app.scene, rows(app.scene))
        point(app.scene, at + step * max(1, count))

    return handler


def _first(app: "ControlledApp", count: int) -> None:
    point(app.scene, count - 1 if count else 0)


def _last(app: "ControlledApp", count: int) -> None:
    point(app.scene, (count or len(rows(app.scene))) - 1)


def _column(step: int) -> moves.Handler:
    """The next column; one that this width leaves out comes into view."""

    def handler(app: "ControlledApp", count: int) -> None:
        holding = app.scene.holding
        names = sortable()
        at = names.index(holding.column) if holding.column in names else 0
        holding.column = names[max(0, min(len(names) - 1, at + step * max(1, count)))]

    return handler


def _sort(app: "ControlledApp", _: int) -> None:
    """By the column under the cursor; again: the other way round."""
    holding = app.scene.holding
    again = holding.sort == holding.column
    first = column_of(holding.column).is_text
    sort_rows(app.scene, holding.column, ascending=not holding.ascending if again else first)


def _unsort(app: "ControlledApp", _: int) -> None:
    app.scene.holding.sort, app.scene.holding.order = "", ()


def group(app: "ControlledApp", _: int) -> None:
    holding = app.scene.holding
    holding.group = GROUPS[(GROUPS.index(holding.group) + 1) % len(GROUPS)]


def mark(app: "ControlledApp", _: int) -> None:
    """Mark the row under the cursor, or take its mark away; the cursor goes on."""
    row = selected(app.scene)
    if row is not None:
        app.scene.holding.chosen ^= {key_of(row)}
        _move(1)(app, 1)


def _back(app: "ControlledApp", count: int) -> None:
    holding = app.scene.holding
    if holding.chosen:
        holding.chosen = frozenset()
    elif holding.filter:
        holding.filter = ""
    else:
        moves.back(app, count)


def _to_market(app: "ControlledApp", _: int) -> None:
    """The books of the position's market."""
    point(app.scene, cursor(app.scene, rows(app.scene)))
    moves.go(app, "depth")


def _filter(app: "ControlledApp", _: int) -> None:
    from cockpit.terminal.dialogs.prompt import Prompt

    holding = app.scene.holding
    before = holding.filter

    def change(text: str) -> None:
        holding.filter = text.strip()
        app.redraw()

    def done(text: str | None) -> None:
        change(before if text is None else text)

    app.push_screen(
        Prompt(
            app.scene,
            app.palette,
            mark="/",
            title="filter positions",
            hint="venue, symbol, account or source · !text: without it · esc drops it",
            text=before,
            change=change,
        ),
        done,
    )


# --- into a calculator --------------------------------------------------------------------------

LEG, ASSET, BOOK = 1, 2, 3
"""What a count before a calculator's key takes into it; without one: marks, else the leg."""


def _calculate(name: str) -> moves.Handler:
    """Open a calculator for what is marked, for the row under the cursor, or as counted."""

    def handler(app: "ControlledApp", count: int) -> None:
        scene, holding = app.scene, app.scene.holding
        reach = min(count, BOOK)
        marks = holding.chosen
        holding.chosen = _reached(scene, reach) if reach else marks
        try:
            taken = _one_asset_first(scene)
            problem = _no_way_out(scene, taken) if name == "stagger" and taken else ""
            if problem:
                app.say(problem, "warn")
                return
            point(scene, cursor(scene, rows(scene)))
            planning.open_calculator(app, name)
            if taken:
                form = scene.forms.open(name)
                if name in ("stagger", "carry"):
                    taken = _with_books(scene, taken)
                _FILL[name](form, taken, reach)
                _warn(app, name, taken)
        finally:
            holding.chosen = marks

    return handler


def _with_books(scene: "Scene", taken: list[Row]) -> list[Row]:
    """Those that can be traded on a book that is seen; the others stay as they are."""
    return [row for row in taken if is_followed(scene, row)]


def _no_way_out(scene: "Scene", taken: list[Row]) -> str:
    """Why nothing here can be closed slice by slice; empty if something can."""
    symbol = taken[0].leg.symbol
    mine = [row for row in taken if row.leg.symbol == symbol]
    tradable = _with_books(scene, mine)
    if not tradable:
        return f"{mine[0].leg.venue} is not followed: there is no book to close {symbol} on"
    if not _net(tradable):
        return f"the legs in {symbol} cancel: there is nothing to close"
    return ""


def _warn(app: "ControlledApp", name: str, taken: list[Row]) -> None:
    """What the form cannot tell: a size of the past, assets that were left out."""
    old = [row.leg for row in taken if row.is_stale]
    if old:
        more = f" and {len(old) - 1} more" if len(old) > 1 else ""
        app.say(f"{old[0].venue}/{old[0].symbol}{more} is stale: what was last read", "warn")
    symbols = dict.fromkeys(row.leg.symbol for row in taken)
    if name in ("stagger", "carry") and len(symbols) > 1:
        app.say(f"{name} is of one asset: {next(iter(symbols))}", "info")


def _reached(scene: "Scene", reach: int) -> frozenset[Key]:
    """The leg under the cursor, all legs of its asset, or everything that is held."""
    under = selected(scene)
    if under is None:
        return frozenset()
    return frozenset(
        key_of(row)
        for row in portfolio(scene).rows
        if reach == BOOK
        or (reach == ASSET and row.leg.symbol == under.leg.symbol)
        or key_of(row) == key_of(under)
    )


def _one_asset_first(scene: "Scene") -> list[Row]:
    """What is taken; where the cursor's asset is among it, that one first."""
    taken, under = chosen(scene), selected(scene)
    symbol = under.leg.symbol if under else ""
    return sorted(taken, key=lambda row: row.leg.symbol != symbol)


def _net(taken: list[Row]) -> float:
    """In base units of the first row's asset; 0 where its legs cancel but for the last digits."""
    sizes = [row.leg.size for row in taken if row.leg.symbol == taken[0].leg.symbol]
    net = sum(sizes)
    return 0.0 if abs(net) <= 1e-9 * sum(map(abs, sizes)) else net


def _put(form: Form, **given: str) -> None:
    known = {one.name for one in form.fields}
    for key, text in given.items():
        if key in known:
            form.put(key, text, HELD)


def _stagger(form: Form, taken: list[Row], _: int) -> None:
    """Out of the position: the other side, on the venues where it is."""
    leg, size = taken[0].leg, _net(taken)
    venues = dict.fromkeys(row.leg.venue for row in taken if row.leg.symbol == leg.symbol)
    side = "sell" if size > 0 else "buy"
    _put(form, symbol=leg.symbol, side=side, size=plain(abs(size)), size_usd="")
    _put(form, venues=",".join(venues))


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
    long = next((one.venue for one in mine if one.size > 0), "")
    short = next((one.venue for one in mine if one.size < 0), "")
    _put(form, symbol=leg.symbol, size=plain(max(abs(one.size) for one in mine)), notional_usd="")
    suggested = [form.text("long_venue"), form.text("short_venue")]
    other = next((name for name in suggested if name and name != (long or short)), "")
    _put(form, long_venue=long or other, short_venue=short or other)


def _stress(form: Form, _: list[Row], reach: int) -> None:
    """Rows with their entries; everything with the accounts that really stand behind it."""
    if reach == BOOK:
        assumed = [name for name in form.given if name.startswith("equity_usd.")]
        for name in ("positions", *assumed):
            form.put(name, "", HELD)


_FILL = {"stagger": _stagger, "hedge": _hedge, "carry": _carry, "stress": _stress}
_ROWS: Mapping[str, moves.Handler] = {
    "cursor.up": _move(-1),
    "cursor.down": _move(1),
    "cursor.first": _first,
    "cursor.last": _last,
    "view.filter": _filter,
    "app.back": _back,
}
LOCAL: Mapping[str, Mapping[str, moves.Handler]] = {
    **dict.fromkeys(PANES[1:], _ROWS),
    "positions": {
        **_ROWS,
        "cursor.left": _column(-1),
        "cursor.right": _column(1),
        "view.sort": _sort,
        "view.unsort": _unsort,
        "pane.focus": _to_market,
        **{f"calc.{name}": _calculate(name) for name in _FILL},
    },
}
"""Pane -> what keys of the table mean in it instead of what they mean everywhere."""
HANDLERS: Mapping[str, moves.Handler] = {
    "position.mark": mark,
    "position.group": group,
    "position.add": position_edits.add,
    "position.edit": position_edits.edit,
    "position.delete": position_edits.delete,
    "position.note": position_edits.note,
}
