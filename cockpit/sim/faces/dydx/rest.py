"""dYdX's Indexer over HTTP: `GET /v4/...`, read-only.

Sources: https://docs.dydx.xyz/indexer-client/http; error texts, validation shapes and limits from
the Indexer's public source (indexer/services/comlink). A stranger's address is unknown (404), and
its lists are empty.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.dydx import accounts
from cockpit.sim.faces.dydx import messages as wire
from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.world.accounts import Account
from cockpit.sim.world.contract import HttpReply, MarketState, VenueWorld

API_LIMIT = 1000
REQUESTS = Budgets(points=100, span_s=10.0)
CANDLE_REQUESTS = Budgets(points=1000, span_s=10.0)
LIMIT_MSG = f"limit must be a positive integer that is not greater than max: {API_LIMIT}"
VALID_DYDX = "address must be a valid dydx address"
SPARKLINES = {"ONE_DAY": ("1HOUR", 24), "SEVEN_DAYS": ("4HOURS", 42)}
LISTS = (
    "fills", "perpetualPositions", "assetPositions", "fundingPayments", "transfers", "orders",
    "historical-pnl",
)  # fmt: skip
REWARDS = ("historicalBlockTradingRewards", "historicalTradingRewardAggregations")
VAULTS = {
    "megavault/historicalPnl": "megavaultPnl",
    "megavault/positions": "positions",
    "vaults/historicalPnl": "vaultsPnl",
}
"""There are no vaults; path -> key of the empty list."""
CHILDREN_BELOW = 128_001
BY_PARENT = ("parentSubaccountNumber", "parentSubaccount")

Query = Mapping[str, str]


class _Refused(Exception):
    """An answer other than 200, on its way out."""

    def __init__(self, status: int, errors: list[dict[str, wire.Json]]) -> None:
        super().__init__(status)
        self.status = status
        self.errors = errors


def on_http(
    world: VenueWorld, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> HttpReply:
    """Answer one request. `RateLimit-*` as the Indexer sets them; `Retry-After` in milliseconds."""
    url = urlsplit(target)
    parts = [unquote(part) for part in url.path.strip("/").split("/")]
    if method != "GET" or len(parts) < 2 or parts[0] != "v4":
        return _reply(404, {"errors": [{"msg": "Not Found"}]}, {})
    budgets = CANDLE_REQUESTS if parts[1] == "candles" else REQUESTS
    window = budgets.of(world, headers)
    now_ns = world.now_ns()
    left = window.take(now_ns)
    reset_ms = -(-window.reset_ns(now_ns) // NS_PER_MS)
    limits = {
        "RateLimit-Remaining": str(max(0, left)),
        "RateLimit-Reset": str(now_ns // NS_PER_MS + reset_ms),
        "RateLimit-Limit": str(budgets.points),
    }
    if left < 0:
        limits["Retry-After"] = str(reset_ms)
        return _reply(429, {"errors": [{"msg": "Too many requests"}]}, limits)
    try:
        return _reply(200, _answer(world, parts[1:], dict(parse_qsl(url.query))), limits)
    except _Refused as refused:
        return _reply(refused.status, {"errors": refused.errors}, limits)


def _reply(status: int, body: wire.Json, headers: Mapping[str, str]) -> HttpReply:
    return HttpReply(status, msgspec.json.encode(body).decode(), headers=headers)


def _answer(world: VenueWorld, parts: list[str], query: Query) -> wire.Json:
    match parts:
        case ["time"]:
            now_ms = world.now_ns() // NS_PER_MS
            return {"iso": wire.iso(now_ms * NS_PER_MS), "epoch": now_ms / 1000}
        case ["height"]:
            return {"height": str(world.height), "time": wire.iso(world.block_ns)}
        case ["perpetualMarkets"]:
            return _perpetual_markets(world, query)
        case ["orderbooks", "perpetualMarket", ticker]:
            return wire.book(_market(world, ticker))
        case ["trades", "perpetualMarket", ticker]:
            return _trades(world, _market(world, ticker), query)
        case ["historicalFunding", ticker]:
            return _historical_funding(world, _market(world, ticker), query)
        case ["candles", "perpetualMarkets", ticker]:
            return _candles(world, _market(world, ticker), query)
        case ["sparklines"]:
            return _sparklines(world, query)
        case ["addresses", address, *rest]:
            return _subaccounts(world, address, rest)
        case ["orders", id_] if id_ not in BY_PARENT:
            return _order(world, id_)
        case ["transfers", "between"]:
            return _between(world, query)
        case [name] if name in LISTS:
            return _list(world, name, query, "subaccountNumber")
        case [name, parent] if name in LISTS and parent in BY_PARENT:
            return _list(world, name, query, "parentSubaccountNumber")
        case [name, address] if name in REWARDS:
            _address(address, "params", "address must be a valid address")
            return {"rewards": []}
        case ["vault", "v1", *name] if (empty := VAULTS.get("/".join(name))) is not None:
            return {empty: []}
        case ["screen"]:
            return {"restricted": False}
        case ["compliance", "screen", _]:
            return {"status": "COMPLIANT"}
    raise _Refused(404, [{"msg": "Not Found"}])


def _market(world: VenueWorld, ticker: str) -> MarketState:
    state = world.markets.get(ticker)
    if state is None:
        raise _Refused(404, [{"msg": f"{ticker} not found in markets of type PERPETUAL"}])
    return state


def _invalid(param: str, value: wire.Json, message: str, location: str = "query") -> _Refused:
    """The validator's shape; a missing value is left out, as JSON does with `undefined`."""
    error = {} if value is None else {"value": value}
    return _Refused(400, [error | {"msg": message, "param": param, "location": location}])


def _limit(query: Query) -> int:
    text = query.get("limit")
    if text is None:
        return API_LIMIT
    try:
        value = float(text)
    except ValueError:
        raise _invalid("limit", None, LIMIT_MSG) from None
    if not (value.is_integer() and 0 < value <= API_LIMIT):
        raise _invalid("limit", int(value) if value.is_integer() else value, LIMIT_MSG)
    return int(value)


def _natural(query: Query, name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]+", text):
        raise _invalid(name, text, f"{name} must be a non-negative integer")
    return int(text)


def _moment_ns(query: Query, name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _invalid(name, text, "Invalid value") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1e6) * 1000


def _perpetual_markets(world: VenueWorld, query: Query) -> wire.Json:
    limit = _limit(query)
    ticker = query.get("ticker") or query.get("market")
    states = [_market(world, ticker)] if ticker else list(world.markets.values())[:limit]
    return {"markets": {state.listing.native: wire.market_row(state) for state in states}}


def _trades(world: VenueWorld, state: MarketState, query: Query) -> wire.Json:
    limit, page = _limit(query), _natural(query, "page")
    rows = _before(wire.trade_rows(world, state, API_LIMIT)["trades"], query)
    return _paged("trades", rows, limit, page)


def _historical_funding(world: VenueWorld, state: MarketState, query: Query) -> wire.Json:
    limit = _limit(query)
    height = _natural(query, "effectiveBeforeOrAtHeight")
    moment_ns = _moment_ns(query, "effectiveBeforeOrAt")
    rows = [
        row
        for row_ns, row_height, row in wire.funding_rows(world, state)
        if (height is None or row_height <= height) and (moment_ns is None or row_ns <= moment_ns)
    ]
    return {"historicalFunding": rows[:limit]}


def _candles(world: VenueWorld, state: MarketState, query: Query) -> wire.Json:
    limit, resolution = _limit(query), query.get("resolution")
    if resolution not in wire.RESOLUTIONS_S:
        names = ",".join(wire.RESOLUTIONS_S)
        message = f"resolution must be a valid Candle Resolution, one of {names}"
        raise _invalid("resolution", resolution, message)
    now_ns = world.now_ns()
    from_ns = _moment_ns(query, "fromISO") or 0
    to_ns = _moment_ns(query, "toISO") or now_ns + 1
    return {"candles": wire.candle_rows(world, state, resolution, from_ns, to_ns, limit)}


def _sparklines(world: VenueWorld, query: Query) -> wire.Json:
    period = query.get("timePeriod")
    if period not in SPARKLINES:
        message = f"timePeriod must be a valid Time Period, one of {','.join(SPARKLINES)}"
        raise _invalid("timePeriod", period, message)
    resolution, count = SPARKLINES[period]
    now_ns = world.now_ns()
    return {
        native: [
            row["close"] for row in wire.candle_rows(world, state, resolution, 0, now_ns + 1, count)
        ]
        for native, state in world.markets.items()
    }


def _address(text: str | None, location: str, message: str) -> str:
    if not (text and text.isalnum() and text.isascii() and len(text) <= 90):
        raise _invalid("address", text, message, location)
    return text


def _subaccounts(world: VenueWorld, address: str, rest: list[str]) -> wire.Json:
    _address(address, "params", VALID_DYDX if rest else "address must be a valid address")
    match rest:
        case []:
            owned = world.accounts.of(address)
            if not owned:
                raise _Refused(404, [{"msg": f"No subaccounts found for address {address}"}])
            shown = [accounts.subaccount(world, account) for account in owned]
            return {"subaccounts": shown, "totalTradingRewards": "0"}
        case ["subaccountNumber", number]:
            owned = _numbered(world, address, _number(number, "subaccountNumber", "params"), False)
            if not owned:
                text = f"No subaccount found with address {address} and subaccountNumber {number}"
                raise _Refused(404, [{"msg": text}])
            return {"subaccount": accounts.subaccount(world, owned[0])}
        case ["parentSubaccountNumber", number]:
            parent = _number(number, "parentSubaccountNumber", "params")
            owned = _numbered(world, address, parent, True)
            if not owned:
                text = f"No subaccounts found for address {address} and "
                raise _Refused(404, [{"msg": f"{text}parentSubaccountNumber {number}"}])
            return {"subaccount": accounts.parent_subaccount(world, owned, parent)}
    raise _Refused(404, [{"msg": "Not Found"}])


def _list(world: VenueWorld, name: str, query: Query, by: str) -> wire.Json:
    """What an address holds or did. With `page`, `limit` is the length of a page."""
    address, number = query.get("address"), _number(query.get(by), by, "query")
    is_parent = by == "parentSubaccountNumber"
    owned = _numbered(world, _address(address, "query", VALID_DYDX), number, is_parent)
    limit, page = _limit(query), _natural(query, "page")
    match name:
        case "assetPositions":
            return {"positions": [row for one in owned if (row := accounts.usdc(one)) is not None]}
        case "perpetualPositions":
            statuses = set(filter(None, query.get("status", "").split(",")))
            return {"positions": _before(accounts.positions(world, owned, statuses), query)[:limit]}
        case "orders":
            return _chosen(accounts.orders(world, owned), query)[:limit]
        case "historical-pnl":
            key, rows = "historicalPnl", accounts.pnl_ticks(world, owned)
            rows = _before(rows, query, "blockHeight")
        case "transfers":
            key, rows = name, accounts.transfers(world, owned, of_parent=is_parent)
            rows = _before(rows, query)
        case "fills":
            key, rows = "fills", accounts.fills(world, owned, query.get("market"))
            rows = _before(rows, query)
        case _:
            key, rows = name, accounts.payments(world, owned, query.get("ticker"))
            # The documentation's name of it; the Indexer itself reads `createdOnOrAfter`.
            after_ns = _moment_ns(query, "afterOrAt") or 0
            rows = [row for row in rows if row["createdAt"] >= wire.iso(after_ns)]
            rows = _before(rows, query)
    return _paged(key, rows, limit, page)


def _paged(key: str, rows: list[accounts.Row], limit: int, page: int | None) -> wire.Json:
    if page is None:
        return {key: rows[:limit]}
    offset = (max(1, page) - 1) * limit
    counts = {"pageSize": limit, "totalResults": len(rows), "offset": offset}
    return {key: rows[offset : offset + limit]} | counts


def _chosen(rows: list[accounts.Row], query: Query) -> list[accounts.Row]:
    """Orders by what the request says of them; several statuses are separated by commas."""
    for name in ("ticker", "side", "type"):
        if name in query:
            rows = [row for row in rows if row[name] == query[name]]
    if "status" in query:
        rows = [row for row in rows if row["status"] in query["status"].split(",")]
    return rows


def _order(world: VenueWorld, id_: str) -> wire.Json:
    row = next((row for row in accounts.orders(world, world.accounts) if row["id"] == id_), None)
    if row is None:
        raise _Refused(404, [{"msg": f"Unable to find order id {id_}"}])
    return row


def _between(world: VenueWorld, query: Query) -> wire.Json:
    """Transfers from one subaccount to another, and back: the net is what the source sent."""
    ends: list[accounts.Row] = []
    for end in ("source", "recipient"):
        number = _number(query.get(f"{end}SubaccountNumber"), "subaccountNumber", "query")
        ends.append({"address": query.get(f"{end}Address", ""), "subaccountNumber": number})
    source, recipient = ends
    owned = _numbered(world, source["address"], source["subaccountNumber"], False)
    rows = accounts.transfers(world, owned, of_parent=False)
    sent = [row for row in rows if (row["sender"], row["recipient"]) == (source, recipient)]
    back = [row for row in rows if (row["sender"], row["recipient"]) == (recipient, source)]
    net = sum(Decimal(row["size"]) for row in sent) - sum(Decimal(row["size"]) for row in back)
    shown = [row for row in rows if row in sent or row in back]
    return {"transfersSubset": shown, "totalNetTransfers": accounts.text(Decimal(net))}


def _before(
    rows: list[accounts.Row], query: Query, height_name: str = "createdAtHeight"
) -> list[accounts.Row]:
    """Rows until a height and a moment, and since, where the request names them."""
    until, since = (_natural(query, f"created{word}Height") for word in ("BeforeOrAt", "OnOrAfter"))
    until_ns, since_ns = (_moment_ns(query, f"created{w}") for w in ("BeforeOrAt", "OnOrAfter"))
    return [
        row
        for row in rows
        if (until is None or int(row[height_name]) <= until)
        and (since is None or int(row[height_name]) >= since)
        and (until_ns is None or row["createdAt"] <= wire.iso(until_ns))
        and (since_ns is None or row["createdAt"] >= wire.iso(since_ns))
    ]


def _numbered(world: VenueWorld, address: str, number: int, is_parent: bool) -> list[Account]:
    if is_parent:
        return accounts.children(world, address, number)
    account = world.accounts.at(address, number)
    return [] if account is None else [account]


def _number(text: str | None, name: str, location: str) -> int:
    below = accounts.PARENTS if name == "parentSubaccountNumber" else CHILDREN_BELOW
    if text is not None and re.fullmatch(r"[0-9]+", text) and int(text) < below:
        return int(text)
    message = f"{name} must be a non-negative integer less than {below}"
    raise _invalid(name, text, message, location)
