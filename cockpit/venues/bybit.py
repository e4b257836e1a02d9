"""Bybit linear perpetuals, API v5: a centralised venue, here as a hedge leg.

| channel or endpoint | kinds | meaning | we emit | unit | evidence |
| --- | --- | --- | --- | --- | --- |
| `orderbook.200.S` | snapshot, delta | ladder each 100 ms | `BookSnapshot`, `BookDelta`, `BookReset` | contracts | ws orderbook page; recordings |
| `publicTrade.S` | snapshot (always) | fills | `Trade` | contracts | ws trade page; recordings |
| `tickers.S` | snapshot, delta of changed keys | prices, OI, funding | `Prices`, `OpenInterest`, `Funding` live | below | ws ticker page; recordings |
| `/v5/market/tickers` | list | the same, all markets | the same | below | tickers page |
| `/v5/market/instruments-info` | pages | listing | `Instrument` | | instrument page |
| `/v5/market/funding/history` | pages, newest first | paid funding | `Funding` settled | | history-fund-rate page |
| `/v5/market/risk-limit` | tiers | maintenance margin | `Instrument.mmf` | per cent or fraction | risk-limit page |
| `op: ping` | pong | | `Rtt` | | connect page |

Funding (tickers and instrument pages): `fundingRate` is a fraction per interval, positive when
longs pay, and belongs to the payment at `nextFundingTime`: `live`. The interval is
`fundingIntervalHour` (hours) or the listing's `fundingInterval` (minutes); until one of them is
known no funding is stated, because an unknown interval is not eight hours.

Sizes and open interest are in contracts of one base coin, or of 1000 and more of them where the
name has a multiplier. `singleOpenInterest` counts once; `openInterest` counts both sides and is
halved (tickers page; UNCONFIRMED whether values before that wording already did).

Several depths of one market are chains of their own. The deepest whose snapshot was seen feeds the
book; that is the subscribed one, unless a recording holds others.

No chain stands behind this venue; the `ts` of its frames serves latency. `/v5/market/time` is
understood when a recording has it, but not asked for.
"""  # noqa: E501 (a table row is one line)

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import UNSET

from cockpit.core.events import (
    BookDelta, BookReset, BookSnapshot, Funding, Instrument, OpenInterest, Prices, Reject, Rtt,
    Trade,
)  # fmt: skip
from cockpit.core.market import Side
from cockpit.core.units import HOUR_S, NS_PER_MS, NS_PER_S, next_boundary_ns
from cockpit.venues import bybit_wire as wire
from cockpit.venues import kit
from cockpit.venues.books import ChainedBook, Verdict
from cockpit.venues.contract import (
    MAIN, Closed, Fetch, Frame, Input, LinkSpec, Opened, Output, Reply, Send, Tick, VenueSpec,
    Wanted, Wants,
)  # fmt: skip

VENUE = "bybit"
_DOCS = "https://bybit-exchange.github.io/docs/v5"

SPEC = VenueSpec(
    name=VENUE,
    title="Bybit",
    short="BYB",
    links={MAIN: LinkSpec("wss://stream.bybit.com/v5/public/linear")},
    rest_url="https://api.bybit.com",
    chain=None,
    kinds=frozenset(
        {Instrument, BookSnapshot, BookDelta, BookReset, Trade, Funding, OpenInterest, Prices, Rtt}
    ),
    weight_per_minute=7200,
    burst=200,
    docs=(
        f"{_DOCS}/ws/connect",
        f"{_DOCS}/websocket/public/orderbook",
        f"{_DOCS}/websocket/public/ticker",
        f"{_DOCS}/websocket/public/trade",
        f"{_DOCS}/market/instrument",
        f"{_DOCS}/market/tickers",
        f"{_DOCS}/market/history-fund-rate",
        f"{_DOCS}/market/risk-limit",
        f"{_DOCS}/rate-limit",
    ),
    taker_fee=0.00055,
    maker_fee=0.0002,
)

_DEPTH = 200
_PING = '{"op":"ping"}'
_PATIENCE_NS = 5 * NS_PER_S
_LISTING_NS = 600 * NS_PER_S
_BANNED_NS = 600 * NS_PER_S
_TIERS_NS = 86_400 * NS_PER_S
_HISTORY_RETRY_NS = 60 * NS_PER_S
_HISTORY_LOST_NS = 300 * NS_PER_S
_HISTORY_DELAY_NS = 45 * NS_PER_S
_HISTORY_MS = 30 * 86_400_000
_HISTORY_ROWS = 200
_MAX_PAGES = 20
_REORDER_MS = 10_000
"""A value this much older than ours was overtaken on its way; older still, ours was wrong."""
_PRE_LAUNCH = "PreLaunch"
_UNUSED_TOPICS = frozenset(
    "kline kline_lt tickers_lt lt liquidation allLiquidation insurance priceLimit adlAlert "
    "position execution order wallet greeks dcp".split()
)
_UNUSED_REPLIES = frozenset({"time", "open_interest", "book"})
_PRICES = frozenset({"markPrice", "indexPrice", "lastPrice"})
_FUNDING = frozenset({"fundingRate", "nextFundingTime", "fundingIntervalHour"})

_DecodedT = TypeVar("_DecodedT")


@dataclass(slots=True, eq=False)
class _Market:
    """What we know of one native market. `values` and `stamps_ms` are the merged ticker."""

    native: str
    symbol: str
    contract: float
    instrument: Instrument | None = None
    mmf: float | None = None
    values: dict[str, float | None] = field(default_factory=dict)
    stamps_ms: dict[str, int] = field(default_factory=dict)
    feeding: "_Feed | None" = None
    settled_ms: set[int] = field(default_factory=set)
    is_history_filled: bool = False
    history_floor_ms: int | None = None
    history_due_ns: int = 0
    tiers_due_ns: int = 0

    @property
    def is_halted(self) -> bool:
        return self.instrument is not None and self.instrument.status != "active"


@dataclass(slots=True, eq=False)
class _Feed:
    """One (depth, market) chain of updates."""

    topic: str
    depth: int
    market: _Market
    chain: ChainedBook


class Session:
    """Bybit's translator; see the contract for what it hears and says."""

    def __init__(self, wants: Wants) -> None:
        self._wants = wants
        self._is_open = False
        self._markets: dict[str, _Market] = {}
        self._native_of: dict[str, str] = {}
        self._feeds: dict[str, _Feed] = {}
        self._topics = wire.Subscriptions()
        self._ping = kit.Every(20)
        self._pinged_ns: int | None = None
        self._tickers = kit.Every(60)
        self._list_at_ns = 0
        self._pages = 0
        self._is_listed = False
        self._is_guessing = False
        self._seen: set[str] = set()
        self._missing: set[str] = set()
        self._damaged_ns: int | None = None

    def handle(self, input: Input) -> Iterator[Output]:
        if isinstance(input, Frame):
            return iter(self._frame(input))
        if isinstance(input, Reply):
            return iter(self._reply(input))
        if isinstance(input, Tick):
            return iter(self._tick(input.at_ns))
        if isinstance(input, Opened):
            return iter(self._opened(input.at_ns))
        if isinstance(input, Wanted):
            self._wants = input.wants
            return iter(self._follow(input.at_ns))
        if isinstance(input, Closed):
            self._closed()
        return iter(())

    # --- life ---------------------------------------------------------------------------------

    def _opened(self, at_ns: int) -> list[Output]:
        self._closed()
        self._is_open = True
        return [self._list(at_ns), *self._follow(at_ns)]

    def _closed(self) -> None:
        self._is_open = False
        self._topics.clear()
        self._feeds.clear()
        self._ping.reset()
        self._pinged_ns = self._damaged_ns = None
        for market in self._markets.values():
            market.feeding = None
            market.values.clear()
            market.stamps_ms.clear()

    def _tick(self, at_ns: int) -> list[Output]:
        if not self._is_open:
            return []
        out: list[Output] = []
        if self._ping.due(at_ns):
            self._pinged_ns = at_ns
            out.append(Send(_PING))
        if at_ns >= self._list_at_ns:
            out.append(self._list(at_ns))
        if self._tickers.due(at_ns):
            out.append(Fetch(name="tickers", path="/v5/market/tickers?category=linear"))
        out += self._ask_history(at_ns)
        out += self._renew_books(at_ns)
        out += self._topics.overdue(at_ns)
        return out

    def _renew_books(self, at_ns: int) -> list[Send]:
        """Ask again for books that wait too long, and for all of them after damaged frames.

        A frame that arrived damaged shows that others may have been damaged in a digit, which
        nothing on this wire would reveal.
        """
        subscribed = [self._feeds[t] for t in self._feeds if t in self._topics.topics]
        late = [
            feed
            for feed in subscribed
            if not feed.chain.is_synced and at_ns - feed.chain.waiting_since_ns >= _PATIENCE_NS
        ]
        if self._damaged_ns is not None and at_ns - self._damaged_ns >= _PATIENCE_NS:
            self._damaged_ns = None
            late = subscribed
        for feed in late:
            feed.chain.waiting_since_ns = at_ns
        return self._topics.renew([feed.topic for feed in late], at_ns)

    def _follow(self, at_ns: int) -> list[Output]:
        """Subscribe to what is wanted, leave what is not, ask for what is new."""
        if not self._is_open:
            return []
        target: list[str] = []
        room = self._topics.MAX_CHARS
        unserved = 0
        for market in filter(None, map(self._wanted_market, self._wants.symbols)):
            if market.is_halted:
                continue
            native = market.native
            topics = (f"orderbook.{_DEPTH}.{native}", f"tickers.{native}", f"publicTrade.{native}")
            room -= sum(map(len, topics))
            if room < 0:
                unserved += 1
                continue
            target += topics
            if topics[0] not in self._feeds:
                self._feeds[topics[0]] = _Feed(topics[0], _DEPTH, market, ChainedBook(at_ns))
        out: list[Output] = []
        if unserved:
            reason = f"{unserved} markets left out: a connection carries 21,000 topic characters"
            out.append(kit.reject(VENUE, at_ns, reason))
        for topic in self._topics.topics.difference(target):
            feed = self._feeds.pop(topic, None)
            if feed and feed.market.feeding is feed:
                feed.market.feeding = None
                out.append(self._reset(feed, at_ns, "no longer subscribed"))
        return [*out, *self._topics.move_to(target, at_ns), *self._ask_history(at_ns)]

    def _wanted_market(self, symbol: str) -> _Market | None:
        native = self._native_of.get(symbol)
        if native is None and self._is_guessing:
            native = wire.native_without_metadata(symbol)
        return self._market(native) if native else None

    # --- frames -------------------------------------------------------------------------------

    def _frame(self, frame: Frame) -> Sequence[Output]:
        data = frame.data
        decoder = _FAST.get(data[:18])
        if decoder is not None:
            message = kit.decode(decoder, data)
            if not isinstance(message, str):
                return self._message(message, frame)
        return self._slow(frame)

    def _slow(self, frame: Frame) -> Sequence[Output]:
        """Answers, unused topics, other key orders or spacing, and everything damaged."""
        envelope = kit.decode(wire.ENVELOPE, frame.data)
        if isinstance(envelope, str):
            return [self._damaged(frame, envelope)]
        if not envelope.topic:
            return self._answer(envelope, frame)
        kind, _, rest = envelope.topic.partition(".")
        if kind in _UNUSED_TOPICS or (kind == "orderbook" and rest.startswith("rpi.")):
            return ()
        decoder = _DECODERS.get(kind)
        if decoder is None:
            return [self._damaged(frame, f"unknown topic {envelope.topic}")]
        message = kit.decode(decoder, frame.data)
        if not isinstance(message, str):
            return self._message(message, frame)
        out: list[Output] = [self._damaged(frame, message)]
        feed = self._feeds.get(envelope.topic)
        return out + self._lose(feed, frame.at_ns, "a level was not sane") if feed else out

    def _message(
        self, message: wire.BookMessage | wire.TradeMessage | wire.TickerMessage, frame: Frame
    ) -> Sequence[Output]:
        self._topics.seen(message.topic)
        if isinstance(message, wire.BookMessage):
            return self._book(message, frame)
        if isinstance(message, wire.TradeMessage):
            return self._trades(message, frame)
        market = self._market(message.data.symbol)
        if market is None or message.topic != f"tickers.{market.native}":
            return self._stranger(message.topic, message.data.symbol, frame)
        return self._ticker(market, message.data, message.ts, frame.at_ns)

    def _answer(self, envelope: wire.Envelope, frame: Frame) -> Sequence[Output]:
        if envelope.success is False:
            words = f"{envelope.op or 'request'} refused: {envelope.ret_msg or 'without a reason'}"
            return [
                kit.reject(VENUE, frame.at_ns, words, frame.data),
                *self._topics.answered(envelope.req_id or "", False, frame.at_ns),
            ]
        if envelope.op in ("ping", "pong"):
            sent_ns, self._pinged_ns = self._pinged_ns, None
            if sent_ns is None:
                return ()
            return [Rtt(venue=VENUE, recv_ns=frame.at_ns, rtt_ns=frame.at_ns - sent_ns)]
        if envelope.op in ("subscribe", "unsubscribe", "auth"):
            self._topics.answered(envelope.req_id or "", True, frame.at_ns)
            return ()
        return [self._damaged(frame, f"unknown message {envelope.op or '(no topic, no op)'}")]

    def _damaged(self, frame: Frame, reason: str) -> Reject:
        self._damaged_ns = frame.at_ns
        return kit.reject(VENUE, frame.at_ns, reason, frame.data)

    def _stranger(self, topic: str, native: str, frame: Frame) -> Sequence[Output]:
        """A frame about no market that we know: a dated future, or nonsense."""
        if topic.endswith(f".{native}") and wire.name_without_metadata(native) is None:
            return ()
        return [self._damaged(frame, f"unknown market {native} in {topic}")]

    # --- book and trades ----------------------------------------------------------------------

    def _book(self, message: wire.BookMessage, frame: Frame) -> Sequence[Output]:
        data = message.data
        feed = self._feeds.get(message.topic) or self._new_feed(message.topic, frame.at_ns)
        if feed is None or data.s != feed.market.native:
            return self._stranger(message.topic, data.s, frame)
        market = feed.market
        venue_ms = message.cts or data.cts or message.ts
        if message.type == "snapshot" or data.u == 1:
            return self._snapshot(feed, data, venue_ms, frame)
        if market.feeding is not feed:
            return ()
        verdict = feed.chain.delta(data.u - 1, data.u, frame.at_ns)
        if verdict is Verdict.IGNORE:
            return ()
        if verdict is Verdict.GAP:
            return self._lost(feed, frame.at_ns, f"gap before update {data.u}")
        return (
            BookDelta(
                venue=VENUE,
                symbol=market.symbol,
                recv_ns=frame.at_ns,
                venue_ns=None if venue_ms is None else venue_ms * NS_PER_MS,
                bids=kit.scale_levels(data.b, market.contract),
                asks=kit.scale_levels(data.a, market.contract),
                seq=data.u,
            ),
        )

    def _snapshot(
        self, feed: _Feed, data: wire.BookData, venue_ms: int | None, frame: Frame
    ) -> list[Output]:
        market = feed.market
        if market.feeding is not None and market.feeding.depth > feed.depth:
            return []
        is_crossed = data.b and data.a and data.b[0][0] >= data.a[0][0]
        if is_crossed or not (kit.sane_levels(data.b) and kit.sane_levels(data.a)):
            reject = self._damaged(frame, f"{feed.topic}: crossed or empty levels in a snapshot")
            return [reject, *self._lose(feed, frame.at_ns, "snapshot was not sane")]
        market.feeding = feed
        feed.chain.snapshot(data.u)
        return [
            BookSnapshot(
                venue=VENUE,
                symbol=market.symbol,
                recv_ns=frame.at_ns,
                venue_ns=None if venue_ms is None else venue_ms * NS_PER_MS,
                bids=kit.scale_levels(data.b, market.contract),
                asks=kit.scale_levels(data.a, market.contract),
                seq=data.u,
            )
        ]

    def _new_feed(self, topic: str, at_ns: int) -> _Feed | None:
        _, _, rest = topic.partition(".")
        depth, _, native = rest.partition(".")
        market = self._market(native)
        if market is None or not (depth.isascii() and depth.isdigit() and len(depth) < 6):
            return None
        feed = self._feeds[topic] = _Feed(topic, int(depth), market, ChainedBook(at_ns))
        return feed

    def _lose(self, feed: _Feed, at_ns: int, reason: str) -> list[Output]:
        """The chain is broken if this feed was what the book is made of."""
        if feed.market.feeding is not feed or not feed.chain.is_synced:
            return []
        feed.chain.lose(at_ns)
        return self._lost(feed, at_ns, reason)

    def _lost(self, feed: _Feed, at_ns: int, reason: str) -> list[Output]:
        return [self._reset(feed, at_ns, reason), *self._topics.renew([feed.topic], at_ns)]

    def _reset(self, feed: _Feed, at_ns: int, reason: str) -> BookReset:
        return BookReset(venue=VENUE, symbol=feed.market.symbol, recv_ns=at_ns, reason=reason)

    def _trades(self, message: wire.TradeMessage, frame: Frame) -> Sequence[Output]:
        out: list[Output] = []
        for fill in message.data:
            market = self._market(fill.s)
            if market is None or message.topic != f"publicTrade.{fill.s}":
                return self._stranger(message.topic, fill.s, frame)
            out.append(
                Trade(
                    venue=VENUE,
                    symbol=market.symbol,
                    recv_ns=frame.at_ns,
                    venue_ns=fill.T * NS_PER_MS,
                    price=fill.p / market.contract,
                    size=fill.v * market.contract,
                    side=Side.BUY if fill.S == "Buy" else Side.SELL,
                )
            )
        return out
