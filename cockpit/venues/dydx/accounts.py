"""dYdX accounts by public address: positions, collateral, funding payments. Read only.

| channel or endpoint | kind | means | we emit | evidence |
|---|---|---|---|---|
| v4_parent_subaccounts, v4_subaccounts | subscribed | the whole account, its children | Position, Margin | [1], recording |
| | data, batch | changed positions and collateral | Position, Margin | [1], recording |
| addresses/… | account | the same; which subaccounts exist | Position, Margin | [3], recording |
| fundingPayments/parentSubaccount | account | what was paid, newest first | FundingPayment | [3] |

[1] and [3] as in `dydx.py`. A trader writes `dydx1…` (every subaccount) or `dydx1…/0` (that one
and its children: an isolated position lives in subaccount 128, 256, …). Each subaccount is a pool
of its own. Updates carry no equity: it is USDC (a SHORT is a debt) plus size times oracle, and
what must be kept is the sum of size times oracle times the market's fraction, so both are worked
out anew as the oracle moves. The venue names no leverage and no liquidation price. `payment` and
`netFunding` are minus size times the change of the funding index: positive is received. An account
that does not exist is `{}` here and 404 there. An update says what changed and may leave the rest
out; funding of an hour is in none until the subaccount is touched, but in what REST says at once.
"""  # noqa: E501

import re
from collections.abc import Iterator, Sequence

from cockpit.core.account import normal_address
from cockpit.core.events import AccountState, FundingPayment, Margin, Position
from cockpit.venues.contract import Frame, Output, Reply
from cockpit.venues.dydx import account_messages as wire
from cockpit.venues.dydx.account_state import ACCOUNT, Followed
from cockpit.venues.dydx.addresses import bech32_problem
from cockpit.venues.dydx.instruments import NAME
from cockpit.venues.dydx.messages import REFUSAL
from cockpit.venues.dydx.subaccounts import CHILDREN, Terms
from cockpit.venues.kit import decoding

KINDS: frozenset[type] = frozenset({Position, Margin, AccountState, FundingPayment})
PARENTS, SUBACCOUNTS = "v4_parent_subaccounts", "v4_subaccounts"
CHANNELS = frozenset({PARENTS, SUBACCOUNTS})
NAMES = frozenset({ACCOUNT, "funding_payments"})
LOOK, PAID = "look", "paid"
_ID = re.compile(r"([a-z]+1[0-9a-z]+)(?:/([0-9]{1,6}))?")
"""Early recordings are of addresses of another prefix."""


def check_address(text: str) -> str | None:
    """What is wrong with `dydx1…` or `dydx1…/0`, or None."""
    address, slash, number = text.partition("/")
    if slash and not (number.isascii() and number.isdigit() and int(number) < CHILDREN):
        return f"subaccount {number[:8]!r} is not a number from 0 to {CHILDREN - 1}"
    problem = bech32_problem(address, NAME, 32)
    return None if problem is None else f"the address {problem}"


class Accounts:
    """All followed accounts."""

    def __init__(self, accounts: Sequence[str], terms: Terms) -> None:
        self._terms = terms
        self._wanted = tuple(dict.fromkeys(map(normal_address, accounts)))
        self._dropped: set[str] = set()
        """Followed before: what is still on its way about them is let go."""
        self._followed: dict[str, Followed] = {}
        self._is_open = False

    # --- life -----------------------------------------------------------------------------------

    def keys(self) -> list[tuple[str, str]]:
        """The subscriptions that are needed, as (channel, id)."""
        each = [
            self._followed.get(account) or Followed(account, self._terms, 0)
            for account in self._wanted
        ]
        return [(PARENTS, f.key(parent)) for f in each for parent in f.parents]

    def opened(self, *, is_open: bool) -> None:
        self._is_open = is_open
        for followed in self._followed.values():
            followed.opened()

    def lost(self) -> None:
        """A message of the connection is missing: what it said may have been about any account."""
        for followed in self._followed.values():
            followed.lost()

    def want(self, accounts: Sequence[str]) -> None:
        before = {*self._wanted, *self._dropped}
        self._wanted = tuple(dict.fromkeys(map(normal_address, accounts)))
        self._dropped = before - set(self._wanted)
        self._followed = {a: f for a, f in self._followed.items() if a in self._wanted}

    def tick(self, at_ns: int) -> Iterator[Output]:
        """Figures that moved with the oracle, and questions that are due."""
        if self._is_open:
            for account in self._wanted:
                yield from self._of(account, at_ns).tick(at_ns)

    def _of(self, account: str, at_ns: int) -> Followed:
        if account not in self._followed:
            self._followed[account] = Followed(account, self._terms, at_ns)
        return self._followed[account]

    def _about(self, id: str, at_ns: int) -> list[Followed]:
        """Whose account `address/number` is. In a bare recording a stranger's is its own."""
        found = _ID.fullmatch(normal_address(id))
        if found is None:
            return []
        address, parent = found[1], int(found[2] or 0) % CHILDREN
        named = f"{address}/{parent}" if found[2] else address
        known = [account for account in (named, address) if account in self._wanted]
        if not known and not self._is_strange(address, named):
            known = [named]
        return [self._of(account, at_ns) for account in known]

    def _is_strange(self, address: str, named: str) -> bool:
        """Whether an account that is not followed had better not be taken for one that is."""
        if not self._dropped.isdisjoint((address, named)):
            return True
        ours = {account.partition("/")[0] for account in self._wanted}
        return bool(ours) and (address in ours or check_address(address) is not None)

    # --- frames ---------------------------------------------------------------------------------

    def frame(self, frame: Frame) -> Iterator[Output]:
        """A message of one of `CHANNELS`."""
        at_ns = frame.at_ns
        message = decoding.decode(wire.MESSAGE, frame.data)
        if isinstance(message, str):
            yield decoding.reject(NAME, at_ns, f"account: {message}", frame.data)
            named = decoding.decode(wire.NAMED, frame.data)
            if not isinstance(named, str):
                yield from self.misheard(named.id, at_ns)
            return
        about = self._about(message.id, at_ns)
        if not about and not self._was_followed(message.id):
            yield decoding.reject(NAME, at_ns, "account: a message about nobody", frame.data)
        try:
            for followed in about:
                number = _number(message.id)
                if isinstance(message, wire.Subscribed):
                    yield from followed.subscribed(number, message.contents, at_ns)
                    continue
                updates = message.contents
                if not isinstance(updates, list):
                    updates = [updates]
                child = message.subaccount_number
                yield from followed.changed(number if child is None else child, updates, at_ns)
        except ValueError as error:
            yield decoding.reject(NAME, at_ns, f"account: {error}", frame.data)
            yield from self.misheard(message.id, at_ns)

    def misheard(self, id: str, at_ns: int) -> Iterator[Output]:
        """A message about `address/number` could not be used: its figures are not trusted."""
        for followed in self._about(id, at_ns):
            if followed.account in self._wanted:
                yield from followed.misheard(at_ns)

    def _was_followed(self, id: str) -> bool:
        address = normal_address(id).partition("/")[0]
        return any(account.partition("/")[0] == address for account in self._dropped)

    # --- replies --------------------------------------------------------------------------------

    def owns(self, reply: Reply) -> bool:
        return reply.name in NAMES

    def reply(self, reply: Reply) -> Iterator[Output]:
        """An answer about the account in its key; without a key, by what it says."""
        at_ns = reply.at_ns
        question, _, account = reply.key.partition("/")
        if question not in (LOOK, PAID):
            question, account = "", reply.key
        problem = _refused(reply)
        if question == PAID or (not question and '"fundingPayments"' in reply.body):
            yield from self._paid(account, problem, reply)
            return
        if problem is not None:
            yield decoding.reject(NAME, at_ns, problem, reply.body)
            for followed in self._whose(account, "", at_ns):
                yield from followed.unanswered(problem, reply.status, at_ns)
            return
        answer = decoding.decode(wire.ACCOUNT, reply.body)
        if isinstance(answer, str):
            yield from self._not_understood(account, answer, reply)
            return
        try:
            about = self._whose(account, answer.about(), at_ns)
            if not about and not account:
                yield decoding.reject(NAME, at_ns, "account: an answer about nobody", reply.body)
            for followed in about:
                yield from followed.found(answer, at_ns)
        except ValueError as error:
            yield from self._not_understood(account, str(error), reply)

    def _not_understood(self, account: str, problem: str, reply: Reply) -> Iterator[Output]:
        yield decoding.reject(NAME, reply.at_ns, f"account: {problem}", reply.body)
        for followed in self._whose(account, "", reply.at_ns):
            yield from followed.unanswered("the answer was not understood", 200, reply.at_ns)

    def _whose(self, account: str, address: str, at_ns: int) -> list[Followed]:
        """Who was asked about; else whom the answer names; else the only one that is followed."""
        if account in self._wanted:
            return [self._of(account, at_ns)]
        for id in filter(None, (account, address)):
            # What is said of a whole address is about each part of it that is followed.
            of_it = [one for one in self._wanted if id in (one, one.partition("/")[0])]
            if of_it:
                return [self._of(one, at_ns) for one in of_it]
            if about := self._about(id, at_ns):
                return about
        if account or address or len(self._wanted) != 1:
            return []
        return [self._of(self._wanted[0], at_ns)]

    def _paid(self, account: str, problem: str | None, reply: Reply) -> Iterator[Output]:
        at_ns = reply.at_ns
        account, _, page = account.partition("?")
        answer = decoding.decode(wire.PAYMENTS, reply.body)
        if problem is not None or isinstance(answer, str):
            yield decoding.reject(NAME, at_ns, f"funding payments: {problem or answer}", reply.body)
            return
        about = self._whose(account, "", at_ns)
        if not about and not account:
            yield decoding.reject(NAME, at_ns, "funding payments: of nobody", reply.body)
        for followed in about:
            yield from followed.paid.answered(page, answer.funding_payments, at_ns)


def _refused(reply: Reply) -> str | None:
    """Why a reply is not an answer, in the venue's own words where it has some."""
    problem = decoding.refused(reply)
    body = decoding.decode(REFUSAL, reply.body)
    if problem is None or isinstance(body, str) or not body.errors:
        return problem
    return f"{problem}: {body.errors[0].get('msg', '')}"


def _number(key: str) -> int:
    number = key.partition("/")[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 0
