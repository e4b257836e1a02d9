"""Nado's streams: nothing is said at subscription, then messages after steps.

| stream | said |
| --- | --- |
| `book_depth` | changed levels each 50 ms, chained by `last_max_timestamp` ("0" of the first) |
| `trade` | each match; those of one order share their time |
| `best_bid_offer` | the touch, when it changed |
| `funding_rate` | every 20 s, per 24 hours; of all products where none is named |

Source: https://docs.nado.xyz/developer-resources/api/subscriptions/events, and recordings.
"""

from collections.abc import Iterable

from cockpit.core.market import Side
from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.kit.channels import Cadence, Channel, fills_of
from cockpit.sim.faces.nado import messages as wire
from cockpit.sim.faces.nado.messages import Row
from cockpit.sim.faces.nado.profile import HOURS_QUOTED
from cockpit.sim.world.contract import MarketState, Step, VenueWorld

BOOK_MS, RATE_MS = 50, 20_000


class Stream:
    """What every stream knows of its market."""

    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        state.follow(self)
        self._world, self._state = world, state

    def first(self) -> Iterable[Row]:
        return ()

    def after(self, step: Step) -> Iterable[Row]:
        raise NotImplementedError


class BookDepth(Stream):
    def __init__(self, world: VenueWorld, state: MarketState) -> None:
        super().__init__(world, state)
        self._levels: dict[tuple[Side, int], int] = {}
        self._cadence = Cadence(BOOK_MS)
        self._began_ns = self._last_ns = 0

    def after(self, step: Step) -> Iterable[Row]:
        state = self._state
        changes = [one for one in step.books if one.symbol == state.listing.symbol]
        if changes and not self._levels:
            self._began_ns = step.at_ns
        self._levels |= {(change.side, change.ticks): change.lots for change in changes}
        if not self._levels or not self._cadence.due(step):
            return
        self._cadence.mark(step.at_ns)
        before, self._last_ns = self._last_ns, max(step.at_ns, self._last_ns + 1)
        levels, self._levels = sorted(self._levels.items(), key=lambda one: one[0][1]), {}
        bids, asks = (
            [wire.level(state, ticks, lots) for (side, ticks), lots in levels if side is wanted]
            for wanted in (Side.BUY, Side.SELL)
        )
        yield {
            "type": "book_depth", "last_max_timestamp": str(before),
            "min_timestamp": str(min(self._began_ns, self._last_ns)),
            "max_timestamp": str(self._last_ns), "product_id": state.listing.market_id,
            "bids": bids[::-1], "asks": asks,
        }  # fmt: skip


class Trades(Stream):
    def after(self, step: Step) -> Iterable[Row]:
        return [wire.trade(self._state, fill) for fill in fills_of(step, self._state)]


class BestBidOffer(Stream):
    _known: Row | None = None

    def after(self, step: Step) -> Iterable[Row]:
        state = self._state
        touch: Row = {}
        for name, side in (("bid", Side.BUY), ("ask", Side.SELL)):
            best = state.best(side)
            price, size = wire.level(state, *best) if best else ("0", "0")
            touch |= {f"{name}_price": price, f"{name}_qty": size}
        if touch == self._known:
            return
        self._known = touch
        product_id = state.listing.market_id
        head = {"type": "best_bid_offer", "timestamp": str(step.at_ns), "product_id": product_id}
        yield head | touch


class FundingRate:
    """Of one product, or of all."""

    def __init__(self, world: VenueWorld, state: MarketState | None) -> None:
        self._world, self._state = world, state
        self._cadence = Cadence(RATE_MS, world.now_ns())

    def first(self) -> Iterable[Row]:
        return ()

    def after(self, step: Step) -> Iterable[Row]:
        if not self._cadence.due(step):
            return
        self._cadence.mark(step.at_ns)
        for state in [self._state] if self._state else self._world.markets.values():
            if state.rate is not None:
                yield {
                    "type": "funding_rate",
                    "timestamp": str(step.at_ns),
                    "product_id": state.listing.market_id,
                    "funding_rate_x18": wire.x18(state.rate * HOURS_QUOTED),
                    "update_time": str(step.at_ns // NS_PER_S),
                }


STREAMS: dict[str, type[Stream]] = {
    "book_depth": BookDepth, "trade": Trades, "best_bid_offer": BestBidOffer,
}  # fmt: skip


def made(world: VenueWorld, kind: str, product_id: int | None) -> Channel | None:
    """A stream by what the client names; None where there is none."""
    state = wire.of_id(world, product_id)
    if kind == "funding_rate" and (state is not None or product_id is None):
        return FundingRate(world, state)
    return STREAMS[kind](world, state) if kind in STREAMS and state is not None else None
