"""Lighter over HTTP: `GET /` and `/api/v1/...`.

Sources: https://apidocs.lighter.xyz/reference, the published OpenAPI document
(https://github.com/elliottech/lighter-python), rate limits and error codes of the documentation.
Answers carry every field that the official SDK's models require. The newest schema says margins in
1e-4, fees in percent, and open interest in base units.

The documented budget is 60 requests a minute for each address. Every client of a loopback
exchange has the same address, so the budget is ten times that, for each User-Agent.
"""

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.faces.kit.candles import length_s
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.parameters import Parameters
from cockpit.sim.faces.kit.routes import Request, Routes, reply
from cockpit.sim.faces.lighter import accounts
from cockpit.sim.faces.lighter import messages as wire
from cockpit.sim.faces.lighter.accounts import Row, invalid, read
from cockpit.sim.faces.lighter.profile import CLOSEOUT, QUOTE_DECIMALS
from cockpit.sim.world.contract import HttpReply, MarketState, VenueWorld, decimal_text
from cockpit.sim.world.past_prices import candles

MOST_ORDERS = 250
MOST_TRADES = 100
MOST_FUNDINGS = 750
MOST_CANDLES = 500
RESOLUTIONS = ("1m", "5m", "15m", "30m", "1h", "4h", "12h", "1d", "1w")
WITHDRAWAL_DELAY_S = 14_400
L1_BLOCK = 25_310_440
ORDER_LIFE_MS = 28 * 86_400_000
RATE_UNIT_DECIMALS = 6
MARGIN_UNITS = 10_000
INSURANCE_FUND = 281_474_976_710_655
LARGEST_TIMESTAMP = 5_000_000_000_000
FIRST_MILLISECONDS = 100_000_000_000
"""The requests take seconds and milliseconds; no second of this century is as large as this."""


def _market(request: Request) -> MarketState:
    """The market of `market_id`."""
    wanted = read(request).whole("market_id")
    for state in request.world.markets.values():
        if state.listing.market_id == wanted:
            return state
    raise invalid("market_id")


def _markets(request: Request) -> list[MarketState]:
    """The market of `market_id`, or all without one; none that is no perpetual."""
    asked = read(request)
    if asked.choice("filter", ("all", "perp", "spot"), "all") == "spot":
        return []
    if asked.whole("market_id", accounts.ALL_MARKETS) == accounts.ALL_MARKETS:
        return list(request.world.markets.values())
    return [_market(request)]


def _limit(asked: Parameters, most: int) -> int:
    return asked.whole("limit", most, low=1, high=most)


def _moment_ns(asked: Parameters, name: str) -> int:
    value = asked.whole(name, high=LARGEST_TIMESTAMP)
    return value * (NS_PER_MS if value >= FIRST_MILLISECONDS else NS_PER_S)


# --- what is listed ----------------------------------------------------------------------------


def _order_book_details(request: Request) -> Row:
    rows = [_detail(state) for state in _markets(request)]
    return {"order_book_details": rows, "spot_order_book_details": []}


def _order_books(request: Request) -> Row:
    rows = [
        _identity(state) | _settlement() | {"open_interest": state.size_text(lots)}
        for state in _markets(request)
        for lots in [state.open_interest_lots]
    ]
    return {"order_books": rows}


def _identity(state: MarketState) -> Row:
    listing = state.listing
    least = listing.min_notional_usd or 0.0
    return {
        "symbol": listing.native,
        "market_id": listing.market_id,
        "market_type": "perp",
        "base_asset_id": 0,
        "quote_asset_id": 0,
        "status": "active" if listing.status == "active" else "inactive",
        "taker_fee": "0.0000",
        "is_taker_fee_enabled": True,
        "maker_fee": "0.0000",
        "is_maker_fee_enabled": True,
        "liquidation_fee": "1.0000",
        "min_base_amount": decimal_text(listing.min_lots, listing.size_decimals),
        "min_quote_amount": f"{least:.{QUOTE_DECIMALS}f}",
        "order_quote_limit": "281474976.710655",
        "supported_size_decimals": listing.size_decimals,
        "supported_price_decimals": listing.price_decimals,
        "supported_quote_decimals": QUOTE_DECIMALS,
    }


def _settlement() -> Row:
    """What only markets with an end use; the newest schema has it everywhere."""
    return {
        "created_at": "2025-01-17T12:00:00Z",
        "multiplier": "1",
        "start_timestamp": 0,
        "end_timestamp": 0,
        "settlement_type": 0,
        "settlement_price": 0,
        "settlement_cap": 0,
        "outcome": 0,
        "default_price": 0,
        "operator_account_index": 0,
        "is_frozen": False,
    }


def _detail(state: MarketState) -> Row:
    listing, stats = state.listing, wire.market_stats(state)
    first, least = max(listing.imf, 0.05), listing.imf
    return {
        **_identity(state),
        "size_decimals": listing.size_decimals,
        "price_decimals": listing.price_decimals,
        "quote_multiplier": 1,
        "default_initial_margin_fraction": round(first * MARGIN_UNITS),
        "min_initial_margin_fraction": round(least * MARGIN_UNITS),
        "maintenance_margin_fraction": round(listing.mmf * MARGIN_UNITS),
        "closeout_margin_fraction": round(CLOSEOUT[least] * MARGIN_UNITS),
        "last_trade_price": state.last or 0.0,
        "daily_trades_count": state.day_trades,
        **wire.daily(state),
        "open_interest": state.open_interest_lots / 10**listing.size_decimals,
        "daily_chart": {},
        "market_config": {
            "market_margin_mode": 0,
            "insurance_fund_account_index": INSURANCE_FUND,
            "liquidation_mode": 0,
            "force_reduce_only": False,
            "trading_hours": "",
            "funding_fee_discounts_enabled": False,
            "hidden": False,
            "rfq_enabled": True,
        },
        "strategy_index": 2,
        "funding_clamp_small": stats["funding_clamp_small"],
        "funding_clamp_big": stats["funding_clamp_big"],
        "base_interest_rate": stats["base_interest_rate"],
        "mark_price": stats["mark_price"],
        "index_price": stats["index_price"],
        "market_flags": 0,
        "funding_premium_multiplier": 1,
        **_settlement(),
    }


def _asset_details(request: Request) -> Row:
    usdc = {
        "asset_id": accounts.USDC_ID,
        "symbol": "USDC",
        "l1_decimals": 6,
        "decimals": 6,
        "min_transfer_amount": "1.000000",
        "min_withdrawal_amount": "1.000000",
        "margin_mode": "enabled",
        "index_price": "1.000000",
        "l1_address": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
        "global_supply_cap": "0",
        "liquidation_fee": "0",
        "liquidation_threshold": "0",
        "loan_to_value": "0",
        "price_decimals": 6,
        "total_supplied": "0",
        "user_supply_cap": "0",
        "liquidation_factor": "0",
        "multiplier": "1",
    }
    return {"asset_details": [usdc]}


# --- what happens --------------------------------------------------------------------------------


def _order_book_orders(request: Request) -> Row:
    """Resting orders, not levels: a level is a few orders that add up to it."""
    state, limit = _market(request), _limit(read(request), MOST_ORDERS)
    asks = _orders(request.world, state, Side.SELL, limit)
    bids = _orders(request.world, state, Side.BUY, limit)
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


def _recent_trades(request: Request) -> Row:
    """Newest first, with every field of the SDK's model; null in a dead market."""
    world, state = request.world, _market(request)
    limit = _limit(read(request), MOST_TRADES)
    if state.mark is None:
        return {"message": None, "next_cursor": None, "trades": None}
    recent = world.recent_trades(state.listing.symbol, limit)
    rows = [wire.trade(world, state, tick) | _bookkeeping(state) for tick in reversed(recent)]
    return {"trades": rows}


def _bookkeeping(state: MarketState) -> Row:
    sides, ends = ("maker", "taker"), ("before", "after")
    return {
        "taker_position_sign_changed": False,
        "maker_position_sign_changed": False,
        "bid_account_pnl": "",
        "ask_account_pnl": "",
        **{f"integrator_{side}_fee{what}": 0 for side in sides for what in ("", COLLECTOR)},
        **{f"{side}_allocated_margin_usdc_{end}": 0 for side in reversed(sides) for end in ends},
        "bid_order_version": 0,
        "ask_order_version": 0,
        "market_symbol": state.listing.native,
        "market_kind": "perp",
    }


COLLECTOR = "_collector_index"


def _candles(request: Request) -> Row:
    """Oldest first, in milliseconds; `i` is the last trade, of which only the newest is known."""
    state, asked = _market(request), read(request)
    resolution = asked.choice("resolution", RESOLUTIONS)
    start_ns, end_ns = _moment_ns(asked, "start_timestamp"), _moment_ns(asked, "end_timestamp")
    most = min(asked.whole("count_back", 0) or MOST_CANDLES, MOST_CANDLES)
    world, scale = request.world, 10**state.listing.price_decimals
    last = world.recent_trades(state.listing.symbol, 1)
    rows = [
        {
            "t": row.begin_ns // NS_PER_MS,
            "o": row.open / scale,
            "h": row.high / scale,
            "l": row.low / scale,
            "c": row.close / scale,
            "v": row.lots / 10**state.listing.size_decimals,
            "V": row.worth(state.listing),
            "i": last[0].trade_id if last else 0,
        }
        for row in candles(state, length_s(resolution) or 0, world.now_ns(), start_ns, end_ns, most)
    ]
    return {"r": resolution, "c": rows or None}


def _exchange_stats(request: Request) -> Row:
    keys = ("daily_base_token_volume", "daily_quote_token_volume", "daily_price_change")
    rows: list[Row] = []
    for state in request.world.markets.values():
        daily = wire.daily(state)
        stats = {"symbol": state.listing.native, "last_trade_price": state.last or 0.0}
        stats |= {"daily_trades_count": state.day_trades, **{key: daily[key] for key in keys}}
        rows.append(stats)
    return {
        "total": len(rows),
        "order_book_stats": rows,
        "daily_usd_volume": sum(row["daily_quote_token_volume"] for row in rows),
        "daily_trades_count": sum(row["daily_trades_count"] for row in rows),
    }


def _fundings(request: Request) -> Row:
    """Percent per hour without a sign; `direction` names who pays. Stamps are seconds."""
    state, asked = _market(request), read(request)
    resolution = asked.choice("resolution", ("1h", "1d"))
    start_ns, end_ns = _moment_ns(asked, "start_timestamp"), _moment_ns(asked, "end_timestamp")
    most = min(asked.whole("count_back", 0) or MOST_FUNDINGS, MOST_FUNDINGS)
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


def _funding_rates(request: Request) -> Row:
    """Fractions per 8 hours, for this venue and for another that it shows beside itself.

    A venue of the world does not see its neighbours: the other's rows are this venue's own premium
    under the other's interest and dead band.
    """
    rows = []
    for state in request.world.markets.values():
        if state.rate is None or state.premium_avg is None:
            continue
        elsewhere = state.premium_avg + max(-5e-4, min(5e-4, 1e-4 - state.premium_avg))
        rates = {
            request.world.name: wire.rate_units(state.rate) / 1e6 * 8,
            "binance": round(elsewhere, 8),
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


def _layer1(request: Request) -> Row:
    """One provider of the settlement layer, which is well."""
    ethereum = {"chainId": 1, "networkId": 1, "latestBlockNumber": L1_BLOCK}
    latest = ("generic", "governance", "desert")
    return {
        "l1_providers": [ethereum],
        "l1_providers_health": True,
        "validator_info": [],
        "contract_addresses": [],
        **{f"latest_l1_{kind}_block": L1_BLOCK for kind in latest},
    }


def _envelope(request: Request, data: Json) -> HttpReply:
    return reply(200, {"code": 200} | data)


def _status(request: Request) -> HttpReply:
    now_s = request.world.now_ns() // NS_PER_S
    return reply(200, {"status": 200, "network_id": 1, "timestamp": now_s})


API = {
    "account": accounts.account,
    "accountsByL1Address": accounts.accounts_by_l1_address,
    "assetDetails": _asset_details,
    "candles": _candles,
    "currentHeight": lambda request: {"height": request.world.height},
    "exchangeStats": _exchange_stats,
    "funding-rates": _funding_rates,
    "fundings": _fundings,
    "layer1BasicInfo": _layer1,
    "orderBookDetails": _order_book_details,
    "orderBookOrders": _order_book_orders,
    "orderBooks": _order_books,
    "positionFunding": accounts.position_funding,
    "recentTrades": _recent_trades,
    "trades": _recent_trades,
    "withdrawalDelay": lambda request: {"seconds": WITHDRAWAL_DELAY_S},
}
ROUTES = Routes(
    {"GET /": _status, **{f"GET /api/v1/{name}": answer for name, answer in API.items()}},
    envelope=_envelope,
    missing=reply(404, {"code": 404, "message": "not found"}),
    budgets=Budgets(600, 60.0, reply(429, {"code": 23000, "message": "Too Many Requests!"})),
)
on_http = ROUTES.answer
