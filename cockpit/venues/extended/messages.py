"""Extended: the shapes of its messages.

Private to the folder. A frame is read in two steps, the envelope and then its data, so that the
number of a frame counts even where its data cannot be read.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from cockpit.venues.kit.decoding import decode
from cockpit.venues.kit.fields import (
    NOTHING,
    Ms,
    Number,
    Position,
    Price,
    Refusal,
    Rows,
    Size,
    Stamp,
    decoder,
    moment_ns,
)
from cockpit.venues.kit.numbers import MAX_EXPONENT

Change = Annotated[float, Meta(gt=-MAX_EXPONENT, lt=MAX_EXPONENT)]


class Envelope(Struct, gc=False, frozen=True):
    """Any frame. An answer has an `id`, data has a `seq`; on a socket of one stream data has no
    `subscription`, and trades and funding have no `type` either."""

    type: str | None = None
    data: msgspec.Raw = NOTHING
    ts: Stamp = None
    seq: Position | None = None
    subscription: str = ""
    id: str | int | None = None
    error: Refusal | str | None = None


class Level(Struct, gc=False, frozen=True):
    """`q` is a size in a snapshot and a signed change in a delta; `c` is the size after it."""

    p: Price
    q: Change
    c: Size | None = None


class BookData(Struct, gc=False, frozen=True):
    m: str
    b: tuple[Level, ...]
    a: tuple[Level, ...]
    d: str = "f"


class Fill(Struct, gc=False, frozen=True):
    i: int
    m: str
    S: Literal["BUY", "SELL"]
    tT: str
    T: Ms
    p: Price
    q: Price


class PriceData(Struct, gc=False, frozen=True):
    """Its own `ts` is 0 for a mark price and is not read."""

    m: str
    p: Price


class FundingRow(Struct, gc=False, frozen=True):
    m: str
    f: Number
    T: Ms


class Stats(Struct, gc=False, frozen=True):
    lastPrice: Number = None
    markPrice: Number = None
    indexPrice: Number = None
    dailyVolume: Number = None
    dailyVolumeBase: Number = None
    openInterestBase: Number = None
    fundingRate: Number = None
    nextFundingRate: Number = None


class Trading(Struct, gc=False, frozen=True):
    minPriceChange: Number = None
    minOrderSizeChange: Number = None
    minOrderSize: Number = None
    maxLeverage: Number = None


class MarketRow(Struct, gc=False, frozen=True):
    """A row of the listing. Before 2026 rows had no `type`: all were perpetuals."""

    name: str
    assetName: str
    status: str
    uiName: str = ""
    collateralAssetName: str = "USD"
    type: str = "PERPETUAL"
    isOffHours: bool | None = None
    tradingConfig: Trading = Trading()
    marketStats: Stats = Stats()


class Answer(Struct, gc=False, frozen=True):
    """A REST body. `status` is `OK` or `ok`; anything else comes with an error."""

    status: str
    data: Rows | None = None
    error: Refusal | str | None = None


def problem(answer: Answer) -> str | None:
    """Why an answer is a refusal, or None if it is none."""
    if answer.status.upper() == "OK":
        return None
    return f"status {answer.status}" if answer.error is None else told(answer.error)


def told(error: Refusal | str) -> str:
    """An error in words."""
    return error if isinstance(error, str) else error.words


ENVELOPE = decoder(Envelope)
LIST = decoder(Answer)
_BOOK, _PRICE = decoder(BookData), decoder(PriceData)

FULL = "f"
"""`d` of a book of every level; "1" is the touch."""

_KINDS: Mapping[str, tuple[str, "msgspec.json.Decoder[Any]"]] = {
    "SNAPSHOT": ("orderbooks", _BOOK), "DELTA": ("orderbooks", _BOOK),
    "MP": ("prices.mark", _PRICE), "IP": ("prices.index", _PRICE),
    "TRADES": ("trades", decoder(Rows)), "FUNDING_RATES": ("funding-rates", decoder(FundingRow)),
}  # fmt: skip
"""The last word of a frame's type, old and new -> its scope, and what reads its data."""


class Heard(Struct, gc=False, frozen=True):
    """A data frame as read: of which kind, and about what. Trades are rows, read one by one."""

    kind: str
    topic: str
    seq: int
    venue_ns: int | None
    data: Any
    """A sentence where it makes no sense."""


def heard(envelope: Envelope, seq: int) -> Heard:
    """Read the data of the frame of this number."""
    name = envelope.type or _untyped(envelope.data)
    kind = name.rpartition(".")[2]
    scope, reads = _KINDS.get(kind, ("", None))
    data = f"unknown type {name}" if reads is None else decode(reads, envelope.data)
    topic = envelope.subscription or scope
    if not isinstance(data, str | tuple):
        depth = f"{data.d}." if isinstance(data, BookData) and data.d != FULL else ""
        topic = f"{scope}.{depth}{data.m}"
    if envelope.error is not None:
        data = told(envelope.error)
    return Heard(kind, topic, seq, moment_ns(envelope.ts), data)


def _untyped(data: msgspec.Raw) -> str:
    return "TRADES" if bytes(data)[:1] == b"[" else "FUNDING_RATES"


def book_topic(native: str) -> str:
    return f"orderbooks.{native}"
