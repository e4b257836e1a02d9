"""The public socket of Orderly: `/ws/stream/{id}`, topics and requests as JSON text.

The id is documented as an account's; without an account one constant alone is served. No segment
is HTTP 404, any other id opens and is closed at once. One topic a frame, a hundred a connection.
What is said of a suffix that does not exist is "subscribed", and then nothing. A refusal has no
`event`. The server pings each ten seconds; a client that says nothing is closed after 110 s.
Sources: https://orderly.network/docs/build-on-omnichain/websocket-api, and probes of 2026-09-23.
"""

from weakref import WeakValueDictionary

from cockpit.sim.faces.kit.channels import Channel, Stream
from cockpit.sim.faces.kit.connection import Connection, Json, KeepAlive, Messages
from cockpit.sim.faces.kit.figures import now_ms
from cockpit.sim.faces.orderly import channels
from cockpit.sim.faces.orderly import messages as wire
from cockpit.sim.world import contract

PUBLIC_ID = "OqdphuyCtYWxwzhxyLLjOWNdFP7sQt8RPWzmb5xY"
WS_PATHS = {"main": f"/ws/stream/{PUBLIC_ID}"}
MOST_TOPICS, PING_S, SILENT_S = 100, 10.0, 110.0
ENDED = contract.CloseConnection(1000, "")
INVALID, TOO_MANY = "invalid message", "your subscribed topics have reached limit "


class Face(Connection):
    """One client connection."""

    def __init__(self, world: contract.VenueWorld, path: str) -> None:
        keep_alive = KeepAlive(
            SILENT_S, counts=frozenset({"client"}), close=ENDED, ping_every_s=PING_S,
            ping=lambda: {"event": "ping", "ts": now_ms(world)}, longest_step_s=5.0,
        )  # fmt: skip
        super().__init__(world, path, keep_alive)
        self._id = self.path.removeprefix("/ws/stream").strip("/")
        if not self._id:
            raise contract.UpgradeRefused(contract.HttpReply(404, ""))
        self._books: WeakValueDictionary[str, channels.Published] = WeakValueDictionary()

    def greet(self) -> Messages:
        return [] if self._id == PUBLIC_ID else [ENDED]

    def unreadable(self, data: str | bytes) -> Messages:
        return [self._refusal({}, INVALID)]

    def push(self, step: contract.Step) -> Messages:
        for book in self._books.values():
            book.advance(step)
        yield from super().push(step)

    def answer(self, request: Json) -> Messages:
        match request:
            case {"event": "ping"}:
                return [{"event": "pong", "ts": now_ms(self.world)}]
            case {"event": "pong"}:
                return []
            case {"event": "request", "params": {"type": "orderbook", "symbol": native}}:
                return [self._requested(request, native)]
            case {"event": "subscribe", "topic": str(topic)}:
                return self._subscribe(request, topic)
            case {"event": "unsubscribe", "topic": str(topic)}:
                self.channels.pop(topic, None)
                return [self._said(request)]
        return [self._refusal(request, INVALID)]

    def _subscribe(self, request: Json, topic: str) -> Messages:
        if topic in self.channels:
            return [self._said(request)]
        if len(self.channels) >= MOST_TOPICS:
            return [self._refusal(request, TOO_MANY)]
        channel = self._channel(topic)
        if isinstance(channel, str):
            return [self._refusal(request, channel)]
        self.channels[topic] = channel
        return [self._said(request), *channel.first()]

    def _channel(self, topic: str) -> Channel | str:
        """The channel of a topic, or why there is none. Of a suffix that does not exist nothing is
        ever said."""
        world, (subject, at, kind) = self.world, topic.partition("@")
        if topic in channels.MANY:
            return channels.of_all(world, topic)
        state = self._market(subject)
        if not at or subject == wire.FIXED["built"]["symbol"]:
            return Stream(world)
        if kind == "indexprice":
            spots = map(wire.spot, contract.alive(world))
            return Stream(world) if subject in spots else f"invalid index symbol {subject}"
        if state is None:
            return f"invalid symbol {subject}"
        if kind == "orderbookupdate":
            return Stream(world, 0.0, self._book(state).changes)
        if kind == "orderbook":
            return channels.Whole(world, topic, self._book(state))
        make = channels.ONE.get(kind)
        return make(world, state, topic) if make else Stream(world)

    def _requested(self, request: Json, native: Json) -> Json:
        """The whole book once, as this connection knows it, stamped with its last change."""
        state = self._market(native)
        if state is None:
            return self._refusal(request, f"invalid symbol {native}")
        book = self._book(state)
        return self._said(request) | {"data": book.snapshot() | {"ts": book.at_ms}}

    def _market(self, native: Json) -> contract.MarketState | None:
        state = self.world.markets.get(native) if isinstance(native, str) else None
        return state if state is not None and state.mark is not None else None

    def _book(self, state: contract.MarketState) -> channels.Published:
        book = self._books.get(state.listing.native)
        if book is None:
            book = self._books[state.listing.native] = channels.Published(self.world, state)
        return book

    def _said(self, request: Json) -> dict[str, Json]:
        """An acknowledgement."""
        return self._answered(request) | {"event": request["event"], "success": True}

    def _refusal(self, request: Json, words: str) -> Json:
        return self._answered(request) | {"success": False, "errorMsg": words}

    def _answered(self, request: Json) -> dict[str, Json]:
        """It names the id of a request that had one."""
        named = {"id": request["id"]} if isinstance(request, dict) and "id" in request else {}
        return {**named, "ts": now_ms(self.world)}
