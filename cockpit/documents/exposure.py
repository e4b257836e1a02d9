"""The `exposure` document: what positions over accounts and venues amount to."""

import math

from cockpit.analytics.risk import exposure as sums
from cockpit.analytics.risk.exposure import Leg, VenueExposure
from cockpit.documents.schema_account import (
    AccountDocument,
    AssetDocument,
    ExposureDocument,
    NearestDocument,
    NotSafeDocument,
    PoolDocument,
    PositionDocument,
    TotalDocument,
    VenueDocument,
)
from cockpit.portfolio.positions import Portfolio


def exposure_document(portfolio: Portfolio) -> ExposureDocument:
    """The whole document."""
    rows, pools = portfolio.rows, portfolio.pools
    legs = [row.leg for row in rows]
    total = sums.totals(legs, pools)
    # A leg that is stale may be nearer by now, or gone: it is counted, not measured.
    near = sums.nearest((row.leg, row.liquidation) for row in rows if not row.is_stale)
    return ExposureDocument(
        at_ns=portfolio.at_ns,
        warnings=portfolio.warnings,
        assumptions=tuple(each.sentence for each in portfolio.assumptions),
        positions=position_documents(portfolio),
        assets=tuple(
            AssetDocument(
                symbol=asset.symbol,
                net_base=asset.net_base,
                net_usd=asset.net_usd,
                gross_usd=asset.gross_usd,
                funding_usd_per_hour=asset.carry_usd_per_hour,
                is_complete=portfolio.is_complete,
            )
            for asset in sums.by_asset(legs)
        ),
        venues=tuple(
            _venue(venue, is_complete=venue.venue not in portfolio.incomplete_venues)
            for venue in sums.by_venue(legs, pools)
        ),
        total=TotalDocument(
            net_usd=total.net_usd,
            gross_usd=total.gross_usd,
            funding_usd_per_hour=total.carry_usd_per_hour,
            funding_usd_per_day=total.carry_usd_per_day,
            upnl_usd=total.upnl_usd,
            equity_usd=total.equity_usd,
            leverage=_finite(total.leverage),
            venue_concentration=total.venue_concentration,
            asset_concentration=total.asset_concentration,
            is_complete=portfolio.is_complete,
        ),
        nearest_liquidation=None
        if near is None
        else NearestDocument(venue=near[0].venue, symbol=near[0].symbol, distance=near[1].distance),
        not_counted_as_safe=NotSafeDocument(
            stale=sum(row.is_stale for row in rows),
            unknown=sum(row.liquidation.basis is None for row in rows if not row.is_stale),
            unread_accounts=sum(account.was_never_read for account in portfolio.accounts),
        ),
        accounts=account_documents(portfolio),
    )


def position_documents(portfolio: Portfolio) -> tuple[PositionDocument, ...]:
    """One object a position. `notional_usd` is signed; funding received is positive."""
    return tuple(
        PositionDocument(
            venue=row.leg.venue,
            account=row.leg.account,
            pool=row.leg.pool,
            symbol=row.leg.symbol,
            asset=row.leg.asset,
            size=row.leg.size,
            entry=row.leg.entry,
            mark=row.leg.price,
            upnl_usd=row.leg.upnl_usd,
            notional_usd=row.leg.notional_usd,
            funding_usd_per_hour=row.leg.carry_usd_per_hour,
            funding_paid_usd=row.funding_paid_usd,
            funding_accrued_usd=row.funding_accrued_usd,
            liquidation=row.liquidation.price,
            liquidation_distance=row.liquidation.distance,
            liquidation_basis=row.liquidation.basis,
            leverage=row.leverage,
            margin_mode=row.margin_mode,
            isolated_equity_usd=_isolated_now(row.leg),
            mmf=row.own_mmf,
            adl_quantile=row.adl_quantile,
            source=row.source,
            age_s=None if row.age_s is None else round(row.age_s, 3),
            stale=row.is_stale,
        )
        for row in portfolio.rows
    )


def account_documents(portfolio: Portfolio) -> tuple[AccountDocument, ...]:
    """One object an account, with its pools."""
    return tuple(
        AccountDocument(
            venue=account.venue,
            account=account.address,
            name=account.name or None,
            state=account.status,
            reason=account.reason or None,
            age_s=None if account.age_s is None else round(account.age_s, 3),
            stale=account.is_stale,
            parts_known=account.parts_known,
            parts_wanted=account.parts_wanted,
            pools=tuple(
                PoolDocument(
                    pool=pool.pool,
                    equity_usd=pool.equity_usd,
                    used_usd=pool.used_usd,
                    available_usd=pool.available_usd,
                    maintenance_usd=pool.maintenance_usd,
                    cross_equity_usd=pool.cross_equity_usd,
                )
                for pool in account.pools
            ),
        )
        for account in portfolio.accounts
    )


def _isolated_now(leg: Leg) -> float | None:
    """What stands behind an isolated leg at the price of the document."""
    if leg.isolated_equity is None or leg.price is None or leg.pool_price is None:
        return leg.isolated_equity
    return leg.isolated_equity + leg.size * (leg.price - leg.pool_price)


def _venue(venue: VenueExposure, *, is_complete: bool) -> VenueDocument:
    return VenueDocument(
        venue=venue.venue,
        equity_usd=venue.equity_usd,
        margin_used_usd=venue.margin_used_usd,
        maintenance_usd=venue.maintenance_usd,
        margin_ratio=_finite(venue.margin_ratio),
        worst_margin_ratio=_finite(venue.worst_margin_ratio),
        net_usd=venue.net_usd,
        gross_usd=venue.gross_usd,
        is_complete=is_complete,
    )


def _finite(value: float | None) -> float | None:
    """JSON has no infinity: a ratio beyond every number is null, and a warning says why."""
    return None if value is None or math.isinf(value) else value
