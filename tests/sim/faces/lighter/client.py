"""A client of Lighter's face for tests: what it asks and what it was told."""

import json
from typing import Any

from cockpit.sim.faces import lighter
from cockpit.sim.world.contract import CloseConnection, Outgoing, Step
from tests.sim.fake_world import FakeWorld

Json = dict[str, Any]


class Client:
    """One connection. `seen` is every message so far."""

    def __init__(self, world: FakeWorld | None = None) -> None:
        self.world = world or FakeWorld(lighter.PROFILE)
        self.face = lighter.Face(self.world, "/stream?readonly=true")
        self.seen: list[Json] = []
        self.closed: CloseConnection | None = None
        self._take(self.face.on_open())

    def say(self, message: Any) -> Json | None:
        """The answer, of which there is at most one."""
        text = message if isinstance(message, str | bytes) else json.dumps(message)
        answers = self._take(self.face.on_frame(text))
        assert len(answers) <= 1
        return answers[0] if answers else None

    def subscribe(self, channel: str) -> Json:
        answer = self.say({"type": "subscribe", "channel": channel})
        assert answer is not None
        return answer

    def unsubscribe(self, channel: str) -> Json:
        answer = self.say({"type": "unsubscribe", "channel": channel})
        assert answer is not None
        return answer

    def step(self, step: Step) -> list[Json]:
        return self._take(self.face.on_step(step))

    def wait(self, seconds: float = 0.3, blocks: int = 0, *, flush: bool = False) -> list[Json]:
        return self.step(self.world.step(seconds, blocks, flush=flush))

    def _take(self, outgoing: list[Outgoing]) -> list[Json]:
        messages = []
        for item in outgoing:
            if isinstance(item, CloseConnection):
                self.closed = item
            else:
                messages.append(json.loads(item))
        self.seen += messages
        return messages


def ask(world: FakeWorld, target: str) -> tuple[int, Any]:
    """Status and body of a GET."""
    reply = lighter.on_http(world, "GET", target, {}, b"")
    return reply.status, json.loads(reply.body)


def get(world: FakeWorld, name: str) -> Any:
    """The body of `GET /api/v1/{name}`, which must be well."""
    status, body = ask(world, f"/api/v1/{name}")
    assert (status, body["code"]) == (200, 200)
    return body
