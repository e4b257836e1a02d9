"""The books of one connection: snapshots, changes uncrossed for display, a look at REST's in turn.

A book that is lost, or that REST twice says to be another, is reset and asked for again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from cockpit.core.events import BookDelta, BookSnapshot, Levels, Reject
from cockpit.venues.contract import Output, Reply
from cockpit.venues.dydx import messages as wire
from cockpit.venues.dydx.book import levels_of
from cockpit.venues.dydx.mapper import VENUE, DydxMarket
from cockpit.venues.dydx.rest import ask_book
from cockpit.venues.kit.books import Books
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.polling import Every
from cockpit.venues.kit.subscriptions import Subscriptions

COMPARE_EVERY_S = 5.0
"""One book in turn; a dozen books are each looked at once a minute."""


class IndexerBooks:
    """`market` finds or makes the market of a ticker."""

    def __init__(self, keys: Subscriptions, market: Callable[[str], DydxMarket]) -> None:
        self._keys = keys
        self._market = market
        self._chains = Books(VENUE, keys)
        self._known: dict[str, DydxMarket] = {}
        """By subscription, whoever asked for it."""
        self._is_open = False
        self._compare = Every(COMPARE_EVERY_S, wait_first=True)
        self._compared = 0

    # --- a part ---------------------------------------------------------------------------------

    def opened(self, link: str, at_ns: int) -> Sequence[Output]:
        self._is_open = True
        return ()

    def closed(self, link: str) -> None:
        self._is_open = False
        self._chains.closed(link)
        for market in self._known.values():
            market.book.forget()
        self._known.clear()

    def tick(self, at_ns: int) -> Sequence[Output]:
        """Compare with REST: second looks when they are due, and the next book in turn."""
        out = list(self._chains.tick(at_ns))
        synced = [
            self._known[key]
            for key, feed in self._chains.feeds.items()
            if feed.chain.is_synced and key in self._keys
        ]
        for market in synced:
            look_ns = market.book.look_again_ns
            if look_ns is not None and at_ns >= look_ns:
                market.book.look_again_ns = None
                out.append(ask_book(market.native))
        if synced and self._compare.due(at_ns):
            self._compared += 1
            out.append(ask_book(synced[self._compared % len(synced)].native))
        return out

    def want(self, markets: Iterable[DydxMarket], at_ns: int) -> list[Output]:
        """Keep the books of exactly these."""
        return self._chains.want({market.book_key: market.symbol for market in markets}, at_ns)

    # --- messages -------------------------------------------------------------------------------

    def whole(self, message: wire.Subscribed, at_ns: int, data: str | bytes) -> Iterator[Output]:
        """A snapshot, then what was held and is newer; one older than the book is a repetition."""
        market, number = self._market(message.id), message.message_id
        if number <= market.book.number and self._is_open:
            return
        book = _sane(message.contents, at_ns, data)
        if isinstance(book, Reject):
            yield book
            yield from self.lose(market, at_ns, "insane level")
            return
        self._known[market.book_key] = market
        feed = self._chains.feed(market.book_key, market.symbol, at_ns)
        if feed is None:
            return
        feed.is_stated = True
        feed.chain.snapshot(number)
        yield _picture(market, *book, at_ns)
        for held, updates in market.book.newer(number):
            yield from self.changes(market, held, updates, at_ns)

    def changes(
        self, market: DydxMarket, number: int, updates: Sequence[wire.Update], at_ns: int
    ) -> Sequence[Output]:
        """What changed; what comes before the snapshot waits for it."""
        book = market.book
        if number <= book.number and self._is_open:
            return ()
        feed = self._chains.feeds.get(market.book_key)
        if feed is None or feed.chain.last is None:
            book.held.append((number, updates))
            return ()
        bids, asks = book.levels.delta(updates, at_ns)
        symbol = market.symbol
        return (BookDelta(venue=VENUE, recv_ns=at_ns, symbol=symbol, bids=bids, asks=asks),)

    def compared(self, market: DydxMarket, rest: wire.Book, reply: Reply) -> Sequence[Output]:
        """REST's book: a check of ours; without a link (an edited tape) the only one there is."""
        book = _sane(rest, reply.at_ns, reply.body)
        if isinstance(book, Reject):
            return [book]
        feed = self._chains.feeds.get(market.book_key)
        if feed is None or not feed.chain.is_synced:
            return () if self._is_open else [_picture(market, *book, reply.at_ns)]
        if not market.book.disagrees(*book, reply.at_ns):
            return ()
        return self.lose(market, reply.at_ns, "REST has another book")

    def lose(self, market: DydxMarket, at_ns: int, reason: str) -> list[Output]:
        """A book is unknown, and is asked for again."""
        lost = self._chains.lose(market.book_key, at_ns, reason)
        return lost or self._keys.renew([market.book_key], at_ns)

    def lose_all(self, at_ns: int, reason: str) -> list[Output]:
        lost = [self._chains.lose(key, at_ns, reason) for key in list(self._chains.feeds)]
        return [output for outputs in lost for output in outputs]


def _sane(
    said: wire.Whole | wire.Book, at_ns: int, data: str | bytes
) -> tuple[Levels, Levels] | Reject:
    bids, asks = levels_of(said.bids), levels_of(said.asks)
    if bids is None or asks is None:
        return reject(VENUE, at_ns, "insane level", data)
    return bids, asks


def _picture(market: DydxMarket, bids: Levels, asks: Levels, at_ns: int) -> BookSnapshot:
    """A whole book, uncrossed."""
    bids, asks = market.book.levels.snapshot(bids, asks, at_ns)
    return BookSnapshot(venue=VENUE, recv_ns=at_ns, symbol=market.symbol, bids=bids, asks=asks)
