"""Nado: what the positions of a wallet were traded at, and so what they were opened at.

A balance does not tell it: `v_quote_balance` takes funding and fees, keeps the profit of what was
closed, and settlement moves it into the spot balance at any time. The archive's `matches` do: each
has a size, what it brought and the fee in that, so that its price is `-(quote + fee) / base`.
They are asked for when a size has changed, newest first, back to where the open positions began; a
position whose beginning they do not reach has no entry.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Fetch
from cockpit.venues.nado import account_messages as wire
from cockpit.venues.nado.messages import whole
from cockpit.venues.nado.rest import archive

_ROWS, _WEIGHT, _MOST_ASKED = 100, 12, 20
_PATIENCE = 2
"""So often a first reading waits for the archive."""
_KEPT = _ROWS * _MOST_ASKED
_AGAIN_NS = 15 * NS_PER_S
"""The archive may not have a match yet that the balance already has."""


class Held(NamedTuple):
    """A position of a subaccount: cross, or set apart from it."""

    product_id: int
    is_isolated: bool


class Filled(NamedTuple):
    """A match in integers of 1e-18: signed size, what it brought before its fee, and the fee."""

    order: tuple[int, str]
    held: Held
    at_ns: int
    size: int
    quote: int
    fee: int

    @property
    def price(self) -> float:
        return -self.quote / self.size


def read_matches(page: wire.Matches) -> Iterator[Filled | str]:
    """The matches of perpetuals, or why one is none."""
    stamps_s = {row.submission_idx: row.timestamp for row in page.txs}
    for row in page.matches:
        balance, at_s = row.pre_balance.base.perp, stamps_s.get(row.submission_idx)
        size, quote, fee = map(whole, (row.base_filled, row.quote_filled, row.fee))
        if balance is None:
            continue
        if at_s is None or not size or quote is None or fee is None or (quote + fee) * size >= 0:
            yield f"match {row.submission_idx} has no time, size or price"
            continue
        held = Held(balance.product_id, row.isolated)
        order = (row.submission_idx, row.digest)
        yield Filled(order, held, at_s * NS_PER_S, size, quote + fee, fee)


class Opening(NamedTuple):
    """What a position was opened at, on average of what is open of it."""

    entry: float
    opened_ns: int


def opening(fills: Iterable[Filled], amount: int) -> Opening | None:
    """The opening of a position of this size, from its fills, newest first; None where they do not
    reach back to where it was flat."""
    rest = amount
    found: list[Filled] = []
    for fill in fills:
        found.append(fill)
        rest -= fill.size
        if not rest:
            break
    if rest or not amount:
        return None
    size = cost = 0
    for fill in reversed(found):
        after = size + fill.size
        if size * fill.size >= 0:
            cost -= fill.quote
        elif size * after < 0:
            cost = -fill.quote * after // fill.size
        else:
            cost = cost * after // size
        size = after
    return Opening(cost / size, found[-1].at_ns)


@dataclass(slots=True)
class _Position:
    """One position: its size now, and its fills, newest first.

    `counted` is the size that its fills up to `newest` were seen to add up to: from then on a
    change of size is expected of the fills after them. None while that was never seen.
    """

    size: int = 0
    fills: list[Filled] = field(default_factory=list)
    counted: int | None = None
    newest: tuple[int, str] = (0, "")

    @property
    def is_explained(self) -> bool:
        if self.counted is None:
            return not self.size or opening(self.fills, self.size) is not None
        later = sum(fill.size for fill in self.fills if fill.order > self.newest)
        return later == self.size - self.counted

    def count(self) -> None:
        if self.is_explained and (self.size or self.counted is not None):
            self.counted, self.newest = self.size, self.fills[0].order


@dataclass(slots=True)
class _Traded:
    """One subaccount. `page` is where the next page begins, None at the newest; `due_ns` when it
    is asked for, None while nothing is missing; `asked` how often since a size has changed."""

    positions: dict[Held, _Position] = field(default_factory=dict)
    due_ns: int | None = None
    page: int | None = None
    asked: int = 0

    def learn(self, rows: Sequence[Filled]) -> list[Filled]:
        """The news of a page, oldest first."""
        known = {row.order for position in self.positions.values() for row in position.fills}
        news = sorted(row for row in rows if row.order not in known)
        for row in news:
            self.positions.setdefault(row.held, _Position()).fills.append(row)
        for position in self.positions.values():
            position.fills.sort(reverse=True)
            del position.fills[_KEPT:]
        return news


class Fills:
    """The matches of followed subaccounts, by address and subaccount."""

    def __init__(self) -> None:
        self._traded: dict[tuple[str, str], _Traded] = {}

    def keep(self, addresses: Iterable[str]) -> None:
        """Forget all others."""
        kept = set(addresses)
        self._traded = {place: one for place, one in self._traded.items() if place[0] in kept}

    def opening(self, address: str, subaccount: str, held: Held, amount: int) -> Opening | None:
        """None where it is not known."""
        traded = self._traded.get((address, subaccount))
        position = None if traded is None else traded.positions.get(held)
        if position is None or position.size != amount or not position.is_explained:
            return None
        return opening(position.fills, amount)

    def follow(self, address: str, subaccount: str, sizes: Mapping[Held, int], at_ns: int) -> None:
        """The open positions of a subaccount as read now, in 1e-18: what changed was traded."""
        traded = self._traded.setdefault((address, subaccount), _Traded())
        is_news = False
        for held in traded.positions.keys() | sizes.keys():
            position = traded.positions.setdefault(held, _Position())
            is_news |= position.size != sizes.get(held, 0)
            position.size = sizes.get(held, 0)
        if is_news:
            traded.due_ns, traded.page, traded.asked = at_ns, None, 0

    def is_reading(self, address: str) -> bool:
        """Whether an answer is still to come that may tell an entry."""
        mine = [one for place, one in self._traded.items() if place[0] == address]
        return any(
            one.due_ns is not None and (one.page is not None or one.asked < _PATIENCE)
            for one in mine
        )

    def tick(self, at_ns: int) -> Iterator[Fetch]:
        for (address, subaccount), traded in self._traded.items():
            if traded.due_ns is not None and at_ns >= traded.due_ns:
                traded.due_ns, traded.asked = at_ns + _AGAIN_NS, traded.asked + 1
                yield _ask(address, subaccount, traded.page)

    def take(self, address: str, subaccount: str, rows: Sequence[Filled]) -> list[Filled]:
        """What a page brings that was not known, oldest first."""
        traded = self._traded.get((address, subaccount))
        if traded is None:
            return []
        news, positions = traded.learn(rows), traded.positions.values()
        for position in positions:
            position.count()
        if all(position.is_explained for position in positions):
            traded.due_ns = None
        elif traded.asked >= _MOST_ASKED:
            # Something changed it that was no match, or so long ago that nobody looks for it.
            traded.due_ns = None
            for position in positions:
                position.counted = position.counted if position.is_explained else None
        elif news and len(rows) >= _ROWS:
            traded.page, traded.due_ns = rows[-1].order[0], 0
            return news
        traded.page = None
        return news


def _ask(address: str, subaccount: str, page: int | None) -> Fetch:
    asked: dict[str, object] = {"subaccounts": [subaccount], "limit": _ROWS}
    if page is not None:
        asked["idx"] = page
    fetch = archive("account_fills", {"matches": asked}, _WEIGHT, f"{address} {subaccount}")
    return replace(fetch, background=False)
