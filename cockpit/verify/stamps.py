"""Times: in the unit that is read, near this machine's clock."""

from cockpit.core.events import BookDelta, BookSnapshot, Trade
from cockpit.core.units import NS_PER_S
from cockpit.verify.evidence import Evidence, Finding, confirmed, contradicted, not_seen

NEAR_S, FAR_S = 10.0, 60.0
"""A wrong unit is decades off, a wrong zone an hour; a quiet book's stamp some seconds."""
ENOUGH = 5


class StampsAreCurrent:
    """The least distance of a kind's stamps to their receipt, after this clock's own offset.

    The least one, because first messages bring the past with them: old fills, a quiet book.
    """

    def __init__(self, clock_offset_ns: int = 0) -> None:
        self._offset_ns = clock_offset_ns
        self._count: dict[str, int] = {}
        self._least_s: dict[str, float] = {}

    def hear(self, evidence: Evidence) -> None:
        for fact in evidence.outcomes:
            if isinstance(fact, BookSnapshot | BookDelta):
                kind = "book"
            elif isinstance(fact, Trade):
                kind = "trade"
            else:
                continue
            if fact.venue_ns is None:
                continue
            lag_s = (fact.recv_ns - self._offset_ns - fact.venue_ns) / NS_PER_S
            self._count[kind] = self._count.get(kind, 0) + 1
            if abs(lag_s) < abs(self._least_s.get(kind, float("inf"))):
                self._least_s[kind] = lag_s

    def finding(self) -> Finding:
        told = {kind: self._least_s[kind] for kind, n in self._count.items() if n >= ENOUGH}
        if not told:
            return not_seen("too few stamps of books and trades came")
        words = ", ".join(f"{kind}s {lag_s:.3g} s" for kind, lag_s in sorted(told.items()))
        worst_s = max(map(abs, told.values()))
        if worst_s > FAR_S:
            return contradicted(f"no stamp is near its receipt: {words} late at the least")
        if worst_s > NEAR_S:
            return not_seen(f"stamps are {words} late at the least: neither near nor far")
        return confirmed(f"{words} late at the least")
