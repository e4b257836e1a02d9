"""The shapes of dYdX v4 Indexer messages. Data only, private to `dydx.py` and `dydx_markets.py`.

One tagged union on `type`; `contents` depends on the channel as well, so a content struct has the
fields of every channel that we read and leaves the rest unset. Market rows stay raw at first: one
row of nonsense must not cost the other three hundred.
"""

from datetime import UTC, datetime
from operator import attrgetter
from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from cockpit.core.units import NS_PER_S
from cockpit.venues.kit.decoding import BROKEN, decode
from cockpit.venues.kit.numbers import MAX_EXPONENT

Instant = Annotated[datetime, Meta(tz=True)]
"""An ISO time with its zone; one without a zone does not decode."""

Price = Annotated[float, Meta(gt=0, lt=MAX_EXPONENT)]
Size = Annotated[float, Meta(ge=0, lt=MAX_EXPONENT)]
Row = TypeVar("Row")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ns_of(instant: datetime) -> int:
    """Nanoseconds since the epoch, exact (a float timestamp would not be)."""
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * NS_PER_S + since.microseconds * 1000


class Level(Struct, frozen=True, gc=False):
    """A level of a snapshot."""

    price: float
    size: float


Change = tuple[Price, Size]
"""A level of a delta."""


class OldChange(Struct, frozen=True, gc=False, array_like=True):
    """A level of a delta in old data, which has a third element; decoding skips it."""

    price: Price
    size: Size


class TradeRow(Struct, frozen=True, gc=False, rename="camel"):
    """A fill. `type` is LIMIT, LIQUIDATED or DELEVERAGED; old recordings have a flag instead."""

    id: str | int
    side: Literal["BUY", "SELL"]
    size: float
    price: float
    created_at: Instant
    type: str = ""
    liquidation: bool = False


class OracleRow(Struct, frozen=True, gc=False, rename="camel"):
    """A row of `oraclePrices`; `price` is the older name."""

    oracle_price: float | None = None
    price: float | None = None
    effective_at: Instant | None = None


class MarketRow(Struct, gc=False, rename="camel"):
    """A market's row, whole or partial. Names are the venue's, in another case.

    The only mutable shape here: later partial rows are merged into the one we keep.
    """

    status: str | UnsetType = UNSET
    oracle_price: float | UnsetType | None = UNSET
    next_funding_rate: float | UnsetType | None = UNSET
    open_interest: float | UnsetType | None = UNSET
    initial_margin_fraction: float | UnsetType | None = UNSET
    maintenance_margin_fraction: float | UnsetType | None = UNSET
    tick_size: float | UnsetType | None = UNSET
    step_size: float | UnsetType | None = UNSET
    open_interest_lower_cap: float | UnsetType | None = UNSET
    open_interest_upper_cap: float | UnsetType | None = UNSET


class Whole(Struct, frozen=True, gc=False, rename="camel"):
    """Contents of `subscribed`."""

    bids: list[Level] | None = None
    asks: list[Level] | None = None
    trades: list[TradeRow] = []
    markets: dict[str, Raw] = {}
    height: int | None = None
    time: Instant | None = None


class Update(Struct, Generic[Row], frozen=True, gc=False, rename="camel"):
    """Contents of `channel_data`, or one of those of `channel_batch_data`.

    In a candle `trades` is a count.
    """

    bids: tuple[Row, ...] = ()
    asks: tuple[Row, ...] = ()
    trades: tuple[TradeRow, ...] | int = ()
    trading: dict[str, Raw] | None = None
    oracle_prices: dict[str, OracleRow] | None = None
    block_height: int | None = None
    time: Instant | None = None


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


class Data(Message, Generic[Row], frozen=True, gc=False, kw_only=True, tag="channel_data"):
    contents: Update[Row]


class Batch(Message, Generic[Row], frozen=True, gc=False, kw_only=True, tag="channel_batch_data"):
    contents: list[Update[Row]]


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


Known = Connected | Subscribed | Data[Change] | Batch[Change] | Unsubscribed | Failure | Pong
TYPES = frozenset({
    "connected", "subscribed", "channel_data", "channel_batch_data", "unsubscribed", "error",
    "pong",
})  # fmt: skip

DECODER: msgspec.json.Decoder[Known] = msgspec.json.Decoder(Known, strict=False)
OLD: msgspec.json.Decoder[Data[OldChange] | Batch[OldChange]] = msgspec.json.Decoder(
    Data[OldChange] | Batch[OldChange], strict=False
)
STRAY: msgspec.json.Decoder[Stray] = msgspec.json.Decoder(Stray)
ROW: msgspec.json.Decoder[MarketRow] = msgspec.json.Decoder(MarketRow, strict=False)


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
    rate: float
    effective_at: Instant
    effective_at_height: int


class FundingHistory(Struct, frozen=True, gc=False, rename="camel"):
    """`GET /v4/historicalFunding/{ticker}`, newest first."""

    historical_funding: list[FundingRow]


class Refusal(Struct, frozen=True, gc=False):
    """The body of a reply that is not 200."""

    errors: list[dict[str, object]] = []


MARKETS: msgspec.json.Decoder[Markets] = msgspec.json.Decoder(Markets, strict=False)
BOOK: msgspec.json.Decoder[Book] = msgspec.json.Decoder(Book, strict=False)
HISTORY: msgspec.json.Decoder[FundingHistory] = msgspec.json.Decoder(FundingHistory, strict=False)
REFUSAL: msgspec.json.Decoder[Refusal] = msgspec.json.Decoder(Refusal)


_pair = attrgetter("price", "size")


def read(data: str | bytes) -> Known | str:
    """A frame as a message, or why it is none."""
    try:
        return DECODER.decode(data)
    except BROKEN:
        old = decode(OLD, data)
        if not isinstance(old, str):
            return _modern(old)
        message: Known | str = decode(DECODER, data)
        return message


def _modern(old: Data[OldChange] | Batch[OldChange]) -> Batch[Change]:
    """Old data about a book as it would be said today."""
    updates = old.contents if isinstance(old, Batch) else [old.contents]
    return Batch(
        message_id=old.message_id,
        connection_id=old.connection_id,
        channel=old.channel,
        id=old.id,
        contents=[
            Update(bids=tuple(map(_pair, update.bids)), asks=tuple(map(_pair, update.asks)))
            for update in updates
        ],
    )
