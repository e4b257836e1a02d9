"""What is kept and what goes: pure decisions over days."""

from collections.abc import Collection, Sequence

import msgspec

from cockpit.history.layout import DAY_NS, Tier
from cockpit.history.settings import HistorySettings


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One UTC day of one tier: `size` is the bytes of its files on the disk."""

    from_ns: int
    tier: Tier
    size: int


class RollUp(msgspec.Struct, frozen=True):
    """Keep one row a minute and market of this day."""

    from_ns: int


class Drop(msgspec.Struct, frozen=True):
    """Forget this day."""

    from_ns: int


Action = RollUp | Drop


def next_action(
    days: Sequence[Day],
    other_bytes: int,
    hot_from_ns: int,
    now_ns: int,
    settings: HistorySettings,
    stuck: Collection[int] = (),
) -> Action | None:
    """The next thing to do, oldest first; None when everything is within its limits.

    `other_bytes` is what does not stand in `days`: the hot store. Days that the hot store still
    reaches into are left alone, so that both tiers keep saying the same. `stuck` are days that
    could not be rolled up: they wait, and go like the others where there is no room.
    """
    settled = [day for day in days if day.from_ns + DAY_NS <= hot_from_ns]
    old = sorted(settled, key=lambda day: day.from_ns)
    raw = [day for day in old if day.tier == "raw" and day.from_ns not in stuck]
    for day in old:
        if day.from_ns + DAY_NS <= now_ns - settings.minute_days * DAY_NS:
            return Drop(day.from_ns)
    if raw and raw[0].from_ns + DAY_NS <= now_ns - settings.raw_days * DAY_NS:
        return RollUp(raw[0].from_ns)
    if other_bytes + sum(day.size for day in days) <= settings.max_bytes:
        return None
    if raw:
        return RollUp(raw[0].from_ns)
    return Drop(old[0].from_ns) if old else None
