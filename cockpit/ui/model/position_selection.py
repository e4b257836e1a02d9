"""Where the trader looks among the positions, and how they are ordered and grouped."""

from dataclasses import dataclass, field
from typing import Literal, get_args

Key = tuple[str, str, str, str, str]
"""Source, venue, account, pool, symbol: the same position, whatever becomes of it."""
Group = Literal["asset", "venue", "account", "trade", "none"]
GROUPS: tuple[Group, ...] = get_args(Group)


@dataclass(slots=True)
class PositionSelection:
    """`column` is what `sort` would sort by; `chosen` are the marked positions."""

    key: Key | None = None
    index: int = 0
    column: str = "symbol"
    sort: str = ""
    ascending: bool = False
    order: tuple[Key, ...] = ()
    group: Group = "asset"
    filter: str = ""
    chosen: frozenset[Key] = frozenset()
    notes: dict[str, str] = field(default_factory=dict)
