"""Hyperliquid accounts by public address: positions, margin, funding payments. Read only.

| channel or question         | message                | meaning                     | we emit            | evidence |
|-----------------------------|------------------------|-----------------------------|--------------------|----------|
| `allDexsClearinghouseState` | [dex, state] pairs     | every dex of an address     | Position, Margin   | [subscriptions] LIB |
| `clearinghouseState`        | one dex, also over REST | positions, margin          | Position, Margin   | [perpetuals] REC |
| `userFundings`, `userFunding` | rows                 | `usdc` is cash flow         | FundingPayment     | [perpetuals] REC |
| `perpDexs`                  | names, null is our own | dexes to read where the channel is silent | nothing | [perpetuals] REC |
| `userRole`                  | a word                 | agent, missing, user, vault | AccountState       | [info] REC |
| `userAbstraction`           | a word                 | whether equity per dex means anything | AccountState | [modes] |

`szi` is signed. `usdc` is positive when received (recorded: shorts at positive rates). `cumFunding`
is what was charged, so that received is its negative (three clients, one of which compared it with
the payments of six accounts). `liquidationPx` null: there is none. An unknown address, an agent
wallet and an empty account all answer with zeros: `userRole` tells them apart. A unified account
keeps its collateral among its spot balances, so that its equity here is not known. Figures of
`kPEPE` are per thousand coins and are told per coin.
"""  # noqa: E501

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from cockpit.core.account import hex_address_problem, normal_address, short_address
from cockpit.core.events import AccountState, FundingPayment, Margin, Position
from cockpit.core.units import HOUR_NS, NS_PER_MS, NS_PER_S, hour_floor_ns
from cockpit.venues import hyperliquid_account_wire as wire
from cockpit.venues import kit
from cockpit.venues.contract import Fetch, Frame, Output, Reply, Send
from cockpit.venues.hyperliquid_info import ask
from cockpit.venues.hyperliquid_wire import NAME, name_of
from cockpit.venues.ledger import Ledger, failure

KINDS: frozenset[type] = frozenset({Position, Margin, AccountState, FundingPayment})
ACCOUNT = "account"
MAX_REMEMBERED = 64
STREAMED_USERS = 10
"""The venue lets one address listen to so many; the others are asked for."""
POLL_NS = 10 * NS_PER_S
BUILDERS_POLL_NS = 60 * NS_PER_S
RESUBSCRIBE_NS = 30 * NS_PER_S
DEXS_NS = HOUR_NS
PAID_AFTER_NS = 45 * NS_PER_S
PAID_RETRY_NS = 60 * NS_PER_S
HISTORY_NS = 30 * 24 * HOUR_NS
PAGE_ROWS = 500
UNANSWERED_NS = 120 * NS_PER_S

Question = Literal["state", "paid", "role", "mode"]

check_address = hex_address_problem


class Followed:
    """One address: what was told of it, and when it is asked again."""

    def __init__(self, account: str, at_ns: int) -> None:
        self.account = account
        self.ledger = Ledger(NAME, account)
        self.due_ns = at_ns
        self.builders_due_ns = at_ns
        self.paid_due_ns = at_ns
        self.paid_since_ms = (at_ns - HISTORY_NS) // NS_PER_MS
        self.heard_ns: int | None = None
        self.subscribed_ns: int | None = None
        self.is_asked_for_mode = False
        self.is_unified = False
        self.role: str | None = None
        self.is_role_asked = False
        self.has: dict[str, bool] = {}
        """Whether there was anything in a dex when it was last read."""


class Accounts:
    """All followed addresses. Frames and replies of others are facts too, only never asked for."""

    def __init__(self, accounts: Sequence[str]) -> None:
        self._wanted = tuple(dict.fromkeys(map(normal_address, accounts)))
        self._followed: dict[str, Followed] = {}
        self._is_open = False
        self._dexs: tuple[str, ...] = ()
        self._dexs_due_ns = 0

    # --- life ---------------------------------------------------------------------------------

    def opened(self, at_ns: int) -> Iterator[Output]:
        self._is_open = True
        for followed in self._each(at_ns):
            followed.heard_ns = followed.subscribed_ns = None
            followed.due_ns = at_ns
        yield from self.tick(at_ns)

    def closed(self) -> None:
        self._is_open = False

    def want(self, accounts: Sequence[str], at_ns: int) -> Iterator[Output]:
        """Follow these and no others."""
        before = self._wanted
        self._wanted = tuple(dict.fromkeys(map(normal_address, accounts)))
        for left in set(before) - set(self._wanted):
            known = self._followed.pop(left, None)
            if self._is_open and known is not None and known.subscribed_ns is not None:
                yield from _commands("unsubscribe", left)
        if self._is_open:
            yield from self.tick(at_ns)

    def tick(self, at_ns: int) -> Iterator[Output]:
        """Subscriptions and questions that are due."""
        if not self._is_open or not self._wanted:
            return
        for number, followed in enumerate(self._each(at_ns)):
            if number < STREAMED_USERS:
                yield from self._subscribe(followed, at_ns)
            yield from self._ask(followed, at_ns)

    def _each(self, at_ns: int) -> list[Followed]:
        for account in self._wanted:
            if account not in self._followed:
                self._followed[account] = Followed(account, at_ns)
        return [self._followed[account] for account in self._wanted]

    def _subscribe(self, followed: Followed, at_ns: int) -> Iterator[Output]:
        since = followed.subscribed_ns
        if since is not None and (followed.heard_ns is not None or at_ns - since < RESUBSCRIBE_NS):
            return
        followed.subscribed_ns = at_ns
        yield from _commands("subscribe", followed.account)

    def _ask(self, followed: Followed, at_ns: int) -> Iterator[Output]:
        account = followed.account
        heard = followed.heard_ns
        is_streamed = heard is not None and at_ns - heard < POLL_NS
        if at_ns >= followed.due_ns and not is_streamed:
            followed.due_ns = at_ns + POLL_NS
            yield _question("state", account, 2, dex="")
        if at_ns >= followed.builders_due_ns and not is_streamed:
            followed.builders_due_ns = at_ns + BUILDERS_POLL_NS
            if at_ns >= self._dexs_due_ns:
                self._dexs_due_ns = at_ns + DEXS_NS
                yield ask(ACCOUNT, {"type": "perpDexs"}, 20, key="dexs", background=True)
            for dex in self._dexs:
                yield _question("state", account, 2, dex=dex)
        if not followed.is_asked_for_mode:
            followed.is_asked_for_mode = True
            yield _question("mode", account, 20)
        if at_ns >= followed.paid_due_ns:
            followed.paid_due_ns = at_ns + UNANSWERED_NS
            yield _question("paid", account, 20 + PAGE_ROWS // 20, since_ms=followed.paid_since_ms)

    # --- frames -------------------------------------------------------------------------------

    def frame(self, frame: Frame) -> list[Output]:
        """A message of one of `wire.CHANNELS`."""
        at_ns = frame.at_ns
        message = kit.decode(wire.MESSAGE, frame.data)
        if isinstance(message, str):
            return [kit.reject(NAME, at_ns, f"account: {message}")]
        account = normal_address(message.data.user)
        if hex_address_problem(account):
            return [kit.reject(NAME, at_ns, "account: a message about no address")]
        followed = self._of(account, at_ns)
        match message:
            case wire.UserFundings():
                return list(self._paid(followed, message.data.fundings, at_ns))
            case wire.OneDex():
                states = [(message.data.dex, message.data.clearinghouse_state)]
            case wire.AllDexs():
                states = message.data.clearinghouse_states
                followed.heard_ns = at_ns
        out: list[Output] = []
        for dex, state in states:
            out += self._state(followed, dex, state, at_ns)
        return out + list(self._verdict(followed, at_ns))

    def _of(self, account: str, at_ns: int) -> Followed:
        followed = self._followed.get(account)
        if followed is None:
            followed = Followed(account, at_ns)
            if len(self._followed) < MAX_REMEMBERED:
                self._followed[account] = followed
        return followed

    # --- replies ------------------------------------------------------------------------------

    def owns(self, reply: Reply) -> bool:
        """Whether a reply is about an account; a recording may hold others under this name."""
        return reply.name == ACCOUNT and (bool(reply.key) or wire.is_known(reply.body))

    def reply(self, reply: Reply) -> Iterator[Output]:
        """An answer, told apart by its key; without one, by its shape, about the only address."""
        question, _, rest = reply.key.partition("/")
        account, _, dex = rest.partition("/")
        if not account and len(self._wanted) == 1:
            account = self._wanted[0]
        answer: wire.Answer | str
        answer = kit.refused(reply) or wire.read(reply.body)
        if isinstance(answer, str):
            yield kit.reject(NAME, reply.at_ns, f"account: {answer}")
            if account:
                followed = self._of(account, reply.at_ns)
                yield from self._failed(followed, question + dex, answer, reply.at_ns)
        elif isinstance(answer, wire.Dexs):
            self._dexs = answer.names
            for followed in self._followed.values():
                followed.builders_due_ns = min(followed.builders_due_ns, reply.at_ns)
        elif account:
            followed = self._of(account, reply.at_ns)
            yield from self._answered(followed, dex, answer, reply.at_ns)

    def _failed(
        self, followed: Followed, question: str, problem: str, at_ns: int
    ) -> Iterator[Output]:
        if question == "paid":
            followed.paid_due_ns = at_ns + PAID_RETRY_NS
        elif question == "role":
            followed.role = "?"
            yield from self._verdict(followed, at_ns)
        elif question in ("state", ""):
            words = failure(problem.removeprefix("account: "), POLL_NS / NS_PER_S)
            yield from followed.ledger.state("failed", at_ns, words)

    def _answered(
        self, followed: Followed, dex: str, answer: wire.Answer, at_ns: int
    ) -> Iterator[Output]:
        match answer:
            case wire.State():
                yield from self._state(followed, dex or answer.dex, answer, at_ns)
                yield from self._verdict(followed, at_ns)
            case wire.Paid():
                yield from self._paid(followed, answer.rows, at_ns)
                self._turn_page(followed, answer.rows, at_ns)
            case wire.Role():
                followed.role = answer.describe()
                yield from self._verdict(followed, at_ns)
            case wire.Mode():
                followed.is_unified = answer.is_unified
                if followed.is_unified:
                    followed.due_ns = at_ns

    def _turn_page(self, followed: Followed, rows: Sequence[wire.PaidRow], at_ns: int) -> None:
        """Rows of one hour share a stamp, so the next page begins at the last one, inclusive."""
        last_ms = rows[-1].time if rows else None
        if last_ms is not None and len(rows) >= PAGE_ROWS:
            stuck = last_ms <= followed.paid_since_ms
            followed.paid_since_ms = last_ms + 1 if stuck else last_ms
            followed.paid_due_ns = at_ns
            return
        if last_ms is not None:
            followed.paid_since_ms = max(followed.paid_since_ms, last_ms + 1)
        followed.paid_due_ns = hour_floor_ns(at_ns - PAID_AFTER_NS) + HOUR_NS + PAID_AFTER_NS

    # --- facts --------------------------------------------------------------------------------

    def _state(
        self, followed: Followed, dex: str, state: wire.State, at_ns: int
    ) -> Iterator[Output]:
        ledger = followed.ledger
        venue_ns = None if state.time is None else state.time * NS_PER_MS
        try:
            rows = [
                row
                for asset in state.asset_positions
                if (row := wire.position(followed.account, dex, asset.position, at_ns, venue_ns))
            ]
            margin = wire.margin_of(followed.account, dex, state, at_ns, venue_ns)
        except ValueError as error:
            yield kit.reject(NAME, at_ns, f"account {short_address(followed.account)}: {error}")
            return
        if followed.is_unified:
            margin = msgspec.structs.replace(margin, equity=None, available=None, cross_equity=None)
        had = followed.has.get(dex, False)
        followed.has[dex] = bool(rows) or bool(margin.equity) or followed.is_unified
        yield from ledger.whole(dex, rows, at_ns)
        if followed.has[dex] or had or not dex:
            yield margin

    def _verdict(self, followed: Followed, at_ns: int) -> Iterator[Output]:
        """What the whole account amounts to, once its own dex has been read."""
        if "" not in followed.has:
            return
        if any(followed.has.values()):
            followed.role, followed.is_role_asked = None, False
            words = UNIFIED if followed.is_unified else ""
            yield from followed.ledger.state("read", at_ns, words)
            return
        if followed.role is not None:
            if followed.role in wire.NO_ACCOUNT or followed.role.startswith(wire.AGENT_OF):
                words = MISSING if followed.role in wire.NO_ACCOUNT else followed.role
                yield from followed.ledger.missing(at_ns, words)
            else:
                yield from followed.ledger.state("flat", at_ns, UNSURE * (followed.role == "?"))
        elif followed.account in self._wanted and not followed.is_role_asked:
            followed.is_role_asked = True
            yield _question("role", followed.account, 60)

    def _paid(
        self, followed: Followed, rows: Sequence[wire.PaidRow], at_ns: int
    ) -> Iterator[Output]:
        for row in rows:
            named = name_of(row.coin)
            usd = kit.finite(row.usdc)
            if named is None or usd is None:
                continue
            symbol, contract = named
            size = kit.finite(row.szi)
            yield from followed.ledger.payment(
                FundingPayment(
                    venue=NAME,
                    recv_ns=at_ns,
                    venue_ns=row.time * NS_PER_MS,
                    symbol=symbol,
                    account=followed.account,
                    usd=usd,
                    pool=symbol.rpartition(":")[0],
                    size=None if size is None else size * contract,
                    rate=kit.finite(row.funding_rate),
                )
            )


UNIFIED = (
    "a unified account: its collateral is in its spot balances, so its equity is not known here"
)
MISSING = "Hyperliquid has never seen this address"
UNSURE = "empty; an agent (API) wallet looks the same: is this the address of the account itself?"


def _question(
    question: Question, account: str, weight: int, *, dex: str | None = None, since_ms: int = 0
) -> Fetch:
    """The key carries what the answer does not say: which question, of whom, about which dex."""
    words: dict[str, str | int] = {"type": _TYPES[question], "user": account}
    if dex:
        words["dex"] = dex
    if question == "paid":
        words["startTime"] = since_ms
    key = f"{question}/{account}" + (f"/{dex}" if dex else "")
    return ask(ACCOUNT, words, weight, key=key, background=question == "paid" or bool(dex))


_TYPES: dict[Question, str] = {
    "state": "clearinghouseState",
    "paid": "userFunding",
    "role": "userRole",
    "mode": "userAbstraction",
}


def _commands(method: str, account: str) -> Iterator[Send]:
    for channel in ("allDexsClearinghouseState", "userFundings"):
        subscription = {"type": channel, "user": account}
        yield Send(msgspec.json.encode({"method": method, "subscription": subscription}).decode())
