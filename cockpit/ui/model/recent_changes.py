"""Which figures have just changed: those are bright for a moment, so that the eye lands on them."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

FRESH_NS = 400_000_000
FORGOTTEN_NS = 2_000_000_000
"""A table that was not drawn for so long counts as new: nothing in it has just changed."""


@dataclass(slots=True)
class _Seen:
    at_ns: int
    texts: Mapping[Hashable, str]
    changed_ns: dict[Hashable, int]


class RecentChanges:
    """Remembers the texts that were shown. A frozen picture, whose time stands, stays as it is."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, _Seen] = {}

    def of(self, what: Hashable, texts: Mapping[Hashable, str], now_ns: int) -> set[Hashable]:
        """Keys of `texts` that appeared or changed within the last 400 ms; none at first sight.

        `what` is whose texts these are. What rounds to the same text has not changed.
        """
        last = self._seen.get(what)
        if last is None or not 0 <= now_ns - last.at_ns <= FORGOTTEN_NS:
            self._seen[what] = _Seen(now_ns, texts, {})
            return set()
        changed = {
            key: at_ns
            for key, at_ns in last.changed_ns.items()
            if now_ns - at_ns < FRESH_NS and key in texts
        }
        before = last.texts
        changed |= {key: now_ns for key, text in texts.items() if before.get(key) != text}
        self._seen[what] = _Seen(now_ns, texts, changed)
        return set(changed)
