"""Uppercase keys: what leaves the screen. Tapes, files, the terminal's clipboard."""

from typing import TYPE_CHECKING

from cockpit.core.errors import CockpitError
from cockpit.core.units import utc_stamp
from cockpit.storage import paths
from cockpit.ui.export import clipboard
from cockpit.ui.layout.workspaces import PANES

if TYPE_CHECKING:
    from cockpit.terminal.controls import ControlledApp
    from cockpit.ui.export.market_tables import Table


def record(app: "ControlledApp", wanted: bool) -> None:
    """Start or stop the tapes of everything that is live; says what happened."""
    folder = paths.tapes_dir() / utc_stamp(app.desk.clock.now_ns()) if wanted else None
    try:
        app.say(app.desk.record(folder), "info")
    except CockpitError as error:
        app.say(error.ui_message, "warn")
    except OSError as error:
        app.say(f"the tapes could not be completed: {error.strerror}", "danger")


def toggle_record(app: "ControlledApp", _: int) -> None:
    record(app, not app.desk.feed_stats().recording)


def _table(app: "ControlledApp") -> "tuple[str, Table]":
    from cockpit.ui.export import writer as export

    pane = app.scene.focus
    return pane, export.table_of(app.scene, pane, PANES[pane].lines(app.scene, *app.size))


def write(app: "ControlledApp", _: int) -> None:
    from cockpit.ui.export import writer as export

    pane, table = _table(app)
    try:
        json_file, csv_file = export.write(paths.exports_dir(), pane, table, app.scene)
    except OSError as error:
        app.say(f"{paths.exports_dir()}: nothing was written: {error.strerror}", "danger")
    else:
        app.say(f"{len(table.rows)} rows written: {json_file} and {csv_file.suffix}", "info")


def copy(app: "ControlledApp", _: int) -> None:
    from cockpit.ui.export import writer as export

    text = export.as_text(_table(app)[1], "\t")
    why_not = clipboard.refusal(text)
    if why_not:
        app.say(f"{why_not}; {app.keymap.shown('pane.write')} writes a file", "warn")
        return
    app.hand_over(clipboard.osc52(text))
    app.say(f"sent to terminal clipboard ({len(text.encode())} bytes)", "info")
