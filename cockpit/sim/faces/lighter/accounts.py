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
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import dollars
from cockpit.sim.faces.kit.pages import by_cursor
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.kit.routes import Request
from cockpit.sim.faces.lighter import messages as wire
from cockpit.sim.world import margin
from cockpit.sim.world.accounts import MICROS, Account, AccountFill, FundingPayment
from cockpit.sim.world.contract import TradeTick, VenueWorld, decimal_text

Row = dict[str, Json]

NO_ACCOUNT = Refusal(21100, "account not found", 400)
NO_L1_ADDRESS = Refusal(21103, "invalid account l1 address", 400)
MAIN_ACCOUNTS_ONLY = Refusal(20001, "invalid param : auth required for main accounts", 400)
ALL_MARKETS = 255
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


def is_index(text: str) -> bool:
    """Whether this is a whole number that any field of the venue could hold."""
    return text.isascii() and text.isdecimal() and len(text) <= 19


def collateral(account: Account) -> int:
    """Cross collateral in micro-dollars."""
    return account.quote_micros + sum(
        position.sign * position.entry_micros
        for position in account.positions.values()
        if not position.isolated
    )


def invalid(name: str) -> Refusal:
    return Refusal(20001, f"invalid param : {name}", 400)


def read(request: Request) -> Parameters:
    return Parameters(request.query, invalid)


# --- REST ------------------------------------------------------------------------------------


def account(request: Request) -> Row:
    """One account by its index, or all of an L1 address."""
    asked, only_open = read(request), request.query.get("active_only") == "true"
    value = request.query.get("value", "")
    if asked.choice("by", ("index", "l1_address")) == "l1_address":
        found = _owned(request.world, value)
    else:
        one = request.world.accounts.numbered(int(value)) if is_index(value) else None
        if one is None:
            raise NO_ACCOUNT
        found = [one]
    rows = [_detailed(request.world, one, only_open) for one in found]
    return {"total": len(rows), "accounts": rows, "next_cursor": ""}


def accounts_by_l1_address(request: Request) -> Row:
    owned = _owned(request.world, request.query.get("l1_address", ""))
    rows = [_brief(request.world, one) for one in owned]
    return {"l1_address": owned[0].address, "sub_accounts": rows}


def position_funding(request: Request) -> Row:
    """Newest first, by the page. The accounts here are for show, like public pools; others want a
    token."""
    asked = read(request)
    found = request.world.accounts.numbered(asked.whole("account_index"))
    if found is None:
        raise MAIN_ACCOUNTS_ONLY
    limit = asked.whole("limit", MOST_FUNDINGS, low=1, high=MOST_FUNDINGS)
    side = asked.choice("side", ("all", "long", "short"), "all")
    market_id = asked.whole("market_id", ALL_MARKETS)
    cursor = str(asked.whole("cursor", 0))
    rows = [funding_row(request.world, payment) for payment in reversed(found.payments)]
    rows = [
        row
        for row in rows
        if side in ("all", row["position_side"]) and market_id in (ALL_MARKETS, row["market_id"])
    ]
    page, following = by_cursor(rows, cursor, limit)
    return {"position_fundings": page} | ({"next_cursor": following} if following else {})


def _owned(world: VenueWorld, address: str) -> Sequence[Account]:
    if not L1_ADDRESS.fullmatch(address):
        raise NO_L1_ADDRESS
    owned = world.accounts.of(address)
    if not owned:
        raise NO_ACCOUNT
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
    held = [margin.valued(world, one, position) for position in latest.values()]
    return {str(row.state.listing.market_id): _position(row) for row in held}


def _position(held: margin.Valued) -> Row:
    state, position = held.state, held.position
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
        "avg_entry_price": f"{held.entry_price or 0.0:.{state.listing.price_decimals}f}",
        "position_value": minus + dollars(abs(held.value)),
        "unrealized_pnl": dollars(held.profit),
        "realized_pnl": dollars(position.realized_micros if position.lots else 0),
        "liquidation_price": str(held.liquidation_price or 0),
        "total_funding_paid_out": dollars(position.funding_micros if position.lots else 0),
        "margin_mode": ISOLATED if position.isolated else CROSS,
        "allocated_margin": dollars(allocated if position.isolated else 0),
        "total_discount": "0.000000",
        "margin_set_flag": 0,
    }


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


def stats(world: VenueWorld, one: Account | None) -> Row:
    """What an account is worth; zeros of one without anything."""
    if one is None:
        total = cross = _stats(0, 0, 0, 0)
    else:
        now, deposit = margin.standing(world, one), collateral(one)
        total = _stats(now.equity, now.used, now.value, deposit)
        cross = _stats(now.cross_equity, now.cross_initial, now.cross_value, deposit)
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


def activity(fills: Iterable[AccountFill], at_ns: int) -> Row:
    """Trades and volume of the day, the week, the month and ever."""
    row: Row = {}
    days = {"daily": 1, "weekly": 7, "monthly": 30, "total": 36_500}
    for name, count in days.items():
        recent = [fill for fill in fills if fill.at_ns > at_ns - count * 24 * HOUR_NS]
        row[f"{name}_trades_count"] = len(recent)
        row[f"{name}_volume"] = sum(fill.notional_micros for fill in recent) / MICROS or 0
    return row
