"""Bybit v5: the shapes of its messages, and how single fields are read.

The wire has no constant tag (a topic carries its symbol), so there is a
decoder per kind of topic, and `Envelope` for whatever does not begin like one of them.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Generic, Literal, Required, TypedDict, TypeVar, final

import msgspec
from msgspec import Meta, Struct

from cockpit.core.units import NS_PER_MS
from cockpit.venues.kit.fields import Ladder, Ms, Number, Position, Price, Stamp, decoder, moment_ns
from cockpit.venues.kit.instruments import unscaled
from cockpit.venues.kit.numbers import MAX_EXPONENT, positive

Figure = Annotated[float, Meta(ge=-MAX_EXPONENT, le=MAX_EXPONENT)] | None
"""A number as it should be."""
Digits = TypeVar("Digits")


class BookData(Struct, gc=False, frozen=True):
    s: str
    b: Ladder
    a: Ladder
    u: Position
    cts: Ms | None = None


@final
class BookMessage(Struct, gc=False, frozen=True):
    topic: str
    type: Literal["snapshot", "delta"]
    data: BookData
    ts: Ms | None = None
    cts: Ms | None = None


class Fill(Struct, gc=False, frozen=True):
    s: str
    T: Ms
    S: Literal["Buy", "Sell"]
    p: Price
    v: Price


Row = TypeVar("Row")


@final
class TradeMessage(Struct, Generic[Row], gc=False, frozen=True):
    topic: str
    data: tuple[Row, ...]


class TickerRow(TypedDict, Generic[Digits], total=False):
    """A row of `tickers`, by REST or stream. A key that is not there has not changed."""

    symbol: Required[str]
    markPrice: Digits
    indexPrice: Digits
    lastPrice: Digits
    openInterest: Digits
    singleOpenInterest: Digits
    fundingRate: Digits
    nextFundingTime: Digits
    fundingIntervalHour: Digits


class ListedTicker(TickerRow[object], total=False):
    """A row of the list of all tickers, with what only a survey reads.

    Of any type: what is no number costs its figure, and not the other markets of the list.
    """

    volume24h: object
    turnover24h: object


class TickerMessage(Struct, Generic[Digits], gc=False, frozen=True):
    topic: str
    data: TickerRow[Digits]
    ts: Stamp = None


class Envelope(Struct, gc=False, frozen=True):
    """What any frame has: a topic if it is data, an `op` if it answers a request."""

    topic: str = ""
    op: str = ""
    success: bool | None = None
    ret_msg: str | None = None
    req_id: str | None = None


class LotFilter(Struct, gc=False, frozen=True):
    qtyStep: Number = None
    minOrderQty: Number = None
    minNotionalValue: Number = None


class PriceFilter(Struct, gc=False, frozen=True):
    tickSize: Number = None


class LeverageFilter(Struct, gc=False, frozen=True):
    maxLeverage: Number = None


class PreListing(Struct, gc=False, frozen=True):
    curAuctionPhase: str | None = None


class InstrumentRow(Struct, gc=False, frozen=True):
    symbol: str
    contractType: str
    status: str
    baseCoin: str
    quoteCoin: str
    settleCoin: str = ""
    fundingInterval: Number = None
    priceFilter: PriceFilter = PriceFilter()
    lotSizeFilter: LotFilter = LotFilter()
    leverageFilter: LeverageFilter = LeverageFilter()
    isPreListing: bool | None = None
    preListingInfo: PreListing | None = None


class FundingRow(Struct, gc=False, frozen=True):
    symbol: str
    fundingRate: Number
    fundingRateTimestamp: Ms


class TierRow(Struct, gc=False, frozen=True):
    symbol: str
    riskLimitValue: Number = None
    maintenanceMargin: Number = None
    initialMargin: Number = None
    maxLeverage: Number = None


class Page(Struct, Generic[Row], gc=False, frozen=True):
    list: tuple[Row, ...] = ()
    nextPageCursor: str | None = None


class Answer(Struct, Generic[Row], gc=False, frozen=True):
    """Every REST body: HTTP is 200 also for errors, so `retCode` decides."""

    retCode: int
    retMsg: str | None = None
    result: Page[Row] | None = None
    time: Number = None

    @property
    def time_ms(self) -> int | None:
        """When it was said; a time that cannot be costs itself."""
        said_ns = moment_ns(self.time)
        return None if said_ns is None else said_ns // NS_PER_MS

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.result.list if self.result else ()


Stream = BookMessage | TradeMessage[Fill] | TickerMessage[Number]

BOOK = decoder(BookMessage)
TRADES = decoder(TradeMessage[Fill])
ODD_TRADES: "msgspec.json.Decoder[TradeMessage[msgspec.Raw] | str]" = msgspec.json.Decoder(
    TradeMessage[msgspec.Raw], strict=False
)
TICKER = decoder(TickerMessage[Figure])
ODD_TICKER = decoder(TickerMessage[Number])
ENVELOPE = decoder(Envelope)
LIST = decoder(Answer[msgspec.Raw])
TIME = decoder(Answer[Any])

_BOOK_TOPIC = re.compile(r"orderbook\.([0-9]{1,5})\.(.+)")
_OTHER_CONTRACT = re.compile(r"[A-Z0-9]+-[0-9A-Z-]+|[A-Z0-9]+USD([FGHJKMNQUVXZ][0-9]{2})?")
_SETTLED_IN = (("USDT", "USDT"), ("PERP", "USDC"))


def coin_and_contract(native: str, base: str) -> tuple[str, float]:
    """The coin and its multiplier, which may stand in the base coin or in the name alone."""
    coin, contract = unscaled(base)
    for suffix, _ in _SETTLED_IN:
        named, named_contract = unscaled(native.removesuffix(suffix))
        if named == coin and named_contract > contract:
            return coin, named_contract
    return coin, contract


def cross_name(coin: str, settle: str) -> str:
    """Markets settled in USDT own the plain name of a coin."""
    return coin if settle == "USDT" else f"{coin}:{settle}"


def name_without_metadata(native: str) -> tuple[str, float] | None:
    """Cross-venue name and contract by the native name alone; None unless it is a linear perp's."""
    for suffix, settle in _SETTLED_IN:
        if native.endswith(suffix) and native != suffix and "-" not in native:
            coin, contract = unscaled(native.removesuffix(suffix))
            return cross_name(coin, settle), contract
    return None


def is_other_contract(native: str) -> bool:
    """Whether it is the name of a dated future, or of an inverse contract sized in dollars."""
    return _OTHER_CONTRACT.fullmatch(native) is not None


def native_without_metadata(symbol: str) -> str:
    """The most likely native name: right for every coin that is not traded by the thousand."""
    coin, _, settle = symbol.partition(":")
    return f"{coin}PERP" if settle == "USDC" else f"{coin}USDT"


def book_depth(topic: str, native: str) -> int | None:
    """200 of `orderbook.200.BTCUSDT`; None if the topic is not about a book of this market."""
    match = _BOOK_TOPIC.fullmatch(topic)
    return int(match[1]) if match and match[2] == native else None


def depth_of(topic: str) -> int:
    """200 of any `orderbook.200.` topic."""
    return int(topic.split(".")[1])


def margin_tiers(rows: Iterable[TierRow]) -> tuple[tuple[float, float, float], ...]:
    """(notional from which it counts, maintenance and initial fraction), lowest first; empty if it
    cannot be.

    A row's limit is the upper end of its tier. Initial margin times leverage is 1 where margins
    are fractions: a table in another unit is refused.
    """
    tiers: list[tuple[float, float, float]] = []
    over = 0.0
    for row in sorted(rows, key=lambda row: positive(row.riskLimitValue) or 0.0):
        limit, margin = positive(row.riskLimitValue), positive(row.maintenanceMargin)
        initial, leverage = positive(row.initialMargin), positive(row.maxLeverage)
        if limit is None or margin is None or initial is None or leverage is None:
            return ()
        if not 0.9 <= initial * leverage <= 1.1 or not margin <= initial <= 1.0 or limit <= over:
            return ()
        if tiers and (margin < tiers[-1][1] or initial < tiers[-1][2]):
            return ()
        tiers.append((over, margin, initial))
        over = limit
    return tuple(tiers)


def problem(answer: Answer[Any]) -> str | None:
    """Why a body is a refusal: HTTP is 200 also where the venue refuses."""
    return None if answer.retCode == 0 else f"{answer.retCode} {answer.retMsg}"
