"""Lighter accounts by index or L1 address: positions, margin, funding payments. Read only.

| channel or endpoint      | kinds              | what it means               | what we emit     | evidence |
| ------------------------ | ------------------ | --------------------------- | ---------------- | -------- |
| account                  | reply              | every account of an address | Position, Margin | R, documented example, live replies of 2026 |
| positionFunding          | reply              | what was paid, newest first | FundingPayment   | R; `lighter_account_payments.py` |
| accountsByL1Address      | reply (not asked)  | the accounts of an address  | nothing          | R |
| account_all/{index}      | subscribed, update | positions, or those changed | Position         | W |
|                          |                    | payments                    | FundingPayment   | W |
| account_all_positions, pool_data | (not subscribed) | the same              | Position …       | W, documented example |
| user_stats/{index}       | subscribed, update | what an account is worth    | Margin           | W, documented example |

W and R as in `lighter.py`. Each account of an address is a pool of its own, named by its index:
the first is the main account, sub-accounts and public pools count down from 2^48 - 2. The streams
may want a token, which the cockpit does not have: they are asked for once a connection, and polling
goes on without them. `position` is unsigned. `liquidation_price` is "" or "0" where there is none;
where there is one, equity equals maintenance there (of an isolated position: what was set aside and
its own profit), as the live replies bear out to the last digit. `total_asset_value` is collateral,
what was set aside and unrealised profit. `total_funding_paid_out` is cash flow, negative when the
account paid, whatever its name says: one client watched 52 positions over a settlement, every long
that paid went down and every short that was paid went up; no source shows the contrary.
"""  # noqa: E501

from collections.abc import Iterator, Sequence
from urllib.parse import quote

import msgspec

from cockpit.core.account import hex_address_problem, normal_address, short_address
from cockpit.core.events import AccountState, FundingPayment, Margin, Position
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.venues.contract import Fetch, Output, Reply, Send
from cockpit.venues.kit.account_ledger import Ledger, failure
from cockpit.venues.kit.decoding import decode, refused, reject
from cockpit.venues.lighter import account_messages as wire
from cockpit.venues.lighter import account_payments as paid
from cockpit.venues.lighter.mapper import VENUE

KINDS: frozenset[type] = frozenset({Position, Margin, AccountState, FundingPayment})
ACCOUNT = "account"
STREAMS = ("account_all", "user_stats")
CHANNELS = frozenset({"account_all", "account_all_positions", "pool_data", "user_stats"})
SUBSCRIBES_PER_TICK = 4
"""One address may own 64 accounts, and the venue hears 200 messages a minute."""
POLL_S, POLL_STREAMED_S, POLL_EACH_S = 10.0, 30.0, 3.0
"""Between two looks at an account; the venue hears one call a second in all."""
UNANSWERED_NS = 60 * NS_PER_S
NOT_FOUND, NO_L1_ADDRESS = 21100, 21103
MAX_INDEX_CHARS = 18


def check_address(text: str) -> str | None:
    """What is wrong with an account index or an L1 address, or None."""
    if text.isascii() and text.isdigit():
        if len(text) <= MAX_INDEX_CHARS:
            return None
        return f"{short_address(text)!r} is too long for an account index"
    if text.lower().startswith("0x"):
        return hex_address_problem(text)
    return f"{short_address(text)!r} is neither an account index nor 0x and 40 hexadecimal digits"


class Followed:
    """One index or L1 address, and the accounts that it stands for."""

    def __init__(self, account: str, at_ns: int) -> None:
        self.account = account
        self.ledger = Ledger(VENUE, account)
        self.numbers: list[int] = [int(account)] if account.isdigit() else []
        self.read: set[int] = set()
        """The accounts that the venue has shown by REST, so that they exist."""
        self.subscribed: set[int] = set()
        self.payments = paid.Payments()
        self.is_streamed = False
        self.due_ns = at_ns

    def fetch(self, cursor: str = "") -> Fetch:
        by = "index" if self.account.isdigit() else "l1_address"
        path, key = f"/api/v1/account?by={by}&value={self.account}", self.account
        if cursor:
            path, key = f"{path}&cursor={quote(cursor, safe='')}", f"{key}&{cursor}"
        return Fetch(name=ACCOUNT, path=path, key=key)

    def pay(self, payment: FundingPayment) -> Iterator[FundingPayment]:
        """A payment, once: stream and history may stamp the same hour milliseconds apart."""
        stamp_ns = payment.venue_ns or payment.recv_ns
        hour_ns = (stamp_ns + HOUR_NS // 2) // HOUR_NS * HOUR_NS
        if list(self.ledger.payment(msgspec.structs.replace(payment, venue_ns=hour_ns))):
            yield payment


class Accounts:
    """All followed accounts."""

    def __init__(self, accounts: Sequence[str]) -> None:
        self._wanted = tuple(dict.fromkeys(map(normal_address, accounts)))
        self._followed: dict[str, Followed] = {}
        self._names: dict[int, str] = {}
        """What the venue calls the markets that an account has ever traded."""
        self._dropped: set[str] = set()
        self._leaving: list[int] = []

    # --- life ---------------------------------------------------------------------------------

    def want(self, accounts: Sequence[str]) -> None:
        """Follow these and no others: what is still on its way about the others is not told."""
        self._wanted = tuple(dict.fromkeys(map(normal_address, accounts)))
        gone = {a: f for a, f in self._followed.items() if a not in self._wanted}
        self._followed = {a: f for a, f in self._followed.items() if a in self._wanted}
        self._dropped |= {*gone, *(str(n) for f in gone.values() for n in f.numbers)}
        self._dropped -= {
            *self._wanted,
            *(str(n) for f in self._followed.values() for n in f.numbers),
        }
        for followed in gone.values():
            self._leaving += sorted(n for n in followed.subscribed if str(n) in self._dropped)

    def closed(self) -> None:
        self._leaving.clear()
        for followed in self._followed.values():
            followed.subscribed.clear()
            followed.payments.again()
            followed.is_streamed = False
            followed.due_ns = 0

    def tick(self, at_ns: int) -> Iterator[Output]:
        """While the link is open: what is due to be asked or subscribed to."""
        for account in self._wanted:
            followed = self._of(account, at_ns)
            if at_ns >= followed.due_ns:
                followed.due_ns = at_ns + UNANSWERED_NS
                yield followed.fetch()
        yield from self._streams()
        pages = (
            page
            for followed in self._followed.values()
            for number in sorted(followed.read)
            if (page := followed.payments.fetch(followed.account, number, at_ns)) is not None
        )
        if (page := next(pages, None)) is not None:
            yield page

    def _streams(self) -> Iterator[Send]:
        room = SUBSCRIBES_PER_TICK
        while self._leaving and room:
            number, room = self._leaving.pop(0), room - 1
            for channel in STREAMS:
                yield Send(f'{{"type":"unsubscribe","channel":"{channel}/{number}"}}')
        for account in self._wanted:
            followed = self._followed[account]
            new = [n for n in followed.numbers if n not in followed.subscribed]
            for number in new[:room]:
                room -= 1
                followed.subscribed.add(number)
                for channel in STREAMS:
                    yield Send(f'{{"type":"subscribe","channel":"{channel}/{number}"}}')

    def _of(self, account: str, at_ns: int) -> Followed:
        if account not in self._followed:
            self._followed[account] = Followed(account, at_ns)
        return self._followed[account]

    def _due_ns(self, followed: Followed, at_ns: int) -> int:
        base_s = POLL_STREAMED_S if followed.is_streamed else POLL_S
        return at_ns + round(max(base_s, POLL_EACH_S * len(self._wanted)) * NS_PER_S)

    # --- frames -------------------------------------------------------------------------------

    def frame(self, at_ns: int, data: str | bytes) -> list[Output]:
        """A message of an account channel."""
        message = decode(wire.MESSAGE, data)
        if isinstance(message, str):
            return [reject(VENUE, at_ns, f"account: {message}", data)]
        number, listed = message.number, message.positions
        if number is None or str(number) in self._dropped:
            return []
        followed = self._by_number(number, at_ns)
        if message.stats is not None:
            followed.is_streamed = True
            margin = wire.margin_of_stats(followed.account, number, message.stats, at_ns)
            return [] if margin is None else [margin]
        if isinstance(listed, msgspec.UnsetType):
            return []
        followed.is_streamed = True
        try:
            rows = self._positions(followed, number, wire.rows_of(listed), at_ns)
            paid_out = wire.rows_of(message.funding_histories)
            payments = list(self._payments(followed, str(number), paid_out, at_ns))
        except ValueError as error:
            return [reject(VENUE, at_ns, f"account: {error}", data)]
        out: list[Output] = []
        if message.type.startswith("subscribed/"):
            out += followed.ledger.whole(str(number), rows, at_ns)
        else:
            for row in rows:
                out += followed.ledger.change(row)
        return out + payments

    def _by_number(self, number: int, at_ns: int) -> Followed:
        for followed in self._followed.values():
            if number in followed.numbers:
                return followed
        return self._of(str(number), at_ns)

    def _positions(
        self, followed: Followed, number: int, rows: Sequence[wire.PositionRow], at_ns: int
    ) -> list[Position]:
        """ValueError if one of them cannot be: then none of them is believed."""
        told = []
        for row in rows:
            position = wire.position(followed.account, number, row, at_ns)
            if position is not None:
                self._names[row.market_id] = row.native
                told.append(position)
        return told

    def _payments(
        self, followed: Followed, pool: str, rows: list[wire.PaidRow], at_ns: int
    ) -> Iterator[FundingPayment]:
        for payment in list(paid.payments(followed.account, pool, rows, self._names, at_ns)):
            yield from followed.pay(payment)

    # --- replies ------------------------------------------------------------------------------

    def owns(self, reply: Reply) -> bool:
        return reply.name == ACCOUNT

    def reply(self, reply: Reply) -> Iterator[Output]:
        """Every account of one address, or a page of payments.

        Without a key the body says whose it is; if it does not, the only followed account's.
        """
        only = self._wanted[0] if len(self._wanted) == 1 else ""
        answer = decode(wire.ANSWER, reply.body)
        if reply.key.startswith(paid.PAID) or (
            isinstance(answer, wire.Answer) and answer.position_fundings is not None
        ):
            return self._paid(reply, answer, only)
        account, _, cursor = reply.key.partition("&")
        if account in self._dropped:
            return iter(())
        return self._accounts(reply, answer, account or only, cursor)

    def _accounts(
        self, reply: Reply, answer: wire.Answer | str, account: str, cursor: str
    ) -> Iterator[Output]:
        at_ns, problem = reply.at_ns, refused(reply)
        if isinstance(answer, str):
            yield from self._failed(account, problem or f"account: {answer}", reply)
        elif answer.code == NO_L1_ADDRESS:
            yield from self._missing(account, "Lighter does not take this for an L1 address", reply)
        elif reply.status == 404 or answer.code == NOT_FOUND or _is_empty(answer):
            what = "account with this index" if account.isdigit() else "account of this address"
            yield from self._missing(account, f"Lighter has no {what} (yet)", reply)
        elif problem or answer.code not in (None, 200):
            words = f"{problem or 'account'}: {answer.code or ''} {answer.message or ''}"
            yield from self._failed(account, words.rstrip(" :"), reply)
        elif account and answer.sub_accounts is not None:
            # Who there is, without what they hold: enough to listen to them.
            known = self._of(account, at_ns).numbers
            listed = [row.index for row in answer.sub_accounts]
            known += [n for n in dict.fromkeys(listed) if n is not None and n not in known]
        elif answer.accounts is None:
            yield from self._failed(account, "account: no accounts in it", reply)
        else:
            owners: dict[str, list[wire.AccountRow]] = {}
            for row in answer.accounts:
                owners.setdefault(self._owner(reply.key and account, row, account), []).append(row)
            for owner, rows in owners.items():
                if owner:
                    yield from self._read(self._of(owner, at_ns), rows, reply)
                else:
                    yield reject(VENUE, at_ns, "account: an account without an index", reply.body)
            more = str(answer.next_cursor or "")
            if account and more and more != cursor and len(answer.accounts) < (answer.total or 0):
                yield self._of(account, at_ns).fetch(more)

    def _owner(self, asked: str, row: wire.AccountRow, only: str) -> str:
        """Whom a row belongs to: who was asked for, or else who is followed."""
        number = row.index if row.account_index is None else row.account_index
        named = (str(number), normal_address(row.l1_address or ""))
        if asked or any(name in self._wanted for name in named):
            return asked or next(name for name in named if name in self._wanted)
        return only or ("" if number is None else str(number))

    def _missing(self, account: str, words: str, reply: Reply) -> Iterator[Output]:
        if not account:
            if refused(reply):
                yield reject(VENUE, reply.at_ns, words, reply.body)
            return
        followed = self._of(account, reply.at_ns)
        followed.due_ns = self._due_ns(followed, reply.at_ns)
        yield from followed.ledger.missing(reply.at_ns, words)

    def _failed(self, account: str, problem: str, reply: Reply) -> Iterator[Output]:
        yield reject(VENUE, reply.at_ns, problem, reply.body)
        if account:
            followed = self._of(account, reply.at_ns)
            followed.due_ns = self._due_ns(followed, reply.at_ns)
            yield from followed.ledger.state("failed", reply.at_ns, failure(problem, POLL_S))

    def _read(
        self, followed: Followed, accounts: Sequence[wire.AccountRow], reply: Reply
    ) -> Iterator[Output]:
        """All accounts of one owner; one that cannot be believed keeps what was read of it last."""
        at_ns, problem, is_flat = reply.at_ns, "", True
        for row in accounts:
            try:
                number = row.number
                rows = self._positions(followed, number, row.positions or (), at_ns)
            except ValueError as error:
                problem = f"account: {error}"
                yield reject(VENUE, at_ns, problem, reply.body)
                continue
            if number not in followed.numbers:
                followed.numbers.append(number)
            followed.read.add(number)
            margin = wire.margin_of(followed.account, row, at_ns)
            is_flat = is_flat and margin.equity == 0.0 and not any(p.size for p in rows)
            yield from followed.ledger.whole(str(number), rows, at_ns)
            yield margin
        followed.due_ns = self._due_ns(followed, at_ns)
        if problem:
            yield from followed.ledger.state("failed", at_ns, failure(problem, POLL_S))
        else:
            is_all = set(followed.numbers) <= {row.number for row in accounts}
            yield from followed.ledger.state("flat" if is_flat and is_all else "read", at_ns)

    def _paid(self, reply: Reply, answer: wire.Answer | str, only: str) -> Iterator[Output]:
        """A page of payments, or the word that they are not for everybody."""
        at_ns, problem = reply.at_ns, refused(reply)
        account, number = paid.asked_for(reply.key)
        account = account or only
        if not account or account in self._dropped:
            return
        followed = self._of(account, at_ns)
        if number is None and len(followed.numbers) == 1:
            number = followed.numbers[0]
        code = None if isinstance(answer, str) else answer.code
        if isinstance(answer, str) or answer.position_fundings is None:
            words = f"funding payments: {answer if isinstance(answer, str) else answer.message}"
            if not followed.payments.refused(number, reply, code):
                yield reject(VENUE, at_ns, problem or words, reply.body)
            return
        try:
            pool = "" if number is None else str(number)
            yield from self._payments(followed, pool, answer.position_fundings, at_ns)
            page = number and followed.payments.answered(account, number, answer, at_ns)
        except ValueError as error:
            yield reject(VENUE, at_ns, f"funding payments: {error}", reply.body)
        else:
            if page:
                yield page


def _is_empty(answer: wire.Answer) -> bool:
    return answer.accounts == [] or (answer.accounts is None and answer.total == 0)
