"""Orderly: the shapes of its messages. Private to the venue.

A frame is read in two steps: the envelope with its topic, then what is in it by the kind of topic.
"""

from typing import Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Struct, field

from cockpit.venues.kit.fields import Ladder, Ms, Number, Price, Rows, decoder, moment_ns


class Envelope(Struct, gc=False, frozen=True):
    """Any frame. Data has a topic, an answer an `event`, a refusal neither."""

    topic: str = ""
    event: str = ""
    id: str | int | None = None
    success: bool | None = None
    errorMsg: str | None = None
    ts: Ms | None = None
    data: msgspec.Raw = msgspec.Raw()


class Book(Struct, gc=False, frozen=True):
    """A whole book or a change of one. `prevTs` is the stamp of the change before a change, `ts`
    (of a requested book) that of the last one before the book."""

    symbol: str
    asks: Ladder
    bids: Ladder
    prevTs: int | None = None
    ts: Ms | None = None


class Trade(Struct, gc=False, frozen=True):
    symbol: str
    price: Price
    size: Price
    side: Literal["BUY", "SELL"]


class EstimatedRate(Struct, gc=False, frozen=True):
    symbol: str
    fundingRate: Number = None
    fundingTs: Number = None


class Interest(Struct, gc=False, frozen=True):
    symbol: str
    openInterest: Number = None


class PriceRow(Struct, gc=False, frozen=True):
    symbol: str
    price: Number = None


class SystemStatus(Struct, gc=False, frozen=True):
    status: int


class InfoRow(Struct, gc=False, frozen=True):
    """A market of the listing. `broker_id` is a builder's own market."""

    symbol: str
    broker_id: str | None = None
    quote_tick: Number = None
    base_tick: Number = None
    base_min: Number = None
    min_notional: Number = None
    funding_period: Number = None
    base_imr: Number = None
    base_mmr: Number = None
    imr_factor: Number = None
    status: str | None = None


class FuturesRow(Struct, gc=False, frozen=True):
    symbol: str
    index_price: Number = None
    mark_price: Number = None
    est_funding_rate: Number = None
    next_funding_time: Number = None
    open_interest: Number = None
    close_24h: Number = field(name="24h_close", default=None)
    volume_24h: Number = field(name="24h_volume", default=None)
    amount_24h: Number = field(name="24h_amount", default=None)


class RatesRow(Struct, gc=False, frozen=True):
    symbol: str
    last_funding_rate: Number = None
    last_funding_rate_timestamp: Number = None


class PaidRow(Struct, gc=False, frozen=True):
    symbol: str
    funding_rate: Number
    funding_rate_timestamp: Ms


Data = TypeVar("Data")


class Table(Struct, gc=False, frozen=True):
    rows: Rows


class Answer(Struct, Generic[Data], gc=False, frozen=True):
    """Every REST body. HTTP is 200 also where nothing is known of what was asked."""

    success: bool = True
    code: int | str | None = None
    message: str | None = None
    timestamp: Number = None
    data: Data | None = None

    @property
    def venue_ns(self) -> int | None:
        """When it was said; a time that cannot be costs itself."""
        return moment_ns(self.timestamp)


ENVELOPE = decoder(Envelope)
BOOK = decoder(Book)
TRADE = decoder(Trade)
RATE = decoder(EstimatedRate)
INTEREST = decoder(Interest)
ROWS = decoder(Rows)
LIST = decoder(Answer[Table])
SYSTEM = decoder(Answer[SystemStatus])


def problem(answer: Answer[Any]) -> str | None:
    """Why a body is a refusal, or says nothing of what was asked."""
    if not answer.success:
        return f"{answer.code} {answer.message}"
    return "no data in it" if answer.data is None else None
