"""dYdX funding payments of one account: from the newest page back to what is known.

Private to `dydx_account.py`, whose docstring has signs, units and evidence. The documentation names
the start of the span `afterOrAt`, the Indexer's own source reads `createdOnOrAfter`: both are sent,
and an Indexer that heeds neither, or no `page`, is not asked for ever.
"""

from collections.abc import Iterator, Sequence

import msgspec

from cockpit.core.events import FundingPayment, Reject
from cockpit.core.units import HOUR_NS, NS_PER_S, hour_floor_ns, utc
from cockpit.venues.contract import Fetch
from cockpit.venues.dydx import account_messages as wire
from cockpit.venues.dydx.instruments import NAME, symbol_of
from cockpit.venues.dydx.messages import ns_of
from cockpit.venues.kit import decoding, numbers
from cockpit.venues.kit.account_ledger import Ledger

AFTER_HOUR_NS = 120 * NS_PER_S
"""A job of the Indexer writes payments about a minute after the hour."""
HISTORY_NS = 30 * 24 * HOUR_NS
RETRY_NS = 300 * NS_PER_S
PAGE = 100


def after_the_hour(at_ns: int) -> int:
    """When the next hour's funding can be read."""
    return hour_floor_ns(at_ns - AFTER_HOUR_NS) + HOUR_NS + AFTER_HOUR_NS


class Paid:
    """What was asked for and told of one account, by parent subaccount."""

    def __init__(self, ledger: Ledger, address: str, at_ns: int) -> None:
        self._ledger = ledger
        self._address = address
        self._due_ns = at_ns
        self._start_ns = at_ns - HISTORY_NS
        self._known_ns: dict[int, int] = {}
        """Until when all is known."""
        self._newest_ns: dict[int, int] = {}
        self._page: dict[int, Sequence[msgspec.Raw]] = {}
        """The page before this one."""

    def again(self, at_ns: int) -> None:
        """There are other parents than before."""
        self._due_ns = at_ns

    def due(self, parents: Sequence[int], at_ns: int) -> Iterator[Fetch]:
        if at_ns < self._due_ns:
            return
        self._due_ns = at_ns + RETRY_NS
        for parent in parents:
            yield self._fetch(parent, 1)

    def answered(
        self, page: str, rows: Sequence[msgspec.Raw], at_ns: int
    ) -> Iterator[FundingPayment | Reject | Fetch]:
        """A page, `parent&number` as its request had it; empty where nobody knows."""
        stamps: list[int] = []
        for raw in reversed(rows):
            row = decoding.decode(wire.PAID, raw)
            usd = None if isinstance(row, str) else numbers.finite(row.payment)
            if isinstance(row, str) or usd is None:
                why = row if isinstance(row, str) else "no amount"
                yield decoding.reject(NAME, at_ns, f"funding payment: {why}", bytes(raw))
                continue
            stamps.append(ns_of(row.created_at))
            yield from self._ledger.payment(
                FundingPayment(
                    venue=NAME, recv_ns=at_ns, venue_ns=stamps[-1], symbol=symbol_of(row.ticker),
                    account=self._ledger.account, usd=usd, pool=str(row.subaccount_number),
                    size=numbers.finite(row.size), rate=numbers.finite(row.rate),
                )
            )  # fmt: skip
        parent, _, number = page.partition("&")
        if parent.isdecimal() and number.isdecimal():
            yield from self._next(int(parent), int(number), rows, stamps, at_ns)

    def _next(
        self,
        parent: int,
        number: int,
        rows: Sequence[msgspec.Raw],
        stamps: Sequence[int],
        at_ns: int,
    ) -> Iterator[Fetch]:
        """The page after this one, unless the beginning of the span is reached."""
        if number == 1:
            self._newest_ns[parent] = max(stamps, default=0)
            self._page.pop(parent, None)
        is_same = self._page.get(parent) == rows
        self._page[parent] = rows
        oldest_ns = min(stamps, default=0)
        if len(rows) >= PAGE and oldest_ns >= self._since_ns(parent) and not is_same:
            yield self._fetch(parent, number + 1)
            return
        self._page.pop(parent, None)
        self._known_ns[parent] = max(self._since_ns(parent), self._newest_ns.get(parent, 0))
        self._due_ns = after_the_hour(at_ns)

    def _since_ns(self, parent: int) -> int:
        return self._known_ns.get(parent, self._start_ns)

    def _fetch(self, parent: int, page: int) -> Fetch:
        """One page of what was paid to a parent and its children; the key says which."""
        since = f"{utc(self._since_ns(parent)):%Y-%m-%dT%H:%M:%SZ}"
        return Fetch(
            name="account",
            path=f"/v4/fundingPayments/parentSubaccount?address={self._address}"
            f"&parentSubaccountNumber={parent}&limit={PAGE}&page={page}"
            f"&afterOrAt={since}&createdOnOrAfter={since}",
            key=f"paid/{self._ledger.account}?{parent}&{page}",
            background=True,
        )
