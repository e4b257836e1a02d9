"""What Hyperliquid says of an address: positions, margin, fills and funding.

| request or channel | figure |
| --- | --- |
| `clearinghouseState` | one dex; `accountValue` = `totalRawUsd` + sum of `szi` x mark |
| `userFunding`, `userFundings` | `usdc` > 0 is received; flat on the socket, a `delta` on REST |
| `userFills`, `userFillsByTime` | newest first; oldest first from a time on |
| `userFees`, `userRateLimit`, `portfolio` | rates and volumes; the value now |
| `userRole` | user, agent (which holds nothing), or missing |
| `spotClearinghouseState` | a balance which is no part of the perpetuals' account value |

`cumFunding` counts what was paid: negative is received. A stranger is all zeros, not an error.
Sources: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint and
/websocket/subscriptions; /trading/margining for withdrawable and isolated margin.
"""

import math
import re
from collections.abc import Callable, Mapping

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.hyperliquid import messages as wire
from cockpit.sim.faces.hyperliquid import static
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.world import margin
from cockpit.sim.world.accounts import MICROS, Account, AccountFill, FundingPayment, Position
from cockpit.sim.world.contract import VenueWorld

UNPROCESSABLE = Refusal(422, "Failed to deserialize the JSON body into the target type", 422)
"""The request does not have the shape that its type needs."""
ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
FIRST_ORDER_ID = 240_000_000_000
FUNDING_PAGE = 500
FILLS_PAGE = 2000
TAKER_FEE, MAKER_FEE = "0.00045", "0.00015"
FIRST_ACTIONS, USUAL_LEVERAGE = 10_000, 20
ENTRY_FIGURES = 6
LIQUIDATION_DECIMALS = 8
TRANSFER_FRACTION = 0.1
"""Of open notional that must stay in the account, where initial margin is less."""


def read(request: Mapping[str, Json]) -> Parameters:
    return Parameters(request, lambda name: UNPROCESSABLE)


def user_of(request: Mapping[str, Json]) -> str:
    """The address, in lower case."""
    user = request.get("user")
    if not isinstance(user, str) or not ADDRESS.fullmatch(user):
        raise UNPROCESSABLE
    return user.lower()


def dollars(micros: int) -> str:
    return wire.number(micros, 6)


def find(world: VenueWorld, user: str) -> Account | None:
    owned = world.accounts.of(user)
    return owned[0] if owned else None


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
    held = margin.valued(world, account, position)
    state, price = held.state, held.liquidation_price
    levered = position.entry_micros / (position.leverage or 1)
    leverage: dict[str, Json] = {"type": "cross", "value": position.leverage}
    used = margin.initial(state, position)
    if position.isolated:
        leverage |= {"type": "isolated", "rawUsd": dollars(position.quote_micros)}
        used = position.quote_micros + held.value
    return {
        "coin": state.listing.native,
        "szi": wire.size(state, position.lots),
        "leverage": leverage,
        "entryPx": _entry(held.entry_price or 0.0),
        "positionValue": dollars(abs(held.value)),
        "unrealizedPnl": dollars(held.profit),
        "returnOnEquity": wire.fraction(held.profit / levered) if levered else "0.0",
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


def _within(world: VenueWorld, request: Mapping[str, Json], rows: list[Json]) -> list[Json]:
    """Rows of the span that is asked for."""
    asked = read(request)
    begin_ms = asked.whole("startTime")
    end_ms = asked.whole("endTime", world.now_ns() // NS_PER_MS)
    return [row for row in rows if begin_ms <= row["time"] <= end_ms]


def _user_funding(world: VenueWorld, request: Mapping[str, Json]) -> Json:
    rows = _within(world, request, funding_rows(world, user_of(request)))
    return [
        {
            "time": row.pop("time"),
            "hash": f"0x{0:064x}",
            "delta": {"type": "funding", **row},
        }
        for row in rows[:FUNDING_PAGE]
    ]


def _fills_by_time(world: VenueWorld, request: Mapping[str, Json]) -> Json:
    rows = _within(world, request, fill_rows(world, user_of(request)))
    return rows[::-1][:FILLS_PAGE]


def _volume_micros(account: Account | None) -> int:
    """What the account has traded."""
    return sum(fill.notional_micros for fill in account.fills) if account else 0


def _fees(world: VenueWorld, request: Mapping[str, Json]) -> Json:
    """The lowest tier of everybody."""
    user_of(request)
    return {
        "dailyUserVlm": [],
        "feeSchedule": {
            "cross": TAKER_FEE,
            "add": MAKER_FEE,
            "spotCross": "0.0007",
            "spotAdd": "0.0004",
            "tiers": {"vip": [], "mm": []},
            "referralDiscount": "0.04",
            "stakingDiscountTiers": [],
        },
        "userCrossRate": TAKER_FEE,
        "userAddRate": MAKER_FEE,
        "userSpotCrossRate": "0.0007",
        "userSpotAddRate": "0.0004",
        "activeReferralDiscount": "0.0",
    }


def _rate_limit(world: VenueWorld, request: Mapping[str, Json]) -> Json:
    """One action for each dollar traded, beside a first ten thousand."""
    micros = _volume_micros(find(world, user_of(request)))
    cap = FIRST_ACTIONS + micros // MICROS
    return {"cumVlm": dollars(micros), "nRequestsUsed": 0, "nRequestsCap": cap}


def _portfolio(world: VenueWorld, request: Mapping[str, Json]) -> Json:
    """Each period has the value now alone: the world keeps no past of its accounts."""
    account = find(world, user_of(request))
    value = dollars(margin.standing(world, account).equity if account else 0)
    now_ms = world.now_ns() // NS_PER_MS
    told: Json = {
        "accountValueHistory": [[now_ms, value]],
        "pnlHistory": [[now_ms, "0.0"]],
        "vlm": dollars(_volume_micros(account)),
    }
    spans = ("day", "week", "month", "allTime")
    names = (*spans, *(f"perp{span[0].upper()}{span[1:]}" for span in spans))
    return [[name, told] for name in names]


def _role(world: VenueWorld, request: Mapping[str, Json]) -> Json:
    user = user_of(request)
    if (master := world.accounts.agents.get(user)) is not None:
        return {"role": "agent", "data": {"user": master}}
    return {"role": "missing" if find(world, user) is None else "user"}


def _active_asset(world: VenueWorld, request: Mapping[str, Json]) -> Json:
    """How much more of a coin could be bought and sold at the leverage that is set for it."""
    user, coin = user_of(request), read(request).text("coin")
    state = world.markets.get(coin)
    if state is None or state.mark is None:
        return None
    account = find(world, user)
    held = account.positions.get(state.listing.symbol) if account is not None else None
    leverage: dict[str, Json] = {"type": "cross", "value": USUAL_LEVERAGE}
    free = 0
    if account is not None:
        now = margin.standing(world, account)
        free = max(0, now.cross_equity - now.cross_initial)
    if held is not None and account is not None:
        leverage = _position(world, account, held)["leverage"]
    value = min(int(leverage["value"] or USUAL_LEVERAGE), state.listing.max_leverage)
    units = free / MICROS * value / state.mark
    most = wire.size(state, int(units * 10**state.listing.size_decimals))
    return {
        "user": user,
        "coin": coin,
        "leverage": leverage | {"value": value},
        "maxTradeSzs": [most, most],
        "availableToTrade": [dollars(free), dollars(free)],
        "markPx": wire.price(state, state.mark),
    }


READS: Mapping[str, Callable[[VenueWorld, Mapping[str, Json]], Json]] = {
    "clearinghouseState": lambda world, request: clearinghouse_state(
        world, user_of(request), request.get("dex") or static.FIRST_DEX
    ),
    "spotClearinghouseState": lambda world, request: spot_state(world, user_of(request)),
    "userFunding": _user_funding,
    "userFills": lambda world, request: fill_rows(world, user_of(request))[:FILLS_PAGE],
    "userFillsByTime": _fills_by_time,
    "activeAssetData": _active_asset,
    "userFees": _fees,
    "userRateLimit": _rate_limit,
    "portfolio": _portfolio,
    "userRole": _role,
}
