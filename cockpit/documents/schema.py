"""What is read of a saved snapshot. A newer program may have written more; null is not known."""

from typing import Annotated, Literal

import msgspec

from cockpit.core.events import LinkState

Positive = Annotated[float, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Name = Annotated[str, msgspec.Meta(min_length=1)]
Levels = tuple[tuple[Positive, NotNegative], ...]


class Rate(msgspec.Struct, frozen=True):
    """A funding rate, live or predicted."""

    rate: float
    interval_s: Annotated[int, msgspec.Meta(gt=0)]
    age_s: NotNegative | None = None


class Paid(msgspec.Struct, frozen=True):
    """A settled funding rate."""

    rate: float
    interval_s: Annotated[int, msgspec.Meta(gt=0)]
    at_ns: int


class FundingDocument(msgspec.Struct, frozen=True):
    live: Rate | None = None
    predicted: Rate | None = None
    settled: tuple[Paid, ...] = ()
    next_ns: int | None = None


class MarketDocument(msgspec.Struct, frozen=True):
    """One market object; derived figures (spread, bands, APR) are not read but computed again."""

    venue: Name
    symbol: Name
    native: str | None = None
    status: Literal["active", "paused", "delisted"] | None = None
    link: LinkState = "live"
    age_s: NotNegative | None = None
    tick: Positive | None = None
    lot: Positive | None = None
    min_size: NotNegative | None = None
    min_notional_usd: NotNegative | None = None
    max_leverage: Positive | None = None
    mmf: NotNegative | None = None
    margin_tiers: tuple[tuple[NotNegative, NotNegative], ...] | None = None
    taker_fee: float | None = None
    maker_fee: float | None = None
    bids: Levels | None = None
    asks: Levels | None = None
    mark: Positive | None = None
    index: Positive | None = None
    last: Positive | None = None
    open_interest_base: NotNegative | None = None
    funding: FundingDocument | None = None
    stale: tuple[str, ...] | None = None


class ChainDocument(msgspec.Struct, frozen=True):
    venue: Name
    chain: str | None = None
    height: int | None = None
    block_age_s: NotNegative | None = None
    cadence_s: NotNegative | None = None
    latency_ms_p50: float | None = None
    latency_ms_p99: float | None = None
    rtt_ms: NotNegative | None = None
    clock_skew_ms: float | None = None
    link: LinkState | None = None
    reason: str | None = None


class PositionDocument(msgspec.Struct, frozen=True):
    venue: Name
    symbol: Name
    size: float
    account: str | None = None
    pool: str = ""
    entry: Positive | None = None
    mark: Positive | None = None
    upnl_usd: float | None = None
    funding_paid_usd: float | None = None
    liquidation: Positive | None = None
    leverage: Positive | None = None
    margin_mode: Literal["cross", "isolated"] | None = None
    isolated_equity_usd: float | None = None
    mmf: Annotated[float, msgspec.Meta(gt=0, lt=1)] | None = None
    source: Literal["venue", "manual"] = "venue"


class PoolDocument(msgspec.Struct, frozen=True):
    pool: str = ""
    equity_usd: float | None = None
    used_usd: float | None = None
    available_usd: float | None = None
    maintenance_usd: float | None = None
    cross_equity_usd: float | None = None


class AccountDocument(msgspec.Struct, frozen=True):
    venue: Name
    account: str
    name: str | None = None
    state: Literal["read", "flat", "unknown", "gone", "failed", "waiting"] = "read"
    reason: str | None = None
    age_s: NotNegative | None = None
    stale: bool = False
    pools: tuple[PoolDocument, ...] = ()


class SnapshotDocument(msgspec.Struct, frozen=True):
    """What is read of a snapshot; a newer program may have written more."""

    at_ns: Annotated[int, msgspec.Meta(gt=0)]
    markets: tuple[MarketDocument, ...]
    chains: tuple[ChainDocument, ...] = ()
    positions: tuple[PositionDocument, ...] = ()
    accounts: tuple[AccountDocument, ...] = ()
