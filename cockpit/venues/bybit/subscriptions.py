"""Bybit v5: what belongs to one connection and dies with it: topics and book chains.

Private to `bybit.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from cockpit.core.events import BookDelta, BookReset, BookSnapshot
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.venues.bybit.mapper import VENUE, BybitMarket
from cockpit.venues.bybit.messages import BookData, BookMessage
from cockpit.venues.contract import Output, Send
from cockpit.venues.kit import numbers
from cockpit.venues.kit.sequencing import APPLY, GAP, ChainedBook

PATIENCE_NS = 5 * NS_PER_S
"""How long an answer, a first message or a snapshot may take before it is asked for again."""


@dataclass(slots=True, eq=False)
class Feed:
    """One (depth, market) chain of updates."""

    topic: str
    depth: int
    market: BybitMarket
    chain: ChainedBook

    @property
    def is_feeding(self) -> bool:
        """Whether the book of the market is made of this chain."""
        return self.market.feeding is self


class Subscriptions:
    """The topics of one connection: asked for, answered or seen, asked for again."""

    PER_REQUEST = 10
    """One bad topic fails its whole request, so requests are small."""
    MAX_CHARS = 21_000
    """All topics of a connection together."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.topics: frozenset[str] = frozenset()
        self._silent_since: dict[str, int] = {}
        self._requests: dict[str, tuple[str, ...]] = {}
        self._serial = 0

    def move_to(self, target: Sequence[str], at_ns: int) -> list[Send]:
        """What to send so that exactly `target` is subscribed."""
        gone = sorted(self.topics.difference(target))
        fresh = [topic for topic in target if topic not in self.topics]
        self.topics = frozenset(target)
        for topic in gone:
            self._silent_since.pop(topic, None)
        return [*self._ask("unsubscribe", gone), *self._subscribe(fresh, at_ns)]

    def renew(self, topics: Iterable[str], at_ns: int) -> list[Send]:
        """Leave and join again: the venue answers with a snapshot."""
        topics = list(topics)
        return [*self._ask("unsubscribe", topics), *self._subscribe(topics, at_ns)]

    def seen(self, topic: str) -> None:
        """Data came, so the subscription stands, whatever became of its acknowledgement."""
        if self._silent_since:
            self._silent_since.pop(topic, None)

    def answered(self, req_id: str, success: bool, at_ns: int) -> list[Send]:
        """After a refusal of many topics each is asked for alone; a single one is given up."""
        topics = self._requests.pop(req_id, ())
        for topic in topics:
            self._silent_since.pop(topic, None)
        if success or len(topics) < 2:
            return []
        return [send for topic in topics for send in self._subscribe([topic], at_ns)]

    def overdue(self, at_ns: int) -> list[Send]:
        """Subscribe again to what has been neither answered nor heard."""
        late = [
            topic
            for topic, since_ns in self._silent_since.items()
            if at_ns - since_ns >= PATIENCE_NS
        ]
        if not late:
            return []
        given_up = set(late)
        self._requests = {
            req_id: topics
            for req_id, topics in self._requests.items()
            if not given_up.issuperset(topics)
        }
        return self._subscribe(late, at_ns)

    def _subscribe(self, topics: Sequence[str], at_ns: int) -> list[Send]:
        self._silent_since.update((t, at_ns) for t in topics if t in self.topics)
        return self._ask("subscribe", topics)

    def _ask(self, op: str, topics: Sequence[str]) -> list[Send]:
        sends = []
        for start in range(0, len(topics), self.PER_REQUEST):
            chunk = tuple(topics[start : start + self.PER_REQUEST])
            self._serial += 1
            req_id = str(self._serial)
            if op == "subscribe":
                self._requests[req_id] = chunk
            request = {"req_id": req_id, "op": op, "args": chunk}
            sends.append(Send(msgspec.json.encode(request).decode()))
        return sends


class Books:
    """The book chains of one connection. A lost one is joined again, and waits for a snapshot."""

    def __init__(self, topics: Subscriptions) -> None:
        self._topics = topics
        self.feeds: dict[str, Feed] = {}

    def open(self, topic: str, depth: int, market: BybitMarket, at_ns: int) -> Feed:
        """The chain of a topic, new if there was none."""
        feed = self.feeds.get(topic)
        if feed is None:
            feed = self.feeds[topic] = Feed(topic, depth, market, ChainedBook(at_ns))
        return feed

    def close(self, topic: str, at_ns: int) -> list[Output]:
        """Forget a chain that is no longer subscribed."""
        feed = self.feeds.pop(topic, None)
        if feed is None or not feed.is_feeding:
            return []
        feed.market.feeding = None
        return [_reset(feed, at_ns, "no longer subscribed")]

    def lose(self, topic: str, at_ns: int, reason: str) -> list[Output]:
        """A message of this chain is missing: its book is unknown."""
        feed = self.feeds.get(topic)
        if feed is None or not feed.is_feeding or not feed.chain.is_synced:
            return []
        feed.chain.lose(at_ns)
        return [_reset(feed, at_ns, reason), *self._topics.renew([topic], at_ns)]

    def renew(self, at_ns: int, *, everything: bool) -> list[Send]:
        """Ask again for the books that wait too long for a snapshot, or for all of them."""
        feeds = [self.feeds[topic] for topic in self.feeds if topic in self._topics.topics]
        if not everything:
            feeds = [
                feed
                for feed in feeds
                if not feed.chain.is_synced and at_ns - feed.chain.waiting_since_ns >= PATIENCE_NS
            ]
        for feed in feeds:
            feed.chain.waiting_since_ns = at_ns
        return self._topics.renew([feed.topic for feed in feeds], at_ns)

    def apply(self, feed: Feed, message: BookMessage, at_ns: int) -> Sequence[Output] | str:
        """What a message does to the book; a sentence if it is a snapshot that cannot be."""
        data = message.data
        venue_ms = message.cts or data.cts or message.ts
        venue_ns = None if venue_ms is None else venue_ms * NS_PER_MS
        if message.type == "snapshot" or data.u == 1:
            return self._snapshot(feed, data, venue_ns, at_ns)
        if not feed.is_feeding:
            return ()
        verdict = feed.chain.delta(data.u - 1, data.u, at_ns)
        if verdict is GAP:
            reset = _reset(feed, at_ns, f"gap before update {data.u}")
            return [reset, *self._topics.renew([feed.topic], at_ns)]
        if verdict is not APPLY:
            return ()
        market = feed.market
        return (
            BookDelta(
                venue=VENUE,
                symbol=market.symbol,
                recv_ns=at_ns,
                venue_ns=venue_ns,
                bids=numbers.scale_levels(data.b, market.contract),
                asks=numbers.scale_levels(data.a, market.contract),
                seq=data.u,
            ),
        )

    def _snapshot(
        self, feed: Feed, data: BookData, venue_ns: int | None, at_ns: int
    ) -> Sequence[Output] | str:
        market = feed.market
        if market.feeding is not None and market.feeding.depth > feed.depth:
            return ()
        if not numbers.sane_book(data.b, data.a):
            return f"snapshot of {feed.topic} is crossed, unordered or has an empty level"
        market.feeding = feed
        feed.chain.snapshot(data.u)
        return (
            BookSnapshot(
                venue=VENUE,
                symbol=market.symbol,
                recv_ns=at_ns,
                venue_ns=venue_ns,
                bids=numbers.scale_levels(data.b, market.contract),
                asks=numbers.scale_levels(data.a, market.contract),
                seq=data.u,
            ),
        )


def _reset(feed: Feed, at_ns: int, reason: str) -> BookReset:
    return BookReset(venue=VENUE, symbol=feed.market.symbol, recv_ns=at_ns, reason=reason)
