"""A link that damages one frame may have damaged others so that it does not show."""

from collections.abc import Callable, Sequence

from cockpit.core.events import Reject
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import MAIN, Frame, Output
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.parts import OverLink

_CALM_NS = 5 * NS_PER_S


class Damage(OverLink):
    """Once no frame made no sense for five seconds, `renew` takes anew what may be spoiled."""

    def __init__(
        self, venue: str, renew: Callable[[int], Sequence[Output]], *, link: str = MAIN
    ) -> None:
        self._venue = venue
        self._renew = renew
        self.link = link
        self._noted_ns: int | None = None

    def reject(self, frame: Frame, reason: str) -> Reject:
        """A frame made no sense."""
        self.note(frame.at_ns)
        return reject(self._venue, frame.at_ns, reason, frame.data)

    def note(self, at_ns: int) -> None:
        """Something in a frame made no sense."""
        self._noted_ns = at_ns

    def forget(self) -> None:
        self._noted_ns = None

    def tick(self, at_ns: int) -> Sequence[Output]:
        if self._noted_ns is None or at_ns - self._noted_ns < _CALM_NS:
            return ()
        self._noted_ns = None
        return self._renew(at_ns)
