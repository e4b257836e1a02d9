"""What Lighter writes on the wire: data shapes only, private to the venue.

Every field that any generation of the API left out, or wrote as null, is optional here. `Any` is a
figure that may be anything: what cannot be one costs itself and nothing beside it.
Source: https://apidocs.lighter.xyz/docs/websocket-reference and the OpenAPI schema of the REST API.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Generic, Literal, TypeVar, final

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from cockpit.venues.kit.decoding import BROKEN
from cockpit.venues.kit.numbers import MAX_EXPONENT
from cockpit.venues.kit.subscriptions import Operation

Positive = Annotated[float, Meta(gt=0, lt=MAX_EXPONENT)]
NotNegative = Annotated[float, Meta(ge=0, lt=MAX_EXPONENT)]
Figure = Annotated[float, Meta(ge=-MAX_EXPONENT, le=MAX_EXPONENT)] | None
"""A number as the venue writes it."""
Row = TypeVar("Row")
T = TypeVar("T")

UNUSED = frozenset({
    "ticker", "candle", "mark_price_candle", "spot_market_stats", "bo_market_stats",
    "notification", "pool_info",
})  # fmt: skip
"""Documented kinds that say nothing we use; so are the `account_` ones that need the owner."""


class Level(Struct, frozen=True, gc=False):
    price: Positive
    size: NotNegative


class Book(Struct, frozen=True, gc=False):
    """Resting levels with absolute sizes; `begin_nonce` is the `nonce` of the message before."""

    offset: int
    asks: tuple[Level, ...] | None = None
    bids: tuple[Level, ...] | None = None
    nonce: int | None = None
    begin_nonce: int | None = None


@final
class BookMessage(Struct, frozen=True, gc=False):
    """The whole book, thousands of levels; then the levels that changed."""

    type: Literal["subscribed/order_book", "update/order_book"]
    channel: str
    order_book: Book
    timestamp: int | None = None
    last_updated_at: int | None = None


class Fill(Struct, frozen=True, gc=False):
    trade_id: int
    price: Positive
    size: Positive
    is_maker_ask: bool
    timestamp: int | None = None
    type: str = "trade"


@final
class TradeMessage(Struct, Generic[Row], frozen=True, gc=False):
    """The last 50 trades and the last 50 liquidations, newest first; then new ones."""

    type: Literal["subscribed/trade", "update/trade"]
    channel: str
    trades: tuple[Row, ...] | None = None
    liquidation_trades: tuple[Row, ...] | None = None


class Stats(Struct, frozen=True, gc=False):
    """One market; rates are percent per hour and open interest is USD."""

    symbol: str | None = None
    mark_price: Figure = None
    index_price: Figure = None
    last_trade_price: Figure = None
    open_interest: Figure = None
    current_funding_rate: Figure = None
    funding_rate: Figure = None
    funding_timestamp: Figure = None
    daily_quote_token_volume: Figure = None
    daily_base_token_volume: Figure = None


@final
class StatsMessage(Struct, Generic[Row], frozen=True, gc=False):
    """Every market by its id, then those that changed; of one market's channel its row alone."""

    type: Literal["subscribed/market_stats", "update/market_stats"]
    channel: str
    market_stats: Row
    timestamp: int | None = None


@final
class Height(Struct, frozen=True, gc=False):
    """A block of the sequencer."""

    type: Literal["subscribed/height", "update/height"]
    height: Annotated[int, Meta(ge=0)]
    timestamp: Annotated[int, Meta(gt=0, lt=10**13)]


class Refusal(Struct, frozen=True, gc=False):
    code: int | None = None
    message: str | None = None


class Envelope(Struct, frozen=True, gc=False):
    """Enough of any message to say what it was going to be about."""

    type: str = ""
    channel: str = ""
    error: Refusal | None = None


class Details(Struct, frozen=True, gc=False):
    """One market of `orderBookDetails`; margin fractions count 1e-4, fees are percent."""

    symbol: str
    market_id: int
    market_type: str | None = None
    status: str = "active"
    is_frozen: Any = None
    price_decimals: Any = None
    size_decimals: Any = None
    min_base_amount: Any = None
    min_quote_amount: Any = None
    min_initial_margin_fraction: Any = None
    maintenance_margin_fraction: Any = None
    taker_fee: Any = None
    maker_fee: Any = None
    open_interest: Any = None


class Paid(Struct, frozen=True, gc=False):
    """One row of `fundings`: percent per hour without sign, seconds, and who paid."""

    timestamp: int
    rate: Any = None
    direction: Any = None


class Answer(Struct, frozen=True, gc=False):
    """What any REST body has."""

    code: int | None = None
    message: str | None = None


class Listing(Answer, frozen=True, gc=False):
    """`order_books` is a lesser list without margins, which is not asked for."""

    order_book_details: tuple[Raw, ...] | None = None
    order_books: Any = None


class History(Answer, frozen=True, gc=False):
    resolution: str = "1h"
    fundings: tuple[Paid, ...] | UnsetType | None = UNSET


Message = BookMessage | TradeMessage[Fill] | StatsMessage[Any] | Height

FAST: Mapping[str, "msgspec.json.Decoder[Any]"] = {
    "order_book": msgspec.json.Decoder(BookMessage, strict=False),
    "trade": msgspec.json.Decoder(TradeMessage[Fill], strict=False),
    "market_stats": msgspec.json.Decoder(StatsMessage[dict[str, Stats]], strict=False),
    "height": msgspec.json.Decoder(Height, strict=False),
}
DECODERS: Mapping[str, "msgspec.json.Decoder[Any]"] = {
    **FAST,
    "trade": msgspec.json.Decoder(TradeMessage[Raw], strict=False),
    "market_stats": msgspec.json.Decoder(StatsMessage[dict[str, Any]], strict=False),
}
"""For messages with something in them that cannot be."""
FILL = msgspec.json.Decoder(Fill, strict=False)
DETAILS = msgspec.json.Decoder(Details, strict=False)
ENVELOPE = msgspec.json.Decoder(Envelope)
LISTING = msgspec.json.Decoder(Listing, strict=False)
HISTORY = msgspec.json.Decoder(History, strict=False)

TAIL_CHARS = len('update/order_book"}')
BY_TAIL: Mapping[str | bytes, "msgspec.json.Decoder[Any]"] = {
    end: decoder
    for kind, decoder in FAST.items()
    for stage in ("subscribed", "update")
    for text in [f'"type":"{stage}/{kind}"}}'[-TAIL_CHARS:]]
    for end in (text, text.encode())
}
"""The decoder by a message's last characters: the venue writes the type last."""


def sound(message: TradeMessage[Raw], odd: list[str]) -> TradeMessage[Fill]:
    """Without the fills that cannot be; what is wrong with each is added to `odd`."""
    trades = rows_of(FILL, message.trades or (), odd)
    liquidations = rows_of(FILL, message.liquidation_trades or (), odd)
    return TradeMessage(message.type, message.channel, tuple(trades), tuple(liquidations))


def rows_of(decoder: "msgspec.json.Decoder[T]", raws: Iterable[Raw], odd: list[str]) -> list[T]:
    """The rows that can be read; what is wrong with each of the others is added to `odd`."""
    rows = list[T]()
    for raw in raws:
        try:
            rows.append(decoder.decode(raw))
        except BROKEN as error:
            odd.append(str(error))
    return rows


def problem(answer: Answer) -> str | None:
    """Why a body is a refusal, whatever its HTTP status."""
    if answer.code in (None, 200):
        return None
    return f"{answer.code} {answer.message or ''}".rstrip()


def no_listing(answer: Listing) -> str | None:
    is_empty = not answer.order_book_details and not answer.order_books
    return problem(answer) or ("no markets in it" if is_empty else None)


def no_history(answer: History) -> str | None:
    """An answer that does not speak of payments does not say that there were none."""
    if (refusal := problem(answer)) is not None:
        return refusal
    if answer.fundings is UNSET:
        return "no payments in it"
    return None if answer.resolution == "1h" else f"by {answer.resolution}, not by 1h"


def encode(operation: Operation, keys: Sequence[str], request: int) -> str:
    """Messages say `order_book:1`; requests say `order_book/1`, one a frame."""
    return f'{{"type":"{operation}","channel":"{keys[0].replace(":", "/")}"}}'
