"""Paradex: the session."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from cockpit.core.events import Reject
from cockpit.venues.contract import Frame, Output, Wants
from cockpit.venues.kit.books import Books
from cockpit.venues.kit.damage import Damage
from cockpit.venues.kit.decoding import decode, encode, reject
from cockpit.venues.kit.heartbeat import Heartbeat
from cockpit.venues.kit.numbers import sane_book
from cockpit.venues.kit.sequencing import APPLY, GAP, ChainedBook
from cockpit.venues.kit.session import VenueSession
from cockpit.venues.kit.statements import delta, snapshot
from cockpit.venues.kit.subscriptions import Operation, Rules, State, Subscriptions
from cockpit.venues.paradex import mapper, sbe
from cockpit.venues.paradex import messages as wire
from cockpit.venues.paradex.mapper import VENUE, ParadexMarket
from cockpit.venues.paradex.rest import Rest

_PROBE: Final = 1_000_000_000
"""The number of the requests that are pings; those of the subscriptions stay below it."""


def _encode(operation: Operation, channels: Sequence[str], request: int) -> str:
    call = {
        "jsonrpc": "2.0", "method": operation, "params": {"channel": channels[0]}, "id": request,
    }  # fmt: skip
    return encode(call)


class Session(VenueSession):
    """Paradex's translator; the contract says what it hears and says."""

    def __init__(self, wants: Wants) -> None:
        super().__init__(VENUE, wants)
        self._rest = Rest(wants)
        self.listing = self._rest.listing
        self._is_probe_joined = False
        self._retail: set[str] = set()
        """Markets whose book channel is the retail one: binary books do not name their channel."""
        self._keys = Subscriptions(_encode, Rules(operations=50))
        self._books = Books(VENUE, self._keys, new_chain=partial(ChainedBook, strict=True))
        self._damage = Damage(VENUE, self._books.renew_all)
        self._pulse = Heartbeat(VENUE, self._ping, every_s=10)
        self.parts = (self._damage, self._pulse, self._books, self._keys, *self._rest.parts)
        self.answers = self._rest.answers

    def on_closed(self, link: str) -> None:
        self._is_probe_joined = False
        self._retail.clear()

    def on_tick(self, at_ns: int) -> Sequence[Output]:
        self._rest.tick(at_ns)
        return ()

    def follow(self, at_ns: int) -> Sequence[Output]:
        """Figures of each wanted market, and a book of those that trade."""
        self._rest.survey.want(self.wants)
        markets = list(self._rest.listing.wanted(self.wants.symbols))
        books = {market.book: market.symbol for market in markets if market.has_book}
        out = self._books.want(books, at_ns)
        streams = [
            f"{kind}.{market.native}"
            for market in markets
            for kind in ("trades", "markets_summary", "funding_data")
        ]
        out += self._keys.want([*books, *streams], at_ns)
        return [*out, *self._rest.follow(self.wants, at_ns)]

    def _ping(self, at_ns: int) -> str:
        """There is no ping on this wire: to join and leave the channel of listings is one."""
        self._is_probe_joined = not self._is_probe_joined
        return _encode("subscribe" if self._is_probe_joined else "unsubscribe", ["markets"], _PROBE)

    # --- frames -------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        if isinstance(frame.data, bytes):
            found = sbe.decode(frame.data)
            if found is None:
                return ()
            if not isinstance(found, sbe.Unread):
                return self._row(*found, frame)
            told = self._damage.reject if found.is_damaged else self._rejected
            return [told(frame, found.reason)]
        envelope = decode(wire.ENVELOPE, frame.data)
        if isinstance(envelope, str):
            return [self._damage.reject(frame, envelope)]
        if envelope.params is None:
            return self._answer(envelope, frame)
        channel = envelope.params.channel
        kind, _, rest = channel.partition(".")
        if kind in _UNUSED or ".interactive" in rest:
            return ()
        decoder = _DECODERS.get(kind)
        if decoder is None:
            return [self._rejected(frame, f"unknown channel {channel}")]
        row = decode(decoder, envelope.params.data)
        if isinstance(row, str):
            lost = self._books.lose(channel, frame.at_ns, "a message made no sense")
            return [self._damage.reject(frame, f"{kind}: {row}"), *lost]
        if isinstance(row, wire.Book):
            row = wire.book_update(row)
        return self._row(row, row.venue_ns, frame)

    def _row(self, row: wire.Row, venue_ns: int | None, frame: Frame) -> Sequence[Output]:
        native = row.symbol if isinstance(row, wire.Summary) else row.market
        market = self._rest.listing.known(native)
        if market is None:
            if wire.is_other_product(native):
                return ()
            return [self._rejected(frame, f"unknown market {native}")]
        if isinstance(row, wire.BookUpdate):
            return () if native in self._retail else self._book(row, market, frame)
        at_ns = frame.at_ns
        if self._keys.waiting:
            self._keys.seen(f"{_CHANNELS[type(row)]}.{native}")
        if isinstance(row, wire.Summary):
            market.is_streamed, market.has_all_digits = True, row.has_all_digits
            return market.summary(row, venue_ns, at_ns)
        assert venue_ns is not None
        if isinstance(row, wire.FundingRow):
            return market.funding(row, venue_ns, at_ns)
        return [market.trade(row, venue_ns, at_ns)] if row.trade_type in mapper.FLOW else ()

    def _book(
        self, update: wire.BookUpdate, market: ParadexMarket, frame: Frame
    ) -> Sequence[Output]:
        key, at_ns = market.book, frame.at_ns
        feed = self._books.feeds.get(key) or self._books.feed(key, market.symbol, at_ns)
        if feed is None:
            return ()
        self._keys.seen(key)
        if update.is_whole:
            if not sane_book(update.bids, update.asks):
                reason = f"book of {market.native} is crossed or has an empty level"
                lost = self._books.lose(key, at_ns, "the whole book made no sense")
                return [self._damage.reject(frame, reason), *lost]
            feed.is_stated = True
            feed.chain.snapshot(update.seq)
            market.levels.replace(update.bids, update.asks)
        elif not feed.is_stated:
            return ()
        elif (verdict := feed.chain.delta(update.seq - 1, update.seq, at_ns)) is not APPLY:
            reason = f"gap before {update.seq}"
            return self._books.gap(feed, at_ns, reason) if verdict is GAP else ()
        else:
            market.levels.apply(update.bids, update.asks)
            if market.levels.is_crossed:
                return self._books.gap(feed, at_ns, f"crossed after {update.seq}")
        stated = snapshot if update.is_whole else delta
        book = (update.bids, update.asks)
        return (stated(VENUE, market, book, update.seq, update.venue_ns, at_ns),)

    def _answer(self, envelope: wire.Envelope, frame: Frame) -> Sequence[Output]:
        """The answer to a request of ours."""
        request, at_ns = envelope.id or 0, frame.at_ns
        if request == _PROBE:
            sent_us = envelope.usOut or 0
            venue_ns = sent_us * 1_000 if 15 * 10**14 <= sent_us < 4 * 10**15 else None
            return [replace(pong, venue_ns=venue_ns) for pong in self._pulse.pong(at_ns)]
        if envelope.error is not None:
            error = envelope.error
            words = f"request refused: {error.words} {error.data or ''}".rstrip()
            again = self._keys.refused(request, at_ns)
            for market in self._rest.listing.wanted(self.wants.symbols):
                if self._keys.state(market.book) is State.REFUSED and not market.is_shallow:
                    market.is_shallow = True
                    self.listing.changed()
            return [self._rejected(frame, words), *again]
        if envelope.result is None:
            return [self._rejected(frame, "neither data nor an answer")]
        channel, native, feed = (*envelope.result.channel.split(".", 2), "", "")[:3]
        if channel == "order_book":
            change = self._retail.add if "interactive" in feed else self._retail.discard
            change(native)
        return self._keys.acknowledged(request, at_ns)

    def _rejected(self, frame: Frame, reason: str) -> Reject:
        return reject(VENUE, frame.at_ns, reason, frame.data)


_CHANNELS: Mapping[type, str] = {
    wire.Fill: "trades", wire.Summary: "markets_summary", wire.FundingRow: "funding_data",
}  # fmt: skip
_UNUSED = frozenset({"bbo", "funding_rate_comparison", "markets"})
_DECODERS: Mapping[str, "msgspec.json.Decoder[Any]"] = {
    "order_book": wire.BOOK,
    "trades": wire.FILL,
    "markets_summary": wire.SUMMARY,
    "funding_data": wire.FUNDING,
}
