"""Documents of markets and chains: the one shape that is written and read.

What is not known is null. Reading is stricter than writing: bounds are checked, and a newer program
may have written more. A field with a default may be missing in what a person typed.
"""

from typing import Annotated, Literal

import msgspec

from cockpit.core.events import LinkCause, LinkState

LARGEST = 1e18
"""No figure of a market or an account is as large: the bound to which the wire is held too."""
SMALLEST = 1e-18
"""No price, tick, lot or leverage is as small; a division by less would not be a number."""

Figure = Annotated[float, msgspec.Meta(ge=-LARGEST, le=LARGEST)]
Positive = Annotated[float, msgspec.Meta(ge=SMALLEST, le=LARGEST)]
NotNegative = Annotated[float, msgspec.Meta(ge=0, le=LARGEST)]
Maintenance = Annotated[float, msgspec.Meta(ge=0, le=0.9)]
"""A fraction of notional; with the fee of a forced close it stays below the whole."""
Fee = Annotated[float, msgspec.Meta(ge=-0.05, le=0.05)]
"""A fraction of notional, negative = a rebate."""
AgeS = Annotated[float, msgspec.Meta(ge=0, le=9e9)]
IntervalS = Annotated[int, msgspec.Meta(gt=0, le=31_622_400)]
"""At most a year."""
StampNs = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Name = Annotated[str, msgspec.Meta(min_length=1)]
Levels = tuple[tuple[Positive, NotNegative], ...]
"""[price, size], best first; sizes in base units."""


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A funding rate, live or predicted: a fraction per `interval_s`, positive = longs pay."""

    rate: Figure
    interval_s: IntervalS
    age_s: AgeS | None = None


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """A settled funding rate."""

    rate: Figure
    interval_s: IntervalS
    at_ns: StampNs


class FundingDocument(msgspec.Struct, frozen=True, kw_only=True):
    """`hourly` and `apr` come from what `basis` names; they are not read but computed again."""

    live: Rate | None = None
    predicted: Rate | None = None
    settled: tuple[Paid, ...] = ()
    basis: Literal["live", "predicted", "settled"] | None = None
    hourly: float | None = None
    apr: float | None = None
    next_ns: StampNs | None = None


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of each side of a book."""

    bid: float | None = None
    ask: float | None = None


class MarketDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One market object; derived figures (spread, bands, APR) are not read but computed again."""

    venue: Name
    symbol: Name
    native: str | None = None
    status: Literal["active", "paused", "delisted"] | None = None
    link: LinkState = "live"
    age_s: AgeS | None = None
    tick: Positive | None = None
    lot: Positive | None = None
    min_size: NotNegative | None = None
    min_notional_usd: NotNegative | None = None
    max_leverage: Positive | None = None
    mmf: Maintenance | None = None
    margin_tiers: tuple[tuple[NotNegative, Maintenance], ...] | None = None
    initial_tiers: tuple[tuple[NotNegative, NotNegative], ...] | None = None
    taker_fee: Fee | None = None
    maker_fee: Fee | None = None
    funding_interval_s: IntervalS | None = None
    bids: Levels | None = None
    asks: Levels | None = None
    mark: Positive | None = None
    index: Positive | None = None
    last: Positive | None = None
    spread_bps: float | None = None
    depth_usd: dict[str, Sides] | None = None
    covered_bps: Sides | None = None
    open_interest_base: NotNegative | None = None
    open_interest_usd: float | None = None
    volume_24h_usd: NotNegative | None = None
    funding: FundingDocument | None = None
    stale: tuple[str, ...] | None = None


class ChainDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One venue's telemetry. Latency is our receive time less the venue's own stamp.

    `cause` is why it is not live, `reason` the same in words.
    """

    venue: Name
    chain: str | None = None
    link: LinkState | None = None
    cause: LinkCause | None = None
    reason: str | None = None
    height: int | None = None
    block_age_s: AgeS | None = None
    cadence_s: NotNegative | None = None
    latency_ms_p50: Figure | None = None
    latency_ms_p99: Figure | None = None
    rtt_ms: NotNegative | None = None
    gaps: int | None = None
    reconnects: int | None = None
    rejects: int | None = None
    clock_skew_ms: Figure | None = None
