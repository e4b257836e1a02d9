"""Lighter accounts by index or L1 address: positions and margin. Read only, without a token.

| channel or endpoint      | kinds              | what it means               | what we emit     | evidence |
| ------------------------ | ------------------ | --------------------------- | ---------------- | -------- |
| account                  | reply              | every account of an address | Position, Margin | R, documented example |
| account_all/{index}      | subscribed, update | positions, or those changed | Position         | W |
| account_all_positions    | (not subscribed)   | the same                    | Position         | W, documented example |
| user_stats/{index}       | subscribed, update | what an account is worth    | Margin           | W, documented example |

W and R as in `lighter.py`. Each account of an address is a pool of its own, named by its index. The
streams may want a token, which the cockpit does not have: they are asked for once a connection, and
polling goes on without them. `position` is unsigned. `liquidation_price` is "" or "0" where there
is none. `total_asset_value` is collateral plus unrealised profit. `total_funding_paid_out` is cash
flow, negative when the account paid, whatever its name says (one client watched 52 positions over a
settlement). Single payments (`positionFunding`) are for the owner's token only, so none are told.
"""  # noqa: E501

from collections.abc import Iterator, Sequence

from cockpit.core.account import hex_address_problem, normal_address, short_address
from cockpit.core.events import AccountState, Margin, Position
from cockpit.core.units import NS_PER_S
from cockpit.venues import lighter_account_wire as wire
from cockpit.venues.contract import Fetch, Output, Reply, Send
from cockpit.venues.kit import decode, finite, refused, reject
from cockpit.venues.ledger import Ledger, failure
from cockpit.venues.lighter_facts import VENUE

KINDS: frozenset[type] = frozenset({Position, Margin, AccountState})
ACCOUNT = "account"
CHANNELS = frozenset({"account_all", "account_all_positions", "user_stats"})
POLL_S, POLL_STREAMED_S, POLL_EACH_S = 10.0, 30.0, 3.0
"""Between two looks at an account; the venue hears one call a second in all."""
UNANSWERED_NS = 60 * NS_PER_S
NOT_FOUND = 21100
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
        self.subscribed: set[int] = set()
        self.is_streamed = False
        self.due_ns = at_ns

    def fetch(self) -> Fetch:
        by = "index" if self.account.isdigit() else "l1_address"
        path = f"/api/v1/account?by={by}&value={self.account}"
        return Fetch(name=ACCOUNT, path=path, key=self.account)


class Accounts:
    """All followed accounts."""

    def __init__(self, accounts: Sequence[str]) -> None:
        self._wanted = tuple(dict.fromkeys(map(normal_address, accounts)))
        self._followed: dict[str, Followed] = {}

    # --- life ---------------------------------------------------------------------------------

    def want(self, accounts: Sequence[str]) -> None:
        """Follow these and no others; streams of the others end with the connection."""
        self._wanted = tuple(dict.fromkeys(map(normal_address, accounts)))
        self._followed = {a: f for a, f in self._followed.items() if a in self._wanted}

    def closed(self) -> None:
        for followed in self._followed.values():
            followed.subscribed.clear()
            followed.is_streamed = False
            followed.due_ns = 0

    def tick(self, at_ns: int) -> Iterator[Output]:
        """While the link is open: what is due to be asked or subscribed to."""
        for account in self._wanted:
            followed = self._of(account, at_ns)
            if at_ns >= followed.due_ns:
                followed.due_ns = at_ns + UNANSWERED_NS
                yield followed.fetch()
            for number in followed.numbers:
                if number not in followed.subscribed:
                    followed.subscribed.add(number)
                    for channel in ("account_all", "user_stats"):
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
        stage, _, kind = message.type.partition("/")
        number = message.number
        if number is None or (message.stats is None and message.positions is None):
            return []
        followed = self._by_number(number, at_ns)
        followed.is_streamed = True
        out: list[Output] = []
        if kind != "user_stats" and message.positions is not None:
            try:
                rows = [
                    told
                    for row in message.positions.values()
                    if (told := wire.position(followed.account, number, row, at_ns)) is not None
                ]
            except ValueError as error:
                return [reject(VENUE, at_ns, f"account: {error}", data)]
            if stage == "subscribed":
                out += followed.ledger.whole(str(number), rows, at_ns)
            else:
                for row in rows:
                    out += followed.ledger.change(row)
        elif message.stats is not None:
            margin = wire.margin_of_stats(followed.account, number, message.stats, at_ns)
            out += [] if margin is None else [margin]
        return out

    def _by_number(self, number: int, at_ns: int) -> Followed:
        for followed in self._followed.values():
            if number in followed.numbers:
                return followed
        return self._of(str(number), at_ns)

    # --- replies ------------------------------------------------------------------------------

    def owns(self, reply: Reply) -> bool:
        return reply.name == ACCOUNT

    def reply(self, reply: Reply) -> Iterator[Output]:
        """Every account of one address; without a key, of the only one that is followed."""
        at_ns = reply.at_ns
        account = reply.key or (self._wanted[0] if len(self._wanted) == 1 else "")
        answer = decode(wire.ANSWER, reply.body)
        problem = refused(reply)
        if isinstance(answer, str):
            yield from self._failed(account, problem or f"account: {answer}", reply)
        elif reply.status == 404 or answer.code == NOT_FOUND or answer.accounts == []:
            yield from self._missing(account, at_ns)
        elif problem or answer.code not in (None, 200):
            words = f"{problem or 'account'}: {answer.code or ''} {answer.message or ''}"
            yield from self._failed(account, words.rstrip(" :"), reply)
        else:
            for row in answer.accounts or ():
                number = row.index if row.account_index is None else row.account_index
                owner = account or ("" if number is None else str(number))
                if owner:
                    yield from self._read(self._of(owner, at_ns), row, reply)
            if account:
                yield from self._verdict(self._of(account, at_ns), answer.accounts or (), at_ns)

    def _missing(self, account: str, at_ns: int) -> Iterator[Output]:
        if not account:
            return
        followed = self._of(account, at_ns)
        followed.due_ns = self._due_ns(followed, at_ns)
        what = "account with this index" if account.isdigit() else "account of this address"
        yield from followed.ledger.missing(at_ns, f"Lighter has no {what} (yet)")

    def _failed(self, account: str, problem: str, reply: Reply) -> Iterator[Output]:
        yield reject(VENUE, reply.at_ns, problem, reply.body)
        if account:
            followed = self._of(account, reply.at_ns)
            followed.due_ns = self._due_ns(followed, reply.at_ns)
            yield from followed.ledger.state("failed", reply.at_ns, failure(problem, POLL_S))

    def _read(self, followed: Followed, row: wire.AccountRow, reply: Reply) -> Iterator[Output]:
        at_ns = reply.at_ns
        try:
            number = row.number
            rows = [
                told
                for position in row.positions or ()
                if (told := wire.position(followed.account, number, position, at_ns)) is not None
            ]
        except ValueError as error:
            yield reject(VENUE, at_ns, f"account: {error}", reply.body)
            return
        if number not in followed.numbers:
            followed.numbers.append(number)
        yield from followed.ledger.whole(str(number), rows, at_ns)
        yield wire.margin_of(followed.account, row, at_ns)

    def _verdict(
        self, followed: Followed, rows: Sequence[wire.AccountRow], at_ns: int
    ) -> Iterator[Output]:
        followed.due_ns = self._due_ns(followed, at_ns)
        is_flat = all(
            finite(row.total_asset_value) == 0.0
            and not any(finite(position.position) for position in row.positions or ())
            for row in rows
        )
        yield from followed.ledger.state("flat" if is_flat else "read", at_ns)
