"""What is asked for again and again, and when it is due."""


class Every:
    """True at most once per interval, measured on the times it is shown.

    The first call is due at once unless `wait_first`; `reset` makes the next call due.
    """

    def __init__(self, interval_s: float, *, wait_first: bool = False) -> None:
        self._interval_ns = round(interval_s * 1e9)
        self._wait_first = wait_first
        self._next_ns: int | None = None

    def due(self, at_ns: int) -> bool:
        if self._next_ns is None:
            self._next_ns = at_ns + self._interval_ns
            return not self._wait_first
        if at_ns < self._next_ns:
            return False
        self._next_ns = at_ns + self._interval_ns
        return True

    def reset(self) -> None:
        self._next_ns = None
        self._wait_first = False
