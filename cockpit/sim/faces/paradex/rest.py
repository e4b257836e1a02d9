"""Paradex's HTTP, below /v1.

| path | what is special |
| --- | --- |
| markets, markets/summary | options among the perpetuals; `market=ALL` is everything |
| funding/data | a row every 5 s, newest first, an opaque cursor |
| orderbook/M | levels as lists, unlike the socket's |
| system/time, system/state | |

Refusals are words. The venue lets a client of more than 1500 requests a minute wait instead of
refusing it, so that no budget is kept here.
Sources: https://docs.paradex.trade/api/prod.
"""

import base64

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.sim.faces.kit import pages
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.kit.routes import Request, Routes, reply
from cockpit.sim.faces.paradex import messages as wire
from cockpit.sim.world.contract import HttpReply, MarketState
from cockpit.sim.world.past_prices import history_begins_ns

FUNDING_ROW_NS = 5 * NS_PER_S
OPTIONS = (wire.OPTION, wire.DATED)


def _invalid(name: str) -> Refusal:
    return Refusal("VALIDATION_ERROR", f"invalid parameter: {name}", 400)


def _state(request: Request, native: str | None) -> MarketState:
    state = request.world.markets.get(native or "")
    if state is None or state.listing.status != "active":
        raise Refusal("MARKET_NOT_FOUND", f"market not found: {native}", 404)
    return state


def _markets(request: Request) -> Json:
    native = request.query.get("market")
    if native in OPTIONS:
        return {"results": [wire.option(native)]}
    if native:
        return {"results": [wire.market(_state(request, native))]}
    rows = [wire.market(state) for state in wire.alive(request.world)]
    return {"results": [*rows, *map(wire.option, OPTIONS)]}


def _summary(request: Request) -> Json:
    native = Parameters(request.query, _invalid).text("market")
    if native != "ALL":
        return {"results": [wire.summary(_state(request, native), request.world)]}
    rows = [wire.summary(state, request.world) for state in wire.alive(request.world)]
    return {"results": rows + wire.option_summaries(request.world)}


def _funding(request: Request) -> Json:
    state, now_ns = _state(request, request.query.get("market")), request.world.now_ns()
    asked = Parameters(request.query, _invalid)
    begins_ns = history_begins_ns(state, now_ns)
    begin_ns = max(begins_ns, asked.moment_ns("start_at", begins_ns))
    end_ns = min(now_ns, asked.moment_ns("end_at", now_ns))
    newest_ns = end_ns // FUNDING_ROW_NS * FUNDING_ROW_NS
    stamps = range(newest_ns, begin_ns - 1, -FUNDING_ROW_NS)
    size = asked.whole("page_size", 100, low=1, high=5000)
    page, cursor = pages.by_cursor(stamps, _opened(request.query.get("cursor", "")), size)
    rows = [wire.funding(state, stamp_ns, now_ns) for stamp_ns in page]
    return {"results": rows, "next": cursor and _sealed(cursor), "prev": None}


def _sealed(cursor: str) -> str:
    return base64.b64encode(cursor.encode()).decode()


def _opened(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, validate=True).decode()
    except ValueError:
        raise _invalid("cursor") from None


def _orderbook(request: Request) -> Json:
    state = _state(request, request.at["market"])
    depth = Parameters(request.query, _invalid).limit(20, 100, "depth")
    return {
        "market": state.listing.native,
        "seq_no": state.book_seq,
        "last_updated_at": wire.now_ms(request.world),
        "asks": wire.pairs(state, state.ladder(Side.SELL, depth)),
        "bids": wire.pairs(state, state.ladder(Side.BUY, depth)),
    }


def _time(request: Request) -> Json:
    return {"server_time": request.world.now_ns() // NS_PER_MS}


def _refused(request: Request, refusal: Refusal) -> HttpReply:
    return reply(refusal.status, {"error": refusal.code, "message": refusal.message})


on_http = Routes(
    {
        "GET /v1/markets": _markets,
        "GET /v1/markets/summary": _summary,
        "GET /v1/funding/data": _funding,
        "GET /v1/orderbook/{market}": _orderbook,
        "GET /v1/system/time": _time,
        "GET /v1/system/state": lambda request: {"status": "ok"},
    },
    refused=_refused,
    missing=HttpReply(404, '{"error":"NOT_FOUND","message":"not found"}'),
).answer
