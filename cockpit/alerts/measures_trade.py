"""What a rule about a trade measures: what it has earned since its opening, all parts together.

A trade of which a part is not known, or a leg is stale, measures nothing.
"""

from collections.abc import Iterator

from cockpit.alerts.rule import Kind
from cockpit.alerts.states import Reading
from cockpit.core.assets import listed_symbol
from cockpit.portfolio.trades import reading
from cockpit.portfolio.trades.reading import Trades
from cockpit.state.view import MarketView

TRADE_KINDS: frozenset[Kind] = frozenset({"trade_pnl"})


class TradeMeasures:
    """Reads the trades once for all rules of a moment."""

    def __init__(self) -> None:
        self._at_ns = -1
        self._trades: Trades | None = None

    def read(self, view: MarketView, now_ns: int) -> Iterator[Reading]:
        """A reading for each open trade; its subject is the trade's id."""
        if not view.trades.open:
            return
        if self._trades is None or self._at_ns != now_ns:
            self._trades, self._at_ns = reading.read(view, now_ns), now_ns
        for trade in self._trades.trades:
            earned, record = trade.pnl.total, trade.record
            if earned is None or any(leg.is_stale for leg in trade.legs):
                continue
            verb = "has earned" if earned >= 0 else "has lost"
            words = f"{trade.name} ({record.asset}): {verb} ${abs(earned):,.2f} since its opening"
            yield Reading(record.id, None, listed_symbol(record.asset), earned, words)
