"""How long to wait before trying a venue again."""

from random import Random

FIRST_S = 0.25
LONGEST_S = 30.0
RESET_AFTER_LIVE_S = 60.0
THERE_AFTER_S = 1.0
"""A venue that kept a connection for so long is there, and its books are worth more hurry."""
_TRIES_WHILE_THERE = 4
"""Doublings of the first wait: 4 s."""


class Backoff:
    """Full jitter: a random part of 0.25 s doubling to 30 s, so that clients do not come at once.

    A connection that lived for a minute begins anew. One that lived for a second ended for other
    reasons than that nobody is there: the wait after it is at most 4 s, however many there were.
    """

    def __init__(self, dice: Random | None = None) -> None:
        self._dice = dice or Random()
        self._tries = 0

    def next_s(self) -> float:
        ceiling_s = min(LONGEST_S, FIRST_S * 2.0**self._tries)
        self._tries = min(self._tries + 1, 16)
        return self._dice.uniform(0.0, ceiling_s)

    def lived(self, seconds: float) -> None:
        """The connection that just ended was open for this long."""
        if seconds >= RESET_AFTER_LIVE_S:
            self._tries = 0
        elif seconds >= THERE_AFTER_S:
            self._tries = min(self._tries, _TRIES_WHILE_THERE)
