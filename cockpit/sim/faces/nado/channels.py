"""Nado's streams: nothing is said at subscription, then messages after steps.

| stream | said |
| --- | --- |
| `book_depth` | changed levels each 50 ms, chained by `last_max_timestamp` ("0" of the first) |
| `trade` | each match; those of one order share their time |
| `funding_rate` | every 20 s, per 24 hours; of all products where none is named |

Source: https://docs.nado.xyz/developer-resources/api/subscriptions/events, and recordings.
"""

from collections.abc import Iterable

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.kit.channels import Channel, MarketStream, Stream, fills_of
from cockpit.sim.faces.nado import messages as wire
from cockpit.sim.faces.nado.messages import Row
from cockpit.sim.faces.nado.profile import HOURS_QUOTED
from cockpit.sim.world.contract import MarketState, Step, VenueWorld

BOOK_MS, RATE_MS = 50, 20_000


class BookDepth(MarketStream):
    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        super().__init__(world, state, BOOK_MS)
        state.follow(self)
        self._levels: dict[tuple[Side, int], int] = {}
        self._began_ns = self._last_ns = 0

    def after(self, step: Step) -> Iterable[Row]:
        changes = [one for one in step.books if one.symbol == self.state.listing.symbol]
        if changes and not self._levels:
            self._began_ns = step.at_ns
        self._levels |= {(change.side, change.ticks): change.lots for change in changes}
        yield from super().after(step)

    def said(self, step: Step) -> Row | None:
        if not self._levels:
            return None
        before, self._last_ns = self._last_ns, max(step.at_ns, self._last_ns + 1)
        levels, self._levels = sorted(self._levels.items(), key=lambda one: one[0][1]), {}
        bids, asks = (
            [wire.level(self.state, ticks, lots) for (side, ticks), lots in levels if side is each]
            for each in (Side.BUY, Side.SELL)
        )
        return {
            "type": "book_depth", "last_max_timestamp": str(before),
            "min_timestamp": str(min(self._began_ns, self._last_ns)),
            "max_timestamp": str(self._last_ns), "product_id": self.state.listing.market_id,
            "bids": bids[::-1], "asks": asks,
        }  # fmt: skip


class Trades(MarketStream):
    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        super().__init__(world, state)
        state.follow(self)

    def after(self, step: Step) -> Iterable[Row]:
        return [wire.trade(self.state, fill) for fill in fills_of(step, self.state)]


class FundingRate(Stream):
    """Of one product, or of all."""

    def __init__(self, world: VenueWorld, state: MarketState | None) -> None:
        super().__init__(world, RATE_MS)
        self._state = state

    def after(self, step: Step) -> Iterable[Row]:
        if not self.cadence.due(step):
            return
        self.cadence.mark(step.at_ns)
        for state in [self._state] if self._state else self.world.markets.values():
            if state.rate is not None:
                yield {
                    "type": "funding_rate", "timestamp": str(step.at_ns),
                    "product_id": state.listing.market_id,
                    "funding_rate_x18": wire.x18(state.rate * HOURS_QUOTED),
                    "update_time": str(step.at_ns // NS_PER_S),
                }  # fmt: skip


def made(world: VenueWorld, kind: str, product_id: int | None) -> Channel | None:
    """A stream by what the client names; None where there is none."""
    state = wire.of_id(world, product_id)
    if kind == "funding_rate" and (state is not None or product_id is None):
        return FundingRate(world, state)
    if state is None or kind not in ("book_depth", "trade"):
        return None
    return BookDepth(world, state) if kind == "book_depth" else Trades(world, state)
