"""The thin base of a venue's session: it only dispatches, and it knows when to follow.

A venue writes `on_frame` and `follow`, and holds parts. A part is told of three things and of
nothing else: its link opened, its link closed, a second passed. One that asks over REST also hears
the replies of its name; readers of the others stand in `answers`.

`follow` is the pivot. It says to every part what it should want now; from then on the parts live on
`tick` alone. It is called here, after a link opened, after the watch list changed and after
anything that changed the listing, so that no venue can forget to.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from cockpit.venues.contract import (
    MAIN,
    Closed,
    Frame,
    Input,
    Opened,
    Output,
    Reply,
    Tick,
    Wanted,
    Wants,
)
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.instruments import Instruments
from cockpit.venues.kit.parts import Hears, Part


class VenueSession:
    """What every session does with its inputs; the contract says what it hears and says.

    A venue's `__init__` sets `listing` and `parts`. Within a tick `on_tick` goes first, then the
    parts in their order. `answers` maps the name of a reply that no part hears to its reader. With
    the main link the markets forget what belonged to it.
    """

    listing: Instruments[Any]
    parts: tuple[Part, ...]
    answers: Mapping[str, Callable[[Reply], Sequence[Output]]] = MappingProxyType({})

    def __init__(self, venue: str, wants: Wants) -> None:
        self.venue = venue
        self.wants, self.watched = wants, frozenset(wants.symbols)
        """And its symbols, for what asks at every row."""
        self.links: set[str] = set()
        """The links that are open."""
        self._followed = 0

    # --- what a venue writes ------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> Sequence[Output]:
        """What a message says. The hot path: the venue's own few lines, no parts in between."""
        raise NotImplementedError

    def follow(self, at_ns: int) -> Sequence[Output]:
        """Tell every part what to want, by `self.wants` and the listing."""
        raise NotImplementedError

    def on_tick(self, at_ns: int) -> Sequence[Output]:
        """What the venue does each second before its parts."""
        return ()

    def on_closed(self, link: str) -> None:
        """Forget what the venue itself knew by this link."""

    # --- dispatch -----------------------------------------------------------------------------

    def handle(self, input: Input) -> Sequence[Output]:
        out = self.on_frame(input) if type(input) is Frame else self._dispatch(input)
        if self.listing.version == self._followed:
            return out
        return [*out, *self._follow(input.at_ns)]

    def _dispatch(self, input: Input) -> Sequence[Output]:
        if isinstance(input, Tick):
            return self._tick(input.at_ns)
        if isinstance(input, Reply):
            read = self._reader(input.name)
            if read is None:
                reason = f"unknown reply {input.name}"
                return [reject(self.venue, input.at_ns, reason, input.body)]
            return read(input)
        if isinstance(input, Opened):
            return self._opened(input)
        if isinstance(input, Wanted):
            self.wants, self.watched = input.wants, frozenset(input.wants.symbols)
            return self._follow(input.at_ns)
        if isinstance(input, Closed):
            self._closed(input.link)
        return ()

    def _reader(self, name: str) -> Callable[[Reply], Sequence[Output]] | None:
        if name in self.answers:
            return self.answers[name]
        hearing = (part for part in self.parts if isinstance(part, Hears) and part.hears == name)
        return next((part.hear for part in hearing if name), None)

    def _tick(self, at_ns: int) -> Sequence[Output]:
        if not self.links:
            return ()
        out = list(self.on_tick(at_ns))
        for part in self.parts:
            out += part.tick(at_ns)
        return out

    def _opened(self, opened: Opened) -> Sequence[Output]:
        self._closed(opened.link)
        self.links.add(opened.link)
        out: list[Output] = []
        for part in self.parts:
            out += part.opened(opened.link, opened.at_ns)
        return [*out, *self._follow(opened.at_ns)]

    def _closed(self, link: str) -> None:
        self.links.discard(link)
        for part in self.parts:
            part.closed(link)
        if link == MAIN:
            for market in self.listing.markets.values():
                market.forget_link()
        self.on_closed(link)

    def _follow(self, at_ns: int) -> Sequence[Output]:
        self._followed = self.listing.version
        return self.follow(at_ns) if self.links else ()
