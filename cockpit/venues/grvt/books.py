"""GRVT's books: a snapshot numbered 0, then changes that name the one they follow.

The number after which the changes go on stands in the acknowledgement, not in the snapshot. Where
no acknowledgement told it, the first change is taken whatever its number, and the book is taken
anew as soon as it shows that this link tells it: the acknowledgement was lost, and so may be more.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from cockpit.core.events import Levels
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Output
from cockpit.venues.grvt import messages as wire
from cockpit.venues.grvt.mapper import NS, VENUE, GrvtMarket
from cockpit.venues.kit.books import BookFeed, Books
from cockpit.venues.kit.fields import moment_ns
from cockpit.venues.kit.numbers import sane_book
from cockpit.venues.kit.parts import OverLink
from cockpit.venues.kit.sequencing import APPLY, GAP, ChainedBook
from cockpit.venues.kit.statements import delta, snapshot
from cockpit.venues.kit.subscriptions import Subscriptions

_PATIENCE_NS = 5 * NS_PER_S
_UNKNOWN = -1
"""The place of a chain whose acknowledgement was not heard."""


class AnchoredBooks(OverLink):
    """A part."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._books = Books(VENUE, subscriptions, new_chain=partial(ChainedBook, strict=True))
        self._subscriptions = subscriptions
        self.link = subscriptions.link
        self.forget()

    def forget(self) -> None:
        self._books.forget()
        self._anchors: dict[str, int] = {}
        self._is_anchored = False
        self._unproven: dict[str, int] = {}
        """Keys of books that no acknowledgement goes with, and since when."""

    def tick(self, at_ns: int) -> Sequence[Output]:
        late = [
            key
            for key, since_ns in self._unproven.items()
            if self._is_anchored and at_ns - since_ns >= _PATIENCE_NS
        ]
        self._unproven.update(dict.fromkeys(late, at_ns))
        return [*self._subscriptions.renew(late, at_ns), *self._books.tick(at_ns)]

    def want(self, symbols: Mapping[str, str], at_ns: int) -> list[Output]:
        """Keep the books of exactly these keys (key -> symbol)."""
        self._unproven = {key: since for key, since in self._unproven.items() if key in symbols}
        return self._books.want(symbols, at_ns)

    def renew_all(self, at_ns: int) -> list[Output]:
        """Take every book anew: also those that no acknowledgement goes with."""
        self._unproven = dict.fromkeys(self._unproven, at_ns)
        return self._books.renew_all(at_ns)

    def lose(self, key: str, at_ns: int) -> list[Output]:
        return self._books.lose(key, at_ns, "a message made no sense")

    def acknowledged(self, key: str, latest: int) -> None:
        """Changes of this key go on after `latest`."""
        self._is_anchored = True
        # The book may have come before, or be on its way: then it begins the chain anew.
        self._anchors[key] = latest
        feed = self._books.feeds.get(key)
        if feed is not None and feed.chain.last == _UNKNOWN:
            self._prove(feed, latest)

    def _prove(self, feed: BookFeed, number: int) -> None:
        feed.chain.snapshot(number)
        self._unproven.pop(feed.key, None)

    # --- messages -----------------------------------------------------------------------------

    def whole(
        self, key: str, market: GrvtMarket, book: wire.Book, number: int, at_ns: int
    ) -> Sequence[Output] | str:
        """A snapshot; a sentence if it cannot be a book. `number` is 0 where changes follow.

        A market has one chain that makes its book: another, of another stream or rate, is passed
        over for as long as that one stands.
        """
        bids, asks = _levels(book.bids), _levels(book.asks)
        if not sane_book(bids, asks):
            return f"book of {market.native} is crossed, unordered or has an empty level"
        feed = self._books.feed(key, market.symbol, at_ns)
        if feed is None or not self._takes_over(feed, market):
            return ()
        anchor = self._anchors.pop(key, None)
        if anchor is not None:
            self._prove(feed, anchor)
        else:
            feed.chain.snapshot(_UNKNOWN)
            self._unproven[key] = at_ns
        feed.is_stated = True
        stamp, seq = moment_ns(book.event_time, NS), number or anchor
        return [snapshot(VENUE, market, (bids, asks), seq, stamp, at_ns)]

    def _takes_over(self, feed: BookFeed, market: GrvtMarket) -> bool:
        standing = self._books.feeds.get(market.book_key)
        if standing is not None and standing is not feed:
            if standing.is_stated and standing.chain.is_synced:
                return False
            standing.is_stated = False
        market.book_key = feed.key
        return True

    def change(
        self, key: str, market: GrvtMarket, book: wire.Book, numbers: tuple[int, int], at_ns: int
    ) -> Sequence[Output]:
        """A delta of (previous, own) numbers. One without levels says that nothing changed."""
        feed = self._books.feeds.get(key)
        if feed is None or not feed.is_stated or not feed.chain.is_synced:
            return ()
        follows, number = numbers
        if feed.chain.last == _UNKNOWN:
            feed.chain.snapshot(follows)
        verdict = feed.chain.delta(follows, number, at_ns)
        if verdict is GAP:
            return self._books.gap(feed, at_ns, f"gap before message {number}")
        if verdict is not APPLY:
            return ()
        changes = _levels(book.bids), _levels(book.asks)
        return [delta(VENUE, market, changes, number, moment_ns(book.event_time, NS), at_ns)]


def _levels(levels: tuple[wire.Level, ...]) -> Levels:
    return tuple([(level.price, level.size) for level in levels])
