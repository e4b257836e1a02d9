"""Every pair of venues as a list, the one that pays for itself soonest first.

Above a handful of venues a matrix has more cells than a trader reads.
"""

from itertools import combinations
from typing import Final

import msgspec

from cockpit.ui.model.readings import Readings
from cockpit.ui.model.table import Table, TableColumn, TableView, view_of
from cockpit.ui.readings.breakeven import Breakeven, breakeven
from cockpit.ui.readings.heatmap_cells import fresh_hourly, heat_role
from cockpit.ui.readings.history_coverage import reservation
from cockpit.ui.readings.same_asset import is_one_asset
from cockpit.ui.text import format as fmt

MATRIX_VENUES: Final = 6
"""More venues than these are ranked."""


class RankedPair(msgspec.Struct, frozen=True, kw_only=True):
    """Short one and long the other receives `spread` at the rates of now, a fraction an hour.
    `is_sure` False: too little history is known for `pays` to be more than an estimate."""

    short: str
    long: str
    spread: float
    pays: Breakeven
    is_sure: bool


def is_ranked(names: list[str]) -> bool:
    return len(names) > MATRIX_VENUES


def ranking_view(readings: Readings) -> TableView[RankedPair]:
    return view_of(_table(readings), readings.ui.pairs)


def _table(readings: Readings) -> Table[RankedPair]:
    unit = readings.ui.unit
    columns: tuple[TableColumn[RankedPair], ...] = (
        TableColumn(
            name="short", width=12, is_text=True,
            cell=lambda row: (row.short, readings.colour_of(row.short)),
            value=lambda row: row.short,
        ),
        TableColumn(
            name="long", width=12, is_text=True,
            cell=lambda row: (row.long, readings.colour_of(row.long)),
            value=lambda row: row.long,
        ),
        TableColumn(
            name="spread", unit=fmt.UNIT_LABEL[unit], width=9,
            cell=lambda row: (fmt.rate(row.spread, unit), heat_role(row.spread)),
            value=lambda row: row.spread,
        ),
        TableColumn(
            name="earned", unit="in", width=8,
            cell=lambda row: earned(row.pays, is_sure=row.is_sure),
            value=lambda row: row.pays.hours,
        ),
        TableColumn(
            name="cost", unit="bps", width=7,
            cell=lambda row: (fmt.bps(row.pays.cost_bps), "text"),
            value=lambda row: row.pays.cost_bps,
        ),
    )  # fmt: skip
    return Table(
        columns=columns,
        rows=readings.once(("ranked pairs", readings.symbol), lambda: _rows(readings)),
        key=lambda row: (row.short, row.long),
        text=lambda row: f"{row.short} {row.long}",
        fixed=2,
    )


def earned(pays: Breakeven | None, *, is_sure: bool) -> tuple[str, str]:
    """(text, role) of the hours to earn the costs; `~` where history is too short to be sure."""
    if pays is None or pays.cost_bps is None:
        return fmt.MISSING, "dim"
    if pays.hours is None:
        return "never" if is_sure else fmt.STALE, "dim"
    text = fmt.hours(pays.hours)
    return (text if is_sure else fmt.STALE + text), "gain" if pays.hours <= 24 else "text"


def _rows(readings: Readings) -> list[RankedPair]:
    symbol = readings.symbol or ""
    rates = {name: fresh_hourly(readings, name, symbol) for name in readings.listing()}
    rows: list[RankedPair] = []
    for one, other in combinations(rates, 2):
        a, b = rates[one], rates[other]
        if a is None or b is None or not is_one_asset(readings, one, other):
            continue
        short, long = (one, other) if a >= b else (other, one)
        pays = breakeven(readings, short, long)
        is_sure = not reservation(readings, short, long)
        rows.append(
            RankedPair(short=short, long=long, spread=abs(a - b), pays=pays, is_sure=is_sure)
        )
    return sorted(rows, key=_soonest)


def _soonest(row: RankedPair) -> tuple[bool, int, float]:
    """Pairs that never pay for themselves come last, the widest of them first."""
    at_ns = row.pays.at_ns
    return at_ns is None, at_ns or 0, -row.spread
