"""Extended: the shapes of its messages.

Private to the folder. A frame is read in two steps, the envelope and then its data, so that the
number of a frame counts even where its data cannot be read.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from cockpit.venues.kit.decoding import decode
from cockpit.venues.kit.fields import (
    NOTHING,
    Ms,
    Number,
    Position,
    Price,
    Rows,
    Size,
    Stamp,
    decoder,
    moment_ns,
)
from cockpit.venues.kit.numbers import MAX_EXPONENT

Change = Annotated[float, Meta(gt=-MAX_EXPONENT, lt=MAX_EXPONENT)]
T = TypeVar("T")


class Error(Struct, gc=False, frozen=True):
    code: int | str | None = None
    message: str | None = None

    @property
    def words(self) -> str:
        return f"{self.code}: {self.message or 'without a reason'}"


class Envelope(Struct, gc=False, frozen=True):
    """Any frame. An answer has an `id`, data has a `seq`; on a socket of one stream data has no
    `subscription`, and trades and funding have no `type` either."""

    type: str | None = None
    data: msgspec.Raw = NOTHING
    ts: Stamp = None
    seq: Position | None = None
    subscription: str = ""
    id: str | int | None = None
    error: Error | str | None = None


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


class Answer(Struct, Generic[T], gc=False, frozen=True):
    """A REST body. `status` is `OK` or `ok`; anything else comes with an error."""

    status: str
    data: T | None = None
    error: Error | str | None = None


def problem(answer: Answer[T]) -> str | None:
    """Why an answer is a refusal, or None if it is none."""
    if answer.status.upper() == "OK":
        return None
    return told(answer.error) or f"status {answer.status}"


def told(error: Error | str | None) -> str | None:
    """An error in words."""
    return error.words if isinstance(error, Error) else error


ENVELOPE = decoder(Envelope)
BOOK = decoder(BookData)
FILLS = decoder(tuple[Fill, ...])
FILL: "msgspec.json.Decoder[Fill | str]" = msgspec.json.Decoder(Fill, strict=False)
ROWS = decoder(Rows)
PRICE = decoder(PriceData)
FUNDING = decoder(FundingRow)
LIST = decoder(Answer[Rows])

FULL = "f"
"""`d` of a book of every level; "1" is the touch."""

_BOOK = ("orderbooks", BOOK)
_KINDS: Mapping[str, tuple[str, str, "msgspec.json.Decoder[Any]"]] = {
    "SNAPSHOT": ("snapshot", *_BOOK), "ORDERBOOKS.SNAPSHOT": ("snapshot", *_BOOK),
    "DELTA": ("delta", *_BOOK), "ORDERBOOKS.DELTA": ("delta", *_BOOK),
    "MP": ("mark", "prices.mark", PRICE), "PRICES.MP": ("mark", "prices.mark", PRICE),
    "IP": ("index", "prices.index", PRICE), "PRICES.IP": ("index", "prices.index", PRICE),
    "TRADES": ("trades", "trades", FILLS), "FUNDING_RATES": ("funding", "funding-rates", FUNDING),
}  # fmt: skip
"""Type of a frame, old and new -> what it is, its scope, its decoder."""


class Heard(Struct, gc=False, frozen=True):
    """A data frame as read. `data` is of `kind`, unless there is a `problem`.

    `stream` is what its number counts: empty for all of a connection, else a topic. `native` is
    empty where the data has no rows.
    """

    kind: str
    topic: str
    native: str
    stream: str
    seq: int
    venue_ns: int | None
    data: Any
    problem: str | None = None
    odd: str | None = None
    """What of a list makes no sense, where the rest of it does."""


def heard(envelope: Envelope) -> Heard | None:
    """Read the data of a frame; None where it has no number."""
    if envelope.seq is None:
        return None
    is_list = bytes(envelope.data)[:1] == b"["
    name = envelope.type or ("TRADES" if is_list else "FUNDING_RATES")
    kind, scope, reads = _KINDS.get(name, ("", "", None))
    data = f"unknown type {name}" if reads is None else decode(reads, envelope.data)
    odd = None
    if isinstance(data, str) and reads is FILLS:
        rows = decode(ROWS, envelope.data)
        fills = [decode(FILL, raw) for raw in rows] if not isinstance(rows, str) else []
        good = tuple(fill for fill in fills if not isinstance(fill, str))
        data, odd = (good, data) if good else (data, None)
    problem = told(envelope.error) or (data if isinstance(data, str) else None)
    topic, native = envelope.subscription, ""
    if not isinstance(data, str) and data != ():
        native = (data[0] if isinstance(data, tuple) else data).m
        depth = f"{data.d}." if isinstance(data, BookData) and data.d != FULL else ""
        topic = f"{scope}.{depth}{native}"
    return Heard(
        kind, topic, native, "" if envelope.subscription else topic, envelope.seq,
        moment_ns(envelope.ts), data, problem, odd,
    )  # fmt: skip


def book_topic(native: str) -> str:
    return f"orderbooks.{native}"
