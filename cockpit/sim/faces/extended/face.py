"""The face of Extended: JSON-RPC with many topics at /v2/rpc, one stream a socket below /v1.

| scope and selector | topic | /v1 path |
| --- | --- | --- |
| orderbooks, depth "full" or "1" | `orderbooks.M`, `orderbooks.1.M` | `/orderbooks/M`, `?depth=1` |
| trades | `trades.M` | `/publicTrades/M` |
| prices, type "mark" or "index" | `prices.mark.M`, `prices.index.M` | `/prices/mark/M` |
| funding-rates | `funding-rates.M` | `/funding/M` |
| candles, type "last", "mark" or "index" | `candles.last.M.PT1M` | `/candles/M/trades` |

One number counts the data messages of a connection: from 0 here, from 1 below /v1; answers do not
count. A second subscription of a topic starts it anew. A depth that does not exist is not answered,
and a /v1 socket of an unknown market opens and stays silent. Streams of all markets (`market`
null) are not served, and /v1 books open with the book of now, not with the last minute's.
Sources: https://api.docs.extended.exchange, recordings of September 2026.
"""

from collections.abc import Callable
from functools import partial

from cockpit.sim.faces.extended import channels
from cockpit.sim.faces.kit import rpc
from cockpit.sim.faces.kit.channels import Channel
from cockpit.sim.faces.kit.connection import Connection, Json, Messages
from cockpit.sim.world.contract import HttpReply, MarketState, Step, UpgradeRefused, VenueWorld

_V1 = "/stream.extended.exchange/v1"
WS_PATHS = {"main": "/stream.extended.exchange/v2/rpc", "v1": _V1}
_UNTYPED = ("TRADES", "FUNDING_RATES", "CANDLES")
_CANDLES = {"trades": "last", "mark-prices": "mark", "index-prices": "index"}
_V1_TOPICS = {
    "orderbooks": "orderbooks", "publicTrades": "trades", "funding": "funding-rates",
    "prices/mark": "prices.mark", "prices/index": "prices.index",
}  # fmt: skip


_TOPICS: dict[str, Callable[[VenueWorld, MarketState], Channel]] = {
    "orderbooks": channels.Book,
    "orderbooks.1": channels.Touch,
    "trades": channels.Trades,
    "prices.mark": partial(channels.Price, kind="MP"),
    "prices.index": partial(channels.Price, kind="IP"),
    "funding-rates": channels.Funding,
}


class Face(Connection):
    """One client connection. Below /v1 its only channel is there from the start."""

    def __init__(self, world: VenueWorld, path: str) -> None:
        super().__init__(world, path)
        self._is_one_stream = self.path.startswith(_V1)
        self._seq = 1 if self._is_one_stream else 0
        if self._is_one_stream:
            stream, _, native = self.path.removeprefix(_V1).strip("/").rpartition("/")
            depth = "1." if self.query.get("depth") == "1" else ""
            topic = f"{_V1_TOPICS.get(stream)}.{depth}{native}"
            if stream.startswith("candles/") and native in _CANDLES:
                market, interval = stream.removeprefix("candles/"), self.query.get("interval")
                topic = f"candles.{_CANDLES[native]}.{market}.{interval}"
            elif stream not in _V1_TOPICS:
                raise UpgradeRefused(HttpReply(404, ""))
            self._open(topic)

    def greet(self) -> Messages:
        for topic, channel in self.channels.items():
            yield from self._numbered(topic, channel.first())

    def push(self, step: Step) -> Messages:
        for topic, channel in self.channels.items():
            yield from self._numbered(topic, channel.after(step))

    def answer(self, request: Json) -> Messages:
        call = rpc.read_call(request)
        if call is None or self._is_one_stream:
            return [] if self._is_one_stream else [rpc.error(None, -32600, "Invalid Request")]
        if call.method == "ping":
            return [_done(call)]
        if call.method == "list-subscriptions":
            return [_done(call, subscriptions=sorted(self.channels))]
        if call.method not in ("subscribe", "unsubscribe"):
            return [rpc.error(call.id, -32601, "Method not found")]
        topic = _topic(call.params)
        if topic is None:
            return []
        if call.method == "unsubscribe":
            self.channels.pop(topic, None)
            return [_done(call)]
        if not self._open(topic):
            return [rpc.error(call.id, 1001, "Market not found")]
        first = self._numbered(topic, self.channels[topic].first())
        return [_done(call, subscription=topic), *first]

    def _open(self, topic: str) -> bool:
        scope, _, native = topic.rpartition(".")
        make = _TOPICS.get(scope)
        if make is None:
            make, native = partial(channels.Candles, interval=native), scope.rpartition(".")[2]
        state = self.world.markets.get(native)
        if state is None or state.listing.status != "active":
            return False
        self.channels[topic] = make(self.world, state)
        return True

    def _numbered(self, topic: str, messages: Messages) -> Messages:
        for message in messages:
            seq, self._seq = self._seq, self._seq + 1
            if not self._is_one_stream:
                yield {**message, "seq": seq, "subscription": topic}
                continue
            kind = message.pop("type")
            typed = {} if kind in _UNTYPED else {"type": kind.rpartition(".")[2]}
            yield {**typed, **message, "seq": seq}


def _done(call: rpc.Call, **more: Json) -> Json:
    return rpc.result(call, {"method": call.method, "status": "OK", **more})


def _topic(params: Json) -> str | None:
    """The topic of a selector, None where there is none: then the venue says nothing."""
    selector = params.get("selector") if isinstance(params, dict) else None
    if not isinstance(selector, dict) or not isinstance(selector.get("market"), str):
        return None
    scope = params.get("scope")
    if scope == "prices":
        scope = f"prices.{selector.get('type')}"
    elif scope == "orderbooks" and selector.get("depth", "full") != "full":
        scope = f"orderbooks.{selector['depth']}"
    elif scope == "candles" and selector.get("type") in _CANDLES.values():
        return f"candles.{selector['type']}.{selector['market']}.{selector.get('interval')}"
    return f"{scope}.{selector['market']}" if scope in _TOPICS else None
