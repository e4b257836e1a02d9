"""The bottom line: keys that do something now, as many as fit, and never half a word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cockpit.ui.input.keymap import EVERYWHERE, Action, Keymap

FAMILIES = {"workspace": "workspaces", "calc": "calc"}
"""Areas of actions that stand together or, where there is no room, as one: `1-8 workspaces`."""
_FOLDED_RANK = 2
"""How soon a folded family is left out; as `Action.shown`."""
_BLANKS = 3
"""Around and between a key and its name."""


@dataclass(frozen=True, slots=True)
class Hint:
    """`keys` and what they do. `ids` are the actions behind it: one, or a family's."""

    keys: str
    name: str
    rank: int
    ids: tuple[str, ...]

    @property
    def width(self) -> int:
        """Cells that it takes with its blanks."""
        return len(self.keys) + len(self.name) + _BLANKS


def hints(
    keymap: Keymap, pane: str, width: int, left_out: Callable[[str], object] = lambda action_id: ""
) -> list[Hint]:
    """What the line shows while this pane is focused, in the table's order. `left_out` is true of
    actions that mean nothing now.

    A family is whole, or folded, or left out; of the rest, what matters most is kept.
    """
    actions = [
        action
        for action in keymap.actions
        if action.shown and action.scope in (EVERYWHERE, pane) and keymap.keys(action.id)
        if not left_out(action.id)
    ]
    families = tuple(FAMILIES)
    kept: list[Hint] = []
    for folds in range(len(families) + 1):
        offered = _fold(keymap, actions, families[:folds])
        kept = _fitting(offered, width)
        if all(hint in kept for hint in offered if _family(hint.ids[0])):
            break
    return kept


def _fitting(offered: Sequence[Hint], width: int) -> list[Hint]:
    kept = set()
    left = width
    for i in sorted(range(len(offered)), key=lambda i: offered[i].rank):
        if offered[i].width <= left:
            kept.add(i)
            left -= offered[i].width
    return [hint for i, hint in enumerate(offered) if i in kept]


def _fold(keymap: Keymap, actions: Sequence[Action], families: Sequence[str]) -> list[Hint]:
    """A hint an action, and one for each of these families where its first member stands."""
    out: list[Hint] = []
    done = set()
    for action in actions:
        family = _family(action.id)
        if family not in families:
            out.append(Hint(keymap.shown(action.id), action.name, action.shown, (action.id,)))
        elif family not in done:
            done.add(family)
            ids = tuple(other.id for other in actions if _family(other.id) == family)
            keys = _together([keymap.shown(id_) for id_ in ids])
            out.append(Hint(keys, FAMILIES[family], _FOLDED_RANK, ids))
    return out


def _family(action_id: str) -> str:
    area = action_id.partition(".")[0]
    return area if area in FAMILIES else ""


def _together(keys: Sequence[str]) -> str:
    """`1-8` for digits that follow each other, `CHSX` for letters, else with blanks between."""
    joined = "".join(keys)
    if len(keys) > 1 and joined in "123456789":
        return f"{keys[0]}-{keys[-1]}"
    return joined if all(len(key) == 1 for key in keys) else " ".join(keys)
