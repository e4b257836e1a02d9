"""How venues' machinery did in an hour that is kept: a point a minute, and the outages."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from cockpit.core.units import HOUR_NS
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Gap
from cockpit.state.pulse import PulsePoint
from cockpit.state.store import MarketStore

Pulses = Mapping[str, Sequence[PulsePoint]]


def read_pulses(reader: HistoryReader, end_ns: int) -> Pulses:
    """The hour before, by venue, oldest first. HistoryError."""
    begin_ns = end_ns - HOUR_NS
    gaps = reader.gaps(begin_ns, end_ns)
    points: defaultdict[str, list[PulsePoint]] = defaultdict(list)
    for row in reader.chains(begin_ns, end_ns):
        is_up = not any(_covers(gap, row.venue, row.at_ns) for gap in gaps)
        points[row.venue].append(
            PulsePoint(
                at_ns=row.at_ns,
                block_age_s=row.block_age_s,
                latency_ms=row.latency_p50_ms if is_up else None,
                is_up=float(is_up),
                reconnects=row.reconnects,
            )
        )
    return points


def recall_pulses(view: MarketStore, pulses: Pulses) -> None:
    for name, points in pulses.items():
        venue = view.venue(name)
        if venue is not None:
            venue.pulse.recall(points)


def _covers(gap: Gap, venue: str, at_ns: int) -> bool:
    return gap.venue == venue and gap.from_ns <= at_ns < gap.to_ns
