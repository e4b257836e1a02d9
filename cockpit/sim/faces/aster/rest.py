"""Aster's HTTP: futures below /fapi/v3 and /fapi/v1, and below /api/v3 spot without markets.

| path | what is special |
| --- | --- |
| exchangeInfo | markets that are being settled and one that waits are in it |
| fundingInfo, premiumIndex | names that are gone are in it |
| fundingRate | ascending; from `startTime`, without it the newest; at most 1000 |
| depth | 5, 10, 20, 50, 100, 500 or 1000 levels, otherwise HTTP 400 |
| openInterest | one market, not documented |
| ticker/24hr, ticker/bookTicker, ticker/price | one market, or all that trade; of spot none |
| trades, aggTrades, klines | oldest first; aggregates are of one fill each |
| ping, time | |
| /info | accounts by JSON-RPC, see `accounts` |

Above 2400 a minute there is 429. Sources: github.com/asterdex/api-docs, recorded replies.
"""

from collections.abc import Callable

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.aster import accounts
from cockpit.sim.faces.aster import messages as wire
from cockpit.sim.faces.aster.messages import Row
from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.faces.kit.candles import asked_candles, length_s
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import fixed, now_ms
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.kit.routes import Request, Routes, reply
from cockpit.sim.world.contract import HttpReply, MarketState, TradeTick, VenueWorld

MOST_ROWS, ROWS = 1000, 100
_SPOT = ("24hr", "bookTicker", "price")
DEPTHS = (5, 10, 20, 50, 100, 500, 1000)
LATEST_NS = 2**63 - 1


def _invalid(name: str) -> Refusal:
    return Refusal(-1102, f"Mandatory parameter '{name}' was not sent or malformed.", 400)


def _asked(request: Request) -> Parameters:
    return Parameters(request.query, _invalid)


def _state(request: Request) -> MarketState:
    """The market that is asked about; one that is gone has no book, trades or interest."""
    state = request.world.markets.get(_asked(request).text("symbol"))
    if state is None or not wire.is_active(state):
        raise Refusal(-1121, "Invalid symbol.", 400)
    return state


def _premium(request: Request) -> Json:
    if "symbol" in _asked(request):
        return wire.premium(request.world, _state(request))
    return wire.premium_index(request.world)


def _funding(request: Request) -> list[Row]:
    state, asked = _state(request), _asked(request)
    begin_ns, end_ns = asked.moment_ns("startTime", 0), asked.moment_ns("endTime", LATEST_NS)
    rows = state.payments(begin_ns, end_ns, on_the_hour=True)[::-1]
    limit = asked.limit(ROWS, MOST_ROWS)
    shown = rows[:limit] if "startTime" in asked else rows[-limit:]
    native = state.listing.native
    return [
        {"symbol": native, "fundingTime": at_ns // NS_PER_MS, "fundingRate": fixed(rate, 8)}
        for at_ns, rate, _, _ in shown
    ]


def _depth(request: Request) -> Row:
    limit = _asked(request).whole("limit", 500)
    if limit not in DEPTHS:
        raise Refusal(-4021, f"{limit} is not valid depth limit.", 400)
    return wire.book(request.world, _state(request), limit)


def _interest(request: Request) -> Row:
    state = _state(request)
    coins = state.size_text(state.open_interest_lots)
    return {"symbol": state.listing.native, "openInterest": coins, "time": now_ms(request.world)}


def _of_one_or_all(row: Callable[[VenueWorld, MarketState], Row]) -> Callable[[Request], Json]:
    def read(request: Request) -> Json:
        world = request.world
        if "symbol" in _asked(request):
            return row(world, _state(request))
        return [row(world, state) for state in world.markets.values() if wire.is_active(state)]

    return read


def _fills(row: Callable[[VenueWorld, MarketState, TradeTick], Row]) -> Callable[[Request], Json]:
    def read(request: Request) -> Json:
        state, limit = _state(request), _asked(request).limit(500, MOST_ROWS)
        recent = request.world.recent_trades(state.listing.symbol, limit)
        return [row(request.world, state, trade) for trade in recent]

    return read


def _klines(request: Request) -> Json:
    state, asked = _state(request), _asked(request)
    rows = asked_candles(state, asked, request.world.now_ns(), most=1500)
    length_ms = 1000 * (length_s(asked.text("interval")) or 0)
    return [wire.kline(state, row, length_ms) for row in rows]


def _refused(request: Request, refusal: Refusal) -> HttpReply:
    return reply(refusal.status, {"code": refusal.code, "msg": refusal.message})


_FUTURES: dict[str, Callable[[Request], Json]] = {
    "ping": lambda request: {},
    "time": lambda request: {"serverTime": now_ms(request.world)},
    "exchangeInfo": lambda request: wire.exchange_info(request.world),
    "fundingInfo": lambda request: wire.funding_info(request.world),
    "premiumIndex": _premium,
    "fundingRate": _funding,
    "depth": _depth,
    "trades": _fills(wire.trade),
    "aggTrades": _fills(wire.aggregate),
    "klines": _klines,
    "openInterest": _interest,
    "ticker/24hr": _of_one_or_all(wire.ticker),
    "ticker/bookTicker": _of_one_or_all(wire.touch),
    "ticker/price": _of_one_or_all(wire.last_price),
}

on_http = Routes(
    {
        "GET /api/v3/time": _FUTURES["time"],
        "GET /api/v3/exchangeInfo": lambda request: {"symbols": [], "assets": []},
        **{f"GET /api/v3/ticker/{kind}": lambda request: [] for kind in _SPOT},
        "POST /info": accounts.answer,
        **{f"GET /fapi/v3/{path}": answer for path, answer in _FUTURES.items()},
        **{f"GET /fapi/v1/{path}": answer for path, answer in _FUTURES.items()},
    },
    refused=_refused,
    missing=HttpReply(404, "<html>404</html>", "text/html"),
    budgets=Budgets(2400, 60.0, reply(429, {"code": -1003, "msg": "Too many requests."})),
).answer
