"""What happened in a dYdX account, row by row: payments of funding, and trades.

The docstring of `accounts.py` has signs, units and evidence.
"""

from msgspec import Raw

from cockpit.core.events import AccountFill, FundingPayment, Reject
from cockpit.venues.dydx import messages as wire
from cockpit.venues.dydx.mapper import VENUE, symbol_of
from cockpit.venues.kit.decoding import decode, reject
from cockpit.venues.kit.numbers import Odd, finite, positive


def payment(raw: Raw, account: str, at_ns: int, odd: Odd) -> FundingPayment | Reject:
    """A payment; what of the row makes no sense beside the amount is added to `odd`."""
    row = decode(wire.PAID, raw)
    if isinstance(row, str):
        return reject(VENUE, at_ns, f"funding payment: {row}", bytes(raw))
    usd, paid_ns = finite(row.payment), wire.ns_of(row.created_at)
    if usd is None or paid_ns is None:
        why = "no amount" if usd is None else "at no possible time"
        return reject(VENUE, at_ns, f"funding payment: {why}", bytes(raw))
    return FundingPayment(
        venue=VENUE, recv_ns=at_ns, venue_ns=paid_ns,
        symbol=symbol_of(row.ticker), account=account, usd=usd, pool=str(row.subaccount_number),
        size=odd.number("size", row.size), rate=odd.number("rate", row.rate),
    )  # fmt: skip


def fill(raw: Raw, account: str, at_ns: int, odd: Odd, default: int = 0) -> AccountFill | Reject:
    """A trade; one that names no subaccount is of `default`."""
    row = decode(wire.FILL, raw)
    if isinstance(row, str):
        return reject(VENUE, at_ns, f"fill: {row}", bytes(raw))
    size, price, traded_ns = positive(row.size), positive(row.price), wire.ns_of(row.created_at)
    ticker = row.ticker or row.market
    if size is None or price is None or traded_ns is None or not (ticker and row.id):
        return reject(VENUE, at_ns, "fill: no size, price, time or market", bytes(raw))
    number = default if row.subaccount_number is None else row.subaccount_number
    return AccountFill(
        venue=VENUE, recv_ns=at_ns, venue_ns=traded_ns, symbol=symbol_of(ticker), account=account,
        fill=row.id, size=size if row.side == "BUY" else -size, price=price,
        fee=odd.number("fee", row.fee), pool=str(number),
    )  # fmt: skip
