"""Positions that the trader types, changes and deletes on the screen, and notes on any of them.

What was typed is checked here and posted; the desk keeps it where the trader's positions are kept.
"""

from cockpit.core.errors import CockpitError
from cockpit.desk.contract import Retype
from cockpit.portfolio import manual
from cockpit.portfolio.positions import Row
from cockpit.ui.input.host import Host, PromptSpec
from cockpit.ui.readings.positions import note_key, selected
from cockpit.ui.text.styled import clean

MAX_NOTE = 200


def add(host: Host, _: int) -> None:
    _ask(host, "A", "type a position", None)


def edit(host: Host, _: int) -> None:
    before = _typed(host)
    if before is None:
        return

    _ask(host, "E", "change this position", before)


def delete(host: Host, _: int) -> None:
    from cockpit.ui.dialogs.confirm import ask_to_delete

    gone = _typed(host)
    if gone is not None:
        ask_to_delete(host, manual.line(gone), lambda: host.desk.post(Retype(gone, None)))


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


def _ask(host: Host, mark: str, title: str, before: manual.Entry | None) -> None:
    """Ask for a line; a mistake is said in the prompt, which stays open to be mended."""

    def accept(line: str) -> str:
        others = [entry for entry in _all_typed(host) if entry != before]
        try:
            entry = manual.parse(line, others)
        except CockpitError as error:
            return error.ui_message
        host.desk.post(Retype(before, entry))
        return ""

    host.ask(
        PromptSpec(
            mark=mark,
            title=title,
            hint=manual.USAGE,
            text="" if before is None else manual.line(before),
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


def _name(row: Row) -> str:
    return f"{row.leg.venue}/{row.leg.symbol}"
