"""What a pane is drawn from: the market, the time, the desk's words and the trader's cursor."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from cockpit.desk.contract import Notice
from cockpit.desk.kept_series import Earlier, LegMids, SpanSeries
from cockpit.desk.stats import FeedStats, Mode, PastMoment, Playback, Scan, VenueStats
from cockpit.state.view import MarketRead, MarketView, VenueRead
from cockpit.ui.model.frame_cache import FrameCache
from cockpit.ui.model.frame_stats import FrameStats
from cockpit.ui.model.ui_state import UiState
from cockpit.ui.theme.capabilities import GlyphSet
from cockpit.venues.contract import VenueSpec

T = TypeVar("T")


def passes(text: str, name: str) -> bool:
    """Whether a name passes the filter: it contains the text, or with `!` in front, it does not."""
    wanted = text.removeprefix("!").casefold()
    return not wanted or (wanted in name.casefold()) is not text.startswith("!")


@dataclass(slots=True)
class Readings:
    """Read by every pane; filled in by the screen before each frame."""

    view: MarketView
    specs: dict[str, VenueSpec]
    mode: Mode
    glyphs: GlyphSet
    has_colour: bool = True
    """False where lines of a plot must be told apart by their shape."""
    now_ns: int = 0
    """The time of the picture."""
    clock_ns: int = 0
    """The time of the desk, also while an older picture is looked at."""
    clock_offset_ns: int = 0
    """How far that is ahead of the venues' clock, as `MarketView` has it of the picture."""
    moment: PastMoment | None = None
    """What is kept of the moment on the screen beside its view; None while the picture is of
    now."""
    ui: UiState = field(default_factory=UiState)
    cache: FrameCache = field(default_factory=FrameCache)

    span: SpanSeries | None = None
    """What was read of the past last; see `through_time.kept_span`."""
    leg_mids: LegMids | None = None
    """What was read of the mids of the opened trade's markets last."""
    day_ago: Earlier | None = None
    """How the markets stood a day before the picture, as far as that is kept."""
    playback: Playback | None = None
    """Where the tape stands; None where none is played."""
    notices: Sequence[Notice] = ()
    venue_stats: Mapping[str, VenueStats] = field(default_factory=dict)
    feed: FeedStats | None = None
    scan: Scan = field(default_factory=Scan)
    frames: FrameStats = field(default_factory=FrameStats)
    settings: str = ""
    """Which settings hold, in words."""
    detail: str = ""
    stats: str = ""
    problem: str = ""

    @property
    def venue_now_ns(self) -> int:
        """The time of the picture by the venues' clock, which their stamps are in and the times
        at which slices are due."""
        return self.now_ns - self.view.clock_offset_ns

    @property
    def venues(self) -> Sequence[VenueRead]:
        return self.view.venues()

    @property
    def symbols(self) -> Sequence[str]:
        """The watched symbols that pass the filter, in the chosen order."""
        watched = self.view.symbols()
        if self.ui.order:
            known = [symbol for symbol in self.ui.order if symbol in watched]
            watched = [*known, *(symbol for symbol in watched if symbol not in known)]
        if self.ui.filter:
            return [symbol for symbol in watched if passes(self.ui.filter, symbol)]
        return watched

    @property
    def symbol(self) -> str | None:
        """The symbol under the cursor; None while nothing is watched."""
        symbols = self.symbols
        if not symbols:
            return None
        return symbols[min(self.ui.symbol_index, len(symbols) - 1)]

    @property
    def no_symbol(self) -> str:
        """Why there is no symbol under the cursor, and what to do."""
        if self.ui.filter and self.view.symbols():
            return f"no symbol matches {self.ui.filter!r}: clear the filter"
        return "no symbol is watched: add some under [watch] in the config"

    @property
    def no_market(self) -> str:
        """Why nothing can be shown of the symbol under the cursor, where no market is its own."""
        return f"no venue lists {self.symbol}" if self.symbol else self.no_symbol

    @property
    def venue(self) -> str | None:
        venues = self.view.venues()
        return venues[min(self.ui.venue_index, len(venues) - 1)].name if venues else None

    def short(self, venue: str) -> str:
        spec = self.specs.get(venue)
        return spec.short if spec else venue[:3]

    def colour_of(self, venue: str) -> str:
        """A venue has its own colour everywhere, whichever others are watched."""
        spec = self.specs.get(venue)
        colour = spec.facts.colour if spec else None
        return f"venue{colour}" if colour is not None else "text"

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

    def listing(self) -> list[str]:
        """Venues that list the selected symbol, or may do so."""
        symbol = self.symbol
        return [v.name for v in self.venues if symbol and self.is_listed(v.name, symbol)]

    def taker_fee(self, venue: str, symbol: str | None = None) -> tuple[float | None, bool]:
        """(fee as a fraction, whether it is an assumption) of a symbol, the selected one if none is
        named: that of the trader's own tier, as calculators have it."""
        if venue in self.view.own_taker_fees:
            return self.view.own_taker_fees[venue], False
        market = self.market(venue) if symbol is None else self.view.market(venue, symbol)
        if market and market.instrument and market.instrument.taker_fee is not None:
            spec = self.specs.get(venue)
            return market.instrument.taker_fee, not (spec and spec.publishes_fees)
        spec = self.specs.get(venue)
        return (spec.taker_fee if spec else None), True

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """`make()`, computed at most once for this moment however many panes ask."""
        return self.cache.remember(key, self.now_ns, make)
