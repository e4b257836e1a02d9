"""The keys, once: bindings, the key line and the help come from this table.

Lowercase looks and moves. Uppercase is kept for keys that act.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """`id` is `area.verb`; `keys` are textual key names, the first is shown."""

    id: str
    keys: tuple[str, ...]
    name: str
    help: str
    shown: bool = False


ACTIONS: tuple[Action, ...] = (
    Action("cursor.up", ("up", "k"), "up", "the symbol above"),
    Action("cursor.down", ("down", "j"), "down", "the symbol below", shown=True),
    Action("cursor.left", ("left", "h"), "left", "the venue to the left"),
    Action("cursor.right", ("right", "l"), "right", "the venue to the right", shown=True),
    Action("cursor.first", ("g", "home"), "first", "the first symbol"),
    Action("cursor.last", ("G", "end"), "last", "the last symbol"),
    Action("pane.next", ("tab",), "pane", "the next pane", shown=True),
    Action("pane.previous", ("shift+tab",), "previous pane", "the pane before"),
    Action("pane.zoom", ("z",), "zoom", "the focused pane alone, and back", shown=True),
    Action("workspace.markets", ("1",), "markets", "funding, curves, depth and links at a glance"),
    Action("workspace.depth", ("2",), "depth", "books side by side, merged, and what they cost"),
    Action("workspace.funding", ("3",), "funding", "funding curves, premiums and spreads"),
    Action("workspace.positions", ("4",), "positions", "what a public address holds"),
    Action("workspace.plan", ("5",), "plan", "size a hedge or a staggered entry"),
    Action("workspace.stress", ("6",), "stress", "what a shock would cost"),
    Action("workspace.health", ("7",), "health", "links, chains, latency and this program"),
    Action("screen.repaint", ("ctrl+l",), "repaint", "draw everything again"),
    Action("app.quit", ("q", "ctrl+q"), "quit", "leave; the terminal is restored", shown=True),
)


def key_line() -> list[tuple[str, str]]:
    """(key, name) of what the bottom line shows."""
    glyphs = {"up": "↑", "down": "↓", "left": "←", "right": "→"}
    return [(glyphs.get(a.keys[0], a.keys[0]), a.name) for a in ACTIONS if a.shown]
