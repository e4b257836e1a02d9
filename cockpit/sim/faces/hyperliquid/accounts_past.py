"""What Hyperliquid says of an address's past: deposits, orders, volume, and what it was worth.

| request | figure |
| --- | --- |
| `userNonFundingLedgerUpdates` | what was paid in: account value less profit and funding |
| `historicalOrders`, `orderStatus` | one order a fill, taken at once and whole |
| `portfolio` | account value and profit along day, week, month and life; volume |
| `userFees`, `userRateLimit`, `referral` | the base tier, and the volume traded |

The past is told from the present backwards: by what was paid and filled since, at the prices of
then. Source: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from cockpit.core.units import HOUR_NS, NS_PER_MS, NS_PER_S
from cockpit.sim.faces.hyperliquid import messages as wire
from cockpit.sim.faces.hyperliquid import static
from cockpit.sim.faces.hyperliquid.messages import Json
from cockpit.sim.faces.hyperliquid.params import Request, time_ms_of, user_of
from cockpit.sim.world import margin
from cockpit.sim.world.accounts import Account, AccountFill
from cockpit.sim.world.candles import price_at
from cockpit.sim.world.contract import VenueWorld

FIRST_ORDER_ID = 240_000_000_000
FREE_REQUESTS = 10_000
"""Of an address that never traded; each dollar traded is one more."""
SPANS: tuple[tuple[str, int | None], ...] = (
    ("day", 24), ("week", 7 * 24), ("month", 30 * 24), ("allTime", None),
)  # fmt: skip
"""Hours; None since it exists."""
POINTS = 24
MARKET_SLIPPAGE = 0.08
"""How far beyond the price a client puts the limit of an order that must be filled."""
ORDERS_KEPT = 2000


def dollars(micros: int) -> str:
    return wire.number(micros, 6)


def find(world: VenueWorld, user: str) -> Account | None:
    owned = world.accounts.of(user)
    return owned[0] if owned else None


def deposited_micros(account: Account) -> int:
    """All that was ever paid in: what is there, less what trading and funding made of it."""
    held = list(account.positions.values())
    ever = [*held, *account.closed]
    cost = sum(position.sign * position.entry_micros for position in held)
    raw = account.quote_micros + sum(position.quote_micros for position in held)
    made = sum(position.realized_micros - position.fees_micros for position in ever)
    return raw + cost - made - sum(payment.micros for payment in account.payments)


def volume_micros(account: Account, since_ns: int = 0) -> int:
    return sum(fill.notional_micros for fill in account.fills if fill.at_ns >= since_ns)


def _ledger(world: VenueWorld, request: Request) -> Json:
    account, begin_ms = find(world, user_of(request)), time_ms_of(request, "startTime", 0)
    end_ms = time_ms_of(request, "endTime", world.now_ns() // NS_PER_MS)
    if account is None or not begin_ms <= account.created_ns // NS_PER_MS <= end_ms:
        return []
    return ledger_rows(account)


def ledger_rows(account: Account) -> list[Json]:
    """One deposit, as old as the account."""
    return [
        {
            "time": account.created_ns // NS_PER_MS,
            "hash": wire.tx_hash(account.created_ns),
            "delta": {"type": "deposit", "usdc": dollars(deposited_micros(account))},
        }
    ]


def order_of(world: VenueWorld, fill: AccountFill) -> Json:
    """The order behind a fill."""
    state = world.by_symbol[fill.position.symbol]
    is_buy = fill.lots > 0
    limit = fill.ticks * (1 + MARKET_SLIPPAGE if is_buy else 1 - MARKET_SLIPPAGE)
    return {
        "order": {
            "coin": state.listing.native,
            "side": "B" if is_buy else "A",
            "limitPx": wire.number(round(limit), state.listing.price_decimals),
            "sz": "0.0",
            "oid": FIRST_ORDER_ID + fill.trade_id,
            "timestamp": fill.at_ns // NS_PER_MS,
            "triggerCondition": "N/A",
            "isTrigger": False,
            "triggerPx": "0.0",
            "children": [],
            "isPositionTpsl": False,
            "reduceOnly": fill.start_lots * fill.lots < 0,
            "orderType": "Market",
            "origSz": wire.size(state, abs(fill.lots)),
            "tif": "FrontendMarket",
            "cloid": None,
        },
        "status": "filled",
        "statusTimestamp": fill.at_ns // NS_PER_MS,
    }


def _orders(world: VenueWorld, request: Request) -> Json:
    account = find(world, user_of(request))
    fills = [] if account is None else list(account.fills)[-ORDERS_KEPT:]
    return [order_of(world, fill) for fill in reversed(fills)]


def _order_status(world: VenueWorld, request: Request) -> Json:
    account, wanted = find(world, user_of(request)), request.get("oid")
    for fill in [] if account is None else account.fills:
        if FIRST_ORDER_ID + fill.trade_id == wanted:
            return {"status": "order", "order": order_of(world, fill)}
    return {"status": "unknownOid"}


def _worth(world: VenueWorld, account: Account, moments: list[int]) -> Iterator[int]:
    """What the account was worth at moments of the past, newest first, in micro-dollars."""
    held = account.positions.values()
    raw = account.quote_micros + sum(position.quote_micros for position in held)
    lots = {position.symbol: position.lots for position in held}
    fills, payments = list(account.fills), list(account.payments)
    for at_ns in moments:
        while fills and fills[-1].at_ns > at_ns:
            fill = fills.pop()
            signed = fill.notional_micros if fill.lots > 0 else -fill.notional_micros
            raw += signed + fill.fee_micros
            lots[fill.position.symbol] = lots.get(fill.position.symbol, 0) - fill.lots
        while payments and payments[-1].at_ns > at_ns:
            raw -= payments.pop().micros
        yield raw + sum(_value(world, name, count, at_ns) for name, count in lots.items())


def _value(world: VenueWorld, symbol: str, lots: int, at_ns: int) -> int:
    state = world.by_symbol[symbol]
    price = price_at(state, at_ns, world.now_ns()) if lots else None
    ticks = round((price or 0.0) * 10.0**state.listing.price_decimals)
    return margin.notional_micros(state.listing, ticks, lots)


def _span(world: VenueWorld, account: Account, hours: int | None) -> Json:
    """One stretch up to now; an account younger than that begins when it began."""
    now_ns = world.now_ns()
    begin_ns = account.created_ns
    if hours is not None:
        begin_ns = max(begin_ns, now_ns - hours * HOUR_NS)
    step_ns = max((now_ns - begin_ns) // POINTS, 1)
    moments = [now_ns - step_ns * count for count in range(1, POINTS)] + [begin_ns]
    worth = [margin.standing(world, account).equity, *_worth(world, account, moments)]
    points = list(zip([now_ns, *moments], worth, strict=True))[::-1]
    first = points[0][1]
    return {
        "accountValueHistory": [[at // NS_PER_MS, dollars(usd)] for at, usd in points],
        "pnlHistory": [[at // NS_PER_MS, dollars(usd - first)] for at, usd in points],
        "vlm": dollars(volume_micros(account, begin_ns)),
    }


def _portfolio(world: VenueWorld, request: Request) -> Json:
    account = find(world, user_of(request))
    if account is None:
        return static.ACCOUNT_ANSWERS["portfolio"]()
    spans = [(name, _span(world, account, hours)) for name, hours in SPANS]
    perps = [(f"perp{name[0].upper()}{name[1:]}", span) for name, span in spans]
    return [[name, span] for name, span in [*spans, *perps]]


def _user_fees(world: VenueWorld, request: Request) -> Json:
    account, fees = find(world, user_of(request)), static.ACCOUNT_ANSWERS["userFees"]()
    days: dict[str, int] = {}
    for fill in [] if account is None else account.fills:
        day = datetime.fromtimestamp(fill.at_ns // NS_PER_S, UTC).date().isoformat()
        days[day] = days.get(day, 0) + fill.notional_micros
    fees["dailyUserVlm"] = [
        {"date": day, "userCross": dollars(micros), "userAdd": "0.0", "exchange": dollars(micros)}
        for day, micros in sorted(days.items())
    ]
    return fees


def _rate_limit(world: VenueWorld, request: Request) -> Json:
    account = find(world, user_of(request))
    traded = 0 if account is None else volume_micros(account)
    return {
        "cumVlm": dollars(traded),
        "nRequestsUsed": 0 if account is None else len(account.fills),
        "nRequestsCap": FREE_REQUESTS + traded // 1_000_000,
    }


def _referral(world: VenueWorld, request: Request) -> Json:
    account = find(world, user_of(request))
    traded = 0 if account is None else volume_micros(account)
    return {**static.ACCOUNT_ANSWERS["referral"](), "cumVlm": dollars(traded)}


READS: Mapping[str, Callable[[VenueWorld, Request], Json]] = {
    "userNonFundingLedgerUpdates": _ledger,
    "historicalOrders": _orders,
    "orderStatus": _order_status,
    "portfolio": _portfolio,
    "userFees": _user_fees,
    "userRateLimit": _rate_limit,
    "referral": _referral,
}
