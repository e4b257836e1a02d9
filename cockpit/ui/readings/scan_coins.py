"""Every coin at every venue: the rates side by side, with price, open interest and their day."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from cockpit.analytics.funding.carry import spread_hourly
from cockpit.calculators.scan.listed import PAID
from cockpit.calculators.scan.ranked import RankedPairs
from cockpit.core.assets import listed_symbol
from cockpit.core.units import HOUR_S, hourly
from cockpit.state.lookups import is_rate_stale
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.scan_state import SPANS
from cockpit.ui.model.table import Cell, Table, TableColumn, TableView, arranged
from cockpit.ui.readings.scan_markets import market_of
from cockpit.ui.text import format as fmt

AT_LEAST: Final = "≥"
"""Before a sum in which the figure of a market is not known, or is not of now."""
LOWEST, HIGHEST = "▼", "▲"
"""Before the rates of the widest spread: where to be long, and where short."""
FIGURE_OF: Final = dict(zip(SPANS, ("hourly", *PAID), strict=True))
"""What the rates of a span are called among the figures of listed markets."""


class Rate(NamedTuple):
    """Of one venue as it was ranked: a fraction an hour, and the seconds between payments."""

    hourly: float | None
    interval_s: float | None
    is_sound: bool


class CoinRow(NamedTuple):
    """One asset. Sums are of the sound markets whose figure is known, `is_whole` says whether of
    all. Changes are over 24 h, fractions; the price is that of the sound market with most open
    interest. Where no market is sound, and `is_sound` is False, price and sums are of the others.
    """

    asset: str
    rates: Mapping[str, Rate]
    price: float | None
    is_sound: bool
    price_change: float | None
    oi_usd: float | None
    oi_change: float | None
    volume_usd: float | None
    is_whole: bool
    lowest: str | None
    highest: str | None

    @property
    def spread(self) -> float | None:
        """Of the sound rates, a fraction an hour."""
        if self.lowest is None or self.highest is None:
            return None
        low, high = self.rates[self.lowest].hourly, self.rates[self.highest].hourly
        return None if low is None or high is None else spread_hourly(low, high)


def coins_view(readings: Readings) -> TableView[CoinRow] | None:
    """The table with the trader's cursor; None before anything was ranked."""
    pairs, cursor = readings.scan.pairs, readings.ui.scan.coins
    if pairs is None:
        return None
    span = readings.ui.scan.span
    asked: Hashable = (id(pairs), pairs.at_ns, span)
    table = Table(
        columns=_columns_for(readings),
        rows=readings.cache.remember("coin rows", asked, lambda: coin_rows(pairs, span)),
        key=lambda row: row.asset,
        text=lambda row: f"{row.asset} {' '.join(row.rates)}",
        mark=lambda row: "*" if listed_symbol(row.asset) in readings.view.symbols() else " ",
    )
    stood = (cursor.key is None, cursor.order, cursor.sort, cursor.ascending, cursor.filter)
    kept = readings.cache.remember(
        "coins arranged", (asked, stood), lambda: arranged(table, cursor)
    )
    return TableView(table, cursor, kept)


def coin_rows(pairs: RankedPairs, span: str = SPANS[0]) -> list[CoinRow]:
    """In the order of the ranking, then those that make no pair; `span` is one of `SPANS`."""
    listed = pairs.listed
    order = np.argsort(listed.asset, kind="stable")
    bounds = np.flatnonzero(np.diff(listed.asset[order], prepend=-1, append=-1))
    places = {
        listed.assets[int(listed.asset[order[start]])]: order[start:end]
        for start, end in pairwise(bounds.tolist())
    }
    ranked = [pairs.symbol_of(place) for place in pairs.best.tolist()]
    assets = dict.fromkeys((*ranked, *places))
    return [_row(pairs, asset, places[asset], FIGURE_OF[span]) for asset in assets]


def _row(pairs: RankedPairs, asset: str, places: np.ndarray, figure: str) -> CoinRow:
    listed, is_past = pairs.listed, figure in PAID
    rates = {
        listed.venues[int(listed.venue[place])]: Rate(
            _known(listed.figure(figure)[place]),
            _known(listed.figure("interval_s")[place]),
            # What was paid stays so whatever becomes of the market.
            is_past or bool(listed.is_sound[place]),
        )
        for place in places.tolist()
    }
    interest, change = listed.figure("oi_usd")[places], listed.figure("oi_change_frac")[places]
    volume = listed.figure("volume_24h_usd")[places]
    sound = {
        v: rate.hourly for v, rate in rates.items() if rate.is_sound and rate.hourly is not None
    }
    # Of a market that is down or old the price is not that of now.
    first = np.lexsort((np.nan_to_num(interest, nan=-1.0), listed.is_sound[places]))[-1]
    largest = int(places[first])
    is_sound = bool(listed.is_sound[largest])
    summed = listed.is_sound[places] | (not is_sound)
    is_known = ~(np.isnan(interest) | np.isnan(volume))
    return CoinRow(
        asset=asset,
        rates=rates,
        price=_known(listed.figure("price_usd")[largest]),
        is_sound=is_sound,
        price_change=_known(listed.figure("price_change_frac")[largest]),
        oi_usd=_sum(interest[summed]),
        oi_change=_grown(interest, change) if listed.is_sound[places].all() else None,
        volume_usd=_sum(volume[summed]),
        is_whole=bool((summed & is_known).all()),
        lowest=min(sound, key=sound.__getitem__) if len(sound) > 1 else None,
        highest=max(sound, key=sound.__getitem__) if len(sound) > 1 else None,
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _sum(values: np.ndarray) -> float | None:
    return None if np.isnan(values).all() else float(np.nansum(values))


def _grown(now: np.ndarray, change: np.ndarray) -> float | None:
    """Of all markets together, only where that of each is known."""
    if np.isnan(now).any() or np.isnan(change).any():
        return None
    before = float((now / (1 + change)).sum())
    return float(now.sum()) / before - 1 if before > 0 else None


def _columns_for(readings: Readings) -> Sequence[TableColumn[CoinRow]]:
    venues = tuple(venue.name for venue in readings.venues)
    asked: Hashable = (readings.ui.unit, readings.ui.scan.span, venues)
    return readings.cache.remember("coin columns", asked, lambda: tuple(_columns(readings, venues)))


def _columns(readings: Readings, venues: Sequence[str]) -> list[TableColumn[CoinRow]]:
    unit = readings.ui.unit
    rate_unit, span = fmt.UNIT_SHORT[unit], readings.ui.scan.span
    is_now = span == SPANS[0]
    rate = _rate if is_now else _mean
    return [
        TableColumn(
            name="coin", width=9, is_text=True, cell=lambda row: (row.asset, "number"),
            value=lambda row: row.asset,
        ),
        TableColumn(
            name="spread", unit=rate_unit, width=9, value=lambda row: row.spread,
            cell=lambda row: _figure(fmt.rate(row.spread, unit)),
        ),
        *(
            TableColumn(
                name=venue, unit=f"{rate_unit} pays" if is_now else f"{rate_unit} {span}", width=12,
                cell=partial(rate, readings, venue), value=partial(_hourly_at, venue),
            )
            for venue in venues
        ),
        _sum_column("oi", "$", lambda row: row.oi_usd),
        _sum_column("volume", "$ 24 h", lambda row: row.volume_usd),
        TableColumn(
            name="price", unit="$", width=12, value=lambda row: row.price,
            cell=_price,
        ),
        _change("change", lambda row: row.price_change),
        _change("oi change", lambda row: row.oi_change),
    ]  # fmt: skip


def _figure(text: str) -> Cell:
    return text, "dim" if text == fmt.MISSING else "number"


def _price(row: CoinRow) -> Cell:
    text = fmt.price(row.price, None)
    return _figure(text) if row.is_sound or row.price is None else (f"({text})", "dim")


def _change(name: str, value: Callable[[CoinRow], float | None]) -> TableColumn[CoinRow]:
    def cell(row: CoinRow) -> Cell:
        change = value(row)
        if change is None:
            return fmt.MISSING, "dim"
        return fmt.signed(change * 100, 1), "gain" if change > 0 else "loss"

    return TableColumn(name=name, unit="% 24 h", width=7, cell=cell, value=value)


def _sum_column(
    name: str, unit: str, value: Callable[[CoinRow], float | None]
) -> TableColumn[CoinRow]:
    def cell(row: CoinRow) -> Cell:
        total = value(row)
        if total is None:
            return fmt.MISSING, "dim"
        text = ("" if row.is_whole else AT_LEAST) + fmt.magnitude(total)
        return (text, "number") if row.is_sound else (f"({text})", "dim")

    return TableColumn(name=name, unit=unit, width=9, cell=cell, value=value)


def _hourly_at(venue: str, row: CoinRow) -> float | None:
    rate = row.rates.get(venue)
    return None if rate is None else rate.hourly


def _rate(readings: Readings, venue: str, row: CoinRow) -> Cell:
    """As it is now; lowest and highest are marked as they were ranked."""
    ranked = row.rates.get(venue)
    market = None if ranked is None else market_of(readings, venue, row.asset)
    stated = None if market is None else market.rate()
    if market is None or stated is None or ranked is None:
        return fmt.MISSING, "dim"
    text = fmt.rate(hourly(stated.rate, stated.interval_s), readings.ui.unit)
    text += f" {stated.interval_s / HOUR_S:g}h"
    if is_rate_stale(market, readings.now_ns):
        return fmt.STALE + text, "stale"
    if not ranked.is_sound:
        # Something else is wrong with the market, as the gate of its pairs says.
        return f"({text})", "dim"
    return _marked(row, venue, text)


def _mean(readings: Readings, venue: str, row: CoinRow) -> Cell:
    """Of what was paid, as it was ranked."""
    paid = _hourly_at(venue, row)
    if paid is None:
        return fmt.MISSING, "dim"
    return _marked(row, venue, fmt.rate(paid, readings.ui.unit))


def _marked(row: CoinRow, venue: str, text: str) -> Cell:
    if venue == row.lowest:
        return LOWEST + text, "bid"
    return (HIGHEST + text, "ask") if venue == row.highest else (text, "text")
