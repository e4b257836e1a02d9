"""What a pane is drawn from: the state, the time, and where the trader is looking."""

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.core.units import apr
from cockpit.intents import Mode, Notice
from cockpit.state.view import MarketRead, MarketView, VenueRead
from cockpit.venues.contract import VenueSpec
from cockpit.views.terminal import GlyphSet


@dataclass(slots=True)
class Scene:
    """Read by every pane, written by the screen alone."""

    view: MarketView
    specs: dict[str, VenueSpec]
    mode: Mode
    glyphs: GlyphSet
    now_ns: int = 0
    symbol_index: int = 0
    venue_index: int = 0
    focus: str = "funding"
    notices: Sequence[Notice] = ()
    detail: str = ""
    stats: str = ""
    problem: str = ""

    @property
    def venues(self) -> Sequence[VenueRead]:
        return self.view.venues()

    @property
    def symbols(self) -> Sequence[str]:
        return self.view.symbols()

    @property
    def symbol(self) -> str | None:
        """The symbol under the cursor; None while nothing is watched."""
        symbols = self.view.symbols()
        if not symbols:
            return None
        return symbols[min(self.symbol_index, len(symbols) - 1)]

    @property
    def venue(self) -> str | None:
        venues = self.view.venues()
        return venues[min(self.venue_index, len(venues) - 1)].name if venues else None

    def short(self, venue: str) -> str:
        spec = self.specs.get(venue)
        return spec.short if spec else venue[:3]

    def colour_of(self, venue: str) -> str:
        """A venue has the same colour everywhere; the ninth shares the first's."""
        names = [v.name for v in self.view.venues()]
        return f"venue{names.index(venue) % 8 + 1}" if venue in names else "text"

    def market(self, venue: str) -> MarketRead | None:
        """The selected symbol at a venue."""
        symbol = self.symbol
        return self.view.market(venue, symbol) if symbol else None

    def is_listed(self, venue: str, symbol: str) -> bool:
        """False only when the venue's own list is known and lacks the symbol."""
        market = self.view.market(venue, symbol)
        if market is not None and market.instrument is not None:
            return True
        return not self.view.listed(venue)


def apr_of(market: MarketRead | None) -> float | None:
    """The rate to compare venues by as a simple annual fraction; None when unknown."""
    funding = market.rate() if market else None
    return apr(funding.rate, funding.interval_s) if funding else None


def rate_is_stale(market: MarketRead, now_ns: int) -> bool:
    """Whether the rate of `apr_of` is older than its venue's habit allows."""
    return market.is_stale("predicted" if market.predicted else "funding", now_ns)


def next_payment_s(market: MarketRead | None, now_ns: int) -> float | None:
    """Seconds to the next payment. A stamp in the past is unknown, not "now"."""
    for funding in (market.live, market.predicted) if market else ():
        if funding and funding.next_ns and funding.next_ns > now_ns:
            return (funding.next_ns - now_ns) / 1e9
    return None
