"""Extended's HTTP, below /api/v1/info. Without a User-Agent everything is refused with 403.

| path | what is special |
| --- | --- |
| markets | all, or those of `market`, which may be repeated; 1001 for one that is unknown |
| markets/M/stats, /orderbook, /trades | an unknown market's order book is an answer without data |
| candles/M/trades, /mark-prices, /index-prices | newest first, the same prices in all three |
| M/open-interests | what is open now, for each length of the span |
| M/funding | newest first, at most 1000, `cursor` for what is older |
| assets | the collateral |

Above 1000 requests a minute there is 429. Source: https://api.docs.extended.exchange.
"""

from collections.abc import Mapping

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.extended import messages as wire
from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.faces.kit.candles import asked_candles
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.kit.routes import Request, Routes, reply
from cockpit.sim.world.contract import HttpReply, MarketState, VenueWorld
from cockpit.sim.world.past_prices import Candle

MOST_ROWS = 1000
FORBIDDEN = HttpReply(403, "Forbidden", "text/plain")


def _invalid(name: str) -> Refusal:
    return Refusal(1005 if name == "interval" else 1000, f"Invalid parameter {name}", 400)


def _unknown() -> Refusal:
    return Refusal(1001, "Market not found", 400)


def _state(request: Request) -> MarketState:
    state = request.world.markets.get(request.at["market"])
    if state is None:
        raise _unknown()
    return state


def _markets(request: Request) -> Json:
    rows = list(wire.markets(request.world))
    names = [name for name in request.query.get("market", "").split(",") if name]
    known = {row["name"]: row for row in rows}
    if not known.keys() >= set(names):
        raise _unknown()
    return [known[name] for name in names] if names else rows


def _stats(request: Request) -> Json:
    return wire.stats(request.world, _state(request))


def _orderbook(request: Request) -> Json:
    state = request.world.markets.get(request.at["market"])
    if state is None:
        return reply(200, {"status": "OK"})
    bids, asks = (
        [
            {"qty": wire.size(state, lots), "price": wire.price(state, ticks)}
            for ticks, lots in state.ladder(side)
        ]
        for side in (Side.BUY, Side.SELL)
    )
    return {"market": state.listing.native, "bid": bids, "ask": asks}


def _trades(request: Request) -> Json:
    state = _state(request)
    return wire.fills(state, reversed(request.world.recent_trades(state.listing.symbol, 50)))


def _candles(request: Request) -> list[Candle]:
    """Oldest first, at most 1000."""
    state, asked = _state(request), Parameters(request.query, _invalid)
    return asked_candles(state, asked, request.world.now_ns(), limit=100)


def _price_candles(request: Request) -> Json:
    return [wire.candle(_state(request), row) for row in reversed(_candles(request))]


def _interests(request: Request) -> Json:
    return [wire.interest(_state(request), row.begin_ns) for row in _candles(request)]


def _funding(request: Request) -> HttpReply:
    state, asked = _state(request), Parameters(request.query, _invalid)
    end_ns = asked.moment_ns("endTime", 2**63 - 1)
    if "cursor" in asked:
        end_ns = min(end_ns, asked.moment_ns("cursor", 0) - 1)
    rows = state.payments(asked.moment_ns("startTime", 0), end_ns)
    shown = rows[: asked.limit(MOST_ROWS, MOST_ROWS)]
    cursor = shown[-1][0] // NS_PER_MS if shown else 0
    data = [wire.payment(state, rate, at_ns) for at_ns, rate, _, _ in shown]
    pagination = {"cursor": cursor, "count": len(shown)}
    return reply(200, {"status": "OK", "data": data, "pagination": pagination})


def _refused(request: Request, refusal: Refusal) -> HttpReply:
    error = {"code": refusal.code, "message": refusal.message, "debugInfo": ""}
    return reply(refusal.status, {"status": "ERROR", "error": error})


ROUTES = Routes(
    {
        "GET /api/v1/info/assets": lambda request: [wire.FIXED["asset"]],
        "GET /api/v1/info/markets": _markets,
        "GET /api/v1/info/markets/{market}/stats": _stats,
        "GET /api/v1/info/markets/{market}/orderbook": _orderbook,
        "GET /api/v1/info/markets/{market}/trades": _trades,
        "GET /api/v1/info/candles/{market}/{price}": _price_candles,
        "GET /api/v1/info/{market}/open-interests": _interests,
        "GET /api/v1/info/{market}/funding": _funding,
    },
    envelope=lambda request, data: reply(200, {"status": "OK", "data": data}),
    refused=_refused,
    budgets=Budgets(1000, 60.0),
)


def on_http(
    world: VenueWorld, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> HttpReply:
    """Answer one request, if its client says who it is."""
    if not any(name.lower() == "user-agent" and value for name, value in headers.items()):
        return FORBIDDEN
    return ROUTES.answer(world, method, target, headers, body)
