"""What Lighter writes on the wire: data shapes only, private to the venue.

Every field that any generation of the API left out, or wrote as null, is optional here. `Any` is a
figure that may be anything: what cannot be one costs itself and nothing beside it.
Source: https://apidocs.lighter.xyz/docs/websocket-reference and the OpenAPI schema of the REST API.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Generic, Literal, TypeVar, final

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from cockpit.venues.kit.decoding import BROKEN, decode
from cockpit.venues.kit.numbers import MAX_EXPONENT
from cockpit.venues.kit.subscriptions import Operation

Positive = Annotated[float, Meta(gt=0, lt=MAX_EXPONENT)]
NotNegative = Annotated[float, Meta(ge=0, lt=MAX_EXPONENT)]
Ms = Annotated[int, Meta(gt=0, lt=10**13)]
Figure = Annotated[float, Meta(ge=-MAX_EXPONENT, le=MAX_EXPONENT)] | None
"""A number as the venue writes it."""
Digits = TypeVar("Digits")
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
class TradeMessage(Struct, frozen=True, gc=False):
    """The last 50 trades and the last 50 liquidations, newest first; then new ones."""

    type: Literal["subscribed/trade", "update/trade"]
    channel: str
    trades: tuple[Fill, ...] | None = None
    liquidation_trades: tuple[Fill, ...] | None = None


@final
class OddTrades(Struct, frozen=True, gc=False):
    """The same with something in it that cannot be."""

    type: Literal["subscribed/trade", "update/trade"]
    channel: str
    trades: tuple[Raw, ...] | None = None
    liquidation_trades: tuple[Raw, ...] | None = None


class Stats(Struct, Generic[Digits], frozen=True, gc=False):
    """One market; rates are percent per hour and open interest is USD."""

    symbol: str | None = None
    mark_price: Digits | None = None
    index_price: Digits | None = None
    last_trade_price: Digits | None = None
    open_interest: Digits | None = None
    current_funding_rate: Digits | None = None
    funding_rate: Digits | None = None
    funding_timestamp: Digits | None = None
    daily_quote_token_volume: Digits | None = None
    daily_base_token_volume: Digits | None = None


STATS_TYPES = Literal["subscribed/market_stats", "update/market_stats"]


@final
class AllStats(Struct, frozen=True, gc=False):
    """Every market, then those that changed: as they are nearly always told, all in numbers."""

    type: STATS_TYPES
    channel: Literal["market_stats:all"]
    market_stats: Mapping[str, Stats[Figure]]
    timestamp: int | None = None


@final
class OddStats(Struct, frozen=True, gc=False):
    """The same, of one market or with something that is no number."""

    type: STATS_TYPES
    channel: str
    market_stats: Raw
    timestamp: int | None = None


@final
class Height(Struct, frozen=True, gc=False):
    """A block of the sequencer."""

    type: Literal["subscribed/height", "update/height"]
    height: Annotated[int, Meta(ge=0)]
    timestamp: Ms


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


class Rate(Struct, frozen=True, gc=False):
    """One row of `funding-rates`: a fraction per eight hours, of one of several exchanges."""

    market_id: int
    exchange: str
    rate: Any = None
    symbol: str | None = None


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


class Rates(Answer, frozen=True, gc=False):
    funding_rates: tuple[Rate, ...] = ()


Stream = BookMessage | TradeMessage | AllStats | OddStats | Height

BOOK = msgspec.json.Decoder(BookMessage, strict=False)
TRADES = msgspec.json.Decoder(TradeMessage, strict=False)
ALL_STATS = msgspec.json.Decoder(AllStats, strict=False)
HEIGHT = msgspec.json.Decoder(Height, strict=False)
DECODERS: Mapping[str, "msgspec.json.Decoder[Any]"] = {
    "order_book": BOOK,
    "trade": msgspec.json.Decoder(OddTrades, strict=False),
    "market_stats": msgspec.json.Decoder(OddStats, strict=False),
    "height": HEIGHT,
}
FILL = msgspec.json.Decoder(Fill, strict=False)
STATS_ROW = msgspec.json.Decoder(Stats[Any], strict=False)
STATS_ROWS = msgspec.json.Decoder(dict[str, Raw])
DETAILS = msgspec.json.Decoder(Details, strict=False)
ENVELOPE = msgspec.json.Decoder(Envelope)
LISTING = msgspec.json.Decoder(Listing, strict=False)
HISTORY = msgspec.json.Decoder(History, strict=False)
RATES = msgspec.json.Decoder(Rates, strict=False)

TAIL_CHARS = len('update/order_book"}')
BY_TAIL: Mapping[str | bytes, "msgspec.json.Decoder[Any]"] = {
    end: decoder
    for stage in ("subscribed", "update")
    for kind, decoder in {**DECODERS, "trade": TRADES, "market_stats": ALL_STATS}.items()
    for text in [f'"type":"{stage}/{kind}"}}'[-TAIL_CHARS:]]
    for end in (text, text.encode())
}
"""The decoder by a message's last characters: the venue writes the type last."""


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


def rows_of(decoder: "msgspec.json.Decoder[T]", raws: Iterable[Raw]) -> tuple[list[T], list[str]]:
    """The rows that can be read, and what is wrong with each of the others."""
    rows, odd = list[T](), list[str]()
    for raw in raws:
        try:
            rows.append(decoder.decode(raw))
        except BROKEN as error:
            odd.append(str(error))
    return rows, odd


def sound_trades(message: OddTrades) -> tuple[TradeMessage, list[str]]:
    """The fills that can be, and what is wrong with the others."""
    trades, odd = rows_of(FILL, message.trades or ())
    liquidations, more = rows_of(FILL, message.liquidation_trades or ())
    sound = TradeMessage(message.type, message.channel, tuple(trades), tuple(liquidations))
    return sound, odd + more


def stats_rows(message: AllStats | OddStats) -> Mapping[str, Any] | str:
    """Rows by market id, or what is wrong: one id has one object, `all` has a map of them."""
    if isinstance(message, AllStats):
        return message.market_stats
    scope = message.channel.partition(":")[2]
    if scope != "all":
        return {scope: message.market_stats}
    rows: dict[str, Raw] | str = decode(STATS_ROWS, message.market_stats)
    return rows


def stats_row(raw: Raw) -> Stats[Any] | str:
    return decode(STATS_ROW, raw)


def encode(operation: Operation, keys: Sequence[str], request: int) -> str:
    """Messages say `order_book:1`; requests say `order_book/1`, one a frame."""
    return f'{{"type":"{operation}","channel":"{keys[0].replace(":", "/")}"}}'
