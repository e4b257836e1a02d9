"""What a Lighter session remembers: markets, subscriptions, funding pages. Private to the venue.

Limits from https://apidocs.lighter.xyz/docs/rate-limits.
"""

from collections.abc import Iterable, Iterator

from cockpit.core.events import Instrument
from cockpit.core.units import HOUR_NS, HOUR_S, NS_PER_S
from cockpit.venues.contract import Fetch, Send
from cockpit.venues.kit.sequencing import APPLY, GAP, IGNORE, ChainedBook, Verdict
from cockpit.venues.lighter import messages as wire

LAST_PERP_ID = 254
DOCUMENTED_IDS = {0: "ETH", 1: "BTC", 2: "SOL", 24: "HYPE"}
"""Mainnet's documented ids, believed until the venue names them."""
THOUSANDS = {
    "1000BONK": "BONK",
    "1000FLOKI": "FLOKI",
    "1000PEPE": "PEPE",
    "1000SHIB": "SHIB",
    "1000TOSHI": "TOSHI",
}
"""Markets that count 1000 coins; any other name that begins with 1000 is just a name."""


class Outbox:
    """What is still to be said, no faster than the venue listens.

    The venue hears 200 messages a minute and 50 unanswered subscribes; 35 + 2.7 a second stays
    below the first, with room for pings.
    """

    MESSAGES, PER_S, IN_FLIGHT = 35.0, 2.7, 35
    OVERDUE_NS = 5 * NS_PER_S

    def __init__(self) -> None:
        self._queue: dict[str, tuple[str, ...]] = {}
        self._pending: dict[str, int] = {}
        self._target: tuple[str, ...] = ()
        self._left = self.MESSAGES
        self._at_ns = 0

    def aim(self, target: tuple[str, ...]) -> list[str]:
        """Subscribe to exactly these channels from now on; returns those that are left."""
        left = [channel for channel in self._target if channel not in target]
        for channel in left:
            self._pending.pop(channel, None)
            self._queue[channel] = ("unsubscribe",)
        for channel in target:
            if channel not in self._target:
                self._queue[channel] = ("subscribe",)
        self._target = target
        return left

    def again(self, channel: str) -> None:
        """Leave a channel and come back, for what only comes with a new subscription."""
        self._pending.pop(channel, None)
        self._queue[channel] = ("unsubscribe", "subscribe")

    def is_pending(self, channel: str) -> bool:
        return channel in self._pending

    def heard(self, channel: str) -> None:
        """The venue answered a subscription."""
        self._pending.pop(channel, None)

    def overdue_again(self, at_ns: int) -> None:
        """Ask again for what was asked too long ago."""
        for channel, since_ns in list(self._pending.items()):
            if at_ns - since_ns >= self.OVERDUE_NS:
                self.again(channel)

    def drain(self, at_ns: int) -> Iterator[Send]:
        earned = max(0, at_ns - self._at_ns) / NS_PER_S * self.PER_S
        self._left = min(self.MESSAGES, self._left + earned)
        self._at_ns = at_ns
        while self._queue and self._left >= 2.0 and len(self._pending) < self.IN_FLIGHT:
            channel = next(iter(self._queue))
            verbs = self._queue.pop(channel)
            self._left -= len(verbs)
            if "subscribe" in verbs:
                self._pending[channel] = at_ns
            for verb in verbs:
                yield Send(f'{{"type":"{verb}","channel":"{channel}"}}')


class History:
    """Which settled hours of a market are still to be fetched, newest first.

    How many rows a call may return is not documented, nor which ones where there are more: all
    that is missing is asked for at once, then what the answer left out at either end, until a
    call adds nothing.
    """

    ROWS = 30 * 24
    ROWS_AFTER_REFUSAL = 100
    """What the most careful of the known clients asks for."""
    AFTER_HOUR_NS = 45 * NS_PER_S
    RETRY_NS = 60 * NS_PER_S

    def __init__(self, at_ns: int) -> None:
        self._next_s = at_ns // HOUR_NS * HOUR_S - (self.ROWS - 1) * HOUR_S
        self._older: list[tuple[int, int]] = []
        """Missing spans before `_next_s`, both ends in s and inclusive; the newest is last."""
        self._asked: tuple[int, int] | None = None
        self._is_older_asked = False
        self._rows = self.ROWS
        self._due_ns = self._retry_ns = at_ns

    def fetch(self, market_id: int, at_ns: int) -> Fetch | None:
        """The next span to ask for, or None while waiting."""
        if self._asked is not None or at_ns < self._retry_ns:
            return None
        self._is_older_asked = at_ns < self._due_ns
        if not self._is_older_asked:
            start_s, end_s = self._next_s, at_ns // NS_PER_S
        elif self._older:
            start_s, end_s = self._older[-1]
        else:
            return None
        self._asked = start_s, end_s
        rows = min((end_s - start_s) // HOUR_S + 1, self._rows)
        return Fetch(
            name="funding_history",
            path=f"/api/v1/fundings?market_id={market_id}&resolution=1h"
            f"&start_timestamp={start_s}&end_timestamp={end_s}&count_back={rows}",
            key=str(market_id),
            background=True,
        )

    def answered(self, stamps_s: Iterable[int], at_ns: int) -> None:
        if self._asked is None:
            return
        (start_s, end_s), self._asked = self._asked, None
        inside = [stamp for stamp in stamps_s if start_s <= stamp <= end_s]
        if self._is_older_asked:
            self._older.pop()
        if inside and min(inside) >= start_s + HOUR_S:
            self._older.append((start_s, min(inside) - 1))
        is_short = bool(inside) and max(inside) + HOUR_S <= end_s
        if self._is_older_asked:
            if is_short:
                self._older.append((max(inside) + 1, end_s))
            return
        self._next_s = max(inside, default=self._next_s - 1) + 1
        if not is_short:
            settled_ns = at_ns - self.AFTER_HOUR_NS
            self._due_ns = (settled_ns // HOUR_NS + 1) * HOUR_NS + self.AFTER_HOUR_NS

    def failed(self, at_ns: int, status: int) -> None:
        """Ask again later: for fewer rows where the question itself may have been refused."""
        self._asked = None
        self._retry_ns = at_ns + self.RETRY_NS
        if status not in (0, 429) and status < 500:
            self._rows = self.ROWS_AFTER_REFUSAL


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
        self.settled_ns = 0
        self._by_nonce = ChainedBook()
        self._by_offset = ChainedBook()
        self.is_synced = False
        self._trades: dict[int, None] = {}
        self._liquidations: dict[int, None] = {}

    @property
    def is_tradable(self) -> bool:
        return self.instrument is None or self.instrument.status != "delisted"

    def start(self, book: wire.Book) -> None:
        """A whole book: the next message must follow it."""
        self._by_nonce.last, self._by_offset.last = book.nonce, book.offset
        self.is_synced = True

    def is_behind(self, book: wire.Book) -> bool:
        """Whether a whole book is older than what is known: a repeated message."""
        if not self.is_synced:
            return False
        if book.nonce is not None and self._by_nonce.last is not None:
            return book.nonce < self._by_nonce.last
        if book.offset is not None and self._by_offset.last is not None:
            return book.offset < self._by_offset.last
        return False

    def link(self, book: wire.Book, at_ns: int) -> Verdict:
        """Nonces decide where both ends have them; the recordings of 2025 have offsets only."""
        if not self.is_synced:
            return IGNORE
        nonce, offset = book.nonce, book.offset
        if nonce is not None and book.begin_nonce == self._by_nonce.last is not None:
            self._by_nonce.last, self._by_offset.last = nonce, offset
            return APPLY
        if nonce is not None and book.begin_nonce is not None and self._by_nonce.is_synced:
            verdict = self._by_nonce.delta(book.begin_nonce, nonce, at_ns)
        elif offset is not None and self._by_offset.is_synced:
            verdict = self._by_offset.delta(offset - 1, offset, at_ns)
        else:
            verdict = GAP
        if verdict is APPLY:
            self._by_nonce.last, self._by_offset.last = nonce, offset
        return verdict

    def lose(self) -> bool:
        """Wait for a snapshot; True if there was a book to lose."""
        was_synced, self.is_synced = self.is_synced, False
        return was_synced

    def is_new(self, trade_id: int, is_liquidation: bool) -> bool:
        """False for a fill that was told before: each subscription repeats the last hundred."""
        seen = self._liquidations if is_liquidation else self._trades
        if trade_id in seen:
            return False
        seen[trade_id] = None
        if len(seen) > self.KEPT_TRADES:
            del seen[next(iter(seen))]
        return True


class Markets:
    """Every market id that was ever mentioned, and what it is called."""

    def __init__(self) -> None:
        self._by_id: dict[int, Market] = {}
        self._by_text: dict[str, Market] = {}
        self._by_channel: dict[str, Market] = {}

    def __iter__(self) -> Iterator[Market]:
        return iter(self._by_id.values())

    def get(self, text: str) -> Market | None:
        """The perp market of an id as text; None for anything else."""
        known = self._by_text.get(text)
        if known is not None:
            return known
        if not (text.isascii() and text.isdigit() and len(text) <= 4):
            return None
        market_id = int(text)
        if market_id > LAST_PERP_ID:
            return None
        market = self._by_id.get(market_id)
        if market is None:
            market = self._by_id[market_id] = Market(market_id)
        self._by_text[text] = market
        return market

    def of(self, channel: str) -> Market | None:
        """The market of a channel as messages write it: `order_book:1`."""
        market = self._by_channel.get(channel)
        if market is None:
            market = self.get(channel.partition(":")[2])
            if market is not None:
                self._by_channel[channel] = market
        return market

    def wanted(self, symbols: tuple[str, ...]) -> list[Market]:
        """The tradable markets of these names. Guessed names do not count."""
        return [m for m in self if m.is_named and m.is_tradable and m.symbol in symbols]

    def name(self, market: Market, native: str) -> list[tuple[Market, str]]:
        """The venue says what an id is called; returns the markets whose symbol has to change.

        A guess that held the name gives it up. ValueError for an empty name.
        """
        if not native:
            raise ValueError("a market without a name")
        symbol = symbol_of(native)
        if market.is_named and market.symbol == symbol:
            return []
        changes = [
            (other, f"@{other.id}")
            for other in self
            if other is not market and other.symbol == symbol and not other.is_named
        ]
        if market.symbol != symbol:
            changes.append((market, symbol))
        market.contract = 1000.0 if native in THOUSANDS else 1.0
        market.is_named = True
        return changes


def symbol_of(native: str) -> str:
    """The cross-venue name of one of the venue's own."""
    return THOUSANDS.get(native, native)
