"""How much may be sent to the terminal: a budget by its size, so that a ladder fits a thin link.

Only data frames are held back. An echo of a key goes at once, and a whole picture costs a second
at most, whatever it weighs.
"""

SMALL_CELLS, SMALL_BYTES_PER_S = 80 * 24, 1_900
LARGE_CELLS, LARGE_BYTES_PER_S = 200 * 60, 11_500
_SAVED_S, _OWED_S = 0.5, 1.0
"""Seconds of the budget that a quiet moment saves up for a burst, and that a burst can owe."""


def bytes_per_s(cells: int) -> float:
    """What a terminal of so many cells gets; in proportion to its size above 80x24."""
    slope = (LARGE_BYTES_PER_S - SMALL_BYTES_PER_S) / (LARGE_CELLS - SMALL_CELLS)
    return SMALL_BYTES_PER_S + slope * max(0, cells - SMALL_CELLS)


class Budget:
    """Pure: told the time and what has been sent so far."""

    def __init__(self) -> None:
        self._credit = 0.0
        self._at_s: float | None = None
        self._sent = 0

    @property
    def is_spent(self) -> bool:
        """Whether the next data frame must wait."""
        return self._credit < 0

    def account(self, now_s: float, sent_bytes: int, cells: int) -> None:
        """Note how many bytes were sent since the start."""
        if self._at_s is not None:
            rate = bytes_per_s(cells)
            spent, earned = sent_bytes - self._sent, rate * (now_s - self._at_s)
            left = max(-rate * _OWED_S, self._credit - spent)
            self._credit = min(rate * _SAVED_S, left + earned)
        self._at_s, self._sent = now_s, sent_bytes
