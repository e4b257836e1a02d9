"""The columns of the scan: what a pair says in each, and what it is sorted by."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from cockpit.calculators.scan.ranked import COST_BASES, HISTORIES, Key, RankedPairs
from cockpit.core.units import HOUR_S
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.table import Cell, TableColumn
from cockpit.ui.text import format as fmt

APPROXIMATE: Final = "≈"
"""Before a cost, and what follows from it, that no book stands behind."""
PASSES: Final = "passes"
_OF_NOW: Final = frozenset({"net_usd", "net_apr", "spread_hourly", "expected_hourly", "cost_bps"})
"""Figures that mean nothing where a market is old or only remembered: they say so themselves."""
_BOOK: Final = COST_BASES.index("book")
_KEPT: Final = HISTORIES.index("kept")


class ScanRow(NamedTuple):
    """One pair of a ranking."""

    pairs: RankedPairs
    place: int

    @property
    def key(self) -> Key:
        return self.pairs.key(self.place)

    @property
    def symbol(self) -> str:
        return self.pairs.symbol_of(self.place)

    @property
    def venues(self) -> tuple[str, str]:
        """(long, short)."""
        return self.pairs.venues_of(self.place)

    @property
    def gate(self) -> str | None:
        return self.pairs.gate_of(self.place)

    @property
    def is_sound(self) -> bool:
        return bool(self.pairs.is_sound[self.place])

    @property
    def is_by_book(self) -> bool:
        return int(self.pairs.cost_basis[self.place]) == _BOOK

    @property
    def is_kept(self) -> bool:
        """Whether what was paid comes from history, not only from what was just fetched."""
        return int(self.pairs.history[self.place]) == _KEPT

    def value(self, name: str) -> float | None:
        return self.pairs.value(self.place, name)


Write = Callable[[float], str]


def columns_for(readings: Readings) -> Sequence[TableColumn[ScanRow]]:
    """From left to right, what matters most first."""
    unit = readings.ui.unit
    return readings.cache.remember("scan columns", unit, lambda: tuple(_columns(readings)))


def _columns(readings: Readings) -> list[TableColumn[ScanRow]]:
    unit = readings.ui.unit
    rate_unit, rate_cells = fmt.UNIT_SHORT[unit], 9 if unit == "hour" else 8

    def rate(name: str, field: str, *, mark: str = "") -> TableColumn[ScanRow]:
        return _number(
            name, field, lambda value: fmt.rate(value, unit), unit=rate_unit, width=rate_cells,
            mark=mark,
        )  # fmt: skip

    return [
        _text("coin", 9, lambda row: (row.symbol, "number"), lambda row: row.symbol),
        _text("long", 11, lambda row: _venue(readings, row, 0), lambda row: row.venues[0]),
        _text("short", 11, lambda row: _venue(readings, row, 1), lambda row: row.venues[1]),
        _number("net", "net_usd", _dollars, unit="$", width=8, mark="cost"),
        _number("return", "net_apr", _percent(0), unit="% a year", width=8, mark="cost"),
        TableColumn(
            name="gate", width=23, is_text=True, grows=True, cell=_gate,
            value=lambda row: row.gate or "",
        ),
        rate("spread", "spread_hourly"),
        rate("expected", "expected_hourly"),
        _number("cost", "cost_bps", fmt.bps, unit="bps", width=7, mark="cost"),
        _number("even", "breakeven_h", fmt.hours, unit="after", width=6, mark="never"),
        _number("odds", "odds", _percent(0), unit="%", width=5),
        rate("1 d", "d1", mark="past"),
        rate("3 d", "d3", mark="past"),
        rate("7 d", "d7", mark="past"),
        rate("30 d", "d30", mark="past"),
        _number("sign", "sign_share", _percent(0), unit="% same", width=6, mark="past"),
        _number("since", "sign_h", fmt.hours, unit="flip", width=6, mark="flip"),
        _number("halves", "half_life_h", fmt.hours, unit="in", width=6),
        _number("depth", "depth_x", lambda value: f"{fmt.magnitude(value)}x", unit="size", width=6),
        _number("oi", "oi_usd", fmt.magnitude, unit="$", width=6),
        _number("share", "oi_share", _percent(2), unit="% of oi", width=7),
        _number("volume", "volume_24h_usd", fmt.magnitude, unit="$ 24 h", width=7),
        _number("basis", "basis_bps", lambda value: fmt.signed(value, 1), unit="bps", width=7),
        TableColumn(
            name="range", unit="bps in 24 h", width=13, cell=_basis_range, value=_basis_width
        ),
        _text("quote", 10, _quotes, lambda row: _quotes(row)[0], unit="l / s"),
        _text("pays", 7, _intervals, lambda row: row.value("long_interval_s"), unit="l / s"),
    ]  # fmt: skip


def _text(
    name: str, width: int, cell: Callable[[ScanRow], Cell],
    value: Callable[[ScanRow], float | str | None], unit: str = "",
) -> TableColumn[ScanRow]:  # fmt: skip
    return TableColumn(name=name, unit=unit, width=width, is_text=True, cell=cell, value=value)


def _number(
    name: str, field: str, write: Write, *, unit: str, width: int, mark: str = ""
) -> TableColumn[ScanRow]:
    """`mark` says what makes the figure a guess: the `cost`, the `past`; or what None means: it is
    `never` covered, or there was no `flip` in all of the past."""

    def cell(row: ScanRow) -> Cell:
        value = row.value(field)
        if value is None:
            return _none(row, mark), "dim"
        text = write(value)
        if field in _OF_NOW and not row.is_sound:
            text = fmt.STALE + text
        elif mark == "cost" and not row.is_by_book:
            text = APPROXIMATE + text
        elif mark in ("past", "flip") and not row.is_kept:
            text = fmt.STALE + text
        return text, _role(row, field, value)

    return TableColumn(
        name=name, unit=unit, width=width, cell=cell, value=lambda row: row.value(field)
    )


def _none(row: ScanRow, mark: str) -> str:
    """What it means that there is no figure: that it never comes to it, or that nobody knows."""
    if mark == "never" and row.value("net_usd") is not None:
        return "never"
    if mark == "flip" and row.value("sign_share") is not None:
        return "none"
    return fmt.MISSING


def _role(row: ScanRow, field: str, value: float) -> str:
    """Bright is what passes every gate; what is not of now is dim."""
    if not row.is_sound:
        return "stale"
    if row.gate is not None:
        return "text"
    return "gain" if field in ("net_usd", "net_apr") and value > 0 else "number"


def _venue(readings: Readings, row: ScanRow, side: int) -> Cell:
    """In the venue's colour where the pair passes: what does not is quieter."""
    name = row.venues[side]
    if not row.is_sound:
        return name, "stale"
    return name, readings.colour_of(name) if row.gate is None else "text"


def _gate(row: ScanRow) -> Cell:
    if row.gate is None:
        return PASSES, "ok"
    return row.gate, "dim" if row.is_sound else "warn"


def _intervals(row: ScanRow) -> Cell:
    hours = [
        fmt.MISSING if seconds is None else f"{seconds / HOUR_S:g}h"
        for seconds in (row.value("long_interval_s"), row.value("short_interval_s"))
    ]
    is_alike = hours[0] == hours[1]
    return "/".join(hours), "dim" if is_alike else "text"


def _quotes(row: ScanRow) -> Cell:
    """Once where both legs take the same."""
    long, short = (name or fmt.MISSING for name in row.pairs.quotes_of(row.place))
    return (long, "dim") if long == short else (f"{long}/{short}", "text")


def _basis_range(row: ScanRow) -> Cell:
    """What the basis was within the last day, as far as it is kept."""
    low, high = row.value("basis_low_bps"), row.value("basis_high_bps")
    if low is None or high is None:
        return fmt.MISSING, "dim"
    return f"{fmt.signed(low, 1)}/{fmt.signed(high, 1)}", _role(row, "basis_low_bps", low)


def _basis_width(row: ScanRow) -> float | None:
    low, high = row.value("basis_low_bps"), row.value("basis_high_bps")
    return None if low is None or high is None else high - low


def _percent(decimals: int) -> Write:
    def write(value: float) -> str:
        return fmt.signed(value * 100, decimals).removeprefix("+")

    return write


def _dollars(value: float) -> str:
    """`+13.45`, `−1,240`, `+27.4k`: cents below a hundred."""
    size = abs(value)
    if size >= 99_999.5:
        return ("+" if value > 0 else "") + fmt.magnitude(value)
    if size >= 99.995:
        return ("+" if value > 0 else fmt.MINUS) + f"{size:,.0f}"
    return fmt.signed(value, 2)
