"""What Lighter writes on the wire: data shapes only, private to the venue.

Every field that any generation of the API left out, or wrote as null, is optional here. `Any` is a
figure that may be anything: what cannot be one costs itself and nothing beside it.
Source: https://apidocs.lighter.xyz/docs/websocket-reference and the OpenAPI schema of the REST API.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Generic, Literal, TypeVar, final

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from cockpit.venues.kit.fields import Ms, Number, Position, Price, Seconds, Size, decoder
from cockpit.venues.kit.numbers import MAX_EXPONENT
from cockpit.venues.kit.subscriptions import Operation

Figure = Annotated[float, Meta(ge=-MAX_EXPONENT, le=MAX_EXPONENT)] | None
Amount = Annotated[float, Meta(ge=0, le=MAX_EXPONENT)] | None
"""Numbers as the venue writes them; an amount is never negative."""
Rows = TypeVar("Rows")
Row = Mapping[str, Any]
"""A row of a list, in which anything may stand, by the venue's own keys."""

UNUSED = frozenset({
    "ticker", "candle", "mark_price_candle", "spot_market_stats", "bo_market_stats",
    "notification", "pool_info",
})  # fmt: skip
"""Documented kinds that say nothing we use; so are the `account_` ones that need the owner."""


class Level(Struct, frozen=True, gc=False):
    price: Price
    size: Size


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
    price: Price
    size: Price
    is_maker_ask: bool
    timestamp: int | None = None
    type: str = "trade"


@final
class TradeMessage(Struct, Generic[Rows], frozen=True, gc=False):
    """The last 50 trades and the last 50 liquidations, newest first; then new ones."""

    type: Literal["subscribed/trade", "update/trade"]
    channel: str
    trades: tuple[Rows, ...] | None = None
    liquidation_trades: tuple[Rows, ...] | None = None


class Stats(Struct, frozen=True, gc=False):
    """One market; rates are percent per hour and open interest is USD."""

    symbol: str | None = None
    mark_price: Amount = None
    index_price: Amount = None
    last_trade_price: Amount = None
    open_interest: Amount = None
    current_funding_rate: Figure = None
    funding_rate: Figure = None
    funding_timestamp: Figure = None
    daily_quote_token_volume: Amount = None
    daily_base_token_volume: Amount = None


@final
class StatsMessage(Struct, Generic[Rows], frozen=True, gc=False):
    """Every market by its id, then those that changed; of one market's channel its row alone."""

    type: Literal["subscribed/market_stats", "update/market_stats"]
    channel: str
    market_stats: Rows
    timestamp: int | None = None


@final
class Height(Struct, frozen=True, gc=False):
    """A block of the sequencer."""

    type: Literal["subscribed/height", "update/height"]
    height: Position
    timestamp: Ms


class FundingRow(Struct, frozen=True, gc=False):
    """An hour: per cent without sign, and who paid."""

    timestamp: Seconds
    rate: Number
    direction: str = ""


class Refusal(Struct, frozen=True, gc=False):
    code: int | None = None
    message: str | None = None


class Envelope(Struct, frozen=True, gc=False):
    """Enough of any message to say what it was going to be about."""

    type: str = ""
    channel: str = ""
    error: Refusal | None = None


class Answer(Struct, frozen=True, gc=False):
    """Any REST body about markets. `order_books` is a lesser listing, which is not asked for."""

    code: int | None = None
    message: str | None = None
    order_book_details: tuple[Any, ...] = ()
    order_books: Any = None
    resolution: str = "1h"
    fundings: tuple[msgspec.Raw, ...] | UnsetType | None = UNSET


Message = BookMessage | TradeMessage[Fill] | StatsMessage[Any] | Height

DECODERS: Mapping[str, "msgspec.json.Decoder[Any]"] = {
    "order_book": decoder(BookMessage),
    "trade": decoder(TradeMessage[Fill]),
    "market_stats": decoder(StatsMessage[dict[str, Stats]]),
    "height": decoder(Height),
}
ODD: Mapping[str, "msgspec.json.Decoder[Any]"] = {
    "trade": decoder(TradeMessage[msgspec.Raw]),
    "market_stats": decoder(StatsMessage[dict[str, Any]]),
}
"""For messages in whose rows anything may stand."""
ENVELOPE = msgspec.json.Decoder(Envelope)
ANSWER = decoder(Answer)

TAIL_CHARS = len('update/order_book"}')
BY_TAIL: Mapping[str | bytes, "msgspec.json.Decoder[Any]"] = {
    end: decoder
    for kind, decoder in DECODERS.items()
    for stage in ("subscribed", "update")
    for text in [f'"type":"{stage}/{kind}"}}'[-TAIL_CHARS:]]
    for end in (text, text.encode())
}
"""The decoder by a message's last characters: the venue writes the type last."""


def objects(rows: Iterable[Any], odd: list[str]) -> list[Row]:
    """The rows that are rows; of each of the others it is added to `odd` what stood there."""
    odd += [f"{row!r:.40} is no row" for row in rows if not isinstance(row, dict)]
    return [row for row in rows if isinstance(row, dict)]


def refusal(answer: Answer) -> str | None:
    """What the venue says against a request, whatever the HTTP status."""
    return None if answer.code in (None, 200) else f"{answer.code} {answer.message or ''}"


def no_listing(answer: Answer) -> str | None:
    is_listing = answer.order_book_details or answer.order_books
    return refusal(answer) or (None if is_listing else "no markets in it")


def no_history(answer: Answer) -> str | None:
    """An answer that does not speak of payments does not say that there were none."""
    is_hourly = answer.fundings is not UNSET and answer.resolution == "1h"
    return refusal(answer) or (None if is_hourly else "no hourly payments in it")


def encode(operation: Operation, keys: Sequence[str], request: int) -> str:
    """Messages say `order_book:1`; requests say `order_book/1`, one a frame."""
    return f'{{"type":"{operation}","channel":"{keys[0].replace(":", "/")}"}}'
