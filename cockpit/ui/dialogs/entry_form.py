"""A form of a few fields that stands over the workspace: what is typed, chosen and drawn. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cockpit.ui.model.text_entry import Entry
from cockpit.ui.text.styled import Line, clean, fit

LABEL_CELLS = 11
VALUE_CELLS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One line. With `options` it is chosen by left and right, without it is typed. `note` says
    what is expected."""

    key: str
    label: str
    text: str
    note: str = ""
    options: tuple[str, ...] = ()


Fields = Sequence[FormField]
Follow = Callable[[Mapping[str, str], str], Fields]
"""(what is entered, the key of what was changed) -> the fields as they are from now on."""


def _stay(_: Mapping[str, str], __: str) -> Fields:
    return ()


class EntryForm:
    """The first typed letter replaces what a field was filled with; a move keeps it."""

    def __init__(self, fields: Fields, first: str, follow: Follow = _stay) -> None:
        self.fields = tuple(fields)
        self._follow = follow
        self._entries = {field.key: Entry(field.text) for field in fields}
        self._is_fresh = True
        keys = [field.key for field in fields]
        self.index = keys.index(first) if first in keys else 0

    @property
    def field(self) -> FormField:
        return self.fields[self.index]

    def values(self) -> dict[str, str]:
        """What is entered, by key."""
        return {key: entry.text for key, entry in self._entries.items()}

    def move(self, step: int) -> None:
        self.index = (self.index + step) % len(self.fields)
        self._is_fresh = True

    def press(self, key: str, character: str | None) -> bool:
        """A key of the keyboard; False where it means nothing in a form."""
        if key in ("up", "shift+tab", "down", "tab"):
            self.move(-1 if key in ("up", "shift+tab") else 1)
            return True
        if self.field.options:
            steps = {"left": -1, "right": 1, "space": 1}
            if key not in steps:
                return False
            self._choose(steps[key])
            return True
        entry = self._entries[self.field.key]
        if character is not None and self._is_fresh:
            entry.set("")
        if not entry.press(key, character):
            return False
        self._is_fresh = False
        self._changed()
        return True

    def paste(self, text: str) -> None:
        if not self.field.options:
            self._entries[self.field.key].insert(text)
            self._changed()

    def _choose(self, step: int) -> None:
        options, entry = self.field.options, self._entries[self.field.key]
        at = options.index(entry.text) if entry.text in options else 0
        entry.set(options[(at + step) % len(options)])
        self._changed()

    def _changed(self) -> None:
        """What follows from a change stands in the other fields at once."""
        fields = self._follow(self.values(), self.field.key)
        if not fields:
            return
        here = self.field.key
        self.fields = tuple(fields)
        self.index = next((i for i, f in enumerate(self.fields) if f.key == here), 0)
        for field in self.fields:
            if field.key != here and self._entries[field.key].text != field.text:
                self._entries[field.key].set(field.text)

    def lines(self, inner: int) -> list[Line]:
        """A line a field at `inner` cells; the one in hand has the cursor."""
        value = min(VALUE_CELLS, max(8, inner - LABEL_CELLS - 3))
        return [self._line(i, field, value, inner) for i, field in enumerate(self.fields)]

    def _line(self, index: int, field: FormField, value: int, inner: int) -> Line:
        is_here = index == self.index
        if not field.note and not field.options:
            value = inner - LABEL_CELLS - 2
        entry = self._entries[field.key]
        line: Line = [
            ("▌" if is_here else " ", "accent"),
            (fit(field.label, LABEL_CELLS), "accent" if is_here else "dim"),
        ]
        if field.options:
            chosen = fit(clean(entry.text), value - 4)
            line += [("‹ ", "accent" if is_here else "dim"), (chosen, "number"), (" ›", "dim")]
        elif is_here:
            line += entry.line(value)
            line.append((" " * max(0, value - len(entry.text) - 1), "text"))
        else:
            line.append((fit(clean(entry.text), value), "number"))
        room = inner - LABEL_CELLS - 3 - value
        if room > 0:
            line += [("  ", "text"), (fit(clean(field.note), room), "dim")]
        return line
