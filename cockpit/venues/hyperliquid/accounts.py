"""Hyperliquid accounts by public address: positions, margin, funding payments. Read only.

| channel or question         | message                | meaning                     | we emit            | evidence |
|-----------------------------|------------------------|-----------------------------|--------------------|----------|
| `allDexsClearinghouseState` | [dex, state] pairs     | every dex of an address     | Position, Margin   | [subscriptions] LIB |
| `clearinghouseState`         | one dex, by REST       | positions, margin           | Position, Margin   | [perpetuals] REC |
| `userFundings`, `userFunding` | rows                 | `usdc` is cash flow         | FundingPayment     | [perpetuals] REC |
| `perpDexs`                  | names, null is our own | dexes to read where the channel is silent | nothing | [perpetuals] REC |
| `userRole`                  | a word                 | agent, missing, user, vault | AccountState       | [info] REC |
| `userAbstraction`           | a word                 | whether equity per dex means anything | AccountState | [modes] LIB |
| `spotClearinghouseState`    | balances               | collateral of a unified account | Margin         | [modes] |

`szi` is signed. `usdc` is positive when received (recorded: shorts at positive rates). `cumFunding`
is what was charged, so that received is its negative (three clients, one of which compared it with
the payments of six accounts). `liquidationPx` null: there is none. An unknown address, an agent
wallet and an empty account all answer with zeros: `userRole` tells them apart. Sub-accounts and
vaults are accounts like any other.
Figures of `kPEPE` are per thousand coins and are told per coin.
"""  # noqa: E501

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from cockpit.core.account import hex_address_problem, normal_address
from cockpit.core.events import AccountState, FundingPayment, Margin, Position
from cockpit.core.units import NS_PER_MS
from cockpit.venues.contract import MAIN, Fetch, Output, Reply
from cockpit.venues.hyperliquid import account_messages as wire
from cockpit.venues.hyperliquid.account_state import UNASKED, Followed
from cockpit.venues.hyperliquid.messages import (
    ACCOUNT_CHANNELS,
    VENUE,
    AllDexsData,
    FundingsData,
    key_of,
)
from cockpit.venues.hyperliquid.rest_messages import JSON, ask
from cockpit.venues.kit.account_ledger import failure
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.decoding import decode, refused, reject
from cockpit.venues.kit.polling import Question, Rota, Timing

KINDS: frozenset[type] = frozenset({Position, Margin, AccountState, FundingPayment})
ACCOUNT = "account"
MAX_REMEMBERED = 64
STREAMED_USERS = 10
"""The venue lets one address listen to so many; the others are asked for."""
POLL_S, BUILDERS_POLL_S, SELDOM_S, RETRY_S = 10, 60, 3_600, 60
"""An account's mode, its role and the list of dexes change seldom, and may at any time."""
PAGE_ROWS = 500

_TYPES = {
    "state": "clearinghouseState",
    "paid": "userFunding",
    "role": "userRole",
    "mode": "userAbstraction",
    "spot": "spotClearinghouseState",
}
"""The first word of a request's key, and the question in the venue's words."""
_WEIGHTS = {"state": 2, "spot": 2, "mode": 20, "role": 60, "paid": 20 + PAGE_ROWS // 20}
_ANSWERS: dict[str, type] = {
    "state": wire.State, "paid": wire.Paid, "role": wire.Role, "mode": wire.Mode,
    "spot": wire.Spot, "dexs": wire.Dexs,
}  # fmt: skip

check_address = hex_address_problem


class Accounts:
    """All followed addresses. Frames and replies of others are facts too, only never asked for.

    A part of the session. Every question's key names it, the address and, where it is about one,
    the dex: `state/0x…/xyz`.
    """

    def __init__(self) -> None:
        self._wanted: tuple[str, ...] = ()
        self._followed: dict[str, Followed] = {}
        self._is_open = False
        self._dexs: tuple[str, ...] = ()
        self._dex_list = Question(VENUE, _ask_dexs, JSON, _every(SELDOM_S, RETRY_S))
        self._modes = Rota(VENUE, _ask, JSON, _every(SELDOM_S, RETRY_S))
        self._spots = Rota(VENUE, _ask, JSON, _every(POLL_S, POLL_S))
        self._states = Rota(VENUE, _ask, JSON, _every(POLL_S, POLL_S))
        self._builders = Rota(VENUE, _ask, JSON, _every(BUILDERS_POLL_S, BUILDERS_POLL_S))
        self._roles = Rota(VENUE, _ask, JSON, _every(SELDOM_S, RETRY_S))
        # Rows of one hour share a stamp, so that a page begins at the last one, inclusive.
        self._paid = Backfill(Plan(newest_first=False, rows=PAGE_ROWS, unit_ns=0), _ask_paid)

    # --- life ---------------------------------------------------------------------------------

    def opened(self, link: str, at_ns: int) -> Sequence[Output]:
        if link == MAIN:
            self._is_open = True
        return ()

    def closed(self, link: str) -> None:
        if link == MAIN:
            self._is_open = False
            for followed in self._followed.values():
                followed.heard_ns = None

    def want(self, accounts: Iterable[str]) -> None:
        """Follow these and no others."""
        before, self._wanted = self._wanted, tuple(dict.fromkeys(map(normal_address, accounts)))
        for account in before:
            if account not in self._wanted:
                self._followed.pop(account, None)
                self._paid.forget(f"paid/{account}")

    def keys(self) -> list[str]:
        """The subscriptions that the followed accounts need."""
        streamed = self._wanted[:STREAMED_USERS]
        return [key_of(channel, account) for account in streamed for channel in ACCOUNT_CHANNELS]

    def tick(self, at_ns: int) -> Sequence[Output]:
        """The questions that are due; what the stream says of an account is not asked for."""
        if not self._is_open or not self._wanted:
            return ()
        every = [self._of(account) for account in self._wanted]
        silent = [followed for followed in every if not followed.is_streamed(at_ns, POLL_S)]
        builders = [f"state/{f.account}/{dex}" for f in silent for dex in self._dexs]
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
            if len(self._followed) < MAX_REMEMBERED:
                self._followed[account] = followed
        return followed

    # --- frames -------------------------------------------------------------------------------

    def all_dexs(self, data: AllDexsData, at_ns: int) -> list[Output]:
        """Every dex of one address."""
        followed = self._named(data.user, at_ns)
        if not isinstance(followed, Followed):
            return followed
        states = [(dex, decode(wire.STATE, raw)) for dex, raw in data.clearinghouse_states]
        if not any(isinstance(state, str) for _, state in states):
            followed.heard_ns = at_ns
        out: list[Output] = []
        for dex, state in states:
            if isinstance(state, str):
                out.append(reject(VENUE, at_ns, f"account: dex {dex!r}: {state}"))
                out += _unread(followed, dex, state, at_ns)
            else:
                out += followed.state(dex, state, at_ns)
        if states:
            out += self._concluded(followed, at_ns)
        return out

    def fundings(self, data: FundingsData, at_ns: int) -> list[Output]:
        """Payments of one address, as they happen."""
        followed = self._named(data.user, at_ns)
        if not isinstance(followed, Followed):
            return followed
        return list(_told(followed, wire.paid(data.fundings), at_ns))

    def _named(self, user: str, at_ns: int) -> Followed | list[Output]:
        """Whose message it is, or what is said of one about nobody."""
        account = normal_address(user)
        if not account:
            return []
        if hex_address_problem(account):
            return [reject(VENUE, at_ns, "account: a message about no address")]
        return self._of(account)

    # --- replies ------------------------------------------------------------------------------

    def owns(self, reply: Reply) -> bool:
        """Whether a reply is about an account; a recording may hold others under this name."""
        return reply.name == ACCOUNT and (bool(reply.key) or wire.is_known(reply.body))

    def reply(self, reply: Reply) -> list[Output]:
        """An answer, told apart by its key; without one, by its shape, about the only address."""
        question, _, rest = reply.key.partition("/")
        account, _, dex = rest.partition("/")
        if not account and len(self._wanted) == 1:
            account = self._wanted[0]
        answer = refused(reply) or _checked(question, wire.read(reply.body))
        if isinstance(answer, wire.Dexs):
            self._dexs = answer.names
            return list(self.tick(reply.at_ns))
        if not account and len(self._wanted) > 1:
            answer = "an answer that does not say whose account it is about"
        out: list[Output] = []
        if isinstance(answer, str):
            out.append(reject(VENUE, reply.at_ns, f"account: {answer}"))
            if account:
                out += self._failed(self._of(account), question, dex, answer, reply)
        elif account:
            out += self._answered(self._of(account), dex, answer, reply)
        return [*out, *self.tick(reply.at_ns)]

    def _failed(
        self, followed: Followed, question: str, dex: str, problem: str, reply: Reply
    ) -> Iterator[Output]:
        if question == "paid":
            self._paid.failed(reply.key, reply.at_ns)
        for rota in (self._modes, self._spots, self._states, self._builders, self._roles):
            rota.failed(reply)
        if question == "role":
            followed.role = followed.role or UNASKED
            yield from followed.verdict(reply.at_ns)
        elif question in ("state", ""):
            yield from _unread(followed, dex, problem.removeprefix("account: "), reply.at_ns)

    def _answered(
        self, followed: Followed, dex: str, answer: wire.Answer, reply: Reply
    ) -> Iterator[Output]:
        at_ns = reply.at_ns
        match answer:
            case wire.State():
                yield from followed.state(dex or answer.dex, answer, at_ns)
                yield from self._concluded(followed, at_ns)
            case wire.Paid():
                yield from _told(followed, answer, at_ns)
                stamps_ns = [row.time * NS_PER_MS for row in answer.rows]
                if len(set(stamps_ns)) == 1:
                    # Of nothing but this stamp: the next page would be this one again.
                    stamps_ns = [stamp + NS_PER_MS for stamp in stamps_ns]
                yield from self._paid.answered(reply.key, stamps_ns, at_ns)
            case wire.Role():
                followed.role = answer.describe()
                yield from followed.verdict(at_ns)
            case wire.Mode():
                yield from followed.change_mode(answer.word, at_ns)
            case wire.Spot():
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


def _every(period_s: int, retry_s: int) -> Timing:
    return Timing(period_s=period_s, retry_s=retry_s)


def _keys(question: str, accounts: Iterable[Followed]) -> list[str]:
    return [f"{question}/{followed.account}" for followed in accounts]


def _told(followed: Followed, answer: wire.Paid, at_ns: int) -> Iterator[Output]:
    yield from followed.paid(answer.rows, at_ns)
    if answer.unreadable:
        yield reject(VENUE, at_ns, f"account: {answer.unreadable} unreadable payments")


def _unread(followed: Followed, dex: str, problem: str, at_ns: int) -> Iterator[Output]:
    words = failure(problem, BUILDERS_POLL_S if dex else POLL_S)
    yield from followed.failed(dex, words, at_ns)


def _checked(question: str, answer: wire.Answer | str) -> wire.Answer | str:
    """An answer that is none to its question is no answer."""
    expected = _ANSWERS.get(question, object)
    if isinstance(answer, str | expected):
        return answer
    return f"an answer of another kind than {_TYPES.get(question, question)}"


def _ask(key: str, **more: int) -> Fetch:
    """The question that a key names."""
    question, account, *dex = key.split("/", 2)
    words = {"type": _TYPES[question], "user": account, **more}
    if dex:
        words["dex"] = dex[0]
    is_background = question == "paid" or bool(dex)
    return ask(ACCOUNT, words, _WEIGHTS[question], key=key, background=is_background)


def _ask_paid(page: Page) -> Fetch:
    return _ask(page.key, startTime=page.start_ns // NS_PER_MS, endTime=page.end_ns // NS_PER_MS)


def _ask_dexs() -> Fetch:
    return ask(ACCOUNT, {"type": "perpDexs"}, 20, key="dexs", background=True)
