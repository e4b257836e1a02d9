"""Aster: what is subscribed and asked, and what the frames say."""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from cockpit.core import events
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.venues.aster import mapper
from cockpit.venues.aster import messages as wire
from cockpit.venues.aster.accounts import PublicAccounts
from cockpit.venues.aster.mapper import VENUE
from cockpit.venues.aster.rest import API, MARK, Rest
from cockpit.venues.contract import Fetch, Frame, Output, Reply, Wants
from cockpit.venues.kit import decoding, numbers, polling
from cockpit.venues.kit.damage import Damage
from cockpit.venues.kit.fields import moment_ns, ms_to_ns
from cockpit.venues.kit.heartbeat import Heartbeat
from cockpit.venues.kit.instruments import Market
from cockpit.venues.kit.joined import Change, JoinedBooks
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.session import VenueSession
from cockpit.venues.kit.statements import trade
from cockpit.venues.kit.subscriptions import Operation, Rules, Subscriptions, fitting

_LEVELS, _LEVELS_WEIGHT = 500, 10
_STREAMS = 200
"""On one connection."""
_MARKS = RowReader(VENUE, wire.Mark, "s")
_ALL_MARKS_S = 3.0
_OVERTAKEN_NS = 10 * NS_PER_S
"""A mark this much older than ours was overtaken on its way; older still, ours was wrong."""
_PING = 999_999_999
"""The number of the request that is our ping: no subscription gets as far."""
_UNUSED = frozenset({
    "bookTicker", "trade", "forceOrder", "kline", "24hrMiniTicker", "continuous_kline",
})  # fmt: skip


def _encode(operation: Operation, streams: Sequence[str], request: int) -> str:
    asked = {"method": operation.upper(), "params": streams, "id": request}
    return decoding.encode(asked)


def _ping(at_ns: int) -> str:
    """There is no ping of a client's own; this is cheap, changes nothing and is answered."""
    return decoding.encode({"method": "LIST_SUBSCRIPTIONS", "id": _PING})


class Session(VenueSession):
    """Aster's translator; the contract says what it hears and says."""

    def __init__(self, wants: Wants) -> None:
        super().__init__(VENUE, wants)
        self._rest = Rest(wants)
        self.listing = self._rest.listing
        # At most ten messages a second, pings among them.
        self._keys = Subscriptions(_encode, Rules(per_request=20, operations=5))
        self._books = JoinedBooks(VENUE, self._keys, self._ask_book, depth=_LEVELS)
        self._damage = Damage(VENUE, self._books.renew_all)
        self._pulse = Heartbeat(VENUE, _ping, every_s=20)
        self._accounts = PublicAccounts(self.listing.markets)
        self.parts = (
            self._damage, self._pulse, self._keys, self._books, *self._rest.parts, self._accounts,
        )  # fmt: skip
        self.answers = {**self._rest.answers, "book": self._on_book}

    def on_closed(self, link: str) -> None:
        self._rest.forget()

    def follow(self, at_ns: int) -> Sequence[Output]:
        """Four streams of each wanted market that the connection has room for."""
        markets = list(self.listing.wanted(self.wants.symbols)) if self.links else []
        groups = {m: [m.native.lower() + end for end in wire.STREAMS.values()] for m in markets}
        served = fitting(groups, _STREAMS - 1)
        out = self._books.want({streams[0]: market for market, streams in served.items()}, at_ns)
        if left := len(markets) - len(served):
            reason = f"{left} markets left out: a connection carries {_STREAMS} streams"
            out.append(decoding.reject(VENUE, at_ns, reason))
        keys = [wire.ALL_MARKS] if self.wants.survey else []
        keys += [stream for streams in served.values() for stream in streams]
        out += self._keys.want(keys, at_ns)
        out += self._rest.follow(self.wants, at_ns)
        # A position can only be read where its market is known.
        accounts = self.wants.accounts if self.listing.is_whole else ()
        return out + self._accounts.want(accounts, at_ns)

    # --- frames -------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        try:
            message = wire.MESSAGE.decode(frame.data)
        except decoding.BROKEN:
            return self._slow(frame)
        return self._said(message.stream, message.data, frame)

    def _said(self, stream: str, data: wire.Data, frame: Frame) -> Sequence[Output]:
        if self._keys.waiting:
            self._keys.seen(stream)
        if isinstance(data, tuple):
            return self._survey(data, frame)
        market = self.listing.markets.get(data.s)
        if market is None or not stream.startswith(f"{data.s.lower()}@"):
            return [self._damage.reject(frame, f"unknown market {data.s:.40} in {stream:.40}")]
        if type(data) is wire.Depth:
            return self._depth(stream, data, frame)
        if type(data) is wire.Fill:
            # `m`: the buyer was resting, so the seller took.
            level, venue_ns = (data.p, data.q), data.T * NS_PER_MS
            return (trade(VENUE, market, level, venue_ns, frame.at_ns, is_buy=not data.m),)
        if self._rest.survey.shown(market.native) is None:
            return ()
        if isinstance(data, wire.Mark):
            return self._mark(market, data, frame)
        return mapper.traded(market, data, frame.at_ns) if type(data) is wire.Ticker else ()

    def _depth(self, stream: str, data: wire.Depth, frame: Frame) -> Sequence[Output]:
        feed = self._books.feeds.get(stream)
        if feed is None:
            return ()
        venue_ns = (data.E if data.T is None else data.T) * NS_PER_MS
        change = Change(data.pu, data.u, data.b, data.a, venue_ns)
        return self._books.delta(feed, change, frame.at_ns)

    def _mark(self, market: Market, data: wire.Mark, frame: Frame) -> list[Output]:
        told_ns = moment_ns(data.E) or frame.at_ns
        if 0 < market.told_ns.get(MARK, 0) - told_ns < _OVERTAKEN_NS:
            return []
        market.told_ns[MARK] = told_ns
        return [*self._rest.survey.news(market, mapper.marked(market, data, frame.at_ns))]

    def _survey(self, rows: tuple[wire.Mark, ...], frame: Frame) -> list[Output]:
        """All markets; one that has a stream of its own is told by that."""
        if not (self.wants.survey and self.listing.is_whole):
            return []
        survey, out = self._rest.survey, list[Output]()
        shown = [(market, row) for row in rows if (market := survey.shown(row.s)) is not None]
        for market, row in shown:
            if not survey.is_watched(market):
                out += self._mark(market, row, frame)
        return out + survey.read(frame.at_ns, len(shown), _ALL_MARKS_S)

    def _slow(self, frame: Frame) -> Sequence[Output]:
        """Answers to requests of ours, events that are not used, and everything damaged.

        A connection of one stream, which a recording may be of, does not name it.
        """
        bare = decoding.decode(wire.DATA, frame.data)
        if not isinstance(bare, str):
            return self._said(wire.stream_of(bare), bare, frame)
        envelope = decoding.decode(wire.ENVELOPE, frame.data)
        if isinstance(envelope, str):
            return [self._damage.reject(frame, envelope)]
        if envelope.stream:
            return self._odd(envelope.stream, envelope.data, frame)
        if envelope.e in _UNUSED:
            return ()
        request, at_ns = envelope.id or 0, frame.at_ns
        if envelope.error is not None or envelope.msg is not None:
            told = envelope.error or envelope
            words = f"refused: {told.code} {told.msg}"
            again = self._keys.refused(request, at_ns)
            return [decoding.reject(VENUE, at_ns, words, frame.data), *again]
        if envelope.result is msgspec.UNSET or not request:
            return [self._damage.reject(frame, "a message without a stream or an answer")]
        if request == _PING:
            return self._pulse.pong(at_ns)
        return [*self._keys.acknowledged(request, at_ns), *self._books.tick(at_ns)]

    def _odd(self, stream: str, data: msgspec.Raw, frame: Frame) -> Sequence[Output]:
        """A message that could not be read: of a book it leaves a hole, of all markets a row."""
        if stream == wire.ALL_MARKS:
            return self._odd_marks(data, frame)
        envelope = decoding.decode(wire.ENVELOPE, data)
        if not isinstance(envelope, str) and envelope.e in _UNUSED:
            return ()
        feed = self._books.feeds.get(stream)
        words = "a message made no sense"
        lost = [] if feed is None else self._books.lose(feed, frame.at_ns, words)
        problem = decoding.decode(wire.DATA, data)
        return [self._damage.reject(frame, f"{stream:.40}: {problem}"), *lost]

    def _odd_marks(self, data: msgspec.Raw, frame: Frame) -> Sequence[Output]:
        rows = decoding.decode(wire.LIST, data)
        if isinstance(rows, str):
            return [self._damage.reject(frame, f"{wire.ALL_MARKS}: {rows}")]
        marks, unread = _MARKS.read(rows, wire.ALL_MARKS, frame.at_ns)
        return [*unread.rejects, *self._survey(tuple(marks), frame)]

    # --- books --------------------------------------------------------------------------------

    def _ask_book(self, key: str) -> Fetch:
        native = quote(self._books.feeds[key].market.native)
        path = f"{API}/depth?symbol={native}&limit={_LEVELS}"
        return Fetch(name="book", path=path, key=key, weight=_LEVELS_WEIGHT)

    def _on_book(self, reply: Reply) -> Sequence[Output]:
        book = polling.read(VENUE, wire.BOOK, reply)
        if isinstance(book, events.Reject):
            return [book]
        feed = self._books.feeds.get(reply.key)
        if feed is None:
            return ()
        bids, asks = ([level for level in side if level[1]] for side in (book.bids, book.asks))
        if not numbers.sane_book(tuple(bids), tuple(asks)):
            reason = f"book of {feed.market.native} is crossed or unordered"
            return [decoding.reject(VENUE, reply.at_ns, reason, reply.body)]
        venue_ns = ms_to_ns(book.E if book.T is None else book.T)
        whole = Change(book.lastUpdateId, book.lastUpdateId, tuple(bids), tuple(asks), venue_ns)
        return self._books.snapshot(feed, whole, reply.at_ns)
