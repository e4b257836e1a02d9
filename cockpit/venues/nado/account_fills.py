"""Nado: what the positions of a wallet were traded at, and so what they were opened at.

A balance does not tell it: `v_quote_balance` takes funding and fees, keeps the profit of what was
closed, and settlement moves it into the spot balance at any time. The archive's `matches` do: each
has a size, what it brought and the fee in that, so that its price is `-(quote + fee) / base`.
They are asked for when a size has changed, newest first, back to where the open positions began; a
position whose beginning they do not reach has no entry.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Fetch
from cockpit.venues.kit.numbers import Odd
from cockpit.venues.nado import account_messages as wire
from cockpit.venues.nado.messages import archive, whole

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


def _matches(page: wire.Matches, odd: Odd) -> Iterator[Filled]:
    """The matches of perpetuals; `odd` hears of those that are none."""
    stamps_s = {row.submission_idx: row.timestamp for row in page.txs}
    for row in page.matches:
        balance, at_s = row.pre_balance.base.perp, stamps_s.get(row.submission_idx)
        size, quote, fee = map(whole, (row.base_filled, row.quote_filled, row.fee))
        if balance is None:
            continue
        if at_s is None or not size or quote is None or fee is None or (quote + fee) * size >= 0:
            odd.append(f"match {row.submission_idx} has no time, size or price")
            continue
        held = Held(balance.product_id, row.isolated)
        order = (row.submission_idx, row.digest)
        yield Filled(order, held, at_s * NS_PER_S, size, quote + fee, fee)


class Opening(NamedTuple):
    """What a position was opened at, on average of what is open of it; None while unknown."""

    entry: float | None = None
    opened_ns: int | None = None


def opening(fills: Iterable[Filled], amount: int) -> Opening:
    """The opening of a position of this size, from its fills, newest first; unknown where they do
    not reach back to where it was flat."""
    rest = amount
    found: list[Filled] = []
    for fill in fills:
        found.append(fill)
        rest -= fill.size
        if not rest:
            break
    if rest or not amount:
        return Opening()
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
            return not self.size or opening(self.fills, self.size).entry is not None
        later = sum(fill.size for fill in self.fills if fill.order > self.newest)
        return later == self.size - self.counted

    def count(self) -> None:
        if self.is_explained and (self.size or self.counted is not None):
            self.counted, self.newest = self.size, self.fills[0].order


@dataclass(slots=True)
class Traded:
    """The matches of one subaccount. `page` is where the next page begins, None at the newest;
    `due_ns` when it is asked for, None while its positions are explained by those that are known;
    `asked` how often it was since a size changed."""

    positions: dict[Held, _Position] = field(default_factory=dict)
    due_ns: int | None = None
    page: int | None = None
    asked: int = 0

    @property
    def is_reading(self) -> bool:
        """Whether an answer is still to come that may tell an entry."""
        return self.due_ns is not None and (self.page is not None or self.asked < _PATIENCE)

    def opening(self, held: Held, amount: int) -> Opening:
        position = self.positions.get(held)
        if position is None or position.size != amount or not position.is_explained:
            return Opening()
        return opening(position.fills, amount)

    def follow(self, sizes: Mapping[Held, int], at_ns: int) -> None:
        """The open positions as read now, in 1e-18: what changed was traded."""
        for held in self.positions.keys() | sizes.keys():
            position = self.positions.setdefault(held, _Position())
            if position.size != sizes.get(held, 0):
                position.size = sizes.get(held, 0)
                self.due_ns, self.page, self.asked = at_ns, None, 0

    def tick(self, address: str, subaccount: str, at_ns: int) -> Iterator[Fetch]:
        """The question for a page, if it is due."""
        if self.due_ns is None or at_ns < self.due_ns:
            return
        self.due_ns, self.asked = at_ns + _AGAIN_NS, self.asked + 1
        asked: dict[str, object] = {"subaccounts": [subaccount], "limit": _ROWS}
        if self.page is not None:
            asked["idx"] = self.page
        fetch = archive("account_fills", {"matches": asked}, _WEIGHT, f"{address} {subaccount}")
        yield replace(fetch, background=False)

    def take(self, page: wire.Matches, odd: Odd) -> list[Filled]:
        """What a page brings that was not known, oldest first."""
        rows, positions = list(_matches(page, odd)), self.positions
        known = {row.order for position in positions.values() for row in position.fills}
        news = sorted(row for row in rows if row.order not in known)
        for row in news:
            positions.setdefault(row.held, _Position()).fills.append(row)
        for position in positions.values():
            position.fills.sort(reverse=True)
            del position.fills[_KEPT:]
            position.count()
        self.page = None
        if all(position.is_explained for position in positions.values()):
            self.due_ns = None
        elif self.asked >= _MOST_ASKED:
            # Something changed it that was no match, or so long ago that nobody looks for it.
            self.due_ns = None
            for position in positions.values():
                position.counted = position.counted if position.is_explained else None
        elif len(page.matches) >= _ROWS and (news or not rows):
            # Also where spot markets fill a page.
            self.page, self.due_ns = page.matches[-1].submission_idx, 0
        return news
