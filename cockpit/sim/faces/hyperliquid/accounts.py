"""What Hyperliquid says of an address: positions, margin, fills and funding.

| request or channel | figure |
| --- | --- |
| `clearinghouseState` | one dex; `accountValue` = `totalRawUsd` + sum of `szi` x mark |
| `userFunding`, `userFundings` | `usdc` > 0 is received; flat on the socket, a `delta` on REST |
| `userFills`, `userFillsByTime` | newest first; from `startTime` on, oldest first |
| `userRole` | user, agent (which holds nothing), or missing |
| `activeAssetData` | the leverage of a coin, and what may still be traded of it |
| `spotClearinghouseState` | a balance which is no part of the perpetuals' account value |

`cumFunding` counts what was paid: negative is received. A stranger is all zeros, not an error.
What was is in `hyperliquid_accounts_past`.
Sources: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint and
/websocket/subscriptions; /trading/margining for withdrawable and isolated margin.
"""

import math
from collections.abc import Callable, Mapping

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.hyperliquid import accounts_past as past
from cockpit.sim.faces.hyperliquid import messages as wire
from cockpit.sim.faces.hyperliquid import static
from cockpit.sim.faces.hyperliquid.accounts_past import FIRST_ORDER_ID, dollars, find
from cockpit.sim.faces.hyperliquid.messages import Json
from cockpit.sim.faces.hyperliquid.params import Request, text_of, time_ms_of, user_of
from cockpit.sim.world import margin
from cockpit.sim.world.accounts import MICROS, Account, AccountFill, FundingPayment, Position
from cockpit.sim.world.contract import VenueWorld

FUNDING_PAGE = 500
FILLS_PAGE = 2000
ENTRY_FIGURES = 6
LIQUIDATION_DECIMALS = 8
TRANSFER_FRACTION = 0.1
"""Of open notional that must stay in the account, where initial margin is less."""


def clearinghouse_state(world: VenueWorld, user: str, dex: str = static.FIRST_DEX) -> Json:
    account = find(world, user) if dex == static.FIRST_DEX else None
    time_ms = world.now_ns() // NS_PER_MS
    if account is None:
        return static.clearinghouse_state(time_ms)
    now = margin.standing(world, account)
    isolated_raw = sum(position.quote_micros for position in account.positions.values())
    kept = max(now.cross_initial, round(TRANSFER_FRACTION * now.cross_value))
    return {
        "marginSummary": _summary(
            now.equity, now.value, account.quote_micros + isolated_raw, now.used
        ),
        "crossMarginSummary": _summary(
            now.cross_equity, now.cross_value, account.quote_micros, now.cross_initial
        ),
        "crossMaintenanceMarginUsed": dollars(now.cross_maintenance),
        "withdrawable": dollars(max(0, now.cross_equity - kept)),
        "assetPositions": [
            {"type": "oneWay", "position": _position(world, account, position)}
            for position in sorted(
                account.positions.values(),
                key=lambda held: world.by_symbol[held.symbol].listing.market_id,
            )
        ],
        "time": time_ms,
    }


def _summary(equity: int, value: int, raw: int, used: int) -> Json:
    return {
        "accountValue": dollars(equity),
        "totalNtlPos": dollars(value),
        "totalRawUsd": dollars(raw),
        "totalMarginUsed": dollars(used),
    }


def _position(world: VenueWorld, account: Account, position: Position) -> Json:
    state = world.by_symbol[position.symbol]
    worth, cost = margin.value(state, position), position.entry_micros
    pnl = worth - position.sign * cost
    levered = cost / (position.leverage or 1)
    leverage: dict[str, Json] = {"type": "cross", "value": position.leverage}
    used = margin.initial(state, position)
    if position.isolated:
        leverage |= {"type": "isolated", "rawUsd": dollars(position.quote_micros)}
        used = position.quote_micros + worth
    price = margin.liquidation(world, account, position)
    return {
        "coin": state.listing.native,
        "szi": wire.size(state, position.lots),
        "leverage": leverage,
        "entryPx": _entry(cost / MICROS / abs(position.lots) * 10**state.listing.size_decimals),
        "positionValue": dollars(abs(worth)),
        "unrealizedPnl": dollars(pnl),
        "returnOnEquity": wire.fraction(pnl / levered) if levered else "0.0",
        "liquidationPx": None if price is None else wire.fraction(price, LIQUIDATION_DECIMALS),
        "marginUsed": dollars(used),
        "maxLeverage": state.listing.max_leverage,
        "cumFunding": {
            "allTime": dollars(-account.funding_micros(position.symbol)),
            "sinceOpen": dollars(-position.funding_micros),
            "sinceChange": dollars(-position.funding_since_change_micros),
        },
    }


def _entry(price: float) -> str:
    """Six figures: more than a price that may be quoted."""
    return wire.fraction(price, max(1, ENTRY_FIGURES - 1 - math.floor(math.log10(price))))


def fill_row(world: VenueWorld, fill: AccountFill) -> Json:
    """`side` is the user's own, `closedPnl` before fees, `startPosition` signed."""
    state = world.by_symbol[fill.position.symbol]
    closes = fill.start_lots * fill.lots < 0
    is_long = (fill.start_lots or fill.lots) > 0
    return {
        "coin": state.listing.native,
        "px": wire.number(fill.ticks, state.listing.price_decimals),
        "sz": wire.size(state, abs(fill.lots)),
        "side": "B" if fill.lots > 0 else "A",
        "time": fill.at_ns // NS_PER_MS,
        "startPosition": wire.size(state, fill.start_lots),
        "dir": f"{'Close' if closes else 'Open'} {'Long' if is_long else 'Short'}",
        "closedPnl": dollars(fill.closed_pnl_micros),
        "hash": wire.tx_hash(fill.trade_id),
        "oid": FIRST_ORDER_ID + fill.trade_id,
        "crossed": True,
        "fee": dollars(fill.fee_micros),
        "tid": wire.trade_tid(fill.trade_id),
        "feeToken": "USDC",
        "twapId": None,
    }


def funding_row(world: VenueWorld, payment: FundingPayment) -> Json:
    """As the socket says it: flat."""
    state = world.by_symbol[payment.symbol]
    return {
        "time": payment.at_ns // NS_PER_MS,
        "coin": state.listing.native,
        "usdc": dollars(payment.micros),
        "szi": wire.size(state, payment.lots),
        "fundingRate": wire.fraction(payment.rate),
        "nSamples": None,
    }


def funding_rows(world: VenueWorld, user: str) -> list[Json]:
    """Oldest first."""
    account = find(world, user)
    return [] if account is None else [funding_row(world, row) for row in account.payments]


def fill_rows(world: VenueWorld, user: str) -> list[Json]:
    """Newest first."""
    account = find(world, user)
    return [] if account is None else [fill_row(world, row) for row in reversed(account.fills)]


def spot_state(world: VenueWorld, user: str) -> Json:
    if find(world, user) is None:
        return {"balances": []}
    idle = {"coin": "USDC", "token": 0, "total": "1250.5", "hold": "0.0", "entryNtl": "0.0"}
    return {"balances": [idle]}


def active_asset_data(world: VenueWorld, user: str, coin: str) -> Json:
    """Room to buy and to sell: what is free, and twice the margin of what would be closed first."""
    account, state = find(world, user), world.markets.get(coin)
    mark = state.mark if state is not None else None
    held = None
    if account is not None and state is not None:
        held = account.positions.get(state.listing.symbol)
    shown: dict[str, Json] = {
        "type": "cross",
        "value": state.listing.max_leverage if state is not None else 20,
    }
    free, room = 0, [0, 0]
    if account is not None and mark is not None:
        now = margin.standing(world, account)
        free = max(0, now.cross_equity - now.cross_initial)
        room = [free, free]
    if held is not None and state is not None:
        shown["value"] = held.leverage or shown["value"]
        if held.isolated:
            shown |= {"type": "isolated", "rawUsd": dollars(held.quote_micros)}
        room[held.lots > 0] += 2 * margin.initial(state, held)
    units = [micros / MICROS * shown["value"] / mark if mark else 0.0 for micros in room]
    decimals = state.listing.size_decimals if state is not None else 1
    return {
        "user": user,
        "coin": coin,
        "leverage": shown,
        "maxTradeSzs": [wire.fraction(size, decimals) for size in units],
        "availableToTrade": [dollars(micros) for micros in room],
        "markPx": wire.price(state, mark) if state and mark is not None else "0.0",
    }


def _before_a_transfer(world: VenueWorld, request: Request) -> Json:
    is_known = find(world, user_of(request)) is not None
    return {
        "fee": "0.0" if is_known else "1.0",
        "isSanctioned": False,
        "userExists": is_known,
        "userHasSentTx": is_known,
    }


def _user_funding(world: VenueWorld, request: Request) -> Json:
    user, begin_ms = user_of(request), time_ms_of(request, "startTime")
    end_ms = time_ms_of(request, "endTime", world.now_ns() // NS_PER_MS)
    rows = [row for row in funding_rows(world, user) if begin_ms <= row["time"] <= end_ms]
    return [
        {
            "time": row.pop("time"),
            "hash": f"0x{0:064x}",
            "delta": {"type": "funding", **row},
        }
        for row in rows[:FUNDING_PAGE]
    ]


def _fills_by_time(world: VenueWorld, request: Request) -> Json:
    user, begin_ms = user_of(request), time_ms_of(request, "startTime")
    end_ms = time_ms_of(request, "endTime", world.now_ns() // NS_PER_MS)
    rows = reversed(fill_rows(world, user))
    return [row for row in rows if begin_ms <= row["time"] <= end_ms][:FILLS_PAGE]


def _role(world: VenueWorld, request: Request) -> Json:
    user = user_of(request)
    if (master := world.accounts.agents.get(user)) is not None:
        return {"role": "agent", "data": {"user": master}}
    return {"role": "missing" if find(world, user) is None else "user"}


def _extra_agents(world: VenueWorld, request: Request) -> Json:
    user = user_of(request)
    until_ms = (world.now_ns() // NS_PER_MS // 86_400_000 + 90) * 86_400_000
    return [
        {"name": "desk", "address": agent, "validUntil": until_ms}
        for agent, master in world.accounts.agents.items()
        if master == user
    ]


READS: Mapping[str, Callable[[VenueWorld, Request], Json]] = {
    "clearinghouseState": lambda world, request: clearinghouse_state(
        world, user_of(request), request.get("dex") or static.FIRST_DEX
    ),
    "spotClearinghouseState": lambda world, request: spot_state(world, user_of(request)),
    "userFunding": _user_funding,
    "userFills": lambda world, request: fill_rows(world, user_of(request))[:FILLS_PAGE],
    "userFillsByTime": _fills_by_time,
    "userRole": _role,
    "extraAgents": _extra_agents,
    "activeAssetData": lambda world, request: active_asset_data(
        world, user_of(request), text_of(request, "coin")
    ),
    "preTransferCheck": _before_a_transfer,
    **past.READS,
}
