"""Ledgers of trades summed up: net, drawdown, Sharpe and the rest."""

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from cockpit.backtest.carry_document import Result
from cockpit.backtest.carry_ledger import Ledger
from cockpit.forecast.cells import Floats, Ints

DAY_NS = 86_400_000_000_000
YEAR_DAYS = 365.0


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """What results are measured over: from the first hour that both venues of a pair have to the
    last one of any pair. `margin_usd_years` is what stands behind each pair for the time that the
    pair has, summed: a coin that was listed late binds no capital before."""

    from_ns: int
    to_ns: int
    notional_usd: float
    margin_usd_years: float


def result(trades: Sequence[tuple[Ledger, Ledger]], span: Span, costs_multiple: float) -> Result:
    """The trades with all fees and impact taken `costs_multiple` times."""
    nets = [
        sum(leg.gross_usd() - costs_multiple * leg.costs_usd() for leg in legs) for legs in trades
    ]
    gross = sum(leg.gross_usd() for legs in trades for leg in legs)
    costs = costs_multiple * sum(leg.costs_usd() for legs in trades for leg in legs)
    daily = _daily(trades, span, costs_multiple)
    sharpe, error = _sharpe(daily)
    curve = np.concatenate([[0.0], np.cumsum(daily)])
    net = gross - costs
    return Result(
        trades=len(trades),
        net_usd=net,
        gross_usd=gross,
        costs_usd=costs,
        apr_on_margin=net / span.margin_usd_years if span.margin_usd_years > 0 else None,
        sharpe=sharpe,
        sharpe_se=error,
        max_drawdown_usd=float((np.maximum.accumulate(curve) - curve).max()),
        turnover=sum(leg.traded_usd for legs in trades for leg in legs) / span.notional_usd,
        paid_share=sum(net > 0 for net in nets) / len(nets) if nets else None,
        worst_usd=min(nets) if nets else None,
    )


def _daily(trades: Sequence[tuple[Ledger, Ledger]], span: Span, costs_multiple: float) -> Floats:
    """Net of each UTC day; what prices made is taken on the day of the last fill."""
    first = span.from_ns // DAY_NS
    # A last fill may be late by its settlement, and so may fall on the day after.
    last = max(
        [
            span.to_ns // DAY_NS,
            *(int(leg.fill_ns.max()) // DAY_NS for legs in trades for leg in legs),
        ]
    )
    daily = np.zeros(int(last - first) + 1)

    def add(at_ns: Ints, usd: Floats) -> None:
        np.add.at(daily, (at_ns // DAY_NS - first).astype(np.int64), usd)

    for legs in trades:
        for leg in legs:
            add(leg.funding_ns, leg.funding_usd)
            add(leg.fill_ns, costs_multiple * (leg.fee_usd + leg.impact_usd))
            add(leg.fill_ns[-1:], np.array([leg.price_usd]))
    return daily


def _sharpe(daily: Floats) -> tuple[float | None, float | None]:
    """Annual Sharpe of daily net and its standard error; None without any movement."""
    sd = float(daily.std(ddof=1)) if len(daily) > 1 else 0.0
    if not sd:
        return None, None
    ratio = float(daily.mean()) / sd
    error = math.sqrt((1.0 + 0.5 * ratio**2) / len(daily))
    return ratio * math.sqrt(YEAR_DAYS), error * math.sqrt(YEAR_DAYS)
