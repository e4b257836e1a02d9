"""How healthy a venue's machinery is: block cadence, latency, gaps, clock skew."""

from collections import deque
from itertools import islice

import msgspec
import numpy as np

from cockpit.core.units import NS_PER_MS, NS_PER_S

_SAMPLES = 512
_BLOCKS = 256
_NEWEST = 8
"""Facts that say how late a stream is."""


class ChainSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one moment without the samples behind them; None is not known."""

    block_age_s: float | None = None
    cadence_s: float | None = None
    latency_ms_p50: float | None = None
    latency_ms_p99: float | None = None
    clock_skew_ms: float | None = None


class ChainTelemetry:
    """Derived figures of one venue; everything is None until something was measured.

    Latency is our receive time minus the venue's own stamp, so it contains the difference of the
    two clocks. A latency below zero is impossible: it is reported as clock skew, never as a
    latency and never as 0.
    """

    def __init__(self) -> None:
        self.height: int | None = None
        self.block_ns: int | None = None
        self.block_recv_ns: int | None = None
        self.rtt_ns: int | None = None
        self.gaps = 0
        self.rejects = 0
        self.last_reject = ""
        self.summary: ChainSummary | None = None
        """A saved moment's figures, which hold in place of what is measured."""
        self.agreed_offset_ns = 0
        """Our clock minus the venues', as all of them tell it; written by the store."""
        self._connections = 0
        self._fresh_ns: deque[int] = deque(maxlen=_SAMPLES)
        self.late_by = self._fresh_ns.append
        """Called with receive minus venue time (ns) of each fact that has both: it does nothing but
        remember."""
        self._latencies_ns: deque[int] = deque(maxlen=_SAMPLES)
        """Those of the last facts, without the fresh ones."""
        self._fastest_ns: int | None = None
        self._since_fastest = 0
        """The least of `_latencies_ns` is among its last so many."""
        self._newest_ns: int | None = None
        self._blocks: deque[tuple[int, int]] = deque(maxlen=_BLOCKS)

    def block(self, height: int, block_ns: int, recv_ns: int) -> None:
        """A block was announced; one that is not newer than the last is ignored."""
        if self.height is not None and height <= self.height:
            return
        self.height = height
        self.block_ns = block_ns
        self.block_recv_ns = recv_ns
        self._blocks.append((height, block_ns))

    def connected(self) -> None:
        """A link came up: old latencies describe another connection, maybe another server."""
        self._fresh_ns.clear()
        self._latencies_ns.clear()
        self._fastest_ns = self._newest_ns = None
        self.rtt_ns = None
        self._connections += 1

    @property
    def was_connected(self) -> bool:
        """Whether any link was ever up."""
        return self._connections > 0

    @property
    def reconnects(self) -> int:
        """How often a link came up again after the first time."""
        return max(0, self._connections - 1)

    def cadence_s(self) -> float | None:
        """Mean seconds per block over the last blocks seen; None before two."""
        if self.summary is not None:
            return self.summary.cadence_s
        if len(self._blocks) < 2:
            return None
        (h0, t0), (h1, t1) = self._blocks[0], self._blocks[-1]
        return (t1 - t0) / (h1 - h0) / NS_PER_S if h1 > h0 and t1 > t0 else None

    def block_age_s(self, now_ns: int) -> float | None:
        """Seconds since the newest block reached us, on our own clock."""
        if self.summary is not None:
            return self.summary.block_age_s
        if self.block_recv_ns is None:
            return None
        return max(0, now_ns - self.block_recv_ns) / NS_PER_S

    def latency_ms(self, percentile: float) -> float | None:
        """Receive minus venue time in ms; None when unknown or when the clocks disagree.

        Of a saved moment the 50th and the 99th are known; above the 50th is read as the 99th.
        """
        if self.summary is not None:
            is_low = percentile <= 50
            return self.summary.latency_ms_p50 if is_low else self.summary.latency_ms_p99
        latencies_ns = self._read()
        if not latencies_ns:
            return None
        value = float(np.percentile(np.fromiter(latencies_ns, np.int64), percentile))
        return value / NS_PER_MS if value >= 0 else None

    @property
    def samples(self) -> int:
        """How many latencies the figures are of."""
        return len(self._read())

    def floor_ns(self) -> int | None:
        """The fastest message: the offset of the clocks and the shortest way; None without one.

        Half the round trip is the way, where it is known.
        """
        if self._fresh_ns:
            self._read()
        fastest_ns = self._fastest_ns
        return None if fastest_ns is None else fastest_ns - (self.rtt_ns or 0) // 2

    def newest_latency_ns(self) -> int | None:
        """The least latency of the newest facts: what a late stream cannot get below."""
        if self._fresh_ns:
            self._read()
        return self._newest_ns

    def _read(self) -> deque[int]:
        """All latencies, the fresh ones taken in. They are looked through only where the fastest
        one may be gone."""
        fresh_ns, latencies_ns = self._fresh_ns, self._latencies_ns
        if not fresh_ns:
            return latencies_ns
        latencies_ns.extend(fresh_ns)
        least_ns = min(fresh_ns)
        self._since_fastest += len(fresh_ns)
        if self._fastest_ns is None or least_ns <= self._fastest_ns:
            self._fastest_ns, self._since_fastest = least_ns, len(fresh_ns)
        elif self._since_fastest > len(latencies_ns):
            self._fastest_ns = min(latencies_ns)
            self._since_fastest = len(latencies_ns) - latencies_ns.index(self._fastest_ns)
        self._newest_ns = min(islice(reversed(latencies_ns), _NEWEST))
        fresh_ns.clear()
        return latencies_ns

    def clock_skew_ms(self) -> float | None:
        """Our clock minus the venue's, in ms, as far as it can be told from one-way times.

        None without measurements; 0 while every latency is possible. Negative: our clock is behind,
        the fastest message seems to arrive before it was sent, by at least this much (half the
        round trip is added back where it is known). Positive: our clock is ahead of this venue's by
        what several venues agree on.
        """
        if self.summary is not None:
            return self.summary.clock_skew_ms
        self._read()
        fastest = self._fastest_ns
        if fastest is None:
            return None
        if fastest < 0:
            return (fastest - (self.rtt_ns or 0) / 2) / NS_PER_MS
        is_ours = self.agreed_offset_ns > 0 and fastest >= self.agreed_offset_ns // 2
        return self.agreed_offset_ns / NS_PER_MS if is_ours else 0.0
