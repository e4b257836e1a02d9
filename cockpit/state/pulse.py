"""How a venue's machinery did in the newest hour: block age, latency, reachable or not."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from cockpit.core.events import LinkState
from cockpit.state.chain import ChainTelemetry
from cockpit.state.curves import Ring

SAMPLES: Final = 720


class PulsePoint(NamedTuple):
    """One sample; None was not known. `is_up` is 1 while the venue was live and 0 while not."""

    at_ns: int
    block_age_s: float | None = None
    latency_ms: float | None = None
    is_up: float | None = None
    reconnects: int | None = None


class Pulse:
    """Sampled with the curves of the markets. `reconnects` counts since the program began."""

    def __init__(self) -> None:
        self.block_ages_s = Ring(SAMPLES)
        self.latencies_ms = Ring(SAMPLES)
        self.ups = Ring(SAMPLES)
        self.reconnects = Ring(SAMPLES)

    def sample(self, now_ns: int, chain: ChainTelemetry, state: LinkState) -> None:
        """Append the present. Before a first link was up nothing is known."""
        is_up = 1.0 if state == "live" else 0.0 if chain.was_connected else None
        self.append(
            PulsePoint(
                now_ns,
                chain.block_age_s(now_ns),
                chain.latency_ms(50) if state == "live" else None,
                is_up,
                chain.reconnects,
            )
        )

    def recall(self, points: Iterable[PulsePoint]) -> None:
        """What an earlier run saw, oldest first, before any sample of this one."""
        for point in points:
            self.append(point)

    def append(self, point: PulsePoint) -> None:
        self.block_ages_s.append(point.at_ns, point.block_age_s)
        self.latencies_ms.append(point.at_ns, point.latency_ms)
        self.ups.append(point.at_ns, point.is_up)
        self.reconnects.append(point.at_ns, point.reconnects)
