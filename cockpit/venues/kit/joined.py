"""Books of which the stream says only changes: the whole is read over REST and joined to them.

Changes are kept for a while. A book read at position N of the stream takes those that end after N,
of which the first must begin at or before N. They are kept also while a book stands, so that it
can be read anew at any moment without a hole.

A reading holds at most so many levels a side. Where it is full, what lies beyond its last level is
unknown, so changes there are left out, and a side that has become thin is read anew.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cockpit.core.events import BookDelta, BookReset, Levels
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Fetch, Output
from cockpit.venues.kit.instruments import Market
from cockpit.venues.kit.parts import OverLink
from cockpit.venues.kit.sequencing import APPLY, GAP, IGNORE, Verdict
from cockpit.venues.kit.statements import delta, snapshot
from cockpit.venues.kit.subscriptions import State, Subscriptions

RETRY_S = 3.0
_STAYS_BEHIND_NS = 5 * NS_PER_S
_ENDLESS = float("inf")


@dataclass(slots=True)
class Change:
    """Levels that changed after position `follows` up to position `last`: absolute sizes."""

    follows: int
    last: int
    bids: Levels
    asks: Levels
    venue_ns: int | None = None


class JoinedChain:
    """Where one stream stands, and the book that was read beside it.

    `base` is the position of the reading that the stated book is made of, None while there is
    none. A change from before the newest was overtaken on its way; one that stays behind for five
    seconds is of another sequence, and so is one that follows another than the newest.
    """

    def __init__(self, held: int = 256) -> None:
        self.head: int | None = None
        self.base: int | None = None
        self.recent: deque[Change] = deque(maxlen=held)
        self._behind = (-1, 0)

    def delta(self, change: Change, at_ns: int) -> Verdict:
        """APPLY; IGNORE what is old or waits for a book; GAP where something is missing."""
        is_old = self.head is not None and change.last <= self.head
        if is_old and self._was_overtaken(change.last, at_ns):
            return IGNORE
        follows = not is_old and self._follows(change.follows)
        if not follows:
            self.recent.clear()
            self.base = None
        self.head = change.last
        self.recent.append(change)
        if not follows:
            return GAP
        return APPLY if self.base is not None and change.last > self.base else IGNORE

    def snapshot(self, position: int) -> list[Change] | None:
        """The changes to apply after a reading; None if they do not reach back to it.

        A reading from before the one that stands is of no use either.
        """
        if self.base is not None and position < self.base:
            return None
        later = [change for change in self.recent if change.last > position]
        if later and later[0].follows > position:
            return None
        self.base = position
        return later

    def _follows(self, follows: int) -> bool:
        """What a reading covers need not be linked: it may be ahead of the stream."""
        head, base = self.head, self.base
        if follows == head or (head is None and base is None):
            return True
        return base is not None and (head is None or head <= base) and follows <= base

    def _was_overtaken(self, last: int, at_ns: int) -> bool:
        if self._behind[0] != self.head:
            self._behind = (self.head or 0, at_ns)
        return last == self.head or at_ns - self._behind[1] < _STAYS_BEHIND_NS


@dataclass(slots=True, eq=False)
class JoinedFeed:
    """One market's book; of `bids` and `asks` the prices are known, from `lowest` to `highest`."""

    market: Market
    chain: JoinedChain = field(default_factory=JoinedChain)
    due_ns: int = 0
    is_stated: bool = False
    lowest: float = 0.0
    highest: float = _ENDLESS
    bids: set[float] = field(default_factory=set)
    asks: set[float] = field(default_factory=set)


class JoinedBooks(OverLink):
    """The books of the wanted markets, by the keys of their subscriptions.

    `ask` makes the request for a whole book of `depth` levels a side, the most that the venue
    gives; its reply carries the key. It is made when the stream stands, again after `RETRY_S`
    where no book came of it, and every `refresh_s`.
    """

    def __init__(
        self,
        venue: str,
        subscriptions: Subscriptions,
        ask: Callable[[str], Fetch],
        *,
        depth: int,
        refresh_s: float = 300.0,
    ) -> None:
        self.feeds: dict[str, JoinedFeed] = {}
        self._venue = venue
        self._subscriptions = subscriptions
        self.link = subscriptions.link
        self._ask = ask
        self._depth = depth
        self._retry_ns, self._refresh_ns = round(RETRY_S * NS_PER_S), round(refresh_s * NS_PER_S)

    def forget(self) -> None:
        self.feeds.clear()

    def tick(self, at_ns: int) -> list[Output]:
        """Read the books that are due."""
        due = [
            key
            for key, feed in self.feeds.items()
            if at_ns >= feed.due_ns and self._subscriptions.state(key) is State.STANDING
        ]
        for key in due:
            self.feeds[key].due_ns = at_ns + self._retry_ns
        return [self._ask(key) for key in due]

    def want(self, markets: Mapping[str, Market], at_ns: int) -> list[Output]:
        """Keep the books of these; one that is wanted no longer is reset."""
        out: list[Output] = []
        for key in sorted(self.feeds.keys() - markets.keys()):
            out += self._reset(self.feeds.pop(key), at_ns, "no longer subscribed")
        for key, market in markets.items():
            self.feeds.setdefault(key, JoinedFeed(market)).market = market
        return out

    def renew_all(self, at_ns: int) -> list[Output]:
        """Read every book anew: something on the link cannot be trusted."""
        for feed in self.feeds.values():
            feed.due_ns = 0
        return self.tick(at_ns)

    def delta(self, feed: JoinedFeed, change: Change, at_ns: int) -> Sequence[Output]:
        """A change of the stream, its figures as the venue quotes them."""
        verdict = feed.chain.delta(change, at_ns)
        if verdict is APPLY:
            return (self._stated(feed, change, at_ns),)
        return self.lose(feed, at_ns, "a change is missing") if verdict is GAP else ()

    def lose(self, feed: JoinedFeed, at_ns: int, reason: str) -> list[Output]:
        """The book is unknown until it is read."""
        feed.chain.base, feed.due_ns = None, 0
        return [*self._reset(feed, at_ns, reason), *self.tick(at_ns)]

    def snapshot(self, feed: JoinedFeed, book: Change, at_ns: int) -> list[Output]:
        """A whole book as it was at `last`, best first, and the changes since.

        One that the changes do not reach back to says nothing; it is soon read again.
        """
        later = feed.chain.snapshot(book.last)
        if later is None:
            return []
        bids, asks = book.bids, book.asks
        feed.due_ns, feed.is_stated = at_ns + self._refresh_ns, True
        feed.lowest = bids[-1][0] if len(bids) >= self._depth else 0.0
        feed.highest = asks[-1][0] if len(asks) >= self._depth else _ENDLESS
        feed.bids, feed.asks = {price for price, _ in bids}, {price for price, _ in asks}
        sides, market = (bids, asks), feed.market
        whole = snapshot(self._venue, market, sides, book.last, book.venue_ns, at_ns)
        return [whole, *(self._stated(feed, change, at_ns) for change in later)]

    def _stated(self, feed: JoinedFeed, change: Change, at_ns: int) -> BookDelta:
        bids, asks = change.bids, change.asks
        if feed.lowest > 0.0:
            bids = tuple([level for level in bids if level[0] >= feed.lowest])
            self._note(feed, feed.bids, bids, at_ns)
        if feed.highest < _ENDLESS:
            asks = tuple([level for level in asks if level[0] <= feed.highest])
            self._note(feed, feed.asks, asks, at_ns)
        sides, market = (bids, asks), feed.market
        return delta(self._venue, market, sides, change.last, change.venue_ns, at_ns)

    def _note(self, feed: JoinedFeed, prices: set[float], levels: Levels, at_ns: int) -> None:
        """Which prices of a side that was cut off stand; below half of it the side is thin."""
        for price, size in levels:
            if size:
                prices.add(price)
            else:
                prices.discard(price)
        if len(prices) * 2 < self._depth:
            feed.due_ns = min(feed.due_ns, at_ns + self._retry_ns)

    def _reset(self, feed: JoinedFeed, at_ns: int, reason: str) -> list[Output]:
        if not feed.is_stated:
            return []
        feed.is_stated = False
        symbol = feed.market.symbol
        return [BookReset(venue=self._venue, symbol=symbol, recv_ns=at_ns, reason=reason)]
