"""What a pane is drawn from: the state, the time, and where the trader is looking.

What a key may change is a plain field here, so keys only set fields and panes only read them.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar, cast, get_args

from cockpit.core.units import apr
from cockpit.desk.contract import FeedStats, Mode, Notice, VenueStats
from cockpit.state.view import MarketRead, MarketView, VenueRead
from cockpit.ui.model.alert_list import Alarms
from cockpit.ui.model.calculator_form import Forms
from cockpit.ui.model.plan_list import Board
from cockpit.ui.model.position_selection import PositionSelection
from cockpit.ui.model.recent_changes import Fresh
from cockpit.ui.theme.capabilities import GlyphSet
from cockpit.venues.contract import VenueSpec

CellMode = Literal["live", "predicted", "change_1h", "change_8h", "next", "age", "oi", "z"]
CELL_MODES: tuple[CellMode, ...] = get_args(CellMode)
"""What a cell of the funding heatmap says; its colour always says who pays now."""

Unit = Literal["hour", "8h", "day", "apr"]
UNITS: tuple[Unit, ...] = get_args(Unit)
"""How a funding rate is written."""

Tenor = Literal["30d", "7d", "24h", "8h", "1h", "live", "predicted", "next_8h", "next_24h"]
TENORS: tuple[Tenor, ...] = get_args(Tenor)
"""Points of a funding curve, from the past to the future."""

SORTS = ("listed", "name", "rate", "spread")
"""What rows may be sorted by, besides one venue's rate by the venue's name."""

SIZES_USD = (10_000.0, 50_000.0, 100_000.0, 500_000.0, 1_000_000.0)
"""What costs are quoted for; the trader's own size comes beside them."""

T = TypeVar("T")


@dataclass(slots=True)
class FrameStats:
    """How the program itself is doing. The paint clock fills it in; None is "not measured"."""

    hz_wanted: float | None = None
    hz_drawn: float | None = None
    paint_ms: float | None = None
    loop_lag_ms: float | None = None
    loop_lag_worst_ms: float | None = None
    bytes_per_s: float | None = None
    terminal_rtt_ms: float | None = None
    frames_skipped: int | None = None
    memory_mb: float | None = None
    reason: str = ""


@dataclass(slots=True)
class Scene:
    """Read by every pane, written by the screen alone."""

    view: MarketView
    specs: dict[str, VenueSpec]
    mode: Mode
    glyphs: GlyphSet
    has_colour: bool = True
    """False where lines of a plot must be told apart by their shape."""
    now_ns: int = 0

    workspace: str = "markets"
    focuses: dict[str, str] = field(default_factory=dict)
    """Workspace -> its focused pane; kept while the trader looks elsewhere."""
    zoomed: set[str] = field(default_factory=set)
    """Workspaces whose focused pane fills the screen."""
    symbol_index: int = 0
    venue_index: int = 0

    cell: CellMode = "live"
    unit: Unit = "apr"
    tenor: Tenor = "8h"
    span_h: int = 7 * 24
    size_usd: float = 100_000.0
    pinned: tuple[str, ...] = ()
    """Up to two venues that the trader compares: (short, long)."""
    filter: str = ""
    order: tuple[str, ...] = ()
    """Rows of the heatmap as last sorted; see `sort_rows`. Empty: as listed in the config."""
    sort: str = "listed"
    ascending: bool = False
    frozen: bool = False
    layout: str = "auto"
    came_from: str = ""
    """The workspace to go back to."""
    count: str = ""
    """Digits typed before a key that takes a count."""
    forms: Forms = field(default_factory=Forms)
    plans: Board = field(default_factory=Board)
    positions: PositionSelection = field(default_factory=PositionSelection)
    alarms: Alarms = field(default_factory=Alarms)
    band_usd: float = 1_000.0
    """A net position of one asset that still counts as hedged."""

    notices: Sequence[Notice] = ()
    venue_stats: Mapping[str, VenueStats] = field(default_factory=dict)
    feed: FeedStats | None = None
    frames: FrameStats = field(default_factory=FrameStats)
    detail: str = ""
    stats: str = ""
    problem: str = ""

    fresh: Fresh = field(default_factory=Fresh)
    _memory: dict[Hashable, tuple[Hashable, object]] = field(default_factory=dict)
    _scales: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def focus(self) -> str:
        """The pane that the trader looks at in this workspace; empty before one was chosen."""
        return self.focuses.get(self.workspace, "")

    @focus.setter
    def focus(self, pane: str) -> None:
        self.focuses[self.workspace] = pane

    @property
    def venues(self) -> Sequence[VenueRead]:
        return self.view.venues()

    @property
    def symbols(self) -> Sequence[str]:
        """The watched symbols that pass the filter, in the chosen order."""
        watched = self.view.symbols()
        if self.order:
            known = [symbol for symbol in self.order if symbol in watched]
            watched = [*known, *(symbol for symbol in watched if symbol not in known)]
        if self.filter:
            return [symbol for symbol in watched if passes(self.filter, symbol)]
        return watched

    @property
    def symbol(self) -> str | None:
        """The symbol under the cursor; None while nothing is watched."""
        symbols = self.symbols
        if not symbols:
            return None
        return symbols[min(self.symbol_index, len(symbols) - 1)]

    @property
    def no_symbol(self) -> str:
        """Why there is no symbol under the cursor, and what to do."""
        if self.filter and self.view.symbols():
            return f"no symbol matches {self.filter!r}: clear the filter"
        return "no symbol is watched: add some under [watch] in the config"

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

    def listing(self) -> list[str]:
        """Venues that list the selected symbol, or may do so."""
        symbol = self.symbol
        return [v.name for v in self.venues if symbol and self.is_listed(v.name, symbol)]

    def taker_fee(self, venue: str) -> tuple[float | None, bool]:
        """(fee as a fraction, whether it is an assumption) for the selected symbol."""
        market = self.market(venue)
        if market and market.instrument and market.instrument.taker_fee is not None:
            spec = self.specs.get(venue)
            return market.instrument.taker_fee, not (spec and spec.publishes_fees)
        spec = self.specs.get(venue)
        return (spec.taker_fee if spec else None), True

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """`make()`, computed at most once for this moment however many panes ask."""
        return self.remember(key, self.now_ns, make)

    def remember(self, key: Hashable, version: Hashable, make: Callable[[], T]) -> T:
        """`make()`, computed again only when the version of what it is made from has changed."""
        known = self._memory.get(key)
        if known is not None and known[0] == version:
            return cast(T, known[1])
        value = make()
        self._memory[key] = (version, value)
        return value

    def scale(self, key: str, low: float, high: float) -> tuple[float, float]:
        """Bounds for a plot that hold still until the data leave them or need less than half."""
        known = self._scales.get(key)
        holds = known is not None and known[0] <= low and high <= known[1]
        if known is not None and holds and high - low >= (known[1] - known[0]) / 2:
            return known
        self._scales[key] = (low, high)
        return low, high


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


def passes(text: str, name: str) -> bool:
    """Whether a name passes the filter: it contains the text, or with `!` in front, it does not."""
    wanted = text.removeprefix("!").casefold()
    return not wanted or (wanted in name.casefold()) is not text.startswith("!")


def select_row(scene: Scene, index: int) -> None:
    """The cursor on the visible row at an index, or on the nearest there is."""
    scene.symbol_index = max(0, min(len(scene.symbols) - 1, index))


def select_symbol(scene: Scene, symbol: str | None) -> None:
    """The cursor on a symbol's row, if it is visible; else on a row that exists."""
    symbols = list(scene.symbols)
    select_row(scene, symbols.index(symbol) if symbol in symbols else scene.symbol_index)


def filter_rows(scene: Scene, text: str) -> None:
    """Show only rows that pass; the cursor stays on its symbol if it can."""
    before = scene.symbol
    scene.filter = text
    select_symbol(scene, before)


def sort_rows(scene: Scene, sort: str, *, ascending: bool = False) -> None:
    """Put the heatmap's rows into an order and keep it: rows never move by themselves.

    `sort` is one of SORTS or a venue. Rows without a fresh rate come last either way, and the
    cursor stays on its symbol.
    """
    before = scene.symbol
    scene.sort, scene.ascending = sort, ascending
    scene.order = _order(scene, sort, ascending)
    select_symbol(scene, before)


def _order(scene: Scene, sort: str, ascending: bool) -> tuple[str, ...]:
    watched = list(scene.view.symbols())
    if sort == "listed":
        return ()
    if sort == "name":
        return tuple(sorted(watched, reverse=not ascending))
    values = {symbol: _row_value(scene, symbol, sort) for symbol in watched}
    known = sorted(
        (symbol for symbol in watched if values[symbol] is not None),
        key=lambda symbol: values[symbol] or 0.0,
        reverse=not ascending,
    )
    return (*known, *(symbol for symbol in watched if values[symbol] is None))


def _row_value(scene: Scene, symbol: str, sort: str) -> float | None:
    """What a row is sorted by: one venue's rate, the largest rate in size, or the widest spread."""
    rates = {}
    for venue in scene.venues:
        market = scene.view.market(venue.name, symbol)
        rate = apr_of(market)
        if market is not None and rate is not None and not rate_is_stale(market, scene.now_ns):
            rates[venue.name] = rate
    if sort == "rate":
        return max(map(abs, rates.values()), default=None)
    if sort == "spread":
        return max(rates.values()) - min(rates.values()) if len(rates) > 1 else None
    return rates.get(sort)
