"""What the rules about a venue's machinery measure: its link, its blocks, its latency."""

from collections.abc import Iterator
from typing import Final

from cockpit.alerts.baseline import Past
from cockpit.alerts.rule import Kind
from cockpit.alerts.states import Reading
from cockpit.core.units import NS_PER_S
from cockpit.state.view import MarketView, VenueRead

VENUE_KINDS: frozenset[Kind] = frozenset({"venue", "block_age", "block_age_s", "latency"})
STEADY_NS: Final = 10 * NS_PER_S
"""A link that came back counts as live after this: one that comes and goes is one alert."""
CONNECTS_WITHIN_NS: Final = 15 * NS_PER_S
"""How long the first connection may take before the time counts."""
BASELINE_WEIGHT = 0.002
"""Per look; at one look a second a latency baseline forgets with a half-life of six minutes."""
LEAST_BASELINE_LOOKS = 30
LEAST_BASELINE_MS = 20.0
LEAST_CADENCE_S = 0.5
"""A chain of 70 ms blocks is not late after one second of a busy network."""


class VenueMeasures:
    """Readings of the venue kinds. Keeps since when a link is what it is, and usual latencies."""

    def __init__(self, past: Past) -> None:
        self._times: dict[str, _Times] = {}
        self._latency = {
            name: _Baseline(ms, LEAST_BASELINE_LOOKS) for name, ms in past.latency_ms.items()
        }

    def latencies_ms(self) -> dict[str, float]:
        """The usual latency of each venue that has been looked at for long enough."""
        return {name: b.ms for name, b in self._latency.items() if b.looks >= LEAST_BASELINE_LOOKS}

    def read(self, kind: Kind, view: MarketView, now_ns: int) -> Iterator[Reading]:
        """The figures of one kind now."""
        for venue in view.venues():
            times = self._times.setdefault(venue.name, _Times())
            times.look(venue, now_ns)
            if kind == "venue":
                yield from _down(venue, times, now_ns)
            elif kind in ("block_age", "block_age_s"):
                yield from _blocks(kind, venue, times, now_ns)
            else:
                yield from self._late(venue, now_ns)

    def _late(self, venue: VenueRead, now_ns: int) -> Iterator[Reading]:
        latency = venue.chain.latency_ms(50)
        if latency is None or venue.state != "live":
            return
        usual = self._latency.setdefault(venue.name, _Baseline(latency, 0))
        if usual.looks >= LEAST_BASELINE_LOOKS:
            words = f"{venue.name}: messages {latency:.0f} ms late, usually {usual.ms:.0f} ms"
            ratio = latency / max(usual.ms, LEAST_BASELINE_MS)
            yield Reading(venue.name, venue.name, None, ratio, words)
        usual.look(latency, now_ns)


class _Baseline:
    def __init__(self, ms: float, looks: int) -> None:
        self.ms, self.looks, self._at_ns = ms, looks, -1

    def look(self, latency_ms: float, now_ns: int) -> None:
        """Once a moment, however many rules ask."""
        if now_ns != self._at_ns:
            is_usual = self.looks >= LEAST_BASELINE_LOOKS
            weight = BASELINE_WEIGHT if is_usual else 1 / (self.looks + 1)
            self.ms += weight * (latency_ms - self.ms)
            self.looks, self._at_ns = self.looks + 1, now_ns


class _Times:
    """Since when a venue is live, and since when it was not."""

    def __init__(self) -> None:
        self.live_ns: int | None = None
        self.heard_ns: int | None = None
        """Since when every link is live, also one that only tells of blocks."""
        self.away_ns: int | None = None
        self._was_live = False

    def look(self, venue: VenueRead, now_ns: int) -> None:
        hears_all = all(link.state == "live" for link in venue.links.values())
        if not hears_all or venue.state != "live":
            self.heard_ns = None
        elif self.heard_ns is None:
            self.heard_ns = now_ns
        if venue.state != "live":
            self.live_ns = None
            if self.away_ns is None:
                self.away_ns = now_ns
            return
        if self.live_ns is None:
            self.live_ns = now_ns
        if not self._was_live or now_ns - self.live_ns >= STEADY_NS:
            self.away_ns = None
        self._was_live = True

    def away_s(self, venue: VenueRead, now_ns: int) -> float:
        away_ns = now_ns - (now_ns if self.away_ns is None else self.away_ns)
        if not self._was_live and venue.state == "connecting":
            away_ns -= CONNECTS_WITHIN_NS
        return max(0, away_ns) / NS_PER_S


def _down(venue: VenueRead, times: _Times, now_ns: int) -> Iterator[Reading]:
    name = venue.name
    if venue.state != "live":
        words = f"{name}: {', '.join(filter(None, (venue.state, venue.reason)))}"
        yield Reading(name, name, None, times.away_s(venue, now_ns), words, may_clear=False)
    elif times.away_ns is None:
        yield Reading(name, name, None, 0.0, f"{name}: live")


def _blocks(kind: Kind, venue: VenueRead, times: _Times, now_ns: int) -> Iterator[Reading]:
    """A block that is missed because the link was away is not late: the link was. In seconds for
    `block_age_s`, else in cadences."""
    cadence_s, age_s = venue.chain.cadence_s(), venue.chain.block_age_s(now_ns)
    if not cadence_s or age_s is None or times.heard_ns is None:
        return
    heard_s = (now_ns - times.heard_ns) / NS_PER_S
    words = f"{venue.name}: newest block {age_s:.0f} s old, usually every {cadence_s:.2f} s"
    late_s = min(age_s, heard_s)
    value = late_s if kind == "block_age_s" else late_s / max(cadence_s, LEAST_CADENCE_S)
    yield Reading(venue.name, venue.name, None, value, words, may_clear=age_s <= heard_s)
