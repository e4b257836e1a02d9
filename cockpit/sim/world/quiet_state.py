"""A market whose book and whose past are made when somebody asks for them."""

from collections.abc import Callable
from weakref import WeakSet

from cockpit.core.market import Side
from cockpit.sim.world.contract import FundingRule, Listing, MarketState, Settled


class QuietState(MarketState):
    """The state; the world gives it what makes its book (`wake`) and its past (`pay`)."""

    __slots__ = ("_followers", "_make_past", "_rows", "touch", "wake")

    def __init__(self, venue: str, listing: Listing, rule: FundingRule) -> None:
        self._rows: list[Settled] = []
        self._make_past: Callable[[], list[Settled]] | None = None
        self._followers: WeakSet[object] = WeakSet()
        self.touch: tuple[tuple[int, int], tuple[int, int]] | None = None
        """Best bid and best ask while there is no book."""
        self.wake: Callable[[], None] | None = None
        """Makes the book; None while there is one, and where there can be none."""
        super().__init__(venue, listing, rule)

    @property
    def settled(self) -> list[Settled]:
        if self._make_past is not None:
            make, self._make_past = self._make_past, None
            self._rows[:0] = make()
        return self._rows

    @settled.setter
    def settled(self, rows: list[Settled]) -> None:
        self._rows = rows

    @property
    def last_payment(self) -> Settled | None:
        return self._rows[-1] if self._rows else None

    def pay(self, row: Settled, make_past: Callable[[], list[Settled]] | None = None) -> None:
        """One more payment; with `make_past` the rows before it are made when asked for."""
        self._rows.append(row)
        if make_past is not None:
            self._make_past = make_past

    @property
    def has_book(self) -> bool:
        return self.touch is None

    @property
    def is_followed(self) -> bool:
        return bool(self._followers)

    def follow(self, who: object) -> None:
        self._followers.add(who)
        if self.wake is not None:
            self.wake()

    def ladder(self, side: Side, depth: int | None = None) -> list[tuple[int, int]]:
        if self.wake is not None:
            self.wake()
        return super().ladder(side, depth)

    def best(self, side: Side) -> tuple[int, int] | None:
        if self.touch is not None:
            return self.touch[side is Side.SELL]
        return super().best(side)
