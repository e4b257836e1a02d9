"""Orderly's HTTP: `/v1/public/...` and the Public Info API under one POST.

| path | what is special |
| --- | --- |
| `/v1/public/info`, `/futures`, `/funding_rates` | all markets at once |
| `/v1/public/futures/S`, `/funding_rate/S` | one |
| `/v1/public/futures/S` of no market | 200, success, and no data |
| `/v1/public/market_trades` | newest first; no market, no rows |
| `/v1/public/funding_rate_history` | newest first, pages of at most 500; no market, no rows |
| `POST /v1/public/query` | by `type`; an envelope and error codes of its own |

Ten requests a second for each path; here a hundred for all of them together.
Sources: https://orderly.network/docs/build-on-omnichain/restful-api, .../public-info-api.
"""

from collections.abc import Callable
from importlib import resources

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.faces.kit.connection import Json, decode, encode
from cockpit.sim.faces.kit.figures import now_ms
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.kit.routes import Request, Routes, reply
from cockpit.sim.faces.orderly import accounts
from cockpit.sim.faces.orderly import messages as wire
from cockpit.sim.faces.orderly.messages import Row
from cockpit.sim.world.contract import HttpReply, VenueWorld

UNKNOWN = -1005
TOO_FREQUENT = HttpReply(429, encode({"success": False, "code": -1003, "message": "rate limit"}))
NOWHERE = HttpReply(400, encode({"success": False, "code": -1000, "message": "path not found"}))
MOST_ROWS = 500
MILLISECONDS = 10**12
"""A time with fewer digits is in seconds, which the venue does not understand: no rows."""


def _envelope(request: Request, data: Json) -> HttpReply:
    told: dict[str, Json] = {"success": True} | ({} if data is None else {"data": data})
    return reply(200, told | {"timestamp": now_ms(request.world)})


def _refused(request: Request, refusal: Refusal) -> HttpReply:
    told = {"success": False, "code": refusal.code, "message": refusal.message}
    stamp = {"ts": now_ms(request.world)} if isinstance(refusal.code, str) else {}
    return reply(refusal.status, told | stamp)


def _invalid(name: str) -> Refusal:
    return Refusal(UNKNOWN, f"{name} is invalid", 400)


def _row(request: Request, rows: Callable[[VenueWorld], list[Row]]) -> Json:
    """The market's own of the rows of all; none of one that is not known."""
    native = request.at["symbol"]
    return next((row for row in rows(request.world) if row["symbol"] == native), None)


def _history(request: Request) -> Json:
    asked = Parameters(request.query, _invalid)
    state = request.world.markets.get(asked.text("symbol"))
    start_ms, end_ms = asked.whole("start_t", 0), asked.whole("end_t", now_ms(request.world))
    size, number = asked.limit(60, MOST_ROWS, "size"), asked.whole("page", 1, low=1)
    rows: list[Json] = []
    if state is not None and end_ms >= MILLISECONDS:
        paid = state.payments(start_ms * NS_PER_MS, end_ms * NS_PER_MS, on_the_hour=True)
        rows = [wire.payment(state, stamp_ns // NS_PER_MS, rate) for stamp_ns, rate, _, _ in paid]
    meta = {"total": len(rows), "records_per_page": size, "current_page": number}
    return {"rows": rows[(number - 1) * size : number * size], "meta": meta}


def _fills(request: Request) -> Json:
    """Newest first; no market, no rows."""
    asked = Parameters(request.query, _invalid)
    state, limit = request.world.markets.get(asked.text("symbol")), asked.limit(10, MOST_ROWS)
    recent = request.world.recent_trades(state.listing.symbol, limit) if state else []
    return {"rows": [wire.fill(state, trade) for trade in reversed(recent) if state]}


FIXED = decode((resources.files(__package__) / "fixed.json").read_bytes(), {})
"""What never changes, by its path."""


# --- Public Info -------------------------------------------------------------------------------


def _query(request: Request) -> HttpReply:
    table = request.table(Refusal("INVALID_PARAM", "the body is not JSON", 400))
    kind = table.get("type")
    asked = Parameters(table, lambda name: Refusal("INVALID_PARAM", f"{name} invalid", 400))
    if kind not in QUERIES:
        raise Refusal("UNKNOWN_TYPE", f"unknown type {kind}", 400)
    data = QUERIES[kind](request.world, asked)
    return reply(200, {"success": True, "data": data, "ts": now_ms(request.world)})


QUERIES = {"accountState": accounts.state, "fundingPayments": accounts.payments}

on_http = Routes(
    {
        "GET /v1/public/info": lambda request: {"rows": wire.info_rows(request.world)},
        "GET /v1/public/info/{symbol}": lambda request: _row(request, wire.info_rows),
        "GET /v1/public/futures": lambda request: {"rows": wire.futures_rows(request.world)},
        "GET /v1/public/futures/{symbol}": lambda request: _row(request, wire.futures_rows),
        "GET /v1/public/funding_rates": lambda request: {"rows": wire.rates(request.world)},
        "GET /v1/public/funding_rate/{symbol}": lambda request: _row(request, wire.rates),
        "GET /v1/public/funding_rate_history": _history,
        "GET /v1/public/market_trades": _fills,
        **{f"GET {path}": lambda request: FIXED[request.path] for path in FIXED},
        "POST /v1/public/query": _query,
    },
    envelope=_envelope, refused=_refused, missing=NOWHERE, budgets=Budgets(100, 1.0, TOO_FREQUENT),
).answer  # fmt: skip
