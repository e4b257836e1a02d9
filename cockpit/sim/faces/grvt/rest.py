"""GRVT's HTTP: POST of a JSON object to /full/v1/..., and the clock.

| path | what is special |
| --- | --- |
| currency | the collateral; clients ask for it first |
| instruments, all_instruments | `is_active` leaves out what is gone |
| margin_rules | not wrapped in a result |
| ticker, mini, book, trade, kline | of one instrument: there is no page of all |
| funding | newest first, `next` is where the page after it begins |

An unknown instrument is refused with 3000, a depth with 3031, and above 1500 requests a minute
there is 429. Source: https://github.com/gravity-technologies/api-spec.
"""

import base64
import json
from collections.abc import Callable

from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.grvt import messages as wire
from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.faces.kit.candles import asked_candles, length_s
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.faces.kit.figures import now_ms
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.kit.routes import Request, Routes, reply
from cockpit.sim.world.contract import HttpReply, MarketState
from cockpit.sim.world.followers import sides

MOST_ROWS, USUAL_ROWS = 1000, 500
DEPTHS = (10, 50, 100, 500)
TOO_MANY = "You have surpassed the allocated rate limit for your tier"


def _error(code: int | str, message: str, status: int) -> HttpReply:
    told = {"request_id": 1, "code": code, "message": message, "status": status}
    return reply(status, told)


def _malformed(name: str = "") -> Refusal:
    return Refusal(1003, "Request could not be processed due to malformed syntax", 400)


def _asked(request: Request) -> Parameters:
    return Parameters(request.table(_malformed()), _malformed)


def _state(request: Request) -> MarketState:
    state = request.world.markets.get(_asked(request).text("instrument"))
    if state is None:
        raise Refusal(3000, "Instrument is invalid", 400)
    return state


def _currencies(request: Request) -> Json:
    return [{"id": 3, "symbol": "USDT", "balance_decimals": 6, "quantity_multiplier": "1000000"}]


def _instruments(request: Request) -> Json:
    is_active = request.table(_malformed()).get("is_active") is True
    return [
        wire.instrument(state)
        for state in request.world.markets.values()
        if not is_active or state.listing.status == "active"
    ]


def _of_one(row: Callable[[MarketState, int], Json]) -> Callable[[Request], Json]:
    return lambda request: row(_state(request), request.world.now_ns())


def _book(request: Request) -> Json:
    state, depth = _state(request), _asked(request).whole("depth", DEPTHS[0])
    if depth not in DEPTHS:
        raise Refusal(3031, "Depth is invalid", 400)
    return wire.book(state, sides(state, depth), request.world.now_ns())


def _trade_history(request: Request) -> HttpReply:
    state, count = _state(request), _asked(request).limit(USUAL_ROWS, MOST_ROWS)
    recent = request.world.recent_trades(state.listing.symbol, count)
    rows = [wire.fill(state, trade) for trade in reversed(recent)]
    return reply(200, {"result": rows, "next": ""})


def _klines(request: Request) -> HttpReply:
    """Newest first."""
    state, asked = _state(request), _asked(request)
    length_ns = (length_s(asked.text("interval")) or 0) * NS_PER_S
    found = asked_candles(
        state, asked, request.world.now_ns(), begin="start_time", end="end_time", unit_ns=1
    )
    rows = [wire.candle(state, row, length_ns) for row in reversed(found)]
    return reply(200, {"result": rows, "next": ""})


def _funding(request: Request) -> HttpReply:
    state, asked = _state(request), _asked(request)
    end_ns = asked.moment_ns("end_time", 2**63 - 1, 1)
    if "cursor" in asked:
        end_ns = min(end_ns, _read_cursor(asked.text("cursor")))
    begin_ns = asked.moment_ns("start_time", 0, 1)
    rows = state.payments(begin_ns, end_ns, on_the_hour=True)
    limit = asked.limit(USUAL_ROWS, MOST_ROWS)
    shown = [wire.payment(state, at_ns, rate, mark) for at_ns, rate, _, mark in rows[:limit]]
    following = _cursor(rows[limit][0]) if len(rows) > limit else ""
    return reply(200, {"result": shown, "next": following})


def _cursor(at_ns: int) -> str:
    """Base64 without the padding."""
    text = f'{{"fundingTime":{at_ns}}}'
    return base64.b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(text: str) -> int:
    try:
        padded = text + "=" * (-len(text) % 4)
        return int(json.loads(base64.b64decode(padded))["fundingTime"])
    except (ValueError, KeyError, TypeError):
        raise _malformed() from None


on_http = Routes(
    {
        "GET /time": lambda request: reply(200, {"server_time": now_ms(request.world)}),
        "POST /full/v1/currency": _currencies,
        "POST /full/v1/all_instruments": _instruments,
        "POST /full/v1/instruments": _instruments,
        "POST /full/v1/instrument": _of_one(lambda state, at_ns: wire.instrument(state)),
        "POST /full/v1/margin_rules": lambda asked: reply(200, wire.margin_rules(_state(asked))),
        "POST /full/v1/ticker": _of_one(wire.ticker),
        "POST /full/v1/mini": _of_one(wire.mini),
        "POST /full/v1/book": _book,
        "POST /full/v1/trade": _trade_history,
        "POST /full/v1/trade_history": _trade_history,
        "POST /full/v1/kline": _klines,
        "POST /full/v1/funding": _funding,
    },
    envelope=lambda request, data: reply(200, {"result": data}),
    refused=lambda request, refusal: _error(refusal.code, refusal.message, refusal.status),
    budgets=Budgets(1500, 60.0, _error(1006, TOO_MANY, 429)),
).answer
