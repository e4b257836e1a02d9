"""Paradex's HTTP, below /v1.

| path | what is special |
| --- | --- |
| markets, markets/summary | options among the perpetuals; `market=ALL` is everything |
| funding/data | a row every 5 s, newest first, an opaque cursor |
| trades, markets/klines | newest first; oldest first, by minutes |
| orderbook/M | levels as lists, unlike the socket's |
| bbo/M, system/time, system/state | |
| system/config | of a chain that is made up |
| account, positions, orders, ... | refused: there is no token |

Refusals are words. The venue lets a client of more than 1500 requests a minute wait instead of
refusing it, so that no budget is kept here.
Sources: https://docs.paradex.trade/api/prod.
"""

from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.kit import pages
from cockpit.sim.faces.kit.candles import asked_candles
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import now_ms
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.kit.routes import Request, Routes, reply
from cockpit.sim.faces.paradex import messages as wire
from cockpit.sim.world.contract import HttpReply, MarketState
from cockpit.sim.world.followers import sides
from cockpit.sim.world.past_prices import history_begins_ns

FUNDING_ROW_NS = 5 * NS_PER_S
VERBS = ("GET", "POST", "DELETE")
RESOLUTIONS = ("1", "3", "5", "15", "30", "60")


def _invalid(name: str) -> Refusal:
    return Refusal("VALIDATION_ERROR", f"invalid parameter: {name}", 400)


def _state(request: Request, native: str | None) -> MarketState:
    state = request.world.markets.get(native or "")
    if state is None or state.listing.status != "active":
        raise Refusal("MARKET_NOT_FOUND", f"market not found: {native}", 404)
    return state


def _markets(request: Request) -> Json:
    native = request.query.get("market")
    if native in wire.OPTIONS:
        return {"results": [wire.OPTIONS[native]]}
    if native:
        return {"results": [wire.market(_state(request, native))]}
    rows = [wire.market(state) for state in wire.alive(request.world)]
    return {"results": [*wire.OPTIONS.values(), *rows]}


def _summary(request: Request) -> Json:
    native = Parameters(request.query, _invalid).text("market")
    if native != "ALL":
        return {"results": [wire.summary(_state(request, native), request.world)]}
    rows = [wire.summary(state, request.world) for state in wire.alive(request.world)]
    return {"results": rows + wire.option_summaries(request.world)}


def _funding(request: Request) -> Json:
    state, now_ns = _state(request, request.query.get("market")), request.world.now_ns()
    asked = Parameters(request.query, _invalid)
    begin_ns = max(history_begins_ns(state, now_ns), asked.moment_ns("start_at", 0))
    end_ns = min(now_ns, asked.moment_ns("end_at", now_ns))
    stamps = range(end_ns - end_ns % FUNDING_ROW_NS, begin_ns - 1, -FUNDING_ROW_NS)
    size = asked.whole("page_size", 100, low=1, high=5000)
    page, cursor = pages.sealed_page(stamps, asked, size)
    rows = [wire.funding(state, stamp_ns, now_ns) for stamp_ns in page]
    return {"results": rows, "next": cursor, "prev": None}


def _trades(request: Request) -> Json:
    state, asked = _state(request, request.query.get("market")), Parameters(request.query, _invalid)
    begin_ns, end_ns = asked.moment_ns("start_at", 0), asked.moment_ns("end_at", 2**63 - 1)
    recent = reversed(request.world.recent_trades(state.listing.symbol, 1000))
    fills = [fill for fill in recent if begin_ns <= fill.at_ns <= end_ns]
    page, cursor = pages.sealed_page(fills, asked, asked.whole("page_size", 100, low=1, high=1000))
    return {"results": [wire.trade(state, fill) for fill in page], "next": cursor, "prev": None}


def _klines(request: Request) -> Json:
    """Oldest first; `resolution` is in minutes."""
    asked, now_ns = Parameters(request.query, _invalid), request.world.now_ns()
    state = _state(request, asked.text("symbol"))
    length_s = 60 * int(asked.choice("resolution", RESOLUTIONS))
    rows = asked_candles(
        state, asked, now_ns, interval_s=length_s, begin="start_at", end="end_at", limit=1000
    )
    return {"results": [wire.kline(state, row) for row in rows]}


def _orderbook(request: Request) -> Json:
    state = _state(request, request.at["market"])
    bids, asks = sides(state, Parameters(request.query, _invalid).limit(20, 100, "depth"))
    return {
        "market": state.listing.native, "seq_no": state.book_seq,
        "last_updated_at": now_ms(request.world), "asks": state.texts(asks),
        "bids": state.texts(bids),
    }  # fmt: skip


def _private(request: Request) -> Json:
    raise Refusal("INVALID_TOKEN", "invalid bearer jwt: missing value in request header", 401)


def _refused(request: Request, refusal: Refusal) -> HttpReply:
    return reply(refusal.status, {"error": refusal.code, "message": refusal.message})


on_http = Routes(
    {
        "GET /v1/markets": _markets,
        "GET /v1/markets/summary": _summary,
        "GET /v1/markets/klines": _klines,
        "GET /v1/trades": _trades,
        "GET /v1/funding/data": _funding,
        "GET /v1/orderbook/{market}": _orderbook,
        "GET /v1/bbo/{market}": lambda one: wire.touch(_state(one, one.at["market"]), one.world),
        "GET /v1/system/config": lambda request: wire.FIXED["config"],
        **{f"{verb} /v1/{path}": _private for verb in VERBS for path in wire.FIXED["private"]},
        "GET /v1/system/time": lambda request: {"server_time": now_ms(request.world)},
        "GET /v1/system/state": lambda request: {"status": "ok"},
    },
    refused=_refused,
    missing=HttpReply(404, '{"error":"NOT_FOUND","message":"not found"}'),
).answer
