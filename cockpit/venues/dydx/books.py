"""dYdX books: snapshots and deltas uncrossed for display, and checked against REST.

Private to `dydx.py`.
"""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import quote

from cockpit.core.events import BookDelta, BookReset, BookSnapshot, Levels
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Fetch, Frame, Output, Reply
from cockpit.venues.dydx.instruments import NAME, symbol_of
from cockpit.venues.dydx.messages import Book as RestBook
from cockpit.venues.dydx.messages import Change, Level, Message, Subscribed, Update
from cockpit.venues.dydx.subscriptions import ORDERBOOK, Subscriptions
from cockpit.venues.kit import decoding, numbers, polling
from cockpit.venues.kit.uncrossing import Uncrossed

COMPARE_EVERY_S = 5.0
"""One book in turn; a dozen books are each looked at once a minute."""
LOOK_AGAIN_NS = 3 * NS_PER_S
"""Longer than REST's cache of 1 s and a batch of 250 ms together."""
CORRECTIONS_NS = 60 * NS_PER_S
"""Between two corrections of one book: the two sources may disagree for longer than we like."""
_HELD_FRAMES = 1000

Changes = list[tuple[Levels, Levels]]
Difference = tuple[int, float, float, float]
"""Side (0 bids), price, our size, REST's size."""


class Books:
    """The books of one link."""

    def __init__(self, link: Subscriptions) -> None:
        self._link = link
        self._books: dict[str, Book] = {}
        self._compare = polling.Every(COMPARE_EVERY_S, wait_first=True)
        self._compared = 0

    def clear(self) -> None:
        self._books.clear()

    def keep(self, tickers: Collection[str], at_ns: int) -> Iterator[Output]:
        """Drop the books that were subscribed and are no longer watched."""
        for ticker in [t for t in self._books if t not in tickers and (ORDERBOOK, t) in self._link]:
            yield from self._books.pop(ticker).lose("no longer watched", at_ns)

    def whole(self, message: Subscribed, frame: Frame) -> Iterator[Output]:
        """A snapshot; one that is older than the book is a repetition."""
        book, contents = self._book(message.id), message.contents
        if message.message_id <= book.number and self._link.is_open:
            return
        bids, asks = levels_of(contents.bids), levels_of(contents.asks)
        if bids is None or asks is None:
            yield decoding.reject(NAME, frame.at_ns, "insane level", frame.data)
            yield from self.lose(message.id, "insane level", frame.at_ns)
            return
        self._link.answered((ORDERBOOK, message.id))
        yield from book.snapshot(bids, asks, message.message_id, frame.at_ns)

    def updates(
        self, message: Message, updates: Sequence[Update[Change]], frame: Frame
    ) -> Sequence[Output]:
        book = self._books.get(message.id) or self._book(message.id)
        if message.message_id <= book.number and self._link.is_open:
            return ()
        changes: Changes = [(update.bids, update.asks) for update in updates]
        delta = book.delta(changes, message.message_id, frame.at_ns)
        return () if delta is None else (delta,)

    def lose(self, ticker: str, reason: str, at_ns: int) -> Iterator[Output]:
        """Say that a book is unknown, and ask for it again."""
        yield from self._book(ticker).lose(reason, at_ns)
        yield from self._link.again((ORDERBOOK, ticker), at_ns)

    def lose_all(self, reason: str, at_ns: int) -> Iterator[Output]:
        for ticker in [ticker for ticker, book in self._books.items() if book.is_synced]:
            yield from self.lose(ticker, reason, at_ns)

    def looks(self, at_ns: int) -> Iterator[Fetch]:
        """Compare with REST: second looks when they are due, and the next book in turn."""
        synced = [t for t, b in self._books.items() if b.is_synced and (ORDERBOOK, t) in self._link]
        for ticker in synced:
            look_ns = self._books[ticker].look_again_ns
            if look_ns is not None and at_ns >= look_ns:
                self._books[ticker].look_again_ns = None
                yield _fetch(ticker)
        if synced and self._compare.due(at_ns):
            self._compared += 1
            yield _fetch(synced[self._compared % len(synced)])

    def compared(self, ticker: str, rest: RestBook, reply: Reply) -> Iterator[Output]:
        """REST's book: a check of ours; without a link (an edited tape) the only one there is."""
        at_ns = reply.at_ns
        bids, asks = levels_of(rest.bids), levels_of(rest.asks)
        if bids is None or asks is None:
            yield decoding.reject(NAME, at_ns, "insane level", reply.body)
            return
        book = self._book(ticker)
        if book.is_synced:
            if book.disagrees(bids, asks, at_ns):
                yield from self.lose(ticker, "REST has another book", at_ns)
        elif not self._link.is_open:
            yield book.picture(bids, asks, at_ns)

    def _book(self, ticker: str) -> "Book":
        book = self._books.get(ticker)
        if book is None:
            book = self._books[ticker] = Book(ticker)
        return book


class Book:
    """One market's book. Deltas that come before the snapshot wait for it."""

    __slots__ = (
        "_corrected_ns", "_held", "_levels", "_suspects", "is_synced",
        "look_again_ns", "number", "symbol",
    )  # fmt: skip

    def __init__(self, ticker: str) -> None:
        self.symbol = symbol_of(ticker)
        self.is_synced = False
        self.look_again_ns: int | None = None
        self._levels = Uncrossed()
        self._held: deque[tuple[int, Changes]] = deque(maxlen=_HELD_FRAMES)
        self.number = -1
        """Of the snapshot that we have: a message that is not above it is old."""
        self._suspects: set[Difference] = set()
        self._corrected_ns: int | None = None

    def snapshot(
        self, bids: Levels, asks: Levels, number: int, at_ns: int
    ) -> Iterator[BookSnapshot | BookDelta]:
        """The whole book, then what was held and is newer."""
        yield self.picture(bids, asks, at_ns)
        self.is_synced = True
        self.number = number
        self._suspects.clear()
        self.look_again_ns = None
        held = sorted(self._held, key=lambda item: item[0])
        self._held.clear()
        for held_number, changes in held:
            delta = self.delta(changes, held_number, at_ns) if held_number > number else None
            if delta is not None:
                yield delta

    def picture(self, bids: Levels, asks: Levels, at_ns: int) -> BookSnapshot:
        """A whole book that no stream continues."""
        shown_bids, shown_asks = self._levels.snapshot(bids, asks, at_ns)
        return BookSnapshot(
            venue=NAME, recv_ns=at_ns, symbol=self.symbol, bids=shown_bids, asks=shown_asks
        )

    def delta(self, changes: Changes, number: int, at_ns: int) -> BookDelta | None:
        if not self.is_synced:
            self._held.append((number, changes))
            return None
        bids, asks = self._levels.delta(changes, at_ns)
        return BookDelta(venue=NAME, recv_ns=at_ns, symbol=self.symbol, bids=bids, asks=asks)

    def lose(self, reason: str, at_ns: int) -> Iterator[BookReset]:
        """Unknown until the next snapshot; says so once."""
        if self.is_synced:
            self.is_synced = False
            yield BookReset(venue=NAME, recv_ns=at_ns, symbol=self.symbol, reason=reason)

    def disagrees(self, bids: Levels, asks: Levels, at_ns: int) -> bool:
        """Whether REST has said twice, `LOOK_AGAIN_NS` apart, the same thing that we do not say.

        A first difference may be a matter of moments: it asks for a second look.
        """
        ours = self._levels.shown()
        found = _differences(0, ours[0], bids) | _differences(1, ours[1], asks)
        if self._suspects:
            again = found & self._suspects
            self._suspects.clear()
            if not again:
                return False
            last_ns = self._corrected_ns
            if last_ns is not None and at_ns - last_ns < CORRECTIONS_NS:
                return False
            self._corrected_ns = at_ns
            return True
        if found:
            self._suspects = found
            self.look_again_ns = at_ns + LOOK_AGAIN_NS
        return False


def levels_of(rows: Sequence[Level] | None) -> Levels | None:
    """A snapshot's side, or None if it is missing or a level is insane."""
    if rows is None:
        return None
    levels = tuple([(row.price, row.size) for row in rows])
    return levels if numbers.sane_levels(levels) else None


def _differences(side: int, ours: Levels, theirs: Levels) -> set[Difference]:
    """Where two sides differ, as deep as REST reaches."""
    if not theirs:
        return set()
    mine, other = dict(ours), dict(theirs)
    worst = min(other) if side == 0 else max(other)
    return {
        (side, price, mine.get(price, 0.0), other.get(price, 0.0))
        for price in mine.keys() | other.keys()
        if (price >= worst if side == 0 else price <= worst) and mine.get(price) != other.get(price)
    }


def _fetch(ticker: str) -> Fetch:
    path = f"/v4/orderbooks/perpetualMarket/{quote(ticker, safe='')}"
    return Fetch(name="book", path=path, key=ticker)
