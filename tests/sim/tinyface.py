"""The smallest venue there is: one face for the tests of the exchange itself.

Books are sent as `{"i": step, "books": [[symbol, side, ticks, lots], …]}`; a new connection gets
`{"snapshot": {symbol: [bids, asks]}}`; `{"ping": x}` is answered with `{"pong": x}`. The handshake
at /ws/closed is refused with HTTP 400.
"""

import json
from collections.abc import Mapping
from typing import Any

from cockpit.core.market import Side
from cockpit.sim.world.contract import (
    Asset,
    FundingRule,
    HttpReply,
    Listing,
    Outgoing,
    Profile,
    Step,
    UpgradeRefused,
    VenueWorld,
)

WS_PATHS = {"main": "/ws"}
RULE = FundingRule(sample_s=5.0, interest_8h=1e-4, dampener=5e-4, cap=0.04, quantum=1e-8)


def list_asset(asset: Asset, index: int) -> Listing | None:
    """Five significant figures, and 1000 coins a contract where one coin is worth nothing."""
    contract = 1000 if asset.price < 1e-3 else 1
    whole = len(str(int(asset.price * contract)))
    decimals = max(0, 5 - whole) if asset.price * contract >= 1 else 6
    native = f"{'1000' if contract > 1 else ''}{asset.symbol}-PERP"
    return Listing(asset.symbol, native, index, decimals, 3, contract)


def profile(name: str = "tiny", **changes: Any) -> Profile:
    fields: dict[str, Any] = {
        "name": name,
        "chain": f"{name}-chain",
        "block_s": 0.5,
        "block_jitter_frac": 0.2,
        "rule": RULE,
        "list_asset": list_asset,
        "book_depth": 20,
        "latency_ms": (0.0, 0.0),
    }
    return Profile(**{**fields, **changes})


PROFILE = profile()


class Face:
    def __init__(self, world: VenueWorld, path: str) -> None:
        if path == "/ws/closed":
            raise UpgradeRefused(HttpReply(400, '{"error":"closed"}'))
        self._world = world
        self._count = 0

    def on_open(self) -> list[Outgoing]:
        books = {
            state.listing.symbol: [state.ladder(Side.BUY), state.ladder(Side.SELL)]
            for state in self._world.markets.values()
        }
        return [json.dumps({"snapshot": books})]

    def on_frame(self, data: str | bytes) -> list[Outgoing]:
        message = json.loads(data)
        if "ping" in message:
            return [json.dumps({"pong": message["ping"]})]
        raise ValueError("this face knows only pings")

    def on_step(self, step: Step) -> list[Outgoing]:
        self._count += 1
        books = [[c.symbol, c.side, c.ticks, c.lots] for c in step.books]
        return [json.dumps({"i": self._count, "books": books, "flush": step.flush})]


def on_http(
    world: VenueWorld, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> HttpReply:
    if target == "/echo":
        return HttpReply(200, json.dumps({"method": method, "body": body.decode()}))
    if target == "/broken":
        raise RuntimeError("the face is broken")
    return HttpReply(404, '{"error":"no such path"}')
