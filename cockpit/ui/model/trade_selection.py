"""Where the trader looks among the trades."""

from dataclasses import dataclass

from cockpit.desk.contract import ReadLegMids


@dataclass(slots=True)
class TradeSelection:
    """`key` is the id of a trade, or the place of a position that belongs to none; `opened` is the
    trade that is shown alone, `top` the first line of its timeline, `mids_asked` what was asked
    for of its past last."""

    key: str = ""
    index: int = 0
    opened: str = ""
    top: int = 0
    mids_asked: ReadLegMids | None = None
