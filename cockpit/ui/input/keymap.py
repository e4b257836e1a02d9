"""The keys, once: dispatch, the key line, the help, the palette and `[keys]` come from this table.

Lowercase looks and moves. Uppercase acts: it writes, copies, records or computes. Ids are public:
a config names them. Imports no textual: `cockpit check` reads it.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cockpit.config import Config
from cockpit.core.errors import ConfigError
from cockpit.core.names import did_you_mean

EVERYWHERE = "everywhere"
NEVER_UNBOUND = ("app.quit", "app.help")


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a key does. `id` is `area.verb`; of `keys` the first is shown.

    `scope` is `everywhere`, or the pane in which the keys mean this: the same key may mean
    something else in another pane. `shown` puts it into the key line: 1 stays longest when the
    terminal is narrow, 0 is not there at all.
    """

    id: str
    keys: tuple[str, ...]
    name: str
    help: str
    scope: str = EVERYWHERE
    shown: int = 0


ACTIONS: tuple[Action, ...] = (
    Action("cursor.up", ("up", "k"), "up", "the row above; with a count, as many rows"),
    Action("cursor.down", ("down", "j"), "down", "the row below; with a count, as many rows"),
    Action("cursor.left", ("left", "h"), "left", "the venue to the left"),
    Action("cursor.right", ("right", "l"), "right", "the venue to the right"),
    Action("cursor.first", ("g", "home"), "first", "the first row; with a count, that row"),
    Action("cursor.last", ("G", "end"), "last", "the last row; with a count, that row"),
    Action("symbol.previous", ("[",), "previous symbol", "the symbol before, in any pane"),
    Action("symbol.next", ("]",), "next symbol", "the symbol after, in any pane"),
    Action("pane.next", ("tab",), "next pane", "look at the next pane", shown=2),
    Action("pane.previous", ("shift+tab",), "previous pane", "look at the pane before"),
    Action("pane.focus", ("enter",), "look closer", "the workspace that has more of this pane"),
    Action("pane.zoom", ("z",), "zoom", "the focused pane alone, and back", shown=3),
    Action("app.back", ("escape",), "back", "leave what was opened last: zoom, filter, workspace"),
    Action("workspace.markets", ("1",), "markets", "funding, depth and links at a glance", shown=4),
    Action("workspace.depth", ("2",), "depth", "books side by side and merged, and costs", shown=4),
    Action("workspace.funding", ("3",), "funding", "funding curves, premiums and spreads", shown=4),
    Action("workspace.positions", ("4",), "positions", "what a public address holds", shown=4),
    Action("workspace.plan", ("5",), "plan", "size a hedge or a staggered entry", shown=4),
    Action("workspace.stress", ("6",), "stress", "what a shock would cost", shown=4),
    Action("workspace.health", ("7",), "health", "links, chains and this program", shown=4),
    Action("workspace.scan", ("8",), "scan", "every pair of every coin, ranked net", shown=4),
    Action("view.freeze", ("space",), "freeze",
           "hold the picture, the data go on; in a replay hold the tape", shown=3),
    Action("past.back", ("<",), "look back", "the screen as it was a minute ago; 0120<: two hours;"
           " held, a replay steps fact by fact",
           shown=6),
    Action("past.forward", (">",), "forward", "a minute on, up to now; looking back, g is the first"
           " moment kept and G is now"),
    Action("rule.add", ("!",), "alert",
           "a rule about the figure here, over or under; in a replay: on to the next alert"),
    Action("replay.next_alert", ("@",), "next alert",
           "in a replay: on to where the next alert fires", shown=6),
    Action("replay.next_jump", ("~",), "next jump",
           "in a replay: on to where the exposure jumps", shown=6),
    Action("replay.previous_alert", ("(",), "alert before",
           "in a replay: back to where the last alert fired"),
    Action("replay.previous_jump", ("{",), "jump before",
           "in a replay: back to where the exposure jumped last"),
    Action("view.filter", ("/",), "filter", "only rows with this text; !text: without", shown=2),
    Action("view.sort", ("s",), "sort", "rows by the cursor's column, and back round", shown=6),
    Action("view.unsort", ("a",), "unsort", "rows as the watch list has them"),
    Action("view.pin", ("p",), "pin",
           "compare this venue: two pins are a pair; in SCAN watch this coin", shown=6),
    Action("view.cell", ("m",), "cell",
           "what a funding cell says: rate, change …; SCAN by coins: the days; scores: figures",
           shown=6),
    Action("view.unit", ("u",), "unit", "how a rate is written: an hour, a day, a year", shown=6),
    Action("view.tenor", ("n",), "tenor", "the next point of the funding curve"),
    Action("view.span", ("d",), "days",
           "how much past the plots show: a day, a week, a month, all that is kept"),
    Action("view.books", ("c",), "books", "books as ladders, or a line a venue"),
    Action("view.size_down", ("-",), "smaller",
           "quote costs for the next smaller size; in a replay slower"),
    Action("view.size_up", ("+", "="), "larger",
           "quote costs for the next larger size; in a replay faster"),
    Action("view.layout", ("w",), "layout", "the next layout: auto, wide, normal, narrow"),
    Action("view.theme", ("t",), "theme", "choose a theme; it is worn while you look", shown=7),
    Action("view.repaint", ("ctrl+l",), "repaint", "draw everything again"),
    Action("app.count", ("0",), "count", "begins a count: 05j is five rows down"),
    Action("app.command", (":",), "command", "type a command, such as :symbol BTC", shown=1),
    Action("app.palette", ("ctrl+p",), "palette", "find a command by its name"),
    Action("app.help", ("?", "f1"), "help", "this pane, every key, every word on the screen",
           shown=1),
    Action("tape.record", ("R",), "record", "record every venue to tapes, and stop", shown=5),
    Action("pane.write", ("W",), "write", "what this pane shows, as JSON and CSV files", shown=5),
    Action("pane.copy", ("Y",), "copy", "what this pane shows, to the clipboard", shown=7),
    Action("calc.carry", ("C",), "carry", "earn the spread of the focused cell's pair", shown=3),
    Action("calc.hedge", ("H",), "hedge", "make what is focused neutral, at least cost", shown=3),
    Action("calc.stagger", ("S",), "stagger", "slice an order over venues and time", shown=3),
    Action("calc.stress", ("X",), "stress", "what shocks would do to what is focused", shown=3),
    Action("form.all", (".",), "all fields", "every field of the form, or only those that matter",
           "form", shown=1),
    Action("stress.all", (".",), "all fields", "every field of the form, or only those that matter",
           "stress_form", shown=1),
    Action("plan.fill", ("F",), "filled", "mark the leg filled: price and size", "legs", shown=1),
    Action("plan.unfill", ("U",), "unfill", "take the leg's last fill back", "legs", shown=5),
    Action("plan.take", ("T",), "take", "take the fills that were seen on followed accounts",
           "legs", shown=2),
    Action("plan.trade", ("T",), "trade", "one trade of the positions that this plan's fills made",
           "plans", shown=4),
    Action("plan.delete", ("D",), "delete", "delete the kept plan here; asks first", "plans",
           shown=4),
    Action("position.mark", ("v",), "mark", "mark this position; calculators take what is marked",
           "positions", shown=4),
    Action("position.group", ("b",), "group",
           "rows by asset, by venue, by account, by trade, or as they are", "positions", shown=5),
    Action("trade.make", ("T",), "trade", "one trade of what is marked, or a name for this one",
           "positions", shown=5),
    Action("position.add", ("A",), "add", "type a position by hand", "positions", shown=3),
    Action("position.edit", ("E",), "edit", "change the typed position here", "positions", shown=4),
    Action("position.delete", ("D",), "delete", "delete the typed position here; asks first",
           "positions", shown=4),
    Action("position.note", ("N",), "note", "note something on this position", "positions",
           shown=5),
    Action("alert.acknowledge", ("A",), "seen", "this alert was seen: it stays, quietly", "alerts",
           shown=1),
    Action("alert.mute", ("M",), "mute", "silence this alert's rule; :unmute lets it speak again",
           "alerts", shown=2),
    Action("rule.list", ("r",), "rules", "every rule and how it stands, in place of the alerts",
           "alerts", shown=2),
    Action("rule.edit", ("E",), "edit", "change the rule here, if it was made by keys", "alerts",
           shown=4),
    Action("rule.delete", ("D",), "delete", "delete the rule here, if it was made by keys",
           "alerts", shown=4),
    Action("rule.try", ("F",), "try", "tell a test of the rule to whoever its alerts are told",
           "alerts", shown=4),
    Action("scan.failing", ("f",), "failing", "hide pairs that fail a gate, and show them again",
           "scan", shown=2),
    Action("scan.coins", ("v",), "coins", "every coin's rate at each venue, or the pairs again",
           "scan", shown=2),
    Action("app.suspend", ("ctrl+z",), "suspend", "back to the shell; `fg` returns"),
    Action("app.quit", ("q", "ctrl+q"), "quit", "leave; the terminal is restored", shown=1),
)  # fmt: skip

_NAMES = frozenset(
    (
        "up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete",
        "backspace", "tab", "enter", "escape", "space", "comma",
        *(f"f{number}" for number in range(1, 13)),
    )
)  # fmt: skip
_MODIFIERS = ("ctrl", "alt", "shift")
_SPELLED = {" ": "space", ",": "comma"}
_SHOWN = {
    "up": "↑", "down": "↓", "left": "←", "right": "→", "escape": "esc", "pageup": "pgup",
    "pagedown": "pgdn", "comma": ",", "delete": "del", "backspace": "bksp",
}  # fmt: skip


class Keymap:
    """Which keys do what: the table's defaults, changed by the trader's `[keys]`.

    `overrides` maps an id to comma-separated keys, which replace the default ones; no keys at all
    unbind the action. `origin` names whoever wrote them. ConfigError says in one sentence what is
    wrong: an unknown id or key, two actions on one key, or no way to quit or to get help.
    """

    def __init__(
        self,
        overrides: Mapping[str, str] | None = None,
        origin: str = "config",
        actions: tuple[Action, ...] = ACTIONS,
    ) -> None:
        self._actions = {action.id: action for action in actions}
        self._keys = {action.id: action.keys for action in actions}
        for action_id, text in (overrides or {}).items():
            self._override(action_id, text, f"{origin}: keys.{action_id}")
        self._bound = self._by_key(origin)

    @property
    def actions(self) -> Iterable[Action]:
        return self._actions.values()

    def keys(self, action_id: str) -> tuple[str, ...]:
        """The keys of an action; empty when the trader unbound it."""
        return self._keys[action_id]

    def shown(self, action_id: str) -> str:
        """The first key as it is printed, or nothing."""
        keys = self._keys[action_id]
        return show_key(keys[0]) if keys else ""

    def find(self, key: str, pane: str) -> Action | None:
        """What a key does while this pane is focused."""
        for action in self._bound.get(key, ()):
            if action.scope in (EVERYWHERE, pane):
                return action
        return None

    def _override(self, action_id: str, text: str, where: str) -> None:
        if action_id not in self._actions:
            hint = did_you_mean(action_id, self._actions)
            raise ConfigError(f"{where}: unknown action{hint}; help (?) lists them")
        keys = tuple(_read_key(part.strip(), where) for part in text.split(",") if part.strip())
        if not keys and action_id in NEVER_UNBOUND:
            raise ConfigError(f"{where}: is empty; {action_id} needs at least one key")
        self._keys[action_id] = keys

    def _by_key(self, origin: str) -> dict[str, list[Action]]:
        bound: dict[str, list[Action]] = {}
        for action in self._actions.values():
            for key in self._keys[action.id]:
                for other in bound.get(key, ()):
                    if EVERYWHERE in (action.scope, other.scope) or action.scope == other.scope:
                        raise ConfigError(
                            f"{origin}: keys: {show_key(key)} is bound to {other.id} and "
                            f"{action.id}; give one of them another key"
                        )
                bound.setdefault(key, []).append(action)
        return bound


def keymap_of(config: Config) -> Keymap:
    """The keymap of the trader's settings; ConfigError names the file that has a mistake."""
    origins = [origin for key, origin in config.origins.items() if key.startswith("keys.")]
    return Keymap(config.keys, origins[0] if origins else "config")


def key_of(key: str, character: str | None) -> str:
    """A key press as the table writes it: the character itself where there is one."""
    if character and len(character) == 1 and character.isprintable() and "+" not in key:
        return _SPELLED.get(character, character)
    return key


def show_key(key: str) -> str:
    """A key as it is printed: `↑`, `^p`, `S-tab`."""
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    marks = "".join({"ctrl": "^", "alt": "M-", "shift": "S-"}[name] for name in modifiers)
    return marks + _SHOWN.get(last, last)


def _read_key(text: str, where: str) -> str:
    """A key as a config writes it: one character, or a name with modifiers."""
    if len(text) == 1 and text.isprintable():
        return text
    *modifiers, last = text.split("+")
    if last.startswith("shift") or any(name not in _MODIFIERS for name in modifiers):
        known = " ".join(f"{name}+" for name in _MODIFIERS)
        raise ConfigError(f"{where}: {text!r} is not a key; modifiers are {known}")
    if last in _NAMES or (modifiers and len(last) == 1 and last.isalnum()):
        return text
    named = _character_named(last) if not modifiers else None
    if named is None:
        raise ConfigError(
            f"{where}: {text!r} is not a key{did_you_mean(last, _NAMES)}; "
            "expected a character, or a name such as pageup or ctrl+p"
        )
    return named


def _character_named(name: str) -> str | None:
    """`question_mark` is `?`: the names that Textual's own key maps use."""
    short = {"slash": "solidus", "minus": "hyphen-minus", "plus": "plus sign"}
    try:
        character = unicodedata.lookup(short.get(name, name.replace("_", " ")))
    except KeyError:
        return None
    return character if character.isprintable() else None
