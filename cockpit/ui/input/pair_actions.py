"""The cursor in the spreads: a cell of the matrix, or a row of the ranked pairs."""

from collections.abc import Mapping

from cockpit.ui.input import navigation, table_keys
from cockpit.ui.input.host import Host
from cockpit.ui.readings.pair_cursor import SPREADS, pair_under_cursor
from cockpit.ui.readings.pair_ranking import is_ranked, ranking_view


def pin(host: Host, _: int) -> None:
    """Compare the pair under the cursor; again: no longer."""
    pair = pair_under_cursor(host.readings)
    if pair is None:
        host.say("a venue is no pair: walk to a cell off the diagonal", "info")
    elif set(pair) == set(host.ui.pinned):
        host.ui.pinned = ()
    else:
        navigation.pin(host.readings, pair)


def _is_ranked(host: Host) -> bool:
    return is_ranked(host.readings.listing())


def _row(step: int) -> navigation.Handler:
    def move(host: Host, count: int) -> None:
        last = max(0, len(host.readings.listing()) - 1)
        here = min(last, host.ui.pair_row)
        host.ui.pair_row = max(0, min(last, here + step * max(1, count)))

    return move


def _first(host: Host, count: int) -> None:
    last = max(0, len(host.readings.listing()) - 1)
    host.ui.pair_row = min(last, max(0, count - 1))


def _last(host: Host, _: int) -> None:
    host.ui.pair_row = max(0, len(host.readings.listing()) - 1)


_RANKED = table_keys.handlers(lambda host: ranking_view(host.readings), "pairs")
_MATRIX: Mapping[str, navigation.Handler] = {
    "cursor.up": _row(-1),
    "cursor.down": _row(1),
    "cursor.first": _first,
    "cursor.last": _last,
}


def meaning(action_id: str, host: Host) -> navigation.Handler | None:
    """What an action does to the cursor of the spreads while they are in focus."""
    if host.ui.focus != SPREADS:
        return None
    if action_id == "view.pin":
        return pin
    return (_RANKED if _is_ranked(host) else _MATRIX).get(action_id)
