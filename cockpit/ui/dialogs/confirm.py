"""Asking before something is deleted."""

from collections.abc import Callable

from cockpit.ui.input.host import Host, PromptSpec

_YES, _NO = ("y", "yes"), ("", "n", "no")


def ask_to_delete(host: Host, what: str, act: Callable[[], None]) -> None:
    """`y` and enter delete."""

    def accept(text: str) -> str:
        word = text.strip().casefold()
        if word in _YES:
            act()
        return "" if word in (*_YES, *_NO) else "y deletes, n keeps"

    host.ask(
        PromptSpec(
            mark="D",
            title=f"delete {what}?",
            hint="y and enter delete · esc keeps",
            accept=accept,
            done=lambda _: host.redraw(),
        )
    )
