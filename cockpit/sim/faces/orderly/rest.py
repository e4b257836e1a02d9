"""Orderly's HTTP: `/v1/public/...` and the Public Info API under one POST.

| path | what is special |
| --- | --- |
| `/v1/public/info`, `/futures`, `/funding_rates` | all markets at once; with a symbol, one |
| `/v1/public/futures/S` of no market | 200, success, and no data |
| `/v1/public/funding_rate_history` | newest first, pages of at most 500; no market, no rows |
| `/v1/orderbook/S` | private: 401 without a key |
| `POST /v1/public/query` | by `type`; an envelope and error codes of its own |

Ten requests a second for each path; here a hundred for all of them together.
Sources: https://orderly.network/docs/build-on-omnichain/restful-api, .../public-info-api.
"""

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.kit import pages
from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.faces.kit.connection import Json, encode
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.kit.routes import Request, Routes, reply
from cockpit.sim.faces.orderly import accounts
from cockpit.sim.faces.orderly import messages as wire
from cockpit.sim.world.contract import HttpReply, MarketState, VenueWorld

UNKNOWN = -1005
TOO_FREQUENT = HttpReply(429, encode({"success": False, "code": -1003, "message": "rate limit"}))
NOWHERE = HttpReply(400, encode({"success": False, "code": -1000, "message": "path not found"}))
NEEDS_KEY = {"success": False, "code": -1002, "message": "orderly-account-id header is empty"}
MOST_ROWS = 500
MILLISECONDS = 10**12
"""A time with fewer digits is in seconds, which the venue does not understand: no rows."""


def _envelope(request: Request, data: Json) -> HttpReply:
    told: dict[str, Json] = {"success": True} | ({} if data is None else {"data": data})
    return reply(200, told | {"timestamp": wire.stamp_ms(request.world)})


def _refused(request: Request, refusal: Refusal) -> HttpReply:
    told = {"success": False, "code": refusal.code, "message": refusal.message}
    if isinstance(refusal.code, str):
        told |= {"ts": wire.stamp_ms(request.world)}
    return reply(refusal.status, told)


def _invalid(name: str) -> Refusal:
    return Refusal(UNKNOWN, f"{name} is invalid", 400)


def _named(request: Request) -> MarketState | None:
    return request.world.markets.get(request.at["symbol"])


def _info(request: Request) -> Json:
    return {"rows": wire.info_rows(request.world)}


def _info_of(request: Request) -> Json:
    state = _named(request)
    if state is None or state.mark is None:
        raise _invalid("symbol")
    return wire.info(state)


def _futures(request: Request) -> Json:
    return {"rows": wire.futures_rows(request.world)}


def _futures_of(request: Request) -> Json:
    state = _named(request)
    return None if state is None else wire.futures(state)


def _rates(request: Request) -> Json:
    world = request.world
    return {"rows": [wire.funding(world, state) for state in wire.alive(world)]}


def _rate_of(request: Request) -> Json:
    state = _named(request)
    return None if state is None or state.rate is None else wire.funding(request.world, state)


def _history(request: Request) -> Json:
    asked = Parameters(request.query, _invalid)
    state = request.world.markets.get(asked.text("symbol"))
    now_ms = wire.stamp_ms(request.world)
    start_ms, end_ms = asked.whole("start_t", 0), asked.whole("end_t", now_ms)
    size, number = asked.limit(60, MOST_ROWS, "size"), asked.whole("page", 1, low=1)
    rows: list[Json] = []
    if state is not None and end_ms >= MILLISECONDS:
        paid = pages.settled(state, start_ms * NS_PER_MS, end_ms * NS_PER_MS, on_the_hour=True)
        rows = [
            {
                "symbol": state.listing.native,
                "funding_rate": wire.rate(rate),
                "funding_rate_timestamp": stamp_ns // NS_PER_MS,
                "next_funding_time": stamp_ns // NS_PER_MS + state.rule.interval_s * 1000,
            }
            for stamp_ns, rate, _, _ in paid
        ]
    meta = {"total": len(rows), "records_per_page": size, "current_page": number}
    return {"rows": rows[(number - 1) * size : number * size], "meta": meta}


def _system(request: Request) -> Json:
    words = "System is functioning properly."
    return {"status": 0, "msg": words, "scheduled_maintenance": None}


def _tokens(request: Request) -> Json:
    usdc = {
        "token": "USDC", "token_hash": "0xd6aca1be", "decimals": 6, "minimum_withdraw_amount": 1,
        "base_weight": 1, "discount_factor": None, "haircut": 0, "user_max_qty": -1,
        "is_collateral": True, "on_chain_swap": False,
        "chain_details": [{
            "chain_id": "42161", "contract_address": "0xaf88d065", "decimals": 6,
            "withdrawal_fee": 1, "cross_chain_withdrawal_fee": 2, "display_name": "USDC",
        }],
    }  # fmt: skip
    return {"rows": [usdc]}


def _chains(request: Request) -> Json:
    return {"rows": [{"name": "Arbitrum", "chain_id": "42161"}]}


def _book(request: Request) -> HttpReply:
    return reply(401, NEEDS_KEY)


# --- Public Info -------------------------------------------------------------------------------


def _query(request: Request) -> HttpReply:
    table = request.table(Refusal("INVALID_PARAM", "the body is not JSON", 400))
    kind = table.get("type")
    asked = Parameters(table, lambda name: Refusal("INVALID_PARAM", f"{name} invalid", 400))
    world = request.world
    if kind == "accounts":
        data = accounts.accounts(world, asked)
    elif kind == "accountState":
        data = accounts.state(world, asked)
    elif kind == "fundingPayments":
        data = accounts.payments(world, asked)
    elif kind == "orderbook":
        data = _public_book(world, asked)
    elif kind == "rateLimitStatus":
        data = {"limit": 1200, "remaining": 1193, "reset": wire.stamp_ms(world), "tier": "default"}
    else:
        raise Refusal("UNKNOWN_TYPE", f"unknown type {kind}", 400)
    return reply(200, {"success": True, "data": data, "ts": wire.stamp_ms(world)})


def _public_book(world: VenueWorld, asked: Parameters) -> Json:
    native = asked.text("symbol")
    state = world.markets.get(native)
    if state is None or state.mark is None:
        raise Refusal("INVALID_PARAM", f"symbol {native} not found", 400)
    depth = asked.limit(100, 1000, "max_level")
    bids, asks = state.ladder(Side.BUY, depth), state.ladder(Side.SELL, depth)
    return {
        "symbol": native,
        "bids": [[state.price_text(ticks), state.size_text(lots)] for ticks, lots in bids],
        "asks": [[state.price_text(ticks), state.size_text(lots)] for ticks, lots in asks],
        "ts": wire.stamp_ms(world),
    }


ROUTES = Routes(
    {
        "GET /v1/public/info": _info,
        "GET /v1/public/info/{symbol}": _info_of,
        "GET /v1/public/futures": _futures,
        "GET /v1/public/futures/{symbol}": _futures_of,
        "GET /v1/public/funding_rates": _rates,
        "GET /v1/public/funding_rate/{symbol}": _rate_of,
        "GET /v1/public/funding_rate_history": _history,
        "GET /v1/public/system_info": _system,
        "GET /v1/public/token": _tokens,
        "GET /v1/public/chain_info": _chains,
        "GET /v1/orderbook/{symbol}": _book,
        "POST /v1/public/query": _query,
    },
    envelope=_envelope,
    refused=_refused,
    missing=NOWHERE,
    budgets=Budgets(100, 1.0, TOO_FREQUENT),
)
on_http = ROUTES.answer
