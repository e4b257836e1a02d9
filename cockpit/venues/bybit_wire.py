"""Bybit v5: the shapes of its messages, how single fields are read, and its topic bookkeeping.

Private to `bybit.py`. The wire has no constant tag (a topic carries its symbol), so there is a
decoder per kind of topic, and `Envelope` for whatever does not begin like one of them.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Send
from cockpit.venues.kit import MAX_EXPONENT, finite

Price = Annotated[float, Meta(gt=0, lt=MAX_EXPONENT)]
Size = Annotated[float, Meta(ge=0, lt=MAX_EXPONENT)]
Ms = Annotated[int, Meta(ge=1_000_000_000_000, lt=4_102_444_800_000)]
"""Milliseconds since the epoch, between 2001 and 2100: another digit count is another unit."""
Number = str | float | None
Side = tuple[tuple[Price, Size], ...]


class BookData(Struct, gc=False, frozen=True):
    s: str
    b: Side
    a: Side
    u: Annotated[int, Meta(ge=0)]
    cts: Ms | None = None


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


class TradeMessage(Struct, gc=False, frozen=True):
    topic: str
    data: tuple[Fill, ...]


class TickerData(Struct, gc=False, frozen=True):
    """A row of `tickers`, by REST or stream. A key that is not there has not changed."""

    symbol: str
    markPrice: Number | UnsetType = UNSET
    indexPrice: Number | UnsetType = UNSET
    lastPrice: Number | UnsetType = UNSET
    openInterest: Number | UnsetType = UNSET
    singleOpenInterest: Number | UnsetType = UNSET
    fundingRate: Number | UnsetType = UNSET
    nextFundingTime: Number | UnsetType = UNSET
    fundingIntervalHour: Number | UnsetType = UNSET


TICKER_KEYS = tuple(key for key in TickerData.__struct_fields__ if key != "symbol")


class TickerMessage(Struct, gc=False, frozen=True):
    topic: str
    data: TickerData
    ts: Ms | None = None


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


Row = TypeVar("Row")


class Page(Struct, Generic[Row], gc=False, frozen=True):
    list: tuple[Row, ...] = ()
    nextPageCursor: str | None = None


class Answer(Struct, Generic[Row], gc=False, frozen=True):
    """Every REST body: HTTP is 200 also for errors, so `retCode` decides."""

    retCode: int
    retMsg: str | None = None
    result: Page[Row] | None = None
    time: Ms | None = None


BOOK = msgspec.json.Decoder(BookMessage, strict=False)
TRADES = msgspec.json.Decoder(TradeMessage, strict=False)
TICKER = msgspec.json.Decoder(TickerMessage, strict=False)
ENVELOPE = msgspec.json.Decoder(Envelope, strict=False)
INSTRUMENTS = msgspec.json.Decoder(Answer[InstrumentRow], strict=False)
TICKERS = msgspec.json.Decoder(Answer[TickerData], strict=False)
FUNDING = msgspec.json.Decoder(Answer[FundingRow], strict=False)
TIERS = msgspec.json.Decoder(Answer[TierRow], strict=False)

_PREFIXED = re.compile(r"(10{3,})(\D.*)")
_SUFFIXED = re.compile(r"(.*\D)(10{3,})")
_SETTLED_IN = (("USDT", "USDT"), ("PERP", "USDC"))


def unscaled(coin: str) -> tuple[str, float]:
    """`1000PEPE` -> (`PEPE`, 1000), `SHIB1000` -> (`SHIB`, 1000), `BTC` -> (`BTC`, 1)."""
    if match := _PREFIXED.fullmatch(coin):
        return match[2], float(match[1])
    if match := _SUFFIXED.fullmatch(coin):
        return match[1], float(match[2])
    return coin, 1.0


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
    """Cross-venue name and contract by the native name alone; None for a dated future."""
    if "-" in native:
        return None
    for suffix, settle in _SETTLED_IN:
        if native.endswith(suffix) and native != suffix:
            coin, contract = unscaled(native.removesuffix(suffix))
            return cross_name(coin, settle), contract
    return native, 1.0


def native_without_metadata(symbol: str) -> str:
    """The most likely native name: right for every coin that is not traded by the thousand."""
    coin, _, settle = symbol.partition(":")
    return f"{coin}PERP" if settle == "USDC" else f"{coin}USDT"


def seconds(value: Number, unit_s: int) -> int | None:
    """A funding interval given in units of `unit_s`; None outside 1 minute to 1 day."""
    number = finite(value)
    if number is None or not 60 <= number * unit_s <= 86_400:
        return None
    return round(number * unit_s)


def maintenance_fraction(row: TierRow) -> float | None:
    """The maintenance margin of a tier as a fraction; None where its unit is not clear.

    The documentation shows per cent in its examples without saying so. Initial margin times
    leverage tells: about 100 is per cent, about 1 is a fraction.
    """
    margin, initial = finite(row.maintenanceMargin), finite(row.initialMargin)
    leverage = finite(row.maxLeverage)
    if margin is None or initial is None or leverage is None or margin <= 0:
        return None
    if 80 < initial * leverage < 125:
        margin /= 100
    elif not 0.8 < initial * leverage < 1.25:
        return None
    return margin if margin < 1 else None


class Subscriptions:
    """The topics of one connection: asked for, answered or seen, asked for again."""

    PER_REQUEST = 10
    """One bad topic fails its whole request, so requests are small."""
    MAX_CHARS = 21_000
    """All topics of a connection together."""
    PATIENCE_NS = 5 * NS_PER_S

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.topics: frozenset[str] = frozenset()
        self._silent_since: dict[str, int] = {}
        self._requests: dict[str, tuple[str, ...]] = {}
        self._serial = 0

    def move_to(self, target: Sequence[str], at_ns: int) -> list[Send]:
        """What to send so that exactly `target` is subscribed."""
        gone = sorted(self.topics.difference(target))
        fresh = [topic for topic in target if topic not in self.topics]
        self.topics = frozenset(target)
        for topic in gone:
            self._silent_since.pop(topic, None)
        return [*self._ask("unsubscribe", gone), *self._subscribe(fresh, at_ns)]

    def renew(self, topics: Iterable[str], at_ns: int) -> list[Send]:
        """Leave and join again: the venue answers with a snapshot."""
        topics = list(topics)
        return [*self._ask("unsubscribe", topics), *self._subscribe(topics, at_ns)]

    def seen(self, topic: str) -> None:
        """Data came, so the subscription stands, whatever became of its acknowledgement."""
        if self._silent_since:
            self._silent_since.pop(topic, None)

    def answered(self, req_id: str, success: bool, at_ns: int) -> list[Send]:
        """After a refusal of many topics each is asked for alone; a single one is given up."""
        topics = self._requests.pop(req_id, ())
        for topic in topics:
            self._silent_since.pop(topic, None)
        if success or len(topics) < 2:
            return []
        return [send for topic in topics for send in self._subscribe([topic], at_ns)]

    def overdue(self, at_ns: int) -> list[Send]:
        """Subscribe again to what has been neither answered nor heard."""
        late = [
            topic
            for topic, since_ns in self._silent_since.items()
            if at_ns - since_ns >= self.PATIENCE_NS
        ]
        if not late:
            return []
        given_up = set(late)
        self._requests = {
            req_id: topics
            for req_id, topics in self._requests.items()
            if not given_up.issuperset(topics)
        }
        return self._subscribe(late, at_ns)

    def _subscribe(self, topics: Sequence[str], at_ns: int) -> list[Send]:
        self._silent_since.update((t, at_ns) for t in topics if t in self.topics)
        return self._ask("subscribe", topics)

    def _ask(self, op: str, topics: Sequence[str]) -> list[Send]:
        sends = []
        for start in range(0, len(topics), self.PER_REQUEST):
            chunk = tuple(topics[start : start + self.PER_REQUEST])
            self._serial += 1
            req_id = str(self._serial)
            if op == "subscribe":
                self._requests[req_id] = chunk
            request = {"req_id": req_id, "op": op, "args": chunk}
            sends.append(Send(msgspec.json.encode(request).decode()))
        return sends
