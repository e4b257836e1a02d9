"""Wire drift: kinds of message that are not understood, and fields that nobody has seen before."""

from collections import Counter

from cockpit.core.events import Reject
from cockpit.venues.contract import Frame, Reply
from cockpit.venues.known_fields import new_fields
from cockpit.verify.evidence import Evidence, Finding, confirmed, contradicted, not_seen, sample

MOST_NAMES = 1000
SHOWN = 5


class WireIsKnown:
    """`known` are the names of the fields that are read and of those that are known and left.

    A message that was rejected as it came is of an unknown kind, or not what its kind was.
    """

    def __init__(self, known: frozenset[str] = frozenset()) -> None:
        self._known = known
        self._messages = 0
        self._new: Counter[str] = Counter()
        self._sample = ""
        self._rejects: Counter[str] = Counter()

    def hear(self, evidence: Evidence) -> None:
        item = evidence.item
        if not evidence.is_answered:
            return
        self._messages += 1
        for fact in evidence.outcomes:
            if isinstance(fact, Reject) and len(self._rejects) < MOST_NAMES:
                self._rejects[fact.reason] += 1
        new = new_fields(evidence.message, self._known)
        if new and len(self._new) < MOST_NAMES:
            self._new.update(new)
            if not self._sample and isinstance(item, Frame | Reply):
                self._sample = sample(item.data if isinstance(item, Frame) else item.body)

    def finding(self) -> Finding:
        if not self._messages:
            return not_seen("no message came")
        parts = []
        if self._new:
            names = ", ".join(f"{name} x{count}" for name, count in self._new.most_common(SHOWN))
            more = f" and {len(self._new) - SHOWN} more" * (len(self._new) > SHOWN)
            parts.append(f"unknown fields {names}{more}, first in {self._sample}")
        if self._rejects:
            reason, count = self._rejects.most_common(1)[0]
            total = sum(self._rejects.values())
            parts.append(f"{total} messages not understood, {count} of them: {reason}")
        if parts:
            return contradicted("; ".join(parts))
        return confirmed(f"{self._messages} messages, every field of them known")
