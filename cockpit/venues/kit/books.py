"""The chained books of one connection: which are whole, and joining the lost ones again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cockpit.core.events import BookReset
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Output
from cockpit.venues.kit.parts import OverLink
from cockpit.venues.kit.sequencing import ChainedBook
from cockpit.venues.kit.subscriptions import State, Subscriptions


@dataclass(slots=True, eq=False)
class BookFeed:
    """One chain of updates. `is_stated` says whether the book that was stated is made of it.

    `heard_ns` is when the venue last spoke of it; a venue that uses `quiet_s` keeps it.
    """

    key: str
    symbol: str
    chain: ChainedBook
    is_stated: bool = False
    is_asked: bool = False
    heard_ns: int = 0


class Books(OverLink):
    """A book whose chain broke is reset, left and joined, and waits for its snapshot.

    One whose snapshot does not come within `patience_s` is joined again. Where a subscription tells
    changes alone and the whole book is asked for beside it, `request` makes that request from the
    key: then nothing is left, and a book that has been silent for `quiet_s` is asked for as well,
    because a change that was lost shows only with the next one.
    """

    def __init__(
        self,
        venue: str,
        subscriptions: Subscriptions,
        *,
        new_chain: Callable[[int], ChainedBook] = ChainedBook,
        patience_s: float = 5.0,
        request: Callable[[str], Output] | None = None,
        quiet_s: float | None = None,
    ) -> None:
        self.feeds: dict[str, BookFeed] = {}
        self._wanted: set[str] = set()
        self._left: set[str] = set()
        self._venue = venue
        self._subscriptions = subscriptions
        self.link = subscriptions.link
        self._new_chain = new_chain
        self._patience_ns = round(patience_s * NS_PER_S)
        self._request = request
        self._quiet_ns = None if quiet_s is None else round(quiet_s * NS_PER_S)

    def forget(self) -> None:
        self.feeds.clear()
        self._wanted.clear()
        self._left.clear()

    def tick(self, at_ns: int) -> Sequence[Output]:
        """Join again, or ask for, what waits too long for a snapshot and what is too quiet."""
        late = [
            key
            for key, feed in self.feeds.items()
            if self._is_late(feed, at_ns)
            and self._subscriptions.state(key) not in (None, State.REFUSED)
        ]
        return self._renew(late, at_ns) if late else ()

    def _is_late(self, feed: BookFeed, at_ns: int) -> bool:
        if not feed.chain.is_synced:
            return at_ns - feed.chain.waiting_since_ns >= self._patience_ns
        return self._quiet_ns is not None and at_ns - feed.heard_ns >= self._quiet_ns

    def ask(self, at_ns: int) -> list[Output]:
        """Ask for the books that were never asked for: after their subscriptions were sent."""
        return self._renew([key for key, feed in self.feeds.items() if not feed.is_asked], at_ns)

    def want(self, symbols: Mapping[str, str], at_ns: int) -> list[Output]:
        """Keep the chains of these keys (key -> symbol); a book that is wanted no longer is reset.

        Chains that were not asked for (a recording has some) stay as they are.
        """
        out: list[Output] = []
        for key in sorted(self._wanted - symbols.keys()):
            feed = self.feeds.pop(key)
            if feed.is_stated:
                feed.is_stated = False
                out.append(self._reset(feed, at_ns, "no longer subscribed"))
        self._left = (self._left | self._wanted) - symbols.keys()
        self._wanted = set(symbols)
        for key, symbol in symbols.items():
            self.feed(key, symbol, at_ns)
        return out

    def feed(self, key: str, symbol: str, at_ns: int) -> BookFeed | None:
        """The chain of a key, new if there was none; None for one that was left.

        Of that the venue may still send, and nobody would ever reset the book made of it.
        """
        if key in self._left:
            return None
        feed = self.feeds.get(key)
        if feed is None:
            feed = self.feeds[key] = BookFeed(key, symbol, self._new_chain(at_ns))
        feed.symbol = symbol
        return feed

    def lose(self, key: str, at_ns: int, reason: str) -> list[Output]:
        """A message of this chain is missing or made no sense: its book is unknown."""
        feed = self.feeds.get(key)
        if feed is None or not feed.is_stated or not feed.chain.is_synced:
            return []
        return self.gap(feed, at_ns, reason)

    def gap(self, feed: BookFeed, at_ns: int, reason: str) -> list[Output]:
        """Reset the book, leave and join, or ask for it."""
        feed.chain.lose(at_ns)
        return [self._reset(feed, at_ns, reason), *self._renew([feed.key], at_ns)]

    def renew_all(self, at_ns: int) -> list[Output]:
        """Take every book anew: something on the link cannot be trusted."""
        return self._renew([key for key in self.feeds if key in self._subscriptions], at_ns)

    def _renew(self, keys: Sequence[str], at_ns: int) -> list[Output]:
        for key in keys:
            feed = self.feeds[key]
            feed.chain.waiting_since_ns = feed.heard_ns = at_ns
            feed.is_asked = True
        if self._request is not None:
            return [self._request(key) for key in keys]
        return self._subscriptions.renew(keys, at_ns)

    def _reset(self, feed: BookFeed, at_ns: int, reason: str) -> BookReset:
        return BookReset(venue=self._venue, symbol=feed.symbol, recv_ns=at_ns, reason=reason)
