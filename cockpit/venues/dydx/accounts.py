"""dYdX accounts by public address: positions, collateral, payments, trades. Read only.

| channel or endpoint | kind | means | we emit | evidence |
|---|---|---|---|---|
| v4_parent_subaccounts, v4_subaccounts | subscribed | the whole account, its children | Position, Margin | [1], recording |
| | data, batch | changed positions and collateral | Position, Margin | [1], recording |
| addresses/… | account | the same; which subaccounts exist | Position, Margin | [3], recording |
| | data, batch | what was traded | AccountFill | [1], recording |
| fundingPayments/parentSubaccount | account | what was paid, newest first | FundingPayment | [3] |
| fills/parentSubaccountNumber | account | what was traded, newest first | AccountFill | [3], recording |

[1] and [3] as in the package's docstring. A trader writes `dydx1…` (every subaccount) or `dydx1…/0` (that one
and its children: an isolated position lives in subaccount 128, 256, …). Each subaccount is a pool
of its own. Updates carry no equity: it is USDC (a SHORT is a debt) plus size times oracle, and
what must be kept is the sum of size times oracle times the market's fraction, so both are worked
out anew as the oracle moves. The venue names no leverage and no liquidation price. `payment` and
`netFunding` are minus size times the change of the funding index: positive is received. An account
that does not exist is `{}` here and 404 there. An update says what changed and may leave the rest
out; funding of an hour is in none until the subaccount is touched, but in what REST says at once.
"""  # noqa: E501

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Raw, UnsetType

from cockpit.core.account import normal_address
from cockpit.core.events import AccountFill, FundingPayment, Reject
from cockpit.venues.contract import Frame, Output, Reply
from cockpit.venues.dydx import messages as wire
from cockpit.venues.dydx.account import Account
from cockpit.venues.dydx.addresses import CHILDREN
from cockpit.venues.dydx.connection import PARENTS
from cockpit.venues.dydx.history import fill, payment
from cockpit.venues.dydx.mapper import VENUE
from cockpit.venues.dydx.rest import FILLS, PAYMENTS, answer_of, ask_fills, ask_payments
from cockpit.venues.dydx.subaccounts import Terms
from cockpit.venues.kit.backfill import Backfill, Plan
from cockpit.venues.kit.decoding import reject, rejects
from cockpit.venues.kit.numbers import Odd

_ID = re.compile(r"([a-z]+1[0-9a-z]+)(?:/([0-9]{1,6}))?")
"""Early recordings are of addresses of another prefix."""


class Accounts:
    """All followed accounts, and what was paid to them."""

    def __init__(self, accounts: Sequence[str], terms: Terms) -> None:
        self._terms = terms
        self._followed: dict[str, Account] = {}
        self._addresses: set[str] = set()
        """All that were ever wanted: what is still on its way about them is let go."""
        self._payments = Backfill(PAYMENTS, ask_payments)
        self._fills = Backfill(FILLS, ask_fills)
        self._page: dict[str, Sequence[Raw]] = {}
        """The rows of the page before, by key: an Indexer that heeds no `page` repeats them."""
        self._follow(accounts)

    # --- a part ---------------------------------------------------------------------------------

    def opened(self, link: str, at_ns: int) -> Sequence[Output]:
        return ()

    def closed(self, link: str) -> None:
        for account in self._followed.values():
            account.forget()

    def tick(self, at_ns: int) -> Sequence[Output]:
        """Figures that moved with the oracle, and questions that are due."""
        out: list[Output] = [*self._payments.tick(at_ns), *self._fills.tick(at_ns)]
        for account in self._wanted:
            out += account.tick(at_ns)
        return out

    def want(self, accounts: Sequence[str], at_ns: int) -> Sequence[Output]:
        """Follow exactly these."""
        self._follow(accounts)
        keys = [f"{account.name}?{parent}" for account, parent in self._parents]
        return [*self._payments.want(keys, at_ns), *self._fills.want(keys, at_ns)]

    def _follow(self, accounts: Sequence[str]) -> None:
        names = dict.fromkeys(map(normal_address, accounts))
        self._addresses.update(name.partition("/")[0] for name in names)
        if not self._is_bare:
            known = self._followed
            self._followed = {n: known.get(n) or Account(n, self._terms) for n in names}

    @property
    def _is_bare(self) -> bool:
        """Whether nobody was ever wanted: of a bare recording every account is told."""
        return not self._addresses

    @property
    def _wanted(self) -> list[Account]:
        return [] if self._is_bare else list(self._followed.values())

    @property
    def _parents(self) -> list[tuple[Account, int]]:
        return [(account, parent) for account in self._wanted for parent in account.parents]

    def keys(self) -> list[str]:
        """The subscriptions that are needed."""
        return [f"{PARENTS} {account.address}/{parent}" for account, parent in self._parents]

    def lost(self, at_ns: int) -> None:
        """A message of the connection is missing: what it said may have been about any account."""
        for account in self._followed.values():
            account.lost(at_ns)

    # --- whose ----------------------------------------------------------------------------------

    def _about(self, id: str) -> list[Account]:
        """Whose account `address/number` is. In a bare recording everybody's is followed."""
        found = _ID.fullmatch(normal_address(id))
        if found is None:
            return []
        address = named = found[1]
        if found[2]:
            named = f"{address}/{int(found[2]) % CHILDREN}"
        if self._is_bare:
            return [self._followed.setdefault(named, Account(named, self._terms))]
        names = dict.fromkeys((named, address))
        return [self._followed[name] for name in names if name in self._followed]

    def _whose(self, name: str, said: str) -> list[Account]:
        """Who was asked about; else whom the answer names; else the only one that is followed."""
        if name in self._followed:
            return [self._followed[name]]
        for id in filter(None, (name, said)):
            # What is said of a whole address is about each part of it that is followed.
            parts = [one for one in self._wanted if id == one.address]
            if about := parts or self._about(id):
                return about
        is_plain = not name and not said and len(self._followed) == 1
        return list(self._followed.values()) if is_plain else []

    # --- frames ---------------------------------------------------------------------------------

    def frame(
        self, message: wire.Subscribed | wire.Data | wire.Batch, frame: Frame
    ) -> Iterator[Output]:
        """A message of one of the accounts' channels."""
        at_ns, about = frame.at_ns, self._about(message.id)
        address, _, text = normal_address(message.id).partition("/")
        followed = {account.address for account in self._followed.values()}
        if not about and address not in self._addresses - followed:
            yield reject(VENUE, at_ns, "account: a message about nobody", frame.data)
        number = int(text) if about and text else 0
        try:
            for account in about:
                if isinstance(message, wire.Subscribed):
                    yield from account.subscribed(number, message.contents, at_ns)
                    continue
                updates = message.contents
                updates = updates if isinstance(updates, list) else [updates]
                child = number if message.child is None else message.child
                yield from account.changed(child, updates, at_ns)
        except ValueError as error:
            yield reject(VENUE, at_ns, f"account: {error}", frame.data)
            yield from self.misheard(message.id, at_ns)

    def misheard(self, id: str, at_ns: int) -> Iterator[Output]:
        """A message about `address/number` could not be used: its figures are not trusted."""
        for account in [] if self._is_bare else self._about(id):
            yield from account.misheard(at_ns)

    # --- replies --------------------------------------------------------------------------------

    def reply(self, reply: Reply) -> Sequence[Output]:
        """An answer about the account in its key; without a key, by what it says."""
        question, _, name = reply.key.partition("/")
        if question not in ("look", "paid", "fills"):
            question, name = "", reply.key
        if question == "paid" or (not question and '"fundingPayments"' in reply.body):
            return list(self._paid(name, reply))
        if question == "fills" or (not question and '"fills"' in reply.body):
            return list(self._traded(name, reply))
        return list(self._looked(name, reply))

    def _looked(self, name: str, reply: Reply) -> Iterator[Output]:
        at_ns, answer = reply.at_ns, answer_of(wire.ACCOUNT, reply)
        problem = "the answer was not understood" if reply.status == 200 else str(answer)
        try:
            if isinstance(answer, str):
                raise ValueError(answer)
            about = self._whose(name, _named(answer))
            if not about and not name:
                yield reject(VENUE, at_ns, "account: an answer about nobody", reply.body)
            for account in about:
                yield from account.found(answer, at_ns)
        except ValueError as error:
            reason = f"account: {error}" if reply.status == 200 else problem
            yield reject(VENUE, at_ns, reason, reply.body)
            for account in self._whose(name, ""):
                yield from account.unanswered(problem, reply.status, at_ns)

    def _paid(self, page: str, reply: Reply) -> Iterator[Output]:
        """A page of what was paid, `account?parent&number` as its request had it."""
        answer = answer_of(wire.PAYMENTS, reply)
        rows = answer if isinstance(answer, str) else answer.funding_payments
        kind = _Page(self._payments, PAYMENTS, "funding payments", payment)
        yield from self._paged(kind, page, rows, reply)

    def _traded(self, page: str, reply: Reply) -> Iterator[Output]:
        """A page of what was traded, keyed in the same way."""
        answer = answer_of(wire.FILLS, reply)
        rows = answer if isinstance(answer, str) else answer.fills
        yield from self._paged(_Page(self._fills, FILLS, "fills", fill), page, rows, reply)

    def _paged(
        self, kind: "_Page", page: str, rows: Sequence[Raw] | str, reply: Reply
    ) -> Iterator[Output]:
        """Rows, newest first, or why there are none; nobody's where the page names no account."""
        at_ns = reply.at_ns
        key, _, number = page.rpartition("&")
        if isinstance(rows, str):
            kind.backfill.failed(key, at_ns)
            yield reject(VENUE, at_ns, f"{kind.words}: {rows}", reply.body)
            return
        name = page.partition("?")[0]
        about = self._whose(name, "")
        if not about and not name:
            yield reject(VENUE, at_ns, f"{kind.words}: of nobody", reply.body)
        stamps_ns: list[int] = []
        for account in about:
            stamps_ns = []
            for raw in reversed(rows):
                odd = Odd()
                fact = kind.read(raw, account.name, at_ns, odd)
                yield from rejects(VENUE, at_ns, kind.words, odd, bytes(raw))
                if isinstance(fact, Reject):
                    yield fact
                    continue
                stamps_ns.append(fact.venue_ns or at_ns)
                if isinstance(fact, AccountFill):
                    yield from account.ledger.fill(fact)
                else:
                    yield from account.ledger.payment(fact)
        memory = f"{kind.words} {key}"
        is_full = len(rows) == kind.plan.rows and self._page.get(memory) != rows
        self._page[memory] = rows if is_full else ()
        cursor = str(int(number) + 1) if is_full and number.isdecimal() else None
        yield from kind.backfill.answered(key, stamps_ns, at_ns, cursor)


class _Page(NamedTuple):
    """How one kind of row is paged and read."""

    backfill: Backfill
    plan: Plan
    words: str
    read: Callable[[Raw, str, int, Odd], FundingPayment | AccountFill | Reject]


def _named(answer: wire.Account) -> str:
    """`address/parent` or, of a whole address, `address`; empty where it does not say.

    ValueError for a body that is about no account: it does not say that there is none.
    """
    one = answer.subaccount
    if not isinstance(one, UnsetType):
        address = one.address or next((row.address for row in one.rows if row.address), "")
        return f"{address}/{one.number % CHILDREN}" if address else ""
    if answer.subaccounts is None:
        raise ValueError("neither a subaccount nor a list of them")
    return next((row.address for row in answer.subaccounts if row.address), "")
