"""The columns of the positions table: what each says of a row, in which colour, and sorts by."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cockpit.core.events import Instrument
from cockpit.portfolio.positions import Row
from cockpit.ui.model.position_selection import Key
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.positions import (
    account_name,
    key_of,
    lacking_of_its_own,
    note_key,
    portfolio,
    rate_is_old,
    room_of,
)
from cockpit.ui.text import format as fmt

UNKNOWN = "n/a"
BEYOND = "beyond"
"""The mark has passed the liquidation price: nothing is left between them."""
_NEAR_DANGER, _NEAR_LOSS, _NEAR_WARN = 0.05, 0.10, 0.20
Cell = tuple[str, str]
Value = float | str | None


@dataclass(frozen=True, slots=True)
class Column:
    """`rank` is when it gives way on a narrow terminal: the highest first, 0 never.

    `short` is its width where even the lowest ranks are tight. A column of text is left-aligned.
    """

    id: str
    head: str
    width: int
    rank: int
    cell: Callable[[Readings, Row], Cell]
    value: Callable[[Readings, Row], Value]
    is_text: bool = False
    short: int = 0


def usd(value: float | None, decimals: int = 2) -> str:
    """Signed dollars in at most nine characters; `n/a` for what is not known."""
    if value is None:
        return UNKNOWN
    if abs(value) < 99_999.5:
        return fmt.signed(value, decimals)
    return ("+" if value > 0 else "") + fmt.magnitude(value, 4)


def marked(mark: str, text: str) -> str:
    """A figure with `~` where it is stale; what is not known is not stale either."""
    return text if text == UNKNOWN else mark + text


def percent(frac: float | None, decimals: int = 1) -> str:
    return UNKNOWN if frac is None else fmt.signed(frac * 100, decimals) + "%"


def near_role(distance: float | None) -> str:
    """How alarming a distance to liquidation is."""
    if distance is None:
        return "dim"
    away = abs(distance)
    if away < _NEAR_DANGER:
        return "danger"
    return "loss" if away < _NEAR_LOSS else "warn" if away < _NEAR_WARN else "number"


def listing(readings: Readings, row: Row) -> Instrument | None:
    market = readings.view.market(row.leg.venue, row.leg.symbol)
    return market.instrument if market else None


def base(value: float, lot: float | None) -> str:
    """A signed size in base units with the decimals of its lot."""
    if abs(value) >= 1e7:
        return ("+" if value > 0 else "") + fmt.magnitude(value, 5)
    return fmt.signed(value, fmt.decimals_of(lot, abs(value)))


def _sign_role(value: float | None) -> str:
    if value is None:
        return "dim"
    return "gain" if value > 0 else "loss" if value < 0 else "number"


def _price(readings: Readings, row: Row, value: float | None) -> str:
    instrument = listing(readings, row)
    return UNKNOWN if value is None else fmt.price(value, instrument.tick if instrument else None)


def _lined_up(
    readings: Readings, row: Row, name: str, text_of: Callable[[Readings, Row], str], width: int
) -> str:
    """Padded so that the points of one asset's figures stand above each other: lots and ticks
    differ from venue to venue, and a column is read downwards."""

    def most() -> int:
        same_asset = [r for r in portfolio(readings).rows if r.leg.symbol == row.leg.symbol]
        return max(map(_decimals, (text_of(readings, r) for r in same_asset)))

    text = text_of(readings, row)
    if not text[-1:].isdigit():
        return text
    places = readings.once(("decimals", name, row.leg.symbol), most)
    missing = places - _decimals(text) + (places > 0 and "." not in text)
    return text + " " * max(0, min(missing, width - len(text)))


def _decimals(text: str) -> int:
    return len(text.partition(".")[2]) if text[-1:].isdigit() else 0


def _venue(readings: Readings, row: Row) -> Cell:
    return row.leg.venue, readings.colour_of(row.leg.venue)


def _account(readings: Readings, row: Row) -> Cell:
    return account_name(readings, row), "text"


def _symbol(readings: Readings, row: Row) -> Cell:
    return row.leg.symbol, "number"


def _size_text(readings: Readings, row: Row) -> str:
    instrument = listing(readings, row)
    return base(row.leg.size, instrument.lot if instrument else None)


def _size(readings: Readings, row: Row) -> Cell:
    return _lined_up(readings, row, "size", _size_text, 11), "number"


def _priced(name: str, role: str, value: Callable[[Row], float | None]) -> Callable[..., Cell]:
    """The cell of a price."""

    def text(readings: Readings, row: Row) -> str:
        return _price(readings, row, value(row))

    def cell(readings: Readings, row: Row) -> Cell:
        said = _lined_up(readings, row, name, text, 12)
        return said, "dim" if said == UNKNOWN else role

    return cell


_entry = _priced("entry", "text", lambda row: row.leg.entry)
_mark = _priced("mark", "number", lambda row: row.leg.price)
_end = _priced("liq", "text", lambda row: row.liquidation.price)


def _upnl(readings: Readings, row: Row) -> Cell:
    return usd(row.leg.upnl_usd), _sign_role(row.leg.upnl_usd)


def _notional(readings: Readings, row: Row) -> Cell:
    value = row.leg.notional_usd
    if value is None:
        return UNKNOWN, "dim"
    return ("+" if value > 0 else "") + fmt.magnitude(value), "text"


def _carry(readings: Readings, row: Row) -> Cell:
    value = row.leg.carry_usd_per_hour
    mark = fmt.STALE if rate_is_old(readings, row) and not row.is_stale else ""
    return mark + usd(value, 3), "stale" if mark else _sign_role(value)


def _paid(readings: Readings, row: Row) -> Cell:
    return usd(row.funding_paid_usd), _sign_role(row.funding_paid_usd)


def _leverage(readings: Readings, row: Row) -> Cell:
    if row.leverage is None:
        return UNKNOWN, "dim"
    mode = " iso" if row.margin_mode == "isolated" else ""
    return f"{row.leverage:.3g}x{mode}", "text"


def _liquidation(readings: Readings, row: Row) -> Cell:
    if row.liquidation.basis == "none":
        return "none", "text"
    return _end(readings, row)


def _distance(readings: Readings, row: Row) -> Cell:
    if row.liquidation.basis == "none":
        return "none", "text"
    if room_of(row) == 0:
        return BEYOND, "danger"
    distance = row.liquidation.distance
    return percent(distance), near_role(distance)


def _age(readings: Readings, row: Row) -> Cell:
    if row.age_s is None:
        return ("typed" if row.source == "manual" else UNKNOWN), "dim"
    return fmt.age(row.age_s), "warn" if row.is_stale else "text"


def _source(readings: Readings, row: Row) -> Cell:
    by = {"computed": "calc", "venue": "venue", "manual": "manual", "none": "calc"}
    said = by.get(row.liquidation.basis or "", "")
    return " " + (row.source if row.source == "manual" or not said else f"liq {said}"), "dim"


def _why(readings: Readings, row: Row) -> Cell:
    note = readings.ui.positions.notes.get(note_key(row), "")
    # That a venue states no leverage is true of all its rows: said at the bottom, not in each.
    why = "; ".join(lacking_of_its_own(readings, row))
    if note:
        return f"{note}{' · ' if why else ''}{why}", "accent"
    return why, "warn" if row.is_stale else "dim"


COLUMNS: tuple[Column, ...] = (
    Column("symbol", "symbol", 7, 0, _symbol, lambda s, r: r.leg.symbol, True),
    Column("venue", "venue", 12, 0, _venue, lambda s, r: r.leg.venue, True, 4),
    Column("account", "account", 15, 8, _account, account_name, True),
    Column("size", "size", 11, 1, _size, lambda s, r: r.leg.size),
    Column("entry", "entry", 12, 10, _entry, lambda s, r: r.leg.entry),
    Column("mark", "mark", 12, 9, _mark, lambda s, r: r.leg.price),
    Column("notional", "notional", 8, 4, _notional, lambda s, r: r.leg.notional_usd),
    Column("upnl", "uPnL $", 10, 2, _upnl, lambda s, r: r.leg.upnl_usd),
    Column("carry", "$/h", 9, 1, _carry, lambda s, r: r.leg.carry_usd_per_hour),
    Column("paid", "paid $", 10, 7, _paid, lambda s, r: r.funding_paid_usd),
    Column("leverage", "lev", 7, 11, _leverage, lambda s, r: r.leverage),
    Column("liquidation", "liq", 12, 6, _liquidation, lambda s, r: r.liquidation.price),
    Column(
        "distance", "to liq", 8, 1, _distance, lambda s, r: room_of(r),
    ),
    Column("age", "age", 5, 3, _age, lambda s, r: r.age_s),
    Column("source", " source", 10, 12, _source, lambda s, r: r.source, True),
    Column("why", "note", 16, 13, _why, lambda s, r: note_key(r), True),
)  # fmt: skip
"""From left to right. The last one takes what is left over."""


def columns_for(width: int, wanted: str = "") -> list[tuple[Column, int]]:
    """(column, cells) of those that fit, a blank before each; the last takes the rest.

    The column under the cursor is always there: whichever matters least makes room for it.
    """
    kept = list(COLUMNS)
    short = width < 100
    while len(kept) > 3 and _needed(kept, short) > width:
        others = (column for column in kept if column.id != wanted)
        kept.remove(max(others, key=lambda column: column.rank))
    sizes = [column.short or column.width if short else column.width for column in kept]
    if kept[-1].id == "why":
        sizes[-1] += max(0, width - _needed(kept, short))
    return list(zip(kept, sizes, strict=True))


def hidden(columns: list[tuple[Column, int]]) -> int:
    """How many figures have no room: the arrows go there."""
    return len(sortable()) - sum(column.id != "why" for column, _ in columns)


def _needed(kept: list[Column], short: bool) -> int:
    return sum((c.short or c.width if short else c.width) + 1 for c in kept)


def sortable() -> list[str]:
    return [column.id for column in COLUMNS if column.id != "why"]


def column_of(column_id: str) -> Column:
    return next(column for column in COLUMNS if column.id == column_id)


def sort_rows(readings: Readings, column_id: str, *, ascending: bool) -> None:
    """Put the positions into an order and keep it; what is not known comes last either way."""
    column = column_of(column_id)
    selection = readings.ui.positions
    selection.sort, selection.ascending = column_id, ascending
    values = {key_of(row): column.value(readings, row) for row in portfolio(readings).rows}
    known = [(value, key) for key, value in values.items() if value is not None]
    known.sort(key=_by_value, reverse=not ascending)
    unknown = (key for key, value in values.items() if value is None)
    selection.order = (*(key for _, key in known), *unknown)


def _by_value(item: tuple[float | str, Key]) -> Any:
    return item[0]
