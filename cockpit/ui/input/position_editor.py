"""Positions that the trader types, changes and deletes on the screen, and notes on any of them.

Live, the file is the truth: it is read again before each change and written at once. In a demo or
a replay what is typed is forgotten at the end.
"""

from collections.abc import Callable
from pathlib import Path

from cockpit.core.errors import CockpitError
from cockpit.desk.contract import Hold
from cockpit.portfolio import manual
from cockpit.portfolio.positions import Row
from cockpit.storage import paths
from cockpit.ui.input.host import Host, PromptSpec
from cockpit.ui.readings.positions import note_key, selected
from cockpit.ui.text.styled import clean

Change = Callable[[list[manual.Entry]], None]
MAX_NOTE = 200


class FileWatch:
    """Reads the file again when other hands have edited it. Nothing is read but live.

    A mistake in it is one sentence, and what was read before stays.
    """

    def __init__(self, host: Host) -> None:
        self._app = host
        self._path = paths.positions_file()
        # Nothing is known of the file that was read at the start: the first look compares.
        self._stamp: tuple[int, int, int] | None = None
        self._is_missed = False

    def look(self) -> None:
        """Called every few seconds."""
        host, now = self._app, _stamp(self._path)
        if host.readings.mode != "LIVE" or now == self._stamp:
            return
        if now is None and not self._is_missed:
            # An editor may take the old file away before it puts the new one there.
            self._is_missed = True
            return
        self._stamp, self._is_missed = now, False
        try:
            entries = list(manual.load(self._path))
        except CockpitError as error:
            host.say(f"typed positions stay as they were: {_short(error, self._path)}", "warn")
            return
        if entries != _all_typed(host):
            _hold(host, entries)
            host.say(f"{self._path.name} was edited: {len(entries)} typed", "info")


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Changes with every edit; None while there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def add(host: Host, _: int) -> None:
    def put(entry: manual.Entry) -> Change:
        return lambda entries: entries.append(entry)

    _ask(host, "A", "type a position", "", put, lambda: _all_typed(host))


def edit(host: Host, _: int) -> None:
    before = _typed(host)
    if before is None:
        return

    def put(entry: manual.Entry) -> Change:
        def change(entries: list[manual.Entry]) -> None:
            entries[entries.index(before)] = entry

        return change

    def others() -> list[manual.Entry]:
        return [entry for entry in _all_typed(host) if entry != before]

    _ask(host, "E", "change this position", manual.line(before), put, others)


def delete(host: Host, _: int) -> None:
    from cockpit.ui.dialogs.confirm import ask_to_delete

    gone = _typed(host)
    if gone is not None:
        ask_to_delete(
            host, manual.line(gone), lambda: _apply(host, lambda entries: entries.remove(gone))
        )


def note(host: Host, _: int) -> None:
    """A few words of the trader's own on a position, kept over restarts."""

    row = selected(host.readings)
    if row is None:
        host.say("there is no position to note something on", "warn")
        return
    key, notes = note_key(row), host.ui.positions.notes

    def accept(text: str) -> str:
        if text.strip():
            notes[key] = clean(text).strip()[:MAX_NOTE]
        else:
            notes.pop(key, None)
        return ""

    host.ask(
        PromptSpec(
            mark="N",
            title=f"note on {row.leg.venue}/{row.leg.symbol}",
            hint="enter keeps it · empty takes it away · esc closes",
            text=notes.get(key, ""),
            accept=accept,
            done=lambda _: host.redraw(),
        )
    )


def _all_typed(host: Host) -> list[manual.Entry]:
    return [manual.entry_of(position) for position in host.desk.view.manual()]


def _ask(
    host: Host,
    mark: str,
    title: str,
    text: str,
    made: Callable[[manual.Entry], Change],
    others: Callable[[], list[manual.Entry]],
) -> None:
    """Ask for a line; a mistake is said in the prompt, which stays open to be mended."""

    def accept(line: str) -> str:
        try:
            entry = manual.parse(line, others())
        except CockpitError as error:
            return error.ui_message
        return _apply(host, made(entry))

    host.ask(
        PromptSpec(
            mark=mark,
            title=title,
            hint=manual.USAGE,
            text=text,
            accept=accept,
            done=lambda _: host.redraw(),
        )
    )


def _typed(host: Host) -> manual.Entry | None:
    """The entry under the cursor; says why there is none."""
    row = selected(host.readings)
    if row is None:
        host.say("there is no position here; A types one", "warn")
        return None
    if row.source != "manual":
        host.say(f"{_name(row)} is read from the venue: only typed positions change here", "warn")
        return None
    key = (row.leg.venue, row.leg.account, row.leg.symbol)
    return next((entry for entry in _all_typed(host) if entry.key == key), None)


def _apply(host: Host, change: Change) -> str:
    """Do it to what is in the file, or why not, in words."""
    keeps = host.readings.mode == "LIVE"
    path = paths.positions_file()
    try:
        entries = list(manual.load(path)) if keeps else _all_typed(host)
        try:
            change(entries)
        except ValueError:
            _hold(host, entries)
            return f"{path.name} was changed meanwhile, and has been read again"
        if keeps:
            manual.save(path, entries)
    except CockpitError as error:
        return _short(error, path)
    _hold(host, entries)
    host.say(f"written to {path}" if keeps else "kept until the end: this is not live", "info")
    return ""


def _short(error: CockpitError, path: Path) -> str:
    """The sentence with the file's name alone: on one line its folders would hide the rest."""
    return error.ui_message.replace(str(path), path.name)


def _hold(host: Host, entries: list[manual.Entry]) -> None:
    host.desk.post(Hold(tuple(manual.positions(entries, host.desk.stats().at_ns))))


def _name(row: Row) -> str:
    return f"{row.leg.venue}/{row.leg.symbol}"
