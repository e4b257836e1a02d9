"""Hyperliquid accounts by public address: positions, margin, funding payments. Read only.

| channel or question         | message                | meaning                     | we emit            | evidence |
|-----------------------------|------------------------|-----------------------------|--------------------|----------|
| `allDexsClearinghouseState` | [dex, state] pairs     | every dex of an address     | Position, Margin   | [subscriptions] LIB |
| `clearinghouseState`         | one dex, by REST       | positions, margin           | Position, Margin   | [perpetuals] REC |
| `userFundings`, `userFunding` | rows                 | `usdc` is cash flow         | FundingPayment     | [perpetuals] REC |
| `userFills`                 | rows                   | what the address traded     | AccountFill        | [subscriptions] REC |
| `perpDexs`                  | names, null is our own | dexes to read where the channel is silent | nothing | [perpetuals] REC |
| `userRole`                  | a word                 | agent, missing, user, vault | AccountState       | [info] REC |
| `userAbstraction`           | a word                 | whether equity per dex means anything | AccountState | [modes] LIB |
| `spotClearinghouseState`    | balances               | collateral of a unified account | Margin         | [modes] |

`szi` is signed. `usdc` is positive when received (recorded: shorts at positive rates). `cumFunding`
is what was charged, so that received is its negative (three clients, one of which compared it with
the payments of six accounts). A fill's `side` is the address's own, B bought; `startPosition` is signed;
a `fee` in another coin than USDC is not known in dollars. `liquidationPx` null: there is none. An unknown address, an agent
wallet and an empty account all answer with zeros: `userRole` tells them apart. Sub-accounts and
vaults are accounts like any other.
Figures of `kPEPE` are per thousand coins and are told per coin.
"""  # noqa: E501

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from cockpit.core.account import hex_address_problem, normal_address
from cockpit.core.events import Reject
from cockpit.core.units import NS_PER_MS
from cockpit.venues.contract import MAIN, Fetch, Output, Reply
from cockpit.venues.hyperliquid import account_messages as wire
from cockpit.venues.hyperliquid import messages
from cockpit.venues.hyperliquid.account_state import UNASKED, Followed
from cockpit.venues.hyperliquid.messages import VENUE
from cockpit.venues.hyperliquid.rest_messages import JSON, ask
from cockpit.venues.kit.account_ledger import failure
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.decoding import decode, reject
from cockpit.venues.kit.polling import Question, Rota, Timing, read

ACCOUNT = "account"
MAX_REMEMBERED = 64
"""Those that are followed are all remembered; of a recording so many of everybody's."""
STREAMED_USERS = 10
"""The venue lets one address listen to so many; the others are asked for."""
POLL_S, BUILDERS_POLL_S = 10, 60
POLL = Timing(period_s=POLL_S, retry_s=POLL_S)
BUILDERS_POLL = Timing(period_s=BUILDERS_POLL_S, retry_s=BUILDERS_POLL_S)
SELDOM = Timing(period_s=3_600, retry_s=60)
"""An account's mode, its role and the list of dexes change seldom, and may at any time."""
PAGE_ROWS = 500
QUESTIONS = {
    "state": ("clearinghouseState", 2),
    "paid": ("userFunding", 20 + PAGE_ROWS // 20),
    "role": ("userRole", 60),
    "mode": ("userAbstraction", 20),
    "spot": ("spotClearinghouseState", 2),
}
"""By the first word of a request's key: the question in the venue's words, and its weight."""


class Accounts:
    """All followed addresses. Frames and replies of others are facts too, only never asked for.

    A part of the session. Every question's key names it, the address and, where it is about one,
    the dex: `state/0x…/xyz`.
    """

    def __init__(self) -> None:
        self._wanted: tuple[str, ...] = ()
        self._followed: dict[str, Followed] = {}
        self._left: set[str] = set()
        """No longer wanted: what is still on its way about them is not listened to."""
        self._is_open = False
        self._dexs: list[str] | None = None
        self._dex_list = Question(VENUE, _ask_dexs, JSON, SELDOM)
        self._modes, self._roles = (Rota(VENUE, _ask, JSON, SELDOM) for _ in range(2))
        self._spots, self._states = (Rota(VENUE, _ask, JSON, POLL) for _ in range(2))
        self._builders = Rota(VENUE, _ask, JSON, BUILDERS_POLL)
        # Rows of one hour share a stamp, so that a page begins at the last one, inclusive.
        self._paid = Backfill(Plan(newest_first=False, rows=PAGE_ROWS, unit_ns=0), _ask_paid)

    # --- life ---------------------------------------------------------------------------------

    def opened(self, link: str, at_ns: int) -> Sequence[Output]:
        self._is_open = self._is_open or link == MAIN
        return ()

    def closed(self, link: str) -> None:
        if link == MAIN:
            self._is_open = False
            for followed in self._followed.values():
                followed.heard_ns = None

    def want(self, accounts: Iterable[str]) -> None:
        """Follow these and no others."""
        before, self._wanted = self._wanted, tuple(dict.fromkeys(map(normal_address, accounts)))
        self._left = self._left.union(before).difference(self._wanted)
        for account in before:
            if account in self._left:
                self._followed.pop(account, None)
                self._paid.forget(f"paid/{account}")
                self._modes.soon(f"mode/{account}")
                self._roles.soon(f"role/{account}")

    def keys(self) -> list[str]:
        """The subscriptions that the followed accounts need."""
        streamed = self._wanted[:STREAMED_USERS]
        return [
            messages.key_of(channel, account)
            for account in streamed
            for channel in messages.ACCOUNT_CHANNELS
        ]

    def tick(self, at_ns: int) -> Sequence[Output]:
        """The questions that are due; what the stream says of an account is not asked for."""
        if not self._is_open or not self._wanted:
            return ()
        every = [self._of(account) for account in self._wanted]
        silent = [followed for followed in every if not followed.is_streamed(at_ns, POLL_S)]
        for followed in silent:
            followed.dexs = followed.dexs if self._dexs is None else self._dexs
        builders = [f"state/{f.account}/{dex}" for f in silent for dex in self._dexs or ()]
        self._dex_list.is_wanted = bool(silent)
        # What equity means is asked before it: a unified account's is in its spot balances.
        return [
            *self._modes.want(_keys("mode", every), at_ns),
            *self._spots.want(_keys("spot", [f for f in every if f.may_be_unified]), at_ns),
            *self._states.want(_keys("state", silent), at_ns),
            *self._dex_list.tick(at_ns),
            *self._builders.want(builders, at_ns),
            *self._roles.want(_keys("role", [f for f in every if f.needs_role]), at_ns),
            *self._paid.want(_keys("paid", every), at_ns),
        ]

    def _of(self, account: str) -> Followed:
        followed = self._followed.get(account)
        if followed is None:
            followed = Followed(account)
            if len(self._followed) < MAX_REMEMBERED or account in self._wanted:
                self._followed[account] = followed
        return followed

    # --- frames -------------------------------------------------------------------------------

    def all_dexs(self, data: messages.AllDexsData, at_ns: int) -> list[Output]:
        """Every dex of one address, all of them at once."""
        followed = self._named(data.user)
        if followed is None:
            return self._unheard(data.user, at_ns)
        states = [(dex, decode(wire.STATE, raw)) for dex, raw in data.clearinghouse_states]
        if not any(isinstance(state, str) for _, state in states):
            followed.heard_ns = at_ns
            followed.dexs = [dex for dex, _ in states]
        out: list[Output] = []
        for dex, state in states:
            if isinstance(state, str):
                out.append(reject(VENUE, at_ns, f"account: dex {dex!r}: {state}"))
                out += _unread(followed, dex, state, at_ns)
            else:
                out += followed.state(dex, state, at_ns)
        return [*out, *self._concluded(followed, at_ns)]

    def fundings(self, data: messages.FundingsData, at_ns: int) -> list[Output]:
        """Payments of one address, as they happen."""
        followed = self._named(data.user)
        if followed is None:
            return self._unheard(data.user, at_ns)
        return list(followed.paid(*wire.paid(data.fundings), at_ns))

    def fills(self, data: messages.UserFillsData, at_ns: int) -> list[Output]:
        """What one address traded: what was, when the channel opens, then as it happens."""
        followed = self._named(data.user)
        if followed is None:
            return self._unheard(data.user, at_ns)
        rows, unreadable = wire.fills(data.fills)
        told = list(followed.traded(rows, unreadable, at_ns))
        if data.is_snapshot or not told or followed.account not in self._wanted:
            return told
        # States are streamed every few seconds: a leg that lost its hedge is not to wait for one.
        dexs = sorted({row.coin.rpartition(":")[0] for row in rows})
        return [*told, *(_ask(f"state/{followed.account}/{dex}".rstrip("/")) for dex in dexs)]

    def _named(self, user: str) -> Followed | None:
        account = normal_address(user)
        return None if account in self._left or hex_address_problem(account) else self._of(account)

    def _unheard(self, user: str, at_ns: int) -> list[Output]:
        if normal_address(user) in self._left:
            return []
        return [reject(VENUE, at_ns, "account: a message about no address")]

    # --- replies ------------------------------------------------------------------------------

    def owns(self, reply: Reply) -> bool:
        """Whether a reply is about an account; a recording may hold others under this name."""
        return reply.name == ACCOUNT and wire.question_of(reply.key, reply.body) in wire.DECODERS

    def reply(self, reply: Reply) -> list[Output]:
        """An answer to the question in its key; one without is about the only address."""
        question = wire.question_of(reply.key, reply.body)
        account, _, dex = reply.key.partition("/")[2].partition("/")
        answer = read(VENUE, wire.DECODERS[question], reply)
        if not account and len(self._wanted) == 1:
            account = self._wanted[0]
        out: list[Output] = []
        if account in self._left:
            return out
        if isinstance(answer, Reject):
            out.append(answer)
            self._failed(question, reply)
            if account:
                out += _missed(self._of(account), question, dex, answer)
        elif question == "dexs":
            self._dexs = [row.name for row in answer if row is not None and row.name.isprintable()]
        elif account:
            out += self._answered(self._of(account), question, dex, answer, reply)
        elif len(self._wanted) > 1:
            reason = "account: an answer that does not say whose account it is about"
            out.append(reject(VENUE, reply.at_ns, reason))
        return [*out, *self.tick(reply.at_ns)]

    def _failed(self, question: str, reply: Reply) -> None:
        if question == "dexs":
            self._dex_list.failed(reply)
        elif question == "paid":
            self._paid.failed(reply.key, reply.at_ns)
        for rota in (self._modes, self._spots, self._states, self._builders, self._roles):
            rota.failed(reply)

    def _answered(
        self, followed: Followed, question: str, dex: str, answer: Any, reply: Reply
    ) -> Iterator[Output]:
        at_ns = reply.at_ns
        match question:
            case "state":
                yield from followed.state(dex or answer.dex, answer, at_ns)
                yield from self._concluded(followed, at_ns)
            case "paid":
                rows, unreadable = wire.paid(answer)
                yield from followed.paid(rows, unreadable, at_ns)
                stamps_ns = [row.time * NS_PER_MS for row in rows]
                # A page is full by what came, and not by what could be read of it.
                stamps_ns += stamps_ns[-1:] * (len(answer) - len(rows))
                if len(set(stamps_ns)) == 1:
                    # Of nothing but this stamp: the next page would be this one again.
                    stamps_ns = [stamp + NS_PER_MS for stamp in stamps_ns]
                if unreadable and not stamps_ns:
                    self._paid.failed(reply.key, at_ns)
                else:
                    yield from self._paid.answered(reply.key, stamps_ns, at_ns)
            case "role":
                followed.role = answer.describe()
                yield from followed.verdict(at_ns)
            case "mode":
                yield from followed.change_mode(answer.word, at_ns)
            case "spot":
                try:
                    usdc = answer.usdc()
                except msgspec.ValidationError as error:
                    yield reject(VENUE, at_ns, f"account: spot balances: {error}")
                    return
                yield from followed.spot(usdc, at_ns)

    def _concluded(self, followed: Followed, at_ns: int) -> Iterator[Output]:
        yield from followed.verdict(at_ns)
        if not followed.needs_role:
            # The answer may be another the next time that it looks like nobody's.
            self._roles.soon(f"role/{followed.account}")


def _keys(question: str, accounts: Iterable[Followed]) -> list[str]:
    return [f"{question}/{followed.account}" for followed in accounts]


def _missed(followed: Followed, question: str, dex: str, answer: Reject) -> Iterator[Output]:
    """What follows of a question that was not answered."""
    if question == "role":
        followed.role = followed.role or UNASKED
        yield from followed.verdict(answer.recv_ns)
    elif question == "state":
        problem = answer.reason.removeprefix("account: ")
        yield from _unread(followed, dex, problem, answer.recv_ns)


def _unread(followed: Followed, dex: str, problem: str, at_ns: int) -> Iterator[Output]:
    words = failure(problem, BUILDERS_POLL_S if dex else POLL_S)
    yield from followed.failed(dex, words, at_ns)


def _ask(key: str, **more: int) -> Fetch:
    """The question that a key names."""
    question, account, *dex = key.split("/", 2)
    kind, weight = QUESTIONS[question]
    words = {"type": kind, "user": account, **more}
    if dex:
        words["dex"] = dex[0]
    return ask(ACCOUNT, words, weight, key=key, background=question == "paid")


def _ask_paid(page: Page) -> Fetch:
    return _ask(page.key, startTime=page.start_ns // NS_PER_MS, endTime=page.end_ns // NS_PER_MS)


def _ask_dexs() -> Fetch:
    return ask(ACCOUNT, {"type": "perpDexs"}, 20, key="dexs")
