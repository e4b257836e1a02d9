"""Bybit's topics: what each says when it is subscribed, and after a step.

Figures: https://bybit-exchange.github.io/docs/v5/websocket/public. A level of the RPI book has a
third column. `insurance` and `adlAlert` are by coin of a pool, and nothing ever happens there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.bybit import klines
from cockpit.sim.faces.bybit import messages as wire
from cockpit.sim.faces.bybit.messages import Contract, Json
from cockpit.sim.faces.bybit.rest_public import POOL_COINS
from cockpit.sim.world.contract import Step, TradeTick, VenueWorld

DEPTH_CADENCE_MS = {1: 10, 50: 20, 200: 100, 1000: 200}
RPI_DEPTH, RPI_MS = 50, 100
TICKER_MS, LIMIT_MS, KLINE_MS, REPEAT_MS = 100, 300, 1000, 3000

PLAIN_TOPICS = frozenset({"tickers", "publicTrade", "allLiquidation", "priceLimit"})
POOL_TOPICS = frozenset({"insurance", "adlAlert"})
_POOL = Contract("", "closed", wire.PRELAUNCH, None)
"""A pool belongs to no market."""

Ladder = tuple[dict[int, int], dict[int, int]]


@dataclass(slots=True)
class Topic:
    """One subscribed topic. `told` and `ladder` are what the client knows."""

    name: str
    kind: str
    contract: Contract
    depth: int = 0
    is_rpi: bool = False
    interval: str = ""
    sent_ns: int = 0
    seen_seq: int = -1
    update_id: int = 0
    ladder: Ladder = field(default_factory=lambda: ({}, {}))
    told: dict[str, str] = field(default_factory=dict)
    begin_ms: int = 0
    has_traded: bool = False


def parsed(name: str, known: dict[str, Contract]) -> Topic | None:
    """A topic by its name; None where the venue has no such topic or symbol."""
    kind, *middle = name.split(".")
    subject = middle.pop() if middle else ""
    if kind in POOL_TOPICS and not middle and subject in POOL_COINS:
        return Topic(name, kind, _POOL)
    contract = known.get(subject)
    if contract is None or contract.kind == "closed":
        return None
    topic = Topic(name, kind, contract)
    if kind == "orderbook" and middle in ([str(depth)] for depth in DEPTH_CADENCE_MS):
        topic.depth = int(middle[0])
        return topic
    if kind == "orderbook" and middle == ["rpi"]:
        topic.depth, topic.is_rpi = RPI_DEPTH, True
        return topic
    if kind == "kline" and middle in ([interval] for interval in klines.INTERVALS_MS):
        topic.interval = middle[0]
        return topic
    return topic if not middle and kind in PLAIN_TOPICS else None


def _now_ms(world: VenueWorld) -> int:
    return world.now_ns() // NS_PER_MS


def _is_due(topic: Topic, step: Step, cadence_ms: int) -> bool:
    """A clock that was set back does not hold anything back."""
    held_ns = step.at_ns - topic.sent_ns
    return step.flush or held_ns < 0 or held_ns >= cadence_ms * NS_PER_MS


def _ladder(topic: Topic) -> Ladder:
    contract, depth = topic.contract, topic.depth
    return dict(contract.ladder(Side.BUY, depth)), dict(contract.ladder(Side.SELL, depth))


def _book_frame(
    world: VenueWorld,
    topic: Topic,
    form: str,
    bids: list[tuple[int, int]],
    asks: list[tuple[int, int]],
) -> Json:
    contract, now_ms = topic.contract, _now_ms(world)
    shown = wire.rpi_levels if topic.is_rpi else wire.levels
    return {
        "topic": topic.name,
        "type": form,
        "ts": now_ms,
        "data": {
            "s": contract.native,
            "b": shown(contract, bids),
            "a": shown(contract, asks),
            "u": topic.update_id,
            "seq": contract.seq,
        },
        "cts": now_ms - 1,
    }


def _first_book(world: VenueWorld, topic: Topic) -> Json:
    topic.update_id = topic.contract.update_id
    topic.seen_seq = topic.contract.seq
    topic.ladder = _ladder(topic)
    bids, asks = topic.ladder
    return _book_frame(world, topic, "snapshot", list(bids.items()), list(asks.items()))


def _changed_book(world: VenueWorld, topic: Topic, step: Step) -> Json | None:
    if topic.contract.state is None:
        return None
    if topic.depth == 1:
        return _best_level(world, topic, step)
    if topic.contract.seq == topic.seen_seq:
        return None
    if not _is_due(topic, step, RPI_MS if topic.is_rpi else DEPTH_CADENCE_MS[topic.depth]):
        return None
    topic.seen_seq = topic.contract.seq
    before, topic.ladder = topic.ladder, _ladder(topic)
    bids = sorted(_difference(before[0], topic.ladder[0]), reverse=True)
    asks = sorted(_difference(before[1], topic.ladder[1]))
    if not bids and not asks:
        return None
    topic.update_id += 1
    return _book_frame(world, topic, "delta", bids, asks)


def _best_level(world: VenueWorld, topic: Topic, step: Step) -> Json | None:
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


def _ticker_frame(world: VenueWorld, topic: Topic, form: str, data: dict[str, str]) -> Json:
    return {
        "topic": topic.name,
        "type": form,
        "data": data,
        "cs": topic.contract.seq,
        "ts": _now_ms(world),
    }


def _first_ticker(world: VenueWorld, topic: Topic) -> Json:
    topic.told = wire.ticker(topic.contract, world)
    return _ticker_frame(world, topic, "snapshot", topic.told)


def _changed_ticker(world: VenueWorld, topic: Topic, step: Step) -> Json | None:
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


def _fills(topic: Topic, step: Step) -> list[TradeTick]:
    symbol = topic.contract.listing.symbol
    if topic.contract.kind != "perpetual":
        return []
    return [fill for fill in step.trades if fill.symbol == symbol]


def _trades(world: VenueWorld, topic: Topic, step: Step) -> Json | None:
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


def _liquidations(world: VenueWorld, topic: Topic, step: Step) -> Json | None:
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


def _first_kline(world: VenueWorld, topic: Topic) -> Json | None:
    topic.begin_ms = klines.open_ms(topic.interval, _now_ms(world))
    return _kline(world, topic, topic.begin_ms, confirm=False)


def _kline(world: VenueWorld, topic: Topic, begin_ms: int, *, confirm: bool) -> Json | None:
    row = klines.bar(world, topic.contract, topic.interval, begin_ms)
    if row is None:
        return None
    _, opened, high, low, close, volume, turnover = row
    end_ms, now_ms = klines.next_ms(topic.interval, begin_ms) - 1, _now_ms(world)
    trades = world.recent_trades(topic.contract.listing.symbol, 1)
    matched_ms = trades[-1].at_ns // NS_PER_MS if trades else now_ms
    shown = {
        "start": begin_ms,
        "end": end_ms,
        "interval": topic.interval,
        "open": opened,
        "close": close,
        "high": high,
        "low": low,
        "volume": volume,
        "turnover": turnover,
        "confirm": confirm,
        "timestamp": min(matched_ms, end_ms) if confirm else matched_ms,
    }
    return {"topic": topic.name, "data": [shown], "ts": now_ms, "type": "snapshot"}


def _running_kline(world: VenueWorld, topic: Topic, step: Step) -> Json | None:
    """With trades; and once more, confirmed, when the kline has ended."""
    if topic.contract.state is None:
        return None
    before_ms, topic.begin_ms = topic.begin_ms, klines.open_ms(topic.interval, _now_ms(world))
    if 0 < before_ms < topic.begin_ms:
        return _kline(world, topic, before_ms, confirm=True)
    topic.has_traded = topic.has_traded or bool(_fills(topic, step))
    if not topic.has_traded or not _is_due(topic, step, KLINE_MS):
        return None
    topic.has_traded = False
    return _kline(world, topic, topic.begin_ms, confirm=False)


def _price_limit(world: VenueWorld, topic: Topic) -> Json | None:
    limits = wire.price_limits(topic.contract)
    if limits is None:
        return None
    topic.told = {"symbol": topic.contract.native, **limits}
    return {"topic": topic.name, "data": topic.told, "ts": _now_ms(world)}


def _changed_limit(world: VenueWorld, topic: Topic, step: Step) -> Json | None:
    if not (step.prices or step.flush) or not _is_due(topic, step, LIMIT_MS):
        return None
    before, frame = topic.told, _price_limit(world, topic)
    return frame if topic.told != before else None


def _silence(world: VenueWorld, topic: Topic, step: Step) -> Json | None:
    return None


FIRST: dict[str, Callable[[VenueWorld, Topic], Json | None]] = {
    "orderbook": _first_book,
    "tickers": _first_ticker,
    "kline": _first_kline,
    "priceLimit": _price_limit,
}
PUSHES: dict[str, Callable[[VenueWorld, Topic, Step], Json | None]] = {
    "orderbook": _changed_book,
    "tickers": _changed_ticker,
    "publicTrade": _trades,
    "allLiquidation": _liquidations,
    "kline": _running_kline,
    "priceLimit": _changed_limit,
    "insurance": _silence,
    "adlAlert": _silence,
}
