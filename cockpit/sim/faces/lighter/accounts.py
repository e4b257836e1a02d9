"""What Lighter says of accounts: collateral, positions, margin, funding payments.

Signed size = `sign` x `position`. `total_funding_paid_out` is cash flow (paid is negative; a public
client measured it so), a payment's `change` too. Collateral is what an account would have if its
cross positions were closed at their entries; margin of an isolated position is set apart from it.
A position that was closed stays in the lists, flat. Sources: https://apidocs.lighter.xyz/reference
(account, accountsByL1Address, positionFunding) and /docs/websocket-reference.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.sim.faces.lighter import messages as wire
from cockpit.sim.faces.lighter.params import (
    ALL_MARKETS,
    Query,
    Refused,
    choice,
    invalid,
    is_whole,
    limited,
    whole,
)
from cockpit.sim.world import margin
from cockpit.sim.world.accounts import MICROS, Account, AccountFill, FundingPayment, Position
from cockpit.sim.world.contract import MarketState, TradeTick, VenueWorld, decimal_text

Row = dict[str, wire.Json]

NO_ACCOUNT = 21100, "account not found"
NO_L1_ADDRESS = 21103, "invalid account l1 address"
NO_AUTH = 20001, "invalid param : auth field is required"
MAIN_ACCOUNTS_ONLY = 20001, "invalid param : auth required for main accounts"
L1_ADDRESS = re.compile("0x[0-9a-fA-F]{40}")
MAIN, SUB = 0, 1
"""The first account of an address, and every other."""
CROSS, ISOLATED = 0, 1
MARGIN_UNITS = 10_000
"""The venue keeps initial margins in whole hundredths of a per cent, cut off."""
USDC_ID = 3
MOST_FUNDINGS = 100
NO_POOL = {
    "status": 0,
    "operator_fee": "0",
    "min_operator_share_rate": "0",
    "total_shares": 0,
    "operator_shares": 0,
    "annual_percentage_yield": 0.0,
    "daily_returns": [],
    "share_prices": [],
    "sharpe_ratio": 0.0,
    "strategies": [],
}
"""The official client's model requires it of every account."""


def dollars(micros: int) -> str:
    return decimal_text(micros, 6)


def collateral(account: Account) -> int:
    """Cross collateral in micro-dollars."""
    return account.quote_micros + sum(
        position.sign * position.entry_micros
        for position in account.positions.values()
        if not position.isolated
    )


# --- REST ------------------------------------------------------------------------------------


def account(world: VenueWorld, query: Query) -> Row:
    """One account by its index, or all of an L1 address."""
    only_open = query.get("active_only") == "true"
    rows = [_detailed(world, one, only_open) for one in _found(world, query)]
    return {"total": len(rows), "accounts": rows, "next_cursor": ""}


def accounts_by_l1_address(world: VenueWorld, query: Query) -> Row:
    owned = _owned(world, query.get("l1_address", ""))
    rows = [_brief(world, one) for one in owned]
    return {"l1_address": owned[0].address, "sub_accounts": rows}


def account_metadata(world: VenueWorld, query: Query) -> Row:
    """What each account of `account` calls itself."""
    return {"account_metadatas": [_metadata(one) for one in _found(world, query)]}


def position_funding(world: VenueWorld, query: Query) -> Row:
    """Newest first, by the page. The accounts here are for show, like public pools; others want a
    token."""
    found = world.accounts.numbered(whole(query, "account_index"))
    if found is None:
        raise Refused(*MAIN_ACCOUNTS_ONLY)
    limit = limited(query, MOST_FUNDINGS, MOST_FUNDINGS)
    side = choice(query, "side", ("all", "long", "short"), "all")
    market_id = whole(query, "market_id", ALL_MARKETS)
    cursor = query.get("cursor") or "0"
    if not is_whole(cursor):
        raise invalid("cursor")
    rows = [funding_row(world, payment) for payment in reversed(found.payments)]
    rows = [
        row
        for row in rows
        if side in ("all", row["position_side"]) and market_id in (ALL_MARKETS, row["market_id"])
    ]
    begin, end = int(cursor), int(cursor) + limit
    more = {"next_cursor": str(end)} if end < len(rows) else {}
    return {"position_fundings": rows[begin:end]} | more


def _found(world: VenueWorld, query: Query) -> Sequence[Account]:
    """The accounts of `by` and `value`, of which there must be one."""
    by, value = choice(query, "by", ("index", "l1_address")), query.get("value", "")
    if by == "l1_address":
        return _owned(world, value)
    found = world.accounts.numbered(int(value)) if is_whole(value) else None
    if found is None:
        raise Refused(*NO_ACCOUNT)
    return [found]


def _owned(world: VenueWorld, address: str) -> Sequence[Account]:
    if not L1_ADDRESS.fullmatch(address):
        raise Refused(*NO_L1_ADDRESS)
    owned = world.accounts.of(address)
    if not owned:
        raise Refused(*NO_ACCOUNT)
    return owned


def _brief(world: VenueWorld, one: Account) -> Row:
    now = margin.standing(world, one)
    return {
        "code": 0,
        "account_type": MAIN if world.accounts.of(one.address)[0] is one else SUB,
        "index": one.number,
        "l1_address": one.address,
        "cancel_all_time": 0,
        "total_order_count": 0,
        "total_isolated_order_count": 0,
        "pending_order_count": 0,
        "available_balance": dollars(max(0, now.available)),
        "status": 1,
        "collateral": dollars(collateral(one)),
        "transaction_time": one.updated_ns // 1000,
        "account_trading_mode": 0,
    }


def _detailed(world: VenueWorld, one: Account, only_open: bool) -> Row:
    now = margin.standing(world, one)
    rows = positions(world, one).values()
    return _brief(world, one) | {
        **_metadata(one),
        "positions": [row for row in rows if not only_open or float(row["position"])],
        "assets": [asset(one)],
        "total_asset_value": dollars(now.equity),
        "cross_asset_value": dollars(now.cross_equity),
        "cross_initial_margin_requirement": dollars(now.cross_initial),
        "cross_maintenance_margin_requirement": dollars(now.cross_maintenance),
        "pool_info": NO_POOL,
        "shares": [],
        "pending_unlocks": [],
        "approved_integrators": [],
    }


def _metadata(one: Account) -> Row:
    return {
        "account_index": one.number,
        "name": "",
        "description": "",
        "can_invite": False,
        "referral_points_percentage": "",
        "created_at": one.created_ns // NS_PER_S,
        "can_rfq": False,
        "can_rfq_market_ids": [],
        "metadata": {"color": ""},
        "agent_enabled": False,
    }


def asset(one: Account) -> Row:
    return {
        "symbol": "USDC",
        "asset_id": USDC_ID,
        "balance": "0.000000",
        "locked_balance": "0.000000",
        "margin_mode": "enabled",
        "margin_balance": dollars(collateral(one)),
        "multiplier": "1",
    }


# --- positions and what happened to them -----------------------------------------------------


def positions(world: VenueWorld, one: Account) -> dict[str, Row]:
    """By market id: what is open, and what once was."""
    latest = {position.symbol: position for position in one.closed} | one.positions
    rows = {}
    for symbol, position in latest.items():
        state = world.by_symbol[symbol]
        rows[str(state.listing.market_id)] = _position(world, one, state, position)
    return rows


def _position(world: VenueWorld, one: Account, state: MarketState, position: Position) -> Row:
    worth = margin.value(state, position)
    pnl = worth - position.sign * position.entry_micros
    price = margin.liquidation(world, one, position) if position.lots else 0
    allocated = position.quote_micros + position.sign * position.entry_micros
    # A short that was closed leaves a zero with a sign.
    minus = "-" if position.sign < 0 and not position.lots else ""
    return {
        "market_id": state.listing.market_id,
        "symbol": state.listing.native,
        "initial_margin_fraction": decimal_text(MARGIN_UNITS // (position.leverage or 1), 2),
        "open_order_count": 0,
        "pending_order_count": 0,
        "position_tied_order_count": 0,
        "sign": position.sign,
        "position": state.size_text(abs(position.lots)),
        "avg_entry_price": _entry(state, position),
        "position_value": minus + dollars(abs(worth)),
        "unrealized_pnl": dollars(pnl),
        "realized_pnl": dollars(position.realized_micros if position.lots else 0),
        "liquidation_price": "0" if price is None else str(price),
        "total_funding_paid_out": dollars(position.funding_micros if position.lots else 0),
        "margin_mode": ISOLATED if position.isolated else CROSS,
        "allocated_margin": dollars(allocated if position.isolated else 0),
        "total_discount": "0.000000",
        "margin_set_flag": 0,
    }


def _entry(state: MarketState, position: Position) -> str:
    listing = state.listing
    if not position.lots:
        return decimal_text(0, listing.price_decimals)
    size = abs(position.lots) / 10**listing.size_decimals
    return f"{position.entry_micros / MICROS / size:.{listing.price_decimals}f}"


def funding_row(world: VenueWorld, payment: FundingPayment) -> Row:
    state = world.by_symbol[payment.symbol]
    return {
        "timestamp": payment.at_ns // NS_PER_S,
        "market_id": state.listing.market_id,
        "funding_id": payment.at_ns // HOUR_NS * 1000 + state.listing.market_id,
        "change": dollars(payment.micros),
        "discount": "0.000000",
        "rate": wire.rate_text(payment.rate),
        "position_size": state.size_text(abs(payment.lots)),
        "position_side": "long" if payment.lots > 0 else "short",
    }


def trade_row(world: VenueWorld, fill: AccountFill) -> Row:
    """As in the public tape, with this account on its side of it."""
    state = world.by_symbol[fill.position.symbol]
    bought = fill.lots > 0
    side = Side.BUY if bought else Side.SELL
    tick = TradeTick(
        fill.position.symbol, side, fill.ticks, abs(fill.lots), fill.trade_id, fill.at_ns
    )
    row = wire.trade(world, state, tick)
    mine = "bid_account_id" if bought else "ask_account_id"
    row |= {
        mine: fill.account.number,
        "taker_position_size_before": state.size_text(abs(fill.start_lots)),
    }
    row.pop("taker_fee", None)
    return row


def by_market(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(str(row["market_id"]), []).append(row)
    return grouped


# --- sums ------------------------------------------------------------------------------------


def stats(world: VenueWorld, one: Account) -> Row:
    now = margin.standing(world, one)
    total = _stats(now.equity, now.used, now.value, collateral(one))
    cross = _stats(now.cross_equity, now.cross_initial, now.cross_value, collateral(one))
    return {"account_trading_mode": 0, **total, "cross_stats": cross, "total_stats": total}


def _stats(equity: int, used: int, value: int, collateral_micros: int) -> Row:
    return {
        "available_balance": dollars(max(0, equity - used)),
        "buying_power": "0",
        "collateral": dollars(collateral_micros),
        "leverage": f"{value / equity if equity > 0 else 0.0:.2f}",
        "margin_usage": f"{100 * used / equity if equity > 0 else 0.0:.2f}",
        "portfolio_value": dollars(equity),
    }


def activity(one: Account, at_ns: int) -> Row:
    """Trades and volume of the day, the week, the month and ever."""
    row: Row = {}
    days = {"daily": 1, "weekly": 7, "monthly": 30, "total": 36_500}
    for name, count in days.items():
        recent = [fill for fill in one.fills if fill.at_ns > at_ns - count * 24 * HOUR_NS]
        row[f"{name}_trades_count"] = len(recent)
        row[f"{name}_volume"] = sum(fill.notional_micros for fill in recent) / MICROS
    return row
