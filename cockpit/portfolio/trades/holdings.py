"""What is held at one moment, as trades need it: positions by leg, their fills, their prices."""

from collections.abc import Iterable, Iterator

from cockpit.core.events import Position
from cockpit.portfolio.trades.leg_fills import Met, Told, opened
from cockpit.state.identity import AssetNames
from cockpit.state.trades import LegKey, TradeLeg
from cockpit.state.view import AccountRead, MarketRead, MarketView


class Holdings:
    """The positions of a view, read and typed, by leg. Reads the view once."""

    def __init__(self, view: MarketView, now_ns: int) -> None:
        self.now_ns = now_ns
        self.there_ns = now_ns - view.clock_offset_ns
        """What the venues' clocks show: their stamps are in this time."""
        self._view = view
        self._names = AssetNames(view)
        self._books: dict[tuple[str, str], AccountRead] = {
            (book.venue, book.address): book for book in view.accounts()
        }
        self._positions: dict[LegKey, Position] = {
            key_of(position): position
            for book in self._books.values()
            for position in book.positions
        }
        self._typed = {key_of(position): position for position in view.manual()}

    @property
    def is_waiting(self) -> bool:
        """Whether an account has not answered once: it may hold the other half of any leg."""
        return any(book.status == "waiting" for book in self._books.values())

    def book(self, key: LegKey) -> AccountRead | None:
        """The followed account of a leg; None for what was typed and what nobody follows."""
        return self._books.get((key.venue, key.account))

    def position(self, key: LegKey) -> Position | None:
        """None where it is flat, as far as is known."""
        return self._positions.get(key) or self._typed.get(key)

    def size(self, leg: TradeLeg) -> float:
        """What a leg is now; as it was read last while its account is away."""
        if self.is_away(leg.key):
            return leg.size
        position = self.position(leg.key)
        return 0.0 if position is None else position.size * leg.share

    def is_away(self, key: LegKey) -> bool:
        """Whether what is known of a leg may not be taken for the present."""
        if key.is_typed:
            return False
        book = self.book(key)
        return book is None or book.is_stale(self.now_ns)

    def present(self) -> Iterator[tuple[LegKey, Position]]:
        """Every position that may be taken for the present."""
        for key, position in (*self._positions.items(), *self._typed.items()):
            if not self.is_away(key):
                yield key, position

    def told(self, key: LegKey, before: frozenset[LegKey] | None = None) -> Told:
        """The fills of a leg; `before` are the legs of its account when it was read before."""
        book = self.book(key)
        if book is None:
            return Told()
        is_new = before is not None and key not in before
        return Told(book.fills(key.pool, key.symbol), book.tells_fills, is_new)

    def legs_of(self, venue: str, account: str) -> frozenset[LegKey]:
        return frozenset(
            key for key in self._positions if (key.venue, key.account) == (venue, account)
        )

    def fresh_accounts(self) -> list[tuple[str, str]]:
        """The followed accounts that may be taken for the present."""
        return [key for key, book in self._books.items() if not book.is_stale(self.now_ns)]

    def opened_ns(self, key: LegKey) -> int | None:
        """When the position was opened, by its venue's own word or its fills; None where neither
        tells."""
        position = self.position(key)
        if position is None:
            return None
        found = opened(self.told(key).fills, position.size)
        if found:
            return found[0].venue_ns or found[0].recv_ns
        return position.opened_ns

    def asset(self, key: LegKey) -> str:
        """A name that no other asset has."""
        return self._names.of(key.venue, key.symbol)

    def market(self, key: LegKey) -> MarketRead | None:
        return self._view.market(key.venue, key.symbol)

    def met(self, key: LegKey) -> Met:
        """What a fill of a leg meets now, as far as that is fresh."""
        market, now_ns = self.market(key), self.now_ns
        mark = None if market is None or market.is_stale("mark", now_ns) else market.mark
        others = (self._view.market(venue.name, key.symbol) for venue in self._view.venues())
        indexes = tuple(
            (other.venue, other.index)
            for other in others
            if other is not None and other.index and not other.is_stale("index", now_ns)
        )
        return Met(mark, indexes)

    def reference(self, legs: Iterable[LegKey]) -> float | None:
        """One price for all legs: the mean of their markets' indexes. None where one is not known.

        A market that nobody follows (coins that are owned, another exchange) has none of its own.
        """
        places = sorted({(key.venue, key.symbol) for key in legs})
        markets = [m for place in places if (m := self._view.market(*place)) is not None]
        found = [m.index for m in markets if m.index and not m.is_stale("index", self.now_ns)]
        return sum(found) / len(found) if found and len(found) == len(markets) else None


def key_of(position: Position) -> LegKey:
    return LegKey(
        venue=position.venue,
        account=position.account,
        pool=position.pool,
        symbol=position.symbol,
        is_typed=position.source == "manual",
    )
