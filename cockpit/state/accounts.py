"""Positions and margin of the followed accounts, and how far they can be believed.

What a venue said last stays when the link is lost or the account cannot be read: it is marked
stale, never emptied, because a position that is not seen is not a position that is closed. What
the trader typed is kept apart and never becomes stale or fresh.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from cockpit.core.events import (
    AccountFill,
    AccountState,
    AccountStatus,
    FundingPayment,
    LinkState,
    Margin,
    Position,
)
from cockpit.core.units import HOUR_NS, NS_PER_S

Status = AccountStatus | Literal["waiting"]
AccountEvent = Position | Margin | AccountState | FundingPayment | AccountFill

STALE_AFTER_NS: Final = 60 * NS_PER_S
"""Venues are read at least every 30 s, or confirm every 10 s that nothing has changed."""
PAYMENTS_NS: Final = 31 * 24 * HOUR_NS
FILLS_KEPT: Final = 4_000
"""Of one account: a trader who takes more in a month asks a venue for its own record."""

Key = tuple[str, str]
"""Pool and symbol."""


class AccountBook:
    """One followed account: everything by pool and symbol, as it was stated last."""

    def __init__(self, venue: str, address: str, name: str = "") -> None:
        self.venue = venue
        self.address = address
        self.name = name
        self.status: Status = "waiting"
        self.reason = ""
        self.parts_known: int | None = None
        self.parts_wanted: int | None = None
        self.link: LinkState = "connecting"
        self.read_ns: int | None = None
        """When a position or a margin of it was stated last."""
        self._positions: dict[Key, Position] = {}
        self._margins: dict[str, Margin] = {}
        self._payments: dict[Key, dict[int, FundingPayment]] = {}
        self._fills: dict[tuple[Key, str], AccountFill] = {}

    def apply(self, event: AccountEvent) -> None:
        if isinstance(event, AccountState):
            self.status, self.reason = event.state, event.reason
            self.parts_known, self.parts_wanted = event.parts_known, event.parts_wanted
            if event.state in ("read", "flat"):
                self.read_ns = event.recv_ns
        elif isinstance(event, FundingPayment):
            self._pay(event)
        elif isinstance(event, AccountFill):
            self._fills[(event.pool, event.symbol), event.fill] = event
            while len(self._fills) > FILLS_KEPT:
                del self._fills[min(self._fills, key=lambda key: _stamp_ns(self._fills[key]))]
        else:
            self.read_ns = event.recv_ns
            if isinstance(event, Margin):
                self._margins[event.pool] = event
            elif event.size == 0.0:
                self._positions.pop((event.pool, event.symbol), None)
            else:
                self._positions[event.pool, event.symbol] = event

    def _pay(self, event: FundingPayment) -> None:
        paid = self._payments.setdefault((event.pool, event.symbol), {})
        paid[_stamp_ns(event)] = event
        if len(paid) % 256 == 0:
            oldest = max(paid) - PAYMENTS_NS
            for stamp in [stamp for stamp in paid if stamp < oldest]:
                del paid[stamp]

    @property
    def positions(self) -> list[Position]:
        """Open positions, by pool and symbol."""
        return [self._positions[key] for key in sorted(self._positions)]

    @property
    def margins(self) -> list[Margin]:
        """One a pool, by pool."""
        return [self._margins[pool] for pool in sorted(self._margins)]

    def paid_usd(self, pool: str, symbol: str, since_ns: int = 0) -> float | None:
        """The sum of the payments that are known; received is positive, None without any."""
        paid = self._payments.get((pool, symbol), {})
        sums = [payment.usd for stamp, payment in paid.items() if stamp >= since_ns]
        return sum(sums) if sums else None

    @property
    def tells_fills(self) -> bool:
        """Whether the venue told a trade of this address: then it tells every one."""
        return bool(self._fills)

    def payments(self, pool: str, symbol: str, since_ns: int = 0) -> list[FundingPayment]:
        """The payments of the last month that are known, oldest first."""
        paid = self._payments.get((pool, symbol), {})
        return [paid[stamp] for stamp in sorted(paid) if stamp >= since_ns]

    def fills(self, pool: str, symbol: str) -> list[AccountFill]:
        """What the venue said that the address traded there, oldest first."""
        found = [fill for (key, _), fill in self._fills.items() if key == (pool, symbol)]
        return sorted(found, key=lambda fill: (_stamp_ns(fill), fill.fill))

    def age_s(self, now_ns: int) -> float | None:
        """Seconds since it was read last; None if it never was."""
        return None if self.read_ns is None else max(0, now_ns - self.read_ns) / NS_PER_S

    def is_stale(self, now_ns: int) -> bool:
        """True when nothing here may be taken for the present."""
        if self.link != "live" or self.status not in ("read", "flat") or self.read_ns is None:
            return True
        return now_ns - self.read_ns > STALE_AFTER_NS


def _stamp_ns(event: FundingPayment | AccountFill) -> int:
    return event.recv_ns if event.venue_ns is None else event.venue_ns


class Accounts:
    """All followed accounts, and the positions that the trader typed."""

    def __init__(self) -> None:
        self._books: dict[tuple[str, str], AccountBook] = {}
        self._links: dict[str, LinkState] = {}
        self.manual: tuple[Position, ...] = ()

    def follow(self, accounts: Iterable[tuple[str, str, str]]) -> None:
        """Follow these (venue, address, name), in this order; others are forgotten."""
        before, self._books = self._books, {}
        for venue, address, name in accounts:
            book = before.get((venue, address)) or self._new(venue, address)
            book.name = name
            self._books[venue, address] = book

    def apply(self, event: AccountEvent) -> None:
        """One fact. An account that nobody asked for (a replay) is taken in when it speaks."""
        key = (event.venue, event.account)
        book = self._books.get(key)
        if book is None:
            book = self._books[key] = self._new(*key)
        book.apply(event)

    def _new(self, venue: str, address: str) -> AccountBook:
        book = AccountBook(venue, address)
        book.link = self._links.get(venue, "connecting")
        return book

    def link(self, venue: str, state: LinkState) -> None:
        """The venue's link changed: what was read stays, and is stale unless it is live."""
        self._links[venue] = state
        for book in self._books.values():
            if book.venue == venue:
                book.link = state

    def books(self) -> Sequence[AccountBook]:
        return list(self._books.values())
