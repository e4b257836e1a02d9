"""Book sequencing, written once: the ways in which venues publish a book.

`ChainedBook`    a snapshot, then deltas that must link to one another.
`SharedCounter`  one number for all the messages of a connection, whatever they are about.

None of them keeps levels: they decide whether a message may be applied.
"""

import enum
from collections.abc import Hashable
from typing import Final


class Verdict(enum.Enum):
    """What to do with a book message."""

    APPLY = enum.auto()
    IGNORE = enum.auto()
    GAP = enum.auto()
    """Something is missing: reset the book and ask for a snapshot."""


APPLY: Final = Verdict.APPLY
IGNORE: Final = Verdict.IGNORE
GAP: Final = Verdict.GAP
"""Short names, because looking up a member of an enum is slow, and this is done per message."""


class ChainedBook:
    """A snapshot at `seq`, then deltas each of which names the `seq` it follows.

    After a gap the book waits: deltas are ignored until the next snapshot. `waiting_since_ns`
    tells how long, so that a lost snapshot can be asked for again.

    A delta below the last `seq` was overtaken on its way and is ignored, but a sequence that stays
    behind is another sequence, which is a gap: at once if it is more than `far` below, otherwise
    when nothing else has come for `STAYS_BEHIND_NS`. A `strict` chain ignores nothing but the
    repetition of its last number: any other than the expected one is a gap.
    """

    __slots__ = ("_behind", "_far", "_is_strict", "last", "waiting_since_ns")

    STAYS_BEHIND_NS = 5_000_000_000

    def __init__(self, at_ns: int = 0, *, strict: bool = False, far: int | None = None) -> None:
        self.last: int | None = None
        self.waiting_since_ns = at_ns
        self._is_strict = strict
        self._far = far
        self._behind = (-1, 0)
        """The `last` that deltas are behind of, and since when."""

    @property
    def is_synced(self) -> bool:
        return self.last is not None

    def snapshot(self, seq: int) -> Verdict:
        self.last = seq
        return APPLY

    def delta(self, follows: int, seq: int, at_ns: int) -> Verdict:
        """`follows` must equal the last `seq`; one already covered is ignored, not a gap."""
        last = self.last
        if last is None:
            return IGNORE
        if follows == last:
            self.last = seq
            return APPLY
        if seq == last or (seq < last and self._was_overtaken(last, seq, at_ns)):
            return IGNORE
        self.lose(at_ns)
        return GAP

    def _was_overtaken(self, last: int, seq: int, at_ns: int) -> bool:
        if self._is_strict or (self._far is not None and last - seq > self._far):
            return False
        if self._behind[0] != last:
            self._behind = (last, at_ns)
        return at_ns - self._behind[1] < self.STAYS_BEHIND_NS

    def lose(self, at_ns: int) -> None:
        """Forget the place in the chain and wait for a snapshot."""
        self.last = None
        self.waiting_since_ns = at_ns


class SharedCounter:
    """One number for every message of a connection; a missing one may concern anything.

    A request takes its number when the venue receives it, but may be answered under it later,
    after higher ones. Each unanswered request therefore excuses one missing number above the
    highest seen when it was sent; a missing number that no request can claim is a gap. A message
    that fills a hole without being an answer came out of order, which is a gap too: what it said
    may have been overtaken. After a gap the count begins anew with the next message; a number from
    before that one came out of order as well.
    """

    __slots__ = ("_asked", "_first", "_high", "_missing")

    LARGEST_JUMP = 10_000
    """A number further ahead than this was not counted, it was garbled."""

    def __init__(self) -> None:
        self._first = 0
        self._high: int | None = None
        self._missing: set[int] = set()
        self._asked: dict[Hashable, int] = {}

    def follows(self, number: int) -> bool:
        """Whether `number` is the very next one."""
        return self._high is not None and number == self._high + 1

    def asked(self, request: Hashable) -> None:
        """A request is being sent. If it is asked again, what the first one excused is a gap."""
        self._asked.pop(request, None)
        self._asked[request] = -1 if self._high is None else self._high

    def take(self, number: int, answers: Hashable | None = None) -> Verdict:
        """Judge a message. `answers` is the request that it answers, which is never IGNOREd."""
        high = self._high
        if high is None:
            if answers is None:
                self._first = self._high = number
        elif number == high + 1:
            self._high = number
        elif number > high + self.LARGEST_JUMP:
            return self._gap()
        elif number > high:
            self._missing.update(range(high + 1, number))
            self._high = number
        elif answers is not None:
            self._missing.discard(number)
        else:
            is_late = number in self._missing or number < self._first
            return self._gap() if is_late else IGNORE
        if answers is not None:
            self._asked.pop(answers, None)
        if self._missing and self._is_unclaimed():
            return self._gap()
        return APPLY

    def refused(self, number: int, request: Hashable | None) -> Verdict:
        """An error about a request, None if it does not say which.

        It reuses the highest number, and then no answer will fill the hole that the request left;
        or it shows the number that the request had taken.
        """
        if self._high is not None and number > self._high:
            return self.take(number, request)
        sent_at = self._asked.pop(request, None)
        if sent_at is None:
            sent_at = min(self._asked.values(), default=number)
        holes = [hole for hole in self._missing if hole > sent_at]
        if holes:
            self._missing.remove(min(holes))
        return APPLY

    def _gap(self) -> Verdict:
        self._high = None
        self._missing.clear()
        self._asked = dict.fromkeys(self._asked, -1)
        return GAP

    def _is_unclaimed(self) -> bool:
        claims = list(self._asked.values())  # ascending, because requests are kept as sent
        return any(
            i >= len(claims) or claims[i] >= number
            for i, number in enumerate(sorted(self._missing))
        )
