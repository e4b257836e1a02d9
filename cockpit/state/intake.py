"""The facts that come with every message, written into their markets.

One method for each kind of fact. What they have in common is written out in each: they run for
every message, and a call, or to read an attribute of whatever fact it is, would be a good part of
their work.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from cockpit.core.events import (
    Block,
    BookDelta,
    BookSnapshot,
    Funding,
    MarketEvent,
    OpenInterest,
    Prices,
    Trade,
    Volume,
)
from cockpit.core.units import NS_PER_S
from cockpit.state.market import MarketState
from cockpit.state.venue import VenueState

JUDGE_EVERY_NS: Final = NS_PER_S


class Intake:
    """The part of the store that is hot; `handlers` are by the type of the fact.

    `unwatched` says which market takes a fact of one that is not followed, None if none does.
    `judge` is called once a second while facts come that have the venue's stamp, because they are
    what tells how late a stream is.
    """

    def __init__(
        self,
        venues: Mapping[str, VenueState],
        unwatched: Callable[[VenueState, MarketEvent], MarketState | None],
        judge: Callable[[], None],
    ) -> None:
        self._venues = venues
        self._unwatched = unwatched
        self._judge_lateness = judge
        self._judged_from_ns = self._judged_to_ns = 0
        """Between these times nothing is judged again; a clock may go back."""
        self.handlers: dict[type, Callable[[Any], None]] = {
            BookDelta: self._on_delta,
            BookSnapshot: self._on_snapshot,
            Trade: self._on_trade,
            Funding: self._on_funding,
            OpenInterest: self._on_open_interest,
            Prices: self._on_prices,
            Volume: self._on_volume,
            Block: self._on_block,
        }

    def _on_delta(self, event: BookDelta) -> None:
        venue = self._venues.get(event.venue)
        if venue is None:
            return
        recv_ns = venue.last_recv_ns = event.recv_ns
        market = venue.markets.get(event.symbol) or self._unwatched(venue, event)
        if market is None:
            return
        cadence, venue_ns = market.book_cadence, event.venue_ns
        market.raw_book.apply(event.bids, event.asks)
        cadence.arrived(recv_ns)
        cadence.stamp_ns = venue_ns
        market.version += 1
        if venue_ns is not None:
            market.chain.late_by(recv_ns - venue_ns)
            if not self._judged_from_ns < recv_ns < self._judged_to_ns:
                self._judge(recv_ns)

    def _on_snapshot(self, event: BookSnapshot) -> None:
        venue = self._venues.get(event.venue)
        if venue is None:
            return
        recv_ns = venue.last_recv_ns = event.recv_ns
        market = venue.markets.get(event.symbol) or self._unwatched(venue, event)
        if market is None:
            return
        cadence, venue_ns = market.book_cadence, event.venue_ns
        market.raw_book.replace(event.bids, event.asks)
        cadence.arrived(recv_ns)
        cadence.stamp_ns = venue_ns
        market.version += 1
        if venue_ns is not None:
            market.chain.late_by(recv_ns - venue_ns)
            if not self._judged_from_ns < recv_ns < self._judged_to_ns:
                self._judge(recv_ns)

    def _on_trade(self, event: Trade) -> None:
        venue = self._venues.get(event.venue)
        if venue is None:
            return
        recv_ns = venue.last_recv_ns = event.recv_ns
        market = venue.markets.get(event.symbol) or self._unwatched(venue, event)
        if market is None:
            return
        market.last = event.price
        cadence = market.cadence["last"]
        cadence.arrived(recv_ns)
        cadence.stamp_ns = event.venue_ns
        market.version += 1

    def _on_funding(self, event: Funding) -> None:
        venue = self._venues.get(event.venue)
        if venue is None:
            return
        recv_ns = venue.last_recv_ns = event.recv_ns
        market = venue.markets.get(event.symbol) or self._unwatched(venue, event)
        if market is None:
            return
        if event.kind == "live":
            market.live = event
            cadence = market.cadence["funding"]
            cadence.arrived(recv_ns)
            cadence.stamp_ns = event.venue_ns
        elif event.kind == "settled":
            market.settled.add(event)
        else:
            market.predicted = event
            cadence = market.cadence["predicted"]
            cadence.arrived(recv_ns)
            cadence.stamp_ns = event.venue_ns
        market.version += 1

    def _on_open_interest(self, event: OpenInterest) -> None:
        venue = self._venues.get(event.venue)
        if venue is None:
            return
        recv_ns = venue.last_recv_ns = event.recv_ns
        market = venue.markets.get(event.symbol) or self._unwatched(venue, event)
        if market is None:
            return
        market.open_interest = event.base
        cadence = market.cadence["open_interest"]
        cadence.arrived(recv_ns)
        cadence.stamp_ns = event.venue_ns
        market.version += 1

    def _on_prices(self, event: Prices) -> None:
        venue = self._venues.get(event.venue)
        if venue is None:
            return
        recv_ns = venue.last_recv_ns = event.recv_ns
        market = venue.markets.get(event.symbol) or self._unwatched(venue, event)
        if market is None:
            return
        cadences, venue_ns = market.cadence, event.venue_ns
        mark, index, last = event.mark, event.index, event.last
        if mark is not None:
            market.mark = mark
            cadence = cadences["mark"]
            cadence.arrived(recv_ns)
            cadence.stamp_ns = venue_ns
        if index is not None:
            market.index = index
            cadence = cadences["index"]
            cadence.arrived(recv_ns)
            cadence.stamp_ns = venue_ns
        if last is not None:
            market.last = last
            cadence = cadences["last"]
            cadence.arrived(recv_ns)
            cadence.stamp_ns = venue_ns
        market.version += 1

    def _on_volume(self, event: Volume) -> None:
        venue = self._venues.get(event.venue)
        if venue is None:
            return
        recv_ns = venue.last_recv_ns = event.recv_ns
        market = venue.markets.get(event.symbol) or self._unwatched(venue, event)
        if market is None:
            return
        market.volume_stated_usd = event.usd_24h
        market.volume_24h_base = event.base_24h
        cadence = market.cadence["volume"]
        cadence.arrived(recv_ns)
        cadence.stamp_ns = event.venue_ns
        market.version += 1

    def _on_block(self, event: Block) -> None:
        venue = self._venues.get(event.venue)
        if venue is None:
            return
        recv_ns, venue_ns = event.recv_ns, event.venue_ns
        venue.last_recv_ns = recv_ns
        venue.chain.block(event.height, event.block_ns, recv_ns)
        if venue_ns is not None:
            venue.chain.late_by(recv_ns - venue_ns)
            if not self._judged_from_ns < recv_ns < self._judged_to_ns:
                self._judge(recv_ns)

    def _judge(self, at_ns: int) -> None:
        self._judged_from_ns, self._judged_to_ns = at_ns - JUDGE_EVERY_NS, at_ns + JUDGE_EVERY_NS
        self._judge_lateness()

    def heard(self, at_ns: int) -> None:
        """A fact of another kind has come: it may be that none with a stamp comes any more."""
        if not self._judged_from_ns < at_ns < self._judged_to_ns:
            self._judge(at_ns)
