"""The `trades` document: positions as trades, with what each earned part by part."""

from collections.abc import Iterable, Sequence

from cockpit.core.units import utc
from cockpit.documents.schema_trades import (
    ClosedTradeDocument,
    DangerDocument,
    LegFillDocument,
    OrphanDocument,
    PnlDocument,
    SpreadDocument,
    TradeDocument,
    TradeLegDocument,
    TradesDocument,
)
from cockpit.portfolio.trades.pnl import Pnl
from cockpit.portfolio.trades.reading import LegReading, TradeReading, Trades
from cockpit.state.trades import LegFill, TradeRecord, TradeResult


def trades_document(
    trades: Trades, closed: Iterable[TradeRecord], warnings: Sequence[str]
) -> TradesDocument:
    """Open trades, what belongs to none, and the journal, newest last."""
    return TradesDocument(
        at_ns=trades.at_ns,
        trades=tuple(_trade(trade) for trade in trades.trades),
        orphans=tuple(
            OrphanDocument(
                venue=orphan.key.venue,
                account=orphan.key.account,
                pool=orphan.key.pool,
                symbol=orphan.key.symbol,
                size=orphan.size,
                notional_usd=orphan.notional_usd,
            )
            for orphan in trades.orphans
        ),
        closed=tuple(_closed(record) for record in closed),
        warnings=tuple(warnings),
    )


def breakeven_words(trade: TradeReading) -> str | None:
    """`passed`, `never`, or the time at which it is expected, to the minute in UTC."""
    if trade.breakeven is not None:
        return trade.breakeven
    at_ns = trade.breakeven_ns
    return None if at_ns is None else f"{utc(at_ns):%Y-%m-%dT%H:%MZ}"


def _trade(trade: TradeReading) -> TradeDocument:
    record = trade.record
    return TradeDocument(
        id=record.id,
        name=record.name or None,
        symbol=record.asset,
        origin=record.origin,
        opened_ns=record.opened_ns,
        seen_ns=record.seen_ns,
        legs=tuple(_leg(leg) for leg in trade.legs),
        net_base=trade.net_base,
        notional_usd=trade.notional_usd,
        pnl_usd=_pnl(trade.pnl),
        spread_bps=SpreadDocument(
            entry=trade.spread.entry_bps, now=trade.spread.now_bps, exit=trade.spread.exit_bps
        ),
        carry_usd_per_hour=trade.carry_usd_per_hour,
        breakeven=breakeven_words(trade),
        return_apr=trade.return_apr,
        equity_apr=trade.equity_apr,
        exit_cost_usd=trade.exit_cost_usd,
        exit_hours=trade.exit_hours,
        watched_h=record.watched_s / 3600,
        profit_h=record.profit_s / 3600,
        target_usd=record.target_usd,
        orphan_base=trade.orphan_base,
        dangers=tuple(
            DangerDocument(
                kind=danger.kind,
                leg=None if danger.leg is None else f"{danger.leg.venue}/{danger.leg.symbol}",
                amount=danger.amount,
                words=danger.words,
            )
            for danger in trade.dangers
        ),
        warnings=tuple(danger.words for danger in trade.dangers),
    )


def _leg(leg: LegReading) -> TradeLegDocument:
    return TradeLegDocument(
        venue=leg.key.venue,
        account=leg.key.account,
        pool=leg.key.pool,
        symbol=leg.key.symbol,
        share=leg.share,
        size=leg.size,
        entry=leg.entry,
        mark=leg.mark,
        notional_usd=leg.notional_usd,
        funding_paid_usd=leg.funding.paid_usd,
        funding_accrued_usd=leg.funding.accrued_usd,
        funding_next_usd=leg.funding.next_usd,
        funding_next_ns=leg.funding.next_ns,
        fees_usd=leg.fees_usd,
        liquidation=leg.liquidation,
        liquidation_distance=leg.distance,
        adl_quantile=leg.adl_quantile,
        opened_ns=leg.opened_ns,
        away=leg.is_away,
        source="manual" if leg.key.is_typed else "venue",
        fills=tuple(_fill(fill) for fill in leg.fills),
    )


def _fill(fill: LegFill) -> LegFillDocument:
    return LegFillDocument(
        at_ns=fill.at_ns,
        size=fill.size,
        price=fill.price,
        source=fill.source,
        id=fill.fill or None,
        fee_usd=fill.fee_usd,
        mark=fill.mark,
        reference=fill.reference,
    )


def _pnl(parts: Pnl) -> PnlDocument:
    return PnlDocument(
        total=parts.total,
        directional=parts.directional,
        basis=parts.basis,
        funding=parts.funding,
        accrued=parts.accrued,
        fees=parts.fees,
        slippage=parts.slippage,
        unexplained=parts.unexplained,
    )


def _closed(record: TradeRecord) -> ClosedTradeDocument:
    result = record.result or TradeResult()
    return ClosedTradeDocument(
        id=record.id,
        name=record.name or None,
        symbol=record.asset,
        opened_ns=record.opened_ns,
        closed_ns=record.closed_ns,
        legs=tuple(f"{leg.key.venue}/{leg.key.symbol}" for leg in record.legs),
        pnl_usd=PnlDocument(
            total=result.total,
            directional=result.directional,
            basis=result.basis,
            funding=result.funding,
            accrued=0.0,
            fees=result.fees,
            slippage=result.slippage,
            unexplained=None,
        ),
    )
