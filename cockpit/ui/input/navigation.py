"""Lowercase keys: where the trader looks, and how. Every one sets fields of the scene.

A function for a key takes (app, count); `count` 0 is none given.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, get_args

from cockpit.config import Layout
from cockpit.ui.layout.workspaces import WORKSPACES, show, walk, workspace_of, zoom
from cockpit.ui.model.ui_state import (
    CELL_MODES,
    SIZES_USD,
    TENORS,
    UNITS,
    Scene,
    apr_of,
    filter_rows,
    select_row,
    sort_rows,
)

if TYPE_CHECKING:
    from cockpit.terminal.controls import ControlledApp

Handler = Callable[["ControlledApp", int], None]
SPANS_H = (24, 7 * 24, 30 * 24)
LAYOUTS: tuple[str, ...] = get_args(Layout)
_CLOSER = {"funding": "funding", "interest": "funding", "log": "health", "alerts": "health"}
"""Pane -> the workspace that says more of it, where no other workspace has the pane itself."""


def rows(step: int) -> Handler:
    return lambda app, count: select_row(app.scene, _row(app.scene) + step * max(1, count))


def _row(scene: Scene) -> int:
    """Where the cursor is seen: after the list became shorter it stands on the last row."""
    return min(scene.symbol_index, max(0, len(scene.symbols) - 1))


def columns(step: int) -> Handler:
    def move(app: "ControlledApp", count: int) -> None:
        scene = app.scene
        last = max(0, len(scene.venues) - 1)
        scene.venue_index = max(0, min(last, scene.venue_index + step * max(1, count)))

    return move


def first(app: "ControlledApp", count: int) -> None:
    select_row(app.scene, count - 1 if count else 0)


def last(app: "ControlledApp", count: int) -> None:
    select_row(app.scene, (count or len(app.scene.symbols)) - 1)


# --- panes and workspaces ---------------------------------------------------------------------


def go(app: "ControlledApp", workspace_id: str) -> None:
    """Turn to a workspace; `back` returns to the one before."""
    if workspace_id != app.scene.workspace:
        app.scene.came_from = app.scene.workspace
        show(app.scene, workspace_id)
    app.workspace.place_panes()


def going(workspace_id: str) -> Handler:
    return lambda app, _: go(app, workspace_id)


def walking(step: int) -> Handler:
    def handler(app: "ControlledApp", count: int) -> None:
        walk(app.scene, step * max(1, count))
        app.workspace.place_panes()

    return handler


def zoom_pane(app: "ControlledApp", _: int) -> None:
    zoom(app.scene)
    app.workspace.place_panes()


def closer(app: "ControlledApp", count: int) -> None:
    """To the workspace that has the focused pane, or more of its subject; else zoom."""
    pane, here = app.scene.focus, workspace_of(app.scene).id
    others = [w for w in WORKSPACES if w.id != here]
    wanted = next((w for w in others if pane in w.panes), None)
    wanted = wanted or next((w for w in others if w.id == _CLOSER.get(pane)), None)
    if wanted is None:
        zoom_pane(app, count)
        return
    go(app, wanted.id)
    if pane in wanted.panes:
        app.scene.focus = pane
    app.workspace.place_panes()


def back(app: "ControlledApp", _: int) -> None:
    """Undo one step of what was opened: the filter, the zoom, the workspace."""
    scene = app.scene
    if scene.filter:
        filter_rows(scene, "")
    elif workspace_of(scene).id in scene.zoomed:
        zoom(scene)
    elif scene.came_from:
        show(scene, scene.came_from)
        scene.came_from = ""
    app.workspace.place_panes()


# --- what is shown, and how -------------------------------------------------------------------


def freeze(app: "ControlledApp", _: int) -> None:
    """Look at a copy of the state that no later fact changes; the data go on behind it."""
    scene = app.scene
    scene.frozen = not scene.frozen
    scene.now_ns = app.desk.clock.now_ns()
    scene.view = app.desk.view.still() if scene.frozen else app.desk.view


def sort(app: "ControlledApp", _: int) -> None:
    scene = app.scene
    if scene.venue is not None:
        again = scene.sort == scene.venue
        sort_rows(scene, scene.venue, ascending=again and not scene.ascending)


def unsort(app: "ControlledApp", _: int) -> None:
    sort_rows(app.scene, "listed")


def toggle_pin(app: "ControlledApp", _: int) -> None:
    scene = app.scene
    if scene.venue is None:
        return
    if scene.venue in scene.pinned:
        scene.pinned = tuple(name for name in scene.pinned if name != scene.venue)
    else:
        pin(scene, (*scene.pinned[-1:], scene.venue))


def pin(scene: Scene, names: tuple[str, ...]) -> None:
    """Compare these venues. Of two, the one that pays shorts more is the short side."""
    if len(names) == 2:
        first, second = (apr_of(scene.market(name)) for name in names)
        if first is not None and second is not None and second > first:
            names = names[::-1]
    scene.pinned = names


def size(step: int) -> Handler:
    def handler(app: "ControlledApp", count: int) -> None:
        for _ in range(max(1, min(count, len(SIZES_USD)))):
            now = app.scene.size_usd
            nearer = [size for size in SIZES_USD[::step] if (size - now) * step > 0]
            app.scene.size_usd = nearer[0] if nearer else now

    return handler


def next_cell(app: "ControlledApp", _: int) -> None:
    app.scene.cell = CELL_MODES[(CELL_MODES.index(app.scene.cell) + 1) % len(CELL_MODES)]


def next_unit(app: "ControlledApp", _: int) -> None:
    app.scene.unit = UNITS[(UNITS.index(app.scene.unit) + 1) % len(UNITS)]


def next_tenor(app: "ControlledApp", _: int) -> None:
    app.scene.tenor = TENORS[(TENORS.index(app.scene.tenor) + 1) % len(TENORS)]


def next_span(app: "ControlledApp", _: int) -> None:
    longer = [hours for hours in SPANS_H if hours > app.scene.span_h]
    app.scene.span_h = longer[0] if longer else SPANS_H[0]


def next_layout(app: "ControlledApp", _: int) -> None:
    lay_out(app, LAYOUTS[(LAYOUTS.index(app.scene.layout) + 1) % len(LAYOUTS)])


def lay_out(app: "ControlledApp", layout: str) -> None:
    app.scene.layout = layout
    app.workspace.place_panes()
