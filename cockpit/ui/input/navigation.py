"""Lowercase keys: where the trader looks, and how. Every one sets fields of the scene.

A function for a key takes (app, count); `count` 0 is none given.
"""

from collections.abc import Callable
from typing import get_args

from cockpit.config import Layout
from cockpit.ui.input.host import Host
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

Handler = Callable[[Host, int], None]
SPANS_H = (24, 7 * 24, 30 * 24)
LAYOUTS: tuple[str, ...] = get_args(Layout)
_CLOSER = {"funding": "funding", "interest": "funding", "log": "health", "alerts": "health"}
"""Pane -> the workspace that says more of it, where no other workspace has the pane itself."""


def rows(step: int) -> Handler:
    return lambda host, count: select_row(host.scene, _row(host.scene) + step * max(1, count))


def _row(scene: Scene) -> int:
    """Where the cursor is seen: after the list became shorter it stands on the last row."""
    return min(scene.symbol_index, max(0, len(scene.symbols) - 1))


def columns(step: int) -> Handler:
    def move(host: Host, count: int) -> None:
        scene = host.scene
        last = max(0, len(scene.venues) - 1)
        scene.venue_index = max(0, min(last, scene.venue_index + step * max(1, count)))

    return move


def first(host: Host, count: int) -> None:
    select_row(host.scene, count - 1 if count else 0)


def last(host: Host, count: int) -> None:
    select_row(host.scene, (count or len(host.scene.symbols)) - 1)


# --- panes and workspaces ---------------------------------------------------------------------


def go(host: Host, workspace_id: str) -> None:
    """Turn to a workspace; `back` returns to the one before."""
    if workspace_id != host.scene.workspace:
        host.scene.came_from = host.scene.workspace
        show(host.scene, workspace_id)


def going(workspace_id: str) -> Handler:
    return lambda host, _: go(host, workspace_id)


def walking(step: int) -> Handler:
    def handler(host: Host, count: int) -> None:
        walk(host.scene, step * max(1, count))

    return handler


def zoom_pane(host: Host, _: int) -> None:
    zoom(host.scene)


def closer(host: Host, count: int) -> None:
    """To the workspace that has the focused pane, or more of its subject; else zoom."""
    pane, here = host.scene.focus, workspace_of(host.scene).id
    others = [w for w in WORKSPACES if w.id != here]
    wanted = next((w for w in others if pane in w.panes), None)
    wanted = wanted or next((w for w in others if w.id == _CLOSER.get(pane)), None)
    if wanted is None:
        zoom_pane(host, count)
        return
    go(host, wanted.id)
    if pane in wanted.panes:
        host.scene.focus = pane


def back(host: Host, _: int) -> None:
    """Undo one step of what was opened: the filter, the zoom, the workspace."""
    scene = host.scene
    if scene.filter:
        filter_rows(scene, "")
    elif workspace_of(scene).id in scene.zoomed:
        zoom(scene)
    elif scene.came_from:
        show(scene, scene.came_from)
        scene.came_from = ""


# --- what is shown, and how -------------------------------------------------------------------


def freeze(host: Host, _: int) -> None:
    """Look at a copy of the state that no later fact changes; the data go on behind it."""
    scene = host.scene
    scene.frozen = not scene.frozen
    scene.now_ns = host.desk.clock.now_ns()
    scene.view = host.desk.view.still() if scene.frozen else host.desk.view


def sort(host: Host, _: int) -> None:
    scene = host.scene
    if scene.venue is not None:
        again = scene.sort == scene.venue
        sort_rows(scene, scene.venue, ascending=again and not scene.ascending)


def unsort(host: Host, _: int) -> None:
    sort_rows(host.scene, "listed")


def toggle_pin(host: Host, _: int) -> None:
    scene = host.scene
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
    def handler(host: Host, count: int) -> None:
        for _ in range(max(1, min(count, len(SIZES_USD)))):
            now = host.scene.size_usd
            nearer = [size for size in SIZES_USD[::step] if (size - now) * step > 0]
            host.scene.size_usd = nearer[0] if nearer else now

    return handler


def next_cell(host: Host, _: int) -> None:
    host.scene.cell = CELL_MODES[(CELL_MODES.index(host.scene.cell) + 1) % len(CELL_MODES)]


def next_unit(host: Host, _: int) -> None:
    host.scene.unit = UNITS[(UNITS.index(host.scene.unit) + 1) % len(UNITS)]


def next_tenor(host: Host, _: int) -> None:
    host.scene.tenor = TENORS[(TENORS.index(host.scene.tenor) + 1) % len(TENORS)]


def next_span(host: Host, _: int) -> None:
    longer = [hours for hours in SPANS_H if hours > host.scene.span_h]
    host.scene.span_h = longer[0] if longer else SPANS_H[0]


def next_layout(host: Host, _: int) -> None:
    lay_out(host, LAYOUTS[(LAYOUTS.index(host.scene.layout) + 1) % len(LAYOUTS)])


def lay_out(host: Host, layout: str) -> None:
    host.scene.layout = layout
