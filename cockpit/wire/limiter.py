"""A venue's request budget, kept on our side so that the venue never has to say no.

Pure: times are seconds on any monotonic scale, given by the caller.
"""

import email.utils
from collections.abc import Mapping
from datetime import UTC

BACKGROUND_RESERVE_FRAC = 0.25
"""This part of the burst is kept for what the trader waits for; history may not spend it."""

MAX_BLOCK_S = 600.0
BAN_S = 600.0
"""A ban of an address that does not say for how long; the longest that venues document."""
FIRST_BLOCK_S = 1.0
_MILLISECONDS_FROM = 600.0


class Limiter:
    """Token bucket: `burst` at once, refilled with `weight_per_minute`.

    A venue that refuses (`refused`) blocks the whole host: for as long as it says, else from one
    second doubling. `budget_left` is what could be spent now, in the venue's weight units.
    """

    def __init__(
        self,
        weight_per_minute: float,
        burst: int,
        now_s: float = 0.0,
        *,
        ban_statuses: frozenset[int] = frozenset(),
        ban_words: str = "",
    ) -> None:
        self.burst = burst
        self._ban_statuses = ban_statuses
        self._ban_words = ban_words
        self._rate = weight_per_minute / 60.0
        self._tokens = float(burst)
        self._at_s = now_s
        self._blocked_until_s = now_s
        self._refusals = 0

    def wait_s(self, weight: int, now_s: float, *, background: bool = False) -> float:
        """Seconds until a request of this weight may go; 0 means now.

        A weight above the burst goes when the bucket is full, and is paid back afterwards.
        """
        self._refill(now_s)
        reserve = self.burst * BACKGROUND_RESERVE_FRAC if background else 0.0
        needed = min(weight + reserve, float(self.burst))
        refill_s = max(0.0, needed - self._tokens) / self._rate
        return max(refill_s, self.blocked_s(now_s))

    def take(self, weight: int, now_s: float) -> None:
        """Spend; to be called when `wait_s` said 0."""
        self._refill(now_s)
        self._tokens -= weight

    def refused(
        self, status: int, headers: Mapping[str, str], body: str, now_s: float, wall_ns: int
    ) -> float | None:
        """Block the host if this answer is about our rate; the seconds, None if it is not.

        429 and 418 are, and what the venue says is a ban. `headers` have lower-case names.
        """
        if status in self._ban_statuses and self._ban_words in body.lower():
            block_s = retry_after_s(headers, wall_ns) or BAN_S
        elif status in (418, 429):
            said_s = retry_after_s(headers, wall_ns)
            block_s = FIRST_BLOCK_S * 2.0**self._refusals if said_s is None else said_s
        else:
            return None
        self._refusals = min(self._refusals + 1, 9)
        block_s = min(block_s, MAX_BLOCK_S)
        self._refill(now_s)
        self._tokens = min(self._tokens, 0.0)
        self._blocked_until_s = max(self._blocked_until_s, now_s + block_s)
        return block_s

    def accepted(self) -> None:
        """An answer that was not a refusal: the doubling begins anew."""
        self._refusals = 0

    @property
    def is_refusing(self) -> bool:
        """Whether nothing was answered since the last refusal, however long ago its block ended."""
        return self._refusals > 0

    def budget_left(self, now_s: float) -> float:
        if self.blocked_s(now_s) > 0:
            return 0.0
        self._refill(now_s)
        return max(0.0, self._tokens)

    def blocked_s(self, now_s: float) -> float:
        """Seconds until the venue will hear us again."""
        return max(0.0, self._blocked_until_s - now_s)

    def _refill(self, now_s: float) -> None:
        earned = max(0.0, now_s - self._at_s) * self._rate
        self._tokens = min(float(self.burst), self._tokens + earned)
        self._at_s = max(self._at_s, now_s)


def retry_after_s(headers: Mapping[str, str], wall_ns: int) -> float | None:
    """How long the venue asks us to wait, None if it does not say. Names in lower case.

    `RateLimit-Reset` wins where it is a time in ms since the epoch within the next ten minutes
    (dYdX, whose Retry-After is in ms), then `Retry-After` as a number or an HTTP date. No venue
    bans for longer than ten minutes by this header, so a number above 600 is milliseconds.
    """
    reset_ms = _number(headers.get("ratelimit-reset"))
    if reset_ms is not None and 0 <= (wait_s := reset_ms / 1e3 - wall_ns / 1e9) <= MAX_BLOCK_S:
        return wait_s
    said = headers.get("retry-after")
    number = _number(said)
    if number is not None:
        return number / 1e3 if number > _MILLISECONDS_FROM else number
    if said is None:
        return None
    try:
        date = email.utils.parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, date.timestamp() - wall_ns / 1e9)


def _number(text: str | None) -> float | None:
    """A number of zero or more that a header says in plain digits, else None."""
    text = (text or "").strip()
    if len(text) > 20 or not text.replace(".", "", 1).isdecimal() or not text.isascii():
        return None
    return float(text)
