"""The jumps of the book's exposure: a cursor over them, and the way to the moment of one."""

from collections.abc import Mapping

from cockpit.calculators.saved_plans import Fill
from cockpit.ui.input import navigation, past_actions
from cockpit.ui.input.host import Host
from cockpit.ui.input.market_selection import select_symbol
from cockpit.ui.readings.exposure_jumps import cursor, jumps

PANE = "exposure_history"


def _go(host: Host, row: int) -> None:
    host.ui.jump_row = max(0, min(len(jumps(host.readings)) - 1, row))


def _move(step: int) -> navigation.Handler:
    return lambda host, count: _go(host, cursor(host.readings) + step * max(1, count))


def _first(host: Host, count: int) -> None:
    _go(host, count - 1 if count else 0)


def _last(host: Host, count: int) -> None:
    _go(host, (count or len(jumps(host.readings))) - 1)


def to_jump(host: Host, count: int) -> None:
    """To how everything stood when the jump under the cursor happened."""
    shown = jumps(host.readings)
    if not shown:
        navigation.closer(host, count)
        return
    past_actions.look(host, shown[cursor(host.readings)].at_ns)


def to_fill(host: Host, fill: Fill, symbol: str) -> None:
    """To how everything stood when a leg of a plan was filled."""
    select_symbol(host.readings, symbol)
    navigation.go(host, "positions")
    past_actions.look(host, fill.at_ns)


LOCAL: Mapping[str, Mapping[str, navigation.Handler]] = {
    PANE: {
        "cursor.up": _move(-1),
        "cursor.down": _move(1),
        "cursor.first": _first,
        "cursor.last": _last,
        "pane.focus": to_jump,
    },
}
"""Pane -> what keys of the table mean in it instead of what they mean everywhere."""
