"""GRVT's rows: listing, margin rules, figures, levels, fills and payments, for REST and socket.

Numbers are text with at least one decimal, times are ns as text, rates are per cent.
Sources: https://github.com/gravity-technologies/api-spec (artifacts/apidocs), recordings of 2026.
"""

import tomllib
from collections.abc import Iterable
from decimal import Decimal
from importlib import resources
from itertools import pairwise

from cockpit.core.market import Side
from cockpit.core.units import HOUR_S
from cockpit.sim.faces.grvt.profile import CAP
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import plain, trimmed
from cockpit.sim.world.contract import MarketState, TradeTick
from cockpit.sim.world.followers import Levels
from cockpit.sim.world.past_prices import Candle, day_of

Row = dict[str, Json]

FIXED: dict[str, Row] = tomllib.loads((resources.files(__package__) / "fixed.toml").read_text())
BRACKETS_USD = (0.0, 1e6, 1e8)
"""Where the first bracket begins, where the second does, and where that one ends."""


def number(text: str) -> str:
    """`2` is written `2.0`."""
    return text if "." in text else f"{text}.0"


def exact(value: float | None) -> str:
    """Every digit of a number and no exponent; "0.0" where there is none."""
    return "0.0" if value is None else number(f"{Decimal(repr(value)):f}")


def price(state: MarketState, ticks: int) -> str:
    return number(trimmed(ticks, state.listing.price_decimals))


def size(state: MarketState, lots: int) -> str:
    return number(trimmed(lots, state.listing.size_decimals))


def percent(rate: float) -> str:
    return number(plain(rate * 100, 4))


def instrument(state: MarketState) -> Json:
    """A row of the listing; one that is gone has no room between cap and floor."""
    listing = state.listing
    is_gone = listing.status == "delisted"
    cap = 0.0 if is_gone else state.rule.cap or CAP
    return FIXED["instrument"] | {
        "instrument": listing.native, "instrument_hash": f"0x03{listing.market_id:04x}",
        "base": listing.native.partition("_")[0], "quote": listing.quote,
        "tick_size": price(state, 1), "min_size": size(state, listing.min_lots),
        "max_position_size": size(state, 10**6), "min_notional": exact(listing.min_notional_usd),
        "funding_interval_hours": state.rule.interval_s // HOUR_S,
        "adjusted_funding_rate_cap": percent(cap), "adjusted_funding_rate_floor": percent(-cap),
        "status": "DELISTED" if is_gone else "ACTIVE",
    }  # fmt: skip


def margin_rules(state: MarketState) -> Json:
    """Two brackets; the second keeps twice as much of what is above the first."""
    listing = state.listing
    brackets = [
        {
            "tier": tier, "notional_floor": exact(floor), "notional_cap": exact(cap),
            "maintenance_margin_rate": exact(listing.mmf * tier),
            "initial_margin_rate": exact(listing.imf * tier),
            "max_leverage": exact(listing.max_leverage / tier),
            "cumulative_maintenance_amount": exact(listing.mmf * floor * (tier - 1)),
        }
        for tier, (floor, cap) in enumerate(pairwise(BRACKETS_USD), 1)
    ]  # fmt: skip
    return {
        "instrument": listing.native, "max_position_size": size(state, 10**6),
        "risk_brackets": brackets,
    }  # fmt: skip


def mini(state: MarketState, at_ns: int) -> Row:
    """Prices and touch; an empty side stands at 0.0."""
    bid, ask = state.best(Side.BUY), state.best(Side.SELL)
    # Ticks are whole: their sum is of half ticks.
    halves = (bid[0] + ask[0]) * 5 if bid and ask else 0
    middle = trimmed(halves, state.listing.price_decimals + 1)
    return {
        "event_time": str(at_ns), "instrument": state.listing.native,
        "mark_price": exact(state.mark), "index_price": exact(state.index),
        "last_price": exact(state.last), "last_size": size(state, 1), "mid_price": number(middle),
        "best_bid_price": price(state, bid[0]) if bid else "0.0",
        "best_bid_size": size(state, bid[1]) if bid else "0.0",
        "best_ask_price": price(state, ask[0]) if ask else "0.0",
        "best_ask_size": size(state, ask[1]) if ask else "0.0",
    }  # fmt: skip


def ticker(state: MarketState, at_ns: int) -> Row:
    """All figures, as REST has them: without the interval."""
    half, day = state.day_volume_base / state.listing.contract / 2, day_of(state)
    rate = percent(state.rate or 0.0)
    return FIXED["ticker"] | mini(state, at_ns) | {
        "funding_rate_8h_curr": rate, "funding_rate_8h_avg": rate, "funding_rate": rate,
        "buy_volume_24h_b": exact(half), "sell_volume_24h_b": exact(half),
        "buy_volume_24h_q": exact(half * day.last), "sell_volume_24h_q": exact(half * day.last),
        "high_price": exact(day.high), "low_price": exact(day.low), "open_price": exact(day.first),
        "open_interest": size(state, state.open_interest_lots),
        "next_funding_time": str(state.next_funding_ns or 0),
    }  # fmt: skip


def streamed(state: MarketState, at_ns: int) -> Row:
    """All figures, as the stream has them."""
    hours = state.rule.interval_s // HOUR_S
    return ticker(state, at_ns) | {"funding_interval_hours": hours}


def levels(state: MarketState, rows: Levels) -> Json:
    return [
        {"price": price(state, ticks), "size": size(state, lots), "num_orders": min(lots, 1)}
        for ticks, lots in rows
    ]


def book(state: MarketState, sides: Iterable[Levels], at_ns: int) -> Json:
    bids, asks = sides
    return {
        "event_time": str(at_ns), "instrument": state.listing.native,
        "bids": levels(state, bids), "asks": levels(state, asks),
    }  # fmt: skip


def fill(state: MarketState, trade: TradeTick) -> Json:
    return FIXED["fill"] | {
        "event_time": str(trade.at_ns), "instrument": state.listing.native,
        "is_taker_buyer": trade.side is Side.BUY, "size": size(state, trade.lots),
        "price": price(state, trade.ticks), "mark_price": exact(state.mark),
        "index_price": exact(state.index), "trade_id": f"{trade.trade_id}-1",
    }  # fmt: skip


def candle(state: MarketState, row: Candle, length_ns: int) -> Row:
    """Volumes in units and in the quote."""
    words = zip(("open", "high", "low", "close"), row[1:5], strict=True)
    return {
        **{word: price(state, ticks) for word, ticks in words}, "open_time": str(row.begin_ns),
        "close_time": str(row.begin_ns + length_ns), "volume_b": size(state, row.lots),
        "volume_q": exact(round(row.worth(state.listing), 4)), "trades": row.trades,
        "instrument": state.listing.native,
    }  # fmt: skip


def payment(state: MarketState, at_ns: int, rate: float, mark: float) -> Json:
    return {
        "instrument": state.listing.native, "funding_rate": percent(rate),
        "funding_time": str(at_ns), "mark_price": exact(mark),
        "funding_rate_8_h_avg": percent(rate),
        "funding_interval_hours": state.rule.interval_s // HOUR_S,
    }  # fmt: skip
