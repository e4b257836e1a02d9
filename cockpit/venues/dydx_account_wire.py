"""Shapes of dYdX account messages and replies. Data only, private to `dydx_account.py`."""

from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from cockpit.venues.dydx_wire import Instant


class PositionRow(Struct, frozen=True, gc=False, rename="camel"):
    """`size` is negative for a short here and unsigned there: the side decides."""

    market: str
    side: Literal["LONG", "SHORT"]
    size: float
    status: str = "OPEN"
    entry_price: float | None = None
    unrealized_pnl: float | None = None
    net_funding: float | None = None
    subaccount_number: int | None = None


class AssetRow(Struct, frozen=True, gc=False, rename="camel"):
    """Collateral: unsigned, a SHORT is a debt."""

    symbol: str
    side: Literal["LONG", "SHORT"]
    size: float
    subaccount_number: int | None = None


class Subaccount(Struct, frozen=True, gc=False, rename="camel"):
    """One margin account; equity and free collateral are the Indexer's own."""

    subaccount_number: int
    equity: float | None = None
    free_collateral: float | None = None
    open_perpetual_positions: dict[str, PositionRow] = {}
    asset_positions: dict[str, AssetRow] = {}


class Parent(Struct, frozen=True, gc=False, rename="camel"):
    """A parent with its children, or (in `v4_subaccounts`) one account alone."""

    child_subaccounts: list[Subaccount] | None = None
    parent_subaccount_number: int | None = None
    subaccount_number: int | None = None
    equity: float | None = None
    free_collateral: float | None = None
    open_perpetual_positions: dict[str, PositionRow] = {}
    asset_positions: dict[str, AssetRow] = {}

    def accounts(self) -> list[Subaccount]:
        """ValueError where neither children nor a number say what this is."""
        if self.child_subaccounts is not None:
            return self.child_subaccounts
        if self.subaccount_number is None:
            raise ValueError("a subaccount without a number")
        return [
            Subaccount(
                subaccount_number=self.subaccount_number,
                equity=self.equity,
                free_collateral=self.free_collateral,
                open_perpetual_positions=self.open_perpetual_positions,
                asset_positions=self.asset_positions,
            )
        ]


class Whole(Struct, frozen=True, gc=False):
    """Contents of `subscribed`: `{}` where there is no such subaccount."""

    subaccount: Parent | UnsetType = UNSET


class Update(Struct, frozen=True, gc=False, rename="camel"):
    """What changed; equity is never in it."""

    perpetual_positions: list[PositionRow] | None = None
    asset_positions: list[AssetRow] | None = None


class _Message(Struct, frozen=True, gc=False, tag_field="type", rename="camel"):
    """The envelope; of a parent channel it names the subaccount in some generations."""

    id: str


class Subscribed(_Message, frozen=True, gc=False, tag="subscribed"):
    contents: Whole


class Data(_Message, frozen=True, gc=False, tag="channel_data"):
    contents: Update
    subaccount_number: int | None = None


class Batch(_Message, frozen=True, gc=False, tag="channel_batch_data"):
    contents: list[Update]
    subaccount_number: int | None = None


class Account(Struct, frozen=True, gc=False):
    """`GET /v4/addresses/{address}[/…Number/{n}]`: all of them, or the one that was named."""

    subaccount: Parent | None = None
    subaccounts: list[Subaccount] | None = None


class PaidRow(Struct, frozen=True, gc=False, rename="camel"):
    """A settled payment: positive when received; `size` is signed."""

    created_at: Instant
    ticker: str
    payment: float
    size: float | None = None
    rate: float | None = None
    subaccount_number: int = 0


class Payments(Struct, frozen=True, gc=False, rename="camel"):
    """`GET /v4/fundingPayments/parentSubaccount`, newest first."""

    funding_payments: list[PaidRow]


MESSAGE: msgspec.json.Decoder[Subscribed | Data | Batch] = msgspec.json.Decoder(
    Subscribed | Data | Batch, strict=False
)
ACCOUNT: msgspec.json.Decoder[Account] = msgspec.json.Decoder(Account, strict=False)
PAYMENTS: msgspec.json.Decoder[Payments] = msgspec.json.Decoder(Payments, strict=False)
