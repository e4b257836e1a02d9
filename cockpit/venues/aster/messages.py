"""Aster: the shapes of its messages.

Figures that may be blank or nonsense are read as text and cost themselves; levels of a book and
fills must be what they are, or the message is none.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from cockpit.venues.kit.fields import Ladder, Ms, Number, Position, Price, Rows, Stamp, decoder


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
    q: Price
    m: bool
    T: Ms


class Mark(Struct, gc=False, frozen=True, tag_field="e", tag="markPriceUpdate"):
    """Mark `p`, index `i`, running rate `r`, next payment `T`."""

    s: str
    E: Stamp = None
    p: Number = None
    i: Number = None
    r: Number = None
    T: Number = None


class Ticker(Struct, gc=False, frozen=True, tag_field="e", tag="24hrTicker"):
    """Last price `c`; in 24 hours `v` coins, worth `q`."""

    s: str
    E: Stamp = None
    c: Number = None
    v: Number = None
    q: Number = None


Data = Depth | Fill | Mark | Ticker | tuple[Mark, ...]
ALL_MARKS = "!markPrice@arr"
STREAMS: Mapping[type, str] = {
    Depth: "@depth@100ms", Fill: "@aggTrade", Mark: "@markPrice@1s", Ticker: "@ticker",
}  # fmt: skip
"""What is said of one market, by how its streams end."""


def stream_of(data: Data) -> str:
    """Where this is said on a connection of many streams."""
    return ALL_MARKS if isinstance(data, tuple) else data.s.lower() + STREAMS[type(data)]


class Message(Struct, gc=False, frozen=True):
    """How a connection of many streams says everything."""

    stream: str
    data: Data


class Envelope(Struct, gc=False, frozen=True):
    """What any frame has: a stream or an event if it is data, an id if it answers a request.

    A refusal has a code and a sentence of its own, or in its `error`.
    """

    stream: str = ""
    e: str = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")
    id: int | None = None
    result: Any | UnsetType = UNSET
    error: "Envelope | None" = None
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
    contractType: str = ""
    filters: tuple[Filter, ...] = ()


class Listing(Struct, gc=False, frozen=True):
    symbols: Rows


class FundingInfoRow(Struct, gc=False, frozen=True):
    symbol: str
    fundingIntervalHours: Number = None


class PremiumRow(Struct, gc=False, frozen=True):
    """A `Mark` as REST says it."""

    s: str = field(name="symbol")
    E: Stamp = field(name="time", default=None)
    p: Number = field(name="markPrice", default=None)
    i: Number = field(name="indexPrice", default=None)
    r: Number = field(name="lastFundingRate", default=None)
    T: Number = field(name="nextFundingTime", default=None)


class TickerRow(Struct, gc=False, frozen=True):
    """A `Ticker` as REST says it."""

    s: str = field(name="symbol")
    E: Stamp = field(name="closeTime", default=None)
    c: Number = field(name="lastPrice", default=None)
    v: Number = field(name="volume", default=None)
    q: Number = field(name="quoteVolume", default=None)


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


MESSAGE = decoder(Message)
DATA = msgspec.json.Decoder(Data, strict=False)
ENVELOPE = decoder(Envelope)
LISTING = decoder(Listing)
LIST = decoder(Rows)
INTEREST = decoder(Interest)
BOOK = decoder(Book)
