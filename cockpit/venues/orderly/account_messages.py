"""Orderly accounts by address: the shapes of its Public Info API, and the facts in a row.

Sizes are signed and in the market's own unit, money is USDC. A `funding_fee` above zero is paid by
the account; of ours, what is received is positive. The page says that a rate of a payment is per
eight hours, of every market; recordings of four-hourly markets speak against it: no rate is told.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from cockpit.core.events import FundingPayment, Margin, Position
from cockpit.core.units import HOUR_S, NS_PER_MS, hour_floor_ns
from cockpit.venues.kit.fields import Ms, Number, Rows, moment_ns
from cockpit.venues.kit.instruments import ONE, Unit
from cockpit.venues.kit.numbers import Odd, finite, is_nothing, positive
from cockpit.venues.orderly.mapper import VENUE, OrderlyMarket, named
from cockpit.venues.orderly.messages import Answer

NOT_FOUND = "ADDRESS_NOT_FOUND"
_MODES: Mapping[str, Literal["cross", "isolated"]] = {"CROSS": "cross", "ISOLATED": "isolated"}
_RATE_S = 8 * HOUR_S
_SHOWN_ID = 10
"""Characters of an account's id that tell a subaccount from its brand's others."""


class PositionRow(Struct, gc=False, frozen=True):
    symbol: str
    position_qty: Number
    notional: Number = None
    average_open_price: Number = None
    mark_price: Number = None
    unrealized_pnl: Number = None
    imr: Number = None
    mmr: Number = None
    est_liq_price: Number = None
    margin_mode: str | None = None
    opened_at: Number = None
    updated_at: Number = None


class AccountRow(Struct, gc=False, frozen=True):
    """One account of an address: a brand has a main one and subaccounts of its own."""

    account_id: str
    broker_id: str
    positions: tuple[PositionRow, ...]
    account_type: str = "main"
    account_value: Number = None
    free_collateral: Number = None

    @property
    def pool(self) -> str:
        """The brand, and which of its accounts where it is not the main one."""
        if self.account_type == "main":
            return self.broker_id
        return f"{self.broker_id}/{self.account_id[:_SHOWN_ID]}"


class State(Struct, gc=False, frozen=True):
    accounts: tuple[AccountRow, ...]


class PaymentRow(Struct, gc=False, frozen=True):
    symbol: str
    funding_fee: Number
    funding_rate_timestamp: Ms
    funding_status: Literal["Settled", "Accrued"]
    position_qty: Number = None
    payment_type: str | None = None
    funding_rate: Number = None
    mark_price: Number = None

    @property
    def stamp_ns(self) -> int:
        return self.funding_rate_timestamp * NS_PER_MS


class Payments(Struct, gc=False, frozen=True):
    """Rows are read one by one."""

    rows: Rows
    next_cursor: str | None = None


STATE = msgspec.json.Decoder(Answer[State], strict=False)
PAYMENTS = msgspec.json.Decoder(Answer[Payments], strict=False)


def name_of(native: str) -> tuple[str, Unit]:
    """A builder's market keeps its whole name: what is held there is not left out."""
    return named(native) or (native, ONE)


def position(account: str, pool: str, row: PositionRow, at_ns: int, odd: Odd) -> Position:
    """One open position. ValueError where its size is none: then nothing of it is believed."""
    size = finite(row.position_qty)
    if size is None:
        raise ValueError(f"impossible position {row.position_qty} in {row.symbol}")
    symbol, unit = name_of(row.symbol)

    def price(name: str, value: Number) -> float | None:
        told = odd.price(f"{name} of {row.symbol}", value)
        return None if told is None else unit.to_price(told)

    opened_ns = moment_ns(row.opened_at)
    if opened_ns is None and not is_nothing(row.opened_at):
        odd.append(f"opened_at of {row.symbol} is {row.opened_at!r:.40}")
    return Position(
        venue=VENUE, recv_ns=at_ns, symbol=symbol, account=account, pool=pool,
        size=size * unit.contract, entry=price("average_open_price", row.average_open_price),
        mark=price("mark_price", row.mark_price),
        liquidation=price("est_liq_price", row.est_liq_price),
        upnl=odd.number(f"unrealized_pnl of {row.symbol}", row.unrealized_pnl),
        margin_mode=_MODES.get(row.margin_mode or ""), opened_ns=opened_ns,
    )  # fmt: skip


def margin(account: str, row: AccountRow, at_ns: int, odd: Odd) -> Margin:
    """What an account is worth. Sums over positions are unknown where one of them is."""
    cross = [held for held in row.positions if held.margin_mode == "CROSS"]
    is_cross = len(cross) == len(row.positions)
    equity = odd.number("account_value", row.account_value)
    return Margin(
        venue=VENUE, recv_ns=at_ns, account=account, pool=row.pool, equity=equity,
        used=_share(row.positions, "imr", odd),
        available=odd.number("free_collateral", row.free_collateral),
        maintenance=_share(cross, "mmr", odd), cross_equity=equity if is_cross else None,
    )  # fmt: skip


def _share(rows: Sequence[PositionRow], which: Literal["imr", "mmr"], odd: Odd) -> float | None:
    """The sum of notional times fraction."""
    total = 0.0
    for row in rows:
        notional = odd.number(f"notional of {row.symbol}", row.notional)
        stated = row.imr if which == "imr" else row.mmr
        fraction = odd.number(f"{which} of {row.symbol}", stated, 0.0)
        if notional is None or fraction is None:
            return None
        total += abs(notional) * fraction
    return total


def accrued(row: PaymentRow, market: OrderlyMarket | None) -> float | None:
    """USD of a payment that is due and not credited; None where it is not known.

    Its fee is often zero until it is credited. It is counted then with what its market settled at
    that stamp, which is of a whole interval. Of an eight-hourly market the row's own rate will do;
    of others it is not sure what that is per.
    """
    fee = finite(row.funding_fee)
    if fee:
        return -fee
    hour_ns = hour_floor_ns(row.stamp_ns)
    rate = None if market is None else market.rates.get(hour_ns)
    if rate is None and market is not None and market.interval_s == _RATE_S:
        rate = finite(row.funding_rate)
    return counted(row, rate)


def counted(row: PaymentRow | PositionRow, rate: float | None) -> float | None:
    """What a settlement brings a size at its mark: longs pay a rate above zero."""
    size, price = finite(row.position_qty), positive(row.mark_price)
    if size is None or price is None or rate is None:
        return None
    return finite(0.0 - size * price * rate)


def payment(account: str, pool: str, row: PaymentRow, at_ns: int, odd: Odd) -> FundingPayment:
    """A settled payment. ValueError where sign and word contradict each other, or it is none."""
    fee = finite(row.funding_fee)
    size = odd.number(f"position_qty of {row.symbol}", row.position_qty)
    word = "Pay" if (fee or 0.0) > 0 else "Receive"
    if fee is None or (fee and row.payment_type not in (None, word)):
        raise ValueError(f"{row.symbol}: a fee of {row.funding_fee} is not {row.payment_type}")
    symbol, unit = name_of(row.symbol)
    return FundingPayment(
        venue=VENUE, recv_ns=at_ns, venue_ns=row.stamp_ns,
        symbol=symbol, account=account, pool=pool, usd=-fee,
        size=None if size is None else size * unit.contract,
    )  # fmt: skip
