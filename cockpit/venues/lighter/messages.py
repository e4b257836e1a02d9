"""What Lighter writes on the wire: data shapes only, private to the venue.

Every field that any generation of the API left out, or wrote as null, is optional here. `Scalar` is
a number that may arrive as text, as a JSON number, as "" or as null.
Source: https://apidocs.lighter.xyz/docs/websocket-reference and the OpenAPI schema of the REST API.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta

from cockpit.venues.kit.decoding import BROKEN, decode
from cockpit.venues.kit.numbers import MAX_EXPONENT

Positive = Annotated[float, Meta(gt=0, lt=MAX_EXPONENT)]
NotNegative = Annotated[float, Meta(ge=0, lt=MAX_EXPONENT)]
Figure = Annotated[float, Meta(ge=-MAX_EXPONENT, le=MAX_EXPONENT)] | None
"""A number as the venue writes it."""
Scalar = str | float | None
"""A number as it may be in a row that is not as it should be."""
Digits = TypeVar("Digits")

USED = frozenset(
    {
        "order_book",
        "trade",
        "market_stats",
        "height",
        "ping",
        "pong",
        "connected",
        "unsubscribed",
        "shutdown",
    }
)
"""Kinds that a `Message` can read: one of these that it cannot is broken."""
UNUSED = frozenset(
    {
        "ticker",
        "candle",
        "mark_price_candle",
        "spot_market_stats",
        "bo_market_stats",
        "user_stats",
        "notification",
        "pool_data",
        "pool_info",
    }
)
"""Documented kinds that say nothing we use; so are all that begin with `account_`."""


class Level(msgspec.Struct, frozen=True, gc=False):
    price: Positive
    size: NotNegative


class Book(msgspec.Struct, frozen=True, gc=False):
    """Resting levels with absolute sizes; `begin_nonce` is the `nonce` of the message before."""

    asks: tuple[Level, ...] | None = None
    bids: tuple[Level, ...] | None = None
    offset: int | None = None
    nonce: int | None = None
    begin_nonce: int | None = None


class _BookMessage(msgspec.Struct, frozen=True, gc=False, tag_field="type"):
    channel: str
    order_book: Book
    timestamp: int | None = None
    last_updated_at: int | None = None


class BookSubscribed(_BookMessage, frozen=True, gc=False, tag="subscribed/order_book"):
    """The whole book, thousands of levels."""


class BookUpdate(_BookMessage, frozen=True, gc=False, tag="update/order_book"):
    """The levels that changed."""


class Fill(msgspec.Struct, frozen=True, gc=False):
    trade_id: int
    price: Positive
    size: Positive
    is_maker_ask: bool
    timestamp: int | None = None
    type: str = "trade"


class _TradeMessage(msgspec.Struct, frozen=True, gc=False, tag_field="type"):
    channel: str
    trades: tuple[Fill, ...] | None = None
    liquidation_trades: tuple[Fill, ...] | None = None


class TradeSubscribed(_TradeMessage, frozen=True, gc=False, tag="subscribed/trade"):
    """The last 50 trades and the last 50 liquidations, newest first."""


class TradeUpdate(_TradeMessage, frozen=True, gc=False, tag="update/trade"):
    """New trades."""


class Stats(msgspec.Struct, Generic[Digits], frozen=True, gc=False):
    """One market; rates are percent per hour and open interest is USD."""

    symbol: str | None = None
    mark_price: Digits | None = None
    index_price: Digits | None = None
    last_trade_price: Digits | None = None
    open_interest: Digits | None = None
    current_funding_rate: Digits | None = None
    funding_rate: Digits | None = None
    funding_timestamp: Digits | None = None


class _StatsMessage(msgspec.Struct, frozen=True, gc=False, tag_field="type"):
    channel: str
    market_stats: msgspec.Raw
    timestamp: int | None = None


class StatsSubscribed(_StatsMessage, frozen=True, gc=False, tag="subscribed/market_stats"):
    """Every market of the channel."""


class StatsUpdate(_StatsMessage, frozen=True, gc=False, tag="update/market_stats"):
    """The markets that changed."""


class AllStatsUpdate(msgspec.Struct, frozen=True, gc=False, tag="update/market_stats"):
    """The markets that changed, as they are nearly always told: every figure a number."""

    channel: Literal["market_stats:all"]
    market_stats: dict[str, Stats[Figure]]
    timestamp: int | None = None


class _HeightMessage(msgspec.Struct, frozen=True, gc=False, tag_field="type"):
    height: int
    timestamp: int


class HeightSubscribed(_HeightMessage, frozen=True, gc=False, tag="subscribed/height"):
    """The newest block when the subscription began."""


class HeightUpdate(_HeightMessage, frozen=True, gc=False, tag="update/height"):
    """A new block."""


class Ping(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="ping"):
    pass


class Pong(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="pong"):
    pass


class Connected(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="connected"):
    pass


class Unsubscribed(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="unsubscribed"):
    pass


class Shutdown(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="shutdown"):
    pass


Message = (
    BookUpdate | BookSubscribed | TradeUpdate | TradeSubscribed | StatsUpdate | StatsSubscribed
    | HeightUpdate | HeightSubscribed | Ping | Pong | Connected | Unsubscribed | Shutdown
)  # fmt: skip


class Refusal(msgspec.Struct, frozen=True, gc=False):
    code: int | None = None
    message: str | None = None


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """Enough of any message to say what it was going to be about."""

    type: str = ""
    channel: str = ""
    error: Refusal | None = None


class Details(msgspec.Struct, frozen=True, gc=False):
    """One market of `orderBookDetails`; margin fractions count 1e-4, fees are percent."""

    symbol: str
    market_id: int
    market_type: str | None = None
    status: str = "active"
    is_frozen: bool | None = None
    price_decimals: int | None = None
    size_decimals: int | None = None
    min_base_amount: Scalar = None
    min_quote_amount: Scalar = None
    min_initial_margin_fraction: Scalar = None
    maintenance_margin_fraction: Scalar = None
    taker_fee: Scalar = None
    maker_fee: Scalar = None
    open_interest: Scalar = None


class Paid(msgspec.Struct, frozen=True, gc=False):
    """One row of `fundings`: percent per hour without sign, seconds, and who paid."""

    timestamp: int
    rate: float
    direction: str = ""


class Rate(msgspec.Struct, frozen=True, gc=False):
    """One row of `funding-rates`: a fraction per eight hours, of one of several exchanges."""

    market_id: int
    exchange: str
    rate: float
    symbol: str | None = None


class Answer(msgspec.Struct, frozen=True, gc=False):
    """Any REST body: its keys, not its name, say which endpoint it came from."""

    code: int | None = None
    message: str | None = None
    order_book_details: tuple[Details, ...] | None = None
    order_books: tuple[Details, ...] | None = None
    fundings: tuple[Paid, ...] | None = None
    resolution: str = "1h"
    funding_rates: tuple[Rate, ...] | None = None


MESSAGES = msgspec.json.Decoder(Message, strict=False)
_TAIL_CHARS = len('update/order_book"}')
_COMMON: Mapping[str | bytes, tuple[Any, "msgspec.json.Decoder[Any]"]] = {
    end[-_TAIL_CHARS:]: (end, msgspec.json.Decoder(kind, strict=False))
    for kind in (BookUpdate, BookSubscribed, TradeUpdate, TradeSubscribed, AllStatsUpdate)
    for text in [f'"type":"{kind.__struct_config__.tag}"}}']
    for end in (text, text.encode())
}
"""What comes most, by its last characters: the venue writes the type last, so that a union would
read each of them twice."""
STATS = msgspec.json.Decoder(Stats[Scalar], strict=False)
STATS_BY_ID: msgspec.json.Decoder[Mapping[str, Stats[Any]]] = msgspec.json.Decoder(
    dict[str, Stats[Scalar]], strict=False
)
ENVELOPES = msgspec.json.Decoder(Envelope)
ANSWERS = msgspec.json.Decoder(Answer, strict=False)


def read(data: str | bytes) -> Message | AllStatsUpdate | str:
    """A frame as a message, or why it is none that we know."""
    end, decoder = _COMMON.get(data[-_TAIL_CHARS:], (None, MESSAGES))
    if end is not None and data.endswith(end):
        try:
            common: Message | AllStatsUpdate = decoder.decode(data)
            return common
        except BROKEN:
            pass
    return decode(MESSAGES, data)


def stats_rows(
    message: StatsSubscribed | StatsUpdate | AllStatsUpdate,
) -> Mapping[str, Stats[Any]] | str:
    """Rows by market id, or what is wrong: one id has one object, `all` has a map of them."""
    if isinstance(message, AllStatsUpdate):
        return message.market_stats
    scope = message.channel.partition(":")[2]
    if scope == "all":
        return decode(STATS_BY_ID, message.market_stats)
    row = decode(STATS, message.market_stats)
    return row if isinstance(row, str) else {scope: row}


def is_unused(envelope: Envelope) -> bool:
    """Whether a message belongs to a documented channel that we do not use."""
    stage, _, kind = envelope.type.partition("/")
    return stage in ("subscribed", "update") and (kind in UNUSED or kind.startswith("account_"))
