"""Lighter's REST about what happened: books, trades, candles, funding, open interest and blocks.

Source: https://apidocs.lighter.xyz/reference and the published OpenAPI document
(https://github.com/elliottech/lighter-python).
"""

import re
from collections.abc import Callable

from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS, NS_PER_MS, NS_PER_S
from cockpit.sim.faces.lighter import messages as wire
from cockpit.sim.faces.lighter.params import (
    Query,
    choice,
    invalid,
    limited,
    market,
    moment_ns,
    whole,
)
from cockpit.sim.faces.lighter.profile import QUOTE_DECIMALS
from cockpit.sim.world.contract import MarketState, VenueWorld, decimal_text

MOST_ORDERS = 250
MOST_TRADES = 100
MOST_CANDLES = 500
MOST_FUNDINGS = 750
MOST_BLOCKS = 100
ORDER_LIFE_MS = 28 * 86_400_000
RATE_UNIT_DECIMALS = 6
COMMITTED_AFTER_NS = 20 * 60 * NS_PER_S
VERIFIED_AFTER_NS = 210 * 60 * NS_PER_S
EXECUTED, COMMITTED, PENDING = 3, 2, 1
COMMITMENT_HEIGHT_DIGITS = 48

Row = dict[str, wire.Json]


def order_book_orders(world: VenueWorld, query: Query) -> Row:
    """Resting orders, not levels: a level is a few orders that add up to it."""
    state, limit = market(world, query), limited(query, MOST_ORDERS, MOST_ORDERS)
    asks = _orders(world, state, Side.SELL, limit)
    bids = _orders(world, state, Side.BUY, limit)
    return {"total_asks": len(asks), "asks": asks, "total_bids": len(bids), "bids": bids}


def _orders(world: VenueWorld, state: MarketState, side: Side, limit: int) -> list[Row]:
    rows: list[Row] = []
    first_id = wire.FIRST_BID_ID if side is Side.BUY else wire.FIRST_ASK_ID
    expiry = world.now_ns() // NS_PER_MS + ORDER_LIFE_MS
    for ticks, lots in state.ladder(side, limit):
        share = lots // 3 if ticks % 3 == 0 else 0
        for number, part in enumerate(part for part in (lots - share, share) if part):
            draw = (ticks * 31 + number) * 2_654_435_761 % 2**31
            order_index = first_id - draw if side is Side.BUY else first_id + draw
            rows.append(
                {
                    "order_index": order_index,
                    "order_id": str(order_index),
                    "owner_account_index": 1000 + draw % 300_000,
                    "initial_base_amount": state.size_text(part),
                    "remaining_base_amount": state.size_text(part),
                    "price": state.price_text(ticks),
                    "order_expiry": expiry,
                    "transaction_time": 0,
                }
            )
    return rows[:limit]


def recent_trades(world: VenueWorld, query: Query) -> Row:
    """Newest first, with every field of the SDK's model; null in a dead market."""
    state, limit = market(world, query), limited(query, MOST_TRADES, MOST_TRADES)
    if state.mark is None:
        return {"message": None, "next_cursor": None, "trades": None}
    recent = world.recent_trades(state.listing.symbol, limit)
    rows = [wire.trade(world, state, tick) | _bookkeeping(state) for tick in reversed(recent)]
    return {"trades": rows}


def _bookkeeping(state: MarketState) -> Row:
    return {
        "taker_position_sign_changed": False,
        "maker_position_sign_changed": False,
        "bid_account_pnl": "",
        "ask_account_pnl": "",
        "integrator_maker_fee": 0,
        "integrator_maker_fee_collector_index": 0,
        "integrator_taker_fee": 0,
        "integrator_taker_fee_collector_index": 0,
        "taker_allocated_margin_usdc_before": 0,
        "taker_allocated_margin_usdc_after": 0,
        "maker_allocated_margin_usdc_before": 0,
        "maker_allocated_margin_usdc_after": 0,
        "bid_order_version": 0,
        "ask_order_version": 0,
        "market_symbol": state.listing.native,
        "market_kind": "perp",
    }


def candles(world: VenueWorld, query: Query) -> Row:
    rows = _candles(world, query, wire.candle_rows)
    return {"r": query["resolution"], "c": rows or None}


def mark_candles(world: VenueWorld, query: Query) -> Row:
    """Of the mark price, without volume."""
    rows = _candles(world, query, wire.mark_candle_rows)
    return {"r": query["resolution"], "c": rows or None}


def candlesticks(world: VenueWorld, query: Query) -> Row:
    """The shape of older clients."""
    rows = [
        {
            "timestamp": row["t"],
            "open": row["o"],
            "high": row["h"],
            "low": row["l"],
            "close": row["c"],
            "volume0": row["v"],
            "volume1": row["V"],
            "last_trade_id": row["i"],
        }
        for row in _candles(world, query, wire.candle_rows)
    ]
    return {"resolution": query["resolution"], "candlesticks": rows}


def _candles(world: VenueWorld, query: Query, rows_of: Callable[..., list[Row]]) -> list[Row]:
    state = market(world, query)
    resolution = choice(query, "resolution", tuple(wire.RESOLUTIONS_S))
    start_ns, end_ns = moment_ns(query, "start_timestamp"), moment_ns(query, "end_timestamp")
    if start_ns > end_ns:
        raise invalid("start_timestamp")
    most = min(whole(query, "count_back", 0) or MOST_CANDLES, MOST_CANDLES)
    return rows_of(world, state, resolution, start_ns, end_ns, most)


def fundings(world: VenueWorld, query: Query) -> Row:
    """Percent per hour without a sign; `direction` names who pays. Stamps are seconds."""
    state = market(world, query)
    resolution = choice(query, "resolution", ("1h", "1d"))
    start_ns, end_ns = moment_ns(query, "start_timestamp"), moment_ns(query, "end_timestamp")
    most = min(whole(query, "count_back", 0) or MOST_FUNDINGS, MOST_FUNDINGS)
    span_s = 3600 if resolution == "1h" else 86_400
    sums: dict[int, tuple[int, int]] = {}
    for stamp_ns, rate, _, reference in state.settled:
        at_s = stamp_ns // NS_PER_S // span_s * span_s
        if start_ns <= at_s * NS_PER_S <= end_ns:
            units = wire.rate_units(rate)
            ticks = round(reference * 10**state.listing.price_decimals)
            before = sums.get(at_s, (0, 0))
            sums[at_s] = before[0] + units, before[1] + units * ticks
    rows = [_funding(state, at_s, *total) for at_s, total in sums.items()]
    return {"resolution": resolution, "fundings": rows[-most:]}


def _funding(state: MarketState, at_s: int, units: int, worth: int) -> Row:
    return {
        "timestamp": at_s,
        "value": decimal_text(abs(worth), RATE_UNIT_DECIMALS + state.listing.price_decimals),
        "rate": decimal_text(abs(units), wire.RATE_DECIMALS),
        "direction": "short" if units < 0 else "long",
    }


def funding_rates(world: VenueWorld, query: Query) -> Row:
    """Fractions per 8 hours, for this venue and three others.

    A venue of the world does not see its neighbours: their rows are this venue's own premium
    under their interest and dead band.
    """
    rows = []
    for state in world.markets.values():
        if state.rate is None or state.premium_avg is None:
            continue
        elsewhere = state.premium_avg + max(-5e-4, min(5e-4, 1e-4 - state.premium_avg))
        rates = {
            "lighter": wire.rate_units(state.rate) / 1e6 * 8,
            "binance": round(elsewhere, 8),
            "bybit": round(elsewhere * 1.05, 8),
            "hyperliquid": round(elsewhere * 0.95, 8),
        }
        rows += [
            {
                "market_id": state.listing.market_id,
                "exchange": exchange,
                "symbol": state.listing.native,
                "rate": rate,
            }
            for exchange, rate in rates.items()
        ]
    return {"funding_rates": rows}


def exchange_metrics(world: VenueWorld, query: Query) -> Row:
    """Open interest in USD, hourly; the only metric of which the world knows the past."""
    choice(query, "period", ("h", "d", "w", "m", "q", "y", "all"))
    choice(query, "kind", ("open_interest",))
    wanted = None
    if "filter" in query:
        choice(query, "filter", ("byMarket",))
        wanted = choice(query, "value", tuple(world.markets))
    sums: dict[int, float] = {}
    for native, state in world.markets.items():
        if wanted in (None, native):
            base = state.open_interest_lots / 10**state.listing.size_decimals
            for stamp_ns, _, _, reference in state.settled:
                hour_s = stamp_ns // HOUR_NS * 3600
                sums[hour_s] = sums.get(hour_s, 0.0) + round(base * reference, QUOTE_DECIMALS)
    return {"metrics": [{"timestamp": at_s, "data": usd} for at_s, usd in sorted(sums.items())]}


def current_height(world: VenueWorld, query: Query) -> Row:
    return {"height": world.height}


def block(world: VenueWorld, query: Query) -> Row:
    """One block, by height or by its commitment."""
    by, value = choice(query, "by", ("height", "commitment")), query.get("value", "")
    if by == "commitment":
        digits = value.removeprefix("0x")[:COMMITMENT_HEIGHT_DIGITS]
        value = str(int(digits, 16)) if re.fullmatch("[0-9a-f]+", digits) else ""
    if not value.isdecimal() or not 1 <= int(value) <= world.height:
        raise invalid("value")
    return {"total": 1, "blocks": [_block(world, int(value))]}


def blocks(world: VenueWorld, query: Query) -> Row:
    limit = limited(query, MOST_BLOCKS, MOST_BLOCKS)
    descends = choice(query, "sort", ("asc", "desc"), "asc") == "desc"
    start = whole(query, "index", world.height if descends else 1)
    heights = range(start, start - limit, -1) if descends else range(start, start + limit)
    rows = [_block(world, height) for height in heights if 1 <= height <= world.height]
    return {"total": world.height, "blocks": rows}


def _block(world: VenueWorld, height: int) -> Row:
    """Committed on the chain below after 20 minutes, proven after three and a half hours."""
    age = (world.height - height) * world.profile.block_s * NS_PER_S
    made_ns = world.block_ns - round(age)
    waited_ns = world.now_ns() - made_ns
    is_committed, is_verified = waited_ns >= COMMITTED_AFTER_NS, waited_ns >= VERIFIED_AFTER_NS
    seed = f"{world.name}/{height}"
    return {
        "commitment": f"{height:0{COMMITMENT_HEIGHT_DIGITS}x}{wire.tx_hash(seed)[:16]}",
        "height": height,
        "state_root": wire.tx_hash(f"{seed}/root")[:64],
        "priority_operations": 0,
        "on_chain_l2_operations": 0,
        "pending_on_chain_operations_pub_data": "",
        "committed_tx_hash": wire.tx_hash(f"{seed}/c")[:64] if is_committed else "",
        "committed_at": (made_ns + COMMITTED_AFTER_NS) // NS_PER_S if is_committed else 0,
        "verified_tx_hash": wire.tx_hash(f"{seed}/v")[:64] if is_verified else "",
        "verified_at": (made_ns + VERIFIED_AFTER_NS) // NS_PER_S if is_verified else 0,
        "txs": [],
        "status": EXECUTED if is_verified else COMMITTED if is_committed else PENDING,
        "size": 0,
    }
