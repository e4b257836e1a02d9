"""What a hedge answers."""

import msgspec


class VenueRisk(msgspec.Struct, frozen=True, kw_only=True):
    venue: str
    unhedged_usd: float
    delay_s: float
    sd_usd: float
    var99_usd: float
    es99_usd: float


class DelayRiskValues(msgspec.Struct, frozen=True, kw_only=True):
    """What the price can do until the fills stand; losses are positive."""

    sd_usd: float | None
    var99_usd: float | None
    es99_usd: float | None
    by_venue: tuple[VenueRisk, ...]


class AssetHedge(msgspec.Struct, frozen=True, kw_only=True):
    """One symbol. Deltas in its base units, carry received is positive.

    `cost_usd` is what the trades cost, `exit_cost_usd` what leaving the positions that they open
    would cost now; both as a carry counts them, against each venue's mid with the fee. `basis_usd`
    is what the mids' distance from their median earns (+) when prices meet, and no part of either.
    """

    symbol: str
    delta_before: float
    delta_after: float
    delta_before_usd: float
    delta_after_usd: float
    carry_before_usd_per_hour: float | None
    carry_after_usd_per_hour: float | None
    cost_usd: float | None
    exit_cost_usd: float | None
    basis_usd: float
    hedge_ratio: float
    band_half_width: float | None
    binding: str | None


class VenueDelta(msgspec.Struct, frozen=True, kw_only=True):
    """What one venue holds of the hedged symbols, USD, + when long; `traded_usd` is the hedge's."""

    venue: str
    before_usd: float
    after_usd: float
    traded_usd: float


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """Deltas, ratio and band are null for several symbols: they are in `assets`.

    `entry_cost_usd` is `cost_usd` by the name that it has in a carry. `cost_usd_per_hour_held` is
    of the entry; `net_usd_per_hour` is the carry less entry and exit, spread over the hold.
    """

    delta_before: float | None
    delta_after: float | None
    delta_before_usd: float
    delta_after_usd: float
    carry_before_usd_per_hour: float | None
    carry_after_usd_per_hour: float | None
    cost_usd: float | None
    entry_cost_usd: float | None
    exit_cost_usd: float | None
    basis_usd: float
    cost_usd_per_hour_held: float | None
    net_usd_per_hour: float | None
    delay_risk: DelayRiskValues
    margin_usd: dict[str, float | None]
    hedge_ratio: float | None
    band_half_width: float | None
    binding: str | None
    assets: tuple[AssetHedge, ...]
    by_venue: tuple[VenueDelta, ...]
