"""How exposed the whole book was, through time, and what moved it."""

from collections import deque
from typing import Final, Literal

import msgspec

from cockpit.state.curves import Ring

SAMPLES: Final = 17_280
"""A day of samples five seconds apart."""
JUMPS: Final = 200

Figure = Literal["net", "carry", "ratio"]
Cause = Literal["fill", "funding", "mark", "transfer"]


class Jump(msgspec.Struct, frozen=True, kw_only=True):
    """One figure moved from one sample to the next, further than by its habit, and why.

    `before` and `after` are in the unit of the figure's ring. `subject` is what moved it most, a
    market or a venue, and `words` say how.
    """

    at_ns: int
    figure: Figure
    before: float
    after: float
    cause: Cause
    subject: str
    words: str


class ExposureHistory:
    """Rings of the book's figures; NaN where one was not known, so that a plot has a gap.

    `net_usd` is signed notional, `carry_usd_per_hour` is positive when received, `margin_ratio` is
    that of the worst pool: maintenance over equity. `jumps` has the newest last.
    """

    def __init__(self) -> None:
        self.net_usd = Ring(SAMPLES)
        self.carry_usd_per_hour = Ring(SAMPLES)
        self.margin_ratio = Ring(SAMPLES)
        self.jumps: deque[Jump] = deque(maxlen=JUMPS)

    def __len__(self) -> int:
        return len(self.net_usd)

    def append(
        self,
        at_ns: int,
        net_usd: float | None,
        carry_usd_per_hour: float | None,
        margin_ratio: float | None,
    ) -> None:
        """One sample; None is "not known"."""
        self.net_usd.append(at_ns, net_usd)
        self.carry_usd_per_hour.append(at_ns, carry_usd_per_hour)
        self.margin_ratio.append(at_ns, margin_ratio)

    def ring(self, figure: Figure) -> Ring:
        return {
            "net": self.net_usd,
            "carry": self.carry_usd_per_hour,
            "ratio": self.margin_ratio,
        }[figure]
