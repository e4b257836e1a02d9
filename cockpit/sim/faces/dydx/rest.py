"""dYdX's Indexer over HTTP: `GET /v4/...`, read-only.

Sources: https://docs.dydx.xyz/indexer-client/http; error texts, validation shapes and limits from
the Indexer's public source (indexer/services/comlink). A stranger's address is unknown (404), and
its lists are empty.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.dydx import accounts
from cockpit.sim.faces.dydx import messages as wire
from cockpit.sim.faces.dydx.accounts import Row
from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import iso
from cockpit.sim.faces.kit.parameters import Refusal
from cockpit.sim.faces.kit.routes import Request, Routes, reply
from cockpit.sim.world.accounts import Account
from cockpit.sim.world.contract import HttpReply, MarketState, VenueWorld

API_LIMIT = 1000
REQUESTS = Budgets(points=100, span_s=10.0)
LIMIT_MSG = f"limit must be a positive integer that is not greater than max: {API_LIMIT}"
VALID_DYDX = "address must be a valid dydx address"
VALID = "address must be a valid address"
CHILDREN_BELOW = 128_001
SINGLE, PARENT = "subaccountNumber", "parentSubaccountNumber"


SPARKLINES = {"ONE_DAY": ("1HOUR", 24), "SEVEN_DAYS": ("4HOURS", 42)}
"""Resolution and number of prices of a period."""


class Invalid(Refusal):
    """A value that the validator refuses; a missing one is left out, as JSON does `undefined`."""

    def __init__(self, param: str, value: Json, message: str, location: str = "query") -> None:
        super().__init__(param, message, 400)
        self.error = {"msg": message, "param": param, "location": location}
        if value is not None:
            self.error = {"value": value} | self.error


def on_http(
    world: VenueWorld, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> HttpReply:
    """Answer one request. `RateLimit-*` as the Indexer sets them; `Retry-After` in milliseconds."""
    window, now_ns = REQUESTS.of(world, headers), world.now_ns()
    left = window.take(now_ns)
    reset_ms = -(-window.reset_ns(now_ns) // NS_PER_MS)
    limits = {
        "RateLimit-Remaining": str(max(0, left)),
        "RateLimit-Reset": str(now_ns // NS_PER_MS + reset_ms),
        "RateLimit-Limit": str(REQUESTS.points),
    }
    if left < 0:
        limits["Retry-After"] = str(reset_ms)
        return reply(429, {"errors": [{"msg": "Too many requests"}]}, limits)
    answer = ROUTES.answer(world, method, target, headers, body)
    return replace(NOT_FOUND if answer.status == 405 else answer, headers=limits)


NOT_FOUND = reply(404, {"errors": [{"msg": "Not Found"}]})


def _refused(request: Request, refusal: Refusal) -> HttpReply:
    error = refusal.error if isinstance(refusal, Invalid) else {"msg": refusal.message}
    return reply(refusal.status, {"errors": [error]})


def _time(request: Request) -> Json:
    now_ms = request.world.now_ns() // NS_PER_MS
    return {"iso": iso(now_ms * NS_PER_MS), "epoch": now_ms / 1000}


def _height(request: Request) -> Json:
    return {"height": str(request.world.height), "time": iso(request.world.block_ns)}


def _market(request: Request, ticker: str | None = None) -> MarketState:
    ticker = ticker or request.at["ticker"]
    state = request.world.markets.get(ticker)
    if state is None:
        raise Refusal("ticker", f"{ticker} not found in markets of type PERPETUAL", 404)
    return state


def _limit(request: Request) -> int:
    text = request.query.get("limit")
    if text is None:
        return API_LIMIT
    try:
        value = float(text)
    except ValueError:
        raise Invalid("limit", None, LIMIT_MSG) from None
    if not (value.is_integer() and 0 < value <= API_LIMIT):
        raise Invalid("limit", int(value) if value.is_integer() else value, LIMIT_MSG)
    return int(value)


def _natural(request: Request, name: str) -> int | None:
    text = request.query.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]+", text):
        raise Invalid(name, text, f"{name} must be a non-negative integer")
    return int(text)


def _moment_ns(request: Request, name: str) -> int | None:
    text = request.query.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(name, text, "Invalid value") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1e6) * 1000


def _perpetual_markets(request: Request) -> Json:
    limit = _limit(request)
    ticker = request.query.get("ticker") or request.query.get("market")
    every = list(request.world.markets.values())[:limit]
    states = [_market(request, ticker)] if ticker else every
    return {"markets": {state.listing.native: wire.market_row(state) for state in states}}


def _orderbook(request: Request) -> Json:
    return wire.book(_market(request))


def _trades(request: Request) -> Json:
    limit, state = _limit(request), _market(request)
    return {"trades": wire.trade_rows(request.world, state, API_LIMIT)["trades"][:limit]}


def _candles(request: Request) -> Json:
    state, limit = _market(request), _limit(request)
    resolution = request.query.get("resolution")
    if resolution not in wire.RESOLUTIONS:
        allowed = ",".join(wire.RESOLUTIONS)
        raise Invalid("resolution", resolution, f"resolution must be one of {allowed}")
    begin_ns, end_ns = _moment_ns(request, "fromISO"), _moment_ns(request, "toISO")
    rows = wire.candle_rows(request.world, state, resolution, limit, begin_ns, end_ns)
    return {"candles": rows}


def _sparklines(request: Request) -> Json:
    """Closing prices, newest first."""
    period = request.query.get("timePeriod")
    if period not in SPARKLINES:
        raise Invalid("timePeriod", period, "timePeriod must be a valid Time Period")
    return {
        native: [
            row["close"] for row in wire.candle_rows(request.world, state, *SPARKLINES[period])
        ]
        for native, state in request.world.markets.items()
    }


def _historical_funding(request: Request) -> Json:
    state, limit = _market(request), _limit(request)
    height = _natural(request, "effectiveBeforeOrAtHeight")
    moment_ns = _moment_ns(request, "effectiveBeforeOrAt")
    rows = [
        row
        for row_ns, row_height, row in wire.funding_rows(request.world, state)
        if (height is None or row_height <= height) and (moment_ns is None or row_ns <= moment_ns)
    ]
    return {"historicalFunding": rows[:limit]}


# --- accounts --------------------------------------------------------------------------------


def _address(text: str | None, location: str, message: str) -> str:
    if not (text and text.isalnum() and text.isascii() and len(text) <= 90):
        raise Invalid("address", text, message, location)
    return text


def _number(text: str | None, name: str, location: str) -> int:
    below = accounts.PARENTS if name == PARENT else CHILDREN_BELOW
    if text is not None and re.fullmatch(r"[0-9]+", text) and int(text) < below:
        return int(text)
    message = f"{name} must be a non-negative integer less than {below}"
    raise Invalid(name, text, message, location)


def _numbered(world: VenueWorld, address: str, number: int, by: str) -> list[Account]:
    if by == PARENT:
        return accounts.children(world, address, number)
    account = world.accounts.at(address, number)
    return [] if account is None else [account]


def _all_of(request: Request) -> Json:
    address = _address(request.at["address"], "params", VALID)
    owned = request.world.accounts.of(address)
    if not owned:
        raise Refusal("address", f"No subaccounts found for address {address}", 404)
    shown = [accounts.subaccount(request.world, account) for account in owned]
    return {"subaccounts": shown, "totalTradingRewards": "0"}


def _one_of(request: Request) -> Json:
    address = _address(request.at["address"], "params", VALID_DYDX)
    number = _number(request.at["number"], SINGLE, "params")
    owned = _numbered(request.world, address, number, SINGLE)
    if not owned:
        text = f"No subaccount found with address {address} and subaccountNumber {number}"
        raise Refusal(SINGLE, text, 404)
    return {"subaccount": accounts.subaccount(request.world, owned[0])}


def _parent_of(request: Request) -> Json:
    address = _address(request.at["address"], "params", VALID_DYDX)
    number = _number(request.at["number"], PARENT, "params")
    owned = _numbered(request.world, address, number, PARENT)
    if not owned:
        text = f"No subaccounts found for address {address} and parentSubaccountNumber {number}"
        raise Refusal(PARENT, text, 404)
    return {"subaccount": accounts.parent_subaccount(request.world, owned, number)}


def _owned(request: Request, by: str) -> list[Account]:
    number = _number(request.query.get(by), by, "query")
    address = _address(request.query.get("address"), "query", VALID_DYDX)
    return _numbered(request.world, address, number, by)


def _positions(by: str) -> Callable[[Request], Json]:
    def read(request: Request) -> Json:
        owned, limit = _owned(request, by), _limit(request)
        statuses = set(filter(None, request.query.get("status", "").split(",")))
        return {"positions": accounts.positions(request.world, owned, statuses)[:limit]}

    return read


def _payments(by: str) -> Callable[[Request], Json]:
    def read(request: Request) -> Json:
        owned = _owned(request, by)
        # The documentation's name of it; the Indexer itself reads `createdOnOrAfter`.
        since = [_moment_ns(request, name) or 0 for name in ("afterOrAt", "createdOnOrAfter")]
        rows = [
            row
            for row in accounts.payments(request.world, owned, request.query.get("ticker"))
            if row["createdAt"] >= iso(max(since))
        ]
        return _paged(request, "fundingPayments", rows)

    return read


def _fills(by: str) -> Callable[[Request], Json]:
    def read(request: Request) -> Json:
        owned, before_ns = _owned(request, by), _moment_ns(request, "createdBeforeOrAt")
        market = request.query.get("market")
        rows = [
            row
            for row in accounts.fills(request.world, owned)
            if market in (None, row["market"])
            and (before_ns is None or row["createdAt"] <= iso(before_ns))
        ]
        return _paged(request, "fills", rows)

    return read


def _paged(request: Request, name: str, rows: list[Row]) -> Row:
    """Rows as they come, newest first. With `page`, `limit` is the length of a page."""
    limit, page = _limit(request), _natural(request, "page")
    if page is None:
        return {name: rows[:limit]}
    offset = (max(1, page) - 1) * limit
    counts = {"pageSize": limit, "totalResults": len(rows), "offset": offset}
    return {name: rows[offset : offset + limit]} | counts


def _assets(by: str) -> Callable[[Request], Json]:
    def read(request: Request) -> Json:
        rows = [accounts.usdc(account) for account in _owned(request, by)]
        return {"positions": [row for row in rows if row is not None]}

    return read


def _nothing(by: str, answer: Json) -> Callable[[Request], Json]:
    """What nobody has here: orders, transfers, rewards."""

    def read(request: Request) -> Json:
        _owned(request, by)
        return answer

    return read


def _order(request: Request) -> Json:
    raise Refusal("orderId", f"Unable to find order id {request.at['order']}", 404)


def _screen(answer: Json) -> Callable[[Request], Json]:
    def read(request: Request) -> Json:
        _address(request.at.get("address") or request.query.get("address"), "query", VALID)
        return answer

    return read


ROUTES = Routes(
    {
        "GET /v4/time": _time,
        "GET /v4/height": _height,
        "GET /v4/perpetualMarkets": _perpetual_markets,
        "GET /v4/orderbooks/perpetualMarket/{ticker}": _orderbook,
        "GET /v4/trades/perpetualMarket/{ticker}": _trades,
        "GET /v4/candles/perpetualMarkets/{ticker}": _candles,
        "GET /v4/sparklines": _sparklines,
        "GET /v4/historicalFunding/{ticker}": _historical_funding,
        "GET /v4/addresses/{address}": _all_of,
        "GET /v4/addresses/{address}/subaccountNumber/{number}": _one_of,
        "GET /v4/addresses/{address}/parentSubaccountNumber/{number}": _parent_of,
        "GET /v4/perpetualPositions": _positions(SINGLE),
        "GET /v4/perpetualPositions/parentSubaccountNumber": _positions(PARENT),
        "GET /v4/assetPositions": _assets(SINGLE),
        "GET /v4/assetPositions/parentSubaccountNumber": _assets(PARENT),
        "GET /v4/orders": _nothing(SINGLE, []),
        "GET /v4/orders/parentSubaccountNumber": _nothing(PARENT, []),
        "GET /v4/orders/{order}": _order,
        "GET /v4/transfers": _nothing(SINGLE, {"transfers": []}),
        "GET /v4/transfers/parentSubaccountNumber": _nothing(PARENT, {"transfers": []}),
        "GET /v4/historical-pnl": _nothing(SINGLE, {"historicalPnl": []}),
        "GET /v4/historical-pnl/parentSubaccountNumber": _nothing(PARENT, {"historicalPnl": []}),
        "GET /v4/screen": _screen({"restricted": False}),
        "GET /v4/compliance/screen/{address}": _screen({"status": "COMPLIANT"}),
        "GET /v4/historicalBlockTradingRewards/{address}": _screen({"rewards": []}),
        "GET /v4/historicalTradingRewardAggregations/{address}": _screen({"rewards": []}),
        "GET /v4/fills": _fills(SINGLE),
        "GET /v4/fills/parentSubaccountNumber": _fills(PARENT),
        "GET /v4/fundingPayments": _payments(SINGLE),
        "GET /v4/fundingPayments/parentSubaccount": _payments(PARENT),
        "GET /v4/fundingPayments/parentSubaccountNumber": _payments(PARENT),
    },
    refused=_refused,
    missing=NOT_FOUND,
)
