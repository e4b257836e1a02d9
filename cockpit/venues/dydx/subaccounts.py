"""dYdX subaccounts: what is in each, and what that is worth at the oracle price.

The docstring of `accounts.py` has signs, units and evidence.
"""

from collections.abc import Callable

import msgspec

from cockpit.core.events import Margin, Position
from cockpit.venues.dydx import messages as wire
from cockpit.venues.dydx.addresses import CHILDREN
from cockpit.venues.dydx.mapper import VENUE, symbol_of
from cockpit.venues.kit import numbers

Terms = Callable[[str], tuple[float | None, float | None, float | None]]
"""Ticker -> oracle price, initial and maintenance margin fraction, as far as they are known."""


class Held(msgspec.Struct, gc=False):
    """One position as the venue stated it last."""

    size: float
    entry: float | None
    upnl: float | None
    net_funding: float | None
    id: str | None

    def price(self, is_stated: bool, oracle: float | None) -> float | None:
        """The oracle price that its figures go by: that of the venue's own profit where the venue
        has just stated it, else the one of now."""
        if not is_stated or self.entry is None or self.upnl is None:
            return oracle
        return numbers.positive(self.entry + self.upnl / self.size) or oracle


class Pool:
    """One subaccount: its collateral, its positions, and what was told of it last."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.usdc: float | None = None
        """None where the venue has not said."""
        self.held: dict[str, Held] = {}
        self.told: Margin | None = None
        self.height = 0
        """The block of the newest message about it; 0 where none named one."""
        self.odd = numbers.Odd()
        """The figures of its messages that make no sense and were not told yet."""

    def take(self, row: wire.PositionRow) -> None:
        """A position as it is now; what the row leaves out stays. ValueError for nonsense."""
        before = self.held.get(row.market)
        size = _signed(row, before)
        if row.status not in (None, "OPEN") or size == 0.0:
            self.held.pop(row.market, None)
            return
        if before is not None and not _is_same(before, size, row.position_id):
            before = None
        entry = self.odd.price(f"entryPrice of {row.market}", row.entry_price)
        paid = self.odd.number(f"netFunding of {row.market}", row.net_funding)
        profit = self.odd.number(f"unrealizedPnl of {row.market}", row.unrealized_pnl)
        if row.entry_price is None and before is not None:
            entry = before.entry
        self.held[row.market] = Held(
            size=size,
            entry=entry,
            # Between two messages of one fill the entry is still 0, and the profit nonsense.
            upnl=None if entry is None else profit,
            net_funding=before.net_funding if paid is None and before is not None else paid,
            id=row.position_id or (before.id if before is not None else None),
        )

    def pay(self, row: wire.AssetRow) -> None:
        """Collateral as it is now. ValueError for nonsense: an old sum is not what is there."""
        size = numbers.finite(row.size)
        if size is None and row.size not in (None, ""):
            raise ValueError(f"{row.symbol}: impossible size")
        if row.symbol == "USDC" and size is not None:
            self.usdc = abs(size) if row.side == "LONG" else -abs(size)

    @property
    def is_flat(self) -> bool:
        """Nothing is held, and there is no money; where cash was not said, by the equity."""
        equity = None if self.told is None else self.told.equity
        return not self.held and (equity if self.usdc is None else self.usdc) == 0.0

    def positions(
        self, account: str, stated: wire.Subaccount | None, terms: Terms, at_ns: int
    ) -> list[Position]:
        """At the prices of what was `stated` just now, else at the oracle; the profit is that of
        the mark, so that both are of one moment."""
        rows = []
        for ticker, held in self.held.items():
            price, entry = held.price(stated is not None, terms(ticker)[0]), held.entry
            upnl = None if price is None or entry is None else held.size * (price - entry)
            row = Position(
                venue=VENUE, recv_ns=at_ns, symbol=symbol_of(ticker), account=account,
                pool=str(self.number), size=held.size, entry=entry, mark=price, upnl=upnl,
                funding_paid=held.net_funding,
                margin_mode="isolated" if self.number >= CHILDREN else "cross",
            )  # fmt: skip
            rows.append(row)
        return rows

    def margin(
        self, account: str, stated: wire.Subaccount | None, terms: Terms, at_ns: int
    ) -> Margin:
        """The venue's own figures where it has just stated them, with what must be kept at the
        prices that it had then; else ours at the oracle."""
        equity, initial, maintenance = self.usdc, 0.0, 0.0
        is_rated = True
        for ticker, held in self.held.items():
            oracle, imf, mmf = terms(ticker)
            price = held.price(stated is not None, oracle)
            if price is None:
                equity, is_rated = None, False
                break
            equity = None if equity is None else equity + held.size * price
            is_rated = is_rated and imf is not None and mmf is not None
            initial += abs(held.size) * price * (imf or 0.0)
            maintenance += abs(held.size) * price * (mmf or 0.0)
        used = initial if is_rated else None
        available = None if equity is None or used is None else equity - used
        said = None if stated is None else self.odd.number("equity", stated.equity)
        if stated is not None and said is not None:
            equity = said
            available = self.odd.number("freeCollateral", stated.free_collateral)
            used = None if available is None else equity - available
        return Margin(
            venue=VENUE, recv_ns=at_ns, account=account, pool=str(self.number),
            equity=equity, used=used, available=available, cross_equity=equity,
            maintenance=maintenance if is_rated else None,
        )  # fmt: skip


def _signed(row: wire.PositionRow, before: Held | None) -> float:
    """The size with the sign of its side; without one, of the wire or of what was known."""
    size = numbers.finite(row.size)
    if size is None:
        if row.size is not None or before is None:
            raise ValueError(f"{row.market}: impossible size")
        size = before.size
    if row.side is None:
        return size
    return abs(size) if row.side == "LONG" else -abs(size)


def _is_same(before: Held, size: float, id: str | None) -> bool:
    """Whether it is still the position that was known: one that turned over is another."""
    if before.size * size < 0:
        return False
    return None in (id, before.id) or id == before.id
