"""Nado's fields that REST and socket share, in its three spellings of a number.

Gateway, archive v1 and streams: integers of 1e-18 as text. v2: JSON numbers. Times are ns on
streams and books, ms in v2 books, s in the archive.
"""

import tomllib
from collections.abc import Callable
from importlib import resources
from typing import Any

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.kit.parameters import Refusal
from cockpit.sim.faces.nado.profile import HOURS_QUOTED, MAKER_FEE, TAKER_FEE
from cockpit.sim.world import margin
from cockpit.sim.world.contract import MarketState, TradeTick, VenueWorld, alive
from cockpit.sim.world.followers import Levels
from cockpit.sim.world.past_prices import Candle

Row = dict[str, Any]
X18 = 10**18
ROWS: dict[str, Row] = tomllib.loads((resources.files(__package__) / "rows.toml").read_text())
QUOTE_ID = 0
NO_MARKET = Refusal(2015, "The market for the given product or ticker ID was not found.")


def x18(value: float) -> str:
    return str(round(value * X18))


def exact(units: int, decimals: int) -> str:
    """Ticks or lots, to the last digit."""
    return str(units * 10 ** (18 - decimals))


def seconds(at_ns: int) -> str:
    return str(at_ns // NS_PER_S)


def ticker_id(state: MarketState) -> str:
    return f"{state.listing.native}_{state.listing.quote}"


def market(world: VenueWorld, name: int | str) -> MarketState:
    """One that has figures, by its product id or its ticker id; refused where there is none."""
    for state in alive(world):
        if name in (state.listing.market_id, ticker_id(state)):
            return state
    raise NO_MARKET


def level(state: MarketState, ticks: int, lots: int) -> tuple[str, str]:
    listing = state.listing
    return exact(ticks, listing.price_decimals), exact(lots, listing.size_decimals)


def levels(state: MarketState, rows: Levels) -> list[tuple[str, str]]:
    return [level(state, ticks, lots) for ticks, lots in rows]


def _best(state: MarketState, side: Side) -> tuple[str, str]:
    """An empty side stands at 0."""
    return level(state, *(state.best(side) or (0, 0)))


def _weight(fraction: float, sign: int) -> str:
    """Of a long (-1) or a short (1), by the fraction that must be kept."""
    return str(X18 + sign * round(fraction * X18))


def _units(state: MarketState) -> float:
    """Volume of the day in units of the venue."""
    return state.day_volume_base / state.listing.contract


def _interest(state: MarketState) -> float:
    return 2 * state.size(state.open_interest_lots)


def _change_percent(state: MarketState) -> float:
    before = state.prev_day_price
    return 100 * ((state.last or 0.0) / before - 1) if before else 0.0


FIGURES: dict[str, Callable[[MarketState], Any]] = {
    "product": lambda one: one.listing.market_id,
    "ticker": ticker_id,
    "name": lambda one: f"{one.listing.symbol} Perp",
    "native": lambda one: one.listing.native,
    "quote": lambda one: one.listing.quote,
    "status": lambda one: "live" if one.listing.status == "active" else "not_tradable",
    "price_step_x18": lambda one: exact(1, one.listing.price_decimals),
    "size_step_x18": lambda one: exact(1, one.listing.size_decimals),
    "min_size": lambda one: one.listing.min_notional_usd,
    "maker_fee": lambda one: MAKER_FEE,
    "taker_fee": lambda one: TAKER_FEE,
    "long_initial_x18": lambda one: _weight(one.listing.imf, -1),
    "long_maintenance_x18": lambda one: _weight(one.listing.mmf, -1),
    "short_initial_x18": lambda one: _weight(one.listing.imf, 1),
    "short_maintenance_x18": lambda one: _weight(one.listing.mmf, 1),
    "last": lambda one: one.last or 0.0,
    "volume": _units,
    "volume_usd": lambda one: _units(one) * (one.last or 0.0),
    "change_percent": _change_percent,
    "mark": lambda one: one.mark,
    "index": lambda one: one.index,
    "oracle_x18": lambda one: exact(margin.mark_ticks(one), one.listing.price_decimals),
    "interest": _interest,
    "interest_usd": lambda one: _interest(one) * (one.mark or 0.0),
    "interest_x18": lambda one: exact(2 * one.open_interest_lots, one.listing.size_decimals),
    "rate": lambda one: (one.rate or 0.0) * HOURS_QUOTED,
    "next_s": lambda one: (one.next_funding_ns or 0) // NS_PER_S,
    "paid": lambda one: one.funding_index,
    "bid_x18": lambda one: _best(one, Side.BUY)[0],
    "bid_size_x18": lambda one: _best(one, Side.BUY)[1],
    "ask_x18": lambda one: _best(one, Side.SELL)[0],
    "ask_size_x18": lambda one: _best(one, Side.SELL)[1],
}
"""What rows say of a market, by the names of rows.toml."""


def row(kind: str, state: MarketState, **more: Any) -> Row:
    """A market's row of this kind, and what it says besides."""
    return filled(kind, lambda name: FIGURES[name](state)) | more


def filled(kind: str, figure: Callable[[str], Any]) -> Row:
    """A row of rows.toml with its figures."""
    return {name: _filled(part, figure) for name, part in ROWS[kind].items()}


def _filled(shape: Any, figure: Callable[[str], Any]) -> Any:
    if isinstance(shape, dict):
        return {name: _filled(part, figure) for name, part in shape.items()}
    if not (isinstance(shape, str) and shape.startswith("=")):
        return shape
    name, _, is_scaled = shape[1:].partition(" ")
    return x18(figure(name) or 0.0) if is_scaled else figure(name)


def trade(state: MarketState, fill: TradeTick) -> Row:
    price, size = level(state, fill.ticks, fill.lots)
    return {
        "type": "trade", "timestamp": str(fill.at_ns), "product_id": state.listing.market_id,
        "price": price, "taker_qty": size, "maker_qty": size,
        "is_taker_buyer": fill.side is Side.BUY,
    }  # fmt: skip


def candle(state: MarketState, row: Candle, length_s: int) -> Row:
    """In seconds; the volume is of units."""
    words = ("open_x18", "high_x18", "low_x18", "close_x18")
    prices = [exact(ticks, state.listing.price_decimals) for ticks in row[1:5]]
    return dict(zip(words, prices, strict=True)) | {
        "product_id": state.listing.market_id, "granularity": length_s,
        "timestamp": str(row.begin_ns // NS_PER_S),
        "volume": exact(row.lots, state.listing.size_decimals),
    }  # fmt: skip
