"""Nado's HTTP: the gateway's queries, its v2, and the archive.

| path | what is special |
| --- | --- |
| /gateway/v1/query | `type` says what, in the address or in a body; refuses under HTTP 200 |
| /gateway/v1/symbols, /gateway/v2/{pairs,assets} | bare arrays |
| /gateway/v2/orderbook, /archive/v2/* | JSON numbers, ms |
| /archive/v1 | POST of one question by its name; its refusals have no `status` |

The gateway refuses a client that accepts no compression, and one that spends more than 400 in ten
seconds. Sources: https://docs.nado.xyz/developer-resources/api, recordings, public clients.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.faces.kit.candles import asked_candles
from cockpit.sim.faces.kit.connection import decode
from cockpit.sim.faces.kit.figures import now_ms
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.kit.routes import Request, Routes, reply
from cockpit.sim.faces.nado import accounts
from cockpit.sim.faces.nado import messages as wire
from cockpit.sim.faces.nado.messages import Row
from cockpit.sim.world.contract import HttpReply, MarketState, VenueWorld, alive
from cockpit.sim.world.followers import sides

MOST_LEVELS, MOST_RATES, MOST_TRADES, SHORTEST_S = 100, 1_000, 500, 60
QUERY = "/gateway/v1/query"
NOT_COMPRESSED = Refusal(0, "Invalid compression headers: accept gzip, br or deflate", 403)
Answers = Mapping[str, Callable[[VenueWorld, Parameters], Any]]


def _invalid(name: str) -> Refusal:
    return Refusal(2027, f"Invalid parameter: {name}")


def _named(world: VenueWorld, asked: Parameters) -> MarketState:
    return wire.market(world, asked.whole("product_id"))


def _listed(world: VenueWorld, asked: Parameters) -> list[MarketState]:
    return [wire.market(world, product_id) for product_id in asked.many("product_ids")]


# --- v2 and lists ------------------------------------------------------------------------------


def _symbol_list(world: VenueWorld, asked: Parameters) -> list[Row]:
    """Documented keys and those that clients read."""
    rows = [
        wire.row("symbol", state, delisted=state.listing.status == "delisted")
        for state in world.markets.values()
    ]
    return [wire.ROWS["quote_symbol"], *rows]


def _assets(world: VenueWorld, asked: Parameters) -> list[Row]:
    """What comes and goes is the quote alone."""
    rows = [wire.row("asset", state) for state in world.markets.values()]
    return [dict.fromkeys(rows[0]) | wire.ROWS["quote_asset"], *rows]


def _orderbook(world: VenueWorld, asked: Parameters) -> Row:
    state = wire.market(world, asked.text("ticker_id", "none"))
    book = sides(state, asked.limit(MOST_LEVELS, MOST_LEVELS, "depth"))
    bids, asks = (state.numbers(side) for side in book)
    return wire.row("named", state, bids=bids, asks=asks, timestamp=now_ms(world))


def _trades(world: VenueWorld, asked: Parameters) -> list[Row]:
    """Newest first; what was sold is negative."""
    state = wire.market(world, asked.text("ticker_id", "none"))
    fills = world.recent_trades(state.listing.symbol, asked.limit(100, MOST_TRADES))
    return [
        wire.row(
            "named", state, trade_id=fill.trade_id, price=price, base_filled=size,
            quote_filled=-size * price, timestamp=fill.at_ns // NS_PER_S,
            trade_type=fill.side.value,
        )
        for fill in reversed(fills)
        for price, size in [(state.price(fill.ticks), fill.side.sign * state.size(fill.lots))]
    ]  # fmt: skip


def _by_ticker(kind: str, states: Iterable[MarketState]) -> Row:
    return {wire.ticker_id(state): wire.row(kind, state) for state in states}


PAGES: Answers = {
    "/gateway/v1/symbols": _symbol_list,
    "/gateway/v1/edge/query": lambda world, asked: {"server_time": str(now_ms(world))},
    "/gateway/v2/pairs": lambda world, asked: [
        wire.row("pair", state) for state in world.markets.values()
    ],
    "/gateway/v2/assets": _assets,
    "/gateway/v2/orderbook": _orderbook,
    "/archive/v2/contracts": lambda world, asked: _by_ticker("contract", alive(world)),
    "/archive/v2/tickers": lambda world, asked: _by_ticker("ticker", world.markets.values()),
    "/archive/v2/trades": _trades,
}
"""By path, with the parameters in the address."""


# --- queries of the gateway --------------------------------------------------------------------


def _market_liquidity(world: VenueWorld, asked: Parameters) -> Row:
    state = _named(world, asked)
    book = sides(state, asked.limit(MOST_LEVELS, MOST_LEVELS, "depth"))
    bids, asks = (wire.levels(state, side) for side in book)
    return {
        "bids": bids, "asks": asks, "product_id": state.listing.market_id,
        "timestamp": str(world.now_ns()),
    }  # fmt: skip


QUERIES: Answers = {
    "status": lambda world, asked: "active",
    "symbols": lambda world, asked: {
        "symbols": {name: wire.row("symbol", state) for name, state in world.markets.items()}
    },
    "market_liquidity": _market_liquidity, "subaccount_info": accounts.subaccount_info,
    "isolated_positions": accounts.isolated_positions, "all_products": accounts.all_products,
    "market_price": lambda world, asked: wire.row("market_price", _named(world, asked)),
    "market_prices": lambda world, asked: {
        "market_prices": [wire.row("market_price", one) for one in _listed(world, asked)]
    },
    "subaccount_orders": accounts.no_orders,
}  # fmt: skip
"""By `type`, in the address or in a body."""


# --- archive -----------------------------------------------------------------------------------


def _funding_rate_history(world: VenueWorld, asked: Parameters) -> Row:
    """Of each hour, not of a day; oldest first, a page holds the oldest of its span."""
    state = _named(world, asked)
    begin_ns = asked.moment_ns("start_time", 0, NS_PER_S)
    end_ns = asked.moment_ns("end_time", world.now_ns(), NS_PER_S)
    rows = state.payments(begin_ns, end_ns, on_the_hour=True)[::-1]
    told = [
        {
            "product_id": state.listing.market_id, "timestamp": str(stamp_ns // NS_PER_S),
            "funding_rate_x18": wire.x18(rate),
        }
        for stamp_ns, rate, _, _ in rows[: asked.limit(100, MOST_RATES)]
    ]  # fmt: skip
    return {"funding_rates": told}


def _candlesticks(world: VenueWorld, asked: Parameters) -> Row:
    """Newest first."""
    state = _named(world, asked)
    length_s = asked.whole("granularity", low=SHORTEST_S)
    rows = asked_candles(
        state, asked, world.now_ns(), interval_s=length_s, end="max_time", limit=100,
        unit_ns=NS_PER_S,
    )  # fmt: skip
    told = [
        wire.candle(state, row, length_s) | {"submission_idx": str(row.begin_ns)}
        for row in reversed(rows)
    ]
    return {"candlesticks": told}


def _of_one(kind: str) -> Callable[[VenueWorld, Parameters], Row]:
    return lambda world, asked: _timed(kind, world, _named(world, asked))


def _of_many(kind: str) -> Callable[[VenueWorld, Parameters], Row]:
    """By product."""
    return lambda world, asked: {
        str(one.listing.market_id): _timed(kind, world, one) for one in _listed(world, asked)
    }


def _timed(kind: str, world: VenueWorld, state: MarketState) -> Row:
    return wire.row(kind, state, update_time=wire.seconds(world.now_ns()))


ARCHIVE: Answers = {
    "funding_rate_history": _funding_rate_history, "candlesticks": _candlesticks,
    "funding_rate": _of_one("estimate"), "funding_rates": _of_many("estimate"),
    "price": _of_one("perp_price"), "perp_prices": _of_many("perp_price"),
    "subaccounts": accounts.subaccounts, "matches": accounts.matches,
    "interest_and_funding": accounts.interest_and_funding,
}  # fmt: skip
"""By the one name in a body."""


# --- routes ------------------------------------------------------------------------------------


def _compressed(request: Request) -> None:
    """What the gateway asks of a client. Real ones send headers; one in memory has none."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    accepted = headers.get("accept-encoding", "")
    if headers and not any(one in accepted for one in ("gzip", "br", "deflate")):
        raise NOT_COMPRESSED


def _page(request: Request) -> Any:
    if request.path.startswith("/gateway"):
        _compressed(request)
    return PAGES[request.path](request.world, Parameters(request.query, _invalid))


def _query(request: Request) -> Row:
    """In its envelope."""
    _compressed(request)
    asked = Parameters(_question(request), _invalid)
    data = QUERIES[asked.choice("type", QUERIES)](request.world, asked)
    return {"status": "success", "data": data, "request_type": _request_type(request)}


def _question(request: Request) -> Mapping[str, Any]:
    """In the address, or in a body; one that cannot be read asks nothing."""
    body = decode(request.body, None) if request.method == "POST" else request.query
    return body if isinstance(body, Mapping) else {}


def _request_type(request: Request) -> str:
    return f"query_{_question(request).get('type', 'unknown')}"


def _archive(request: Request) -> Row:
    for name, values in _question(request).items():
        if name in ARCHIVE and isinstance(values, dict):
            told: Row = ARCHIVE[name](request.world, Parameters(values, _invalid))
            return told
    raise _invalid("body")


def _refused(request: Request, refusal: Refusal) -> HttpReply:
    """The engine says which of its queries it refuses."""
    told = {"error_code": refusal.code, "error": refusal.message}
    if refusal is NOT_COMPRESSED:
        told = {"reason": refusal.message}
    elif request.path == QUERY:
        told = {"status": "failure", **told, "request_type": _request_type(request)}
    return reply(refusal.status, told)


on_http = Routes(
    {
        f"GET {QUERY}": _query, f"POST {QUERY}": _query, "POST /archive/v1": _archive,
        **{f"GET {path}": _page for path in PAGES},
    },
    refused=_refused,
    budgets=Budgets(800, 10.0, reply(429, {"error": "Too many requests.", "error_code": 1000})),
).answer  # fmt: skip
"""Gateway and archive allow 400 each."""
