"""GRVT: the shapes of its messages.

Private to the folder. A frame is read in two steps, the envelope and then its feed. Whole numbers
come as text or as numbers, depending on the age of the field; times are ns, beyond what a double
holds, and are never read as one.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from cockpit.venues.kit.decoding import BROKEN, decode
from cockpit.venues.kit.fields import (
    NOTHING,
    Ns,
    Number,
    Position,
    Price,
    Refusal,
    Rows,
    Size,
    Stamp,
    decoder,
)


class Envelope(Struct, gc=False, frozen=True):
    """Any frame: data has a `stream`, an answer has an `id` (0 where none could be read)."""

    stream: str = ""
    selector: str = ""
    sequence_number: Position | None = None
    prev_sequence_number: Position | None = None
    feed: msgspec.Raw = NOTHING
    id: int | None = None
    method: str = ""
    result: msgspec.Raw = NOTHING
    error: Refusal | None = None


class Ack(Struct, gc=False, frozen=True):
    """What was subscribed. The numbers belong to `subs` one by one: each stream goes on after its
    `latest_sequence_number`."""

    stream: str = ""
    subs: tuple[str, ...] = ()
    latest_sequence_number: tuple[Position, ...] = ()


class Level(Struct, gc=False, frozen=True):
    """`size` is absolute; 0 removes the level."""

    price: Price
    size: Size


class Book(Struct, gc=False, frozen=True):
    instrument: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    event_time: Stamp = None


class Fill(Struct, gc=False, frozen=True):
    instrument: str
    is_taker_buyer: bool
    size: Price
    price: Price
    trade_id: str
    event_time: Stamp = None


class Ticker(Struct, gc=False, frozen=True):
    """`v1.ticker` and `v1.mini`. In a delta what is not there has not changed."""

    instrument: str
    event_time: Stamp = None
    mark_price: Number = None
    index_price: Number = None
    last_price: Number = None
    open_interest: Number = None
    funding_rate: Number = None
    funding_interval_hours: Number = None
    next_funding_time: Stamp = None
    buy_volume_24h_b: Number = None
    sell_volume_24h_b: Number = None
    buy_volume_24h_q: Number = None
    sell_volume_24h_q: Number = None
    status: str | None = None
    session: str | None = None


class InstrumentRow(Struct, gc=False, frozen=True):
    instrument: str
    base: str
    quote: str
    kind: str
    tick_size: Number = None
    min_size: Number = None
    min_notional: Number = None
    funding_interval_hours: Number = None
    adjusted_funding_rate_cap: Number = None
    adjusted_funding_rate_floor: Number = None
    status: str | None = None


class Bracket(Struct, gc=False, frozen=True):
    """A tier of the margin rules; the rates are fractions, not per cent."""

    notional_floor: Number = None
    maintenance_margin_rate: Number = None
    initial_margin_rate: Number = None
    max_leverage: Number = None


class FundingRow(Struct, gc=False, frozen=True):
    instrument: str
    funding_rate: Number
    funding_time: Ns
    funding_interval_hours: Number = None


class Answer(Refusal, gc=False, frozen=True):
    """A REST body: a result, or a code and a message. Margin rules are not wrapped in a result."""

    result: Rows | None = None
    risk_brackets: tuple[Bracket, ...] = ()


def problem(answer: Answer) -> str | None:
    """Why an answer is a refusal, or None if it is none."""
    if answer.code is not None:
        return answer.words
    is_empty = answer.result is None and not answer.risk_brackets
    return "neither a result nor an error" if is_empty else None


ENVELOPE = decoder(Envelope)
ACK = decoder(Ack)
BOOK = decoder(Book)
FILL = decoder(Fill)
TICKER = decoder(Ticker)
ANSWER = decoder(Answer)

FEEDS: Mapping[str, "msgspec.json.Decoder[Any]"] = {
    "v1.book.d": BOOK, "v1.book.s": BOOK, "v1.trade": FILL, "v1.ticker.s": TICKER,
    "v1.ticker.d": TICKER, "v1.mini.s": TICKER, "v1.mini.d": TICKER,
}  # fmt: skip
UNUSED = frozenset({"v1.candle"})

_SHORT = (
    {"s": "stream", "s1": "selector", "sn": "sequence_number", "ps": "prev_sequence_number",
     "f": "feed"},
    {"et": "event_time", "i": "instrument", "mp": "mark_price", "ip": "index_price",
     "oi": "open_interest", "fr2": "funding_rate", "nf": "next_funding_time", "b": "bids",
     "a": "asks"},
    {"p": "price", "s": "size"},
)  # fmt: skip
"""Short names of the fields of a frame, of its feed, and of a level."""


def envelope(data: str | bytes) -> Envelope | str:
    """A frame of either dialect, or why it is none."""
    full = decode(ENVELOPE, data)
    if isinstance(full, str) or full.stream or full.id is not None:
        return full
    try:
        long = _long(msgspec.json.decode(data), *_SHORT)
        return ENVELOPE.decode(msgspec.json.encode(long))
    except BROKEN:
        return "neither an answer nor the data of a stream"


def _long(value: Any, *names: Mapping[str, str]) -> Any:
    """A value of the short dialect with long names, those of each depth."""
    if isinstance(value, list):
        return [_long(item, *names) for item in value]
    if isinstance(value, dict) and names:
        return {names[0].get(key, key): _long(item, *names[1:]) for key, item in value.items()}
    return value


def key_of(stream: str, native: str, rate: str) -> str:
    """`v1.book.d BTC_USDT_Perp@50`."""
    return f"{stream} {native}@{rate}"
