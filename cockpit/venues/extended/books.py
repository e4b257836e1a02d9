"""Extended's books: one number over all frames of a connection, changes of sizes, old first books.

A missing number may concern any book, so all are lost. On a socket of one stream the numbers are
the stream's own, and only its book is. A book that is old when it comes is kept back until its
changes have caught up, or for a second if nothing changes.
"""

from collections.abc import Iterable, Sequence

from cockpit.core.events import BookSnapshot, Level, Levels
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Output
from cockpit.venues.extended import messages as wire
from cockpit.venues.extended.mapper import VENUE, ExtendedMarket
from cockpit.venues.kit.books import BookFeed, Books
from cockpit.venues.kit.numbers import sane_book
from cockpit.venues.kit.parts import OverLink
from cockpit.venues.kit.sequencing import GAP, IGNORE, SharedCounter
from cockpit.venues.kit.statements import delta, snapshot
from cockpit.venues.kit.subscriptions import Subscriptions

_FRESH_NS, _OLDEST_NS = 2 * NS_PER_S, 90 * NS_PER_S
"""A whole book is at most a minute old: one that seems older is a matter of clocks."""
_HELD_NS = NS_PER_S


class NumberedBooks(OverLink):
    """A part. Reads say in a sentence why a message makes no sense; the book is lost by then."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._books = Books(VENUE, subscriptions)
        self.link = subscriptions.link
        self.forget()

    def forget(self) -> None:
        self._books.forget()
        self._counters: dict[str, SharedCounter] = {}
        self._held: dict[str, tuple[ExtendedMarket, int]] = {}
        """The topics whose book is kept back: of which market, and since when."""
        self._stamps_ns: dict[str, int] = {}
        """The venue's time of the last message of each topic."""

    def tick(self, at_ns: int) -> Sequence[Output]:
        """State the books that were kept back long enough."""
        due = [
            (self._books.feeds[topic], market)
            for topic, (market, since_ns) in self._held.items()
            if at_ns - since_ns >= _HELD_NS
        ]
        out: list[Output] = [self._whole(feed, market, None, at_ns) for feed, market in due]
        return [*out, *self._books.tick(at_ns)]

    def want(self, markets: Iterable[ExtendedMarket], at_ns: int) -> list[Output]:
        """Keep the books of exactly these."""
        books = {wire.book_topic(market.native): market.symbol for market in markets}
        self._held = {topic: held for topic, held in self._held.items() if topic in books}
        return self._books.want(books, at_ns)

    def renew_all(self, at_ns: int) -> list[Output]:
        """Take every book anew."""
        return self._books.renew_all(at_ns)

    # --- numbers ------------------------------------------------------------------------------

    def count(self, stream: str, seq: int, at_ns: int) -> list[Output] | None:
        """Judge the number of a frame: what was lost before it; None if it came before.

        `stream` is what the number counts: empty for all of a connection, else a topic.
        """
        counter = self._counters.setdefault(stream, SharedCounter())
        verdict = counter.take(seq)
        if verdict is IGNORE:
            return None
        if verdict is not GAP:
            return []
        counter.take(seq)
        keys = [stream] if stream else list(self._books.feeds)
        return [output for key in keys for output in self.lose(key, at_ns)]

    def lose(self, topic: str, at_ns: int) -> list[Output]:
        """The book of this topic, if it is one, is unknown: reset it, leave and join."""
        feed = self._books.feeds.get(topic)
        if feed is None or not feed.chain.is_synced:
            return []
        feed.is_stated = False
        self._held.pop(topic, None)
        return self._books.gap(feed, at_ns, "a message is missing or made no sense")

    # --- books --------------------------------------------------------------------------------

    def read(self, market: ExtendedMarket, heard: wire.Heard, at_ns: int) -> Sequence[Output] | str:
        """What a message of a book says; a sentence if it cannot be.

        A whole book that continues a chain is of now, whatever the clocks say.
        """
        feed = self._books.feed(wire.book_topic(market.native), market.symbol, at_ns)
        if feed is None:
            return ()
        if heard.kind == "DELTA":
            return self._change(feed, market, heard, at_ns)
        data: wire.BookData = heard.data
        bids = tuple([(level.p, level.q) for level in data.b])
        asks = tuple([(level.p, level.q) for level in data.a])
        if not sane_book(bids, asks):
            return f"book of {market.native} is crossed, unordered or has an empty level"
        if data.d != wire.FULL:
            # The touch is a book of one level, where there is no better one.
            touch = snapshot(VENUE, market, (bids, asks), heard.seq, heard.venue_ns, at_ns)
            return () if feed.chain.is_synced else [touch]
        stamp_ns = heard.venue_ns or 0
        is_first = not feed.chain.is_synced or stamp_ns < self._stamps_ns.get(feed.key, 0)
        market.levels.replace(bids, asks)
        feed.chain.snapshot(heard.seq)
        self._stamps_ns[feed.key] = stamp_ns
        if is_first and _FRESH_NS < at_ns - stamp_ns < _OLDEST_NS:
            self._held[feed.key] = (market, at_ns)
            return ()
        return [self._whole(feed, market, heard.venue_ns, at_ns)]

    def _change(
        self, feed: BookFeed, market: ExtendedMarket, heard: wire.Heard, at_ns: int
    ) -> Sequence[Output] | str:
        data: wire.BookData = heard.data
        if not feed.chain.is_synced or data.d != wire.FULL:
            return ()
        bids = _resized(market.levels.bids, data.b, market.decimals)
        asks = _resized(market.levels.asks, data.a, market.decimals)
        if bids is None or asks is None:
            return f"a change of {market.native} takes away more than there is"
        feed.chain.last = heard.seq
        self._stamps_ns[feed.key] = heard.venue_ns or 0
        if feed.key in self._held:
            is_old = heard.venue_ns is None or at_ns - heard.venue_ns > _FRESH_NS
            return () if is_old else [self._whole(feed, market, heard.venue_ns, at_ns)]
        if not (bids or asks):
            return ()
        return [delta(VENUE, market, (bids, asks), heard.seq, heard.venue_ns, at_ns)]

    def _whole(
        self, feed: BookFeed, market: ExtendedMarket, venue_ns: int | None, at_ns: int
    ) -> BookSnapshot:
        """The book as it stands now."""
        self._held.pop(feed.key, None)
        feed.is_stated = True
        return snapshot(VENUE, market, market.levels.whole(), feed.chain.last, venue_ns, at_ns)


def _resized(
    side: dict[float, float], levels: Iterable[wire.Level], decimals: int
) -> Levels | None:
    """Take changes of sizes over: the levels with their new sizes; None if one is below zero.

    A stated size `c` wins over the change `q`.
    """
    told: list[Level] = []
    for level in levels:
        price, size = level.p, level.c
        if size is None:
            size = round(side.get(price, 0.0) + level.q, decimals)
        if size < 0.0:
            return None
        if size:
            side[price] = size
        else:
            side.pop(price, None)
        told.append((price, size))
    return tuple(told)
