"""What each of Hyperliquid's channels says, first and later.

`FIRST` answers a subscription, `PUSHES` a step; `CADENCE_MS` holds a push back. A frame that says
nothing new is not sent.
Source: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/subscriptions.
"""

import base64
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.hyperliquid import accounts, static
from cockpit.sim.faces.hyperliquid import accounts_past as past
from cockpit.sim.faces.hyperliquid import messages as wire
from cockpit.sim.faces.hyperliquid import rest_market as reads
from cockpit.sim.faces.hyperliquid.messages import Json
from cockpit.sim.world.accounts import AccountFill, FundingPayment
from cockpit.sim.world.contract import MarketState, Step, VenueWorld

REPLAYED_TRADES = 30
FAST_DEPTH = 5

HISTORIES = {
    "userFills": "fills",
    "userFundings": "fundings",
    "userNonFundingLedgerUpdates": "nonFundingLedgerUpdates",
    "userTwapSliceFills": "twapSliceFills",
    "userTwapHistory": "history",
    "userHistoricalOrders": "orderHistory",
}
"""Account channels that begin with a snapshot -> the key of its rows."""


@dataclass(slots=True)
class Subscription:
    """One feed of a connection. `told` is what the client last heard of it."""

    asked: dict[str, Json]
    state: MarketState | None
    sent_ns: int
    told: Json = None


class Frames(list[Json]):
    """Several messages of one step; any other list is one message."""


Event = TypeVar("Event", AccountFill, FundingPayment)


def _time_ms(world: VenueWorld) -> int:
    return world.block_ns // NS_PER_MS


def _l2_book(world: VenueWorld, subscription: Subscription) -> Json:
    asked, state = subscription.asked, subscription.state
    if state is None:
        return {"channel": "l2Book", "data": wire.empty_book(asked["coin"], _time_ms(world))}
    subscription.told = state.book_seq
    is_fast = asked.get("fast") is True
    shown = wire.book(
        state,
        _time_ms(world),
        depth=FAST_DEPTH if is_fast else wire.BOOK_DEPTH,
        figures=asked["nSigFigs"],
        mantissa=asked["mantissa"],
        fast=is_fast,
    )
    return {"channel": "l2Book", "data": shown}


def _changed_book(world: VenueWorld, subscription: Subscription, step: Step) -> Json | None:
    state = subscription.state
    if state is None or state.book_seq == subscription.told:
        return None
    return _l2_book(world, subscription)


def _replay(world: VenueWorld, subscription: Subscription) -> Json | None:
    state = subscription.state
    if state is None:
        return None
    fills = world.recent_trades(state.listing.symbol, REPLAYED_TRADES)
    return {"channel": "trades", "data": wire.trades(state, fills)} if fills else None


def _new_trades(world: VenueWorld, subscription: Subscription, step: Step) -> Json | None:
    state = subscription.state
    if state is None or not step.trades:
        return None
    fills = [fill for fill in step.trades if fill.symbol == state.listing.symbol]
    return {"channel": "trades", "data": wire.trades(state, fills)} if fills else None


def _bbo(world: VenueWorld, subscription: Subscription) -> Json:
    state = subscription.state
    if state is None:
        shown = {"coin": subscription.asked["coin"], "time": _time_ms(world), "bbo": [None, None]}
    else:
        shown = wire.bbo(state, _time_ms(world))
    subscription.told = shown["bbo"]
    return {"channel": "bbo", "data": shown}


def _changed_bbo(world: VenueWorld, subscription: Subscription, step: Step) -> Json | None:
    told = subscription.told
    if subscription.state is None or not (step.books or step.flush):
        return None
    frame = _bbo(world, subscription)
    return frame if frame["data"]["bbo"] != told else None


def _asset_ctx(world: VenueWorld, subscription: Subscription) -> Json:
    coin, state = subscription.asked["coin"], subscription.state
    if coin in static.SPOT_PRICES:
        data = {"coin": coin, "ctx": static.spot_ctx(coin)}
        return {"channel": "activeSpotAssetCtx", "data": data}
    shown = wire.ctx(state) if state is not None else static.hip3_ctxs()[0]
    return {"channel": "activeAssetCtx", "data": {"coin": coin, "ctx": shown}}


def _all_ctxs(world: VenueWorld, subscription: Subscription) -> Json:
    dexs = (static.FIRST_DEX, static.HIP3_DEX)
    data = {"ctxs": [[dex, reads.ctxs(world, dex)] for dex in dexs]}
    return {"channel": "allDexsAssetCtxs", "data": data}


def _dex_ctxs(world: VenueWorld, subscription: Subscription) -> Json:
    dex = subscription.asked["dex"] or static.FIRST_DEX
    return {"channel": "assetCtxs", "data": {"dex": dex, "ctxs": reads.ctxs(world, dex)}}


def _spot_ctxs(world: VenueWorld, subscription: Subscription) -> Json:
    return {"channel": "spotAssetCtxs", "data": static.spot_ctxs()}


def _all_mids(world: VenueWorld, subscription: Subscription) -> Json:
    dex = subscription.asked.get("dex")
    data: dict[str, Json] = {"mids": reads.all_mids(world, dex)}
    if dex is not None:
        data["dex"] = dex
    return {"channel": "allMids", "data": data}


def _web_data(world: VenueWorld, subscription: Subscription) -> Json:
    now_ms = world.now_ns() // NS_PER_MS
    data = {
        "clearinghouseState": accounts.clearinghouse_state(world, subscription.asked["user"]),
        "leadingVaults": [],
        "totalVaultEquity": "0.0",
        "openOrders": [],
        "agentAddress": None,
        "agentValidUntil": None,
        "cumLedger": "0.0",
        "meta": reads.meta(world, {}),
        "assetCtxs": reads.ctxs(world, static.FIRST_DEX),
        "serverTime": now_ms,
        "isVault": False,
        "user": subscription.asked["user"],
        "twapStates": [],
        "spotState": accounts.spot_state(world, subscription.asked["user"]),
        "spotAssetCtxs": static.spot_ctxs(),
        "perpsAtOpenInterestCap": [],
    }
    return {"channel": "webData2", "data": data}


def _web_data3(world: VenueWorld, subscription: Subscription) -> Json:
    user = subscription.asked["user"]
    state = {
        "agentAddress": None,
        "agentValidUntil": None,
        "cumLedger": "0.0",
        "serverTime": world.now_ns() // NS_PER_MS,
        "isVault": False,
        "user": user,
    }
    dexs = [{"totalVaultEquity": "0.0"} for _ in (static.FIRST_DEX, static.HIP3_DEX)]
    return {"channel": "webData3", "data": {"userState": state, "perpDexStates": dexs}}


def _candle(world: VenueWorld, subscription: Subscription) -> Json | None:
    if subscription.state is None:
        return None
    now_ms = world.now_ns() // NS_PER_MS
    interval = subscription.asked["interval"]
    bars = reads.candles(world, subscription.state, interval, now_ms, now_ms)
    return {"channel": "candle", "data": bars[-1]} if bars else None


def _fast_ctxs(world: VenueWorld, subscription: Subscription) -> Json | None:
    """Marks and mids, compressed; first all coins, then only the fields that changed."""
    shown = {
        state.listing.native: {"markPx": wire.price(state, state.mark), "midPx": wire.mid(state)}
        for state in wire.universe(world)
        if state.mark is not None
    }
    told = subscription.told or {}
    news = {
        coin: {key: value for key, value in row.items() if told.get(coin, {}).get(key, "") != value}
        for coin, row in shown.items()
        if told.get(coin) != row
    }
    subscription.told = shown
    if not news:
        return None
    squeezer = zlib.compressobj(wbits=-15)
    packed = squeezer.compress(msgspec.json.encode(news)) + squeezer.flush()
    return {"channel": "fastAssetCtxs", "data": base64.b64encode(packed).decode()}


def account(world: VenueWorld, subscription: Subscription) -> Json | None:
    """The first frame of an account channel; None where it waits for events."""
    asked = subscription.asked
    name, user, dex = asked["type"], asked.get("user", ""), asked.get("dex", static.FIRST_DEX)
    if name in HISTORIES:
        told = HISTORY_ROWS[name](world, user) if name in HISTORY_ROWS else []
        data: Json = {"isSnapshot": True, "user": user, HISTORIES[name]: told}
    elif name == "clearinghouseState":
        state = accounts.clearinghouse_state(world, user, dex)
        data = {"dex": dex, "user": user, "clearinghouseState": state}
    elif name == "allDexsClearinghouseState":
        dexs = (static.FIRST_DEX, static.HIP3_DEX)
        states = [[each, accounts.clearinghouse_state(world, user, each)] for each in dexs]
        data = {"user": user, "clearinghouseStates": states}
    elif name == "openOrders":
        data = {"dex": dex, "user": user, "orders": []}
    elif name == "twapStates":
        data = {"dex": dex, "user": user, "states": []}
    elif name == "spotState":
        data = {"user": user, "spotState": accounts.spot_state(world, user)}
    elif name == "activeAssetData":
        data = reads.active_asset_data(world, user, asked["coin"])
    else:
        return None
    return {"channel": name, "data": data}


def _of_user(subscription: Subscription, rows: Iterable[Event]) -> list[Event]:
    return [row for row in rows if row.account.address == subscription.asked["user"]]


def _fills(world: VenueWorld, subscription: Subscription, step: Step) -> Json | None:
    rows = [accounts.fill_row(world, row) for row in _of_user(subscription, step.fills)]
    data = {"user": subscription.asked["user"], "fills": rows}
    return {"channel": "userFills", "data": data} if rows else None


def _fundings(world: VenueWorld, subscription: Subscription, step: Step) -> Json | None:
    rows = [accounts.funding_row(world, row) for row in _of_user(subscription, step.payments)]
    data = {"user": subscription.asked["user"], "fundings": rows}
    return {"channel": "userFundings", "data": data} if rows else None


def _events(world: VenueWorld, subscription: Subscription, step: Step) -> Frames | None:
    """On the channel `user`, one frame for the fills and one for each payment, no address."""
    fills = _of_user(subscription, step.fills)
    said: list[Json] = [
        {"funding": accounts.funding_row(world, row)}
        for row in _of_user(subscription, step.payments)
    ]
    if fills:
        said.insert(0, {"fills": [accounts.fill_row(world, row) for row in fills]})
    return Frames({"channel": "user", "data": data} for data in said) or None


def _standing(world: VenueWorld, subscription: Subscription, step: Step) -> Json | None:
    """The state anew, if anything but its time has changed."""
    happened = step.prices or step.fills or step.payments or step.flush
    if not happened or not world.accounts.of(subscription.asked["user"]):
        return None
    frame = account(world, subscription)
    if frame is None or _timeless(frame) == _timeless(subscription.told):
        return None
    subscription.told = frame
    return frame


def _timeless(frame: dict[str, Json]) -> Json:
    data = frame["data"]
    states = data.get("clearinghouseStates") or [["", data.get("clearinghouseState")]]
    return [{key: state[key] for key in state if key != "time"} for _, state in states]


def _ledger_rows(world: VenueWorld, user: str) -> list[Json]:
    account = past.find(world, user)
    return [] if account is None else past.ledger_rows(account)


HISTORY_ROWS: dict[str, Callable[[VenueWorld, str], list[Json]]] = {
    "userFills": accounts.fill_rows,
    "userFundings": accounts.funding_rows,
    "userNonFundingLedgerUpdates": _ledger_rows,
}
"""The histories that are not always empty."""

_Show = Callable[[VenueWorld, Subscription], Json | None]
_Push = Callable[[VenueWorld, Subscription, Step], Json | None]


def _on_change(show: _Show, *, with_trades: bool = False) -> _Push:
    """Send what `show` says if it is not what the client already knows."""

    def push(world: VenueWorld, subscription: Subscription, step: Step) -> Json | None:
        if not (step.trades if with_trades else step.prices or step.books or step.flush):
            return None
        frame = show(world, subscription)
        if frame is None or frame == subscription.told:
            return None
        subscription.told = frame
        return frame

    return push


def _blocks(world: VenueWorld, subscription: Subscription, step: Step) -> Json | None:
    return [wire.block(row.height, row.block_ns) for row in step.blocks] or None


FIRST: dict[str, _Show] = {
    "l2Book": _l2_book,
    "trades": _replay,
    "bbo": _bbo,
    "activeAssetCtx": _asset_ctx,
    "assetCtxs": _dex_ctxs,
    "allDexsAssetCtxs": _all_ctxs,
    "spotAssetCtxs": _spot_ctxs,
    "allMids": _all_mids,
    "webData2": _web_data,
    "webData3": _web_data3,
    "candle": _candle,
    "fastAssetCtxs": _fast_ctxs,
}
PUSHES: dict[str, _Push] = {
    "l2Book": _changed_book,
    "trades": _new_trades,
    "bbo": _changed_bbo,
    "activeAssetCtx": _on_change(_asset_ctx),
    "assetCtxs": _on_change(_dex_ctxs),
    "allDexsAssetCtxs": _on_change(_all_ctxs),
    "allMids": _on_change(_all_mids),
    "webData2": _on_change(_web_data),
    "candle": _on_change(_candle, with_trades=True),
    "fastAssetCtxs": lambda world, subscription, step: _fast_ctxs(world, subscription),
    "explorerBlock": _blocks,
    "clearinghouseState": _standing,
    "allDexsClearinghouseState": _standing,
    "userFills": _fills,
    "userFundings": _fundings,
    "userEvents": _events,
}
CADENCE_MS = {
    "l2Book": 500,
    "activeAssetCtx": 1000,
    "assetCtxs": 1000,
    "allDexsAssetCtxs": 1000,
    "allMids": 1000,
    "webData2": 2000,
    "candle": 1000,
    "fastAssetCtxs": 500,
    "clearinghouseState": 1000,
    "allDexsClearinghouseState": 1000,
}
