"""Asking before something is deleted."""

from collections.abc import Callable

from cockpit.ui.input.host import Host, PromptSpec

_YES, _NO = ("y", "yes"), ("", "n", "no")


def ask_to_delete(host: Host, what: str, act: Callable[[], str]) -> None:
    """`y` and enter delete. `act` answers with what went wrong, empty for nothing."""

    def accept(text: str) -> str:
        word = text.strip().casefold()
        if word in _YES:
            return act()
        return "" if word in _NO else "y deletes, n keeps"

    host.ask(
        PromptSpec(
            mark="D",
            title=f"delete {what}?",
            hint="y and enter delete · esc keeps",
            accept=accept,
            done=lambda _: host.redraw(),
        )
    )
