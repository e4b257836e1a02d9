"""Asks for the dialogs, with what is true now.

The command line is imported when it is asked for: the first frame does not wait for it.
"""

from cockpit.core.errors import ConfigError
from cockpit.storage import paths
from cockpit.ui.dialogs.search import Choice
from cockpit.ui.input.host import Host, PickerSpec, PromptSpec
from cockpit.ui.input.keymap import EVERYWHERE, Action
from cockpit.ui.input.market_selection import filter_rows, select_symbol
from cockpit.ui.layout.workspaces import PANES, WORKSPACES
from cockpit.ui.model.readings import Readings
from cockpit.ui.theme.themes import load_theme, theme_names

AREAS = {
    "cursor": "move", "symbol": "move", "pane": "panes", "workspace": "workspaces",
    "view": "what is shown, and how", "calc": "calculators", "plan": "plans",
    "position": "positions", "alert": "alerts", "rule": "alerts",
    "scan": "the scan", "app": "the program", "tape": "recording",
}  # fmt: skip
_IN_PROMPT = ":"
"""How the id of a palette entry begins that opens the command line with a verb."""


def unavailable(action_id: str, readings: Readings) -> str:
    """Why an action makes no sense now, in words; empty when it does."""
    area, _, name = action_id.partition(".")
    if area == "workspace" and name not in {w.id for w in WORKSPACES}:
        return f"there is no workspace {name}"
    if action_id == "tape.record" and readings.mode == "REPLAY":
        return "a replay is a recording already"
    if area == "replay" and readings.mode != "REPLAY":
        return "no tape is played"
    if area == "calc" and readings.symbol is None:
        return readings.no_symbol
    if action_id in ("pane.write", "pane.copy") and readings.ui.focus not in PANES:
        return "no pane is focused"
    return ""


def actions_in_scope(host: Host) -> list[Action]:
    """What keys may mean while this pane is focused."""
    return [a for a in host.keymap.actions if a.scope in (EVERYWHERE, host.ui.focus)]


def palette(host: Host) -> None:
    """Everything that can be done now, with its keys; the verbs of the command line after it."""
    from cockpit.ui.input import command_line

    choices = [
        Choice(a.id, a.name, a.help, host.keymap.shown(a.id))
        for a in actions_in_scope(host)
        if not unavailable(a.id, host.readings) and a.id != "app.palette"
    ]
    choices += [
        Choice(_IN_PROMPT + verb.name, f":{verb.name}", verb.help) for verb in command_line.VERBS
    ]

    def chosen(choice: str | None) -> None:
        if choice is not None and choice.startswith(_IN_PROMPT):
            command_prompt(host, choice.removeprefix(_IN_PROMPT) + " ")
        elif choice is not None:
            host.do(choice)

    host.choose(PickerSpec(title="palette", choices=choices, done=chosen))


def themes(host: Host) -> None:
    """Choose a theme; the screen wears the one under the cursor, and its own again on escape."""

    before = host.worn
    choices = []
    for name in theme_names(paths.user_themes()):
        try:
            theme = load_theme(name, paths.user_themes())
        except ConfigError as error:
            choices.append(Choice(name, name, error.ui_message))
        else:
            choices.append(Choice(name, name, "dark" if theme.dark else "light"))

    def preview(name: str) -> None:
        try:
            host.wear(load_theme(name, paths.user_themes()))
        except ConfigError as error:
            host.say(error.ui_message, "warn")

    def chosen(name: str | None) -> None:
        if name is None:
            host.wear(before)

    host.choose(
        PickerSpec(
            title="themes",
            choices=choices,
            chosen=before.name,
            preview=preview,
            hint=f"enter keeps it · esc goes back to {before.name}",
            done=chosen,
        )
    )


def filter_prompt(host: Host) -> None:
    """Filter rows while typing; escape puts the old filter back."""

    before, symbol = host.ui.filter, host.readings.symbol

    def change(text: str) -> None:
        filter_rows(host.readings, text.strip())
        host.redraw()

    def done(text: str | None) -> None:
        if text is None:
            change(before)
            select_symbol(host.readings, symbol)
        host.redraw()

    host.ask(
        PromptSpec(
            mark="/",
            title="filter coins",
            hint="!text: coins without it · enter keeps it · esc drops it",
            text=before,
            change=change,
            done=done,
        )
    )


def command_prompt(host: Host, text: str = "") -> None:
    """The command line. A mistake is said in it, and it stays open to be mended."""
    from cockpit.ui.input import command_line

    entered: list[str] = []

    def accept(line: str) -> str:
        problem = command_line.check(host, line)
        if not problem:
            entered.append(line.strip())
        return problem

    def done(_: str | None) -> None:
        for line in filter(None, entered):
            host.remembered.commands = [c for c in host.remembered.commands if c != line] + [line]
            command_line.run(host, line)
        host.redraw()

    host.ask(
        PromptSpec(
            mark=":",
            title="command",
            hint="tab completes · up recalls · esc closes",
            text=text,
            accept=accept,
            complete=lambda line: command_line.complete(host, line),
            history=host.remembered.commands,
            done=done,
        )
    )
