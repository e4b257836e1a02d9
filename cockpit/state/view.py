"""What a reader may see of the state: no mutators, and every figure with its age."""

from collections.abc import Sequence
from typing import Literal, Protocol

from cockpit.core.assets import AssetRules
from cockpit.core.events import (
    AccountStatus,
    Funding,
    Instrument,
    Level,
    Link,
    LinkState,
    Margin,
    Position,
)
from cockpit.state.chain import ChainTelemetry
from cockpit.state.curves import Ring, SettledHistory
from cockpit.state.exposure_history import ExposureHistory

Field = Literal["book", "funding", "predicted", "open_interest", "mark", "index", "last"]
FIELDS: tuple[Field, ...] = (
    "book", "funding", "predicted", "open_interest", "mark", "index", "last",
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

    venue: str
    symbol: str
    instrument: Instrument | None
    live: Funding | None
    predicted: Funding | None
    settled: SettledHistory
    open_interest: float | None
    mark: float | None
    index: float | None
    last: float | None
    version: int
    mids: Ring
    spreads_bps: Ring
    open_interests: Ring
    live_hourly: Ring
    depths_usd: Ring

    @property
    def book(self) -> BookRead: ...
    @property
    def link(self) -> LinkState: ...
    def age_s(self, field: Field, now_ns: int) -> float | None: ...
    def is_stale(self, field: Field, now_ns: int) -> bool: ...
    def venue_now_ns(self, now_ns: int) -> int: ...
    def rate(self) -> Funding | None: ...


class VenueRead(Protocol):
    """One venue's machinery."""

    name: str
    chain: ChainTelemetry
    links: dict[str, Link]
    chain_name: str | None

    @property
    def state(self) -> LinkState: ...
    @property
    def is_at_fault(self) -> bool: ...
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
    def age_s(self, now_ns: int) -> float | None: ...
    def is_stale(self, now_ns: int) -> bool: ...


class MarketView(Protocol):
    """Everything that panes, calculators, alerts and documents read.

    `asset_rules` is what the trader says of names that two coins share; see `identity`.
    `clock_offset_ns` is this machine's clock minus the venues', 0 where they do not tell.
    """

    asset_rules: AssetRules
    clock_offset_ns: int

    @property
    def version(self) -> int:
        """Counts the facts: equal numbers mean that nothing has changed."""
        ...

    @property
    def exposure(self) -> ExposureHistory: ...
    def venues(self) -> Sequence[VenueRead]: ...
    def venue(self, name: str) -> VenueRead | None: ...
    def symbols(self) -> Sequence[str]: ...
    def market(self, venue: str, symbol: str) -> MarketRead | None: ...
    def markets(self) -> Sequence[MarketRead]: ...
    def listed(self, venue: str) -> Sequence[Instrument]: ...
    def accounts(self) -> Sequence[AccountRead]: ...
    def manual(self) -> Sequence[Position]: ...
    def still(self) -> "MarketView": ...
