"""Documents of accounts, positions and what they amount to: the one shape, written and read.

Notionals are signed, funding received is positive; null is not known.
"""

from typing import Annotated, Literal

import msgspec

from cockpit.analytics.risk.exposure import Basis
from cockpit.documents.schema_market import AgeS, Figure, Name, Positive


class PositionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One position; `size` is signed base units. `asset` is the symbol, with a venue behind it for
    another coin of that name; `funding_accrued_usd` was due and is not credited yet, null where
    the venue tells none; `adl_quantile` is 0 to 4, where 4 is closed first."""

    venue: Name
    account: str | None = None
    pool: str = ""
    symbol: Name
    asset: str | None = None
    size: Figure
    entry: Positive | None = None
    mark: Positive | None = None
    upnl_usd: Figure | None = None
    notional_usd: float | None = None
    funding_usd_per_hour: float | None = None
    funding_paid_usd: Figure | None = None
    funding_accrued_usd: Figure | None = None
    liquidation: Positive | None = None
    liquidation_distance: float | None = None
    liquidation_basis: Basis | None = None
    leverage: Positive | None = None
    margin_mode: Literal["cross", "isolated"] | None = None
    isolated_equity_usd: Figure | None = None
    mmf: Annotated[float, msgspec.Meta(gt=0, lt=1)] | None = None
    adl_quantile: Annotated[int, msgspec.Meta(ge=0, le=4)] | None = None
    source: Literal["venue", "manual"] = "venue"
    age_s: AgeS | None = None
    stale: bool = False


class PoolDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One margin pool of an account, in USD."""

    pool: str = ""
    equity_usd: Figure | None = None
    used_usd: Figure | None = None
    available_usd: Figure | None = None
    maintenance_usd: Figure | None = None
    cross_equity_usd: Figure | None = None


class AccountDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One followed account: whether it could be read, when, and its pools.

    `parts_known` of its `parts_wanted` parts have answered; null where it is read in one piece.
    """

    venue: Name
    account: str
    name: str | None = None
    state: Literal["read", "flat", "unknown", "gone", "failed", "waiting"] = "read"
    reason: str | None = None
    age_s: AgeS | None = None
    stale: bool = False
    parts_known: Annotated[int, msgspec.Meta(ge=0)] | None = None
    parts_wanted: Annotated[int, msgspec.Meta(ge=0)] | None = None
    pools: tuple[PoolDocument, ...] = ()


class AssetDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What is held of one asset over all venues. Not `is_complete`: an account has not been read to
    its end, and may hold more of it."""

    symbol: str
    net_base: float | None
    net_usd: float | None
    gross_usd: float | None
    funding_usd_per_hour: float | None
    is_complete: bool = True


class VenueDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What stands at one venue. A ratio beyond every number is null. Not `is_complete`: an account
    there has not been read to its end."""

    venue: str
    equity_usd: float | None
    margin_used_usd: float | None
    maintenance_usd: float | None
    margin_ratio: float | None
    worst_margin_ratio: float | None
    net_usd: float | None
    gross_usd: float | None
    is_complete: bool = True


class TotalDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Everything together; concentrations are fractions. Not `is_complete`: an account has not been
    read to its end."""

    net_usd: float | None
    gross_usd: float | None
    funding_usd_per_hour: float | None
    funding_usd_per_day: float | None
    upnl_usd: float | None
    equity_usd: float | None
    leverage: float | None
    venue_concentration: float | None
    asset_concentration: float | None
    is_complete: bool = True


class NearestDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The position that is nearest to its liquidation; the distance is a fraction of the price."""

    venue: str
    symbol: str
    distance: float | None


class NotSafeDocument(msgspec.Struct, frozen=True, kw_only=True):
    """How much the nearest liquidation does not speak for."""

    stale: int
    unknown: int
    unread_accounts: int


class ExposureDocument(msgspec.Struct, frozen=True, kw_only=True):
    """`cockpit exposure --json`."""

    at_ns: int
    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    positions: tuple[PositionDocument, ...] = ()
    assets: tuple[AssetDocument, ...] = ()
    venues: tuple[VenueDocument, ...] = ()
    total: TotalDocument
    nearest_liquidation: NearestDocument | None = None
    not_counted_as_safe: NotSafeDocument
    accounts: tuple[AccountDocument, ...] = ()


class PricedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """As much of a market as tells two coins of one name apart."""

    venue: Name
    symbol: Name
    mark: float | None = None
    index: float | None = None


class HeldDocument(msgspec.Struct, frozen=True, kw_only=True):
    """As much of a snapshot, or of an exposure document, as positions need to be read back."""

    at_ns: int
    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    positions: tuple[PositionDocument, ...]
    accounts: tuple[AccountDocument, ...] = ()
    markets: tuple[PricedDocument, ...] = ()
