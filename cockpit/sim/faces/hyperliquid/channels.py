"""What each of Hyperliquid's channels says, first and later; what says nothing new is not sent.

Source: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/subscriptions.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.hyperliquid import accounts, info, static
from cockpit.sim.faces.hyperliquid import messages as wire
from cockpit.sim.faces.hyperliquid.profile import BOOK_DEPTH
from cockpit.sim.faces.kit.channels import Cadence, Channel, fills_of
from cockpit.sim.faces.kit.connection import Json
from cockpit.sim.world.accounts import AccountFill, FundingPayment
from cockpit.sim.world.contract import MarketState, Step, VenueWorld

REPLAYED_TRADES = 30
FAST_DEPTH = 5

Event = TypeVar("Event", AccountFill, FundingPayment)


class Feed:
    """A figure that is shown whole, at once and again when it has changed."""

    cadence_ms: ClassVar[int] = 1000

    def __init__(self, world: VenueWorld, asked: dict[str, Any], state: MarketState | None) -> None:
        """`state` is None for coins that exist and never trade here."""
        self.world = world
        self.asked = asked
        self.state = state
        self._cadence = Cadence(self.cadence_ms, world.now_ns())
        self._known: Json = None

    def show(self) -> Json:
        """The frame; None where there is nothing to show."""
        raise NotImplementedError

    def news(self, frame: Json) -> Json:
        """The part of a frame that makes it new."""
        return frame

    def stirs(self, step: Step) -> bool:
        """Whether a step may have changed the figure."""
        return bool(step.prices or step.books or step.flush)

    def first(self) -> Iterable[Json]:
        frame = self.show()
        if frame is not None:
            self._known = self.news(frame)
            yield frame

    def after(self, step: Step) -> Iterable[Json]:
        if not self._cadence.due(step) or not self.stirs(step):
            return
        frame = self.show()
        if frame is not None and (news := self.news(frame)) != self._known:
            self._known = news
            self._cadence.mark(step.at_ns)
            yield frame

    @property
    def time_ms(self) -> int:
        return self.world.block_ns // NS_PER_MS


class L2Book(Feed):
    """The whole book, whenever it has moved."""

    cadence_ms = 500

    def first(self) -> Iterable[Json]:
        if self.state is not None:
            self.state.follow(self)
        return super().first()

    def show(self) -> Json:
        asked, is_fast = self.asked, self.asked.get("fast") is True
        if self.state is None:
            shown = wire.empty_book(asked["coin"], self.time_ms)
        else:
            shown = wire.book(
                self.state,
                self.time_ms,
                depth=FAST_DEPTH if is_fast else BOOK_DEPTH,
                figures=asked["nSigFigs"],
                mantissa=asked["mantissa"],
                fast=is_fast,
            )
        return {"channel": "l2Book", "data": shown}

    def news(self, frame: Json) -> Json:
        return self.state.book_seq if self.state else None

    def stirs(self, step: Step) -> bool:
        return self.state is not None and self.state.book_seq != self._known


class Bbo(Feed):
    cadence_ms = 0

    def show(self) -> Json:
        if self.state is None:
            shown = {"coin": self.asked["coin"], "time": self.time_ms, "bbo": [None, None]}
        else:
            shown = wire.bbo(self.state, self.time_ms)
        return {"channel": "bbo", "data": shown}

    def news(self, frame: Json) -> Json:
        return frame["data"]["bbo"]

    def stirs(self, step: Step) -> bool:
        return bool(step.books or step.flush)


class Trades(Feed):
    """A replay of the last fills, then each step's."""

    def first(self) -> Iterable[Json]:
        if self.state is not None:
            self.state.follow(self)
            recent = self.world.recent_trades(self.state.listing.symbol, REPLAYED_TRADES)
            if recent:
                yield {"channel": "trades", "data": wire.trades(self.state, recent)}

    def after(self, step: Step) -> Iterable[Json]:
        if self.state is not None and (fills := fills_of(step, self.state)):
            yield {"channel": "trades", "data": wire.trades(self.state, fills)}


class Candle(Feed):
    """The running candle; the one before it is not said again."""

    def show(self) -> Json:
        interval = self.asked["interval"]
        row = self.state and info.running_candle(self.world, self.state, interval)
        return row and {"channel": "candle", "data": row}


class ActiveAssetCtx(Feed):
    def show(self) -> Json:
        coin = self.asked["coin"]
        if coin in static.SPOT_PRICES:
            data = {"coin": coin, "ctx": static.spot_ctx(coin)}
            return {"channel": "activeSpotAssetCtx", "data": data}
        shown = wire.ctx(self.state) if self.state is not None else static.hip3_ctxs()[0]
        return {"channel": "activeAssetCtx", "data": {"coin": coin, "ctx": shown}}


class AllDexsAssetCtxs(Feed):
    def show(self) -> Json:
        data = {"ctxs": [[dex, info.ctxs(self.world, dex)] for dex in static.DEXS]}
        return {"channel": "allDexsAssetCtxs", "data": data}


class AssetCtxs(Feed):
    def show(self) -> Json:
        dex = self.asked["dex"] or static.FIRST_DEX
        return {"channel": "assetCtxs", "data": {"dex": dex, "ctxs": info.ctxs(self.world, dex)}}


class AllMids(Feed):
    def show(self) -> Json:
        dex = self.asked.get("dex")
        data: dict[str, Json] = {"mids": info.all_mids(self.world, dex)}
        return {"channel": "allMids", "data": data if dex is None else data | {"dex": dex}}


class ExplorerBlock(Feed):
    """A bare array, without a channel."""

    def first(self) -> Iterable[Json]:
        return ()

    def after(self, step: Step) -> Iterable[Json]:
        if step.blocks:
            yield [wire.block(row.height, row.block_ns) for row in step.blocks]


# --- accounts --------------------------------------------------------------------------------


class ClearinghouseState(Feed):
    """The state anew, if anything but its time has changed."""

    def show(self) -> Json:
        user, dex = self.asked["user"], self.asked.get("dex", static.FIRST_DEX)
        state = accounts.clearinghouse_state(self.world, user, dex)
        data = {"dex": dex, "user": user, "clearinghouseState": state}
        return {"channel": "clearinghouseState", "data": data}

    def news(self, frame: Json) -> Json:
        return _timeless(frame["data"]["clearinghouseState"])

    def stirs(self, step: Step) -> bool:
        happened = step.prices or step.fills or step.payments or step.flush
        return bool(happened and self.world.accounts.of(self.asked["user"]))


class AllDexsClearinghouseState(ClearinghouseState):
    def show(self) -> Json:
        user = self.asked["user"]
        states = [[dex, accounts.clearinghouse_state(self.world, user, dex)] for dex in static.DEXS]
        data = {"user": user, "clearinghouseStates": states}
        return {"channel": "allDexsClearinghouseState", "data": data}

    def news(self, frame: Json) -> Json:
        return [_timeless(state) for _, state in frame["data"]["clearinghouseStates"]]


def _timeless(state: Json) -> Json:
    return {key: state[key] for key in state if key != "time"}


class UserFills(Feed):
    """What was, then what happens."""

    def first(self) -> Iterable[Json]:
        rows = accounts.fill_rows(self.world, self.asked["user"])
        data = {"isSnapshot": True, "user": self.asked["user"], "fills": rows}
        yield {"channel": "userFills", "data": data}

    def after(self, step: Step) -> Iterable[Json]:
        if rows := self._fills(step):
            yield {"channel": "userFills", "data": {"user": self.asked["user"], "fills": rows}}

    def _fills(self, step: Step) -> list[Json]:
        return [accounts.fill_row(self.world, row) for row in self._mine(step.fills)]

    def _payments(self, step: Step) -> list[Json]:
        return [accounts.funding_row(self.world, row) for row in self._mine(step.payments)]

    def _mine(self, rows: Iterable[Event]) -> list[Event]:
        return [row for row in rows if row.account.address == self.asked["user"]]


class UserFundings(UserFills):
    def first(self) -> Iterable[Json]:
        rows = accounts.funding_rows(self.world, self.asked["user"])
        data = {"isSnapshot": True, "user": self.asked["user"], "fundings": rows}
        yield {"channel": "userFundings", "data": data}

    def after(self, step: Step) -> Iterable[Json]:
        if rows := self._payments(step):
            data = {"user": self.asked["user"], "fundings": rows}
            yield {"channel": "userFundings", "data": data}


class UserEvents(UserFills):
    """On the channel `user`, one frame for the fills and one for each payment, no address."""

    def first(self) -> Iterable[Json]:
        return ()

    def after(self, step: Step) -> Iterable[Json]:
        if fills := self._fills(step):
            yield {"channel": "user", "data": {"fills": fills}}
        for row in self._payments(step):
            yield {"channel": "user", "data": {"funding": row}}


class Silence(Feed):
    """Of an account that has no orders."""

    def first(self) -> Iterable[Json]:
        return ()

    def after(self, step: Step) -> Iterable[Json]:
        return ()


class Nothing(Silence):
    """What nobody here has, told once: transfers, orders that rested, orders in slices."""

    def first(self) -> Iterable[Json]:
        name, user = self.asked["type"], self.asked["user"]
        data: dict[str, Json] = {"user": user}
        if name in NO_ROWS:
            data |= {"isSnapshot": True, NO_ROWS[name]: []}
        else:
            data |= {"dex": self.asked.get("dex", static.FIRST_DEX), NO_STATES[name]: []}
        yield {"channel": name, "data": data}


NO_ROWS = {
    "userNonFundingLedgerUpdates": "nonFundingLedgerUpdates",
    "userHistoricalOrders": "orderHistory",
    "userTwapSliceFills": "twapSliceFills",
    "userTwapHistory": "history",
}
NO_STATES = {"openOrders": "orders", "twapStates": "states"}
"""By channel, what its empty list is called; states are of one dex."""


class OfUser(Feed):
    """What `info` answers of a user, anew when something happened to it."""

    def stirs(self, step: Step) -> bool:
        happened = step.prices or step.fills or step.payments or step.flush
        return bool(happened and self.world.accounts.of(self.asked["user"]))

    def show(self) -> Json:
        data = info.info(self.world, self.asked)
        return data and {"channel": self.asked["type"], "data": data}


class WebData(OfUser):
    def news(self, frame: Json) -> Json:
        return frame["data"]["assetCtxs"], _timeless(frame["data"]["clearinghouseState"])


class SpotState(OfUser):
    def show(self) -> Json:
        user = self.asked["user"]
        data = {"user": user, "spotState": accounts.spot_state(self.world, user)}
        return {"channel": "spotState", "data": data}


FEEDS: dict[str, type[Feed]] = {
    "l2Book": L2Book,
    "trades": Trades,
    "bbo": Bbo,
    "candle": Candle,
    "activeAssetCtx": ActiveAssetCtx,
    "assetCtxs": AssetCtxs,
    "allDexsAssetCtxs": AllDexsAssetCtxs,
    "allMids": AllMids,
    "explorerBlock": ExplorerBlock,
    "clearinghouseState": ClearinghouseState,
    "allDexsClearinghouseState": AllDexsClearinghouseState,
    "userFills": UserFills,
    "userFundings": UserFundings,
    "userEvents": UserEvents,
    "orderUpdates": Silence,
    "activeAssetData": OfUser,
    "spotState": SpotState,
    "webData2": WebData,
    **dict.fromkeys((*NO_ROWS, *NO_STATES), Nothing),
}


def feed(world: VenueWorld, asked: dict[str, Any]) -> Channel:
    return FEEDS[asked["type"]](world, asked, world.markets.get(asked.get("coin", "")))
