"""What a reader may see of the state: no mutators, and every figure with its age."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from cockpit.core.assets import AssetRules
from cockpit.core.events import (
    AccountFill,
    AccountStatus,
    Funding,
    FundingPayment,
    Instrument,
    Level,
    Link,
    LinkCause,
    LinkState,
    Margin,
    Position,
)
from cockpit.core.margins import VenueMargin
from cockpit.core.outlook import Outlooks
from cockpit.state.chain import ChainTelemetry
from cockpit.state.curves import PackedSettled, Ring, SettledHistory
from cockpit.state.exposure_history import ExposureHistory
from cockpit.state.passing import Passing
from cockpit.state.pulse import Pulse
from cockpit.state.trades import TradeRecords

Field = Literal["book", "funding", "predicted", "open_interest", "mark", "index", "last", "volume"]
FIELDS: tuple[Field, ...] = (
    "book", "funding", "predicted", "open_interest", "mark", "index", "last", "volume",
)  # fmt: skip


class BookRead(Protocol):
    """A book as a reader sees it; empty and not known when there is none."""

    @property
    def is_known(self) -> bool: ...
    def bids(self, depth: int | None = None) -> list[Level]: ...
    def asks(self, depth: int | None = None) -> list[Level]: ...
    def best_bid(self) -> Level | None: ...
    def best_ask(self) -> Level | None: ...
    def mid(self) -> float | None: ...
    def levels(self) -> tuple[int, int]: ...


class MarketRead(Protocol):
    """One market. A field that was never stated is None; `is_stale` tells an old one."""

    @property
    def venue(self) -> str: ...
    @property
    def symbol(self) -> str: ...
    @property
    def instrument(self) -> Instrument | None: ...
    @property
    def live(self) -> Funding | None: ...
    @property
    def predicted(self) -> Funding | None: ...
    @property
    def settled(self) -> SettledHistory: ...
    @property
    def open_interest(self) -> float | None: ...
    @property
    def mark(self) -> float | None: ...
    @property
    def index(self) -> float | None: ...
    @property
    def last(self) -> float | None: ...
    @property
    def version(self) -> int: ...
    @property
    def mids(self) -> Ring: ...
    @property
    def spreads_bps(self) -> Ring: ...
    @property
    def open_interests(self) -> Ring: ...
    @property
    def live_hourly(self) -> Ring: ...
    @property
    def depths_usd(self) -> Ring: ...
    @property
    def volume_24h_usd(self) -> float | None: ...
    @property
    def book(self) -> BookRead: ...
    @property
    def link(self) -> LinkState: ...
    def age_s(self, field: Field, now_ns: int) -> float | None: ...
    def is_stale(self, field: Field, now_ns: int) -> bool: ...
    def is_kept(self, field: Field) -> bool:
        """Whether its figure is one of an earlier run, which this one has not heard anew; such a
        figure is stale."""
        ...

    def venue_now_ns(self, now_ns: int) -> int: ...
    def rate(self) -> Funding | None: ...


class VenueRead(Protocol):
    """One venue's machinery."""

    name: str
    chain: ChainTelemetry
    pulse: Pulse
    links: dict[str, Link]
    chain_name: str | None
    surveyed_ns: int | None
    put_away: dict[str, PackedSettled]
    """By symbol, what was paid at markets that were followed once and are no more."""

    @property
    def state(self) -> LinkState: ...
    @property
    def is_at_fault(self) -> bool: ...
    @property
    def cause(self) -> LinkCause | None: ...
    @property
    def reason(self) -> str: ...
    def age_s(self, now_ns: int) -> float | None: ...


class AccountRead(Protocol):
    """One followed account. `status` says whether it could be read, `reason` why not, in words.

    `parts_known` of its `parts_wanted` parts have answered; None where it is read in one piece.
    """

    venue: str
    address: str
    name: str
    status: AccountStatus | Literal["waiting"]
    reason: str
    parts_known: int | None
    parts_wanted: int | None

    @property
    def positions(self) -> list[Position]: ...
    @property
    def margins(self) -> list[Margin]: ...
    def paid_usd(self, pool: str, symbol: str, since_ns: int = 0) -> float | None: ...
    @property
    def tells_fills(self) -> bool: ...
    def payments(self, pool: str, symbol: str, since_ns: int = 0) -> list[FundingPayment]: ...
    def fills(self, pool: str, symbol: str) -> list[AccountFill]: ...
    def age_s(self, now_ns: int) -> float | None: ...
    def is_stale(self, now_ns: int) -> bool: ...


class MarketView(Protocol):
    """Everything that panes, calculators, alerts and documents read.

    `asset_rules` is what the trader says of names that two coins share; see `identity`.
    `own_margins` are the trader's margin tables by venue, in place of the documented ones, and
    `own_taker_fees` what he pays by venue, a fraction of notional, in place of the listings'.
    `clock_offset_ns` is this machine's clock minus the venues', 0 where they do not tell.
    `outlooks` is what funding is expected to be, where anybody forecasts it. `passing` is what of
    all markets passes every gate, where they are ranked.
    """

    asset_rules: AssetRules
    own_margins: Mapping[str, VenueMargin]
    own_taker_fees: Mapping[str, float]
    clock_offset_ns: int
    outlooks: Outlooks
    passing: Passing

    @property
    def version(self) -> int:
        """Counts the facts: equal numbers mean that nothing has changed."""
        ...

    @property
    def exposure(self) -> ExposureHistory: ...
    @property
    def trades(self) -> TradeRecords: ...
    def venues(self) -> Sequence[VenueRead]: ...
    def venue(self, name: str) -> VenueRead | None: ...
    def symbols(self) -> Sequence[str]: ...
    def market(self, venue: str, symbol: str) -> MarketRead | None: ...
    def markets(self) -> Sequence[MarketRead]: ...
    def surveyed(self) -> Sequence[MarketRead]:
        """Markets that are not watched, of which a survey told: without books and history, but
        for those that somebody looks at for a while."""
        ...

    def listed(self, venue: str) -> Sequence[Instrument]: ...
    def accounts(self) -> Sequence[AccountRead]: ...
    def manual(self) -> Sequence[Position]: ...
    def still(self) -> "MarketView": ...
