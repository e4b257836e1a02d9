"""Where the trader looks among the trades."""

from dataclasses import dataclass


@dataclass(slots=True)
class TradeSelection:
    """`key` is the id of a trade, or the place of a position that belongs to none; `opened` is the
    trade that is shown alone, `top` the first line of its timeline."""

    key: str = ""
    index: int = 0
    opened: str = ""
    top: int = 0
