"""Lighter's REST about what is listed: metadata and the day's statistics of markets.

Source: https://apidocs.lighter.xyz/reference (orderbookdetails, orderbooks, exchangestats). The
newest schema says margins in 1e-4, fees in percent, and open interest in base units.
"""

from cockpit.sim.faces.lighter import messages as wire
from cockpit.sim.faces.lighter.params import Query, choice, markets
from cockpit.sim.faces.lighter.profile import CLOSEOUT, QUOTE_DECIMALS
from cockpit.sim.world.contract import MarketState, VenueWorld, decimal_text

MARGIN_UNITS = 10_000
INSURANCE_FUND = 281_474_976_710_655
CREATED_AT = "2025-01-17T12:00:00Z"

Row = dict[str, wire.Json]


def order_book_details(world: VenueWorld, query: Query) -> Row:
    spot = choice(query, "filter", ("all", "perp", "spot"), "all") == "spot"
    rows = [] if spot else [_detail(state) for state in markets(world, query)]
    return {"order_book_details": rows, "spot_order_book_details": []}


def order_books(world: VenueWorld, query: Query) -> Row:
    spot = choice(query, "filter", ("all", "perp", "spot"), "all") == "spot"
    rows = [] if spot else [_book(state) for state in markets(world, query)]
    return {"order_books": rows}


def exchange_stats(world: VenueWorld, query: Query) -> Row:
    rows = []
    for state in world.markets.values():
        day = wire.daily(state)
        rows.append(
            {
                "symbol": state.listing.native,
                "last_trade_price": state.last or 0.0,
                "daily_trades_count": state.day_trades,
                "daily_base_token_volume": day["daily_base_token_volume"],
                "daily_quote_token_volume": day["daily_quote_token_volume"],
                "daily_price_change": day["daily_price_change"],
            }
        )
    return {
        "total": len(rows),
        "order_book_stats": rows,
        "daily_usd_volume": sum(row["daily_quote_token_volume"] for row in rows),
        "daily_trades_count": sum(row["daily_trades_count"] for row in rows),
    }


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
        "created_at": CREATED_AT,
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


def _book(state: MarketState) -> Row:
    base = state.size_text(state.open_interest_lots)
    return _identity(state) | _settlement() | {"open_interest": base}


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
