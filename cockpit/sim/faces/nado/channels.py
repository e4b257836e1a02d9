"""Nado's streams: nothing is said at subscription, then messages after steps.

| stream | said |
| --- | --- |
| `book_depth` | changed levels each 50 ms, chained by `last_max_timestamp` ("0" of the first) |
| `trade` | each match; those of one order share their time |
| `funding_rate` | every 20 s, per 24 hours; of all products where none is named |
| `best_bid_offer`, `all_bbo` | when one of the best levels changed; of all products each second |
| `latest_candlestick` | the running candle of a `granularity`, in s, each second |

Source: https://docs.nado.xyz/developer-resources/api/subscriptions/events, and recordings.
"""

from collections.abc import Iterable
from functools import partial

from cockpit.sim.faces.kit.candles import running
from cockpit.sim.faces.kit.channels import (
    Channel,
    FillStream,
    MarketStream,
    Rows,
    Stream,
    TouchStream,
)
from cockpit.sim.faces.kit.figures import now_ms
from cockpit.sim.faces.nado import messages as wire
from cockpit.sim.faces.nado.messages import Row
from cockpit.sim.world.contract import MarketState, Step, VenueWorld, alive
from cockpit.sim.world.followers import TouchedLevels

BOOK_MS, RATE_MS, ALL_MS, CANDLE_MS = 50, 20_000, 1_000, 1_000
SHORTEST_S = 60


class BookDepth(MarketStream):
    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        super().__init__(world, state, BOOK_MS)
        self._touched = TouchedLevels(state)
        self._last_ns = 0

    def after(self, step: Step) -> Iterable[Row]:
        self._touched.hear(step)
        yield from super().after(step)

    def said(self, step: Step) -> Row | None:
        began_ns = self._touched.since_ns
        if began_ns is None:
            return None
        before, self._last_ns = self._last_ns, max(step.at_ns, self._last_ns + 1)
        bids, asks = self._touched.take()
        return {
            "type": "book_depth", "last_max_timestamp": str(before),
            "min_timestamp": str(min(began_ns, self._last_ns)),
            "max_timestamp": str(self._last_ns), "product_id": self.state.listing.market_id,
            "bids": wire.levels(self.state, bids), "asks": wire.levels(self.state, asks),
        }  # fmt: skip


def _rates(world: VenueWorld, state: MarketState | None) -> list[Row]:
    """Of one product, or of all."""
    now_ns = world.now_ns()
    told = {"type": "funding_rate", "timestamp": str(now_ns), "update_time": wire.seconds(now_ns)}
    states = [state] if state else world.markets.values()
    return [wire.row("estimate", one, **told) for one in states if one.rate is not None]


def _touches(world: VenueWorld) -> Row:
    best = {str(one.listing.market_id): wire.row("best", one) for one in alive(world)}
    return {"type": "all_bbo", "time": str(now_ms(world)), "bbos": best}


def _touch(world: VenueWorld, state: MarketState) -> Row:
    return wire.row("touch", state, type="best_bid_offer", timestamp=str(world.now_ns()))


def _candle(world: VenueWorld, state: MarketState, length_s: int) -> Row | None:
    found = running(state, length_s, world.now_ns())
    return found and {"type": "latest_candlestick"} | wire.candle(state, found, length_s)


def made(world: VenueWorld, stream: Row) -> Channel | None:
    """A stream by what the client names; None where there is none."""
    kind, product_id = stream.get("type"), stream.get("product_id")
    if kind == "all_bbo":
        return Stream(world, ALL_MS, partial(_touches, world))
    state = next((one for one in alive(world) if one.listing.market_id == product_id), None)
    if kind == "funding_rate" and (state is not None or product_id is None):
        return Rows(world, RATE_MS, partial(_rates, world, state))
    if state is None:
        return None
    if kind == "best_bid_offer":
        return TouchStream(world, state, partial(_touch, world, state))
    length_s = stream.get("granularity")
    if kind == "latest_candlestick" and isinstance(length_s, int) and length_s >= SHORTEST_S:
        return Stream(world, CANDLE_MS, partial(_candle, world, state, length_s))
    if kind == "trade":
        return FillStream(world, state, wire.trade)
    return BookDepth(world, state) if kind == "book_depth" else None
