"""Books: whether changes link as the rule says, and whether sizes replace or add."""

from cockpit.core.events import BookDelta, BookReset, BookSnapshot
from cockpit.venues.contract import Closed, Opened, Restart, Wanted
from cockpit.verify.evidence import Evidence, Finding, confirmed, contradicted, not_seen

ENOUGH_MESSAGES = 20
FEW_BREAKS, BREAK_FRAC = 3, 0.02
"""A line may lose a message now and then; a wrong rule breaks at once and again."""

ENOUGH_LEVELS = 20
AGREE_FRAC, DIFFER_FRAC = 0.9, 0.5
"""A whole book read beside the stream may be some changes ahead of it."""
ENOUGH_REMOVALS, KNOWN_FRAC = 20, 0.5
"""Not all: levels beyond the first book are taken away as well."""


class SequenceHolds:
    """Breaks of a book's chain while its link stood, against the messages that linked."""

    def __init__(self) -> None:
        self._messages = 0
        self._breaks = 0
        self._reason = ""

    def hear(self, evidence: Evidence) -> None:
        ours = isinstance(evidence.item, Opened | Closed | Wanted)
        for fact in evidence.outcomes:
            if isinstance(fact, BookDelta | BookSnapshot):
                self._messages += 1
            elif ours:
                continue
            elif isinstance(fact, BookReset):
                self._note(f"{fact.symbol}: {fact.reason}")
            elif isinstance(fact, Restart) and evidence.is_answered:
                self._note(fact.reason)

    def _note(self, reason: str) -> None:
        self._breaks += 1
        self._reason = reason

    def finding(self) -> Finding:
        words = f"{self._breaks} breaks in {self._messages} book messages"
        if self._breaks >= FEW_BREAKS and self._breaks > BREAK_FRAC * self._messages:
            return contradicted(f"{words}, the last: {self._reason}")
        if self._messages < ENOUGH_MESSAGES:
            return not_seen(f"only {self._messages} book messages came")
        return confirmed(words)


class SizesAreAbsolute:
    """A later whole book equals the one kept by changes, at the levels that changed.

    Where no whole book comes again, a change to 0 tells: if sizes added up it would change
    nothing, so what is set to 0 must be a level that stands.
    """

    def __init__(self) -> None:
        self._books: dict[str, dict[float, float]] = {}
        self._touched: dict[str, set[float]] = {}
        self._same = self._compared = 0
        self._known = self._removed = 0
        self._differs = ""

    def hear(self, evidence: Evidence) -> None:
        for fact in evidence.outcomes:
            if isinstance(fact, BookSnapshot):
                self._compare(fact)
            elif isinstance(fact, BookReset):
                self._books.pop(fact.symbol, None)
            elif isinstance(fact, BookDelta) and fact.symbol in self._books:
                self._change(fact)

    def _change(self, delta: BookDelta) -> None:
        book, touched = self._books[delta.symbol], self._touched[delta.symbol]
        for price, size in (*delta.bids, *delta.asks):
            touched.add(price)
            if size == 0.0:
                self._removed += 1
                self._known += price in book
                book.pop(price, None)
            else:
                book[price] = size

    def _compare(self, snapshot: BookSnapshot) -> None:
        said = dict((*snapshot.bids, *snapshot.asks))
        kept = self._books.get(snapshot.symbol, {})
        for price in self._touched.get(snapshot.symbol, set()) & kept.keys() & said.keys():
            self._compared += 1
            if abs(kept[price] - said[price]) <= 1e-9 * said[price]:
                self._same += 1
            else:
                self._differs = (
                    f"{snapshot.symbol} at {price:g}: changes left {kept[price]:g}, "
                    f"the whole book has {said[price]:g}"
                )
        self._books[snapshot.symbol] = said
        self._touched[snapshot.symbol] = set()

    def finding(self) -> Finding:
        words = f"{self._same} of {self._compared} changed levels stood so in a later whole book"
        if self._compared >= ENOUGH_LEVELS:
            if self._same < DIFFER_FRAC * self._compared:
                return contradicted(f"{words}; {self._differs}")
            if self._same >= AGREE_FRAC * self._compared:
                return confirmed(words)
        if self._removed >= ENOUGH_REMOVALS and self._known >= KNOWN_FRAC * self._removed:
            return confirmed(f"{self._known} of {self._removed} sizes of 0 took a standing level")
        return not_seen(f"{words}; {self._known} of {self._removed} sizes of 0 took a level")
