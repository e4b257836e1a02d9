"""What was said already: fills that come twice, facts that have not changed."""

from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from msgspec.structs import astuple

from cockpit.core.events import Event, Funding, MarketEvent

F = TypeVar("F", bound=Event)


class Seen:
    """The last `capacity` identities at least, and fewer than twice as many: of fills that come by
    stream and again after a reconnect.

    Venues repeat the last fifty fills of a market, and its last fifty liquidations. Two halves, the
    older of which goes as a whole, take less than half of what a set beside an order would.
    """

    __slots__ = ("_before", "_capacity", "_recent")

    def __init__(self, capacity: int = 64) -> None:
        self._capacity = capacity
        self._recent: set[Hashable] = set()
        self._before: set[Hashable] = set()

    def is_new(self, identity: Hashable) -> bool:
        if identity in self._recent or identity in self._before:
            return False
        self._recent.add(identity)
        if len(self._recent) == self._capacity:
            self._before, self._recent = self._recent, set()
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
