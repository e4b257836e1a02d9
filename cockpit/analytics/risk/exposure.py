"""What a set of positions over venues amounts to: net, gross, carry, margin, concentration.

Sizes are signed base units, prices USD per base, money USD, rates fractions per hour with positive
= longs pay. Money received is positive. None is "not known" and spreads: a sum of which one part
is not known is not known. Sources: dYdX docs (concepts/trading/margin), Hyperliquid docs
(trading/liquidations, trading/funding), Lighter docs (perpetual-futures); the concentration is the
Herfindahl–Hirschman index.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from cockpit.analytics.risk.margin import (
    Tiers,
    liquidation_price,
    maintenance_usd,
    margin_ratio,
)

SPOT: Final = "spot"
"""The venue of coins that are owned outright: they pay no funding and nobody liquidates them."""
Basis = Literal["venue", "manual", "computed", "none"]
"""Where a liquidation price comes from; `none`: there is no such price."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One position. `price` is the margin price; `reference` is what funding is paid on.

    `isolated_equity` is what stands behind this leg alone, `pool_price` the margin price at which
    it and the pool's equity were stated. `stated_liquidation` is the venue's own. `tiers` are of
    the maintenance, with what the venue counts for closing; None where it is not known.
    `coin` tells apart what two coins of one symbol are; None is the symbol.
    """

    venue: str
    account: str
    pool: str
    symbol: str
    size: float
    price: float | None
    entry: float | None = None
    stated_upnl_usd: float | None = None
    reference: float | None = None
    hourly: float | None = None
    tiers: Tiers | None = field(default=None, compare=False)
    stated_liquidation: float | None = None
    isolated_equity: float | None = None
    pool_price: float | None = None
    is_manual: bool = False
    coin: str | None = None

    @property
    def asset(self) -> str:
        """What it is a position in, by a name that no other asset has."""
        return self.symbol if self.coin is None else self.coin

    @property
    def notional_usd(self) -> float | None:
        """Signed: short is negative."""
        return None if self.price is None else self.size * self.price

    @property
    def upnl_usd(self) -> float | None:
        """The venue's own figure, carried on to the price of now: entries are rounded."""
        stated, then, now = self.stated_upnl_usd, self.pool_price, self.price
        if stated is not None and then is not None and now is not None:
            return stated + self.size * (now - then)
        if self.entry is None or self.price is None:
            return self.stated_upnl_usd
        return self.size * (self.price - self.entry)

    @property
    def carry_usd_per_hour(self) -> float | None:
        """What funding brings in an hour at the rate of now; received is positive."""
        if self.is_spot:
            return 0.0
        if self.reference is None or self.hourly is None:
            return None
        # A rate of zero is zero whichever side: adding it takes the sign off a minus zero.
        return -self.size * self.reference * self.hourly + 0.0

    @property
    def is_isolated(self) -> bool:
        return self.isolated_equity is not None

    @property
    def is_spot(self) -> bool:
        return self.is_manual and self.venue == SPOT


@dataclass(frozen=True, slots=True)
class Pool:
    """One margin account. `cross_equity` and `maintenance` leave isolated positions out."""

    venue: str
    account: str
    pool: str
    equity_usd: float | None
    used_usd: float | None = None
    available_usd: float | None = None
    maintenance_usd: float | None = None
    cross_equity_usd: float | None = None


class Liquidation(NamedTuple):
    """The price, how far it is as a signed fraction of the price of now, and who says so.

    All None: not known. A basis of `none`: no price does it.
    """

    price: float | None = None
    distance: float | None = None
    basis: Basis | None = None


class AssetExposure(NamedTuple):
    symbol: str
    net_base: float
    net_usd: float | None
    gross_usd: float | None
    carry_usd_per_hour: float | None


class VenueExposure(NamedTuple):
    """`margin_ratio` is maintenance over equity (1 is liquidation; inf: equity is not positive).

    `worst_margin_ratio` is that of the pool that is nearest to it.
    """

    venue: str
    equity_usd: float | None
    margin_used_usd: float | None
    maintenance_usd: float | None
    margin_ratio: float | None
    worst_margin_ratio: float | None
    net_usd: float | None
    gross_usd: float | None


class Total(NamedTuple):
    """`leverage` is gross over equity of what was read: what is typed stands on equity that nobody
    knows. Concentrations run from 1/n (even) to 1 (all in one)."""

    net_usd: float | None
    gross_usd: float | None
    carry_usd_per_hour: float | None
    carry_usd_per_day: float | None
    upnl_usd: float | None
    equity_usd: float | None
    leverage: float | None
    venue_concentration: float | None
    asset_concentration: float | None


def total(values: Iterable[float | None]) -> float | None:
    """The sum; None if any part is not known. The sum of nothing is 0."""
    found = 0.0
    for value in values:
        if value is None:
            return None
        found += value
    return found


def gross(values: Iterable[float | None]) -> float | None:
    return total(None if value is None else abs(value) for value in values)


def concentration(amounts: Iterable[float | None]) -> float | None:
    """Sum of squared shares of absolute amounts; None if any is not known, or all are 0."""
    sizes = [None if amount is None else abs(amount) for amount in amounts]
    whole = total(sizes)
    if not whole:
        return None
    return sum((size / whole) ** 2 for size in sizes if size is not None)


def by_asset(legs: Sequence[Leg]) -> list[AssetExposure]:
    """One row an asset, in the order of first appearance, over venues and accounts."""
    return [
        AssetExposure(
            symbol=symbol,
            net_base=sum(leg.size for leg in mine),
            net_usd=total(leg.notional_usd for leg in mine),
            gross_usd=gross(leg.notional_usd for leg in mine),
            carry_usd_per_hour=total(leg.carry_usd_per_hour for leg in mine),
        )
        for symbol, mine in _grouped(legs, lambda leg: leg.asset).items()
    ]


def by_venue(legs: Sequence[Leg], pools: Sequence[Pool]) -> list[VenueExposure]:
    """One row a venue that has a position or an account."""
    names = dict.fromkeys([*(pool.venue for pool in pools), *(leg.venue for leg in legs)])
    rows = []
    for venue in names:
        mine = [leg for leg in legs if leg.venue == venue]
        accounts = [pool for pool in pools if pool.venue == venue]
        needs = [pool_maintenance_usd(pool, mine) for pool in accounts]
        equity = total(pool.equity_usd for pool in accounts) if accounts else None
        maintenance = total(needs) if accounts else None
        ratios = [ratio(need, p.equity_usd) for need, p in zip(needs, accounts, strict=True)]
        known = [r for r in ratios if r is not None]
        rows.append(
            VenueExposure(
                venue=venue,
                equity_usd=equity,
                margin_used_usd=total(pool.used_usd for pool in accounts) if accounts else None,
                maintenance_usd=maintenance,
                margin_ratio=ratio(maintenance, equity),
                worst_margin_ratio=max(known) if known and len(known) == len(ratios) else None,
                net_usd=total(leg.notional_usd for leg in mine),
                gross_usd=gross(leg.notional_usd for leg in mine),
            )
        )
    return rows


def totals(legs: Sequence[Leg], pools: Sequence[Pool]) -> Total:
    carry = total(leg.carry_usd_per_hour for leg in legs)
    equity = total(pool.equity_usd for pool in pools) if pools else None
    return Total(
        net_usd=total(leg.notional_usd for leg in legs),
        gross_usd=gross(leg.notional_usd for leg in legs),
        carry_usd_per_hour=carry,
        carry_usd_per_day=None if carry is None else 24.0 * carry,
        upnl_usd=total(leg.upnl_usd for leg in legs),
        equity_usd=equity,
        leverage=ratio(gross(leg.notional_usd for leg in legs if not leg.is_manual), equity),
        venue_concentration=concentration(row.gross_usd for row in by_venue(legs, pools)),
        asset_concentration=concentration(row.gross_usd for row in by_asset(legs)),
    )


def ratio(required_usd: float | None, equity_usd: float | None) -> float | None:
    """Required over equity: 0 if nothing is, inf of an equity that is not positive."""
    if required_usd is None or equity_usd is None:
        return None
    return float(margin_ratio(required_usd, equity_usd))


def leg_maintenance_usd(leg: Leg) -> float | None:
    """What one leg must keep, in the tier of its size."""
    price = leg.pool_price if leg.pool_price is not None else leg.price
    if leg.tiers is None or price is None:
        return None
    return float(maintenance_usd(abs(leg.size) * price, leg.tiers))


def pool_maintenance_usd(pool: Pool, legs: Sequence[Leg]) -> float | None:
    """What a pool must keep, its isolated positions too: stated by the venue, else added up."""
    mine = _of(pool, legs)
    alone = [leg_maintenance_usd(leg) for leg in mine if leg.is_isolated]
    if pool.maintenance_usd is not None:
        return total([pool.maintenance_usd, *alone])
    return total([*alone, *(leg_maintenance_usd(leg) for leg in mine if not leg.is_isolated)])


def liquidation(leg: Leg, pool: Pool | None, legs: Sequence[Leg]) -> Liquidation:
    """The venue's own price where it names one, else ours with all other prices held.

    Equity equals maintenance there: p = (E - s p0 - others) / (|s| mmf - s).
    """
    if leg.is_spot:
        return Liquidation(basis="none")
    if leg.stated_liquidation is not None:
        basis: Basis = "manual" if leg.is_manual else "venue"
        return _at(leg.stated_liquidation, leg.price, basis)
    own, price = leg_maintenance_usd(leg), leg.pool_price
    equity, others = leg.isolated_equity, 0.0
    if equity is None and pool is not None:
        needed = pool.maintenance_usd
        if needed is None:
            crossed = [other for other in _of(pool, legs) if not other.is_isolated]
            needed = total(leg_maintenance_usd(other) for other in crossed)
        if needed is None or own is None:
            return Liquidation()
        equity, others = pool.cross_equity_usd, max(0.0, needed - own)
    if equity is None or price is None or leg.tiers is None:
        return Liquidation()
    found = liquidation_price(equity, leg.size, price, leg.tiers, others)
    if found is None:
        return Liquidation(basis="none")
    return Liquidation() if math.isnan(found) else _at(found, leg.price, "computed")


def pool_of(leg: Leg, pools: Sequence[Pool]) -> Pool | None:
    return next((pool for pool in pools if leg in _of(pool, [leg])), None)


def room(leg: Leg, at: Liquidation) -> float | None:
    """How far the price may still move against a leg, as a fraction; 0 when it is there or beyond.

    None where no price liquidates it, or none is known.
    """
    if at.distance is None:
        return None
    return max(0.0, -at.distance if leg.size > 0 else at.distance)


def nearest(found: Iterable[tuple[Leg, Liquidation]]) -> tuple[Leg, Liquidation] | None:
    """The leg whose liquidation is the smallest move away; None if no distance is known."""
    known = [(away, leg, at) for leg, at in found if (away := room(leg, at)) is not None]
    if not known:
        return None
    _, leg, at = min(known, key=lambda row: row[0])
    return leg, at


def _at(price: float, now: float | None, basis: Basis) -> Liquidation:
    return Liquidation(price, None if not now else price / now - 1, basis)


def _of(pool: Pool, legs: Sequence[Leg]) -> list[Leg]:
    key = (pool.venue, pool.account, pool.pool)
    return [leg for leg in legs if (leg.venue, leg.account, leg.pool) == key and not leg.is_manual]


def _grouped(legs: Sequence[Leg], key: Callable[[Leg], str]) -> dict[str, list[Leg]]:
    groups: dict[str, list[Leg]] = {}
    for leg in legs:
        groups.setdefault(key(leg), []).append(leg)
    return groups
