"""Aster: the shapes of its messages.

Figures that may be blank or nonsense are read as text and cost themselves; levels of a book and
fills must be what they are, or the message is none.
"""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from cockpit.venues.kit.numbers import MAX_EXPONENT

Price = Annotated[float, Meta(gt=0, lt=MAX_EXPONENT)]
Size = Annotated[float, Meta(gt=0, lt=MAX_EXPONENT)]
SizeOrNone = Annotated[float, Meta(ge=0, lt=MAX_EXPONENT)]
"""Of a level: 0 removes it."""
Number = str | float | None
"""A number as it may be: blank, or nonsense that costs this figure and no other."""
Ladder = tuple[tuple[Price, SizeOrNone], ...]
Position = Annotated[int, Meta(ge=0)]
"""A place in the sequence of updates, which all markets share."""
Ms = Annotated[int, Meta(ge=1_000_000_000_000, lt=4_102_444_800_000)]
"""Milliseconds since the epoch, between 2001 and 2100: another digit count is another unit."""


class Depth(Struct, gc=False, frozen=True, tag_field="e", tag="depthUpdate"):
    """Levels that changed after update `pu` up to update `u`, with absolute sizes."""

    s: str
    u: Position
    pu: Position
    b: Ladder
    a: Ladder
    E: Ms
    T: Ms | None = None


class Fill(Struct, gc=False, frozen=True, tag_field="e", tag="aggTrade"):
    """Fills of one taker order at one price; `m` tells that the buyer was resting."""

    s: str
    p: Price
    q: Size
    m: bool
    T: Ms


class Mark(Struct, gc=False, frozen=True, tag_field="e", tag="markPriceUpdate"):
    """Mark `p`, index `i`, running rate `r`, next payment `T`."""

    s: str
    E: Ms
    p: Number = None
    i: Number = None
    r: Number = None
    T: Number = None


class Ticker(Struct, gc=False, frozen=True, tag_field="e", tag="24hrTicker"):
    """Last price `c`; in 24 hours `v` coins, worth `q`."""

    s: str
    E: Ms
    c: Number = None
    v: Number = None
    q: Number = None


Data = Depth | Fill | Mark | Ticker | tuple[Mark, ...]


class Message(Struct, gc=False, frozen=True):
    """How a connection of many streams says everything."""

    stream: str
    data: Data


class Problem(Struct, gc=False, frozen=True):
    code: int | None = None
    msg: str | None = None


class Envelope(Struct, gc=False, frozen=True):
    """What any frame has: a stream or an event if it is data, an id if it answers a request."""

    stream: str = ""
    e: str = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")
    id: int | None = None
    result: Any | UnsetType = UNSET
    error: Problem | None = None
    code: int | None = None
    msg: str | None = None


class Filter(Struct, gc=False, frozen=True):
    filterType: str = ""
    tickSize: Number = None
    stepSize: Number = None
    minQty: Number = None
    notional: Number = None


class SymbolRow(Struct, gc=False, frozen=True):
    symbol: str
    status: str
    quoteAsset: str
    baseAsset: str = ""
    contractType: str = ""
    filters: tuple[Filter, ...] = ()


class Listing(Struct, gc=False, frozen=True):
    symbols: tuple[msgspec.Raw, ...]


class FundingInfoRow(Struct, gc=False, frozen=True):
    symbol: str
    fundingIntervalHours: Number = None


class PremiumRow(Struct, gc=False, frozen=True):
    symbol: str
    time: Ms
    markPrice: Number = None
    indexPrice: Number = None
    lastFundingRate: Number = None
    nextFundingTime: Number = None


class TickerRow(Struct, gc=False, frozen=True):
    symbol: str
    lastPrice: Number = None
    volume: Number = None
    quoteVolume: Number = None
    closeTime: Number = None


class Interest(Struct, gc=False, frozen=True):
    symbol: str
    openInterest: Number
    time: Ms | None = None


class Book(Struct, gc=False, frozen=True):
    lastUpdateId: Position
    bids: Ladder
    asks: Ladder
    E: Ms | None = None
    T: Ms | None = None


class FundingRow(Struct, gc=False, frozen=True):
    fundingTime: Ms
    fundingRate: Number = None


MESSAGE = msgspec.json.Decoder(Message, strict=False)
DATA = msgspec.json.Decoder(Data, strict=False)
ENVELOPE = msgspec.json.Decoder(Envelope, strict=False)
LISTING = msgspec.json.Decoder(Listing, strict=False)
LIST = msgspec.json.Decoder(tuple[msgspec.Raw, ...], strict=False)
INTEREST = msgspec.json.Decoder(Interest, strict=False)
BOOK = msgspec.json.Decoder(Book, strict=False)
