"""Writes the key table of the README from the program's own: `make keys` after changing a key."""

from itertools import groupby
from pathlib import Path

from cockpit.ui.input.keymap import ACTIONS, EVERYWHERE, Action, show_key

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- keys:", "<!-- /keys -->"


def main() -> None:
    README.write_text(with_table(README.read_text()))


def with_table(text: str) -> str:
    """The README with the lines between the markers made anew."""
    head, begin, rest = text.partition(BEGIN)
    marker, _, rest = rest.partition("\n")
    _, end, tail = rest.partition(END)
    return f"{head}{begin}{marker}\n{table()}{end}{tail}"


def table() -> str:
    """A row an action, in the order of the table; what only one pane knows comes last."""
    lines = ["| key | does | |", "| --- | --- | --- |"]
    everywhere_first = sorted(ACTIONS, key=lambda action: action.scope != EVERYWHERE)
    for scope, actions in groupby(everywhere_first, key=lambda action: action.scope):
        if scope != EVERYWHERE:
            lines.append(f"| | **in {scope}** | |")
        lines += [_row(action) for action in actions]
    return "\n".join(lines) + "\n"


def _row(action: Action) -> str:
    keys = " ".join(f"`{show_key(key)}`" for key in action.keys)
    return f"| {keys} | {action.name} | {action.help} |".replace("`|`", "`\\|`")


if __name__ == "__main__":
    main()
