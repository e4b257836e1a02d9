"""dYdX's face: one WebSocket connection in the Indexer's dialect, and the way to its REST.

Sources: https://docs.dydx.xyz/indexer-client/websockets; ids, limits, close codes and error texts
from the Indexer's public source (indexer/services/socks). One `message_id` counter runs per
connection over all channels. A subscription takes its id when the request is read: every third
answer comes a step later, after newer messages, as a slow fetch makes it on the real venue.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.dydx import channels
from cockpit.sim.faces.dydx import messages as wire
from cockpit.sim.faces.dydx.account_channels import OfChild, Subaccount
from cockpit.sim.faces.kit.budgets import FixedWindow
from cockpit.sim.faces.kit.connection import Connection, Json, Messages
from cockpit.sim.world.contract import CloseConnection, Step, VenueWorld

WS_PATHS: Mapping[str, str] = {"main": "/v4/ws"}
CHANNEL_LIMITS = {
    "v4_orderbook": 32,
    "v4_trades": 32,
    "v4_candles": 32,
    "v4_markets": 32,
    "v4_subaccounts": 256,
    "v4_parent_subaccounts": 256,
    "v4_block_height": 1,
}
WITHOUT_ID = ("v4_markets", "v4_block_height")
SUBACCOUNTS = {"v4_subaccounts": 128_000, "v4_parent_subaccounts": 128}
BATCH_NS = 250 * NS_PER_MS
LATE_EVERY = 3
ATTEMPTS = 2
"""Subscribe requests per second for one channel and id, and invalid messages per second."""
RATE_LIMITED = CloseConnection(1008, '{"message":"Rate limited"}')


@dataclass(slots=True)
class _Subscription:
    channel: str
    id: str
    batched: bool
    message_id: int
    source: channels.Channel
    pending: list[OfChild] = field(default_factory=list)


class Face(Connection):
    """One client of the Indexer's WebSocket."""

    def __init__(self, world: VenueWorld, path: str) -> None:
        super().__init__(world, path)
        self._connection_id = str(uuid.uuid4())
        self._message_id = 0
        self._subscriptions: dict[tuple[str, str], _Subscription] = {}
        self._late: list[_Subscription] = []
        self._subscribed = 0
        self._flowing = False
        self._batch = 0
        self._attempts: dict[str, FixedWindow] = {}

    def greet(self) -> Messages:
        return [{"type": "connected"} | self._stamp()]

    def unreadable(self, data: str | bytes) -> Messages:
        return self._invalid("Invalid message: could not parse")

    def answer(self, request: Json) -> Messages:
        if request is None:
            return [self._error("Internal error")]
        kind = request.get("type") if isinstance(request, dict) else None
        if not kind:
            return self._invalid("Invalid message: type is required")
        if kind == "ping":
            return []
        if kind not in ("subscribe", "unsubscribe"):
            return self._invalid(f"Invalid message type: {_js(kind)}")
        channel, id_ = request.get("channel"), request.get("id")
        if refusal := _malformed(channel, id_, "id" in request):
            return [self._error(refusal)]
        if kind == "subscribe":
            return self._subscribe(channel, id_, bool(request.get("batched")))
        return self._unsubscribe(channel, id_)

    def push(self, step: Step) -> Iterator[Json]:
        batch = step.at_ns // BATCH_NS
        sends_batches = step.flush or batch != self._batch
        self._batch = batch
        for subscription in self._subscriptions.values():
            said = subscription.source.after(step)
            news = [one if isinstance(one, OfChild) else OfChild(None, one) for one in said]
            if not subscription.batched:
                for one in news:
                    yield self._data(subscription, "channel_data", *one)
                continue
            subscription.pending += news
            if sends_batches:
                for child, group in groupby(subscription.pending, lambda one: one.number):
                    batch_of = [one.contents for one in group]
                    yield self._data(subscription, "channel_batch_data", child, batch_of)
                subscription.pending = []
        yield from self._answer_late()
        self._flowing = not step.flush

    def _subscribe(self, channel: str, id_: Any, batched: bool) -> Messages:
        self._message_id += 1
        source = self._source(channel, id_)
        if source is None:
            shown = "undefined" if id_ is None else id_
            text = f"Invalid subscription id for channel: ({channel}-{shown})"
            return [self._error(text)]
        limit = CHANNEL_LIMITS[channel]
        taken = [*self._subscriptions.values(), *self._late]
        if sum(one.channel == channel for one in taken) >= limit:
            text = f"Per-connection subscription limit reached for {channel} (limit={limit})."
            return [self._error(text)]
        key = channel, _normal(channel, id_)
        if self._too_often(channel + key[1]):
            # Two blanks after the full stop: that is how the venue spells it.
            text = (
                f"Too many subscribe attempts for channel {channel}-{key[1]}. Please "
                " reconnect and try again."
            )
            return self._hang_up(text)
        if any((one.channel, one.id) == key for one in taken):
            text = f"Invalid subscribe message: already subscribed ({channel}-{key[1]})"
            named = {"channel": channel} | ({} if id_ is None else {"id": id_})
            return [self._error(text, named)]
        self._subscribed += 1
        subscription = _Subscription(channel, key[1], batched, self._message_id, source)
        if self._flowing and self._subscribed % LATE_EVERY == 0:
            self._late.append(subscription)
            return []
        return [self._welcome(subscription)]

    def _unsubscribe(self, channel: str, id_: Any) -> Messages:
        out = list(self._answer_late())
        self._subscriptions.pop((channel, _normal(channel, id_)), None)
        self._message_id += 1
        named = {} if channel == "v4_markets" or id_ is None else {"id": id_}
        head = {"type": "unsubscribed"} | self._stamp() | {"channel": channel}
        return [*out, head | named]

    def _source(self, channel: str, id_: Any) -> channels.Channel | None:
        """The channel's voice; None if the id names nothing."""
        world = self.world
        if channel == "v4_markets":
            return channels.Markets(world)
        if channel == "v4_block_height":
            return channels.BlockHeight(world)
        if channel in SUBACCOUNTS:
            known = _is_subaccount(id_, SUBACCOUNTS[channel])
            return Subaccount(world, id_, channel == "v4_parent_subaccounts") if known else None
        ticker, _, resolution = id_.partition("/") if channel == "v4_candles" else (id_, "", "")
        state = world.markets.get(ticker)
        if state is None:
            return None
        if channel == "v4_candles":
            known = resolution in wire.RESOLUTIONS
            return channels.Candles(world, state, resolution) if known else None
        if channel == "v4_orderbook":
            return channels.OrderBook(state)
        return channels.Trades(world, state)

    def _welcome(self, subscription: _Subscription) -> Json:
        self._subscriptions[subscription.channel, subscription.id] = subscription
        named = {} if subscription.channel == "v4_markets" else {"id": subscription.id}
        return {
            "type": "subscribed",
            **self._stamp(subscription.message_id),
            "channel": subscription.channel,
            **named,
            "contents": subscription.source.first(),
        }

    def _answer_late(self) -> Messages:
        late, self._late = self._late, []
        return [self._welcome(subscription) for subscription in late]

    def _data(
        self, subscription: _Subscription, kind: str, child: int | None, contents: Json
    ) -> Json:
        self._message_id += 1
        named = {} if subscription.channel == "v4_markets" else {"id": subscription.id}
        return {
            "type": kind,
            **self._stamp(),
            **named,
            "channel": subscription.channel,
            "version": subscription.source.version,
            "contents": contents,
            **({} if child is None else {"subaccountNumber": child}),
        }

    def _stamp(self, message_id: int | None = None) -> dict[str, Json]:
        number = self._message_id if message_id is None else message_id
        return {"connection_id": self._connection_id, "message_id": number}

    def _error(self, text: str, named: Mapping[str, str] | None = None) -> Json:
        return {"type": "error", "message": text} | self._stamp() | dict(named or {})

    def _invalid(self, text: str) -> Messages:
        if self._too_often("invalidMessage"):
            return self._hang_up("Too many invalid messages. Please reconnect and try again.")
        return [self._error(text)]

    def _too_often(self, key: str) -> bool:
        window = self._attempts.setdefault(key, FixedWindow(ATTEMPTS, 1.0))
        return window.take(self.world.now_ns()) < 0

    def _hang_up(self, text: str) -> Messages:
        return [self._error(text), RATE_LIMITED]


def _js(value: Any) -> str:
    """A JSON value as a template string of the venue's language prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "[object Object]" if isinstance(value, dict) else str(value)


def _malformed(channel: Any, id_: Any, has_id: bool) -> str | None:
    """Why a request is refused before it takes an id; None if it is not."""
    if not channel:
        return "Invalid subscribe message: channel is required"
    if not isinstance(channel, str) or channel not in CHANNEL_LIMITS:
        return f"Invalid channel: {_js(channel)}"
    if channel in WITHOUT_ID or isinstance(id_, str):
        return None
    shown = "undefined" if not has_id else "null" if id_ is None else _js(id_)
    return f"Invalid id: {shown}"


def _normal(channel: str, id_: Any) -> str:
    return id_ if isinstance(id_, str) else channel


def _is_subaccount(id_: str, below: int) -> bool:
    address, slash, number = id_.partition("/")
    return bool(address and slash) and number.isdecimal() and int(number) < below
