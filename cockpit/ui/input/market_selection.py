"""The cursor on a market, and which markets are listed in which order."""

from cockpit.analytics.funding.carry import spread_hourly
from cockpit.state.lookups import is_rate_stale
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.best_pair import compared_pair, fresh_rates
from cockpit.ui.readings.market_rates import apr_of


def select_row(readings: Readings, index: int) -> None:
    """Move the cursor to the visible row at an index, or to the nearest row."""
    readings.ui.symbol_index = max(0, min(len(readings.symbols) - 1, index))


def select_symbol(readings: Readings, symbol: str | None) -> None:
    """Move the cursor to a symbol's row if it is visible, else to the nearest row."""
    symbols = list(readings.symbols)
    select_row(readings, symbols.index(symbol) if symbol in symbols else readings.ui.symbol_index)


def filter_rows(readings: Readings, text: str) -> None:
    """Show only rows that pass; the cursor stays on its symbol if it can."""
    before = readings.symbol
    readings.ui.filter = text
    select_symbol(readings, before)


def sort_rows(readings: Readings, sort: str, *, ascending: bool = False) -> None:
    """Put the heatmap's rows into an order and keep it: rows never move by themselves.

    `sort` is one of SORTS or a venue. Rows without a fresh rate come last either way, and the
    cursor stays on its symbol.
    """
    before = readings.symbol
    readings.ui.sort, readings.ui.ascending = sort, ascending
    readings.ui.order = _order(readings, sort, ascending)
    select_symbol(readings, before)


def _order(readings: Readings, sort: str, ascending: bool) -> tuple[str, ...]:
    watched = list(readings.view.symbols())
    if sort == "listed":
        return ()
    if sort == "name":
        return tuple(sorted(watched, reverse=not ascending))
    values = {symbol: _row_value(readings, symbol, sort) for symbol in watched}
    known = sorted(
        (symbol for symbol in watched if values[symbol] is not None),
        key=lambda symbol: values[symbol] or 0.0,
        reverse=not ascending,
    )
    return (*known, *(symbol for symbol in watched if values[symbol] is None))


def _row_value(readings: Readings, symbol: str, sort: str) -> float | None:
    """What a row is sorted by: one venue's rate, the largest rate in size, or the spread that the
    row shows."""
    if sort == "spread":
        compared = fresh_rates(readings, symbol)
        pair = compared_pair(readings, compared)
        return None if pair is None else spread_hourly(compared[pair[1]], compared[pair[0]])
    rates = {}
    for venue in readings.venues:
        market = readings.view.market(venue.name, symbol)
        rate = apr_of(market)
        if market is not None and rate is not None and not is_rate_stale(market, readings.now_ns):
            rates[venue.name] = rate
    if sort == "rate":
        return max(map(abs, rates.values()), default=None)
    return rates.get(sort)
