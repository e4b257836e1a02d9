"""A client of dYdX's face for tests: what it asks, what it was told, and a raw book."""

import json
from typing import Any
from urllib.parse import quote

from cockpit.sim.faces import dydx
from cockpit.sim.world.contract import CloseConnection, Outgoing, Step
from tests.sim.desk import Desk
from tests.sim.fake_world import FakeWorld

Json = dict[str, Any]
ADDRESS = dydx.PROFILE.address("a trader on dYdX")
CHILD = 128


class Client:
    """One connection. `seen` is every message so far."""

    def __init__(self, world: FakeWorld | None = None) -> None:
        self.world = world or FakeWorld(dydx.PROFILE)
        self.face = dydx.Face(self.world, "/v4/ws")
        self.seen: list[Json] = []
        self.closed: CloseConnection | None = None
        self._take(self.face.on_open())

    def say(self, message: Any) -> list[Json]:
        text = message if isinstance(message, str | bytes) else json.dumps(message)
        return self._take(self.face.on_frame(text))

    def subscribe(self, channel: str, id_: str | None = None, batched: bool = False) -> list[Json]:
        message: Json = {"type": "subscribe", "channel": channel}
        message |= {} if id_ is None else {"id": id_}
        return self.say(message | ({"batched": True} if batched else {}))

    def unsubscribe(self, channel: str, id_: str | None = None) -> list[Json]:
        message: Json = {"type": "unsubscribe", "channel": channel}
        return self.say(message | ({} if id_ is None else {"id": id_}))

    def step(self, step: Step) -> list[Json]:
        return self._take(self.face.on_step(step))

    def wait(self, seconds: float = 0.3, blocks: int = 0, *, flush: bool = False) -> list[Json]:
        return self.step(self.world.step(seconds, blocks, flush=flush))

    def error(self, answer: list[Json]) -> str:
        """The text of the error that an answer begins with."""
        assert answer[0]["type"] == "error"
        text = answer[0]["message"]
        assert isinstance(text, str)
        return text

    def _take(self, outgoing: list[Outgoing]) -> list[Json]:
        messages = []
        for item in outgoing:
            if isinstance(item, CloseConnection):
                self.closed = item
            else:
                messages.append(json.loads(item))
        self.seen += messages
        return messages


class RawBook:
    """Levels as a client keeps them that applies every message and uncrosses nothing."""

    def __init__(self) -> None:
        self.bids: dict[str, str] = {}
        self.asks: dict[str, str] = {}

    def apply(self, message: Json) -> None:
        contents = message["contents"]
        for item in contents if message["type"] == "channel_batch_data" else [contents]:
            for side in ("bids", "asks"):
                for level in item.get(side, ()):
                    price, size = level.values() if isinstance(level, dict) else level
                    levels: dict[str, str] = getattr(self, side)
                    if size == "0":
                        levels.pop(price, None)
                    else:
                        levels[price] = size


def ask(world: FakeWorld, path: str, **query: object) -> tuple[int, Any]:
    """Status and body of `GET /v4/...`."""
    text = "&".join(f"{name}={quote(str(value))}" for name, value in query.items())
    target = f"/v4/{path}" + (f"?{text}" if text else "")
    reply = dydx.on_http(world, "GET", target, {}, b"")
    return reply.status, json.loads(reply.body)


# --- what a desk answers about the demonstration account ----------------------------------------


def read(desk: Desk, path: str, status: int = 200) -> Any:
    reply = desk.venue.http("GET", f"/v4/{path}")
    assert reply is not None
    assert reply.status == status
    return json.loads(reply.body)


def listed(desk: Desk, name: str, number: int = 0, **query: Any) -> list[Any]:
    text = "".join(f"&{key}={value}" for key, value in query.items())
    body = read(desk, f"{name}?address={ADDRESS}&subaccountNumber={number}{text}")
    rows: list[Any] = next(iter(body.values()))
    return rows


def of_parent(desk: Desk, path: str, **query: Any) -> Any:
    text = "".join(f"&{key}={value}" for key, value in query.items())
    return read(desk, f"{path}?address={ADDRESS}&parentSubaccountNumber=0{text}")


def oracle(desk: Desk, ticker: str) -> str:
    row: str = read(desk, "perpetualMarkets")["markets"][ticker]["oraclePrice"]
    return row
