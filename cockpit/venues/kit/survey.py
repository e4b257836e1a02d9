"""Which figures are wanted: of what is watched all of them, of other markets what has changed."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from cockpit.core.events import Event, Funding, Prices, Surveyed
from cockpit.venues.contract import Output, Wants
from cockpit.venues.kit.dedupe import Unchanged
from cockpit.venues.kit.instruments import Instruments, Market
from cockpit.venues.kit.parts import OverLink

M = TypeVar("M", bound=Market)
E = TypeVar("E", bound=Event)


class Survey(OverLink, Generic[M]):
    """What the trader wants to see of the markets of a listing, and what was said of them."""

    def __init__(self, venue: str, listing: Instruments[M], wants: Wants) -> None:
        self.wants, self._watched = wants, frozenset(wants.symbols)
        self._venue = venue
        self._listing = listing
        self._said = Unchanged()
        self.heard, self._known = set[str](), set[str]()
        """Symbols of which a price or a rate was told since the last reading, and ever before."""

    def want(self, wants: Wants) -> None:
        """Where other markets are wanted all of it is news."""
        if wants != self.wants:
            self.wants, self._watched = wants, frozenset(wants.symbols)
            self.forget()

    def forget(self) -> None:
        """The link that carried it is gone: all of it is news."""
        self._said.forget()

    def shown(self, native: str) -> M | None:
        """A listed market that is not halted and whose figures are wanted."""
        market = self._listing.markets.get(native)
        if market is None or market.is_halted or not self.wants.shows(market.symbol):
            return None
        return market

    def is_watched(self, market: Market) -> bool:
        return market.symbol in self._watched

    def news(self, market: Market, facts: Iterable[E]) -> Iterable[E]:
        """All that is said of a watched market, of another one what is new."""
        told = list(facts)
        if any(isinstance(fact, Funding | Prices) for fact in told):
            self.heard.add(market.symbol)
        return told if self.is_watched(market) else self._said.news(told)

    def read(
        self, at_ns: int, markets: int, period_s: float | None = None, venue_ns: int | None = None
    ) -> list[Output]:
        """So many markets were read at once; nothing where no survey is wanted. One of which this
        reading told neither price nor rate, and an earlier one did, is silent."""
        if not self.wants.survey:
            return []
        silent = tuple(sorted(self._known - self.heard))
        self._known |= self.heard
        self.heard = set()
        told = Surveyed(
            venue=self._venue, recv_ns=at_ns, venue_ns=venue_ns, markets=markets,
            period_s=period_s, silent=silent,
        )  # fmt: skip
        return [told]
