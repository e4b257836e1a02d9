"""The keys of a walkable table: what the key table knows everywhere, done on its rows."""

from collections.abc import Callable, Mapping
from typing import Any

from cockpit.ui.input import navigation
from cockpit.ui.input.host import Host, PromptSpec
from cockpit.ui.model.table import TableView

Find = Callable[[Host], TableView[Any] | None]
"""The table that the trader stands in; None while there is none."""


def handlers(find: Find, title: str) -> Mapping[str, navigation.Handler]:
    """Move, go to the ends, choose a column, sort by it, filter, and leave what was done last.

    `title` names the rows to whoever filters them.
    """

    def doing(act: Callable[[TableView[Any], int], None]) -> navigation.Handler:
        def handler(host: Host, count: int) -> None:
            view = find(host)
            if view is not None:
                act(view, count)

        return handler

    def back(host: Host, count: int) -> None:
        view = find(host)
        if view is not None and view.cursor.filter:
            view.cursor.filter = ""
            view.release()
        elif view is not None and view.cursor.key is not None:
            view.release()
        else:
            navigation.back(host, count)

    return {
        "cursor.up": doing(lambda view, count: view.move(-max(1, count))),
        "cursor.down": doing(lambda view, count: view.move(max(1, count))),
        "cursor.left": doing(lambda view, count: view.move_column(-max(1, count))),
        "cursor.right": doing(lambda view, count: view.move_column(max(1, count))),
        "cursor.first": doing(_first),
        "cursor.last": doing(lambda view, count: view.go((count or len(view.rows)) - 1)),
        "view.sort": doing(lambda view, count: view.sort()),
        "view.unsort": doing(lambda view, count: view.unsort()),
        "view.filter": lambda host, _: filter_prompt(host, find, title),
        "app.back": back,
    }


def _first(view: TableView[Any], count: int) -> None:
    if count:
        view.go(count - 1)
    else:
        view.release()


def filter_prompt(host: Host, find: Find, title: str) -> None:
    """Filter rows while typing; escape puts the old filter back."""
    view = find(host)
    if view is None:
        return
    cursor = view.cursor
    before = cursor.filter

    def change(text: str) -> None:
        cursor.filter = text.strip()
        cursor.key, cursor.index, cursor.order = None, 0, ()
        host.redraw()

    def done(text: str | None) -> None:
        if text is None:
            change(before)
        host.redraw()

    host.ask(
        PromptSpec(
            mark="/",
            title=f"filter {title}",
            hint="words that a row has · !word: has not · enter keeps it · esc drops it",
            text=before,
            change=change,
            done=done,
        )
    )
