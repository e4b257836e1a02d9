"""How much may be sent to the terminal: a budget by its size, so that a ladder fits a thin link.

Only data frames are held back. An echo of a key goes at once. A whole picture costs a second at
most, whatever it weighs, and one that a key asked for a fifth of that: who waits longer has all
figures change meanwhile, so that the next frame is as heavy, and pays a second again for ten of
them.
"""

SMALL_CELLS, SMALL_BYTES_PER_S = 80 * 24, 1_900
LARGE_CELLS, LARGE_BYTES_PER_S = 200 * 60, 11_500
_SAVED_S, _OWED_S, _OWED_BY_A_KEY_S = 0.5, 1.0, 0.2
"""Seconds of the budget that a quiet moment saves up for a burst, that a burst can owe, and that
what a key asked for can owe."""


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
        self._is_asked_for = False

    @property
    def is_spent(self) -> bool:
        """Whether the next data frame must wait."""
        return self._credit < 0

    def excuse(self) -> None:
        """A key asked for what was sent since the last account."""
        self._is_asked_for = True

    def account(self, now_s: float, sent_bytes: int, cells: int) -> None:
        """Note how many bytes were sent since the start."""
        if self._at_s is not None:
            rate = bytes_per_s(cells)
            spent, earned = sent_bytes - self._sent, rate * (now_s - self._at_s)
            owed_s = _OWED_BY_A_KEY_S if self._is_asked_for else _OWED_S
            self._is_asked_for = False
            left = max(-rate * owed_s, self._credit - spent)
            self._credit = min(rate * _SAVED_S, left + earned)
        self._at_s, self._sent = now_s, sent_bytes
