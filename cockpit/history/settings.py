"""`[history]`: how much is remembered, and for how long."""

import msgspec

GB = 1_000_000_000


class HistorySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept. `enabled = false` writes nothing; what is there can still be read.

    `hot_h` hours stay in the store that the screen reads directly; every row is kept for
    `raw_days`, one row a minute and market for `minute_days`; `max_gb` (1e9 bytes) bounds it all,
    the oldest raw rows going first. Settled funding is kept for ever.
    """

    enabled: bool = True
    hot_h: int = 48
    raw_days: int = 30
    minute_days: int = 400
    max_gb: float = 5.0

    @property
    def max_bytes(self) -> int:
        return round(self.max_gb * GB)


def history_problem(settings: HistorySettings) -> str | None:
    """`key: is X; expected …` of the first value that cannot be used; None if all can."""
    if not 2 <= settings.hot_h <= 24 * 14:
        return f"hot_h: is {settings.hot_h}; expected 2 to 336 hours"
    if not 1 <= settings.raw_days <= 3650:
        return f"raw_days: is {settings.raw_days}; expected 1 to 3650"
    if settings.raw_days * 24 < settings.hot_h:
        return f"raw_days: is {settings.raw_days}; expected at least hot_h ({settings.hot_h} h)"
    if not settings.raw_days <= settings.minute_days <= 36500:
        return f"minute_days: is {settings.minute_days}; expected at least raw_days"
    if not 0.01 <= settings.max_gb <= 10_000:
        return f"max_gb: is {settings.max_gb:g}; expected 0.01 to 10000"
    return None
