"""The face of Bybit: `{"op","args"}` frames on /v5/public/linear, topics in answer.

| topic | pushed |
| --- | --- |
| `orderbook.1.SYMBOL` | snapshots only: on change, and again after 3 s without one, same `u` |
| `orderbook.{50,200,500,1000}.SYMBOL` | a snapshot, then deltas; `u` + 1 each, `seq` rising |
| `tickers.SYMBOL` | a snapshot, then every 100 ms the keys that changed |
| `publicTrade.SYMBOL`, `allLiquidation.SYMBOL` | each step's fills |
| `kline.INTERVAL.SYMBOL` | the running candle, 1/s |

`op` ping is answered with pong, and every answer names the connection and the `req_id`. One bad
topic fails its whole request, and so does one that is already subscribed. A connection on which
nobody says anything for ten minutes is closed.
Sources: https://bybit-exchange.github.io/docs/v5/ws/connect, .../v5/websocket/public.
"""

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.sim import bybit_reads as reads
from cockpit.sim import bybit_wire as wire
from cockpit.sim.bybit_rest import on_http
from cockpit.sim.bybit_wire import PROFILE, Contract, Json
from cockpit.sim.contract import CloseConnection, Outgoing, Step, TradeTick, VenueWorld

__all__ = ["PROFILE", "WS_PATHS", "Face", "on_http"]

WS_PATHS = {"main": "/v5/public/linear"}

DEPTH_CADENCE_MS = {1: 10, 50: 20, 200: 100, 500: 100, 1000: 200}
TICKER_MS, KLINE_MS, REPEAT_MS = 100, 1000, 3000
MAX_TOPIC_CHARS = 21_000
IDLE_S = 600

_connections = itertools.count(1)

Ladder = tuple[dict[int, int], dict[int, int]]


@dataclass(slots=True)
class _Topic:
    """One subscribed topic. `told` and `ladder` are what the client knows."""

    name: str
    kind: str
    contract: Contract
    depth: int = 0
    interval: str = ""
    sent_ns: int = 0
    seen_seq: int = -1
    update_id: int = 0
    ladder: Ladder = field(default_factory=lambda: ({}, {}))
    told: dict[str, str] = field(default_factory=dict)


def _connection_id() -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"connection {next(_connections)}"))


@dataclass(slots=True)
class Face:
    """One client connection."""

    world: VenueWorld
    path: str
    _topics: dict[str, _Topic] = field(default_factory=dict)
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
        if not isinstance(request, dict) or not isinstance(request.get("op"), str):
            return [_encode(self._answer({}, False, "Params Error"))]
        if request["op"] == "ping":
            return [_encode(self._answer(request, True, "pong"))]
        args = request.get("args")
        if request["op"] not in ("subscribe", "unsubscribe"):
            return [_encode(self._answer(request, False, "error:request op is invalid"))]
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
            frame = _PUSHES[topic.kind](self.world, topic, step)
            if frame is not None:
                topic.sent_ns = step.at_ns
                frames.append(_encode(frame))
        if frames:
            self._heard_ns = step.at_ns
        elif step.at_ns - self._heard_ns >= IDLE_S * NS_PER_S:
            frames.append(CloseConnection(1000, "idle"))
        return frames

    def _answer(self, request: dict[str, Json], success: bool, message: str) -> Json:
        op, asked = request.get("op", ""), request.get("req_id")
        answer: dict[str, Json] = {
            "success": success,
            "ret_msg": message,
            "conn_id": self._conn_id,
        }
        if op != "ping" or asked is not None:
            answer["req_id"] = asked if isinstance(asked, str) else ""
        answer["op"] = op
        return answer

    def _subscribe(self, request: dict[str, Json], names: list[str]) -> list[Json]:
        """The ack and the first frames; nothing is subscribed where one topic is wrong."""
        if sum(map(len, [*self._topics, *names])) > MAX_TOPIC_CHARS:
            return [self._answer(request, False, "error:args size is over 21000 characters")]
        fresh: dict[str, _Topic] = {}
        known = wire.contracts(self.world)
        for name in names:
            topic = _parsed(name, known)
            if topic is None:
                return [self._answer(request, False, f"error:handler not found,topic:{name}")]
            if name in self._topics or name in fresh:
                return [self._answer(request, False, f"error:already subscribed,topic:{name}")]
            fresh[name] = topic
        self._topics.update(fresh)
        frames = [self._answer(request, True, "")]
        for topic in fresh.values():
            topic.sent_ns = self._at_ns
            first = _FIRST.get(topic.kind)
            if first is not None and topic.contract.state is not None:
                frames.append(first(self.world, topic))
        return frames


def _encode(frame: Json) -> str:
    return msgspec.json.encode(frame).decode()


def _parsed(name: str, known: dict[str, Contract]) -> _Topic | None:
    """A topic by its name; None where the venue has no such topic or symbol."""
    kind, *middle = name.split(".")
    contract = known.get(middle.pop()) if middle else None
    if contract is None or contract.kind == "closed":
        return None
    topic = _Topic(name, kind, contract)
    if kind == "orderbook" and middle in ([str(depth)] for depth in DEPTH_CADENCE_MS):
        topic.depth = int(middle[0])
        return topic
    if kind == "kline" and middle in ([interval] for interval in reads.INTERVALS_S):
        topic.interval = middle[0]
        return topic
    return topic if not middle and kind in ("tickers", "publicTrade", "allLiquidation") else None


def _now_ms(world: VenueWorld) -> int:
    return world.now_ns() // NS_PER_MS


def _is_due(topic: _Topic, step: Step, cadence_ms: int) -> bool:
    """A clock that was set back does not hold anything back."""
    held_ns = step.at_ns - topic.sent_ns
    return step.flush or held_ns < 0 or held_ns >= cadence_ms * NS_PER_MS


def _ladder(topic: _Topic) -> Ladder:
    contract, depth = topic.contract, topic.depth
    return dict(contract.ladder(Side.BUY, depth)), dict(contract.ladder(Side.SELL, depth))


def _book_frame(
    world: VenueWorld,
    topic: _Topic,
    form: str,
    bids: list[tuple[int, int]],
    asks: list[tuple[int, int]],
) -> Json:
    contract, now_ms = topic.contract, _now_ms(world)
    return {
        "topic": topic.name,
        "type": form,
        "ts": now_ms,
        "data": {
            "s": contract.native,
            "b": wire.levels(contract, bids),
            "a": wire.levels(contract, asks),
            "u": topic.update_id,
            "seq": contract.seq,
        },
        "cts": now_ms - 1,
    }


def _first_book(world: VenueWorld, topic: _Topic) -> Json:
    topic.update_id = topic.contract.update_id
    topic.seen_seq = topic.contract.seq
    topic.ladder = _ladder(topic)
    bids, asks = topic.ladder
    return _book_frame(world, topic, "snapshot", list(bids.items()), list(asks.items()))


def _changed_book(world: VenueWorld, topic: _Topic, step: Step) -> Json | None:
    if topic.contract.state is None:
        return None
    if topic.depth == 1:
        return _best_level(world, topic, step)
    if topic.contract.seq == topic.seen_seq:
        return None
    if not _is_due(topic, step, DEPTH_CADENCE_MS[topic.depth]):
        return None
    topic.seen_seq = topic.contract.seq
    before, topic.ladder = topic.ladder, _ladder(topic)
    bids = sorted(_difference(before[0], topic.ladder[0]), reverse=True)
    asks = sorted(_difference(before[1], topic.ladder[1]))
    if not bids and not asks:
        return None
    topic.update_id += 1
    return _book_frame(world, topic, "delta", bids, asks)


def _best_level(world: VenueWorld, topic: _Topic, step: Step) -> Json | None:
    now = _ladder(topic) if topic.contract.seq != topic.seen_seq else topic.ladder
    if now == topic.ladder:
        if step.flush or not _is_due(topic, step, REPEAT_MS):
            return None
    elif not _is_due(topic, step, DEPTH_CADENCE_MS[1]):
        return None
    else:
        topic.ladder = now
        topic.update_id += 1
    topic.seen_seq = topic.contract.seq
    return _book_frame(world, topic, "snapshot", list(now[0].items()), list(now[1].items()))


def _difference(before: dict[int, int], after: dict[int, int]) -> list[tuple[int, int]]:
    """Levels with their new sizes; 0 for one that left the published depth."""
    changed = [(ticks, lots) for ticks, lots in after.items() if before.get(ticks) != lots]
    return changed + [(ticks, 0) for ticks in before if ticks not in after]


def _ticker_frame(world: VenueWorld, topic: _Topic, form: str, data: dict[str, str]) -> Json:
    return {
        "topic": topic.name,
        "type": form,
        "data": data,
        "cs": topic.contract.seq,
        "ts": _now_ms(world),
    }


def _first_ticker(world: VenueWorld, topic: _Topic) -> Json:
    topic.told = wire.ticker(topic.contract, world)
    return _ticker_frame(world, topic, "snapshot", topic.told)


def _changed_ticker(world: VenueWorld, topic: _Topic, step: Step) -> Json | None:
    if not _is_due(topic, step, TICKER_MS) or topic.contract.state is None:
        return None
    if not (step.prices or step.books or step.trades or step.flush):
        return None
    now = wire.ticker(topic.contract, world)
    news = {key: value for key, value in now.items() if topic.told.get(key) != value}
    topic.told = now
    if not news:
        return None
    return _ticker_frame(world, topic, "delta", {"symbol": topic.contract.native, **news})


def _fills(topic: _Topic, step: Step) -> list[TradeTick]:
    symbol = topic.contract.listing.symbol
    if topic.contract.kind != "perpetual":
        return []
    return [fill for fill in step.trades if fill.symbol == symbol]


def _trades(world: VenueWorld, topic: _Topic, step: Step) -> Json | None:
    contract, fills = topic.contract, _fills(topic, step)
    if not fills:
        return None
    recent = world.recent_trades(contract.listing.symbol, 20)
    rows = [
        {
            "T": fill.at_ns // NS_PER_MS,
            "s": contract.native,
            "S": wire.side_name(fill.side),
            "v": contract.size(fill.lots),
            "p": contract.ticks(fill.ticks),
            "L": wire.direction([row for row in recent if row.trade_id <= fill.trade_id]),
            "i": wire.trade_uuid(fill.trade_id),
            "BT": False,
            "RPI": False,
            "seq": contract.seq,
        }
        for fill in fills
    ]
    return {"topic": topic.name, "type": "snapshot", "ts": _now_ms(world), "data": rows}


def _liquidations(world: VenueWorld, topic: _Topic, step: Step) -> Json | None:
    """`S` is the side of the position: a taker who sells closes a liquidated long, Buy."""
    contract = topic.contract
    rows = [
        {
            "T": fill.at_ns // NS_PER_MS,
            "s": contract.native,
            "S": "Buy" if fill.side is Side.SELL else "Sell",
            "v": contract.size(fill.lots),
            "p": contract.ticks(fill.ticks),
        }
        for fill in _fills(topic, step)
        if fill.liquidation
    ]
    if not rows:
        return None
    return {"topic": topic.name, "type": "snapshot", "ts": _now_ms(world), "data": rows}


def _first_kline(world: VenueWorld, topic: _Topic) -> Json:
    now_ms = _now_ms(world)
    row = reads.bars(world, topic.contract, topic.interval, 0, now_ms, 1)[0]
    start_ms, (opened, high, low, close, volume, turnover) = int(row[0]), row[1:]
    bar = {
        "start": start_ms,
        "end": start_ms + reads.INTERVALS_S[topic.interval] * 1000 - 1,
        "interval": topic.interval,
        "open": opened,
        "close": close,
        "high": high,
        "low": low,
        "volume": volume,
        "turnover": turnover,
        "confirm": False,
        "timestamp": now_ms,
    }
    return {"topic": topic.name, "data": [bar], "ts": now_ms, "type": "snapshot"}


def _running_kline(world: VenueWorld, topic: _Topic, step: Step) -> Json | None:
    if topic.contract.state is None or not _is_due(topic, step, KLINE_MS) or not step.trades:
        return None
    return _first_kline(world, topic)


_FIRST: dict[str, Callable[[VenueWorld, _Topic], Json]] = {
    "orderbook": _first_book,
    "tickers": _first_ticker,
    "kline": _first_kline,
}
_PUSHES: dict[str, Callable[[VenueWorld, _Topic, Step], Json | None]] = {
    "orderbook": _changed_book,
    "tickers": _changed_ticker,
    "publicTrade": _trades,
    "allLiquidation": _liquidations,
    "kline": _running_kline,
}
