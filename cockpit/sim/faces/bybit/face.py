"""The face of Bybit: `{"op","args"}` frames on /v5/public/linear, topics in answer.

| topic | pushed |
| --- | --- |
| `orderbook.1.SYMBOL` | snapshots only: on change, and again after 3 s without one, same `u` |
| `orderbook.{50,200,1000}.SYMBOL` | a snapshot, then deltas; `u` + 1 each, `seq` rising |
| `orderbook.rpi.SYMBOL` | 50 levels in the same way, with a third column |
| `tickers.SYMBOL` | a snapshot, then every 100 ms the keys that changed |
| `publicTrade.SYMBOL`, `allLiquidation.SYMBOL` | each step's fills |
| `kline.INTERVAL.SYMBOL` | the running candle, 1/s; once more, confirmed, at its end |
| `priceLimit.SYMBOL` | every 300 ms where it changed |
| `insurance.COIN`, `adlAlert.COIN` | nothing, ever |

`op` ping is answered with pong, and every answer names the connection and the `req_id`. One bad
topic fails its whole request, and so does one that is already subscribed. A connection on which
nobody says anything for ten minutes is closed.
Sources: https://bybit-exchange.github.io/docs/v5/ws/connect, .../v5/websocket/public.
"""

import itertools
import uuid
from dataclasses import dataclass, field

import msgspec

from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.bybit import channels as topics
from cockpit.sim.faces.bybit import messages as wire
from cockpit.sim.faces.bybit.channels import Topic
from cockpit.sim.faces.bybit.messages import Json
from cockpit.sim.world.contract import CloseConnection, Outgoing, Step, VenueWorld

WS_PATHS = {"main": "/v5/public/linear"}

MAX_TOPIC_CHARS = 21_000
IDLE_S = 600

_connections = itertools.count(1)


def _connection_id() -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"connection {next(_connections)}"))


@dataclass(slots=True)
class Face:
    """One client connection."""

    world: VenueWorld
    path: str
    _topics: dict[str, Topic] = field(default_factory=dict)
    _conn_id: str = field(default_factory=_connection_id)
    _at_ns: int = 0
    _heard_ns: int = 0

    def on_open(self) -> list[Outgoing]:
        self._at_ns = self._heard_ns = self.world.now_ns()
        return []

    def on_frame(self, data: str | bytes) -> list[Outgoing]:
        """Ping, subscribe or unsubscribe."""
        self._heard_ns = self._at_ns
        try:
            request = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            request = None
        if not isinstance(request, dict):
            return [_encode(self._answer({}, False, _undecodable(data)))]
        if not isinstance(request.get("op"), str):
            return [_encode(self._answer(request, False, "error:invalid op"))]
        if request["op"] == "ping":
            return [_encode(self._answer(request, True, "pong"))]
        args = request.get("args")
        if request["op"] not in ("subscribe", "unsubscribe"):
            return [_encode(self._answer(request, False, "error:invalid op"))]
        if not isinstance(args, list) or not args or not all(isinstance(a, str) for a in args):
            return [_encode(self._answer(request, False, "Params Error"))]
        if request["op"] == "unsubscribe":
            for name in args:
                self._topics.pop(name, None)
            return [_encode(self._answer(request, True, ""))]
        return [_encode(frame) for frame in self._subscribe(request, args)]

    def on_step(self, step: Step) -> list[Outgoing]:
        """What each topic has to say, in the order of subscribing."""
        self._at_ns = step.at_ns
        frames: list[Outgoing] = []
        for topic in self._topics.values():
            frame = topics.PUSHES[topic.kind](self.world, topic, step)
            if frame is not None:
                topic.sent_ns = step.at_ns
                frames.append(_encode(frame))
        if frames:
            self._heard_ns = step.at_ns
        elif step.at_ns - self._heard_ns >= IDLE_S * NS_PER_S:
            frames.append(CloseConnection(1000, "idle"))
        return frames

    def _answer(self, request: dict[str, Json], success: bool, message: str) -> Json:
        op, asked = request.get("op", ""), _text(request.get("req_id"))
        answer: dict[str, Json] = {
            "success": success,
            "ret_msg": message,
            "conn_id": self._conn_id,
        }
        if op != "ping" or asked is not None:
            answer["req_id"] = asked or ""
        answer["op"] = op if isinstance(op, str) else ""
        return answer

    def _subscribe(self, request: dict[str, Json], names: list[str]) -> list[Json]:
        """The ack and the first frames; nothing is subscribed where one topic is wrong."""
        if sum(map(len, [*self._topics, *names])) > MAX_TOPIC_CHARS:
            return [self._answer(request, False, "error:args size is over 21000 characters")]
        fresh: dict[str, Topic] = {}
        known = wire.contracts(self.world)
        for name in names:
            topic = topics.parsed(name, known)
            if topic is None:
                return [self._answer(request, False, f"error:handler not found,topic:{name}")]
            if name in self._topics or name in fresh:
                return [self._answer(request, False, f"error:already subscribed,topic:{name}")]
            fresh[name] = topic
        self._topics.update(fresh)
        frames = [self._answer(request, True, "")]
        for topic in fresh.values():
            topic.sent_ns = self._at_ns
            first = topics.FIRST.get(topic.kind)
            if first is not None and topic.contract.state is not None:
                frame = first(self.world, topic)
                frames += [frame] if frame is not None else []
        return frames


def _text(req_id: Json) -> str | None:
    """What a request calls itself, a number in words; None where it has no name."""
    if isinstance(req_id, int) and not isinstance(req_id, bool):
        return str(req_id)
    return req_id if isinstance(req_id, str) else None


def _undecodable(data: str | bytes) -> str:
    text = data if isinstance(data, str) else data.decode(errors="replace")
    found = text.strip()[:1] or "\x00"
    return f"Failed to decode incoming data:readObjectStart: expect {{ or n, but found {found}"


def _encode(frame: Json) -> str:
    return msgspec.json.encode(frame).decode()
