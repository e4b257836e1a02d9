"""Lighter's face: one WebSocket connection in its dialect, and the way to its REST.

Sources: https://apidocs.lighter.xyz/docs/websocket-reference, rate limits, and error codes; texts
of errors and acknowledgements from recordings of the live venue. Either side may ping; a client
that says nothing for two minutes is cut off.
"""

import uuid
from collections.abc import Mapping

import msgspec

from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.kit.budgets import FixedWindow
from cockpit.sim.faces.lighter import account_channels, channels, empty
from cockpit.sim.faces.lighter import messages as wire
from cockpit.sim.faces.lighter.params import is_whole
from cockpit.sim.world.contract import CloseConnection, MarketState, Outgoing, Step, VenueWorld

WS_PATHS: Mapping[str, str] = {"main": "/stream"}
MOST_MESSAGES_PER_MINUTE = 200
MOST_IN_FLIGHT = 50
MOST_SUBSCRIPTIONS = 500
PING_S = 60.0
SILENCE_S = 120.0
LONGEST_STEP_S = 5.0
"""A jump of world time is not a client's silence."""
NEEDS_AUTH = frozenset(
    {
        "account_all_assets",
        "account_all_orders",
        "account_all_positions",
        "account_all_trades",
        "account_market",
        "account_orders",
        "account_tx",
        "notification",
    }
)
NO_MARKET = 30005, "Invalid Channel:  (marketId)"
NO_CHANNEL = 30005, "Invalid Channel"

Refusal = tuple[int, str]


class Face:
    """One client of the stream; `?readonly=true` changes nothing, nobody trades here."""

    def __init__(self, world: VenueWorld, path: str) -> None:
        self._world = world
        session = uuid.uuid4()
        self._session_id = str(session)
        self._offset = session.int % 2_000_000
        self._by_id = {str(s.listing.market_id): s for s in world.markets.values()}
        self._subscriptions: dict[str, channels.Channel] = {}
        self._messages = FixedWindow(MOST_MESSAGES_PER_MINUTE, 60.0)
        self._in_flight = 0
        self._last_step_ns: int | None = None
        self._silent_s = 0.0
        self._unpinged_s = 0.0
        self._closed = False

    def on_open(self) -> list[Outgoing]:
        return [_text({"session_id": self._session_id, "type": "connected"})]

    def on_frame(self, data: str | bytes) -> list[Outgoing]:
        if self._closed:
            return []
        self._silent_s = 0.0
        if self._messages.take(self._world.now_ns()) < 0:
            return [_error(30009, "Too Many Websocket Messages!")]
        try:
            message = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return [_error(30000, "Invalid Json")]
        kind = message.get("type") if isinstance(message, dict) else None
        if kind == "ping":
            return [_text({"type": "pong"})]
        if kind == "pong":
            return []
        if kind not in ("subscribe", "unsubscribe"):
            return [_error(30001, "Invalid Type")]
        channel = message.get("channel")
        if not isinstance(channel, str):
            return [_error(*NO_CHANNEL)]
        if kind == "subscribe":
            return [self._subscribe(channel, bool(message.get("auth")))]
        name = channel.replace("/", ":")
        if self._subscriptions.pop(name, None) is None:
            return [_error(30002, f"Not Subscribed to : {name}")]
        return [_text({"type": "unsubscribed", "channel": name})]

    def on_step(self, step: Step) -> list[Outgoing]:
        if self._closed:
            return []
        self._in_flight = 0
        out: list[Outgoing] = [
            _text(message)
            for subscription in self._subscriptions.values()
            for message in subscription.after(step)
        ]
        return out + self._keep_alive(step.at_ns)

    def _subscribe(self, channel: str, has_auth: bool) -> str:
        self._in_flight += 1
        if self._in_flight > MOST_IN_FLIGHT:
            return _error(30010, "Too Many Inflight Messages!")
        name = channel.replace("/", ":")
        if name in self._subscriptions:
            return _error(30003, f"Already Subscribed to : {name}")
        if len(self._subscriptions) >= MOST_SUBSCRIPTIONS:
            return _error(23001, "Too Many Subscriptions!")
        found = self._find(channel.split("/"), has_auth)
        if isinstance(found, tuple):
            return _error(*found)
        self._subscriptions[found.name] = found
        return _text(found.first())

    def _find(self, parts: list[str], has_auth: bool) -> channels.Channel | Refusal:
        world = self._world
        match parts:
            case ["height"]:
                return channels.Height(world)
            case ["market_stats", "all"]:
                return channels.MarketStats(world, None)
            case [("spot_market_stats" | "bo_market_stats") as kind, "all"]:
                return empty.statistics(world, kind)
            case ["account_all", index] if is_whole(index):
                account = world.accounts.numbered(int(index))
                if account is None:
                    return empty.account_all(index)
                return account_channels.AccountAll(world, account)
            case ["user_stats", index] if is_whole(index):
                account = world.accounts.numbered(int(index))
                if account is None:
                    return empty.user_stats(world, index)
                return account_channels.UserStats(world, account)
            case [("order_book" | "market_stats" | "trade" | "ticker") as kind, market_id]:
                state = self._by_id.get(market_id)
                return NO_MARKET if state is None else self._of_market(kind, state)
            case [("candle" | "mark_price_candle") as kind, market_id, resolution]:
                state = self._by_id.get(market_id)
                if state is None:
                    return NO_MARKET
                if resolution in wire.RESOLUTIONS_S:
                    of_trades = kind == "candle"
                    voice = channels.Candle if of_trades else channels.MarkCandle
                    return voice(world, state, resolution)
            case ["spot_market_stats" | "bo_market_stats" | "candle" | "mark_price_candle", *_]:
                return NO_MARKET
            case [name, *_] if name in NEEDS_AUTH:
                reason = "invalid auth" if has_auth else "auth field is required"
                return 20001, f"invalid param : {reason}"
        return NO_CHANNEL

    def _of_market(self, kind: str, state: MarketState) -> channels.Channel:
        match kind:
            case "order_book":
                self._offset += 1
                return channels.OrderBook(self._world, state, self._offset)
            case "trade":
                return channels.Trades(self._world, state)
            case "ticker":
                return channels.Ticker(self._world, state)
        return channels.MarketStats(self._world, state)

    def _keep_alive(self, at_ns: int) -> list[Outgoing]:
        passed_s = 0.0 if self._last_step_ns is None else (at_ns - self._last_step_ns) / NS_PER_S
        passed_s = max(0.0, min(passed_s, LONGEST_STEP_S))
        self._last_step_ns = at_ns
        self._silent_s += passed_s
        self._unpinged_s += passed_s
        if self._silent_s >= SILENCE_S:
            self._closed = True
            return [CloseConnection(1000, "")]
        if self._unpinged_s >= PING_S:
            self._unpinged_s = 0.0
            return [_text({"type": "ping"})]
        return []


def _text(message: Mapping[str, wire.Json]) -> str:
    return msgspec.json.encode(message).decode()


def _error(code: int, message: str) -> str:
    return _text({"error": {"code": code, "message": message}})
