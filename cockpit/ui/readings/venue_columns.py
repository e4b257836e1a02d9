"""A venue's links and chain in columns: links, chain, latency, counts and budgets."""

from collections.abc import Callable
from dataclasses import dataclass

from cockpit.core.events import LinkState
from cockpit.state.view import VenueRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.text import format as fmt

Cell = tuple[str, str]
GLYPHS: dict[LinkState, Cell] = {
    "live": ("●", "ok"),
    "stale": ("◐", "warn"),
    "connecting": ("◐", "warn"),
    "down": ("○", "loss"),
}
LATE: Cell = ("◐", "warn")
LATE_S, LATE_CADENCES = 3.0, 10.0
"""A chain is late after so many of its own block times, and never sooner than these seconds."""


def is_late(readings: Readings, venue: VenueRead) -> bool:
    """Whether the venue's chain has made no block for much longer than is its habit."""
    cadence, age = venue.chain.cadence_s(), venue.chain.block_age_s(readings.now_ns)
    if cadence is None or age is None:
        return False
    return age > max(LATE_S, LATE_CADENCES * cadence)


def mark_of(readings: Readings, venue: VenueRead) -> Cell:
    """The glyph of a venue's state and its role: a link that is live over a late chain is not."""
    if venue.state == "live" and is_late(readings, venue):
        return LATE
    return GLYPHS[venue.state]


@dataclass(frozen=True, slots=True)
class Column:
    """`rank` says what goes first where there is no room: the highest."""

    title: str
    width: int
    rank: int
    cell: Callable[[Readings, VenueRead], Cell]


def _state(readings: Readings, venue: VenueRead) -> Cell:
    if venue.state == "live" and is_late(readings, venue):
        return "late chain", LATE[1]
    return venue.state, GLYPHS[venue.state][1]


def _age(readings: Readings, venue: VenueRead) -> Cell:
    age = venue.age_s(readings.now_ns)
    spec = readings.specs.get(venue.name)
    quiet = age is not None and spec is not None and age > spec.quiet_s / 2
    return fmt.age(age), "warn" if quiet else "text"


def _cadence(_: Readings, venue: VenueRead) -> Cell:
    cadence = venue.chain.cadence_s()
    return (fmt.MISSING if cadence is None else f"{cadence:.2f}s"), "text"


def _block_age(readings: Readings, venue: VenueRead) -> Cell:
    age = venue.chain.block_age_s(readings.now_ns)
    return fmt.age(age), "warn" if is_late(readings, venue) else "text"


def _latency(percentile: float) -> Callable[[Readings, VenueRead], Cell]:
    return lambda _, venue: (fmt.milliseconds(venue.chain.latency_ms(percentile)), "text")


def _rtt(_: Readings, venue: VenueRead) -> Cell:
    rtt_ns = venue.chain.rtt_ns
    return fmt.milliseconds(None if rtt_ns is None else rtt_ns / 1e6), "text"


def _skew(_: Readings, venue: VenueRead) -> Cell:
    skew = venue.chain.clock_skew_ms()
    if skew is None:
        return fmt.MISSING, "dim"
    return fmt.signed(skew, 0), "warn" if skew < 0 else "dim"


def _count(value: int) -> Cell:
    return fmt.count(value), "warn" if value else "dim"


def _gaps(_: Readings, venue: VenueRead) -> Cell:
    return _count(venue.chain.gaps)


def _reconnects(_: Readings, venue: VenueRead) -> Cell:
    return _count(venue.chain.reconnects)


def _rejects(_: Readings, venue: VenueRead) -> Cell:
    return _count(venue.chain.rejects)


def _height(_: Readings, venue: VenueRead) -> Cell:
    height = venue.chain.height
    return (fmt.MISSING if height is None else str(height)), "text"


def _messages(readings: Readings, venue: VenueRead) -> Cell:
    stats = readings.venue_stats.get(venue.name)
    return (fmt.MISSING if stats is None else fmt.count(stats.frames)), "text"


def _bytes(readings: Readings, venue: VenueRead) -> Cell:
    stats = readings.venue_stats.get(venue.name)
    return (fmt.MISSING if stats is None else fmt.count(stats.bytes)), "text"


def _budget(readings: Readings, venue: VenueRead) -> Cell:
    """What the venue's rate limit leaves, of its burst."""
    stats = readings.venue_stats.get(venue.name)
    if stats is None or not stats.budget_burst:
        return fmt.MISSING, "dim"
    if stats.blocked_s > 0:
        return f"blocked {fmt.age(stats.blocked_s)}", "loss"
    left = stats.budget_left / stats.budget_burst
    return f"{stats.budget_left:.0f}/{stats.budget_burst}", "warn" if left < 0.25 else "text"


def _pending(readings: Readings, venue: VenueRead) -> Cell:
    stats = readings.venue_stats.get(venue.name)
    if stats is None:
        return fmt.MISSING, "dim"
    return str(stats.fetches_pending), "text" if stats.fetches_pending else "dim"


COLUMNS: tuple[Column, ...] = (
    Column("age", 7, 0, _age),
    Column("block", 8, 1, _cadence),
    Column("b.age", 7, 8, _block_age),
    Column("p50 ms", 8, 2, _latency(50)),
    Column("p99 ms", 8, 3, _latency(99)),
    Column("rtt ms", 8, 7, _rtt),
    Column("skew ms", 9, 9, _skew),
    Column("gaps", 6, 4, _gaps),
    Column("recon", 7, 5, _reconnects),
    Column("rejects", 9, 6, _rejects),
)
"""What the strip in MARKETS may show."""

LINK_COLUMNS: tuple[Column, ...] = (
    Column("state", 12, 0, _state),
    *COLUMNS,
    Column("height", 12, 14, _height),
    Column("messages", 10, 10, _messages),
    Column("bytes", 8, 13, _bytes),
    Column("budget", 13, 11, _budget),
    Column("asks", 6, 12, _pending),
)
"""What the table in HEALTH may show."""
