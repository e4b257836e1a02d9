"""Hyperliquid's HTTP: every read is a POST to /info.

Answers that are not data: 422 with a text for an unknown type or a missing field, 400 for a body
that is not JSON, 429 with `null` above 1200 weight a minute. Orders (`/exchange`) are never
understood: nothing here can trade.
Source: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api, pages info-endpoint
and rate-limits-and-user-limits.
"""

from cockpit.sim.faces.hyperliquid.accounts import UNPROCESSABLE
from cockpit.sim.faces.hyperliquid.info import info
from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.faces.kit.connection import NOT_JSON, Json, decode
from cockpit.sim.faces.kit.parameters import Refusal
from cockpit.sim.faces.kit.routes import TEXT, Request, Routes, reply
from cockpit.sim.world.contract import HttpReply

LIGHT = frozenset(
    {
        "l2Book",
        "allMids",
        "clearinghouseState",
        "spotClearinghouseState",
        "exchangeStatus",
        "orderStatus",
    }
)
PAGED = ("recentTrades", "userFills", "userFillsByTime", "fundingHistory", "userFunding")
ROWS_PER_WEIGHT = {**dict.fromkeys(PAGED, 20), "candleSnapshot": 60}
_BUDGETS = Budgets(1200, 60.0)


def _info(request: Request) -> HttpReply:
    asked, world = decode(request.body, NOT_JSON), request.world
    if asked is NOT_JSON:
        raise Refusal(400, "Failed to parse the request body as JSON", 400)
    window = _BUDGETS.of(world, request.headers)
    name = str(asked.get("type")) if isinstance(asked, dict) else ""
    weight = 2 if name in LIGHT else 60 if name == "userRole" else 20
    if window.take(world.now_ns(), weight) < 0:
        return HttpReply(429, "null")
    answer = info(world, asked)
    if name in ROWS_PER_WEIGHT and isinstance(answer, list):
        window.take(world.now_ns(), len(answer) // ROWS_PER_WEIGHT[name])
    return reply(200, answer)


def _exchange(request: Request) -> Json:
    if decode(request.body, NOT_JSON) is NOT_JSON:
        raise Refusal(400, "Failed to parse the request body as JSON", 400)
    raise UNPROCESSABLE


ROUTES = Routes(
    {"POST /info": _info, "POST /exchange": _exchange},
    refused=lambda request, refusal: HttpReply(refusal.status, refusal.message, TEXT),
    missing=HttpReply(404, "", TEXT),
)
on_http = ROUTES.answer
