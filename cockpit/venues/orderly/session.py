"""Orderly: its one socket. What every topic means stands in the package's own words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from cockpit.core.units import NS_PER_MS
from cockpit.venues.contract import Frame, Output, Send, Wants
from cockpit.venues.kit.books import Books
from cockpit.venues.kit.decoding import decode, encode, reject, request_number
from cockpit.venues.kit.fields import ms_to_ns
from cockpit.venues.kit.figures import Figures
from cockpit.venues.kit.heartbeat import Heartbeat
from cockpit.venues.kit.numbers import sane_book
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.sequencing import APPLY, GAP
from cockpit.venues.kit.session import VenueSession
from cockpit.venues.kit.statements import delta, snapshot, trade
from cockpit.venues.kit.subscriptions import Operation, Rules, State, Subscriptions, fitting
from cockpit.venues.orderly import accounts
from cockpit.venues.orderly import messages as wire
from cockpit.venues.orderly.mapper import VENUE, OrderlyMarket, named
from cockpit.venues.orderly.rest import Rest

_TOPICS = 100
"""On one connection."""
_OF_ALL = ("markprices", "indexprices")
_MAINTENANCE = "maintenance_status"
_BOOK = "orderbookupdate"
_KINDS = (_BOOK, "trade", "estfundingrate", "openinterest")
_UNUSED = frozenset({
    "ticker", "tickers", "bbo", "bbos", "kline", "liquidation", "traders_open_interests",
    "announcement", "price_changes", "markprice", "indexprice",
})  # fmt: skip
_PRICES = RowReader(VENUE, wire.PriceRow, "symbol")
_STATUSES = RowReader(VENUE, wire.SystemStatus, "status")
_Says = Callable[[Any, OrderlyMarket, wire.Envelope, Frame], Sequence[Output]]
_SaysRow = Callable[[Any, wire.Envelope, Frame], Sequence[Output]]
_PING, _PONG = '{"event":"ping"}', '{"event":"pong"}'


def _encode(operation: Operation, topics: Sequence[str], request: int) -> str:
    asked = {"id": str(request), "event": operation, "topic": topics[0]}
    return encode(asked)


def _ask_book(topic: str) -> Send:
    asked = {"type": "orderbook", "symbol": topic.partition("@")[0]}
    return Send(encode({"id": "book", "event": "request", "params": asked}))


class Session(VenueSession):
    """Orderly's translator; the contract says what it hears and says."""

    def __init__(self, wants: Wants) -> None:
        super().__init__(VENUE, wants)
        self._rest = Rest(wants)
        self.listing = self._rest.listing
        self._priced: dict[str, OrderlyMarket] = {}
        """The markets that are followed, by their name and by the spot name of their index."""
        self._topics = Subscriptions(_encode, Rules(refused_s=300.0))
        self._books = Books(VENUE, self._topics, request=_ask_book, quiet_s=30.0)
        self._pulse = Heartbeat(VENUE, lambda at_ns: _PING, every_s=10, silence_s=35)
        self._accounts = accounts.AddressReader(self.listing.markets)
        self.parts = (
            self._pulse, self._books, self._topics, *self._rest.parts, *self._accounts.parts,
        )  # fmt: skip
        self.answers = self._accounts.answers
        self._of_market: Mapping[str, tuple[msgspec.json.Decoder[Any], _Says]] = {
            _BOOK: (wire.BOOK, self._change), "orderbook": (wire.BOOK, self._whole),
            "trade": (wire.TRADE, self._trade), "estfundingrate": (wire.RATE, self._rate),
            "openinterest": (wire.INTEREST, self._interest),
        }  # fmt: skip
        """What tells of one market, by the end of its topic."""
        self._of_all: Mapping[str, tuple[RowReader[Any], _SaysRow]] = {
            **dict.fromkeys(_OF_ALL, (_PRICES, self._price)),
            _MAINTENANCE: (
                _STATUSES, lambda row, _, frame: self._rest.maintain(row.status, frame.at_ns)
            ),
        }  # fmt: skip
        """What tells of all in a list, by its topic."""

    def follow(self, at_ns: int) -> Sequence[Output]:
        """Four topics a followed market, as many as the connection has room for."""
        polls = [
            *self._rest.follow(self.wants, at_ns),
            *self._accounts.follow(self.wants.accounts, at_ns),
        ]
        markets = list(self._rest.followed())
        groups = {market: [f"{market.native}@{kind}" for kind in _KINDS] for market in markets}
        served = fitting(groups, _TOPICS - len(_OF_ALL) - 1)
        out: list[Output] = []
        if left := len(markets) - len(served):
            words = f"{left} markets left out: a connection carries {_TOPICS} topics"
            out.append(reject(VENUE, at_ns, words))
        self._priced = {market.native: market for market in served}
        self._priced |= {f"SPOT{m.native.removeprefix('PERP')}": m for m in served}
        out += self._books.want(
            {topics[0]: market.symbol for market, topics in served.items()}, at_ns
        )
        topics = [topic for group in served.values() for topic in group]
        out += self._topics.want([*topics, *(_OF_ALL if served else ()), _MAINTENANCE], at_ns)
        return [*out, *self._books.ask(at_ns), *polls]

    # --- frames -------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        envelope = decode(wire.ENVELOPE, frame.data)
        if isinstance(envelope, str):
            return [reject(VENUE, frame.at_ns, envelope, frame.data)]
        topic = envelope.topic
        if envelope.event or not topic:
            return self._answer(envelope, frame)
        self._topics.seen(topic)
        kind = topic.rpartition("@")[2]
        if kind in self._of_market:
            return self._read(kind, envelope, frame)
        if kind in self._of_all:
            return self._list(kind, envelope, frame)
        if kind.partition("_")[0] in _UNUSED or kind in _UNUSED:
            return ()
        return [reject(VENUE, frame.at_ns, f"unknown topic {topic}", frame.data)]

    def _answer(self, envelope: wire.Envelope, frame: Frame) -> Sequence[Output]:
        """An answer to a request of ours, or a ping. A refusal names no event."""
        request, event, at_ns = request_number(envelope.id), envelope.event, frame.at_ns
        if envelope.success is False:
            words = f"{event or 'request'} refused: {envelope.errorMsg or 'without a reason'}"
            again = self._topics.refused(request, at_ns)
            return [reject(VENUE, at_ns, words, frame.data), *again]
        if event == "ping":
            return [Send(_PONG, frame.link)]
        if event == "pong":
            return self._pulse.pong(at_ns)
        if event in ("subscribe", "unsubscribe"):
            return self._topics.acknowledged(request, at_ns)
        if event == "request":
            return self._read("orderbook", envelope, frame)
        return [reject(VENUE, at_ns, f"unknown message {event or '(no topic, no event)'}")]

    def _read(self, kind: str, envelope: wire.Envelope, frame: Frame) -> Sequence[Output]:
        """What is told of one market; nothing where it is not ours to tell (a builder's market, or
        no listing yet). A change of a book that makes no sense leaves a hole in it."""
        decoder, says = self._of_market[kind]
        data = decode(decoder, envelope.data)
        if isinstance(data, str):
            problem = data
        elif envelope.topic and envelope.topic.partition("@")[0] != data.symbol:
            problem = f"it speaks of {data.symbol}"
        else:
            market = self.listing.markets.get(data.symbol)
            if market is not None:
                return says(data, market, envelope, frame)
            if not self.listing.is_whole or named(data.symbol) is None:
                return ()
            problem = "unknown market"
        words = f"{envelope.topic or envelope.event}: {problem}"
        lost = self._books.lose(envelope.topic, frame.at_ns, "a change made no sense")
        return [reject(VENUE, frame.at_ns, words, frame.data), *lost]

    def _list(self, topic: str, envelope: wire.Envelope, frame: Frame) -> Sequence[Output]:
        """What is told of all markets, or of the venue, row by row."""
        raws, (reader, says) = decode(wire.ROWS, envelope.data), self._of_all[topic]
        if isinstance(raws, str):
            return [reject(VENUE, frame.at_ns, f"{topic}: {raws}", frame.data)]
        rows, unread = reader.read(raws, topic, frame.at_ns)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            out += says(row, envelope, frame)
        return out

    # --- books --------------------------------------------------------------------------------

    def _change(
        self, data: wire.Book, market: OrderlyMarket, envelope: wire.Envelope, frame: Frame
    ) -> Sequence[Output]:
        feed = self._books.feeds.get(envelope.topic)
        if feed is None or not feed.is_stated:
            return ()
        at_ns, ts_ms, feed.heard_ns = frame.at_ns, envelope.ts, frame.at_ns
        if ts_ms is None or data.prevTs is None:
            words = "a change without its stamps"
            lost = self._books.lose(envelope.topic, at_ns, words)
            return [reject(VENUE, at_ns, f"{envelope.topic}: {words}", frame.data), *lost]
        verdict = feed.chain.delta(data.prevTs, ts_ms, at_ns)
        if verdict is APPLY:
            book = (data.bids, data.asks)
            return (delta(VENUE, market, book, ts_ms, ts_ms * NS_PER_MS, at_ns),)
        return self._books.gap(feed, at_ns, f"gap before {ts_ms}") if verdict is GAP else ()

    def _whole(
        self, data: wire.Book, market: OrderlyMarket, envelope: wire.Envelope, frame: Frame
    ) -> Sequence[Output]:
        """A whole book, unless what stands is newer: of a stream that nobody asks for, but a
        recording may have, or as it was requested, of use only where its changes are heard."""
        feed, at_ns = self._books.feeds.get(f"{market.native}@{_BOOK}"), frame.at_ns
        if feed is None:
            return ()
        if envelope.event and self._topics.state(feed.key) is not State.STANDING:
            return ()
        ts_ms = data.ts if envelope.event else envelope.ts
        if ts_ms is not None and ts_ms < (feed.chain.last or 0):
            return ()
        bids, asks = tuple(sorted(data.bids, reverse=True)), tuple(sorted(data.asks))
        if ts_ms is None or not sane_book(bids, asks):
            words = f"book of {market.native} has no stamp, is crossed or has an empty level"
            lost = self._books.lose(feed.key, at_ns, "a whole book made no sense")
            return [reject(VENUE, at_ns, words, frame.data), *lost]
        feed.is_stated, feed.heard_ns = True, at_ns
        feed.chain.snapshot(ts_ms)
        return (snapshot(VENUE, market, (bids, asks), ts_ms, ts_ms * NS_PER_MS, at_ns),)

    # --- figures ------------------------------------------------------------------------------

    def _trade(
        self, fill: wire.Trade, market: OrderlyMarket, envelope: wire.Envelope, frame: Frame
    ) -> Sequence[Output]:
        level, venue_ns, is_buy = (fill.price, fill.size), ms_to_ns(envelope.ts), fill.side == "BUY"
        return (trade(VENUE, market, level, venue_ns, frame.at_ns, is_buy=is_buy),)

    def _rate(
        self, row: wire.EstimatedRate, market: OrderlyMarket, envelope: wire.Envelope, frame: Frame
    ) -> Sequence[Output]:
        market.told_ns["rate"] = frame.at_ns
        now_ms = envelope.ts or frame.at_ns // NS_PER_MS
        if market.learn_next(row.fundingTs, now_ms):
            self._rest.look_again()
        said = Figures(VENUE, market, frame.at_ns, ms_to_ns(envelope.ts))
        said.moment(row.fundingTs)
        market.live(said, row.fundingRate, now_ms)
        return said

    def _interest(
        self, row: wire.Interest, market: OrderlyMarket, envelope: wire.Envelope, frame: Frame
    ) -> Sequence[Output]:
        market.told_ns["interest"] = frame.at_ns
        said = Figures(VENUE, market, frame.at_ns, ms_to_ns(envelope.ts))
        said.interest(row.openInterest)
        return said

    def _price(self, row: wire.PriceRow, envelope: wire.Envelope, frame: Frame) -> Sequence[Output]:
        market, is_index = self._priced.get(row.symbol), envelope.topic == "indexprices"
        if market is None:
            return ()
        if market.price(row.price) is not None:
            market.told_ns["index" if is_index else "mark"] = frame.at_ns
        said = Figures(VENUE, market, frame.at_ns, ms_to_ns(envelope.ts))
        said.prices(*((None, row.price) if is_index else (row.price,)))
        return said
