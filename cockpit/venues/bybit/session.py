"""Bybit: what is subscribed and asked, and what the frames say."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from cockpit.core.events import Reject
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.venues.bybit import messages as wire
from cockpit.venues.bybit.mapper import VENUE, BybitMarket
from cockpit.venues.bybit.rest import Rest
from cockpit.venues.contract import Frame, Output, Wants
from cockpit.venues.kit import decoding, numbers
from cockpit.venues.kit.books import BookFeed, Books
from cockpit.venues.kit.damage import Damage
from cockpit.venues.kit.fields import FIRST_S, LAST_S, moment_ns, ms_to_ns
from cockpit.venues.kit.heartbeat import Heartbeat
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.sequencing import APPLY, GAP, ChainedBook
from cockpit.venues.kit.session import VenueSession
from cockpit.venues.kit.statements import delta, snapshot, trade
from cockpit.venues.kit.subscriptions import Operation, Rules, Subscriptions, fitting

_DEPTH = 200
_PATIENCE_NS = 5 * NS_PER_S
_FAR_BEHIND = 1_000
"""Updates come every 100 ms: a number further below ours is of another sequence."""
_MAX_CHARS = 21_000
"""All topics of a connection together."""
_FIRST_MS, _LAST_MS = FIRST_S * 1_000, LAST_S * 1_000
_FILLS = RowReader(VENUE, wire.Fill, "s")
_UNUSED_TOPICS = frozenset({
    "kline", "kline_lt", "tickers_lt", "lt", "liquidation", "allLiquidation", "insurance",
    "priceLimit", "adlAlert", "position", "execution", "order", "wallet", "greeks", "dcp",
})  # fmt: skip


def _encode(operation: Operation, topics: Sequence[str], request: int) -> str:
    asked = {"req_id": str(request), "op": operation, "args": topics}
    return decoding.encode(asked)


class Session(VenueSession):
    """Bybit's translator; the contract says what it hears and says."""

    def __init__(self, wants: Wants) -> None:
        super().__init__(VENUE, wants)
        self._rest = Rest(wants)
        self.listing = self._rest.listing
        # One bad topic fails its whole request, so requests are small.
        self._topics = Subscriptions(_encode, Rules(per_request=10))
        self._books = Books(VENUE, self._topics, new_chain=partial(ChainedBook, far=_FAR_BEHIND))
        self._damage = Damage(VENUE, self._renew)
        self._pulse = Heartbeat(VENUE, lambda at_ns: '{"op":"ping"}', every_s=20)
        self.parts = (self._damage, self._pulse, self._books, self._topics, *self._rest.parts)
        self.answers = self._rest.answers
        self._gap_ns: int | None = None

    def on_closed(self, link: str) -> None:
        self._gap_ns = None

    def on_tick(self, at_ns: int) -> Sequence[Output]:
        # A ticker's changes have no numbers: where a book lost something, they may have as well.
        if self._gap_ns is not None and at_ns - self._gap_ns >= _PATIENCE_NS:
            self._gap_ns = None
            self._rest.tickers.soon()
        return ()

    def _renew(self, at_ns: int) -> Sequence[Output]:
        self._gap_ns = None
        self._rest.tickers.soon()
        return self._books.renew_all(at_ns)

    def follow(self, at_ns: int) -> Sequence[Output]:
        """A book, a ticker and trades of each wanted market that the connection has room for."""
        self._rest.survey.want(self.wants)
        markets = list(self._rest.wanted())
        groups = {
            m: (f"orderbook.{_DEPTH}.{m.native}", f"tickers.{m.native}", f"publicTrade.{m.native}")
            for m in markets
        }
        served = fitting(groups, _MAX_CHARS, len)
        out: list[Output] = []
        if left := len(markets) - len(served):
            reason = f"{left} markets left out: a connection carries 21,000 topic characters"
            out.append(decoding.reject(VENUE, at_ns, reason))
        out += self._books.want(
            {topics[0]: market.symbol for market, topics in served.items()}, at_ns
        )
        out += self._topics.want([topic for topics in served.values() for topic in topics], at_ns)
        return out + self._rest.follow(at_ns)

    # --- frames -------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        decoder = _FAST.get(frame.data[_HEAD])
        if decoder is None:
            return self._slow(frame)
        try:
            message = decoder.decode(frame.data)
        except decoding.BROKEN:
            return self._slow(frame)
        if type(message) is wire.BookMessage and not self._topics.waiting:
            return self._book(message, frame)
        return self._stream(message, frame)

    def _slow(self, frame: Frame) -> Sequence[Output]:
        """Answers, unused topics, other key orders or spacing, and everything damaged."""
        envelope = decoding.decode(wire.ENVELOPE, frame.data)
        if isinstance(envelope, str):
            return [self._damage.reject(frame, envelope)]
        topic = envelope.topic
        if not topic:
            return self._answer(envelope, frame)
        kind, _, rest = topic.partition(".")
        if kind in _UNUSED_TOPICS or (kind == "orderbook" and rest.startswith("rpi.")):
            return ()
        decoder = _DECODERS.get(kind)
        if decoder is None:
            return [self._damage.reject(frame, f"unknown topic {topic}")]
        message = decoding.decode(decoder, frame.data)
        if not isinstance(message, str):
            return self._stream(message, frame)
        odd = decoding.decode(wire.ODD_TRADES, frame.data) if decoder is wire.TRADES else message
        if not isinstance(odd, str):
            fills, unread = _FILLS.read(odd.data, topic, frame.at_ns)
            self._damage.note(frame.at_ns)
            told = wire.TradeMessage(topic, tuple(fills))
            return [*self._stream(told, frame), *unread.rejects]
        lost = self._books.lose(topic, frame.at_ns, "a message made no sense")
        return [self._damage.reject(frame, message), *lost]

    def _stream(self, message: wire.Stream, frame: Frame) -> Sequence[Output]:
        if self._topics.waiting:
            self._topics.seen(message.topic)
        if type(message) is wire.BookMessage:
            return self._book(message, frame)
        if type(message) is wire.TradeMessage:
            return self._trades(message, frame)
        native = message.data["symbol"]
        market = self.listing.markets.get(native) or self._rest.listing.known(native)
        if market is None or message.topic.removeprefix("tickers.") != native:
            return self._stranger(message.topic, native, frame)
        stamp_ms = message.ts
        if type(stamp_ms) is not int or not _FIRST_MS <= stamp_ms < _LAST_MS:
            stamp_ns = moment_ns(stamp_ms)
            stamp_ms = None if stamp_ns is None else stamp_ns // NS_PER_MS
        facts = market.ticker(message.data, stamp_ms, frame.at_ns, frame.data)
        if stamp_ms is None and not numbers.is_nothing(message.ts):
            facts = [*facts, self._damage.reject(frame, f"a time is {message.ts!r:.40}")]
        if facts and type(facts[-1]) is Reject:
            self._damage.note(frame.at_ns)
        return facts

    def _book(self, message: wire.BookMessage, frame: Frame) -> Sequence[Output]:
        topic, native = message.topic, message.data.s
        feed = self._books.feeds.get(topic)
        market = self.listing.markets.get(native) or self._rest.listing.known(native)
        # The chain that feeds a market was found to be of it.
        if feed is None or market is None or market.feeding is not feed:
            if market is None or wire.book_depth(topic, native) is None:
                return self._stranger(topic, native, frame)
            feed = feed or self._books.feed(topic, market.symbol, frame.at_ns)
            if feed is None:
                return ()
        data, at_ns = message.data, frame.at_ns
        venue_ns = ms_to_ns(message.cts or data.cts or message.ts)
        if message.type == "snapshot" or data.u == 1:
            return self._snapshot(feed, market, data, venue_ns, frame)
        if not feed.is_stated:
            return ()
        verdict = feed.chain.delta(data.u - 1, data.u, at_ns)
        if verdict is APPLY:
            return (delta(VENUE, market, (data.b, data.a), data.u, venue_ns, at_ns),)
        if verdict is not GAP:
            return ()
        self._gap_ns = at_ns
        return self._books.gap(feed, at_ns, f"gap before update {data.u}")

    def _snapshot(
        self,
        feed: BookFeed,
        market: BybitMarket,
        data: wire.BookData,
        venue_ns: int | None,
        frame: Frame,
    ) -> Sequence[Output]:
        """The whole book, unless a deeper chain of this market makes it."""
        if not numbers.sane_book(data.b, data.a):
            reason = f"snapshot of {feed.key} is crossed, unordered or has an empty level"
            lost = self._books.lose(feed.key, frame.at_ns, "snapshot made no sense")
            return [self._damage.reject(frame, reason), *lost]
        stated = market.feeding
        if stated is not None and stated is not feed:
            if stated.is_stated and wire.depth_of(stated.key) > wire.depth_of(feed.key):
                return ()
            stated.is_stated = False
        market.feeding, feed.is_stated = feed, True
        feed.chain.snapshot(data.u)
        return (snapshot(VENUE, market, (data.b, data.a), data.u, venue_ns, frame.at_ns),)

    def _trades(self, message: wire.TradeMessage[wire.Fill], frame: Frame) -> Sequence[Output]:
        out: list[Output] = []
        for fill in message.data:
            market = self.listing.markets.get(fill.s) or self._rest.listing.known(fill.s)
            if market is None or message.topic.removeprefix("publicTrade.") != fill.s:
                return self._stranger(message.topic, fill.s, frame)
            venue_ns, is_buy = fill.T * NS_PER_MS, fill.S == "Buy"
            out.append(trade(VENUE, market, (fill.p, fill.v), venue_ns, frame.at_ns, is_buy=is_buy))
        return out

    def _answer(self, envelope: wire.Envelope, frame: Frame) -> Sequence[Output]:
        """The answer to a request of ours."""
        request = decoding.request_number(envelope.req_id)
        if envelope.success is False:
            words = f"{envelope.op or 'request'} refused: {envelope.ret_msg or 'without a reason'}"
            again = self._topics.refused(request, frame.at_ns)
            return [decoding.reject(VENUE, frame.at_ns, words, frame.data), *again]
        if envelope.op in ("ping", "pong"):
            return self._pulse.pong(frame.at_ns)
        if envelope.op in ("subscribe", "unsubscribe", "auth"):
            return self._topics.acknowledged(request, frame.at_ns)
        return [self._damage.reject(frame, f"unknown message {envelope.op or '(no topic, no op)'}")]

    def _stranger(self, topic: str, native: str, frame: Frame) -> Sequence[Output]:
        """A frame about no perpetual that we know: of another contract, or nonsense."""
        if topic.endswith(f".{native}") and wire.is_other_contract(native):
            return ()
        return [self._damage.reject(frame, f"unknown market {native} in {topic}")]


_DECODERS: Mapping[str, "msgspec.json.Decoder[Any]"] = {
    "orderbook": wire.BOOK,
    "tickers": wire.ODD_TICKER,
    "publicTrade": wire.TRADES,
}
_HEAD = slice(18)
_FAST: Mapping[str | bytes, "msgspec.json.Decoder[Any]"] = {
    head: decoder
    for kind, decoder in {**_DECODERS, "tickers": wire.TICKER}.items()
    for head in (f'{{"topic":"{kind}.'[_HEAD], f'{{"topic":"{kind}.'[_HEAD].encode())
}
"""The decoder by the first characters of a frame, as the venue writes them."""
