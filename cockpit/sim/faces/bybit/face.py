"""The face of Bybit: `{"op","args"}` frames on /v5/public/linear, topics in answer.

| topic | pushed |
| --- | --- |
| `orderbook.1.SYMBOL` | snapshots only: on change, and again after 3 s without one, same `u` |
| `orderbook.{50,200,1000}.SYMBOL` | a snapshot, then deltas; `u` + 1 each, `seq` rising |
| `tickers.SYMBOL` | a snapshot, then every 100 ms the keys that changed |
| `publicTrade.SYMBOL`, `allLiquidation.SYMBOL` | each step's fills |

`op` ping is answered with pong, and every answer names the connection and the `req_id`. One bad
topic fails its whole request, and so does one that is already subscribed. A connection on which
nobody says anything for ten minutes is closed.
Sources: https://bybit-exchange.github.io/docs/v5/ws/connect, .../v5/websocket/public.
"""

import itertools
import uuid

from cockpit.sim.faces.bybit import channels as topics
from cockpit.sim.faces.bybit import messages as wire
from cockpit.sim.faces.kit.channels import Channel
from cockpit.sim.faces.kit.connection import Connection, Json, KeepAlive, Messages, encode
from cockpit.sim.world.contract import VenueWorld

WS_PATHS = {"main": "/v5/public/linear"}

MAX_TOPIC_CHARS = 21_000
IDLE_S = 600

_connections = itertools.count(1)


class Face(Connection):
    """One client connection."""

    def __init__(self, world: VenueWorld, path: str) -> None:
        super().__init__(world, path, KeepAlive(IDLE_S))
        self._conn_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"connection {next(_connections)}"))

    def unreadable(self, data: str | bytes) -> Messages:
        return [self._reply({}, False, _undecodable(data))]

    def answer(self, request: Json) -> Messages:
        """Ping, subscribe or unsubscribe."""
        if not isinstance(request, dict):
            return [self._reply({}, False, _undecodable(encode(request)))]
        args = request.get("args")
        match request.get("op"):
            case "ping":
                return [self._reply(request, True, "pong")]
            case ("subscribe" | "unsubscribe") as op:
                if (
                    not isinstance(args, list)
                    or not args
                    or not all(isinstance(a, str) for a in args)
                ):
                    return [self._reply(request, False, "Params Error")]
                if op == "subscribe":
                    return self._subscribe(request, args)
                for name in args:
                    self.channels.pop(name, None)
                return [self._reply(request, True, "")]
        return [self._reply(request, False, "error:invalid op")]

    def _reply(self, request: dict[str, Json], success: bool, message: str) -> Json:
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

    def _subscribe(self, request: dict[str, Json], names: list[str]) -> Messages:
        """The ack and the first frames; nothing is subscribed where one topic is wrong."""
        if sum(map(len, [*self.channels, *names])) > MAX_TOPIC_CHARS:
            return [self._reply(request, False, "error:args size is over 21000 characters")]
        fresh: dict[str, Channel] = {}
        known = wire.contracts(self.world)
        for name in names:
            topic = topics.parsed(self.world, name, known)
            if topic is None:
                return [self._reply(request, False, f"error:handler not found,topic:{name}")]
            if name in self.channels or name in fresh:
                return [self._reply(request, False, f"error:already subscribed,topic:{name}")]
            fresh[name] = topic
        self.channels.update(fresh)
        first = [frame for topic in fresh.values() for frame in topic.first()]
        return [self._reply(request, True, ""), *first]


def _text(req_id: Json) -> str | None:
    """What a request calls itself, a number in words; None where it has no name."""
    if isinstance(req_id, int) and not isinstance(req_id, bool):
        return str(req_id)
    return req_id if isinstance(req_id, str) else None


def _undecodable(data: str | bytes) -> str:
    text = data if isinstance(data, str) else data.decode(errors="replace")
    found = text.strip()[:1] or "\x00"
    return f"Failed to decode incoming data:readObjectStart: expect {{ or n, but found {found}"
