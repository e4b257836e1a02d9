"""Bybit's HTTP: /v5/market/* always answers 200 with a `retCode`.

Above 600 requests in 5 s there is HTTP 403. Private paths answer that the key is invalid.
Sources: https://bybit-exchange.github.io/docs/v5/error, .../v5/rate-limit.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.bybit import klines as bybit_klines
from cockpit.sim.faces.bybit import rest_market as bybit_reads
from cockpit.sim.faces.bybit import rest_public as bybit_static
from cockpit.sim.faces.bybit.messages import Json
from cockpit.sim.faces.bybit.params import Refused
from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.world.contract import HttpReply, VenueWorld

REQUESTS_PER_WINDOW, WINDOW_S = 600, 5.0
PRIVATE = re.compile(
    r"/v5/(account|asset|order|position|execution|user|pre-upgrade|spread|lending|earn)/"
)
READS = bybit_reads.READS | bybit_klines.READS | bybit_static.READS
_BUDGETS = Budgets(REQUESTS_PER_WINDOW, WINDOW_S)


def on_http(
    world: VenueWorld, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> HttpReply:
    """Answer one request."""
    if _BUDGETS.of(world, headers).take(world.now_ns()) < 0:
        return HttpReply(403, "403, access too frequent. Please try again in 10 min.", "text/plain")
    path, _, query = target.partition("?")
    if PRIVATE.match(path):
        return _envelope(world, 10003, "API key is invalid.", {})
    read = READS.get(path)
    if read is None:
        return HttpReply(404, "404 page not found", "text/plain; charset=utf-8")
    if method != "GET":
        return HttpReply(405, "", "text/plain; charset=utf-8", {"Allow": "GET"})
    try:
        result = read(world, dict(parse_qsl(query)))
    except Refused as error:
        return _envelope(world, error.code, error.message, {})
    return _envelope(world, 0, "OK", result)


def _envelope(world: VenueWorld, code: int, message: str, result: Json) -> HttpReply:
    reply = {
        "retCode": code,
        "retMsg": message,
        "result": result,
        "retExtInfo": {},
        "time": world.now_ns() // NS_PER_MS,
    }
    return HttpReply(200, msgspec.json.encode(reply).decode())
