"""One followed dYdX account: what was read of it, and when it has to be read again.

What the channel says is followed by its updates; it is read over REST as well where the channel
does not answer, where a message could not be used, and after each hour: funding is in nobody's
update until the subaccount is touched. The docstring of `accounts.py` has signs and units.
"""

from collections.abc import Iterator, Sequence

import msgspec

from cockpit.core.events import AccountState, Margin, Reject
from cockpit.core.units import HOUR_NS, NS_PER_S, hour_floor_ns
from cockpit.venues.contract import Fetch, Output
from cockpit.venues.dydx import messages as wire
from cockpit.venues.dydx.addresses import CHILDREN
from cockpit.venues.dydx.history import fill as wire_fill
from cockpit.venues.dydx.mapper import VENUE
from cockpit.venues.dydx.subaccounts import Pool, Terms
from cockpit.venues.kit.account_ledger import Ledger, failure
from cockpit.venues.kit.decoding import rejects
from cockpit.venues.kit.numbers import Odd

AFTER_HOUR_S = 120
"""A job of the Indexer writes payments about a minute after the hour."""
REPEAT_NS = 10 * NS_PER_S
"""An account in which nothing moves is confirmed this often while its channel is open."""
ANSWER_NS = 15 * NS_PER_S
"""What the channel has not told by then is read over REST."""
POLL_S, LOOK_RETRY_S = 30, 60


class Account:
    """One address, or one parent subaccount of it, as the trader asked for it."""

    def __init__(self, name: str, terms: Terms) -> None:
        self.name = name
        self.address, slash, number = name.partition("/")
        self.is_whole_address = not slash
        self.parents = [int(number) if number.isdigit() else 0]
        self.ledger = Ledger(VENUE, name)
        self._terms = terms
        self._pools: dict[int, Pool] = {}
        self._is_behind = False
        """Whether a message was lost on us, so that the figures may be those of before it."""
        self.forget()

    def forget(self) -> None:
        """A new connection, or none: nothing is known for sure until it is read again."""
        self._is_listed = not self.is_whole_address
        """Whether the venue has said which subaccounts there are."""
        self._exists: dict[int, bool] = {}
        """By parent, as far as the venue has said on this connection."""
        self._heard: set[int] = set()
        """Parents that the channel has told whole on this connection."""
        self._look_due_ns: int | None = None
        """None: to be set by the next tick."""

    def tick(self, at_ns: int) -> Iterator[Output]:
        """Figures that moved with the oracle, and questions that are due."""
        for pool in self._pools.values():
            yield from self._moved(pool, at_ns)
        if self._look_due_ns is None:
            self._look_due_ns = at_ns if self.is_whole_address else at_ns + ANSWER_NS
        if at_ns >= self._look_due_ns:
            self._look_due_ns = at_ns + LOOK_RETRY_S * NS_PER_S
            part = "" if self.is_whole_address else f"/parentSubaccountNumber/{self.parents[0]}"
            path = f"/v4/addresses/{self.address}{part}"
            yield Fetch(name="account", path=path, key=f"look/{self.name}")

    # --- the channel ----------------------------------------------------------------------------

    def subscribed(self, number: int, contents: wire.Whole, at_ns: int) -> Iterator[Output]:
        """The whole of a parent with its children, or of one subaccount."""
        parent, said = number % CHILDREN, contents.subaccount
        if contents.is_empty:
            self._heard.add(parent)
            yield from self._absent([parent], at_ns)
            self._rest(at_ns)
        elif isinstance(said, msgspec.UnsetType):
            raise ValueError("no subaccount in its whole state")
        else:
            if said.child_subaccounts is not None:
                self._heard.add(parent)
            height = contents.block_height or 0
            yield from self.found(wire.Account(subaccount=said), at_ns, height)

    def changed(self, default: int, updates: Sequence[wire.Update], at_ns: int) -> Iterator[Output]:
        """Updates, in order; a row that names no subaccount is about `default`."""
        touched: dict[int, None] = {}
        for update in updates:
            for raw in update.fills or ():
                odd = Odd()
                fact = wire_fill(raw, self.name, at_ns, odd, default)
                yield from (fact,) if isinstance(fact, Reject) else self.ledger.fill(fact)
                yield from rejects(VENUE, at_ns, "fills", odd, bytes(raw))
            rows: list[wire.PositionRow | wire.AssetRow] = [
                *(update.perpetual_positions or ()), *(update.asset_positions or ()),
            ]  # fmt: skip
            for row in rows:
                number = default if row.subaccount_number is None else row.subaccount_number
                pool = self._pools.setdefault(number, Pool(number))
                pool.height = max(pool.height, update.block_height or 0)
                touched[number] = None
                if isinstance(row, wire.PositionRow):
                    pool.take(row)
                else:
                    pool.pay(row)
            if not self._is_behind:
                self._exists.update({number % CHILDREN: True for number in touched})
        for number in touched:
            yield from self._tell(self._pools[number], None, at_ns)
        if touched:
            yield from self._state(at_ns)

    def lost(self, at_ns: int) -> None:
        """A message of the connection is missing: every part has to be said again."""
        self._is_behind = True
        self._exists.clear()
        self._heard.clear()
        answer_ns = at_ns + ANSWER_NS
        self._look_due_ns = min(self._look_due_ns or answer_ns, answer_ns)

    def misheard(self, at_ns: int) -> Iterator[AccountState]:
        """A message could not be used: what was read stays, is not trusted, and is read again."""
        self._is_behind = True
        self._look_due_ns = at_ns
        words = failure("a message was not understood", POLL_S)
        yield from self.ledger.state("failed", at_ns, words)

    # --- replies --------------------------------------------------------------------------------

    def found(self, answer: wire.Account, at_ns: int, height: int = 0) -> Iterator[Output]:
        """The answer to a look: a whole address, a parent with its children, or one subaccount."""
        one = answer.subaccount
        if not isinstance(one, msgspec.UnsetType):
            rows, parents = one.rows, [one.number % CHILDREN]
            gone = set() if one.child_subaccounts is None else self._family(parents[0])
        elif self.is_whole_address:
            rows, gone = answer.subaccounts or [], set(self._pools)
            self._is_listed = True
            self.parents = parents = sorted({0, *(row.number % CHILDREN for row in rows)})
            self._exists.update(dict.fromkeys(parents, False))
        else:
            parents = self.parents
            rows = [row for row in answer.subaccounts or () if row.number % CHILDREN == parents[0]]
            gone = self._family(parents[0])
        if rows:
            yield from self._read(rows, gone, at_ns, height)
        else:
            yield from self._absent(parents, at_ns)
        self._rest(at_ns)

    def unanswered(self, problem: str, status: int, at_ns: int) -> Iterator[Output]:
        """The look was refused: there is no such account, or there is trouble."""
        if status == 404:
            self._is_listed = True
            yield from self._absent(self.parents, at_ns)
        elif self._is_behind or not (self._is_listed and any(self._exists.values())):
            words = failure(problem.removeprefix("account: "), LOOK_RETRY_S)
            yield from self.ledger.state("failed", at_ns, words)

    # --- facts ----------------------------------------------------------------------------------

    def _family(self, parent: int) -> set[int]:
        """The pools that a list of a parent's subaccounts would name, were they still there."""
        return {n for n in self._pools if n % CHILDREN == parent}

    def _rest(self, at_ns: int) -> None:
        """When to look again: soon where the channel, or an oracle, leaves something unsaid."""
        if not self._is_listed:
            return
        can_follow = self._heard.issuperset(self.parents) and not self._is_behind
        for pool in self._pools.values():
            here = pool.margin(self.name, None, self._terms, at_ns)
            can_follow = can_follow and here.equity is not None
        after_ns = AFTER_HOUR_S * NS_PER_S
        hour_ns = hour_floor_ns(at_ns - after_ns) + HOUR_NS + after_ns
        self._look_due_ns = hour_ns if can_follow else at_ns + POLL_S * NS_PER_S

    def _read(
        self, rows: Sequence[wire.Subaccount], gone: set[int], at_ns: int, height: int
    ) -> Iterator[Output]:
        """Subaccounts as they are now, in the venue's figures; those of `gone` may be no more.

        All rows are understood before any is told: half a list would close what it lacks.
        """
        pools = [(_pool(row, height), row) for row in rows]
        self._is_behind = False
        for pool, row in pools:
            self._exists[pool.number % CHILDREN] = True
            gone.discard(pool.number)
            known = self._pools.get(pool.number)
            if known is not None and 0 < pool.height < known.height:
                # The REST side reads a copy that lags: the channel knows it better.
                yield from self._tell(known, None, at_ns)
                continue
            if known is not None and row.open_perpetual_positions is None:
                pool.held = known.held
                for held in pool.held.values():
                    held.upnl = None  # it is none of this moment
            pool.told = None if known is None else known.told
            self._pools[pool.number] = pool
            yield from self._tell(pool, row, at_ns)
        for number in sorted(gone):
            del self._pools[number]
            yield from self.ledger.whole(str(number), (), at_ns)
            yield Margin(
                venue=VENUE, recv_ns=at_ns, account=self.name, pool=str(number),
                equity=0.0, used=0.0, available=0.0, maintenance=0.0,
            )  # fmt: skip
        yield from self._state(at_ns)

    def _state(self, at_ns: int) -> Iterator[AccountState]:
        """Whether all of it was read: the list of an address's subaccounts, and each parent."""
        if self._is_behind:
            return
        missing = [] if self._is_listed else ["the list of its subaccounts"]
        missing += [f"subaccount {n}" for n in self.parents if n not in self._exists]
        wanted = len(self.parents) + self.is_whole_address
        parts = (wanted - len(missing), wanted)
        if missing:
            words = f"reading {parts[0]} of {parts[1]}: waiting for {', '.join(missing)}"
            yield from self.ledger.state("waiting", at_ns, words, parts)
            return
        is_flat = all(pool.is_flat for pool in self._pools.values())
        yield from self.ledger.state("flat" if is_flat else "read", at_ns, parts=parts)

    def _absent(self, parents: Sequence[int], at_ns: int) -> Iterator[Output]:
        self._exists.update(dict.fromkeys(parents, False))
        if any(self._exists.values()) or not self._is_listed:
            yield from self._state(at_ns)
            return
        which = "subaccount" if self.is_whole_address else f"subaccount {self.parents[0]}"
        yield from self.ledger.missing(at_ns, f"this address has no {which} at dYdX (yet)")

    def _moved(self, pool: Pool, at_ns: int) -> Iterator[Output]:
        """The pool at the oracle prices of now, where all of them are known."""
        told = pool.told
        if told is None or self._is_behind or not self._exists.get(pool.number % CHILDREN):
            return
        margin = pool.margin(self.name, None, self._terms, at_ns)
        if margin.equity is None:
            poll_ns = at_ns + POLL_S * NS_PER_S
            self._look_due_ns = min(self._look_due_ns or poll_ns, poll_ns)
            return
        is_same = margin == msgspec.structs.replace(told, recv_ns=at_ns)
        if not is_same or at_ns - told.recv_ns >= REPEAT_NS:
            yield from self._tell(pool, None, at_ns)

    def _tell(self, pool: Pool, stated: wire.Subaccount | None, at_ns: int) -> Iterator[Output]:
        """The pool by what was `stated` of it just now, else by the oracle."""
        rows = pool.positions(self.name, stated, self._terms, at_ns)
        yield from self.ledger.whole(str(pool.number), rows, at_ns)
        margin, told = pool.margin(self.name, stated, self._terms, at_ns), pool.told
        yield from rejects(VENUE, at_ns, "account", pool.odd, "")
        pool.odd.clear()
        if margin.equity is None and told is not None and told.equity is not None:
            self._look_due_ns = at_ns  # what cannot be worked out does not replace what was stated
            return
        pool.told = margin
        yield margin


def _pool(row: wire.Subaccount, height: int) -> Pool:
    """A subaccount that was told whole: of a list that it has it has nothing else."""
    if row.subaccount_number is None:
        raise ValueError("a subaccount without a number")
    pool = Pool(row.subaccount_number)
    assets = row.asset_positions
    has_cash = assets is None or any(asset.symbol == "USDC" for asset in assets.values())
    pool.usdc = None if has_cash else 0.0
    pool.height = max(height, row.latest_processed_block_height or 0)
    for held in (row.open_perpetual_positions or {}).values():
        pool.take(held)
    for asset in (assets or {}).values():
        pool.pay(asset)
    return pool
