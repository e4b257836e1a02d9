"""Shapes of dYdX account messages and replies. Data only, private to `dydx_account.py`."""

from typing import Literal

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from cockpit.venues.dydx.messages import Instant

CHILDREN = 128
"""Subaccounts below this are parents; a parent's children are its number plus multiples of it."""


class PositionRow(Struct, frozen=True, gc=False, rename="camel"):
    """`size` is negative for a short here and unsigned there: the side decides.

    An update may leave fields out, or send null: that changes nothing.
    """

    market: str
    side: Literal["LONG", "SHORT"] | None = None
    size: float | None = None
    status: str | None = None
    position_id: str | None = None
    entry_price: float | None = None
    unrealized_pnl: float | None = None
    net_funding: float | None = None
    subaccount_number: int | None = None


class AssetRow(Struct, frozen=True, gc=False, rename="camel"):
    """Collateral: unsigned, a SHORT is a debt. Until 2023 the name was a `denom`."""

    side: Literal["LONG", "SHORT"]
    size: float | None = None
    symbol: str = ""
    denom: str = ""
    subaccount_number: int | None = None


class Subaccount(Struct, frozen=True, gc=False, rename="camel"):
    """One margin account; equity and free collateral are the Indexer's own."""

    subaccount_number: int
    address: str = ""
    equity: float | None = None
    free_collateral: float | None = None
    open_perpetual_positions: dict[str, PositionRow] | None = None
    asset_positions: dict[str, AssetRow] | None = None
    latest_processed_block_height: int | None = None


class Parent(Struct, frozen=True, gc=False, rename="camel"):
    """A parent with its children, or (in `v4_subaccounts`) one account alone."""

    address: str = ""
    child_subaccounts: list[Subaccount] | None = None
    parent_subaccount_number: int | None = None
    subaccount_number: int | None = None
    equity: float | None = None
    free_collateral: float | None = None
    open_perpetual_positions: dict[str, PositionRow] | None = None
    asset_positions: dict[str, AssetRow] | None = None
    latest_processed_block_height: int | None = None

    def parent(self) -> int:
        """ValueError where no number says what this is."""
        number = self.parent_subaccount_number
        number = self.subaccount_number if number is None else number
        if number is None:
            raise ValueError("a subaccount without a number")
        return number % CHILDREN

    def accounts(self) -> list[Subaccount]:
        """ValueError where neither children nor a number say what this is."""
        if self.child_subaccounts is not None:
            return self.child_subaccounts
        if self.subaccount_number is None:
            raise ValueError("a subaccount without a number")
        return [
            Subaccount(
                subaccount_number=self.subaccount_number,
                address=self.address,
                equity=self.equity,
                free_collateral=self.free_collateral,
                open_perpetual_positions=self.open_perpetual_positions,
                asset_positions=self.asset_positions,
                latest_processed_block_height=self.latest_processed_block_height,
            )
        ]


class Whole(Struct, frozen=True, gc=False, rename="camel"):
    """Contents of `subscribed`: `{}` where there is no such subaccount."""

    subaccount: Parent | UnsetType = UNSET
    block_height: int | UnsetType | None = UNSET
    orders: list[Raw] | UnsetType | None = UNSET

    @property
    def is_empty(self) -> bool:
        return self.subaccount is UNSET and self.block_height is UNSET and self.orders is UNSET


class Update(Struct, frozen=True, gc=False, rename="camel"):
    """What changed; equity is never in it. Until 2023 it said `positions`."""

    perpetual_positions: list[PositionRow] | None = None
    positions: list[PositionRow] | None = None
    asset_positions: list[AssetRow] | None = None
    block_height: int | None = None

    @property
    def held(self) -> list[PositionRow]:
        return [*(self.perpetual_positions or ()), *(self.positions or ())]


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


class Named(Struct, frozen=True, gc=False):
    """Of a message that is not understood otherwise: whose it is."""

    id: str = ""


class Account(Struct, frozen=True, gc=False):
    """`GET /v4/addresses/{address}[/…Number/{n}]`: all of them, or the one that was named."""

    subaccount: Parent | UnsetType = UNSET
    subaccounts: list[Subaccount] | UnsetType = UNSET

    def accounts(self) -> list[Subaccount]:
        """ValueError for a body that is about no account: it does not say that there is none."""
        if self.subaccount is UNSET and self.subaccounts is UNSET:
            raise ValueError("neither a subaccount nor a list of them")
        many = [] if self.subaccounts is UNSET else self.subaccounts
        return [*many, *(() if self.subaccount is UNSET else self.subaccount.accounts())]

    def about(self) -> str:
        """`address/parent` or, of a whole address, `address`; empty where it does not say."""
        if self.subaccount is not UNSET:
            one = self.subaccount
            address = one.address or next((r.address for r in one.accounts()), "")
            return f"{address}/{one.parent()}" if address else ""
        return next((row.address for row in self.accounts() if row.address), "")


class PaidRow(Struct, frozen=True, gc=False, rename="camel"):
    """A settled payment: positive when received; `size` is signed."""

    created_at: Instant
    ticker: str
    payment: float | None = None
    size: float | None = None
    rate: float | None = None
    subaccount_number: int = 0


class Payments(Struct, frozen=True, gc=False, rename="camel"):
    """`GET /v4/fundingPayments/parentSubaccount`, newest first. Rows are read one by one."""

    funding_payments: list[Raw]


MESSAGE: msgspec.json.Decoder[Subscribed | Data | Batch] = msgspec.json.Decoder(
    Subscribed | Data | Batch, strict=False
)
ACCOUNT: msgspec.json.Decoder[Account] = msgspec.json.Decoder(Account, strict=False)
NAMED: msgspec.json.Decoder[Named] = msgspec.json.Decoder(Named)
PAYMENTS: msgspec.json.Decoder[Payments] = msgspec.json.Decoder(Payments)
PAID: msgspec.json.Decoder[PaidRow] = msgspec.json.Decoder(PaidRow, strict=False)
