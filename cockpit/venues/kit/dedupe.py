"""What was said already: fills that come twice, facts that have not changed."""

from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from msgspec.structs import astuple

from cockpit.core.events import Event, Funding, MarketEvent

F = TypeVar("F", bound=Event)


class Seen:
    """The last `capacity` identities: of fills that come by stream and again after a reconnect.

    Venues repeat the last fifty fills of a market, and its last fifty liquidations.
    """

    __slots__ = ("_capacity", "_known", "_oldest", "_ring")

    def __init__(self, capacity: int = 128) -> None:
        self._capacity = capacity
        self._known: set[Hashable] = set()
        self._ring: list[Hashable] = []
        """In the order of arrival, from `_oldest` on and round."""
        self._oldest = 0

    def is_new(self, identity: Hashable) -> bool:
        if identity in self._known:
            return False
        self._known.add(identity)
        if len(self._ring) < self._capacity:
            self._ring.append(identity)
            return True
        self._known.discard(self._ring[self._oldest])
        self._ring[self._oldest] = identity
        self._oldest = (self._oldest + 1) % self._capacity
        return True


class Unchanged:
    """Facts of a survey that say nothing new are not stated again.

    Compared is everything but the times, so a payment is always news: its time is what is new of
    it. `forget` when the link that carried them closes: then
    all of it is news.
    """

    def __init__(self) -> None:
        self._said: dict[tuple[type, str, str], tuple[object, ...]] = {}

    def forget(self) -> None:
        self._said.clear()

    def news(self, facts: Iterable[F]) -> Iterator[F]:
        for fact in facts:
            kind = fact.kind if isinstance(fact, Funding) else ""
            if not isinstance(fact, MarketEvent) or kind == "settled":
                yield fact
                continue
            place = (type(fact), fact.symbol, kind)
            said = astuple(fact)[_PAST_TIMES:]
            if self._said.get(place) != said:
                self._said[place] = said
                yield fact


_PAST_TIMES = 3
"""`venue, recv_ns, venue_ns` come first in every event."""
