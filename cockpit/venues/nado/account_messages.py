"""Nado: what gateway and archive say of accounts. Every figure of money or size is of 1e-18."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from cockpit.core.units import NS_PER_S
from cockpit.venues.kit.fields import Rows, Seconds
from cockpit.venues.nado.messages import Answer, Scaled


class SubaccountRow(Struct, gc=False, frozen=True):
    subaccount: str
    subaccount_name: str
    isolated: bool


class Subaccounts(Struct, gc=False, frozen=True):
    subaccounts: tuple[SubaccountRow, ...]


class Health(Struct, gc=False, frozen=True):
    health: Scaled = None


class Amounts(Struct, gc=False, frozen=True):
    amount: Scaled = None


class Balance(Struct, gc=False, frozen=True):
    product_id: int
    balance: Amounts


class Risk(Struct, gc=False, frozen=True):
    price_x18: Scaled = None
    long_weight_maintenance_x18: Scaled = None
    short_weight_maintenance_x18: Scaled = None


class Product(Struct, gc=False, frozen=True):
    product_id: int
    risk: Risk = Risk()


class Info(Struct, gc=False, frozen=True):
    """`healths` are initial, maintenance and unweighted."""

    healths: tuple[Health, Health, Health]
    perp_balances: tuple[Balance, ...]
    perp_products: tuple[Product, ...]


class IsolatedRow(Struct, gc=False, frozen=True):
    subaccount: str
    base_balance: Balance
    base_product: Product
    healths: tuple[Health, Health, Health]


class IsolatedPositions(Struct, gc=False, frozen=True):
    isolated_positions: tuple[IsolatedRow, ...]


class PaymentRow(Struct, gc=False, frozen=True):
    product_id: int
    timestamp: Seconds
    amount: Scaled = None
    balance_amount: Scaled = None

    @property
    def stamp_ns(self) -> int:
        return self.timestamp * NS_PER_S


class Payments(Struct, gc=False, frozen=True):
    funding_payments: Rows
    next_idx: str | int | None = None

    @property
    def cursor(self) -> str | None:
        return None if self.next_idx is None else str(self.next_idx)


class OfBase(Struct, gc=False, frozen=True):
    """Of which market a match is; None for one of the spot markets."""

    perp: Balance | None = None


class Before(Struct, gc=False, frozen=True):
    base: OfBase


class MatchRow(Struct, gc=False, frozen=True):
    """One fill of an order. `quote_filled` is what it brought, after `fee`; a purchase's is < 0."""

    submission_idx: int
    digest: str
    isolated: bool
    pre_balance: Before
    base_filled: Scaled = None
    quote_filled: Scaled = None
    fee: Scaled = None


class TxRow(Struct, gc=False, frozen=True):
    submission_idx: int
    timestamp: Seconds


class Matches(Struct, gc=False, frozen=True):
    """Newest first. When a match was made is said of its transaction."""

    matches: tuple[MatchRow, ...]
    txs: tuple[TxRow, ...]


SUBACCOUNTS = msgspec.json.Decoder(Subaccounts, strict=False)
HALVES: Mapping[str, "msgspec.json.Decoder[Any]"] = {
    "subaccount_info": msgspec.json.Decoder(Answer[Info], strict=False),
    "isolated_positions": msgspec.json.Decoder(Answer[IsolatedPositions], strict=False),
}
"""By the name of the query."""
PAYMENTS = msgspec.json.Decoder(Payments, strict=False)
MATCHES = msgspec.json.Decoder(Matches, strict=False)
