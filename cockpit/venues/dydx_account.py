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
that does not exist is `{}` here and 404 there.
"""  # noqa: E501

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import UNSET

from cockpit.core.account import normal_address
from cockpit.core.bech32 import bech32_problem
from cockpit.core.events import AccountState, FundingPayment, Margin, Position
from cockpit.core.units import HOUR_NS, NS_PER_S, hour_floor_ns, utc
from cockpit.venues import dydx_account_wire as wire
from cockpit.venues import kit
from cockpit.venues.contract import Fetch, Frame, Output, Reply
from cockpit.venues.dydx_markets import NAME, symbol_of
from cockpit.venues.dydx_pools import CHILDREN, Pool, Stated, Terms
from cockpit.venues.dydx_wire import ns_of
from cockpit.venues.ledger import Ledger, failure

KINDS: frozenset[type] = frozenset({Position, Margin, AccountState, FundingPayment})
ACCOUNT = "account"
PARENTS, SUBACCOUNTS = "v4_parent_subaccounts", "v4_subaccounts"
CHANNELS = frozenset({PARENTS, SUBACCOUNTS})
REPEAT_NS = 10 * NS_PER_S
"""An account in which nothing moves is confirmed this often while its channel is open."""
LOOK_NS = HOUR_NS
LOOK_RETRY_NS = 60 * NS_PER_S
PAID_AFTER_NS = 120 * NS_PER_S
"""A job of the Indexer writes payments about a minute after the hour."""
HISTORY_NS = 30 * 24 * HOUR_NS
PAGE = 100


def check_address(text: str) -> str | None:
    """What is wrong with `dydx1…` or `dydx1…/0`, or None."""
    address, slash, number = text.partition("/")
    if slash and not (number.isascii() and number.isdigit() and int(number) < CHILDREN):
        return f"subaccount {number[:8]!r} is not a number from 0 to {CHILDREN - 1}"
    problem = bech32_problem(address, NAME, 32)
    return None if problem is None else f"the address {problem}"


class Followed:
    """One address, or one parent subaccount of it, as the trader asked for it."""

    def __init__(self, account: str, at_ns: int) -> None:
        self.account = account
        self.ledger = Ledger(NAME, account)
        self.address, slash, number = account.partition("/")
        self.is_whole_address = not slash
        self.parents = [int(number) if number.isdigit() else 0]
        self.exists: dict[int, bool] = {}
        """By parent, as far as the venue has said."""
        self.pools: dict[int, Pool] = {}
        self.look_due_ns = at_ns
        self.paid_due_ns = at_ns
        self.paid_since_ns = at_ns - HISTORY_NS

    def key(self, parent: int) -> str:
        return f"{self.address}/{parent}"


class Accounts:
    """All followed accounts."""

    def __init__(self, accounts: Sequence[str], terms: Terms) -> None:
        self._terms = terms
        self._wanted = tuple(dict.fromkeys(map(normal_address, accounts)))
        self._followed: dict[str, Followed] = {}
        self._is_open = False

    # --- life -----------------------------------------------------------------------------------

    def keys(self) -> list[tuple[str, str]]:
        """The subscriptions that are needed, as (channel, id)."""
        each = [self._followed.get(account) or Followed(account, 0) for account in self._wanted]
        return [(PARENTS, f.key(parent)) for f in each for parent in f.parents]

    def opened(self, *, is_open: bool) -> None:
        self._is_open = is_open

    def want(self, accounts: Sequence[str]) -> None:
        self._wanted = tuple(dict.fromkeys(map(normal_address, accounts)))
        self._followed = {a: f for a, f in self._followed.items() if a in self._wanted}

    def tick(self, at_ns: int) -> Iterator[Output]:
        """Figures that moved with the oracle, and questions that are due."""
        if not self._is_open:
            return
        for account in self._wanted:
            followed = self._of(account, at_ns)
            for pool in followed.pools.values():
                yield from self._moved(followed, pool, at_ns)
            if followed.is_whole_address and at_ns >= followed.look_due_ns:
                followed.look_due_ns = at_ns + LOOK_RETRY_NS
                yield Fetch(
                    name=ACCOUNT, path=f"/v4/addresses/{followed.address}", key=f"look/{account}"
                )
            if at_ns >= followed.paid_due_ns:
                followed.paid_due_ns = at_ns + LOOK_RETRY_NS * 5
                for parent in followed.parents:
                    yield _payments(followed, parent, 1)

    def _of(self, account: str, at_ns: int) -> Followed:
        if account not in self._followed:
            self._followed[account] = Followed(account, at_ns)
        return self._followed[account]

    def _about(self, key: str, at_ns: int) -> list[Followed]:
        """Whose account `address/number` is; one that nobody asked for is its own."""
        address, _, number = key.partition("/")
        parent = int(number) % CHILDREN if number.isascii() and number.isdigit() else 0
        named = [f"{address}/{parent}", address]
        known = [account for account in named if account in self._wanted]
        return [self._of(account, at_ns) for account in known or [f"{address}/{parent}"]]

    # --- frames ---------------------------------------------------------------------------------

    def frame(self, frame: Frame) -> Iterator[Output]:
        """A message of one of `CHANNELS`."""
        at_ns = frame.at_ns
        message = kit.decode(wire.MESSAGE, frame.data)
        if isinstance(message, str):
            yield kit.reject(NAME, at_ns, f"account: {message}", frame.data)
            return
        key = normal_address(message.id)
        if not key.startswith(f"{NAME}1"):
            yield kit.reject(NAME, at_ns, "account: a message about no address", frame.data)
            return
        try:
            for followed in self._about(key, at_ns):
                if isinstance(message, wire.Subscribed):
                    yield from self._whole(followed, key, message.contents, at_ns)
                else:
                    yield from self._changed(followed, key, message, at_ns)
        except ValueError as error:
            yield kit.reject(NAME, at_ns, f"account: {error}", frame.data)

    def _whole(
        self, followed: Followed, key: str, contents: wire.Whole, at_ns: int
    ) -> Iterator[Output]:
        number = _number(key)
        if contents.subaccount is UNSET:
            yield from self._absent(followed, number, at_ns)
        else:
            rows = contents.subaccount.accounts()
            if contents.subaccount.child_subaccounts is None:
                number = rows[0].subaccount_number
                yield from self._read(followed, rows, {number}, at_ns)
            else:
                yield from self._read(followed, rows, self._family(followed, number), at_ns)

    def _changed(
        self, followed: Followed, key: str, message: wire.Data | wire.Batch, at_ns: int
    ) -> Iterator[Output]:
        updates = message.contents if isinstance(message, wire.Batch) else [message.contents]
        envelope = message.subaccount_number
        default = _number(key) if envelope is None else envelope
        touched: dict[int, None] = {}
        for update in updates:
            for held in update.perpetual_positions or ():
                number = default if held.subaccount_number is None else held.subaccount_number
                self._pool(followed, number).take(held)
                touched[number] = None
            for asset in update.asset_positions or ():
                number = default if asset.subaccount_number is None else asset.subaccount_number
                self._pool(followed, number).pay(asset)
                touched[number] = None
        if touched:
            followed.exists[default % CHILDREN] = True
            yield from followed.ledger.state("read", at_ns)
        for number in touched:
            yield from self._tell(followed, followed.pools[number], None, at_ns)

    def _family(self, followed: Followed, parent: int) -> set[int]:
        """The pools that a list of a parent's subaccounts would name, were they still there."""
        return {n for n in followed.pools if n % CHILDREN == parent % CHILDREN}

    def _pool(self, followed: Followed, number: int) -> Pool:
        return followed.pools.setdefault(number, Pool(number))

    # --- replies --------------------------------------------------------------------------------

    def owns(self, reply: Reply) -> bool:
        return reply.name == ACCOUNT

    def reply(self, reply: Reply) -> Iterator[Output]:
        """An answer about the account in its key; without a key, by its shape."""
        at_ns = reply.at_ns
        question, _, account = reply.key.partition("/")
        problem = kit.refused(reply)
        if question == "paid" or (not question and '"fundingPayments"' in reply.body):
            account, _, page = account.partition("?")
            yield from self._paid(account, page, problem, reply)
            return
        if problem is not None:
            yield from self._unanswered(account, problem, reply)
            return
        answer = kit.decode(wire.ACCOUNT, reply.body)
        if isinstance(answer, str):
            yield kit.reject(NAME, at_ns, f"account: {answer}", reply.body)
            return
        account = account or (self._wanted[0] if len(self._wanted) == 1 else "")
        if not account:
            return
        followed = self._of(account, at_ns)
        rows = answer.subaccounts if answer.subaccounts is not None else []
        try:
            if answer.subaccount is not None:
                rows = [*rows, *answer.subaccount.accounts()]
            yield from self._found(followed, rows, at_ns)
        except ValueError as error:
            yield kit.reject(NAME, at_ns, f"account: {error}", reply.body)

    def _found(
        self, followed: Followed, rows: Sequence[wire.Subaccount], at_ns: int
    ) -> Iterator[Output]:
        if followed.is_whole_address:
            numbers = {row.subaccount_number % CHILDREN for row in rows}
            before, followed.parents = followed.parents, sorted({0, *numbers})
            if followed.parents != before:
                followed.paid_due_ns = at_ns
        for parent in followed.parents:
            mine = [row for row in rows if row.subaccount_number % CHILDREN == parent]
            if mine:
                yield from self._read(followed, mine, self._family(followed, parent), at_ns)
            else:
                yield from self._absent(followed, parent, at_ns)
        followed.look_due_ns = at_ns + LOOK_NS

    def _unanswered(self, account: str, problem: str, reply: Reply) -> Iterator[Output]:
        yield kit.reject(NAME, reply.at_ns, problem, reply.body)
        if not account:
            return
        followed = self._of(account, reply.at_ns)
        if reply.status == 404:
            yield from self._absent(followed, 0, reply.at_ns)
        elif not any(followed.exists.values()):
            words = failure(problem, LOOK_RETRY_NS / NS_PER_S)
            yield from followed.ledger.state("failed", reply.at_ns, words)

    def _paid(self, account: str, page: str, problem: str | None, reply: Reply) -> Iterator[Output]:
        at_ns = reply.at_ns
        account = account or (self._wanted[0] if len(self._wanted) == 1 else "")
        answer = kit.decode(wire.PAYMENTS, reply.body)
        if problem is not None or isinstance(answer, str):
            yield kit.reject(NAME, at_ns, f"funding payments: {problem or answer}", reply.body)
            return
        if not account:
            return
        followed = self._of(account, at_ns)
        for row in reversed(answer.funding_payments):
            yield from _payment(followed, row, at_ns)
        parent, _, number = page.partition("&")
        if parent.isdecimal() and number.isdecimal() and len(answer.funding_payments) >= PAGE:
            yield _payments(followed, int(parent), int(number) + 1)
            return
        newest_ns = max((ns_of(row.created_at) for row in answer.funding_payments), default=0)
        followed.paid_since_ns = max(followed.paid_since_ns, newest_ns)
        followed.paid_due_ns = hour_floor_ns(at_ns - PAID_AFTER_NS) + HOUR_NS + PAID_AFTER_NS

    # --- facts ----------------------------------------------------------------------------------

    def _read(
        self, followed: Followed, rows: Sequence[wire.Subaccount], gone: set[int], at_ns: int
    ) -> Iterator[Output]:
        """Subaccounts as they are now, in the venue's figures; those of `gone` may be no more."""
        for row in rows:
            followed.exists[row.subaccount_number % CHILDREN] = True
            gone.discard(row.subaccount_number)
            pool = followed.pools[row.subaccount_number] = Pool(row.subaccount_number)
            pool.usdc = 0.0
            for held in row.open_perpetual_positions.values():
                pool.take(held)
            for asset in row.asset_positions.values():
                pool.pay(asset)
            stated = Stated(kit.finite(row.equity), kit.finite(row.free_collateral))
            yield from self._tell(followed, pool, stated, at_ns)
        for number in gone:
            del followed.pools[number]
            yield from followed.ledger.whole(str(number), (), at_ns)
            yield Margin(
                venue=NAME, recv_ns=at_ns, account=followed.account, pool=str(number),
                equity=0.0, used=0.0, available=0.0, maintenance=0.0,
            )  # fmt: skip
        is_flat = not any(pool.held or pool.usdc for pool in followed.pools.values())
        yield from followed.ledger.state("flat" if is_flat else "read", at_ns)

    def _absent(self, followed: Followed, parent: int, at_ns: int) -> Iterator[Output]:
        followed.exists[parent % CHILDREN] = False
        if any(followed.exists.values()):
            return
        which = "subaccount" if followed.is_whole_address else f"subaccount {followed.parents[0]}"
        yield from followed.ledger.missing(at_ns, f"this address has no {which} at dYdX (yet)")

    def _moved(self, followed: Followed, pool: Pool, at_ns: int) -> Iterator[Output]:
        """The pool at the oracle prices of now, where all of them are known."""
        told = pool.told
        if told is None or not followed.exists.get(pool.number % CHILDREN):
            return
        margin = pool.margin(followed.account, None, self._terms, at_ns)
        if margin.equity is None:
            return
        is_same = margin == msgspec.structs.replace(told, recv_ns=at_ns)
        if not is_same or at_ns - told.recv_ns >= REPEAT_NS:
            yield from self._tell(followed, pool, None, at_ns)

    def _tell(
        self, followed: Followed, pool: Pool, stated: Stated | None, at_ns: int
    ) -> Iterator[Output]:
        rows = pool.positions(followed.account, stated, self._terms, at_ns)
        yield from followed.ledger.whole(str(pool.number), rows, at_ns)
        pool.told = pool.margin(followed.account, stated, self._terms, at_ns)
        yield pool.told


def _payment(followed: Followed, row: wire.PaidRow, at_ns: int) -> Iterator[FundingPayment]:
    usd = kit.finite(row.payment)
    if usd is not None:
        yield from followed.ledger.payment(
            FundingPayment(
                venue=NAME, recv_ns=at_ns, venue_ns=ns_of(row.created_at),
                symbol=symbol_of(row.ticker), account=followed.account, usd=usd,
                pool=str(row.subaccount_number), size=kit.finite(row.size),
                rate=kit.finite(row.rate),
            )
        )  # fmt: skip


def _payments(followed: Followed, parent: int, page: int) -> Fetch:
    """One page of what was paid to a parent and its children; the key says which."""
    since = f"{utc(followed.paid_since_ns):%Y-%m-%dT%H:%M:%SZ}"
    return Fetch(
        name=ACCOUNT,
        path=f"/v4/fundingPayments/parentSubaccount?address={followed.address}"
        f"&parentSubaccountNumber={parent}&limit={PAGE}&page={page}&afterOrAt={since}",
        key=f"paid/{followed.account}?{parent}&{page}",
        background=True,
    )


def _number(key: str) -> int:
    number = key.partition("/")[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 0
