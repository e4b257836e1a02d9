"""Paradex: the shapes of its messages, and how single fields are read.

Numbers come as text or as numbers, in one field and the other. What both encodings say ends in the
same structs: a push in JSON here, a binary one in `sbe`.
"""

import re
from typing import Literal

import msgspec
from msgspec import Struct

from cockpit.core.events import Levels
from cockpit.core.units import NS_PER_MS
from cockpit.venues.kit.fields import (
    NOTHING,
    Ms,
    Number,
    Position,
    Price,
    Refusal,
    Rows,
    Size,
    decoder,
    moment_ns,
    ms_to_ns,
)
from cockpit.venues.kit.instruments import unscaled


class Level(Struct, gc=False, frozen=True):
    side: Literal["BUY", "SELL"]
    price: Price
    size: Size


class Book(Struct, gc=False, frozen=True):
    market: str
    seq_no: Position
    update_type: Literal["s", "d"]
    inserts: tuple[Level, ...] = ()
    updates: tuple[Level, ...] = ()
    deletes: tuple[Level, ...] = ()
    last_updated_at: Ms | None = None


class BookUpdate(Struct, gc=False, frozen=True):
    """A book message of either encoding; `is_whole` says that it replaces what stood."""

    market: str
    seq: int
    is_whole: bool
    bids: Levels
    asks: Levels
    venue_ns: int | None


class Fill(Struct, gc=False, frozen=True):
    market: str
    side: Literal["BUY", "SELL"]
    size: Price
    price: Price
    created_at: Ms
    trade_type: str = "FILL"

    @property
    def venue_ns(self) -> int:
        return self.created_at * NS_PER_MS


class Summary(Struct, gc=False, frozen=True):
    """A market's figures. `has_all_digits` is False where the rate has eight decimals only.

    Nothing of a row but its name may fail to decode: options stand in the same list.
    """

    symbol: str
    mark_price: Number = None
    underlying_price: Number = None
    last_traded_price: Number = None
    volume_24h: Number = None
    open_interest: Number = None
    funding_rate: Number = None
    created_at: Number = None
    has_all_digits: bool = True

    @property
    def venue_ns(self) -> int | None:
        return moment_ns(self.created_at)


class FundingRow(Struct, gc=False, frozen=True):
    """The rate, its premium (quote a contract and period) and the index, as pushed and in history.

    In history the period may be 0, which says nothing.
    """

    market: str
    funding_rate: Number
    created_at: Ms
    funding_index: Number = None
    funding_premium: Number = None
    funding_period_hours: Number = None
    impact_premium_rate: Number = None
    has_all_digits: bool = True

    @property
    def venue_ns(self) -> int:
        return self.created_at * NS_PER_MS


Row = BookUpdate | Fill | Summary | FundingRow


class Push(Struct, gc=False, frozen=True):
    channel: str
    data: msgspec.Raw = NOTHING


class Acknowledged(Struct, gc=False, frozen=True):
    channel: str = ""


class Problem(Refusal, gc=False, frozen=True):
    data: str | None = None


class Envelope(Struct, gc=False, frozen=True):
    """Any frame of text: a push has `params`, an answer `result` or `error`."""

    id: int | None = None
    params: Push | None = None
    result: Acknowledged | None = None
    error: Problem | None = None
    usOut: int | None = None


class CrossMargin(Struct, gc=False, frozen=True):
    imf_base: Number = None
    mmf_factor: Number = None


class Fee(Struct, gc=False, frozen=True):
    fee: Number = None


class FeePair(Struct, gc=False, frozen=True):
    maker_fee: Fee | None = None
    taker_fee: Fee | None = None


class FeeConfig(Struct, gc=False, frozen=True):
    api_fee: FeePair | None = None


class MarketRow(Struct, gc=False, frozen=True):
    symbol: str
    asset_kind: str = ""
    base_currency: str = ""
    quote_currency: str = "USD"
    trading_mode: str | None = None
    price_tick_size: Number = None
    order_size_increment: Number = None
    min_notional: Number = None
    funding_period_hours: Number = None
    delta1_cross_margin_params: CrossMargin | None = None
    fee_config: FeeConfig | None = None


class Results(Struct, gc=False, frozen=True):
    """Any list."""

    results: Rows


class SystemState(Struct, gc=False, frozen=True):
    status: Literal["ok", "maintenance", "cancel_only", "post_only"]


ENVELOPE = decoder(Envelope)
BOOK = decoder(Book)
FILL = decoder(Fill)
SUMMARY = decoder(Summary)
FUNDING = decoder(FundingRow)
RESULTS = decoder(Results)
SYSTEM = decoder(SystemState)

_PERPETUAL = re.compile(r"([A-Za-z0-9]+)-USD-PERP")
_OTHER = re.compile(r"[A-Za-z0-9]+-[A-Z]{3,5}(-[0-9A-Z.]+){0,3}")
_LETTERS = {"k": 1_000.0}


def book_update(book: Book) -> BookUpdate:
    """A book message by sides, levels in the order in which they are to be applied."""
    bids: list[tuple[float, float]] = []
    asks: list[tuple[float, float]] = []
    for level in book.deletes:
        (bids if level.side == "BUY" else asks).append((level.price, 0.0))
    for level in (*book.updates, *book.inserts):
        (bids if level.side == "BUY" else asks).append((level.price, level.size))
    is_whole = book.update_type == "s"
    if is_whole:
        bids.sort(reverse=True)
        asks.sort()
    venue_ns = ms_to_ns(book.last_updated_at)
    return BookUpdate(book.market, book.seq_no, is_whole, tuple(bids), tuple(asks), venue_ns)


def coin_and_contract(base: str) -> tuple[str, float]:
    """`kPEPE` -> (`PEPE`, 1000). Of the letter m only `mSATS` is known to scale."""
    return ("SATS", 1e6) if base == "mSATS" else unscaled(base, _LETTERS)


def base_of(native: str) -> str | None:
    """The coin of a perpetual by its name alone; None for whatever else trades here."""
    match = _PERPETUAL.fullmatch(native)
    return match[1] if match else None


def is_other_product(native: str) -> bool:
    """An option, a dated one or a spot pair: they share every list and channel with perpetuals."""
    return _OTHER.fullmatch(native) is not None and base_of(native) is None
