"""What live and replay share: a session, the state of its links, and what to do when it breaks.

Pure like the session: no socket, no clock, no task. The driver feeds it from the network, replay
from a tape, and the same inputs give the same outputs.
"""

import traceback
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from cockpit.core.events import AnyEvent, Event, Link, LinkCause, LinkState, Reject, Rtt
from cockpit.venues.contract import (
    MAIN,
    Closed,
    Fetch,
    Frame,
    Input,
    Opened,
    Reply,
    Restart,
    Send,
    Session,
    Tick,
    VenueSpec,
    Wanted,
    Wants,
)

BLACK_BOX_INPUTS = 200
RESTART_AFTER_QUIET = 4
"""A link silent for this many times `quiet_s` is opened anew: a venue may lose a subscription and
still answer pings."""

ACTIONS: frozenset[type] = frozenset({Send, Fetch, Restart})
"""Outcomes that are to be performed; every other one is a fact."""

_NO_SIGN_OF_LIFE = ACTIONS | {Reject, Rtt}
"""Outputs that do not show that data flows: a link that only pings is not alive."""

Outcome = AnyEvent | Send | Fetch | Restart


def facts(outcomes: list[Outcome]) -> list[Event]:
    """Those that are facts, in their order: nearly always all of them."""
    told: list[Any] = outcomes
    for outcome in outcomes:
        if type(outcome) in ACTIONS:
            return [outcome for outcome in told if type(outcome) not in ACTIONS]
    return told


class _LinkLife:
    """One link: its state and the last time a frame of it stated a fact."""

    __slots__ = ("essential", "name", "restarting", "seen_ns", "state")

    def __init__(self, name: str, essential: bool) -> None:
        self.name = name
        self.essential = essential
        self.state: LinkState = "down"
        self.seen_ns = 0
        self.restarting = False


class Pump:
    """Feeds a session and derives the `Link` events.

    `live` on `Opened` (or on the first fact of a link that a bare recording never opened), `down`
    on `Closed`, `stale` when an open essential link states no fact for longer than `quiet_s`, and
    `live` again, before the facts, with the next one. A venue without links lives on replies.

    A session that raises is our bug, not the venue's: its links are `down: adapter fault`, a fresh
    session takes over, and every open link is asked to restart. `faults` counts, `last_fault` is
    the traceback, `black_box` holds the last inputs up to the one that broke it.
    """

    def __init__(
        self,
        spec: VenueSpec,
        make_session: Callable[[Wants], Session],
        wants: Wants,
        black_box_inputs: int = BLACK_BOX_INPUTS,
    ) -> None:
        self._spec = spec
        self._make_session = make_session
        self.wants = wants
        self._session = make_session(wants)
        self._quiet_ns = round(spec.quiet_s * 1e9)
        self._links = {
            name: _LinkLife(name, not link.telemetry) for name, link in spec.links.items()
        } or {MAIN: _LinkLife(MAIN, True)}
        self.black_box: deque[Input] = deque(maxlen=black_box_inputs)
        self.faults = 0
        self.last_fault = ""

    def feed(self, item: Input) -> list[Outcome]:
        """Every consequence of one input, in order; a fact of a link proves that it lives."""
        self.black_box.append(item)
        said: list[Outcome] = []
        name = None
        if type(item) is Frame:
            name = item.link
        elif type(item) is not Reply:
            said += self._before(item)
        elif not self._spec.links:
            name = MAIN
        # Whatever an adapter raises, one venue's bug may not take the others with it.
        try:
            said += self._session.handle(item)
        except Exception:
            said += self._fault(item.at_ns)
            return said
        if name is None:
            return said
        for output in said:
            if type(output) not in _NO_SIGN_OF_LIFE:
                link = self._links.get(name) or self._unknown(name)
                link.seen_ns = item.at_ns
                if link.state != "live":
                    said.insert(0, self._turn(link, "live", item.at_ns))
                break
        return said

    def _before(self, item: Input) -> Iterator[Outcome]:
        """What an input other than a frame says about the links by itself."""
        if isinstance(item, Tick):
            for link in self._links.values():
                yield from self._silence(link, item.at_ns)
        elif isinstance(item, Opened):
            link = self._links.get(item.link) or self._unknown(item.link)
            link.seen_ns = item.at_ns
            link.restarting = False
            yield self._turn(link, "live", item.at_ns)
        elif isinstance(item, Closed):
            link = self._links.get(item.link) or self._unknown(item.link)
            link.restarting = False
            yield self._turn(link, "down", item.at_ns, item.reason, item.cause)
        elif isinstance(item, Wanted):
            self.wants = item.wants

    def _silence(self, link: _LinkLife, at_ns: int) -> Iterator[Outcome]:
        quiet_ns = at_ns - link.seen_ns
        if link.state == "down" or not link.essential or quiet_ns <= self._quiet_ns:
            return
        reason = f"no message for {quiet_ns // 1_000_000_000} s"
        if link.state == "live":
            yield self._turn(link, "stale", at_ns, reason, "silence")
        if quiet_ns > RESTART_AFTER_QUIET * self._quiet_ns and not link.restarting:
            link.restarting = True
            yield Restart(reason, link.name)

    def _fault(self, at_ns: int) -> Iterator[Outcome]:
        self.faults += 1
        self.last_fault = traceback.format_exc()
        self._session = self._make_session(self.wants)
        broken = [link for link in self._links.values() if link.state != "down"]
        for link in broken or [next(iter(self._links.values()))]:
            was_open = link.state != "down"
            yield self._turn(link, "down", at_ns, "adapter fault", "adapter")
            if was_open:
                yield Restart("adapter fault", link.name)

    def _turn(
        self,
        link: _LinkLife,
        state: LinkState,
        at_ns: int,
        reason: str = "",
        cause: LinkCause | msgspec.UnsetType = msgspec.UNSET,
    ) -> Link:
        link.state = state
        return Link(
            venue=self._spec.name,
            recv_ns=at_ns,
            link=link.name,
            state=state,
            reason=reason,
            essential=link.essential,
            cause=cause,
        )

    def _unknown(self, name: str) -> _LinkLife:
        """A link of an old recording that the venue no longer has."""
        return self._links.setdefault(name, _LinkLife(name, True))
