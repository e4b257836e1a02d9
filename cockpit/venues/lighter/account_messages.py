"""Shapes of Lighter's account messages and replies, and what one row of them says.

Private to the venue; `accounts.py` has signs, units and evidence.
"""

from typing import Any, TypeVar

from msgspec import UNSET, Struct, UnsetType
from msgspec.json import Decoder

from cockpit.core.events import FundingPayment, Margin, Position
from cockpit.core.units import NS_PER_MS
from cockpit.venues.kit.decoding import printable
from cockpit.venues.kit.numbers import finite, positive
from cockpit.venues.lighter.mapper import SIGNS, VENUE
from cockpit.venues.lighter.markets import LAST_PERP_ID, symbol_of, unit_of
from cockpit.venues.lighter.wire_2025 import guessed_name

Row = TypeVar("Row")
Grouped = dict[str, Row | list[Row] | None] | list[Row] | None
"""Rows by market id, one or several each; a bare list or null where there are none."""
Scalar = str | float | None
FIRST_MILLISECONDS = 10**11
_MOST_MILLISECONDS = 10**13


class PositionRow(Struct, frozen=True, gc=False):
    """`position` is unsigned, `sign` is 1 or -1. A market that was ever traded keeps its row."""

    market_id: int
    symbol: str | None = None
    sign: int | None = None
    position: Scalar = None
    avg_entry_price: Scalar = None
    position_value: Scalar = None
    unrealized_pnl: Scalar = None
    liquidation_price: Scalar = None
    initial_margin_fraction: Scalar = None
    margin_mode: int | None = None
    allocated_margin: Scalar = None
    total_funding_paid_out: Scalar = None

    @property
    def native(self) -> str:
        return printable(self.symbol or "") or guessed_name(self.market_id)

    @property
    def aside(self) -> float | None:
        """What stands behind an isolated position alone; None where it is not said."""
        allocated, profit = finite(self.allocated_margin), finite(self.unrealized_pnl)
        return None if allocated is None or profit is None else allocated + profit


class PaidRow(Struct, frozen=True, gc=False):
    """One funding payment: `change` is cash flow. Stamps are seconds, or milliseconds."""

    market_id: int
    timestamp: int
    change: Scalar = None
    position_size: Scalar = None
    position_side: str | None = None

    @property
    def stamp_ns(self) -> int | None:
        """When it was paid; None for what is no time."""
        ms = self.timestamp if self.timestamp >= FIRST_MILLISECONDS else self.timestamp * 1000
        return ms * NS_PER_MS if 0 < ms < _MOST_MILLISECONDS else None


class AccountRow(Struct, frozen=True, gc=False):
    """One account of an address. The cross requirements are of the newest schema only."""

    index: int | None = None
    account_index: int | None = None
    l1_address: str | None = None
    collateral: Scalar = None
    available_balance: Scalar = None
    total_asset_value: Scalar = None
    cross_asset_value: Scalar = None
    cross_initial_margin_requirement: Scalar = None
    cross_maintenance_margin_requirement: Scalar = None
    positions: list[PositionRow] | None = None

    @property
    def number(self) -> int | None:
        return self.index if self.account_index is None else self.account_index


class Answer(Struct, frozen=True, gc=False):
    """The body of `account`, `positionFunding`, or of a refusal."""

    code: int | None = None
    message: str | None = None
    total: int | None = None
    accounts: list[AccountRow] | None = None
    position_fundings: list[PaidRow] | None = None
    next_cursor: str | int | None = None


class Stats(Struct, frozen=True, gc=False):
    """What an account is worth, without its positions."""

    portfolio_value: Scalar = None
    available_balance: Scalar = None
    cross_stats: "Stats | None" = None
    total_stats: "Stats | None" = None


class Message(Struct, frozen=True, gc=False):
    """A message of an account channel; which fields it has depends on the channel."""

    type: str
    channel: str = ""
    account: int | None = None
    positions: Grouped[PositionRow] | UnsetType = UNSET
    funding_histories: Grouped[PaidRow] = None
    stats: Stats | None = None

    @property
    def number(self) -> int | None:
        """`account_all:12`; some deployments write it as it is subscribed to, `account_all/12`."""
        text = self.channel.replace("/", ":").rpartition(":")[2]
        is_index = text.isascii() and text.isdigit() and len(text) < 19
        return int(text) if is_index else self.account


MESSAGE: Decoder[Message] = Decoder(Message, strict=False)
ANSWER: Decoder[Answer] = Decoder(Answer, strict=False)


def rows_of(grouped: Any) -> list[Any]:
    """What a message lists, however it is grouped."""
    if not isinstance(grouped, dict):
        return grouped or []
    lists = [one if isinstance(one, list) else [one] for one in grouped.values() if one is not None]
    return [row for rows in lists for row in rows]


def position(account: str, number: int, row: PositionRow, at_ns: int) -> Position | None:
    """One position, flat ones too; None for a spot market. ValueError for what cannot be."""
    if not 0 <= row.market_id <= LAST_PERP_ID:
        return None
    native, units = row.native, finite(row.position)
    if units is None or (units != 0.0 and row.sign not in (1, -1)):
        raise ValueError(f"{native}: impossible position {row.sign} x {row.position}")
    unit = unit_of(native)
    entry, liquidation = positive(row.avg_entry_price), positive(row.liquidation_price)
    value = positive(abs(finite(row.position_value) or 0.0))
    is_isolated = row.margin_mode == 1
    return Position(
        venue=VENUE, recv_ns=at_ns, symbol=symbol_of(native), account=account, pool=str(number),
        size=(row.sign or 0) * abs(units) * unit.contract,
        entry=None if entry is None else unit.to_price(entry),
        mark=unit.to_price(value / abs(units)) if value is not None and units != 0.0 else None,
        liquidation=None if liquidation is None else unit.to_price(liquidation),
        upnl=finite(row.unrealized_pnl), funding_paid=finite(row.total_funding_paid_out),
        leverage=leverage(row.initial_margin_fraction),
        margin_mode="isolated" if is_isolated else "cross",
        isolated_equity=row.aside if is_isolated else None,
    )  # fmt: skip


def leverage(initial: Scalar) -> float | None:
    """From the initial margin in per cent (`5.00`); the stream's documentation shows a fraction.

    The fraction is of `0.0500`: no market offers more than 100x, so what is below 1 is one. The
    venue cuts it to hundredths of a per cent, and its own requirement is of what is written.
    """
    number = positive(initial)
    if number is None:
        return None
    return 1.0 / number if number < 1.0 else 100.0 / number


def worth(row: AccountRow) -> float | None:
    """Equity: collateral, what is set aside for isolated positions, and all unrealised profit."""
    stated, collateral = finite(row.total_asset_value), finite(row.collateral)
    if stated is not None or collateral is None or row.positions is None:
        return stated
    held = [position for position in row.positions if finite(position.position) != 0.0]
    parts = [p.aside if p.margin_mode == 1 else finite(p.unrealized_pnl) for p in held]
    return _sum([collateral, *parts])


def margin_of(account: str, number: int, row: AccountRow, at_ns: int) -> Margin:
    """The collateral of one account, isolated positions included."""
    equity, available = worth(row), finite(row.available_balance)
    required = finite(row.cross_initial_margin_requirement)
    isolated = [r for r in row.positions or () if r.margin_mode == 1 and finite(r.position)]
    used = None if equity is None or available is None else equity - available
    if required is not None:
        # An isolated position takes what was set aside for it and its own profit, as in streams.
        used = _sum([required, *(position.aside for position in isolated)])
    cross = finite(row.cross_asset_value)
    return Margin(
        venue=VENUE, recv_ns=at_ns, account=account, pool=str(number), equity=equity, used=used,
        available=available, maintenance=finite(row.cross_maintenance_margin_requirement),
        cross_equity=equity if cross is None and not isolated else cross,
    )  # fmt: skip


def _sum(parts: list[float | None]) -> float | None:
    """What is not said in one part is not known of the whole."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def margin_of_stats(account: str, number: int, stats: Stats, at_ns: int) -> Margin | None:
    """The same from a stream; None if it does not say what the account is worth."""
    equity, available = finite(stats.portfolio_value), finite(stats.available_balance)
    if equity is None:
        return None
    cross = stats.cross_stats
    if stats.total_stats is not None and finite(stats.total_stats.portfolio_value) != equity:
        # The parts are not parts of this whole (the documentation's own example leaves them 0).
        cross = None
    cross_equity = None if cross is None else finite(cross.portfolio_value)
    # Isolated positions take all that stands behind them, as in `margin_of`.
    free = available if cross is None or not cross_equity else finite(cross.available_balance)
    return Margin(
        venue=VENUE, recv_ns=at_ns, account=account, pool=str(number), equity=equity,
        used=None if free is None else equity - free, available=available,
        cross_equity=cross_equity,
    )  # fmt: skip


def payment(account: str, pool: str, native: str, row: PaidRow, at_ns: int) -> FundingPayment:
    """One payment of one account. ValueError for what cannot be."""
    usd, units, stamp_ns = finite(row.change), finite(row.position_size), row.stamp_ns
    if usd is None or stamp_ns is None:
        raise ValueError(f"{native}: impossible payment {row.change} at {row.timestamp}")
    sign = SIGNS.get(row.position_side or "")
    size = (
        None if units is None or sign is None else sign * unit_of(native).to_size(abs(units), 1.0)
    )
    return FundingPayment(
        venue=VENUE, recv_ns=at_ns, venue_ns=stamp_ns, symbol=symbol_of(native),
        account=account, pool=pool, usd=usd, size=size,
    )  # fmt: skip
