"""Lowercase keys: where the trader looks, and how. Every one sets fields of the `UiState`.

A function for a key takes (app, count); `count` 0 is none given.
"""

from collections.abc import Callable
from typing import get_args

from cockpit.config import Layout
from cockpit.ui.input.host import Host
from cockpit.ui.input.market_selection import filter_rows, select_row, sort_rows
from cockpit.ui.layout.workspaces import WORKSPACES, show, walk, workspace_of, zoom
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.ui_state import CELL_MODES, SIZES_USD, TENORS, UNITS, BooksView
from cockpit.ui.readings.market_rates import apr_of

Handler = Callable[[Host, int], None]
LAYOUTS: tuple[str, ...] = get_args(Layout)
_LADDER_CELLS, _LADDERS_FROM = 37, 3
"""About what a ladder takes, and for how many venues there must be one."""
_BOOKS_WORDS: dict[BooksView, str] = {
    "auto": "books as this size has room for",
    "ladders": "books as ladders",
    "lines": "books as a line a venue",
}
_CLOSER = {"funding": "funding", "interest": "funding", "log": "health", "alerts": "health"}
"""Pane -> the workspace that says more of it, where no other workspace has the pane itself."""


def rows(step: int) -> Handler:
    return lambda host, count: select_row(host.readings, _row(host.readings) + step * max(1, count))


def _row(readings: Readings) -> int:
    """Where the cursor is seen: after the list became shorter it stands on the last row."""
    return min(readings.ui.symbol_index, max(0, len(readings.symbols) - 1))


def columns(step: int) -> Handler:
    def move(host: Host, count: int) -> None:
        readings = host.readings
        last = max(0, len(readings.venues) - 1)
        host.ui.venue_index = max(0, min(last, host.ui.venue_index + step * max(1, count)))

    return move


def first(host: Host, count: int) -> None:
    select_row(host.readings, count - 1 if count else 0)


def last(host: Host, count: int) -> None:
    select_row(host.readings, (count or len(host.readings.symbols)) - 1)


# --- panes and workspaces ---------------------------------------------------------------------


def go(host: Host, workspace_id: str) -> None:
    """Turn to a workspace; `back` returns to the one before."""
    if workspace_id != host.ui.workspace:
        host.ui.came_from = host.ui.workspace
        show(host.ui, workspace_id)


def going(workspace_id: str) -> Handler:
    return lambda host, _: go(host, workspace_id)


def walking(step: int) -> Handler:
    def handler(host: Host, count: int) -> None:
        walk(host.ui, step * max(1, count))

    return handler


def zoom_pane(host: Host, _: int) -> None:
    zoom(host.ui)


def closer(host: Host, count: int) -> None:
    """To the workspace that has the focused pane, or more of its subject; else zoom."""
    pane, here = host.ui.focus, workspace_of(host.ui).id
    others = [w for w in WORKSPACES if w.id != here]
    wanted = next((w for w in others if pane in w.panes), None)
    wanted = wanted or next((w for w in others if w.id == _CLOSER.get(pane)), None)
    if wanted is None:
        zoom_pane(host, count)
        return
    go(host, wanted.id)
    if pane in wanted.panes:
        host.ui.focus = pane


def back(host: Host, _: int) -> None:
    """Undo one step of what was opened: the filter, the zoom, the workspace."""
    readings = host.readings
    if host.ui.filter:
        filter_rows(readings, "")
    elif workspace_of(readings.ui).id in host.ui.zoomed:
        zoom(readings.ui)
    elif host.ui.came_from:
        show(readings.ui, host.ui.came_from)
        host.ui.came_from = ""


# --- what is shown, and how -------------------------------------------------------------------


def freeze(host: Host, _: int) -> None:
    """Look at a copy of the state that no later fact changes; the data go on behind it."""
    readings = host.readings
    host.ui.frozen = not host.ui.frozen
    readings.now_ns = host.desk.stats().at_ns
    readings.view = host.desk.view.still() if host.ui.frozen else host.desk.view


def sort(host: Host, _: int) -> None:
    readings = host.readings
    if readings.venue is not None:
        again = host.ui.sort == readings.venue
        sort_rows(readings, readings.venue, ascending=again and not host.ui.ascending)


def unsort(host: Host, _: int) -> None:
    sort_rows(host.readings, "listed")


def toggle_pin(host: Host, _: int) -> None:
    readings = host.readings
    if readings.venue is None:
        return
    if readings.venue in host.ui.pinned:
        host.ui.pinned = tuple(name for name in host.ui.pinned if name != readings.venue)
    else:
        pin(readings, (*host.ui.pinned[-1:], readings.venue))


def pin(readings: Readings, names: tuple[str, ...]) -> None:
    """Compare these venues. Of two, the one that pays shorts more is the short side."""
    if len(names) == 2:
        first, second = (apr_of(readings.market(name)) for name in names)
        if first is not None and second is not None and second > first:
            names = names[::-1]
    readings.ui.pinned = names


def size(step: int) -> Handler:
    def handler(host: Host, count: int) -> None:
        for _ in range(max(1, min(count, len(SIZES_USD)))):
            now = host.ui.size_usd
            nearer = [size for size in SIZES_USD[::step] if (size - now) * step > 0]
            host.ui.size_usd = nearer[0] if nearer else now

    return handler


def next_cell(host: Host, _: int) -> None:
    host.ui.cell = CELL_MODES[(CELL_MODES.index(host.ui.cell) + 1) % len(CELL_MODES)]


def toggle_score_figures(host: Host, _: int) -> None:
    host.ui.has_score_figures = not host.ui.has_score_figures


def next_unit(host: Host, _: int) -> None:
    host.ui.unit = UNITS[(UNITS.index(host.ui.unit) + 1) % len(UNITS)]


def next_books(host: Host, _: int) -> None:
    """First the view that a screen of this width does not show by itself, then the other."""
    has_ladders = host.pane_size[0] // _LADDER_CELLS * _LADDERS_FROM >= len(host.readings.venues)
    views: tuple[BooksView, ...] = (
        ("auto", "lines", "ladders") if has_ladders else ("auto", "ladders", "lines")
    )
    host.ui.books = views[(views.index(host.ui.books) + 1) % len(views)]
    if host.ui.focus != "depth":
        host.say(_BOOKS_WORDS[host.ui.books])


def next_tenor(host: Host, _: int) -> None:
    host.ui.tenor = TENORS[(TENORS.index(host.ui.tenor) + 1) % len(TENORS)]


def next_layout(host: Host, _: int) -> None:
    lay_out(host, LAYOUTS[(LAYOUTS.index(host.ui.layout) + 1) % len(LAYOUTS)])


def lay_out(host: Host, layout: str) -> None:
    host.ui.layout = layout
