"""Hyperliquid accounts by public address: positions, margin, funding payments. Read only.

| channel or question         | message                | meaning                     | we emit            | evidence |
|-----------------------------|------------------------|-----------------------------|--------------------|----------|
| `allDexsClearinghouseState` | [dex, state] pairs     | every dex of an address     | Position, Margin   | [subscriptions] LIB |
| `clearinghouseState`        | one dex, also over REST | positions, margin          | Position, Margin   | [perpetuals] REC |
| `webData2`                  | a page, its first dex  | the same, never asked for   | Position, Margin   | LIB |
| `userFundings`, `userFunding` | rows                 | `usdc` is cash flow         | FundingPayment     | [perpetuals] REC |
| `user`                      | a payment, no address  | the same, never asked for   | FundingPayment     | [subscriptions] REC |
| `perpDexs`                  | names, null is our own | dexes to read where the channel is silent | nothing | [perpetuals] REC |
| `userRole`                  | a word                 | agent, missing, user, vault | AccountState       | [info] REC |
| `userAbstraction`, `webData3` | a word               | whether equity per dex means anything | AccountState | [modes] LIB |
| `spotClearinghouseState`, `spotState` | balances     | collateral of a unified account | Margin         | [modes] |

`szi` is signed. `usdc` is positive when received (recorded: shorts at positive rates). `cumFunding`
is what was charged, so that received is its negative (three clients, one of which compared it with
the payments of six accounts). `liquidationPx` null: there is none. An unknown address, an agent
wallet and an empty account all answer with zeros: `userRole` tells them apart. Sub-accounts and
vaults are accounts like any other. Frames of `user` are believed only where one address is followed.
Figures of `kPEPE` are per thousand coins and are told per coin.
"""  # noqa: E501

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from cockpit.core.account import hex_address_problem, normal_address
from cockpit.core.events import AccountState, FundingPayment, Margin, Position
from cockpit.core.units import HOUR_NS, NS_PER_MS, NS_PER_S, hour_floor_ns
from cockpit.venues.contract import Fetch, Frame, Output, Reply, Send
from cockpit.venues.hyperliquid import account_messages as wire
from cockpit.venues.hyperliquid.account_state import FIRST_DEX, UNASKED, Facts
from cockpit.venues.hyperliquid.messages import NAME
from cockpit.venues.hyperliquid.rest_messages import ask
from cockpit.venues.kit import decoding
from cockpit.venues.kit.account_ledger import failure

KINDS: frozenset[type] = frozenset({Position, Margin, AccountState, FundingPayment})
ACCOUNT = "account"
MAX_REMEMBERED = 64
STREAMED_USERS = 10
"""The venue lets one address listen to so many; the others are asked for."""
POLL_NS = 10 * NS_PER_S
BUILDERS_POLL_NS = 60 * NS_PER_S
RESUBSCRIBE_NS = 30 * NS_PER_S
DEXS_NS = HOUR_NS
ROLE_NS = HOUR_NS
MODE_NS = HOUR_NS
"""An account may be switched to another mode at any time, and seldom is."""
RETRY_NS = 60 * NS_PER_S
PAID_AFTER_NS = 45 * NS_PER_S
HISTORY_NS = 30 * 24 * HOUR_NS
PAGE_ROWS = 500
UNANSWERED_NS = 120 * NS_PER_S

Question = Literal["state", "paid", "role", "mode", "spot"]

check_address = hex_address_problem


class Followed(Facts):
    """One address: what was told of it, and when it is asked again."""

    def __init__(self, account: str, at_ns: int) -> None:
        super().__init__(account)
        self.due_ns = at_ns
        self.builders_due_ns = at_ns
        self.paid_due_ns = at_ns
        self.mode_due_ns = at_ns
        self.role_due_ns = at_ns
        self.spot_due_ns = at_ns
        self.paid_since_ms = (at_ns - HISTORY_NS) // NS_PER_MS
        self.heard_ns: int | None = None
        self.subscribed_ns: int | None = None


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
        # What equity means is asked before it: a unified account's is in its spot balances.
        if at_ns >= followed.mode_due_ns:
            followed.mode_due_ns = at_ns + MODE_NS
            yield _question("mode", account, 20)
        if at_ns >= followed.spot_due_ns:
            followed.spot_due_ns = at_ns + (POLL_NS if followed.is_unified else HOUR_NS)
            yield _question("spot", account, 2)
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
        if at_ns >= followed.paid_due_ns:
            followed.paid_due_ns = at_ns + UNANSWERED_NS
            yield _question("paid", account, 20 + PAGE_ROWS // 20, since_ms=followed.paid_since_ms)
        yield from self._ask_role(followed, at_ns)

    def _ask_role(self, followed: Followed, at_ns: int) -> Iterator[Output]:
        """Who it is that holds nothing; asked again, because the answer may change."""
        is_ours = followed.account in self._wanted
        if is_ours and at_ns >= followed.role_due_ns and followed.needs_role:
            followed.role_due_ns = at_ns + RETRY_NS
            yield _question("role", followed.account, 60)

    # --- frames -------------------------------------------------------------------------------

    def frame(self, frame: Frame) -> list[Output]:
        """A message of one of `wire.CHANNELS`."""
        at_ns = frame.at_ns
        message = decoding.decode(wire.MESSAGE, frame.data)
        if isinstance(message, str):
            return [decoding.reject(NAME, at_ns, f"account: {message}")]
        account = self._account_of(message)
        if account is None:
            return []
        if hex_address_problem(account):
            return [decoding.reject(NAME, at_ns, "account: a message about no address")]
        followed = self._of(account, at_ns)
        return list(self._heard(followed, message, at_ns))

    def _account_of(self, message: wire.Message) -> str | None:
        """Whose message it is; None where that is not said and cannot be concluded."""
        if isinstance(message, wire.UserEvent):
            return self._wanted[0] if len(self._wanted) == 1 else None
        return normal_address(message.data.user) or None

    def _heard(self, followed: Followed, message: wire.Message, at_ns: int) -> Iterator[Output]:
        states: list[tuple[str, wire.State | str]] = []
        match message:
            case wire.UserFundings():
                yield from self._paid(followed, wire.paid(message.data.fundings), at_ns)
            case wire.UserEvent():
                if "funding" in message.data:
                    yield from self._paid(followed, wire.paid([message.data["funding"]]), at_ns)
            case wire.WebData3():
                told = message.data.user_state
                if told is not None and told.abstraction is not None:
                    mode = wire.Mode(told.abstraction)
                    yield from self._answered(followed, FIRST_DEX, mode, at_ns)
            case wire.SpotState():
                spot = message.data.spot_state
                if spot is not None:
                    yield from self._answered(followed, FIRST_DEX, spot, at_ns)
            case wire.WebData2():
                if message.data.clearinghouse_state is not None:
                    states = [(FIRST_DEX, message.data.clearinghouse_state)]
            case wire.OneDex():
                states = [(message.data.dex, message.data.clearinghouse_state)]
            case wire.AllDexs():
                pairs = message.data.clearinghouse_states
                states = [(dex, decoding.decode(wire.STATE, raw)) for dex, raw in pairs]
                if not any(isinstance(state, str) for _, state in states):
                    followed.heard_ns = at_ns
        for dex, state in states:
            if isinstance(state, str):
                yield decoding.reject(NAME, at_ns, f"account: dex {dex!r}: {state}")
                yield from self._failed(followed, "state", dex, state, at_ns)
            else:
                yield from followed.state(dex, state, at_ns)
        if states:
            yield from self._concluded(followed, at_ns)

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
        answer = decoding.refused(reply) or _checked(question, wire.read(reply.body))
        if isinstance(answer, wire.Dexs):
            self._dexs = answer.names
            for followed in self._followed.values():
                followed.builders_due_ns = min(followed.builders_due_ns, reply.at_ns)
            return
        if not account and len(self._wanted) > 1:
            answer = "an answer that does not say whose account it is about"
        if isinstance(answer, str):
            yield decoding.reject(NAME, reply.at_ns, f"account: {answer}")
            if account:
                followed = self._of(account, reply.at_ns)
                yield from self._failed(followed, question, dex, answer, reply.at_ns)
        elif account:
            followed = self._of(account, reply.at_ns)
            yield from self._answered(followed, dex, answer, reply.at_ns)

    def _failed(
        self, followed: Followed, question: str, dex: str, problem: str, at_ns: int
    ) -> Iterator[Output]:
        match question:
            case "paid":
                followed.paid_due_ns = at_ns + RETRY_NS
            case "mode":
                followed.mode_due_ns = at_ns + RETRY_NS
            case "spot":
                followed.spot_due_ns = at_ns + POLL_NS
            case "role":
                followed.role_due_ns = at_ns + RETRY_NS
                followed.role = followed.role or UNASKED
                yield from followed.verdict(at_ns)
            case "state" | "":
                retry_ns = BUILDERS_POLL_NS if dex else POLL_NS
                words = failure(problem.removeprefix("account: "), retry_ns / NS_PER_S)
                yield from followed.failed(dex, words, at_ns)

    def _answered(
        self, followed: Followed, dex: str, answer: wire.Answer, at_ns: int
    ) -> Iterator[Output]:
        match answer:
            case wire.State():
                yield from followed.state(dex or answer.dex, answer, at_ns)
                yield from self._concluded(followed, at_ns)
            case wire.Paid():
                yield from self._paid(followed, answer, at_ns)
                self._turn_page(followed, answer, at_ns)
            case wire.Role():
                followed.role, followed.role_due_ns = answer.describe(), at_ns + ROLE_NS
                yield from followed.verdict(at_ns)
            case wire.Mode():
                yield from followed.change_mode(answer.word, at_ns)
                if followed.is_unified:
                    followed.spot_due_ns = min(followed.spot_due_ns, at_ns + POLL_NS)
            case wire.Spot():
                try:
                    usdc = answer.usdc()
                except msgspec.ValidationError as error:
                    yield decoding.reject(NAME, at_ns, f"account: spot balances: {error}")
                    return
                yield from followed.spot(usdc, at_ns)

    def _concluded(self, followed: Followed, at_ns: int) -> Iterator[Output]:
        yield from followed.verdict(at_ns)
        if not followed.needs_role:
            followed.role_due_ns = at_ns
        yield from self._ask_role(followed, at_ns)

    def _paid(self, followed: Followed, answer: wire.Paid, at_ns: int) -> Iterator[Output]:
        yield from followed.paid(answer.rows, at_ns)
        if answer.unreadable:
            yield decoding.reject(NAME, at_ns, f"account: {answer.unreadable} unreadable payments")

    def _turn_page(self, followed: Followed, page: wire.Paid, at_ns: int) -> None:
        """Rows of one hour share a stamp, so the next page begins at the last one, inclusive."""
        last_ms = page.rows[-1].time if page.rows else None
        if last_ms is not None and len(page.rows) + page.unreadable >= PAGE_ROWS:
            stuck = last_ms <= followed.paid_since_ms
            followed.paid_since_ms = last_ms + 1 if stuck else last_ms
            followed.paid_due_ns = at_ns
            return
        if last_ms is not None:
            followed.paid_since_ms = max(followed.paid_since_ms, last_ms + 1)
        followed.paid_due_ns = hour_floor_ns(at_ns - PAID_AFTER_NS) + HOUR_NS + PAID_AFTER_NS


_ANSWERS: dict[str, type] = {
    "state": wire.State, "paid": wire.Paid, "role": wire.Role, "mode": wire.Mode,
    "spot": wire.Spot, "dexs": wire.Dexs,
}  # fmt: skip


def _checked(question: str, answer: wire.Answer | str) -> wire.Answer | str:
    """An answer that is none to its question is no answer."""
    expected = _ANSWERS.get(question, object)
    if isinstance(answer, str | expected):
        return answer
    return f"an answer of another kind than {_TYPES.get(question, question)}"


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


_TYPES: dict[str, str] = {
    "state": "clearinghouseState",
    "paid": "userFunding",
    "role": "userRole",
    "mode": "userAbstraction",
    "spot": "spotClearinghouseState",
}


def _commands(method: str, account: str) -> Iterator[Send]:
    for channel in ("allDexsClearinghouseState", "userFundings"):
        subscription = {"type": channel, "user": account}
        yield Send(msgspec.json.encode({"method": method, "subscription": subscription}).decode())
