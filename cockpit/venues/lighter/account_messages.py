"""Shapes of Lighter's account messages and replies, and what one row of them says.

Private to `lighter_account.py`, whose docstring has signs, units and evidence.
"""

from typing import TypeVar

import msgspec

from cockpit.core.events import Margin, Position
from cockpit.venues.kit.decoding import printable
from cockpit.venues.kit.numbers import finite, positive
from cockpit.venues.lighter.mapper import VENUE
from cockpit.venues.lighter.markets import DOCUMENTED_IDS, LAST_PERP_ID, THOUSANDS, symbol_of
from cockpit.venues.lighter.messages import Scalar

Row = TypeVar("Row")
Grouped = dict[str, Row | list[Row] | None] | list[Row] | None
"""Rows by market id, one or several each; a bare list or null where there are none."""


class PositionRow(msgspec.Struct, frozen=True, gc=False):
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
        return printable(self.symbol or "") or native_of(self.market_id)


class PaidRow(msgspec.Struct, frozen=True, gc=False):
    """One funding payment: `change` is cash flow. Stamps are seconds, or milliseconds."""

    market_id: int
    timestamp: int
    change: Scalar = None
    position_size: Scalar = None
    position_side: str | None = None


class AccountRow(msgspec.Struct, frozen=True, gc=False):
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
    def number(self) -> int:
        """ValueError where the venue does not say which account this is."""
        number = self.index if self.account_index is None else self.account_index
        if number is None:
            raise ValueError("an account without an index")
        return number


class Answer(msgspec.Struct, frozen=True, gc=False):
    """The body of `account`, `accountsByL1Address`, `positionFunding`, or of a refusal."""

    code: int | None = None
    message: str | None = None
    total: int | None = None
    accounts: list[AccountRow] | None = None
    sub_accounts: list[AccountRow] | None = None
    position_fundings: list[PaidRow] | None = None
    next_cursor: str | int | None = None


class Stats(msgspec.Struct, frozen=True, gc=False):
    """What an account is worth, without its positions."""

    portfolio_value: Scalar = None
    available_balance: Scalar = None
    cross_stats: "Stats | None" = None
    total_stats: "Stats | None" = None


class Message(msgspec.Struct, frozen=True, gc=False):
    """A message of an account channel; which fields it has depends on the channel."""

    type: str
    channel: str = ""
    account: int | None = None
    positions: Grouped[PositionRow] | msgspec.UnsetType = msgspec.UNSET
    funding_histories: Grouped[PaidRow] = None
    stats: Stats | None = None

    @property
    def number(self) -> int | None:
        """`account_all:12`; some deployments write it as it is subscribed to, `account_all/12`."""
        text = self.channel.replace("/", ":").rpartition(":")[2]
        is_index = text.isascii() and text.isdigit() and len(text) < 19
        return int(text) if is_index else self.account


MESSAGE: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message, strict=False)
ANSWER: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer, strict=False)


def rows_of(grouped: Grouped[Row]) -> list[Row]:
    """What a message lists, however it is grouped."""
    if isinstance(grouped, dict):
        groups = grouped.values()
        lists = [one if isinstance(one, list) else [one] for one in groups if one is not None]
        return [row for rows in lists for row in rows]
    return grouped or []


def native_of(market_id: int) -> str:
    """The name of a market that nothing has named yet."""
    return DOCUMENTED_IDS.get(market_id, f"@{market_id}")


def position(
    account: str, number: int, row: PositionRow, at_ns: int, venue_ns: int | None = None
) -> Position | None:
    """One position, flat ones too; None for a spot market. ValueError for what cannot be."""
    if not 0 <= row.market_id <= LAST_PERP_ID:
        return None
    native, units = row.native, finite(row.position)
    if units is None or (units != 0.0 and row.sign not in (1, -1)):
        raise ValueError(f"{native}: impossible position {row.sign} x {row.position}")
    contract = 1000.0 if native in THOUSANDS else 1.0
    entry, liquidation = positive(row.avg_entry_price), positive(row.liquidation_price)
    value, upnl = finite(row.position_value), finite(row.unrealized_pnl)
    allocated = finite(row.allocated_margin)
    is_isolated = row.margin_mode == 1
    is_worth = value is not None and value != 0.0 and units != 0.0
    return Position(
        venue=VENUE,
        recv_ns=at_ns,
        venue_ns=venue_ns,
        symbol=symbol_of(native),
        account=account,
        pool=str(number),
        size=(row.sign or 0) * abs(units) * contract,
        entry=None if entry is None else entry / contract,
        mark=abs(value) / abs(units) / contract if is_worth and value is not None else None,
        liquidation=None if liquidation is None else liquidation / contract,
        upnl=upnl,
        funding_paid=finite(row.total_funding_paid_out),
        leverage=leverage(row.initial_margin_fraction),
        margin_mode="isolated" if is_isolated else "cross",
        isolated_equity=allocated + upnl
        if is_isolated and allocated is not None and upnl is not None
        else None,
    )


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
    equity = collateral
    for held in row.positions:
        profit, aside = finite(held.unrealized_pnl), finite(held.allocated_margin) or 0.0
        if finite(held.position) and profit is None:
            return None
        equity += (profit or 0.0) + aside
    return equity


def margin_of(account: str, row: AccountRow, at_ns: int) -> Margin:
    """The collateral of one account, isolated positions included."""
    equity, available = worth(row), finite(row.available_balance)
    required = finite(row.cross_initial_margin_requirement)
    isolated = [r for r in row.positions or () if r.margin_mode == 1 and finite(r.position)]
    if required is not None:
        # An isolated position takes what was set aside for it and its own profit, as in streams.
        used: float | None = required + sum(
            (finite(r.allocated_margin) or 0.0) + (finite(r.unrealized_pnl) or 0.0)
            for r in isolated
        )
    else:
        used = None if equity is None or available is None else equity - available
    cross = finite(row.cross_asset_value)
    return Margin(
        venue=VENUE,
        recv_ns=at_ns,
        account=account,
        pool=str(row.number),
        equity=equity,
        used=used,
        available=available,
        maintenance=finite(row.cross_maintenance_margin_requirement),
        cross_equity=equity if cross is None and not isolated else cross,
    )


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
        venue=VENUE,
        recv_ns=at_ns,
        account=account,
        pool=str(number),
        equity=equity,
        used=None if free is None else equity - free,
        available=available,
        cross_equity=cross_equity,
    )
