"""Lighter's session: frames, the listing and history. The package has the table of what is read."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from cockpit.core.events import Surveyed
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.venues.contract import Fetch, Frame, Output, Reply, Restart, Send, Wants
from cockpit.venues.kit.backfill import Page, Plan
from cockpit.venues.kit.books import Books
from cockpit.venues.kit.decoding import BROKEN, decode, printable, reject, rejects
from cockpit.venues.kit.dedupe import Unchanged
from cockpit.venues.kit.heartbeat import Heartbeat
from cockpit.venues.kit.history import FundingHistory, Pages
from cockpit.venues.kit.instruments import Instruments
from cockpit.venues.kit.numbers import Odd, sane_book, whole
from cockpit.venues.kit.polling import Every, Question, Timing
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.sequencing import APPLY, GAP, ChainedBook
from cockpit.venues.kit.session import VenueSession
from cockpit.venues.kit.subscriptions import Rules, State, Subscriptions
from cockpit.venues.lighter import accounts, mapper, wire_2025
from cockpit.venues.lighter import messages as wire
from cockpit.venues.lighter.mapper import VENUE
from cockpit.venues.lighter.markets import Directory, LighterMarket

_BY_TAIL, _TAIL = wire.BY_TAIL, slice(-wire.TAIL_CHARS, None)
_STATS = "market_stats:all"
_EVERYWHERE = (_STATS, "height")
_RULES = Rules(operations=120, window_s=60.0, in_flight=35)
"""The venue hears 200 messages a minute and 50 unanswered subscribes; accounts and pings are room
for the rest."""
_FAR_BEHIND = 100_000
"""Nonces count hundreds a second for all markets: one further below is of another sequence."""
_ALREADY_SUBSCRIBED = 30003
_SURVEYED_S = 15.0
"""While the stream speaks, what it does not change stands."""
_FILLS = RowReader(VENUE, wire.Fill, "trade_id")
_LISTING = Fetch(name="instruments", path="/api/v1/orderBookDetails?filter=perp")
_PAGES = Pages(
    decoder=wire.ANSWER, check=wire.no_history, rows=lambda answer: answer.fundings or (),
    reader=RowReader(VENUE, wire.FundingRow, "timestamp"), paid=mapper.paid,
)  # fmt: skip
_HISTORY = Plan(newest_first=True, rows=None, unit_ns=NS_PER_S)
"""How many rows a call returns is not documented, nor which ones where there are more."""
_FEW_ROWS = 100
"""What the most careful of the known clients asks for."""


class Session(VenueSession):
    """Lighter's translator; the contract says what it hears and says."""

    def __init__(self, wants: Wants) -> None:
        super().__init__(VENUE, wants)
        self.listing = Instruments[LighterMarket]()
        self._markets = Directory(self.listing)
        self._keys = Subscriptions(wire.encode, _RULES)
        self._books = Books(VENUE, self._keys, new_chain=partial(ChainedBook, far=_FAR_BEHIND))
        self._pulse = Heartbeat(VENUE, lambda at_ns: '{"type":"ping"}', every_s=30)
        self._instruments = Question(
            VENUE, _LISTING, wire.ANSWER, Timing(period_s=600), self._on_listing,
            check=wire.no_listing, at_once=True,
        )  # fmt: skip
        self._history = FundingHistory(
            VENUE, _HISTORY, self._ask_history, _PAGES, self._markets.get,
            lambda market: str(market.id),
        )  # fmt: skip
        self._rows: int | None = None
        self._accounts = accounts.Accounts()
        self.parts = (self._pulse, self._books, self._keys, self._instruments, self._history)
        self.parts += self._accounts.parts
        self.answers = {
            "instruments": self._instruments.hear,
            "funding_history": self._on_history,
            "account": self._accounts.on_reply,
        }
        self._said = Unchanged()
        self._is_surveying = False
        self._surveyed = Every(_SURVEYED_S)

    def on_closed(self, link: str) -> None:
        self._said.forget()
        self._surveyed.reset()

    def follow(self, at_ns: int) -> Sequence[Output]:
        """A book and trades of each wanted market; the statistics of all come anyway."""
        markets = list(self.listing.wanted(self.wants.symbols))
        out = self._books.want({market.book_key: market.symbol for market in markets}, at_ns)
        streams = [key for m in markets for key in (m.book_key, f"trade:{m.id}")]
        out += self._keys.want([*_EVERYWHERE, *streams], at_ns)
        self._said.forget()
        is_anew = self.wants.survey and not self._is_surveying
        self._is_surveying = self.wants.survey
        if is_anew and self._keys.state(_STATS) is State.STANDING:
            # Only a new subscription tells of the markets that do not change.
            out += self._keys.renew([_STATS], at_ns)
        out += self._history.want(markets, at_ns, self.wants.kept)
        return out + self._accounts.follow(self.wants.accounts, at_ns)

    # --- frames -------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        decoder = _BY_TAIL.get(frame.data[_TAIL])
        if decoder is None:
            return self._slow(frame)
        try:
            message = decoder.decode(frame.data)
        except BROKEN:
            return self._slow(frame)
        if type(message) is wire.BookMessage:
            return self._book(message, frame)
        return self._stream(message, frame)

    def _stream(self, message: wire.Message, frame: Frame) -> Sequence[Output]:
        if type(message) is wire.BookMessage:
            return self._book(message, frame)
        if type(message) is wire.Height:
            self._keys.seen("height")
            return (mapper.block(message, frame.at_ns),)
        self._keys.seen(message.channel)
        if type(message) is wire.StatsMessage:
            return self._stats(message, frame)
        market = self._markets.get(message.channel)
        if market is None:
            return _stranger(message.channel, frame)
        return mapper.trades(market, message, frame.at_ns)

    def _book(self, message: wire.BookMessage, frame: Frame) -> Sequence[Output]:
        channel, book, at_ns = message.channel, message.order_book, frame.at_ns
        market = self._markets.get(channel)
        if market is None:
            return _stranger(channel, frame)
        feed = self._books.feeds.get(channel) or self._books.feed(channel, market.symbol, at_ns)
        if feed is None:
            return ()
        follows, seq = book.begin_nonce, book.nonce
        if follows is None or seq is None:
            follows, seq = wire_2025.link(book.offset)
        if message.type == "update/order_book":
            verdict = feed.chain.delta(follows, seq, at_ns)
            if verdict is APPLY:
                return (mapper.delta(market, message, at_ns),)
            return self._books.gap(feed, at_ns, "messages are missing") if verdict is GAP else ()
        if feed.chain.last is not None and 0 < feed.chain.last - seq < _FAR_BEHIND:
            return ()
        self._keys.seen(channel)
        told = mapper.snapshot(market, message, at_ns)
        if not sane_book(told.bids, told.asks):
            lost = self._books.lose(channel, at_ns, "the whole book is crossed")
            reason = f"book of {market.symbol} is crossed or has a price twice"
            return (reject(VENUE, at_ns, reason, frame.data), *lost)
        feed.chain.snapshot(seq)
        feed.is_stated = True
        return (told,)

    def _stats(self, message: wire.StatsMessage[Any], frame: Frame) -> Sequence[Output]:
        venue_ns, at_ns = mapper.stamp_ns(message.timestamp), frame.at_ns
        watched, is_surveying = self.watched, self.wants.survey
        rows, is_of_all = message.market_stats, message.channel == _STATS
        if not is_of_all:
            rows = {message.channel.partition(":")[2]: rows}
        out, odd = list[Output](), Odd()
        for text, row in rows.items():
            # Spot markets have statistics of their own.
            market = self._markets.get(text, is_perp=True)
            if market is None:
                out += _stranger(f"market_stats:{text}", frame)
                continue
            if type(row) is not wire.Stats:
                row = mapper.figures(row, odd)
            if row.symbol and row.symbol != market.name:
                out += self._name(market, row.symbol, at_ns)
            is_watched = market.symbol in watched
            if is_of_all and not (is_watched or is_surveying):
                continue
            facts = mapper.stats(market, row, at_ns, venue_ns, odd)
            market.is_silent = not facts
            if is_surveying and facts:
                facts += mapper.volume(market, row, at_ns, venue_ns)
            out += facts if is_watched else self._said.news(facts)
        if odd:
            out += rejects(VENUE, at_ns, "market_stats", odd, frame.data)
        if is_surveying and is_of_all and self._surveyed.due(at_ns):
            every = self.listing.markets.values()
            # One that is gone may have left its symbol to another.
            silent = tuple(m.symbol for m in every if m.is_silent and not m.is_gone)
            told = Surveyed(
                venue=VENUE, recv_ns=at_ns, venue_ns=venue_ns, markets=len(every), silent=silent
            )
            out.append(told)
        return out

    def _name(self, market: LighterMarket, name: str, at_ns: int) -> list[Output]:
        """A book that was told under another name is lost with that name."""
        out: list[Output] = []
        for changed in self._markets.name(market, printable(name)):
            feed = self._books.feeds.get(changed.book_key)
            if feed is not None:
                out += self._books.lose(feed.key, at_ns, f"this market is {changed.symbol}")
                feed.symbol, feed.is_stated = changed.symbol, False
        return out

    def _slow(self, frame: Frame) -> Sequence[Output]:
        """What is not data, what comes seldom, and everything damaged."""
        envelope = decode(wire.ENVELOPE, frame.data)
        if isinstance(envelope, str):
            return [reject(VENUE, frame.at_ns, envelope, frame.data)]
        if envelope.error is not None:
            return self._refused(envelope.error, frame)
        match envelope.type.split("/"):
            case ["ping"]:
                return [Send('{"type":"pong"}')]
            case ["pong"]:
                return self._pulse.pong(frame.at_ns)
            case ["shutdown"]:
                return [Restart("the venue announces a restart")]
            case ["connected" | "unsubscribed"]:
                return ()
            case ["subscribed" | "update", kind]:
                if kind in accounts.CHANNELS:
                    return self._accounts.on_frame(frame)
                if kind in wire.DECODERS:
                    return self._rare(kind, envelope, frame)
                if kind in wire.UNUSED or kind.startswith("account_"):
                    return ()
        name = envelope.channel or envelope.type or "(no type, no channel)"
        return [reject(VENUE, frame.at_ns, f"unknown channel {name}", frame.data)]

    def _rare(self, kind: str, envelope: wire.Envelope, frame: Frame) -> Sequence[Output]:
        """Data with something in it that cannot be: that is lost, and a book with it."""
        message = decode(wire.ODD.get(kind, wire.DECODERS[kind]), frame.data)
        if isinstance(message, str):
            lost = self._books.lose(envelope.channel, frame.at_ns, "unreadable message")
            return [reject(VENUE, frame.at_ns, f"{envelope.type}: {message}", frame.data), *lost]
        if type(message) is wire.TradeMessage:
            trades, unread = _FILLS.read(message.trades or (), envelope.channel, frame.at_ns)
            forced, others = _FILLS.read(
                message.liquidation_trades or (), envelope.channel, frame.at_ns
            )
            told = wire.TradeMessage(message.type, message.channel, tuple(trades), tuple(forced))
            return [*self._stream(told, frame), *unread.rejects, *others.rejects]
        return self._stream(message, frame)

    def _refused(self, error: wire.Refusal, frame: Frame) -> Sequence[Output]:
        """The venue's own words. "Already subscribed" also means that no snapshot will come."""
        words = error.message or ""
        out: list[Output] = [reject(VENUE, frame.at_ns, f"{error.code}: {words}", frame.data)]
        key = words.rpartition(" : ")[2]
        if error.code == _ALREADY_SUBSCRIBED and self._keys.state(key) is State.ASKED:
            out += self._keys.renew([key], frame.at_ns)
        return out

    # --- replies ------------------------------------------------------------------------------

    def _on_listing(self, answer: wire.Answer, reply: Reply) -> Sequence[Output]:
        unread = Odd()
        rows = wire.objects(answer.order_book_details, unread)
        self.listing.begin()
        if unread:
            self.listing.unread([None])
        out: list[Output] = [*rejects(VENUE, reply.at_ns, reply.name, unread, reply.body)]
        # What trades comes first: it has the better right to a name that two were given.
        for row in sorted(rows, key=lambda row: row.get("status") != "active"):
            kind = row.get("market_type")
            if isinstance(kind, str) and kind != "perp":
                continue
            odd, name, market_id = Odd(), row.get("symbol"), whole(row.get("market_id"))
            market = self._markets.get(str(market_id), is_perp=True)
            if market is None:
                if market_id is None or market_id < 0:
                    self.listing.unread([None])
                    reason = f"instruments: market {row.get('market_id')!r:.40} has no id"
                    out.append(reject(VENUE, reply.at_ns, reason, reply.body))
                continue
            if isinstance(name, str) and name:
                out += self._name(market, name, reply.at_ns)
                out += self.listing.state(market, mapper.instrument(market, row, reply.at_ns, odd))
            else:
                odd.append("it has no name")
                self.listing.unread([market.native])
            out += rejects(VENUE, reply.at_ns, f"instruments: {market.symbol}", odd, reply.body)
        return [*out, *self.listing.end(reply.at_ns)] if answer.order_book_details else out

    def _ask_history(self, page: Page) -> Fetch:
        start_s, end_s = page.start_ns // NS_PER_S, page.end_ns // NS_PER_S
        hours = (page.end_ns - page.start_ns) // HOUR_NS + 1
        rows = hours if self._rows is None else min(hours, self._rows)
        span = f"start_timestamp={start_s}&end_timestamp={end_s}&count_back={rows}"
        path = f"/api/v1/fundings?market_id={page.key}&resolution=1h&{span}"
        return Fetch(name="funding_history", path=path, key=page.key, background=True)

    def _on_history(self, reply: Reply) -> Sequence[Output]:
        """Payments of one market, which only the request named."""
        if 400 <= reply.status < 500 and reply.status != 429:
            # The question itself may have been refused.
            self._rows = _FEW_ROWS
        return self._history.hear(reply)


def _stranger(channel: str, frame: Frame) -> list[Output]:
    """A number is a market that is no perp, or of which nothing else is known; anything else is not
    a market at all."""
    if channel.rpartition(":")[2].isdecimal():
        return []
    return [reject(VENUE, frame.at_ns, f"unknown channel {channel}", frame.data)]
