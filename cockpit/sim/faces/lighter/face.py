"""Lighter's face: one WebSocket connection in its dialect.

Sources: https://apidocs.lighter.xyz/docs/websocket-reference, rate limits, and error codes; texts
of errors and acknowledgements from recordings of the live venue. Either side may ping; a client
that says nothing for two minutes is cut off.
"""

import uuid
from collections.abc import Mapping

from cockpit.sim.faces.kit.budgets import FixedWindow
from cockpit.sim.faces.kit.connection import Connection, Json, KeepAlive, Messages
from cockpit.sim.faces.lighter import account_channels, channels
from cockpit.sim.faces.lighter.accounts import is_index
from cockpit.sim.world.contract import CloseConnection, MarketState, Step, VenueWorld

WS_PATHS: Mapping[str, str] = {"main": "/stream"}
MOST_MESSAGES_PER_MINUTE = 200
MOST_IN_FLIGHT = 50
MOST_SUBSCRIPTIONS = 500
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


def _keep_alive() -> KeepAlive:
    return KeepAlive(
        120.0,
        counts=frozenset({"client"}),
        close=CloseConnection(1000, ""),
        ping_every_s=60.0,
        ping=lambda: {"type": "ping"},
        longest_step_s=5.0,
    )


class Face(Connection):
    """One client of the stream; `?readonly=true` changes nothing, nobody trades here."""

    def __init__(self, world: VenueWorld, path: str) -> None:
        super().__init__(world, path, _keep_alive())
        session = uuid.uuid4()
        self._session_id = str(session)
        self._offset = session.int % 2_000_000
        self._messages = FixedWindow(MOST_MESSAGES_PER_MINUTE, 60.0)
        self._in_flight = 0

    def greet(self) -> Messages:
        return [{"session_id": self._session_id, "type": "connected"}]

    def hear(self, data: str | bytes) -> Messages:
        if self._messages.take(self.world.now_ns()) < 0:
            return [_error(30009, "Too Many Websocket Messages!")]
        return super().hear(data)

    def unreadable(self, data: str | bytes) -> Messages:
        return [_error(30000, "Invalid Json")]

    def answer(self, request: Json) -> Messages:
        kind = request.get("type") if isinstance(request, dict) else None
        if kind == "ping":
            return [{"type": "pong"}]
        if kind == "pong":
            return []
        if kind not in ("subscribe", "unsubscribe"):
            return [_error(30001, "Invalid Type")]
        channel = request.get("channel")
        if not isinstance(channel, str):
            return [_error(*NO_CHANNEL)]
        name = channel.replace("/", ":")
        if kind == "subscribe":
            return self._subscribe(name, bool(request.get("auth")))
        if self.channels.pop(name, None) is None:
            return [_error(30002, f"Not Subscribed to : {name}")]
        return [{"type": "unsubscribed", "channel": name}]

    def push(self, step: Step) -> Messages:
        self._in_flight = 0
        return super().push(step)

    def _subscribe(self, name: str, has_auth: bool) -> Messages:
        self._in_flight += 1
        if self._in_flight > MOST_IN_FLIGHT:
            return [_error(30010, "Too Many Inflight Messages!")]
        if name in self.channels:
            return [_error(30003, f"Already Subscribed to : {name}")]
        if len(self.channels) >= MOST_SUBSCRIPTIONS:
            return [_error(23001, "Too Many Subscriptions!")]
        found = self._find(name.split(":"), has_auth)
        if isinstance(found, tuple):
            return [_error(*found)]
        self.channels[name] = found
        return found.first()

    def _find(self, parts: list[str], has_auth: bool) -> channels.Channel | Refusal:
        world = self.world
        match parts:
            case ["height"]:
                return channels.Height(world)
            case ["market_stats", "all"]:
                return channels.MarketStats(world, None)
            case ["account_all", index] if is_index(index):
                return account_channels.AccountAll(world, int(index))
            case ["user_stats", index] if is_index(index):
                return account_channels.UserStats(world, int(index))
            case [("order_book" | "market_stats" | "trade" | "ticker") as kind, market_id]:
                for state in world.markets.values():
                    if str(state.listing.market_id) == market_id:
                        return self._of_market(kind, state)
                return NO_MARKET
            case [name, *_] if name in NEEDS_AUTH:
                reason = "invalid auth" if has_auth else "auth field is required"
                return 20001, f"invalid param : {reason}"
        return NO_CHANNEL

    def _of_market(self, kind: str, state: MarketState) -> channels.Channel:
        if kind == "order_book":
            self._offset += 1
            return channels.OrderBook(self.world, state, self._offset)
        if kind == "trade":
            return channels.Trades(self.world, state)
        if kind == "ticker":
            return channels.Ticker(self.world, state)
        return channels.MarketStats(self.world, state)


def _error(code: int, message: str) -> Json:
    return {"error": {"code": code, "message": message}}
