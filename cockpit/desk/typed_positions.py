"""The positions that the trader typed: one file that the desk and the trader's editor both write.

Where there is a file it is the truth: it is read again before each change, and when other hands
have edited it.
"""

from collections.abc import Callable
from pathlib import Path

from cockpit.core.errors import ConfigError, InputError
from cockpit.desk.contract import Hold, Retype
from cockpit.desk.edited_file import EditedFile
from cockpit.portfolio import manual
from cockpit.portfolio.manual import Entry
from cockpit.state.view import MarketView


class TypedPositions:
    """What is held is in the state; `hold` puts it there."""

    def __init__(self, path: Path | None, view: MarketView, hold: Callable[[Hold], None]) -> None:
        """`path` None keeps them until the end."""
        self._path = path
        self._view = view
        self._hold = hold
        # Nothing is known of the file that was read at the start: the first look compares.
        self._file = EditedFile(path)

    def do(self, intent: Retype, now_ns: int) -> str:
        """Carry it out; what came of it in words. CockpitError if it stays as it was."""
        path = self._path
        entries = self._typed() if path is None else self._load(path)
        if intent.before is not None and intent.before not in entries:
            self._take(entries, now_ns)
            name = "this position" if path is None else path.name
            raise InputError(f"{name} was changed meanwhile, and has been read again")
        changed = _changed(entries, intent)
        if path is not None:
            try:
                manual.save(path, changed)
            except ConfigError as error:
                raise _short(error, path) from error
        self._take(changed, now_ns)
        return "kept until the end: this is not live" if path is None else f"written to {path}"

    def look(self, now_ns: int) -> str:
        """Read the file if other hands have edited it; what was read in words, empty for nothing.

        ConfigError, once, for a mistake in it: what was read before stays.
        """
        path = self._path
        if path is None or not self._file.look():
            return ""
        try:
            entries = self._load(path)
        except ConfigError as error:
            raise ConfigError(f"typed positions stay as they were: {error.ui_message}") from error
        if entries == self._typed():
            return ""
        self._take(entries, now_ns)
        return f"{path.name} was edited: {len(entries)} typed"

    def _load(self, path: Path) -> list[Entry]:
        try:
            return list(manual.load(path))
        except ConfigError as error:
            raise _short(error, path) from error

    def _typed(self) -> list[Entry]:
        return [manual.entry_of(position) for position in self._view.manual()]

    def _take(self, entries: list[Entry], now_ns: int) -> None:
        self._hold(Hold(tuple(manual.positions(entries, now_ns))))


def _changed(entries: list[Entry], intent: Retype) -> list[Entry]:
    """`after` stands where `before` stood, or at the end."""
    if intent.before is None:
        return [*entries, *([] if intent.after is None else [intent.after])]
    at = entries.index(intent.before)
    return [*entries[:at], *([] if intent.after is None else [intent.after]), *entries[at + 1 :]]


def _short(error: ConfigError, path: Path) -> ConfigError:
    """The sentence with the file's name alone: on one line its folders would hide the rest."""
    return ConfigError(error.ui_message.replace(str(path), path.name))
