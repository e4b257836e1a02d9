"""What venues share when they read accounts: what was told of one, so that changes show.

A venue lists the positions that are open; that one is closed is said by its absence. The ledger
remembers what it told of each pool and tells the closing. It outlives connections: a position that
was closed while the link was down is told so by the first list after it.
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from cockpit.core.account import mask
from cockpit.core.events import (
    AccountFill,
    AccountState,
    AccountStatus,
    FundingPayment,
    Margin,
    Position,
)
from cockpit.core.units import HOUR_NS
from cockpit.venues.kit.decoding import printable
from cockpit.venues.kit.dedupe import Seen

PAYMENTS_NS = 31 * 24 * HOUR_NS
MAX_REASON_CHARS = 200
FILLS_REMEMBERED = 4_096
Parts = tuple[int, int]
"""How many parts of an account have answered, and how many there are."""


class Ledger:
    """One followed account of one venue."""

    def __init__(self, venue: str, account: str) -> None:
        self.venue = venue
        self.account = account
        self.is_known = False
        """Whether the venue has ever shown this account."""
        self._open: dict[str, set[str]] = {}
        self._backed: set[str] = set()
        """Pools of which a margin was told."""
        self._told: AccountState | None = None
        self._paid: dict[tuple[str, str, int], float] = {}
        """What was told, by key: USD."""
        self._held: dict[tuple[str, str, int], FundingPayment] = {}
        self._fills = Seen(FILLS_REMEMBERED)

    def whole(self, pool: str, positions: Iterable[Position], at_ns: int) -> Iterator[Position]:
        """Every open position of a pool; those that are open no longer are told closed first."""
        rows = {row.symbol: row for row in positions if row.size != 0.0}
        for symbol in sorted(self._open.get(pool, set()) - set(rows)):
            yield self._closed(pool, symbol, at_ns)
        if rows or pool in self._open:
            self._open[pool] = set(rows)
        yield from rows.values()

    def pools(
        self, positions: Iterable[Position], margins: Iterable[Margin], at_ns: int
    ) -> Iterator[Position | Margin]:
        """All pools as they were read together, each told as `whole`, then its margin.

        One that is no more is told empty, so that its equity is not counted any longer. ValueError
        as of `checked`, and where two have one name, before anything is told.
        """
        rows: dict[str, list[Position]] = {}
        for position in checked(positions):
            rows.setdefault(position.pool, []).append(position)
        told: dict[str, Margin] = {}
        for margin in margins:
            if told.setdefault(margin.pool, margin) is not margin:
                raise ValueError(f"two pools are called {margin.pool!r:.40}")
        others = rows.keys() | self._open.keys() | self._backed
        for pool in [*told, *sorted(others - told.keys())]:
            yield from self.whole(pool, rows.get(pool, ()), at_ns)
            if pool in told:
                yield told[pool]
            elif pool in self._backed:
                yield Margin(
                    venue=self.venue, recv_ns=at_ns, account=self.account, pool=pool, equity=0.0,
                    used=0.0, available=0.0, maintenance=0.0, cross_equity=0.0,
                )  # fmt: skip
        self._backed = set(told)

    def change(self, position: Position) -> Iterator[Position]:
        """One position that changed; one that was never open need not be told closed."""
        symbols = self._open.setdefault(position.pool, set())
        if position.size != 0.0:
            symbols.add(position.symbol)
            yield position
        elif position.symbol in symbols:
            symbols.discard(position.symbol)
            yield self._closed(position.pool, position.symbol, position.recv_ns)

    def state(
        self, state: AccountStatus, at_ns: int, reason: str = "", parts: Parts | None = None
    ) -> Iterator[AccountState]:
        """The account's state, if it is not what was told last."""
        reason = printable(mask(reason[: 2 * MAX_REASON_CHARS]))[:MAX_REASON_CHARS]
        self.is_known = self.is_known or state in ("read", "flat")
        known, wanted = parts or (None, None)
        told = AccountState(
            venue=self.venue, recv_ns=at_ns, account=self.account, state=state, reason=reason,
            parts_known=known, parts_wanted=wanted,
        )  # fmt: skip
        if self._told is None or replace(self._told, recv_ns=at_ns) != told:
            self._told = told
            yield told

    def missing(self, at_ns: int, reason: str) -> Iterator[AccountState]:
        """The venue has no such account: it never had, or it has lost it."""
        if not self.is_known:
            yield from self.state("unknown", at_ns, reason)
            return
        words = f"the venue knows this account no longer ({reason}): shown is what was last read"
        yield from self.state("gone", at_ns, words)

    def payment(self, payment: FundingPayment) -> Iterator[FundingPayment]:
        """A payment, unless just that was told before: streams and histories overlap.

        One of another amount at the same stamp corrects what was told.
        """
        key = _payment_key(payment)
        if self._paid.get(key) == payment.usd:
            return
        self._paid[key] = payment.usd
        while self._paid and next(iter(self._paid))[2] < payment.recv_ns - PAYMENTS_NS:
            del self._paid[next(iter(self._paid))]
        yield payment

    def is_paid(self, payment: FundingPayment) -> bool:
        """Whether a payment at this stamp was told, of whatever amount."""
        return _payment_key(payment) in self._paid

    def hold(self, page: Iterable[FundingPayment]) -> None:
        """Keep what a page has until its reading is whole: a part of what was paid is no sum."""
        self._held |= {_payment_key(row): row for row in page}

    def release(self, pool: str, at_ns: int) -> Iterator[FundingPayment]:
        """What was held of a pool, the oldest first: its reading has come to its end, and only now
        is a part of it known."""
        for key in sorted(key for key in self._held if key[0] == pool):
            yield from self.payment(replace(self._held.pop(key), recv_ns=at_ns))

    def fill(self, fill: AccountFill) -> Iterator[AccountFill]:
        """A fill, unless it was told before: streams begin with what was, histories overlap."""
        if self._fills.is_new((fill.pool, fill.symbol, fill.fill)):
            yield fill

    def _closed(self, pool: str, symbol: str, at_ns: int) -> Position:
        return Position(
            venue=self.venue, recv_ns=at_ns, symbol=symbol, account=self.account, pool=pool,
            size=0.0,
        )  # fmt: skip


def checked(positions: Iterable[Position]) -> list[Position]:
    """The positions. ValueError where two of one pool are of one market: one would hide the other,
    and half of what is held would pass for all of it."""
    rows = list(positions)
    held = [(row.pool, row.symbol) for row in rows if row.size != 0.0]
    twice = [symbol for pool, symbol in held if held.count((pool, symbol)) > 1]
    if twice:
        raise ValueError(f"two positions in {twice[0]}")
    return rows


def failure(problem: str, retry_s: float) -> str:
    """A failed read in words for the trader."""
    return f"not read: {problem}; asked again within {retry_s:.0f} s"


def _payment_key(payment: FundingPayment) -> tuple[str, str, int]:
    return payment.pool, payment.symbol, payment.venue_ns or payment.recv_ns
