"""The shapes of dYdX v4 Indexer messages of today. Data only, private to this package.

One tagged union on `type`; `contents` depends on the channel as well, so a content struct has the
fields of every channel that we read and leaves the rest unset. Market rows stay raw at first: one
row of nonsense must not cost the other three hundred. A `Figure` is looked at where it is used, so
that an odd one costs itself alone.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from cockpit.core.units import NS_PER_S
from cockpit.venues.kit.fields import Price, Size

Instant = Annotated[datetime, Meta(tz=True)]
"""An ISO time with its zone; one without a zone does not decode."""
Figure = float | str | None
Change = tuple[Price, Size]
"""A level of a delta."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def ns_of(instant: datetime) -> int | None:
    """Nanoseconds since the epoch, exact (a float timestamp would not be); None outside 2020 to
    2100, where nothing of this venue lies."""
    if not _FIRST <= instant < _LAST:
        return None
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * NS_PER_S + since.microseconds * 1000


class Level(Struct, frozen=True, gc=False):
    """A level of a snapshot."""

    price: float
    size: float


class TradeRow(Struct, frozen=True, gc=False, rename="camel"):
    """A fill. `type` is LIMIT, LIQUIDATED or DELEVERAGED. Its `id` is not used."""

    side: Literal["BUY", "SELL"]
    size: Figure
    price: Figure
    created_at: Instant
    type: str


class OracleRow(Struct, frozen=True, gc=False, rename="camel"):
    oracle_price: Figure
    effective_at: Instant | None = None


# --- accounts -----------------------------------------------------------------------------------


class PositionRow(Struct, frozen=True, gc=False, rename="camel"):
    """`size` is negative for a short here and unsigned there: the side decides.

    An update may leave fields out, or send null: that changes nothing.
    """

    market: str
    side: Literal["LONG", "SHORT"] | None = None
    size: Figure = None
    status: str | None = None
    position_id: str | None = None
    entry_price: Figure = None
    unrealized_pnl: Figure = None
    net_funding: Figure = None
    subaccount_number: int | None = None


class AssetRow(Struct, frozen=True, gc=False, rename="camel"):
    """Collateral: unsigned, a SHORT is a debt."""

    side: Literal["LONG", "SHORT"]
    symbol: str
    size: Figure = None
    subaccount_number: int | None = None


class Subaccount(Struct, frozen=True, gc=False, rename="camel"):
    """One margin account, or a parent with its children; the figures are the Indexer's own."""

    address: str = ""
    subaccount_number: int | None = None
    parent_subaccount_number: int | None = None
    child_subaccounts: "list[Subaccount] | None" = None
    equity: Figure = None
    free_collateral: Figure = None
    open_perpetual_positions: dict[str, PositionRow] | None = None
    asset_positions: dict[str, AssetRow] | None = None
    latest_processed_block_height: int | None = None

    @property
    def number(self) -> int:
        """ValueError where no number says what this is."""
        number = self.parent_subaccount_number
        number = self.subaccount_number if number is None else number
        if number is None:
            raise ValueError("a subaccount without a number")
        return number

    @property
    def rows(self) -> "list[Subaccount]":
        return [self] if self.child_subaccounts is None else self.child_subaccounts


# --- frames -------------------------------------------------------------------------------------


class Whole(Struct, frozen=True, gc=False, rename="camel"):
    """Contents of `subscribed`: `{}` where there is no such subaccount."""

    bids: list[Level] | None = None
    asks: list[Level] | None = None
    trades: tuple[TradeRow, ...] = ()
    markets: dict[str, Raw] = {}
    height: int | None = None
    time: Instant | None = None
    subaccount: Subaccount | UnsetType = UNSET
    block_height: int | None = None
    orders: list[Raw] | None = None

    @property
    def is_empty(self) -> bool:
        return self.subaccount is UNSET and self.block_height is None and self.orders is None


class Update(Struct, frozen=True, gc=False, rename="camel"):
    """Contents of `channel_data`, or one of those of `channel_batch_data`.

    In a candle `trades` is a count. An account's equity is in none.
    """

    bids: tuple[Change, ...] = ()
    asks: tuple[Change, ...] = ()
    trades: tuple[TradeRow, ...] | int = ()
    trading: dict[str, Raw] | None = None
    oracle_prices: dict[str, OracleRow] | None = None
    block_height: int | None = None
    time: Instant | None = None
    perpetual_positions: list[PositionRow] | None = None
    asset_positions: list[AssetRow] | None = None
    fills: list[Raw] | None = None


class Message(Struct, frozen=True, gc=False, kw_only=True, tag_field="type"):
    """The envelope. `v4_markets` sends no `id`."""

    message_id: int
    connection_id: str = ""
    channel: str = ""
    id: str = ""


class Connected(Message, frozen=True, gc=False, tag="connected"):
    """The first message of a connection, number 0."""


class Subscribed(Message, frozen=True, gc=False, kw_only=True, tag="subscribed"):
    """The answer to a subscribe: the state at the start. Numbered when asked, sent when ready."""

    contents: Whole


class Data(Message, frozen=True, gc=False, kw_only=True, tag="channel_data"):
    """A parent's channel names the subaccount in the envelope, in some generations."""

    contents: Update
    child: int | None = msgspec.field(default=None, name="subaccountNumber")


class Batch(Message, frozen=True, gc=False, kw_only=True, tag="channel_batch_data"):
    contents: list[Update]
    child: int | None = msgspec.field(default=None, name="subaccountNumber")


class Unsubscribed(Message, frozen=True, gc=False, tag="unsubscribed"):
    """The answer to an unsubscribe; takes a number of its own."""


class Failure(Message, frozen=True, gc=False, kw_only=True, tag="error"):
    """The venue's refusal of something we sent, with a number that it has used before."""

    message: str = ""


class Pong(Struct, frozen=True, gc=False, tag_field="type", tag="pong"):
    """Documented, not sent today."""


class Stray(Struct, frozen=True, gc=False):
    """What can be read of a message that is none of the above: enough to say what it was."""

    type: str = ""
    message_id: int | None = None
    channel: str = ""
    id: str | int = ""
    jsonrpc: str | None = None


Known = Connected | Subscribed | Data | Batch | Unsubscribed | Failure | Pong
TYPES = frozenset(kind.__struct_config__.tag for kind in get_args(Known))

FRAME: msgspec.json.Decoder[Known] = msgspec.json.Decoder(Known, strict=False)
STRAY: msgspec.json.Decoder[Stray] = msgspec.json.Decoder(Stray)
ROW: msgspec.json.Decoder[dict[str, object]] = msgspec.json.Decoder(dict[str, object])

# --- replies ------------------------------------------------------------------------------------


class Markets(Struct, frozen=True, gc=False):
    """`GET /v4/perpetualMarkets`."""

    markets: dict[str, Raw]


class Book(Struct, frozen=True, gc=False):
    """`GET /v4/orderbooks/perpetualMarket/{ticker}`."""

    bids: list[Level]
    asks: list[Level]


class FundingRow(Struct, frozen=True, gc=False, rename="camel"):
    """A settled hour: `rate` is the fraction paid for it."""

    ticker: str
    rate: Figure
    effective_at: Instant


class FundingHistory(Struct, frozen=True, gc=False, rename="camel"):
    """`GET /v4/historicalFunding/{ticker}`, newest first."""

    historical_funding: list[Raw]


class Account(Struct, frozen=True, gc=False):
    """`GET /v4/addresses/{address}[/…Number/{n}]`: all of them, or the one that was named."""

    subaccount: Subaccount | UnsetType = UNSET
    subaccounts: list[Subaccount] | None = None


class PaidRow(Struct, frozen=True, gc=False, rename="camel"):
    """A settled payment: positive when received; `size` is signed."""

    created_at: Instant
    ticker: str
    payment: Figure = None
    size: Figure = None
    rate: Figure = None
    subaccount_number: int = 0


class Payments(Struct, frozen=True, gc=False, rename="camel"):
    """`GET /v4/fundingPayments/parentSubaccount`, newest first. Rows are read one by one."""

    funding_payments: list[Raw]


class FillRow(Struct, frozen=True, gc=False, rename="camel"):
    """A trade of a subaccount: `market` over REST, `ticker` on the channel; a rebate is < 0."""

    id: str
    side: Literal["BUY", "SELL"]
    created_at: Instant
    size: Figure = None
    price: Figure = None
    fee: Figure = None
    market: str = ""
    ticker: str = ""
    subaccount_number: int | None = None


class Fills(Struct, frozen=True, gc=False):
    """`GET /v4/fills/parentSubaccountNumber`, newest first. Rows are read one by one."""

    fills: list[Raw]


class Refusal(Struct, frozen=True, gc=False):
    """The body of a reply that is not 200."""

    errors: list[dict[str, object]] = []


MARKETS: msgspec.json.Decoder[Markets] = msgspec.json.Decoder(Markets)
BOOK: msgspec.json.Decoder[Book] = msgspec.json.Decoder(Book, strict=False)
HISTORY: msgspec.json.Decoder[FundingHistory] = msgspec.json.Decoder(FundingHistory)
ACCOUNT: msgspec.json.Decoder[Account] = msgspec.json.Decoder(Account, strict=False)
PAYMENTS: msgspec.json.Decoder[Payments] = msgspec.json.Decoder(Payments)
PAID: msgspec.json.Decoder[PaidRow] = msgspec.json.Decoder(PaidRow, strict=False)
FILLS: msgspec.json.Decoder[Fills] = msgspec.json.Decoder(Fills)
FILL: msgspec.json.Decoder[FillRow] = msgspec.json.Decoder(FillRow, strict=False)
REFUSAL: msgspec.json.Decoder[Refusal] = msgspec.json.Decoder(Refusal)
