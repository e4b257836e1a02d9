"""Trades, as the panes of POSITIONS show them: one entry each, and what belongs to none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cockpit.portfolio.positions import Row
from cockpit.portfolio.trades.reading import LegReading, Orphan, TradeReading, Trades, read
from cockpit.state.trades import LegKey
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.positions import carry_is_old, key_of, portfolio

REFRESH_NS = 500_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the list: a trade, or a position of which no trade claims all."""

    trade: TradeReading | None = None
    orphan: Orphan | None = None

    @property
    def key(self) -> str:
        if self.trade is not None:
            return self.trade.record.id
        return place_of(self.orphan.key) if self.orphan is not None else ""


def place_of(key: LegKey) -> str:
    return "/".join((key.venue, key.account, key.pool, key.symbol))


def trades(readings: Readings) -> Trades:
    """Every trade, as it is now."""
    version = (readings.now_ns // REFRESH_NS, readings.ui.frozen, readings.view.trades.version)
    return readings.cache.remember("trades", version, lambda: read(readings.view, readings.now_ns))


def entries(readings: Readings) -> list[Entry]:
    """Trades that pass the filter, then what belongs to none."""
    known = trades(readings)
    wanted = readings.ui.positions.filter
    found = [Entry(trade=one) for one in known.trades if _passes(wanted, _words(one))]
    return found + [
        Entry(orphan=one)
        for one in known.orphans
        if _passes(wanted, f"{one.key.venue}/{one.key.symbol}")
    ]


def cursor(readings: Readings, shown: Sequence[Entry]) -> int:
    """Where the cursor is seen: on its entry, else where that was."""
    for i, entry in enumerate(shown):
        if entry.key == readings.ui.trades.key:
            return i
    return max(0, min(len(shown) - 1, readings.ui.trades.index))


def selected(readings: Readings) -> Entry | None:
    shown = entries(readings)
    return shown[cursor(readings, shown)] if shown else None


def point(readings: Readings, index: int) -> None:
    """Move the cursor to an entry; the cursor of the other workspaces goes to its first market."""
    shown = entries(readings)
    selection = readings.ui.trades
    selection.index = max(0, min(len(shown) - 1, index))
    if not shown:
        return
    entry = shown[selection.index]
    selection.key = entry.key
    keys = legs_of(entry)
    if rows := rows_of(readings, entry):
        readings.ui.positions.key = key_of(rows[0])
    symbols, venues = list(readings.symbols), [venue.name for venue in readings.venues]
    if keys and keys[0].symbol in symbols:
        readings.ui.symbol_index = symbols.index(keys[0].symbol)
    if keys and keys[0].venue in venues:
        readings.ui.venue_index = venues.index(keys[0].venue)


def legs_of(entry: Entry) -> list[LegKey]:
    if entry.trade is not None:
        return [leg.key for leg in entry.trade.legs if leg.size]
    return [entry.orphan.key] if entry.orphan is not None else []


def opened(readings: Readings) -> TradeReading | None:
    """The trade that is shown alone; None where none is, or where it is over."""
    wanted = readings.ui.trades.opened
    return next((one for one in trades(readings).trades if one.record.id == wanted), None)


def rows_of(readings: Readings, entry: Entry) -> list[Row]:
    """The positions behind an entry, as the portfolio has them."""
    keys = set(legs_of(entry))
    return [row for row in portfolio(readings).rows if leg_key(row) in keys]


def is_carry_old(readings: Readings, legs: Iterable[LegReading]) -> bool:
    """Whether what these legs earn may not be taken for the present."""
    keys = {leg.key for leg in legs}
    return carry_is_old(readings, (row for row in portfolio(readings).rows if leg_key(row) in keys))


def leg_key(row: Row) -> LegKey:
    source, venue, account, pool, symbol = key_of(row)
    return LegKey(venue, account, pool, symbol, source == "manual")


def trade_of(readings: Readings, row: Row) -> TradeReading | None:
    """The trade to which most of a position belongs."""
    key = leg_key(row)
    mine = [
        (leg.share, trade) for trade in trades(readings).trades for leg in trade.legs
        if leg.key == key
    ]  # fmt: skip
    return max(mine, key=lambda pair: pair[0])[1] if mine else None


def _words(trade: TradeReading) -> str:
    places = " ".join(f"{leg.key.venue}/{leg.key.symbol}" for leg in trade.legs)
    return f"{trade.name} {trade.record.asset} {places}"


def _passes(text: str, said: str) -> bool:
    wanted = text.removeprefix("!").casefold()
    return not wanted or (wanted in said.casefold()) is not text.startswith("!")
