"""The face of Hyperliquid: `{"method","subscription"}` frames on one socket, channels in answer.

| channel | pushed |
| --- | --- |
| `l2Book` | the whole book, 20 levels a side (5 with `fast`), at once, then at most each 0.5 s |
| `trades` | a replay of the last fills, then each step's |
| `bbo` | at once, then when the best level changed |
| `activeAssetCtx`, `assetCtxs`, `allDexsAssetCtxs`, `fastAssetCtxs`, `allMids`, `webData2` | 1/s |
| `spotAssetCtxs` | once, spot stands still |
| `candle` | at once, then with trades, 1/s |
| `explorerBlock` | a bare array of blocks, without a channel |
| `clearinghouseState`, `allDexsClearinghouseState` | at once, then on change, 1/s |
| `userFills`, `userFundings` | what was, then what happens |
| `userEvents` | what happens, on a channel named `user`, without the address |
| other account channels | one empty snapshot |

A repeated subscription, a repeated unsubscription and a request that cannot be read are answered
on `error`, the request quoted. A connection to which nothing was sent for 60 s is closed.
Sources: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket
(subscriptions, post-requests, timeouts-and-heartbeats) and rate-limits-and-user-limits.
"""

from dataclasses import dataclass, field

import msgspec

from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.sim.faces.hyperliquid import channels as feeds
from cockpit.sim.faces.hyperliquid import rest_market as reads
from cockpit.sim.faces.hyperliquid import static
from cockpit.sim.faces.hyperliquid.channels import Subscription
from cockpit.sim.faces.hyperliquid.messages import Json
from cockpit.sim.faces.hyperliquid.params import ADDRESS, Unprocessable
from cockpit.sim.faces.hyperliquid.rest import UNPROCESSABLE, encode
from cockpit.sim.world.contract import CloseConnection, Outgoing, Step, VenueWorld

WS_PATHS = {"main": "/ws", "blocks": "/ws"}

IDLE_S = 60
MAX_SUBSCRIPTIONS = 1000
MAX_USERS = 10
MAX_MESSAGES_PER_MINUTE = 2000

FIELDS: dict[str, tuple[tuple[str, ...], dict[str, Json], tuple[str, ...]]] = {
    "allMids": ((), {}, ("dex",)),
    "l2Book": (("coin",), {"nSigFigs": None, "mantissa": None}, ("fast",)),
    "trades": (("coin",), {}, ()),
    "bbo": (("coin",), {}, ()),
    "activeAssetCtx": (("coin",), {}, ()),
    "candle": (("coin", "interval"), {}, ()),
    "assetCtxs": ((), {"dex": ""}, ()),
    "allDexsAssetCtxs": ((), {}, ()),
    "spotAssetCtxs": ((), {}, ()),
    "fastAssetCtxs": ((), {}, ()),
    "outcomeMetaUpdates": ((), {}, ()),
    "explorerBlock": ((), {}, ()),
    "activeAssetData": (("user", "coin"), {}, ()),
    "clearinghouseState": (("user",), {}, ("dex",)),
    "openOrders": (("user",), {}, ("dex",)),
    "twapStates": (("user",), {}, ("dex",)),
    "spotState": (("user",), {}, ("isPortfolioMargin",)),
    "userFills": (("user",), {}, ("aggregateByTime",)),
    "allDexsClearinghouseState": (("user",), {}, ()),
    "webData2": (("user",), {}, ()),
    "webData3": (("user",), {}, ()),
    "notification": (("user",), {}, ()),
    "orderUpdates": (("user",), {}, ()),
    "userEvents": (("user",), {}, ()),
    "userFundings": (("user",), {}, ()),
    "userNonFundingLedgerUpdates": (("user",), {}, ()),
    "userTwapSliceFills": (("user",), {}, ()),
    "userTwapHistory": (("user",), {}, ()),
    "userHistoricalOrders": (("user",), {}, ()),
}
"""type -> (required, filled in with defaults, optional); anything else is left out of the ack."""


@dataclass(slots=True)
class _Requests:
    """How many messages the client sent in the running minute."""

    minute: int = -1
    count: int = 0


@dataclass(slots=True)
class Face:
    """One client connection."""

    world: VenueWorld
    path: str
    _subscriptions: dict[str, Subscription] = field(default_factory=dict)
    _requests: _Requests = field(default_factory=_Requests)
    _at_ns: int = 0
    _sent_ns: int = 0

    def on_open(self) -> list[Outgoing]:
        self._at_ns = self._sent_ns = self.world.now_ns()
        return []

    def on_frame(self, data: str | bytes) -> list[Outgoing]:
        """Subscribe, unsubscribe, ping or post."""
        text = data if isinstance(data, str) else data.decode(errors="replace")
        answers = self._answer(text)
        if answers:
            self._sent_ns = self._at_ns
        return [encode(answer) for answer in answers]

    def on_step(self, step: Step) -> list[Outgoing]:
        """What each subscription has to say, in the order of subscribing."""
        self._at_ns = step.at_ns
        frames: list[Outgoing] = []
        for subscription in self._subscriptions.values():
            name = subscription.asked["type"]
            push = feeds.PUSHES.get(name)
            if push is None:
                continue
            held_ns = step.at_ns - subscription.sent_ns
            if not step.flush and 0 <= held_ns < feeds.CADENCE_MS.get(name, 0) * NS_PER_MS:
                continue
            frame = push(self.world, subscription, step)
            if frame is not None:
                subscription.sent_ns = step.at_ns
                several = frame if isinstance(frame, feeds.Frames) else [frame]
                frames += [encode(one) for one in several]
        if frames:
            self._sent_ns = step.at_ns
        elif step.at_ns - self._sent_ns >= IDLE_S * NS_PER_S:
            frames.append(CloseConnection(1000, "Inactive"))
        return frames

    def _answer(self, text: str) -> list[Json]:
        if not self._may_send():
            return [_error("Cannot send more than 2000 messages per minute.")]
        try:
            request = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeError):
            return [_unreadable(text)]
        method = request.get("method") if isinstance(request, dict) else None
        if method == "ping":
            return [{"channel": "pong"}]
        if method == "post":
            return [self._post(request) or _unreadable(text)]
        asked = _normal(request.get("subscription")) if isinstance(request, dict) else None
        if method not in ("subscribe", "unsubscribe") or asked is None:
            return [_unreadable(text)]
        return self._subscribe(asked) if method == "subscribe" else self._unsubscribe(asked)

    def _may_send(self) -> bool:
        minute = self._at_ns // (60 * NS_PER_S)
        if minute != self._requests.minute:
            self._requests = _Requests(minute)
        self._requests.count += 1
        return self._requests.count <= MAX_MESSAGES_PER_MINUTE

    def _post(self, request: dict[str, Json]) -> Json | None:
        ident, inner = request.get("id"), request.get("request")
        if not isinstance(ident, int) or not isinstance(inner, dict):
            return None
        payload = inner.get("payload")
        response: Json = {"type": "error", "payload": f"422 {UNPROCESSABLE}"}
        if inner.get("type") == "info":
            try:
                answer = reads.info(self.world, payload)
                name = payload["type"] if payload else None
                response = {"type": "info", "payload": {"type": name, "data": answer}}
            except Unprocessable:
                pass
        return {"channel": "post", "data": {"id": ident, "response": response}}

    def _subscribe(self, asked: dict[str, Json]) -> list[Json]:
        key = encode(asked)
        if key in self._subscriptions:
            return [_error(f"Already subscribed: {key}")]
        if not self._exists(asked):
            return [_error(f"Invalid subscription {key}")]
        if len(self._subscriptions) >= MAX_SUBSCRIPTIONS:
            return [_error("Cannot subscribe to more than 1000 channels.")]
        users = {row.asked["user"] for row in self._subscriptions.values() if "user" in row.asked}
        if "user" in asked and len(users | {asked["user"]}) > MAX_USERS:
            return [_error("Cannot track more than 10 total users.")]
        state = self.world.markets.get(asked.get("coin", ""))
        subscription = Subscription(asked, state, self._at_ns)
        self._subscriptions[key] = subscription
        first = feeds.FIRST.get(asked["type"], feeds.account)(self.world, subscription)
        if subscription.told is None:
            subscription.told = first
        return [_ack("subscribe", asked), *([first] if first is not None else [])]

    def _unsubscribe(self, asked: dict[str, Json]) -> list[Json]:
        key = encode(asked)
        if self._subscriptions.pop(key, None) is None:
            return [_error(f"Already unsubscribed: {key}")]
        return [_ack("unsubscribe", asked)]

    def _exists(self, asked: dict[str, Json]) -> bool:
        """Whether the coin, dex, interval and precision of a well-formed request exist."""
        coin = asked.get("coin")
        if coin is not None and coin not in self.world.markets and not reads.is_quiet(coin):
            return False
        if asked.get("interval", "1m") not in reads.INTERVALS_S:
            return False
        if asked.get("dex") not in (None, static.FIRST_DEX, static.HIP3_DEX):
            return False
        return reads.is_grouping(asked.get("nSigFigs"), asked.get("mantissa"))


def _error(text: str) -> Json:
    return {"channel": "error", "data": text}


def _unreadable(text: str) -> Json:
    return _error(f"Error parsing JSON into valid websocket request: {text}")


def _ack(method: str, asked: dict[str, Json]) -> Json:
    return {
        "channel": "subscriptionResponse",
        "data": {"method": method, "subscription": asked},
    }


def _normal(subscription: Json) -> dict[str, Json] | None:
    """The subscription as the server understood it; None where it understood nothing."""
    if not isinstance(subscription, dict):
        return None
    name = subscription.get("type")
    if not isinstance(name, str) or name not in FIELDS:
        return None
    required, defaults, optional = FIELDS[name]
    asked: dict[str, Json] = {"type": name}
    for key in required:
        value = subscription.get(key)
        if not isinstance(value, str):
            return None
        if key == "user" and not ADDRESS.fullmatch(value):
            return None
        asked[key] = value.lower() if key == "user" else value
    for key, default in defaults.items():
        asked[key] = subscription.get(key, default)
    for key in optional:
        if subscription.get(key) is not None:
            asked[key] = subscription[key]
    return asked
