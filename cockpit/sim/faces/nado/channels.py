"""Nado's streams: nothing is said at subscription, then messages after steps.

| stream | said |
| --- | --- |
| `book_depth` | changed levels each 50 ms, chained by `last_max_timestamp` ("0" of the first) |
| `trade` | each match; those of one order share their time |
| `funding_rate` | every 20 s, per 24 hours; of all products where none is named |

Source: https://docs.nado.xyz/developer-resources/api/subscriptions/events, and recordings.
"""

from collections.abc import Iterable

from cockpit.sim.faces.kit.channels import Channel, FillStream, MarketStream, Stream
from cockpit.sim.faces.nado import messages as wire
from cockpit.sim.faces.nado.messages import Row
from cockpit.sim.world.contract import MarketState, Step, VenueWorld, alive
from cockpit.sim.world.followers import TouchedLevels

BOOK_MS, RATE_MS = 50, 20_000


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
                told = {"type": "funding_rate", "timestamp": str(step.at_ns)}
                yield told | wire.estimate(state, step.at_ns)


def made(world: VenueWorld, kind: str, product_id: int | None) -> Channel | None:
    """A stream by what the client names; None where there is none."""
    found = (one for one in alive(world) if one.listing.market_id == product_id)
    state = next(found, None)
    if kind == "funding_rate" and (state is not None or product_id is None):
        return FundingRate(world, state)
    is_book = kind == "book_depth"
    if state is None or not (is_book or kind == "trade"):
        return None
    return BookDepth(world, state) if is_book else FillStream(world, state, wire.trade)
