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
book: that is the subscribed one, unless a recording holds others. A link that delivers a damaged
frame may have damaged others in a digit, which nothing on this wire would reveal: every book is
taken anew once no damage was seen for five seconds.

No chain stands behind this venue; the `ts` of its frames serves latency. `/v5/market/time` is
understood when a recording has it, but not asked for.
"""  # noqa: E501 (a table row is one line)

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from cockpit.core.events import (
    BookDelta,
    BookReset,
    BookSnapshot,
    Funding,
    Instrument,
    OpenInterest,
    Prices,
    Reject,
    Rtt,
    Trade,
)
from cockpit.core.market import FundingTerms, Side
from cockpit.core.units import NS_PER_MS
from cockpit.venues.bybit import messages as wire
from cockpit.venues.bybit.mapper import MAKER_FEE, TAKER_FEE, VENUE
from cockpit.venues.bybit.rest import BybitRest
from cockpit.venues.bybit.subscriptions import PATIENCE_NS, Books, Subscriptions
from cockpit.venues.contract import (
    MAIN,
    Closed,
    Frame,
    Input,
    LinkSpec,
    Opened,
    Output,
    Reply,
    Send,
    Tick,
    VenueSpec,
    Wanted,
    Wants,
)
from cockpit.venues.kit import decoding, polling

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
    docs=tuple(
        f"{_DOCS}/{page}"
        for page in (
            "ws/connect", "websocket/public/orderbook", "websocket/public/ticker",
            "websocket/public/trade", "market/instrument", "market/tickers",
            "market/history-fund-rate", "market/risk-limit", "rate-limit",
        )
    ),
    taker_fee=TAKER_FEE,
    maker_fee=MAKER_FEE,
    funding_terms=FundingTerms(interest_8h=1e-4, dampener_8h=5e-4),
)  # fmt: skip

_DEPTH = 200
_PING = '{"op":"ping"}'
_UNUSED_TOPICS = frozenset({
    "kline", "kline_lt", "tickers_lt", "lt", "liquidation", "allLiquidation", "insurance",
    "priceLimit", "adlAlert", "position", "execution", "order", "wallet", "greeks", "dcp",
})  # fmt: skip


class Session:
    """Bybit's translator; the contract says what it hears and says."""

    def __init__(self, wants: Wants) -> None:
        self._wants = wants
        self._rest = BybitRest()
        self._closed()

    def handle(self, input: Input) -> Sequence[Output]:
        if isinstance(input, Frame):
            return self._frame(input)
        if isinstance(input, Reply):
            return self._reply(input)
        if isinstance(input, Tick):
            return self._tick(input.at_ns)
        if isinstance(input, Opened):
            return self._opened(input.at_ns)
        if isinstance(input, Wanted):
            self._wants = input.wants
            return self._follow(input.at_ns)
        if isinstance(input, Closed):
            self._closed()
        return ()

    # --- life ---------------------------------------------------------------------------------

    def _closed(self) -> None:
        self._is_open = False
        self._topics = Subscriptions()
        self._books = Books(self._topics)
        self._ping = polling.Every(20)
        self._pinged_ns: int | None = None
        self._damaged_ns: int | None = None
        self._gap_ns: int | None = None
        for market in self._rest.markets.values():
            market.forget_link()

    def _opened(self, at_ns: int) -> list[Output]:
        self._closed()
        self._is_open = True
        return [self._rest.relist(at_ns), *self._follow(at_ns)]

    def _tick(self, at_ns: int) -> list[Output]:
        if not self._is_open:
            return []
        out: list[Output] = []
        if self._ping.due(at_ns):
            self._pinged_ns = at_ns
            out.append(Send(_PING))
        damaged = self._damaged_ns is not None and at_ns - self._damaged_ns >= PATIENCE_NS
        if damaged:
            self._damaged_ns = None
        # A ticker's changes have no numbers: where a book lost something, they may have as well.
        if damaged or (self._gap_ns is not None and at_ns - self._gap_ns >= PATIENCE_NS):
            self._gap_ns = None
            self._rest.look_again()
        out += self._books.renew(at_ns, everything=damaged)
        out += self._topics.overdue(at_ns)
        out += self._rest.due(at_ns, self._wants)
        return out

    def _reply(self, reply: Reply) -> list[Output]:
        out = self._rest.reply(reply, self._wants)
        if reply.name == "instruments":
            out += self._follow(reply.at_ns)
        return out

    def _follow(self, at_ns: int) -> list[Output]:
        """Subscribe to what is wanted, leave what is not, ask for what is new."""
        if not self._is_open:
            return []
        out: list[Output] = []
        target: list[str] = []
        room, unserved = self._topics.MAX_CHARS, 0
        for market in self._rest.wanted(self._wants):
            native = market.native
            topics = (f"orderbook.{_DEPTH}.{native}", f"tickers.{native}", f"publicTrade.{native}")
            room -= sum(map(len, topics))
            if room < 0:
                unserved += 1
                continue
            target += topics
            self._books.open(topics[0], _DEPTH, market, at_ns)
        if unserved:
            reason = f"{unserved} markets left out: a connection carries 21,000 topic characters"
            out.append(decoding.reject(VENUE, at_ns, reason))
        for topic in sorted(self._topics.topics.difference(target)):
            out += self._books.close(topic, at_ns)
        out += self._topics.move_to(target, at_ns)
        out += self._rest.background(at_ns, self._wants)
        return out

    # --- frames -------------------------------------------------------------------------------

    def _frame(self, frame: Frame) -> Sequence[Output]:
        decoder = _FAST.get(frame.data[:18])
        if decoder is None:
            return self._slow(frame)
        try:
            message = decoder.decode(frame.data)
        except decoding.BROKEN:
            return self._slow(frame)
        return self._stream(message, frame)

    def _slow(self, frame: Frame) -> Sequence[Output]:
        """Answers, unused topics, other key orders or spacing, and everything damaged."""
        envelope = decoding.decode(wire.ENVELOPE, frame.data)
        if isinstance(envelope, str):
            return [self._damaged(frame, envelope)]
        topic = envelope.topic
        if not topic:
            return self._answer(envelope, frame)
        kind, _, rest = topic.partition(".")
        if kind in _UNUSED_TOPICS or (kind == "orderbook" and rest.startswith("rpi.")):
            return ()
        decoder = _DECODERS.get(kind)
        if decoder is None:
            return [self._damaged(frame, f"unknown topic {topic}")]
        message = decoding.decode(decoder, frame.data)
        if not isinstance(message, str):
            return self._stream(message, frame)
        lost = self._books.lose(topic, frame.at_ns, "a message made no sense")
        return [self._damaged(frame, message), *lost]

    def _stream(self, message: wire.Stream, frame: Frame) -> Sequence[Output]:
        self._topics.seen(message.topic)
        if type(message) is wire.BookMessage:
            return self._book(message, frame)
        if type(message) is wire.TradeMessage:
            return self._trades(message, frame)
        native = message.data["symbol"]
        market = self._rest.market(native)
        if market is None or message.topic.removeprefix("tickers.") != native:
            return self._stranger(message.topic, native, frame)
        facts = market.ticker(message.data, message.ts, frame.at_ns)
        return [self._damaged(frame, facts)] if isinstance(facts, str) else facts

    def _book(self, message: wire.BookMessage, frame: Frame) -> Sequence[Output]:
        topic, native = message.topic, message.data.s
        feed = self._books.feeds.get(topic)
        if feed is None:
            market, depth = self._rest.market(native), wire.book_depth(topic, native)
            if market is not None and depth is not None:
                feed = self._books.open(topic, depth, market, frame.at_ns)
        if feed is None or feed.market.native != native:
            return self._stranger(topic, native, frame)
        outputs = self._books.apply(feed, message, frame.at_ns)
        if isinstance(outputs, str):
            lost = self._books.lose(topic, frame.at_ns, "snapshot made no sense")
            return [self._damaged(frame, outputs), *lost]
        if outputs and type(outputs[0]) is BookReset:
            self._gap_ns = frame.at_ns
        return outputs

    def _trades(self, message: wire.TradeMessage, frame: Frame) -> Sequence[Output]:
        out: list[Output] = []
        for fill in message.data:
            market = self._rest.market(fill.s)
            if market is None or message.topic.removeprefix("publicTrade.") != fill.s:
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

    def _answer(self, envelope: wire.Envelope, frame: Frame) -> Sequence[Output]:
        """The answer to a request of ours."""
        req_id = envelope.req_id or ""
        if envelope.success is False:
            words = f"{envelope.op or 'request'} refused: {envelope.ret_msg or 'without a reason'}"
            again = self._topics.answered(req_id, False, frame.at_ns)
            return [decoding.reject(VENUE, frame.at_ns, words, frame.data), *again]
        if envelope.op in ("ping", "pong"):
            sent_ns, self._pinged_ns = self._pinged_ns, None
            if sent_ns is None:
                return ()
            return [Rtt(venue=VENUE, recv_ns=frame.at_ns, rtt_ns=frame.at_ns - sent_ns)]
        if envelope.op in ("subscribe", "unsubscribe", "auth"):
            return self._topics.answered(req_id, True, frame.at_ns)
        return [self._damaged(frame, f"unknown message {envelope.op or '(no topic, no op)'}")]

    def _stranger(self, topic: str, native: str, frame: Frame) -> Sequence[Output]:
        """A frame about no perpetual that we know: a dated future, or nonsense."""
        if topic.endswith(f".{native}") and wire.name_without_metadata(native) is None:
            return ()
        return [self._damaged(frame, f"unknown market {native} in {topic}")]

    def _damaged(self, frame: Frame, reason: str) -> Reject:
        self._damaged_ns = frame.at_ns
        return decoding.reject(VENUE, frame.at_ns, reason, frame.data)


_DECODERS: Mapping[str, "msgspec.json.Decoder[Any]"] = {
    "orderbook": wire.BOOK,
    "tickers": wire.ODD_TICKER,
    "publicTrade": wire.TRADES,
}
_FAST: Mapping[str | bytes, "msgspec.json.Decoder[Any]"] = {
    head: decoder
    for kind, decoder in {**_DECODERS, "tickers": wire.TICKER}.items()
    for head in (f'{{"topic":"{kind}.'[:18], f'{{"topic":"{kind}.'[:18].encode())
}
"""The decoder by the first characters of a frame, as the venue writes them."""
