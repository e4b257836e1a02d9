"""What a Lighter session remembers: subscriptions, funding pages, markets. Private to the venue.

Limits from https://apidocs.lighter.xyz/docs/rate-limits.
"""

from collections.abc import Iterable, Iterator

from cockpit.core.events import Instrument
from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_S
from cockpit.venues import lighter_wire as wire
from cockpit.venues.books import ChainedBook, Verdict
from cockpit.venues.contract import Send

DOCUMENTED_IDS = {0: "ETH", 1: "BTC", 2: "SOL", 24: "HYPE"}
"""Mainnet's documented ids, believed until metadata names them."""


class Outbox:
    """What is still to be said, no faster than the venue listens.

    The venue hears 200 messages a minute and 50 unanswered subscribes; 35 + 2.7 a second stays
    below the first, with room for pings.
    """

    MESSAGES, PER_S, IN_FLIGHT = 35.0, 2.7, 35
    OVERDUE_NS = 5 * NS_PER_S

    def __init__(self) -> None:
        self._queue: dict[str, tuple[str, ...]] = {}
        self.pending: dict[str, int] = {}
        self._left = self.MESSAGES
        self._at_ns = 0

    def ask(self, channel: str, *, again: bool = False) -> None:
        self.pending.pop(channel, None)
        self._queue[channel] = ("unsubscribe", "subscribe") if again else ("subscribe",)

    def leave(self, channel: str) -> None:
        self.pending.pop(channel, None)
        self._queue[channel] = ("unsubscribe",)

    def is_waiting(self, channel: str) -> bool:
        return channel in self.pending or channel in self._queue

    def overdue(self, at_ns: int) -> list[str]:
        return [name for name, since in self.pending.items() if at_ns - since >= OVERDUE_NS]

    def drain(self, at_ns: int) -> Iterator[Send]:
        earned = max(0, at_ns - self._at_ns) / NS_PER_S * self.PER_S
        self._left = min(self.MESSAGES, self._left + earned)
        self._at_ns = at_ns
        while self._queue and self._left >= 2.0 and len(self.pending) < self.IN_FLIGHT:
            channel = next(iter(self._queue))
            verbs = self._queue.pop(channel)
            self._left -= len(verbs)
            if "subscribe" in verbs:
                self.pending[channel] = at_ns
            for verb in verbs:
                yield Send(f'{{"type":"{verb}","channel":"{channel}"}}')


class History:
    """Which settled hours of a market are still to be fetched: windows of at most 100 rows.

    A window is asked again after its last row until a call adds nothing, because the number of
    rows a call may return is not documented.
    """

    ROWS = 100
    DAYS = 30
    AFTER_HOUR_NS = 45 * NS_PER_S
    RETRY_NS = 60 * NS_PER_S

    def __init__(self, at_ns: int) -> None:
        self._next_s = at_ns // HOUR_NS * HOUR_S - self.DAYS * 86_400
        self._end_s: int | None = None
        self._due_ns = at_ns

    def window(self, at_ns: int) -> tuple[int, int] | None:
        """First and last second to ask for now, or None while waiting."""
        if self._end_s is not None or at_ns < self._due_ns:
            return None
        self._end_s = min(self._next_s + self.ROWS * HOUR_S - 1, at_ns // NS_PER_S)
        return self._next_s, self._end_s

    def answered(self, stamps_s: Iterable[int], at_ns: int) -> None:
        if self._end_s is None:
            return
        end_s, self._end_s = self._end_s, None
        is_newest = end_s < self._next_s + self.ROWS * HOUR_S - 1
        last_s = max((s for s in stamps_s if self._next_s <= s <= end_s), default=None)
        if last_s is not None:
            self._next_s = last_s + 1
            is_done = is_newest and last_s + HOUR_S > end_s
        else:
            is_done = is_newest
            if not is_newest:
                self._next_s = end_s + 1
        self._due_ns = (at_ns // HOUR_NS + 1) * HOUR_NS + self.AFTER_HOUR_NS if is_done else at_ns

    def failed(self, at_ns: int) -> None:
        self._end_s = None
        self._due_ns = at_ns + self.RETRY_NS


class Market:
    """One market id: its name, its place in the chain of book messages, what was said already."""

    KEPT_TRADES = 512

    def __init__(self, market_id: int) -> None:
        self.id = market_id
        self.symbol = DOCUMENTED_IDS.get(market_id, f"@{market_id}")
        self.contract = 1.0
        self.is_named = False
        self.size_decimals: int | None = None
        self.instrument: Instrument | None = None
        self.history: History | None = None
        self.settled_ms = 0
        self._by_nonce = ChainedBook()
        self._by_offset = ChainedBook()
        self.is_synced = False
        self._trades: dict[int, None] = {}
        self._liquidations: dict[int, None] = {}

    @property
    def is_tradable(self) -> bool:
        return self.instrument is None or self.instrument.status != "delisted"

    def snapshot(self, book: wire.Book) -> None:
        self._by_nonce.last, self._by_offset.last = book.nonce, book.offset
        self.is_synced = True

    def link(self, book: wire.Book, at_ns: int) -> Verdict:
        """Nonces decide where both ends have them; the recordings of 2025 have offsets only."""
        if not self.is_synced:
            return Verdict.IGNORE
        nonce, offset = book.nonce, book.offset
        if nonce is not None and book.begin_nonce is not None and self._by_nonce.is_synced:
            verdict = self._by_nonce.delta(book.begin_nonce, nonce, at_ns)
        elif offset is not None and self._by_offset.is_synced:
            verdict = self._by_offset.delta(offset - 1, offset, at_ns)
        else:
            verdict = Verdict.GAP
        if verdict is Verdict.APPLY:
            self._by_nonce.last, self._by_offset.last = nonce, offset
        return verdict

    def lose(self) -> bool:
        """Wait for a snapshot; True if there was a book to lose."""
        was_synced, self.is_synced = self.is_synced, False
        return was_synced

    def is_new(self, trade_id: int, *, liquidation: bool) -> bool:
        """False for a fill that was told before: each subscription repeats the last hundred."""
        seen = self._liquidations if liquidation else self._trades
        if trade_id in seen:
            return False
        seen[trade_id] = None
        if len(seen) > self.KEPT_TRADES:
            del seen[next(iter(seen))]
        return True
