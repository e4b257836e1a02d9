"""The kept lines of the history and of the memory: whatever of them can be read, is."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from cockpit.alerts.baseline import Past
from cockpit.alerts.states import SAME_NS, Alert, Cooling, Firing, Memory
from cockpit.core.units import NS_PER_S

T = TypeVar("T")

KEPT = 500
"""How many are shown; the file may grow to four times as many before it is cut."""
MOST_LINES = 4 * KEPT
_YEAR_NS = 366 * 24 * 3600 * NS_PER_S
_EARLIEST_NS, _LATEST_NS = 0, 200 * _YEAR_NS
"""A hand-edited time outside of these is no time that can be shown."""


class _Loose(msgspec.Struct):
    """The memory, part by part: one that is damaged does not take the others with it."""

    firing: msgspec.Raw = msgspec.Raw(b"[]")
    muted: msgspec.Raw = msgspec.Raw(b"[]")
    cooling: msgspec.Raw = msgspec.Raw(b"[]")
    past: msgspec.Raw = msgspec.Raw(b"{}")


def read_history(data: bytes) -> tuple[list[Alert], int]:
    """(alerts, oldest first; how many lines could not be read)."""
    found: list[Alert] = []
    bad = 0
    for line in data.splitlines():
        if not line.strip():
            continue
        try:
            alert = msgspec.json.decode(line, type=Alert)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            bad += 1
            continue
        if is_possible(alert):
            found.append(alert)
        else:
            bad += 1
    return _once(found), bad


def _once(alerts: Iterable[Alert]) -> list[Alert]:
    """Without what a second cockpit saw as well: the same transition within a minute."""
    found: list[Alert] = []
    last: dict[tuple[str, str], Alert] = {}
    for alert in alerts:
        key = (alert.rule, alert.subject)
        before = last.get(key)
        is_same = before is not None and _step(before) == _step(alert)
        if before is None or not is_same or abs(alert.at_ns - before.at_ns) > SAME_NS:
            found.append(alert)
            last[key] = alert
    return found


def _step(alert: Alert) -> tuple[str, float | None]:
    return alert.happening, alert.threshold


def is_possible(alert: Alert) -> bool:
    """Whether it can be shown: a time that a calendar knows."""
    return _EARLIEST_NS <= alert.at_ns <= _LATEST_NS


def read_memory(data: bytes) -> tuple[Memory, list[str]]:
    """(what could be read, the names of the parts that could not)."""
    try:
        loose = msgspec.json.decode(data, type=_Loose)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return Memory(), ["everything"]
    bad: list[str] = []

    def part(name: str, raw: msgspec.Raw, shape: type[T], without: T) -> T:
        try:
            return msgspec.json.decode(raw, type=shape)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            bad.append(name)
            return without

    firing = part("firing", loose.firing, list[Firing], [])
    memory = Memory(
        firing=[one for one in firing if is_possible(one.alert)],
        muted=part("muted", loose.muted, list[str], []),
        cooling=part("cooling", loose.cooling, list[Cooling], []),
        past=part("past", loose.past, Past, Past()),
    )
    return memory, bad
