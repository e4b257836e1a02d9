"""A few of the best markets at a time are followed for a while, so that their past is known.

Nobody may have looked at them yet; what their venues say was paid goes into history, and the next
rankings have it.
"""

from typing import Final

from cockpit.calculators.scan.ranked import RankedPairs
from cockpit.core.assets import listed_symbol
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.desk.leases import LEASE_S, Market

BEST: Final = 100
"""Coins, by the best pair of each."""
AT_ONCE: Final = 6
"""Markets: a venue is asked for a page or two of each, beside what the trader looks at."""
AGAIN_NS: Final = 12 * HOUR_NS
"""A market whose venue tells no past is not asked for it all day."""


class HistoryRound:
    """Goes through the best coins of each ranking whose last three days are not known."""

    def __init__(self) -> None:
        self._asked_ns: dict[Market, int] = {}
        self._last_ns: int | None = None

    def next(self, pairs: RankedPairs, now_ns: int) -> tuple[Market, ...]:
        """Markets to follow now; none while those of the last turn still are."""
        if self._last_ns is not None and 0 <= now_ns - self._last_ns < LEASE_S * NS_PER_S:
            return ()
        wanted: list[Market] = []
        for place in pairs.best[:BEST].tolist():
            if pairs.value(place, "d3") is not None:
                continue
            symbol = listed_symbol(pairs.symbol_of(place))
            for market in ((venue, symbol) for venue in pairs.venues_of(place)):
                asked_ns = self._asked_ns.get(market)
                is_due = asked_ns is None or not 0 <= now_ns - asked_ns < AGAIN_NS
                if is_due and len(wanted) < AT_ONCE:
                    wanted.append(market)
        if wanted:
            self._last_ns = now_ns
            self._asked_ns |= dict.fromkeys(wanted, now_ns)
        return tuple(wanted)
