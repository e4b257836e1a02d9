"""Pings that we send, the pongs that answer them, and a link that has fallen silent."""

from collections.abc import Callable, Sequence

from cockpit.core.events import Rtt
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import MAIN, Output, Restart, Send
from cockpit.venues.kit.parts import OverLink
from cockpit.venues.kit.polling import Every


class Heartbeat(OverLink):
    """One link's pulse.

    `ping` makes the frame from the time (ns); None where only the server pings. A ping that is not
    answered for `silence_s`, or a link on which `heard` was not called for that long, is restarted;
    None leaves silence to the driver's `quiet_s`. A server's own ping is answered by the venue: it
    is the venue that knows its words.
    """

    def __init__(
        self,
        venue: str,
        ping: Callable[[int], str] | None,
        *,
        every_s: float = 20.0,
        silence_s: float | None = None,
        link: str = MAIN,
    ) -> None:
        self.link = link
        self._venue = venue
        self._ping = ping
        self._every_s = every_s
        self._silence_ns = None if silence_s is None else round(silence_s * NS_PER_S)
        self.forget()

    def forget(self) -> None:
        self._is_open = False
        self._due = Every(self._every_s)
        self._pinged_ns: int | None = None
        self._heard_ns = 0

    def begin(self, at_ns: int) -> None:
        self._is_open, self._heard_ns = True, at_ns

    def heard(self, at_ns: int) -> None:
        """Something came on the link."""
        self._heard_ns = at_ns

    def tick(self, at_ns: int) -> Sequence[Output]:
        if not self._is_open:
            return ()
        if self._silence_ns is not None and at_ns - self._heard_ns >= self._silence_ns:
            self._heard_ns = at_ns
            return [Restart("silence", self.link)]
        if self._ping is None or not self._due.due(at_ns):
            return ()
        # Pongs come in order: the next one answers the ping that has waited longest.
        self._pinged_ns = self._pinged_ns or at_ns
        return [Send(self._ping(at_ns), self.link)]

    def pong(self, at_ns: int) -> Sequence[Output]:
        """The answer to our ping: how long it took. One that we did not ask for says nothing."""
        self._heard_ns = at_ns
        sent_ns, self._pinged_ns = self._pinged_ns, None
        if sent_ns is None:
            return ()
        return [Rtt(venue=self._venue, recv_ns=at_ns, rtt_ns=at_ns - sent_ns)]
