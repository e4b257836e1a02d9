"""Open interest: counted once, or both its sides."""

from typing import Any

from cockpit.core.events import OpenInterest, Trade
from cockpit.venues.known_fields import objects
from cockpit.verify.evidence import Evidence, Finding, confirmed, contradicted, not_seen

NEAR_REL = 0.01
ENOUGH_READINGS, ENOUGH_UNITS = 30, 3
TOO_MUCH, DOUBLE = 1.3, 2.2
"""What is counted once moves by no more than what was traded, what is counted twice by up to
twice as much. Below lies what came late; above, the trades that came are not all that were."""
ENOUGH_ROWS = 3


class InterestIsOneSided:
    """What moved against what was traded; where the wire has both counts, their relation.

    `both_and_single` names two fields of one message: the count of both sides and that of one. A
    fill may close as much as it opens, so interest that moves little proves nothing; single fills
    that moved it by just their own size do.
    """

    def __init__(self, both_and_single: tuple[str, str] | None = None) -> None:
        self._fields = both_and_single
        self._twice = self._rows = 0
        self._odd_row = ""
        self._base: dict[str, float] = {}
        self._sizes: dict[str, list[float]] = {}
        self._moved: dict[str, float] = {}
        self._traded: dict[str, float] = {}
        self._readings = self._units = self._doubles = 0

    def hear(self, evidence: Evidence) -> None:
        if self._fields is not None and evidence.message is not None:
            self._relate(evidence.message, *self._fields)
        for fact in evidence.outcomes:
            if isinstance(fact, Trade):
                self._sizes.setdefault(fact.symbol, []).append(fact.size)
            elif isinstance(fact, OpenInterest):
                self._move(fact)

    def _relate(self, message: Any, both_name: str, single_name: str) -> None:
        for row in objects(message):
            both, single = _number(row.get(both_name)), _number(row.get(single_name))
            if both and single:
                self._rows += 1
                self._twice += abs(both - 2 * single) <= NEAR_REL * both
                self._odd_row = f"{both_name} {both:g} stands beside {single_name} {single:g}"

    def _move(self, fact: OpenInterest) -> None:
        sizes = self._sizes.pop(fact.symbol, [])
        before = self._base.get(fact.symbol)
        self._base[fact.symbol] = fact.base
        if before is None:
            return
        moved = abs(fact.base - before)
        self._moved[fact.symbol] = self._moved.get(fact.symbol, 0.0) + moved
        self._traded[fact.symbol] = self._traded.get(fact.symbol, 0.0) + sum(sizes)
        self._readings += moved > 0
        if len(sizes) == 1:
            self._units += abs(moved - sizes[0]) <= NEAR_REL * sizes[0]
            self._doubles += abs(moved - 2 * sizes[0]) <= NEAR_REL * sizes[0]

    def finding(self) -> Finding:
        if self._rows >= ENOUGH_ROWS:
            if self._twice < self._rows / 2:
                return contradicted(f"in {self._rows} rows: {self._odd_row}, not twice as much")
            return confirmed(f"in {self._twice} of {self._rows} rows both sides are twice one")
        words = f"{self._units} single fills moved it by their size, {self._doubles} by twice it"
        if self._doubles >= ENOUGH_UNITS and self._doubles > self._units:
            return contradicted(words)
        if self._units >= ENOUGH_UNITS and self._units > self._doubles:
            return confirmed(words)
        moved = [
            (symbol, moved, traded)
            for symbol, moved in self._moved.items()
            if (traded := self._traded[symbol]) > 0
        ]
        excess = [row for row in moved if TOO_MUCH < row[1] / row[2] <= DOUBLE]
        if self._readings >= ENOUGH_READINGS and len(excess) * 2 > len(moved):
            symbol, by, traded = excess[0]
            return contradicted(f"{symbol} moved by {by:g} while {traded:g} was traded")
        return not_seen(f"{words}: live traffic did not tell")


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
