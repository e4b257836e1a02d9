"""Opens the dialogs, with what is true now. Never one over another.

They are imported when they are opened: the first frame of the screen does not wait for them.
"""

from typing import TYPE_CHECKING

from cockpit.core.errors import ConfigError
from cockpit.storage import paths
from cockpit.terminal.dialogs.base import Dialog
from cockpit.ui.input.keymap import EVERYWHERE, Action, show_key
from cockpit.ui.layout.workspaces import PANES, WORKSPACES
from cockpit.ui.model.ui_state import filter_rows, select_symbol
from cockpit.ui.theme.themes import load_theme, theme_names

if TYPE_CHECKING:
    from cockpit.terminal.controls import ControlledApp

AREAS = {
    "cursor": "move", "symbol": "move", "pane": "panes", "workspace": "workspaces",
    "view": "what is shown, and how", "calc": "calculators", "plan": "plans",
    "position": "positions", "alert": "alerts",
    "app": "the program", "tape": "recording",
}  # fmt: skip
_IN_PROMPT = ":"
"""How the id of a palette entry begins that opens the command line with a verb."""


def unavailable(action_id: str, app: "ControlledApp") -> str:
    """Why an action makes no sense now, in words; empty when it does."""
    area, _, name = action_id.partition(".")
    if area == "workspace" and name not in {w.id for w in WORKSPACES}:
        return f"there is no workspace {name}"
    if action_id == "tape.record" and app.scene.mode == "REPLAY":
        return "a replay is a recording already"
    if area == "calc" and app.scene.symbol is None:
        return app.scene.no_symbol
    if action_id in ("pane.write", "pane.copy") and app.scene.focus not in PANES:
        return "no pane is focused"
    return ""


def _is_free(app: "ControlledApp") -> bool:
    return not isinstance(app.screen, Dialog)


def _in_scope(app: "ControlledApp") -> list[Action]:
    return [a for a in app.keymap.actions if a.scope in (EVERYWHERE, app.scene.focus)]


def palette(app: "ControlledApp") -> None:
    """Everything that can be done now, with its keys; the verbs of the command line after it."""
    if not _is_free(app):
        return
    from cockpit.terminal.dialogs.picker import Picker
    from cockpit.ui.dialogs.search import Choice
    from cockpit.ui.input import command_line as commands

    choices = [
        Choice(a.id, a.name, a.help, app.keymap.shown(a.id))
        for a in _in_scope(app)
        if not unavailable(a.id, app) and a.id != "app.palette"
    ]
    choices += [
        Choice(_IN_PROMPT + verb.name, f":{verb.name}", verb.help) for verb in commands.VERBS
    ]

    def chosen(choice: str | None) -> None:
        if choice is not None and choice.startswith(_IN_PROMPT):
            command_prompt(app, choice.removeprefix(_IN_PROMPT) + " ")
        elif choice is not None:
            app.do(choice)

    app.push_screen(Picker(app.scene, app.palette, title="palette", choices=choices), chosen)


def help_list(app: "ControlledApp") -> None:
    """Every key that does something in this pane now, and every command; searchable."""
    if not _is_free(app):
        return
    from cockpit.terminal.dialogs.picker import Picker
    from cockpit.ui.dialogs.search import Choice
    from cockpit.ui.input import command_line as commands

    bound = [a for a in _in_scope(app) if not unavailable(a.id, app) and app.keymap.keys(a.id)]
    order = list(dict.fromkeys((*AREAS.values(), *map(_group, bound))))
    choices = [
        Choice(a.id, a.name, a.help, " ".join(map(show_key, app.keymap.keys(a.id))), _group(a))
        for a in sorted(bound, key=lambda a: order.index(_group(a)))
    ]
    choices += [
        Choice(v.name, f":{v.usage}", v.help, group="the command line") for v in commands.VERBS
    ]
    app.push_screen(Picker(app.scene, app.palette, title="help", choices=choices, can_choose=False))


def _group(action: Action) -> str:
    return AREAS.get(action.id.partition(".")[0], action.scope)


def themes(app: "ControlledApp") -> None:
    """Choose a theme; the screen wears the one under the cursor, and its own again on escape."""
    if not _is_free(app):
        return
    from cockpit.terminal.dialogs.picker import Picker
    from cockpit.ui.dialogs.search import Choice

    before = app.palette.theme
    choices = []
    for name in theme_names(paths.user_themes()):
        try:
            theme = load_theme(name, paths.user_themes())
        except ConfigError as error:
            choices.append(Choice(name, name, error.ui_message))
        else:
            choices.append(Choice(name, name, "dark" if theme.dark else "light"))

    def look(name: str) -> None:
        try:
            app.wear(load_theme(name, paths.user_themes()))
        except ConfigError as error:
            app.say(error.ui_message, "warn")

    def chosen(name: str | None) -> None:
        if name is None:
            app.wear(before)

    picker = Picker(
        app.scene,
        app.palette,
        title="themes",
        choices=choices,
        chosen=before.name,
        look=look,
        hint=f"enter keeps it · esc goes back to {before.name}",
    )
    app.push_screen(picker, chosen)


def filter_prompt(app: "ControlledApp") -> None:
    """Filter rows while typing; escape puts the old filter back."""
    if not _is_free(app):
        return
    from cockpit.terminal.dialogs.prompt import Prompt

    before, symbol = app.scene.filter, app.scene.symbol

    def change(text: str) -> None:
        filter_rows(app.scene, text.strip())
        app.redraw()

    def done(text: str | None) -> None:
        if text is None:
            change(before)
            select_symbol(app.scene, symbol)
        app.redraw()

    app.push_screen(
        Prompt(
            app.scene,
            app.palette,
            mark="/",
            title="filter",
            hint="!text: rows without it · enter keeps it · esc drops it",
            text=before,
            change=change,
        ),
        done,
    )


def command_prompt(app: "ControlledApp", text: str = "") -> None:
    """The command line. A mistake is said in it, and it stays open to be mended."""
    if not _is_free(app):
        return
    from cockpit.terminal.dialogs.prompt import Prompt
    from cockpit.ui.input import command_line as commands

    entered: list[str] = []

    def accept(line: str) -> str:
        problem = commands.check(app, line)
        if not problem:
            entered.append(line.strip())
        return problem

    def done(_: str | None) -> None:
        for line in filter(None, entered):
            app.remembered.commands = [c for c in app.remembered.commands if c != line] + [line]
            commands.run(app, line)
        app.redraw()

    app.push_screen(
        Prompt(
            app.scene,
            app.palette,
            mark=":",
            title="command",
            hint="tab completes · up recalls · esc closes",
            text=text,
            accept=accept,
            complete=lambda line: commands.complete(app, line),
            history=app.remembered.commands,
        ),
        done,
    )
