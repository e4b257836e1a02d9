"""Nado: what is subscribed and asked, and what the frames say."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from cockpit.core import events
from cockpit.core.units import NS_PER_MS
from cockpit.venues.contract import Fetch, Frame, Output, Reply, Wants
from cockpit.venues.kit import decoding, numbers, polling
from cockpit.venues.kit.damage import Damage
from cockpit.venues.kit.fields import moment_ns
from cockpit.venues.kit.heartbeat import Heartbeat
from cockpit.venues.kit.joined import Change, JoinedBooks
from cockpit.venues.kit.session import VenueSession
from cockpit.venues.kit.statements import trade
from cockpit.venues.kit.subscriptions import Operation, Rules, Subscriptions
from cockpit.venues.nado import mapper
from cockpit.venues.nado import messages as wire
from cockpit.venues.nado.accounts import PublicAccounts
from cockpit.venues.nado.mapper import VENUE, NadoMarket
from cockpit.venues.nado.rest import Rest

_DEPTH = 100
"""Levels a side: the most that a reading of a book gives."""
_ALL_RATES = "funding_rate"
"""A stream without a product is of all; it shows a survey that the link lives."""
_UNUSED_STREAMS = frozenset({
    "best_bid_offer", "all_bbo", "fill", "position_change", "order_update", "liquidation",
    "latest_candlestick", "funding_payment", "funding_rate",
})  # fmt: skip


def _encode(operation: Operation, keys: Sequence[str], request: int) -> str:
    kind, _, product_id = keys[0].partition(".")
    stream = {"type": kind, "product_id": int(product_id) if product_id else None}
    return decoding.encode({"method": operation, "stream": stream, "id": request})


def _ping(at_ns: int) -> str:
    asked = {"method": "ping", "id": 0, "client_time": str(at_ns // NS_PER_MS)}
    return decoding.encode(asked)


def _ask_book(key: str) -> Fetch:
    query = f"type=market_liquidity&product_id={key.partition('.')[2]}&depth={_DEPTH}"
    return Fetch(name="book", path=f"/gateway/v1/query?{query}", key=key)


class Session(VenueSession):
    """Nado's translator; the contract says what it hears and says."""

    def __init__(self, wants: Wants) -> None:
        super().__init__(VENUE, wants)
        self._rest = Rest(wants)
        self.listing = self._rest.listing
        self._keys = Subscriptions(_encode, Rules())
        self._books = JoinedBooks(VENUE, self._keys, _ask_book, depth=_DEPTH)
        self._damage = Damage(VENUE, self._books.renew_all)
        self._pulse = Heartbeat(VENUE, _ping, every_s=20)
        self._accounts = PublicAccounts(self._rest.products)
        self.parts = (
            self._damage, self._pulse, self._keys, self._books, *self._rest.parts, self._accounts,
        )  # fmt: skip
        self.answers = {**self._accounts.answers, "book": self._on_book}

    def follow(self, at_ns: int) -> Sequence[Output]:
        markets = list(self.listing.wanted(self.wants.symbols)) if self.links else []
        books = {f"book_depth.{market.product_id}": market for market in markets}
        out = self._books.want(books, at_ns)
        keys = [key for book in books for key in (book, f"trade.{book.partition('.')[2]}")]
        out += self._keys.want([*keys, _ALL_RATES] if self.wants.survey else keys, at_ns)
        out += self._rest.follow(self.wants, at_ns)
        # A position in a market that is not listed yet could not be named.
        accounts = self.wants.accounts if self.listing.is_whole else ()
        return [*out, *self._accounts.want(accounts, at_ns)]

    # --- frames -------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        try:
            message = wire.STREAM.decode(frame.data)
        except decoding.BROKEN:
            return self._slow(frame)
        market = self._rest.products.get(message.product_id)
        if type(message) is wire.Rate:
            return self._rate(message, market, frame)
        if market is None and message.product_id in self._rest.spot:
            return ()
        if market is None:
            return [self._damage.reject(frame, f"product {message.product_id} is not listed")]
        if type(message) is wire.Fill:
            return self._fill(message, market, frame.at_ns)
        key = f"book_depth.{message.product_id}"
        if self._keys.waiting:
            self._keys.seen(key)
        feed, time_ns = self._books.feeds.get(key), message.max_timestamp
        if feed is None:
            return ()
        bids, asks = wire.levels(message.bids), wire.levels(message.asks)
        if bids is None or asks is None:
            lost = self._books.lose(feed, frame.at_ns, "a message made no sense")
            return [self._damage.reject(frame, f"levels of {market.native} are no figures"), *lost]
        change = Change(message.last_max_timestamp, time_ns, bids, asks, time_ns)
        return self._books.delta(feed, change, frame.at_ns)

    def _rate(
        self, message: wire.Rate, market: NadoMarket | None, frame: Frame
    ) -> Sequence[Output]:
        """The running rates of all markets; one is stated where its next payment is known."""
        if self._keys.waiting:
            self._keys.seen(_ALL_RATES)
        if market is None or not self.wants.shows(market.symbol):
            return ()
        if market.next_ns is None or market.next_ns <= frame.at_ns:
            return ()
        return [*self._rest.survey.news(market, mapper.live(market, message, frame.at_ns))]

    def _fill(self, fill: wire.Fill, market: NadoMarket, at_ns: int) -> Sequence[Output]:
        """Both quantities are of this match; were one that of the order, it would be the larger."""
        if self._keys.waiting:
            self._keys.seen(f"trade.{fill.product_id}")
        price, size = wire.x18(fill.price), wire.x18(min(fill.taker_qty, fill.maker_qty))
        if price is None or size is None:
            return [decoding.reject(VENUE, at_ns, f"a trade of {market.native} has no figures")]
        level, venue_ns, is_buy = (price, size), fill.timestamp, fill.is_taker_buyer
        return (trade(VENUE, market, level, venue_ns, at_ns, is_buy=is_buy),)

    def _slow(self, frame: Frame) -> Sequence[Output]:
        """Answers to requests of ours, streams that are not used, and everything damaged."""
        envelope = decoding.decode(wire.ENVELOPE, frame.data)
        if isinstance(envelope, str):
            return [self._damage.reject(frame, envelope)]
        request, at_ns = envelope.id or 0, frame.at_ns
        if envelope.error is not None:
            again = self._keys.refused(request, at_ns)
            return [decoding.reject(VENUE, at_ns, f"refused: {envelope.error}", frame.data), *again]
        if envelope.type in _UNUSED_STREAMS:
            return ()
        if envelope.type or envelope.result is msgspec.UNSET:
            reason = f"a message of {envelope.type or 'no type'} makes no sense"
            return [self._damage.reject(frame, reason)]
        if isinstance(envelope.result, dict):
            return self._pong(envelope.result, at_ns)
        return [*self._keys.acknowledged(request, at_ns), *self._books.tick(at_ns)]

    def _pong(self, result: dict[str, Any], at_ns: int) -> Sequence[Output]:
        """The round trip, and what the venue's clock said on the way."""
        venue_ns = moment_ns(result.get("server_time"))
        return [replace(rtt, venue_ns=venue_ns) for rtt in self._pulse.pong(at_ns)]

    def _on_book(self, reply: Reply) -> Sequence[Output]:
        answer = polling.read(VENUE, wire.LIQUIDITY, reply, wire.problem)
        if isinstance(answer, events.Reject):
            return [answer]
        feed, book = self._books.feeds.get(reply.key), answer.data
        if feed is None or isinstance(book, msgspec.UnsetType):
            return ()
        bids, asks = wire.levels(book.bids), wire.levels(book.asks)
        if bids is None or asks is None or not numbers.sane_book(bids, asks):
            reason = f"book of {feed.market.native} is crossed, unordered or has an empty level"
            return [decoding.reject(VENUE, reply.at_ns, reason, reply.body)]
        whole = Change(book.timestamp, book.timestamp, bids, asks, book.timestamp)
        return self._books.snapshot(feed, whole, reply.at_ns)
