"""Nado's fields that REST and socket share, in its three spellings of a number.

Gateway, archive v1 and streams: integers of 1e-18 as text. v2: JSON numbers. Times are ns on
streams and books, ms in v2 books, s in the archive.
"""

import tomllib
from collections.abc import Callable, Iterable
from importlib import resources
from typing import Any

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.kit.parameters import Refusal
from cockpit.sim.faces.nado.profile import HOURS_QUOTED, MAKER_FEE, TAKER_FEE
from cockpit.sim.world.contract import MarketState, TradeTick, VenueWorld, alive
from cockpit.sim.world.followers import Levels
from cockpit.sim.world.past_prices import Candle

Row = dict[str, Any]
X18 = 10**18
FIXED: dict[str, Row] = tomllib.loads((resources.files(__package__) / "fixed.toml").read_text())
QUOTE_ID = 0
NO_MARKET = Refusal(2015, "The market for the given product or ticker ID was not found.")


def x18(value: float) -> str:
    return str(round(value * X18))


def exact(units: int, decimals: int) -> str:
    """Ticks or lots, to the last digit."""
    return str(units * 10 ** (18 - decimals))


def ticker_id(state: MarketState) -> str:
    return f"{state.listing.native}_{state.listing.quote}"


def named(state: MarketState) -> Row:
    return {"product_id": state.listing.market_id, "ticker_id": ticker_id(state)}


def market(world: VenueWorld, name: int | str) -> MarketState:
    """One that has figures, by its product id or its ticker id; refused where there is none."""
    for state in alive(world):
        if name in (state.listing.market_id, ticker_id(state)):
            return state
    raise NO_MARKET


def by_ticker(states: Iterable[MarketState], row: Callable[[MarketState], Row]) -> Row:
    return {ticker_id(state): row(state) for state in states}


def increments(state: MarketState) -> Row:
    return {
        "price_increment_x18": exact(1, state.listing.price_decimals),
        "size_increment": exact(1, state.listing.size_decimals),
    }


def symbol(state: MarketState) -> Row:
    listing = state.listing
    return FIXED["symbol"] | increments(state) | {
        "product_id": listing.market_id, "symbol": listing.native,
        "min_size": x18(listing.min_notional_usd or 0.0), "maker_fee_rate_x18": x18(MAKER_FEE),
        "taker_fee_rate_x18": x18(TAKER_FEE),
        "long_weight_initial_x18": str(X18 - round(listing.imf * X18)),
        "long_weight_maintenance_x18": str(X18 - round(listing.mmf * X18)),
        "trading_status": "live" if listing.status == "active" else "not_tradable",
    }  # fmt: skip


def pair(state: MarketState) -> Row:
    return named(state) | {"base": state.listing.native, "quote": state.listing.quote}


def asset(state: MarketState) -> Row:
    """What comes and goes is the quote alone."""
    listing = state.listing
    return named(state) | FIXED["asset"] | {
        "name": f"{listing.symbol} Perp", "symbol": listing.native, "maker_fee": MAKER_FEE,
        "taker_fee": TAKER_FEE,
    }  # fmt: skip


def level(state: MarketState, ticks: int, lots: int) -> tuple[str, str]:
    listing = state.listing
    return exact(ticks, listing.price_decimals), exact(lots, listing.size_decimals)


def levels(state: MarketState, rows: Levels) -> list[tuple[str, str]]:
    return [level(state, ticks, lots) for ticks, lots in rows]


def ticker(state: MarketState) -> Row:
    """Volume of the day in units of the venue."""
    listing = state.listing
    units, last = state.day_volume_base / listing.contract, state.last or 0.0
    before = state.prev_day_price
    return named(state) | {
        "base_currency": listing.native, "quote_currency": listing.quote, "last_price": last,
        "base_volume": units, "quote_volume": units * last,
        "price_change_percent_24h": 100 * (last / before - 1) if before else 0.0,
    }  # fmt: skip


def contract(state: MarketState) -> Row:
    """The rate per 24 hours; open interest of both sides, as the published contracts count it."""
    both = 2 * state.size(state.open_interest_lots)
    return ticker(state) | FIXED["contract"] | {
        "open_interest": both, "open_interest_usd": both * (state.mark or 0.0),
        "contract_price": state.mark, "index_price": state.index, "mark_price": state.mark,
        "funding_rate": (state.rate or 0.0) * HOURS_QUOTED,
        "next_funding_rate_timestamp": (state.next_funding_ns or 0) // NS_PER_S,
    }  # fmt: skip


def estimate(state: MarketState, at_ns: int) -> Row:
    """The running rate, per 24 hours."""
    return {
        "product_id": state.listing.market_id, "update_time": str(at_ns // NS_PER_S),
        "funding_rate_x18": x18((state.rate or 0.0) * HOURS_QUOTED),
    }  # fmt: skip


def trade(state: MarketState, fill: TradeTick) -> Row:
    price, size = level(state, fill.ticks, fill.lots)
    return {
        "type": "trade", "timestamp": str(fill.at_ns), "product_id": state.listing.market_id,
        "price": price, "taker_qty": size, "maker_qty": size,
        "is_taker_buyer": fill.side is Side.BUY,
    }  # fmt: skip


def touch(state: MarketState) -> Row:
    """The best levels; an empty side stands at 0."""
    best = [state.best(side) or (0, 0) for side in (Side.BUY, Side.SELL)]
    bid, ask = levels(state, best)
    prices = {"bid_price": bid[0], "bid_qty": bid[1], "ask_price": ask[0], "ask_qty": ask[1]}
    return {"product_id": state.listing.market_id, **prices}


def candle(state: MarketState, row: Candle, length_s: int) -> Row:
    """In seconds; the volume is of units."""
    words = ("open_x18", "high_x18", "low_x18", "close_x18")
    prices = [exact(ticks, state.listing.price_decimals) for ticks in row[1:5]]
    return dict(zip(words, prices, strict=True)) | {
        "product_id": state.listing.market_id, "granularity": length_s,
        "timestamp": str(row.begin_ns // NS_PER_S),
        "volume": exact(row.lots, state.listing.size_decimals),
    }  # fmt: skip


def market_price(state: MarketState) -> Row:
    row = touch(state)
    prices = {"bid_x18": row["bid_price"], "ask_x18": row["ask_price"]}
    return {"product_id": row["product_id"], **prices}


def perp_price(state: MarketState, at_ns: int) -> Row:
    """Index and mark."""
    return {
        "product_id": state.listing.market_id, "index_price_x18": x18(state.index or 0.0),
        "mark_price_x18": x18(state.mark or 0.0), "update_time": str(at_ns // NS_PER_S),
    }  # fmt: skip
