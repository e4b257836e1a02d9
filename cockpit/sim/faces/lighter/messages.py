"""The JSON shapes that Lighter's REST and its socket share, as they are in 2026.

Source: https://apidocs.lighter.xyz (websocket-reference, data structures). Prices, sizes and
rates are strings on the socket; statistics of the day are numbers everywhere.
"""

import hashlib
import math

from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS, NS_PER_MS, NS_PER_S, hour_floor_ns
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.lighter.profile import QUOTE_DECIMALS
from cockpit.sim.world.chain import height_at
from cockpit.sim.world.contract import MarketState, TradeTick, VenueWorld, decimal_text

RATE_DECIMALS = 4
"""Of a rate in percent per hour; the venue truncates to them."""
TRUNCATION_GUARD = 1e-6
NONCE_STEP = 4
NO_OI_LIMIT = "72057594037927936.000000"
FIRST_ASK_ID = 281_474_976_710_656
FIRST_BID_ID = 562_949_953_421_311
PREMIUM_TAKER_FEE, PREMIUM_MAKER_FEE = 196, 28
"""In 1e-6 of notional; a standard account pays none, and the key is then absent."""


def rate_units(rate: float) -> int:
    """A fraction per hour in 0.0001 percent, truncated."""
    return math.trunc(rate * 1e6 + math.copysign(TRUNCATION_GUARD, rate))


def rate_text(rate: float) -> str:
    return decimal_text(rate_units(rate), RATE_DECIMALS)


def number_text(value: float | None, decimals: int) -> str:
    """A dead market's price is zero, not missing."""
    return f"{value or 0.0:.{decimals}f}"


def quote_text(state: MarketState, price_ticks: int, lots: int) -> str:
    """price x size in USD with six decimals, exactly."""
    listing = state.listing
    spare = listing.price_decimals + listing.size_decimals - QUOTE_DECIMALS
    worth = price_ticks * lots
    scaled = worth * 10**-spare if spare <= 0 else (worth + 10**spare // 2) // 10**spare
    return decimal_text(scaled, QUOTE_DECIMALS)


def mark_ticks(state: MarketState) -> int:
    return round((state.mark or 0.0) * 10.0**state.listing.price_decimals)


def rounded(state: MarketState, value: float) -> float:
    return round(value, state.listing.price_decimals)


def volume(state: MarketState) -> float:
    """Of the day, in the market's own units."""
    return round(state.day_volume_base / state.listing.contract, state.listing.size_decimals)


def daily(state: MarketState) -> dict[str, Json]:
    """The day's numbers, numbers on the wire."""
    day = [row[3] for row in state.settled[-24:]] if state.has_book else []
    seen = [price for price in (*day, state.last, state.mark) if price is not None]
    last, first = state.last or 0.0, state.prev_day_price
    return {
        "daily_base_token_volume": volume(state),
        "daily_quote_token_volume": round(volume(state) * (state.mark or 0.0), QUOTE_DECIMALS),
        "daily_price_low": rounded(state, min(seen, default=0.0)),
        "daily_price_high": rounded(state, max(seen, default=0.0)),
        "daily_price_change": (last / first - 1) * 100 if first else 0.0,
    }


def paid_ms(stamp_ns: int) -> int:
    """The stamp of a payment: a few milliseconds after its hour."""
    hour = hour_floor_ns(stamp_ns)
    if stamp_ns - hour > NS_PER_S:
        return stamp_ns // NS_PER_MS
    return hour // NS_PER_MS + 2 + hour // HOUR_NS % 3


def market_stats(state: MarketState) -> dict[str, Json]:
    """One market's statistics; all prices zero where there is no market any more."""
    listing, dead = state.listing, state.mark is None
    decimals = listing.price_decimals
    bid, ask = state.best(Side.BUY), state.best(Side.SELL)
    mid = (bid[0] + ask[0]) / 2 / 10**decimals if bid and ask else state.mark
    paid = state.last_payment
    return {
        "symbol": listing.native,
        "market_id": listing.market_id,
        "index_price": number_text(state.index, decimals),
        "mark_price": number_text(state.mark, decimals),
        "mid_price": number_text(mid, decimals),
        "open_interest": quote_text(state, mark_ticks(state), state.open_interest_lots),
        "open_interest_limit": "0.000000" if dead else NO_OI_LIMIT,
        "funding_clamp_small": percent_text(0.0 if dead else state.rule.dampener),
        "funding_clamp_big": percent_text(0.0 if dead else state.rule.cap_8h or 0.0),
        "last_trade_price": number_text(state.last, decimals),
        "current_funding_rate": rate_text(state.rate or 0.0),
        "funding_rate": rate_text(paid[1] if paid else 0.0),
        "funding_timestamp": paid_ms(paid[0]) if paid else 0,
        **daily(state),
        "base_interest_rate": percent_text(0.0 if dead else state.rule.interest_8h),
    }


def percent_text(fraction: float) -> str:
    return f"{fraction * 100:.{RATE_DECIMALS}f}"


def level(state: MarketState, ticks: int, lots: int) -> dict[str, str]:
    return {"price": state.price_text(ticks), "size": state.size_text(lots)}


def nonce(state: MarketState) -> int:
    """Of a market's book; it jumps by more than one."""
    return state.book_seq * NONCE_STEP + state.listing.market_id % NONCE_STEP


def best(state: MarketState) -> dict[str, dict[str, str]]:
    """Top of the book; blank where a side is empty."""
    tops = {"a": state.best(Side.SELL), "b": state.best(Side.BUY)}
    blank = {"price": "", "size": ""}
    return {key: level(state, *top) if top else blank for key, top in tops.items()}


def tx_hash(seed: str) -> str:
    """80 hex digits, the same for the same seed."""
    return hashlib.shake_256(seed.encode()).hexdigest(40)


def trade(world: VenueWorld, state: MarketState, tick: TradeTick) -> dict[str, Json]:
    """A fill as the socket prints it. `is_maker_ask` means that the taker bought."""
    draw = tick.trade_id * 2_654_435_761 % 2**32
    ask_id, bid_id = FIRST_ASK_ID + draw, FIRST_BID_ID - draw
    accounts = 1000 + draw % 300_000, 1000 + draw // 7 % 300_000
    client_ids = draw % 10**9, draw // 3 % 10**9
    row = {
        "trade_id": tick.trade_id,
        "trade_id_str": str(tick.trade_id),
        "tx_hash": tx_hash(f"{world.name}/{tick.trade_id}"),
        "type": "liquidation" if tick.liquidation else "trade",
        "market_id": state.listing.market_id,
        "size": state.size_text(tick.lots),
        "price": state.price_text(tick.ticks),
        "usd_amount": quote_text(state, tick.ticks, tick.lots),
        "ask_id": ask_id,
        "ask_id_str": str(ask_id),
        "bid_id": bid_id,
        "bid_id_str": str(bid_id),
        "ask_client_id": client_ids[0],
        "ask_client_id_str": str(client_ids[0]),
        "bid_client_id": client_ids[1],
        "bid_client_id_str": str(client_ids[1]),
        "ask_account_id": accounts[0],
        "bid_account_id": accounts[1],
        "is_maker_ask": tick.side is Side.BUY,
        "block_height": min(height_at(world, tick.at_ns), world.height),
        "timestamp": tick.at_ns // NS_PER_MS,
        "taker_position_size_before": state.size_text(draw % 9000),
        "taker_entry_quote_before": quote_text(state, tick.ticks, draw % 9000),
        "taker_initial_margin_fraction_before": round(state.listing.imf * 10_000),
        "maker_position_size_before": state.size_text(-(draw % 70_000)),
        "maker_entry_quote_before": quote_text(state, tick.ticks, draw % 70_000),
        "maker_initial_margin_fraction_before": round(state.listing.imf * 10_000),
        "transaction_time": tick.at_ns // 1000,
    }
    if tick.liquidation:
        row["taker_fee"] = 10_000
    elif draw % 5 == 0:
        row["taker_fee"] = PREMIUM_TAKER_FEE
    if draw % 3:
        row["maker_fee"] = PREMIUM_MAKER_FEE
    return row
