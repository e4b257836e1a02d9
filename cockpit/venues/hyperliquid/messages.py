"""Hyperliquid's messages as they stand on the wire. Private to the venue: data shapes only.

Numbers arrive as strings and are read as floats in one pass. Bounds that no real message breaks
(positive levels, plausible times) belong to the types, so that nonsense never becomes data.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta

from cockpit.venues.kit.fields import Ms, Price
from cockpit.venues.kit.subscriptions import Operation

Number = float | str | None
"""A figure as it may be: nonsense in it costs this figure and no other."""
Digits = TypeVar("Digits", float, float | str)
"""Figures as they should be, read at once, and as they may be."""
Height = Annotated[int, Meta(ge=0, lt=2**53)]

VENUE = "hyperliquid"
MAX_NAME_CHARS = 64


class Wire(msgspec.Struct, gc=False, rename="camel"):
    """Snake case here, camel case there."""


class WireLevel(Wire):
    px: Price
    sz: Price


class BookData(Wire):
    """`levels` is bids then asks, best first. `time` is the block's."""

    coin: str
    levels: tuple[list[WireLevel], list[WireLevel]]
    time: Ms | None = None


class BboData(Wire):
    coin: str
    time: Ms
    bbo: tuple[WireLevel | None, WireLevel | None]


class WireTrade(Wire):
    """`side` is the aggressor's: B bought, A sold. Unique by (time, coin, tid)."""

    coin: str
    side: Literal["A", "B"]
    px: Price
    sz: Price
    time: Ms
    tid: int


class Ctx(Wire, Generic[Digits]):
    """One market's context. `premium` is null where there is no book to take it from."""

    funding: Digits | None = None
    open_interest: Digits | None = None
    premium: Digits | None = None
    oracle_px: Digits | None = None
    mark_px: Digits | None = None


class ListedCtx(Ctx[Digits], Generic[Digits]):
    """A context of the list of all of them, with what only a survey reads."""

    day_ntl_vlm: Digits | None = None
    day_base_vlm: Digits | None = None


class ActiveCtxData(Wire, Generic[Digits]):
    coin: str
    ctx: Ctx[Digits]


class AllCtxsData(Wire, Generic[Digits]):
    """[dex, contexts in the order of that dex's universe]; the first dex has no name."""

    ctxs: list[tuple[str, list[ListedCtx[Digits]]]]


class OddCtxsData(Wire):
    """The same where a context makes no sense: each is read on its own."""

    ctxs: list[tuple[str, list[msgspec.Raw]]]


class BlockRow(Wire):
    height: Height
    block_time: Ms


class AllDexsData(Wire):
    """Each state is read on its own, so that one that is odd does not cost the others."""

    user: str
    clearinghouse_states: list[tuple[str, msgspec.Raw]]


class FundingsData(Wire):
    user: str
    fundings: list[dict[str, Any]]


class UserFillsData(Wire):
    user: str
    fills: list[dict[str, Any]]
    is_snapshot: bool = False


class Subscription(Wire):
    type: str
    coin: str = ""
    user: str = ""

    @property
    def key(self) -> str:
        return key_of(self.type, self.coin or self.user)


class Quoted(Subscription):
    """What an error quotes: the subscription, or the whole command with the subscription in it."""

    type: str = ""
    subscription: Subscription | None = None


class AckData(Wire):
    method: str
    subscription: Subscription


class Channel(Wire, tag_field="channel"):
    """Every message but the explorer's names its channel."""


class L2Book(Channel, tag="l2Book"):
    data: BookData


class Bbo(Channel, tag="bbo"):
    data: BboData


class Trades(Channel, tag="trades"):
    data: list[WireTrade]


class OddTrades(Channel, tag="trades"):
    """Fills of which one is odd: each is read on its own."""

    data: list[msgspec.Raw]


class ActiveAssetCtx(Channel, Generic[Digits], tag="activeAssetCtx"):
    data: ActiveCtxData[Digits]


class AllDexsAssetCtxs(Channel, Generic[Digits], tag="allDexsAssetCtxs"):
    data: AllCtxsData[Digits]


class OddDexsAssetCtxs(Channel, tag="allDexsAssetCtxs"):
    data: OddCtxsData


class AllDexs(Channel, tag="allDexsClearinghouseState"):
    data: AllDexsData


class UserFundings(Channel, tag="userFundings"):
    data: FundingsData


class UserFills(Channel, tag="userFills"):
    data: UserFillsData


class SubscriptionResponse(Channel, tag="subscriptionResponse"):
    data: AckData


class Pong(Channel, tag="pong"):
    pass


class Error(Channel, tag="error"):
    data: str


class Envelope(msgspec.Struct, gc=False):
    """The least that a message must be, to say which channel it is of."""

    channel: str


Message = (
    L2Book | Bbo | Trades | ActiveAssetCtx[float] | AllDexsAssetCtxs[float] | AllDexs
    | UserFundings | UserFills | SubscriptionResponse | Pong | Error | list[BlockRow]
)  # fmt: skip
Odd = OddTrades | ActiveAssetCtx[float | str] | OddDexsAssetCtxs
MESSAGE: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message, strict=False)
ODD: msgspec.json.Decoder[Odd | str] = msgspec.json.Decoder(Odd, strict=False)
"""What holds a figure that is none, so that the others are read all the same."""
CTX: msgspec.json.Decoder[ListedCtx[float | str] | str] = msgspec.json.Decoder(
    ListedCtx[float | str], strict=False
)
FILL: msgspec.json.Decoder[WireTrade | str] = msgspec.json.Decoder(WireTrade, strict=False)
ENVELOPE = msgspec.json.Decoder(Envelope)
QUOTED = msgspec.json.Decoder(Quoted)

READ_CHANNELS = frozenset({
    "l2Book", "bbo", "trades", "activeAssetCtx", "allDexsAssetCtxs", "allDexsClearinghouseState",
    "userFundings", "userFills", "subscriptionResponse", "pong", "error",
})  # fmt: skip
"""Those that `MESSAGE` reads."""
ACCOUNT_CHANNELS = ("allDexsClearinghouseState", "userFundings", "userFills")
UNUSED_CHANNELS = frozenset({
    "activeAssetData", "activeSpotAssetCtx", "allMids", "assetCtxs", "candle",
    "clearinghouseState", "explorerTxs", "fastAssetCtxs", "notification", "openOrders",
    "orderUpdates", "outcomeMetaUpdates", "post", "spotAssetCtxs", "spotState", "twapStates",
    "user", "userEvents", "userHistoricalOrders", "userNonFundingLedgerUpdates",
    "userTwapHistory", "userTwapSliceFills", "webData2", "webData3",
})  # fmt: skip
"""Documented channels of which we say nothing."""

GREETING = "Websocket connection established."


@lru_cache(maxsize=8192)
def name_of(native: str) -> tuple[str, float] | None:
    """(symbol, coins per unit) of a perp by the venue's own name; None for spot and outcomes.

    `kPEPE` is PEPE in thousands, `KAS` is KAS. `dex:COIN` keeps its prefix: a builder's market is
    never the same market as the validators' one of that coin.
    """
    if not native or len(native) > MAX_NAME_CHARS or not native.isprintable():
        return None
    if ":" in native:
        return native, 1.0
    if native[0] in "@#+" or "/" in native:
        return None
    if native[0] == "k" and native[1:2].isupper():
        return native[1:], 1000.0
    return native, 1.0


def dex_of(name: str) -> str:
    """The builder dex of a native name; empty for the validators' own."""
    dex, colon, _ = name.partition(":")
    return dex if colon else ""


def key_of(channel: str, subject: str = "") -> str:
    """The key of a subscription: its channel, then its coin or its user where it has one."""
    return f"{channel} {subject}"


def command(operation: Operation, keys: Sequence[str], request: int) -> str:
    """The text that subscribes or unsubscribes one key. The venue numbers no requests."""
    channel, _, subject = keys[0].partition(" ")
    subscription = {"type": channel}
    if subject:
        subscription["user" if channel in ACCOUNT_CHANNELS else "coin"] = subject
    return msgspec.json.encode({"method": operation, "subscription": subscription}).decode()
