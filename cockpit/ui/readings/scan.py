"""The scan as the trader sees it: the rows that he asked for, and those that are on the screen.

The ranking comes from the desk every few seconds; rows in view are priced anew between two.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from cockpit.calculators.scan.ranked import NOTHING, Key, RankedPairs
from cockpit.calculators.scan.where import chosen, parse_where
from cockpit.core.assets import listed_symbol
from cockpit.core.units import NS_PER_S
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.table import Table, TableView, arranged
from cockpit.ui.readings.scan_coins import CoinRow, coins_view
from cockpit.ui.readings.scan_columns import ScanRow, columns_for

NEW_NS = 60 * NS_PER_S
"""How long a pair that has begun to pass every gate is marked."""


class Counts(NamedTuple):
    """Of a ranking: pairs, assets, and pairs that pass every gate."""

    pairs: int
    assets: int
    passing: int


def counts(pairs: RankedPairs) -> Counts:
    return Counts(len(pairs), int(pairs.best.size), int(np.sum(pairs.gate == NOTHING)))


def scan_view(readings: Readings) -> TableView[ScanRow] | None:
    """The table with the trader's cursor; None before anything was ranked."""
    pairs, state = readings.scan.pairs, readings.ui.scan
    if pairs is None:
        return None
    asked: Hashable = (id(pairs), pairs.at_ns, state.where, state.hides_failing, state.asset)
    rows = readings.cache.remember("scan rows", asked, lambda: _rows(readings, pairs))
    table = Table(
        columns=columns_for(readings),
        rows=rows,
        key=lambda row: row.key,
        text=lambda row: f"{row.symbol} {' '.join(row.venues)} {row.gate or 'passes'}",
        mark=lambda row: _mark(readings, row),
    )
    cursor = state.cursor
    stood = (cursor.key is None, cursor.order, cursor.sort, cursor.ascending, cursor.filter)
    kept = readings.cache.remember("scan arranged", (asked, stood), lambda: arranged(table, cursor))
    return TableView(table, cursor, kept)


def renewed(readings: Readings, view: TableView[ScanRow], places: range) -> TableView[ScanRow]:
    """The same with the figures of now in these rows, where they are known."""
    rows = list(view.rows)
    for place in places:
        rows[place] = _renewed_row(readings, rows[place])
    return TableView(view.table, view.cursor, rows)


def _renewed_row(readings: Readings, row: ScanRow) -> ScanRow:
    now = readings.ui.scan.renewed.get(row.key)
    return row if now is None or row.pairs.inputs != now[0].inputs else ScanRow(*now)


def shown_view(readings: Readings) -> TableView[ScanRow] | TableView[CoinRow] | None:
    """The table on the screen: pairs, or coins."""
    return coins_view(readings) if readings.ui.scan.is_of_coins else scan_view(readings)


def selected(readings: Readings) -> ScanRow | None:
    """The pair under the cursor, of a coin its best, with the figures of now."""
    if readings.ui.scan.is_of_coins:
        coins = coins_view(readings)
        pairs = readings.scan.pairs
        if coins is None or coins.selected is None or pairs is None:
            return None
        place = best_place(pairs, coins.selected.asset)
        return None if place is None else _renewed_row(readings, ScanRow(pairs, place))
    view = scan_view(readings)
    if view is None or not view.rows:
        return None
    return renewed(readings, view, range(view.index, view.index + 1)).selected


def places_around(readings: Readings, lines: int) -> list[int]:
    """Places in the ranking of the rows around the cursor, as many as a screen has lines; of coins
    those of their best pairs."""
    view, pairs = shown_view(readings), readings.scan.pairs
    if view is None or pairs is None or not view.rows:
        return []
    first = max(0, min(view.index - lines // 2, len(view.rows) - lines))
    rows = view.rows[first : first + lines]
    places = (
        row.place if isinstance(row, ScanRow) else best_place(pairs, row.asset) for row in rows
    )
    return [place for place in places if place is not None]


def best_place(pairs: RankedPairs, asset: str) -> int | None:
    """Of the best pair of an asset; None where it makes none."""
    return next((at for at in pairs.best.tolist() if pairs.symbol_of(at) == asset), None)


def best_symbols(pairs: RankedPairs, count: int) -> tuple[str, ...]:
    """The coins of the best pairs, as venues list them; those that nothing is known of are none."""
    named = (
        listed_symbol(pairs.symbol_of(place))
        for place in pairs.best.tolist()
        if pairs.value(place, "net_usd") is not None
    )
    return tuple(dict.fromkeys(named))[:count]


def _rows(readings: Readings, pairs: RankedPairs) -> Sequence[ScanRow]:
    """The pairs that were asked for, best first; of each coin the best of them."""
    state = readings.ui.scan
    kept = np.ones(len(pairs), dtype=bool)
    if state.where:
        kept &= chosen(pairs, parse_where(state.where))
    if state.hides_failing:
        kept &= pairs.gate == NOTHING
    if state.asset:
        kept &= pairs.symbol == _place_of(pairs, state.asset)
        places = np.flatnonzero(kept)
    else:
        places = np.flatnonzero(kept)
        _, first = np.unique(pairs.symbol[places], return_index=True)
        places = places[np.sort(first)]
    return [ScanRow(pairs, place) for place in places.tolist()]


def _place_of(pairs: RankedPairs, symbol: str) -> int:
    """A coin that is gone has no pair."""
    return pairs.symbols.index(symbol) if symbol in pairs.symbols else len(pairs.symbols)


def _mark(readings: Readings, row: ScanRow) -> str:
    """`+` what has begun to pass, `*` what is on the watch list."""
    if row.gate is None and _is_new(readings, row.key):
        return "+"
    return "*" if listed_symbol(row.symbol) in readings.view.symbols() else " "


def _is_new(readings: Readings, key: Key) -> bool:
    since_ns = readings.ui.scan.passing_ns.get(key, 0)
    return since_ns > 0 and readings.now_ns - since_ns < NEW_NS
