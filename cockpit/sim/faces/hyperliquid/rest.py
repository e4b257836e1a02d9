"""Hyperliquid's HTTP: every read is a POST to /info, blocks are at /explorer.

Answers that are not data: 422 with a text for an unknown type or a missing field, 400 for a body
that is not JSON, 429 with `null` above 1200 weight a minute. Orders (`/exchange`) are never
understood: nothing here can trade.
Source: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api, pages info-endpoint
and rate-limits-and-user-limits.
"""

from collections.abc import Mapping

import msgspec

from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.hyperliquid import messages as wire
from cockpit.sim.faces.hyperliquid.messages import Json
from cockpit.sim.faces.hyperliquid.params import Unprocessable
from cockpit.sim.faces.hyperliquid.rest_market import info
from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.world.contract import HttpReply, VenueWorld

WEIGHT_PER_MINUTE = 1200
LIGHT = frozenset(
    {
        "l2Book",
        "allMids",
        "clearinghouseState",
        "orderStatus",
        "spotClearinghouseState",
        "exchangeStatus",
    }
)
PAGED = frozenset(
    {
        "recentTrades",
        "historicalOrders",
        "userFills",
        "userFillsByTime",
        "fundingHistory",
        "userFunding",
        "userNonFundingLedgerUpdates",
        "twapHistory",
        "userTwapSliceFills",
        "userTwapSliceFillsByTime",
    }
)
UNPROCESSABLE = "Failed to deserialize the JSON body into the target type"
TEXT = "text/plain; charset=utf-8"

_BUDGETS = Budgets(WEIGHT_PER_MINUTE, 60.0)


def on_http(
    world: VenueWorld, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> HttpReply:
    """Answer one request."""
    path = target.partition("?")[0]
    if path not in ANSWERS:
        return HttpReply(404, "", TEXT)
    if method != "POST":
        return HttpReply(405, "", TEXT, {"Allow": "POST"})
    try:
        request = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return HttpReply(400, "Failed to parse the request body as JSON", TEXT)
    window = _BUDGETS.of(world, headers)
    if window.take(world.now_ns(), _base_weight(path, request)) < 0:
        return HttpReply(429, "null")
    try:
        answer = ANSWERS[path](world, request)
    except Unprocessable:
        return HttpReply(422, UNPROCESSABLE, TEXT)
    window.take(world.now_ns(), _item_weight(request, answer))
    return HttpReply(200, encode(answer))


def encode(answer: Json) -> str:
    return msgspec.json.encode(answer).decode()


def explorer(world: VenueWorld, request: Json) -> Json:
    """A block by its height."""
    if not isinstance(request, dict) or request.get("type") != "blockDetails":
        raise Unprocessable
    height = request.get("height")
    if not isinstance(height, int) or not 0 <= height <= world.height:
        raise Unprocessable
    behind_ns = round((world.height - height) * world.profile.block_s * NS_PER_S)
    details = wire.block(height, world.block_ns - behind_ns)
    return {"type": "blockDetails", "blockDetails": {**details, "txs": []}}


def _exchange(world: VenueWorld, request: Json) -> Json:
    raise Unprocessable


ANSWERS = {"/info": info, "/explorer": explorer, "/exchange": _exchange}


def _base_weight(path: str, request: Json) -> int:
    name = request.get("type") if isinstance(request, dict) else None
    if not isinstance(name, str):
        return 20
    if path == "/explorer":
        return 40
    if name in LIGHT:
        return 2
    return 60 if name == "userRole" else 20


def _item_weight(request: Json, answer: Json) -> int:
    if not isinstance(answer, list):
        return 0
    if request["type"] in PAGED:
        return len(answer) // 20
    return len(answer) // 60 if request["type"] == "candleSnapshot" else 0
