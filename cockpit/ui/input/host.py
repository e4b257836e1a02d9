"""Whom a key handler acts on, and the dialogs it may ask for, as data.

Handlers know neither widgets nor an event loop: they change the cursor and preferences, post to the
desk and say what the trader must be told. Whoever draws the screen makes dialogs of the specs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cockpit.desk.contract import Desk
from cockpit.ui.dialogs.entry_form import Fields, Follow
from cockpit.ui.dialogs.search import Choice
from cockpit.ui.dialogs.toasts import Tone
from cockpit.ui.input.form_runner import FormRunner
from cockpit.ui.input.keymap import Keymap
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.remembered import Remembered
from cockpit.ui.model.ui_state import UiState
from cockpit.ui.theme.themes import Theme

Accept = Callable[[str], str]
"""Asked at enter: a sentence keeps the prompt open and is shown in it, an empty one closes it."""
Complete = Callable[[str], Sequence[Choice]]
"""Typed text -> what it may become; a choice's `id` is the whole new text."""
Done = Callable[[str | None], None]
"""Told how a dialog ended: the text or the choice's id, None after escape."""


def _accept(_: str) -> str:
    return ""


def _nothing(_: str | None) -> None:
    return


def _no_choices(_: str) -> Sequence[Choice]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSpec:
    """A typed line. `change` hears every change; `history` has the newest last."""

    mark: str
    title: str
    hint: str
    text: str = ""
    accept: Accept = _accept
    change: Callable[[str], None] = _nothing
    complete: Complete = _no_choices
    history: Sequence[str] = ()
    done: Done = _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class PickerSpec:
    """A list to choose from by typing. `preview` is told what is under the cursor when that
    changes. `can_choose` False makes a list for reading: enter closes it."""

    title: str
    choices: Sequence[Choice]
    chosen: str = ""
    can_choose: bool = True
    hint: str = "enter does it · esc closes"
    preview: Callable[[str], None] = _nothing
    done: Done = _nothing


def _silent(_: Mapping[str, str]) -> str:
    return ""


def _no_more(_: Mapping[str, str], __: str) -> Fields:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSpec:
    """A few fields, `first` of which is in hand. `says` puts what is entered into a sentence;
    `accept` is asked at enter: a sentence keeps the form open and is shown in it."""

    title: str
    fields: Fields
    first: str
    accept: Callable[[Mapping[str, str]], str]
    says: Callable[[Mapping[str, str]], str] = _silent
    follow: Follow = _no_more
    hint: str = "↑ ↓ field · ← → choose · enter keeps it · esc drops it"


class Host(Protocol):
    """The screen, as a key handler sees it."""

    @property
    def readings(self) -> Readings: ...
    @property
    def ui(self) -> UiState: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def keymap(self) -> Keymap: ...
    @property
    def forms(self) -> FormRunner: ...
    @property
    def remembered(self) -> Remembered: ...
    @property
    def pane_size(self) -> tuple[int, int]:
        """(width, height) in cells for which a pane is composed when it is exported."""
        ...

    @property
    def worn(self) -> Theme:
        """The theme that the screen has now."""
        ...

    def say(self, text: str, tone: Tone = "info") -> None:
        """A toast: what the trader did, or must know once."""

    def ask(self, spec: PromptSpec) -> None:
        """Open a prompt, unless a dialog is open already."""

    def choose(self, spec: PickerSpec) -> None:
        """Open a list, unless a dialog is open already."""

    def fill(self, spec: FormSpec) -> None:
        """Open a form, unless a dialog is open already."""

    def do(self, action_id: str) -> None:
        """One entry of the key table, however it was asked for."""

    def wear(self, theme: Theme) -> None:
        """Look like this theme, at once and everywhere."""

    def redraw(self) -> None:
        """Show what was changed, at once."""

    def repaint(self) -> None:
        """Send every cell again."""

    def hand_over(self, sequence: str) -> None:
        """An escape sequence for the terminal itself, such as its clipboard's."""

    def suspend_process(self) -> None:
        """Stop, as ctrl+z does in a shell."""

    def leave(self, code: int = 0) -> None:
        """Save and exit."""
