"""Asking before something is deleted."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.terminal.dialogs.prompt import Prompt

if TYPE_CHECKING:
    from cockpit.terminal.controls import ControlledApp

_YES, _NO = ("y", "yes"), ("", "n", "no")


def ask_to_delete(app: "ControlledApp", what: str, act: Callable[[], str]) -> None:
    """`y` and enter delete. `act` answers with what went wrong, empty for nothing."""

    def accept(text: str) -> str:
        word = text.strip().casefold()
        if word in _YES:
            return act()
        return "" if word in _NO else "y deletes, n keeps"

    app.push_screen(
        Prompt(
            app.scene,
            app.palette,
            mark="D",
            title=f"delete {what}?",
            hint="y and enter delete · esc keeps",
            accept=accept,
        ),
        lambda _: app.redraw(),
    )
