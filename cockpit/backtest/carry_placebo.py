"""Whether the times of the trades mattered: the same trades at random times of their weeks."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from cockpit.backtest.carry_document import Placebo
from cockpit.backtest.carry_ledger import ledgers
from cockpit.backtest.carry_signal import STAMP_NS, Trade
from cockpit.backtest.carry_terms import Pair
from cockpit.forecast.cells import HOUR_NS

DRAWS = 200
SEED = 14
WEEK_H = 168


def placebo(trades: Mapping[str, Sequence[Trade]], pairs: Mapping[str, Pair],
            notional_usd: float, net_usd: float) -> Placebo:  # fmt: skip
    """Each trade keeps its length and its direction and starts at another hour of its week."""
    count = sum(len(of_pair) for of_pair in trades.values())
    if not count:
        return Placebo(draws=DRAWS, p_value=None, mean_net_usd=None)
    generator = np.random.default_rng(SEED)
    totals = np.zeros(DRAWS)
    for symbol, of_pair in trades.items():
        pair = pairs[symbol]
        for trade in of_pair:
            starts = generator.integers(0, WEEK_H, DRAWS)
            for start in np.unique(starts):
                moved = _moved(trade, int(start))
                legs = ledgers(pair, moved, notional_usd)
                totals[starts == start] += sum(leg.gross_usd() - leg.costs_usd() for leg in legs)
    as_good = int((totals >= net_usd).sum())
    return Placebo(
        draws=DRAWS,
        p_value=(as_good + 1) / (DRAWS + 1),
        mean_net_usd=float(totals.mean()),
    )


def _moved(trade: Trade, start_h: int) -> Trade:
    """The trade from another hour of the same week (from Monday, UTC)."""
    hour = (trade.in_ns - STAMP_NS) // HOUR_NS
    monday = (hour + 72) // WEEK_H * WEEK_H - 72
    in_ns = (monday + start_h) * HOUR_NS + STAMP_NS
    return msgspec.structs.replace(trade, in_ns=in_ns, out_ns=in_ns + trade.out_ns - trade.in_ns)
