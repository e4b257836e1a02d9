"""Nado: the shapes of its messages, and how single figures are read.

Three spellings of a number live side by side: integers of 1e-18 as text (gateway, archive v1 and
sockets), plain JSON numbers (v2), and times in ns, ms or s by message.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from cockpit.core.events import Levels
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Fetch
from cockpit.venues.kit.decoding import encode
from cockpit.venues.kit.fields import LAST_S, Ns, Number, Rows, Seconds, decoder

X18 = 10**18
ARCHIVE = "archive"
"""The indexer has a budget of its own."""
LARGEST = X18 * X18
"""1e18 units: no price or size is as large. The venue's own word for nothing, 2**127 - 1, is."""
_MOST_DIGITS = 40

Scaled = str | int | None
"""An integer of 1e-18, as it may be: blank, or nonsense that costs this figure and no other."""
Ladder = tuple[tuple[Annotated[int, Meta(gt=0)], Annotated[int, Meta(ge=0)]], ...]
"""(price, size), both of 1e-18."""


class Depth(Struct, gc=False, frozen=True, tag_field="type", tag="book_depth"):
    """Levels that changed in (last_max_timestamp, max_timestamp], with absolute sizes.

    A first change may follow 0.
    """

    product_id: int
    last_max_timestamp: Annotated[int, Meta(ge=0, lt=LAST_S * NS_PER_S)]
    max_timestamp: Ns
    bids: Ladder
    asks: Ladder


class Fill(Struct, gc=False, frozen=True, tag_field="type", tag="trade"):
    product_id: int
    timestamp: Ns
    price: Annotated[int, Meta(gt=0)]
    taker_qty: Annotated[int, Meta(gt=0)]
    maker_qty: Annotated[int, Meta(gt=0)]
    is_taker_buyer: bool


class Rate(Struct, gc=False, frozen=True, tag_field="type", tag="funding_rate"):
    """The running rate, per 24 hours."""

    product_id: int
    timestamp: Ns
    funding_rate_x18: Scaled


class Envelope(Struct, gc=False, frozen=True):
    """What any frame has: a type if it is data, a result if it answers a request."""

    type: str = ""
    id: int | None = None
    result: Any | UnsetType = UNSET
    error: str | None = None


Data = TypeVar("Data")


class Answer(Struct, Generic[Data], gc=False, frozen=True):
    """Every reply of the gateway: HTTP may be 200 where it refuses, so `status` decides."""

    status: str
    data: Data | UnsetType = UNSET
    error: str | None = None
    error_code: int | None = None


class SymbolRow(Struct, gc=False, frozen=True):
    product_id: int
    type: str
    symbol: str
    trading_status: str | None = None
    price_increment_x18: Scaled = None
    size_increment: Scaled = None
    min_size: Scaled = None
    maker_fee_rate_x18: Scaled = None
    taker_fee_rate_x18: Scaled = None
    long_weight_initial_x18: Scaled = None
    long_weight_maintenance_x18: Scaled = None


class Symbols(Struct, gc=False, frozen=True):
    symbols: dict[str, msgspec.Raw]


class Liquidity(Struct, gc=False, frozen=True):
    timestamp: Ns
    bids: Ladder
    asks: Ladder


class ContractRow(Struct, gc=False, frozen=True):
    product_id: int
    base_currency: str = ""
    mark_price: Number = None
    index_price: Number = None
    last_price: Number = None
    open_interest: Number = None
    base_volume: Number = None
    quote_volume: Number = None
    funding_rate: Number = None
    next_funding_rate_timestamp: Number = None


class FundingRow(Struct, gc=False, frozen=True):
    timestamp: Seconds
    funding_rate_x18: Scaled


class FundingPage(Struct, gc=False, frozen=True):
    funding_rates: Rows


STREAM = msgspec.json.Decoder(Depth | Fill | Rate, strict=False)
ENVELOPE = decoder(Envelope)
SYMBOLS = decoder(Answer[Symbols])
STATUS = decoder(Answer[str])
LIQUIDITY = decoder(Answer[Liquidity])
CONTRACTS = decoder(dict[str, msgspec.Raw])
FUNDING = decoder(FundingPage)


def problem(answer: Answer[Any]) -> str | None:
    """Why a body is a refusal."""
    if answer.status == "success" and answer.data is not UNSET:
        return None
    return f"{answer.error_code} {answer.error}"


def whole(value: Scaled) -> int | None:
    """The integer of a scaled figure; None for what is none, or is larger than anything is."""
    if isinstance(value, str):
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS):
            return None
        value = int(value)
    return value if value is not None and -LARGEST < value < LARGEST else None


def x18(value: Scaled) -> float | None:
    """A scaled figure in whole units: the float nearest to its decimal."""
    number = whole(value)
    return None if number is None else number / X18


def levels(ladder: Ladder) -> Levels | None:
    """(price, size) as quoted; None where a figure is larger than anything is."""
    if any(price >= LARGEST or size >= LARGEST for price, size in ladder):
        return None
    return tuple([(price / X18, size / X18) for price, size in ladder])


def archive(name: str, query: Mapping[str, Any], weight: int, key: str) -> Fetch:
    """A question to the indexer, which takes all of them at one address."""
    return Fetch(
        name=name, path="/archive/v1", method="POST", body=encode(query),
        weight=weight, key=key, background=True, bucket=ARCHIVE,
    )  # fmt: skip
