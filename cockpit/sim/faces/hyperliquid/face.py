"""The face of Hyperliquid: `{"method","subscription"}` frames on one socket, channels in answer.

| channel | pushed |
| --- | --- |
| `l2Book` | the whole book, 20 levels a side (5 with `fast`), at once, then at most each 0.5 s |
| `trades` | a replay of the last fills, then each step's |
| `bbo` | at once, then when the best level changed |
| `activeAssetCtx`, `assetCtxs`, `allDexsAssetCtxs`, `allMids` | 1/s |
| `explorerBlock` | a bare array of blocks, without a channel |
| `clearinghouseState`, `allDexsClearinghouseState` | at once, then on change, 1/s |
| `userFills`, `userFundings` | what was, then what happens |
| `candle` | the running candle, 1/s |
| `orderUpdates`, `openOrders`, `userHistoricalOrders` | of accounts without orders |
| `twapStates`, `userTwapHistory`, `userTwapSliceFills` | nor any in slices |
| `userNonFundingLedgerUpdates` | nor transfers |
| `activeAssetData`, `spotState`, `webData2` | at once, then on change, 1/s |
| `userEvents` | what happens, on a channel named `user`, without the address |

Info requests are answered on `post` as well. A repeated subscription, a repeated unsubscription
and a request that cannot be read are answered on `error`, the request quoted. A connection to
which nothing was sent for 60 s is closed.
Sources: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket
(subscriptions, timeouts-and-heartbeats) and rate-limits-and-user-limits.
"""

from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.hyperliquid import info, static
from cockpit.sim.faces.hyperliquid.accounts import ADDRESS, UNPROCESSABLE
from cockpit.sim.faces.hyperliquid.channels import FEEDS, NO_ROWS, NO_STATES, feed
from cockpit.sim.faces.kit.connection import (
    NOT_JSON,
    Connection,
    Json,
    KeepAlive,
    Messages,
    decode,
    encode,
)
from cockpit.sim.faces.kit.parameters import Refusal
from cockpit.sim.world.contract import CloseConnection, VenueWorld

WS_PATHS = {"main": "/ws", "blocks": "/ws"}

IDLE_S = 60
MAX_SUBSCRIPTIONS = 1000
MAX_USERS = 10
MAX_MESSAGES_PER_MINUTE = 2000

REQUIRED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("l2Book", "trades", "bbo", "activeAssetCtx"), ("coin",)),
    "candle": ("coin", "interval"),
    **dict.fromkeys(("userFills", "userFundings", "userEvents"), ("user",)),
    **dict.fromkeys(("orderUpdates", "spotState", "webData2", *NO_ROWS, *NO_STATES), ("user",)),
    "activeAssetData": ("user", "coin"),
    **dict.fromkeys(("clearinghouseState", "allDexsClearinghouseState"), ("user",)),
}
DEFAULTS: dict[str, dict[str, Json]] = {
    "l2Book": {"nSigFigs": None, "mantissa": None},
    "assetCtxs": {"dex": ""},
}
"""Filled in by the acknowledgement where the request leaves them out."""
OPTIONAL = {
    "allMids": ("dex",),
    "l2Book": ("fast",),
    **dict.fromkeys(("clearinghouseState", "openOrders", "twapStates"), ("dex",)),
    "userFills": ("aggregateByTime",),
}
"""Anything else is left out of the acknowledgement."""


class Face(Connection):
    """One client connection."""

    def __init__(self, world: VenueWorld, path: str) -> None:
        inactive = CloseConnection(1000, "Inactive")
        super().__init__(world, path, KeepAlive(IDLE_S, frozenset({"venue"}), inactive))
        self._minute = -1
        self._messages = 0
        self._users: dict[str, str] = {}
        """User by the key of a subscription."""

    def hear(self, data: str | bytes) -> Messages:
        """Subscribe, unsubscribe or ping."""
        text = data if isinstance(data, str) else data.decode(errors="replace")
        if not self._may_send():
            return [_error("Cannot send more than 2000 messages per minute.")]
        request = decode(text, NOT_JSON)
        method = request.get("method") if isinstance(request, dict) else None
        if method == "ping":
            return [{"channel": "pong"}]
        if method == "post":
            return [self._post(request)]
        asked = _normal(request.get("subscription")) if isinstance(request, dict) else None
        if method not in ("subscribe", "unsubscribe") or asked is None:
            return [_error(f"Error parsing JSON into valid websocket request: {text}")]
        return self._subscribe(asked) if method == "subscribe" else self._unsubscribe(asked)

    def _post(self, request: dict[str, Json]) -> Json:
        """An info request by socket, answered under its number."""
        asked = request.get("request")
        asked = asked if isinstance(asked, dict) else {}
        payload = asked.get("payload")
        try:
            if not isinstance(payload, dict) or asked.get("type") != "info":
                raise UNPROCESSABLE
            told = {"type": payload.get("type"), "data": info.info(self.world, payload)}
            response: Json = {"type": "info", "payload": told}
        except Refusal as refusal:
            response = {"type": "error", "payload": f"{refusal.status}: {refusal.message}"}
        return {"channel": "post", "data": {"id": request.get("id"), "response": response}}

    def _may_send(self) -> bool:
        minute = self.world.now_ns() // (60 * NS_PER_S)
        if minute != self._minute:
            self._minute, self._messages = minute, 0
        self._messages += 1
        return self._messages <= MAX_MESSAGES_PER_MINUTE

    def _subscribe(self, asked: dict[str, Json]) -> Messages:
        key = encode(asked)
        if key in self.channels:
            return [_error(f"Already subscribed: {key}")]
        if not self._exists(asked):
            return [_error(f"Invalid subscription {key}")]
        if len(self.channels) >= MAX_SUBSCRIPTIONS:
            return [_error("Cannot subscribe to more than 1000 channels.")]
        if "user" in asked:
            if len({*self._users.values(), asked["user"]}) > MAX_USERS:
                return [_error("Cannot track more than 10 total users.")]
            self._users[key] = asked["user"]
        self.channels[key] = channel = feed(self.world, asked)
        return [_ack("subscribe", asked), *channel.first()]

    def _unsubscribe(self, asked: dict[str, Json]) -> Messages:
        key = encode(asked)
        self._users.pop(key, None)
        if self.channels.pop(key, None) is None:
            return [_error(f"Already unsubscribed: {key}")]
        return [_ack("unsubscribe", asked)]

    def _exists(self, asked: dict[str, Json]) -> bool:
        """Whether the coin, dex and precision of a well-formed request exist."""
        coin = asked.get("coin")
        if coin is not None and coin not in self.world.markets and not info.never_trades(coin):
            return False
        if "interval" in asked and asked["interval"] not in info.CANDLES:
            return False
        if asked.get("dex") not in (None, static.FIRST_DEX, static.HIP3_DEX):
            return False
        return info.is_grouping(asked.get("nSigFigs"), asked.get("mantissa"))


def _error(text: str) -> Json:
    return {"channel": "error", "data": text}


def _ack(method: str, asked: dict[str, Json]) -> Json:
    return {
        "channel": "subscriptionResponse",
        "data": {"method": method, "subscription": asked},
    }


def _normal(subscription: Json) -> dict[str, Json] | None:
    """The subscription as the server understood it; None where it understood nothing."""
    name = subscription.get("type") if isinstance(subscription, dict) else None
    if not isinstance(name, str) or name not in FEEDS:
        return None
    asked: dict[str, Json] = {"type": name}
    for key in REQUIRED.get(name, ()):
        value = subscription.get(key)
        if not isinstance(value, str) or (key == "user" and not ADDRESS.fullmatch(value)):
            return None
        asked[key] = value.lower() if key == "user" else value
    for key, default in DEFAULTS.get(name, {}).items():
        asked[key] = subscription.get(key, default)
    for key in OPTIONAL.get(name, ()):
        if subscription.get(key) is not None:
            asked[key] = subscription[key]
    return asked
