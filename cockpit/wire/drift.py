"""Fields that a venue's wire did not have before, counted as they come.

A sample is enough: what is new in a kind of message is new in all of that kind. The first messages
of a run are all looked at, because answers and first books come once.
"""

import msgspec

from cockpit.venues.known_fields import new_fields

FIRST = 100
ONE_IN = 32
MOST_NAMES = 100
MOST_CHARS = 2**18


class FieldDrift:
    """`new` maps the name of each field that is not among `known` to the looked-at messages that
    had it. Unknown kinds of message are not counted here: their session rejects each of them."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._frames = 0
        self.new: dict[str, int] = {}

    def look(self, data: str | bytes) -> None:
        """Perhaps read this frame."""
        self._frames += 1
        if (self._frames <= FIRST or not self._frames % ONE_IN) and len(data) <= MOST_CHARS:
            self.read(data)

    def read(self, data: str | bytes) -> None:
        """Count what is new in it; one that is no JSON has no fields."""
        try:
            message = msgspec.json.decode(data)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return
        for name in new_fields(message, self._known):
            if name in self.new or len(self.new) < MOST_NAMES:
                self.new[name] = self.new.get(name, 0) + 1
