"""Uppercase keys: what leaves the screen. Tapes, files, the terminal's clipboard."""

from typing import TYPE_CHECKING

from cockpit.core.units import utc_stamp
from cockpit.desk.contract import Record
from cockpit.storage import paths
from cockpit.ui.export import clipboard
from cockpit.ui.input.host import Host
from cockpit.ui.layout.workspaces import PANES

if TYPE_CHECKING:
    from cockpit.ui.export.market_tables import Table


def record(host: Host, wanted: bool) -> None:
    """Start or stop the tapes of everything that is live; the desk answers what happened."""
    folder = paths.tapes_dir() / utc_stamp(host.desk.stats().at_ns) if wanted else None
    host.desk.post(Record(None if folder is None else str(folder)))


def toggle_record(host: Host, _: int) -> None:
    record(host, not host.desk.stats().feed.recording)


def _table(host: Host) -> "tuple[str, Table]":
    from cockpit.ui.export import writer

    pane = host.ui.focus
    return pane, writer.table_of(
        host.readings, pane, PANES[pane].lines(host.readings, *host.pane_size)
    )


def write(host: Host, _: int) -> None:
    from cockpit.ui.export import writer

    pane, table = _table(host)
    try:
        json_file, csv_file = writer.write(paths.exports_dir(), pane, table, host.readings)
    except OSError as error:
        host.say(f"{paths.exports_dir()}: nothing was written: {error.strerror}", "danger")
    else:
        host.say(f"{len(table.rows)} rows written: {json_file} and {csv_file.suffix}", "info")


def copy(host: Host, _: int) -> None:
    from cockpit.ui.export import writer

    text = writer.as_text(_table(host)[1], "\t")
    why_not = clipboard.refusal(text)
    if why_not:
        host.say(f"{why_not}; {host.keymap.shown('pane.write')} writes a file", "warn")
        return
    host.hand_over(clipboard.osc52(text))
    host.say(f"sent to terminal clipboard ({len(text.encode())} bytes)", "info")
