"""Writes the key table of the manual from the program's own: `make keys` after changing a key."""

from itertools import groupby
from pathlib import Path

from cockpit.ui.input.keymap import ACTIONS, EVERYWHERE, Action, show_key

PAGE = Path(__file__).resolve().parent / "manual" / "keys.md"
BEGIN, END = "<!-- keys:", "<!-- /keys -->"


def main() -> None:
    PAGE.write_text(with_table(PAGE.read_text()))


def with_table(text: str) -> str:
    """The page with the lines between the markers made anew."""
    head, begin, rest = text.partition(BEGIN)
    marker, _, rest = rest.partition("\n")
    _, end, tail = rest.partition(END)
    return f"{head}{begin}{marker}\n{table()}{end}{tail}"


def table() -> str:
    """A row an action, in the order of the table; what only one pane knows comes last."""
    lines = ["| key | does | | id |", "| --- | --- | --- | --- |"]
    everywhere_first = sorted(ACTIONS, key=lambda action: action.scope != EVERYWHERE)
    for scope, actions in groupby(everywhere_first, key=lambda action: action.scope):
        if scope != EVERYWHERE:
            lines.append(f"| | **in {scope}** | | |")
        lines += [_row(action) for action in actions]
    return "\n".join(lines) + "\n"


def _row(action: Action) -> str:
    keys = " ".join(f"`{show_key(key)}`" for key in action.keys)
    return f"| {keys} | {action.name} | {action.help} | {action.id} |".replace("`|`", "`\\|`")


if __name__ == "__main__":
    main()
