"""The face of Paradex: JSON-RPC 2.0 with one channel a request.

The query of the upgrade chooses the encoding of data: none is JSON, `sbeSchemaId=1` with
`sbeSchemaVersion` is binary, of which a heartbeat is said after 20 s of silence. Requests, answers
and refusals are JSON in both. What a server may no longer take is the path's affair: below
`/v1/binary` JSON is refused with HTTP 400, and below `/v1/binary/2` so is a version above 2.

A channel that is held already and one that is not held are errors; of a market's books a connection
carries one. A request without an id is answered with 0. Every answer tells when it was heard and
said, in us.
Sources: https://docs.paradex.trade/ws/general-information, .../ws/web-socket-channels.
"""

from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.kit import rpc
from cockpit.sim.faces.kit.connection import Connection, Json, Messages
from cockpit.sim.faces.paradex import channels, sbe
from cockpit.sim.faces.paradex.channels import Push
from cockpit.sim.world.contract import HttpReply, Outgoing, Step, UpgradeRefused, VenueWorld

WS_PATHS = {"main": "/v1"}
BINARY = "/v1/binary"
HEARTBEAT_NS = 20 * NS_PER_S
ANSWERED_US = 85


class Face(Connection):
    """One client connection. `_version` of the binary encoding, None where it speaks JSON."""

    def __init__(self, world: VenueWorld, path: str) -> None:
        super().__init__(world, path)
        self._version = self._chosen()
        self._said_ns = world.now_ns()

    def _chosen(self) -> int | None:
        schema, version = self.query.get("sbeSchemaId"), self.query.get("sbeSchemaVersion", "")
        _, is_binary_only, most = self.path.partition(BINARY)
        if schema is None and not is_binary_only:
            return None
        cap = int(most[1:]) if most[1:].isdecimal() else sbe.NEWEST
        if schema != str(sbe.SCHEMA) or not version.isdecimal() or not 1 <= int(version) <= cap:
            raise UpgradeRefused(HttpReply(400, '{"error":"BAD_REQUEST","message":"sbe schema"}'))
        return int(version)

    def unreadable(self, data: str | bytes) -> Messages:
        return [self._refused(0, -32700, "parse error")]

    def answer(self, request: Json) -> Messages:
        call = rpc.read_call(request, default_id=0)
        if call is None:
            return [self._refused(0, -32600, "invalid request")]
        params = call.params if isinstance(call.params, dict) else {}
        name = params.get("channel")
        if call.method not in ("subscribe", "unsubscribe"):
            return [self._refused(call.id, -32601, "method not found")]
        words = f"invalid {call.method} request"
        if not isinstance(name, str):
            return [self._refused(call.id, -32602, words, "channel is missing")]
        if call.method == "unsubscribe":
            if self.channels.pop(name, None) is None:
                return [self._refused(call.id, -32600, words, "not subscribed")]
            return [self._stamped(rpc.result(call, {"channel": name}))]
        channel = channels.parsed(self.world, name)
        if isinstance(channel, str):
            return [self._refused(call.id, -32600, words, channel)]
        if name in self.channels or self._has_book_like(name):
            return [self._refused(call.id, -32600, words, "already subscribed")]
        self.channels[name] = channel
        return [self._stamped(rpc.result(call, {"channel": name})), *channel.first()]

    def _has_book_like(self, name: str) -> bool:
        place = name.split(".")[:2]
        places = [held.split(".")[:2] for held in self.channels]
        return place[0] == "order_book" and place in places

    def _refused(self, call_id: Json, code: int, message: str, data: Json = None) -> Json:
        return self._stamped(rpc.error(call_id, code, message, data))

    def _stamped(self, answer: dict[str, Json]) -> Json:
        heard_us = self.world.now_ns() // 1000
        said_us = heard_us + ANSWERED_US
        return answer | {"usIn": heard_us, "usDiff": ANSWERED_US, "usOut": said_us}

    def push(self, step: Step) -> Messages:
        for message in super().push(step):
            self._said_ns = step.at_ns
            yield message
        if self._version is not None and step.at_ns - self._said_ns >= HEARTBEAT_NS:
            self._said_ns = step.at_ns
            yield sbe.heartbeat(self._version, step.at_ns // 1000)

    def frame(self, message: Json) -> Outgoing:
        """A push in the encoding that was chosen."""
        if not isinstance(message, Push):
            return super().frame(message)
        if self._version is not None:
            return sbe.encode(message.channel, message.data, self._version)
        return super().frame(rpc.notice("subscription", message._asdict()))
