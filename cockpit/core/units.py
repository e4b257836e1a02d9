"""Rates, sizes and times: the conversions that cost money when done twice or not at all."""

from datetime import UTC, datetime
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

HOUR_S = 3600
HOURS_PER_YEAR = 8760
NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000
HOUR_NS = HOUR_S * NS_PER_S


def hourly(rate: float, interval_s: int) -> float:
    """A funding rate per `interval_s` as a fraction per hour. ValueError if interval_s <= 0."""
    if interval_s <= 0:
        raise ValueError(f"funding interval must be positive, got {interval_s} s")
    return rate * (HOUR_S / interval_s)


def apr(rate: float, interval_s: int) -> float:
    """Simple annual rate as a fraction (0.1095 is 10.95 %), never compounded."""
    return hourly(rate, interval_s) * HOURS_PER_YEAR


def next_boundary_ns(at_ns: int, interval_s: int) -> int:
    """The first multiple of the interval (from UTC midnight of the epoch) after `at_ns`."""
    step = interval_s * NS_PER_S
    return (at_ns // step + 1) * step


def hour_floor_ns(at_ns: int) -> int:
    """The full hour at or before `at_ns`: settlement stamps trail the hour by milliseconds."""
    return at_ns - at_ns % HOUR_NS


def ms_to_ns(ms: int) -> int:
    return ms * NS_PER_MS


def round_to_tick(price: Decimal, tick: Decimal) -> Decimal:
    """The nearest tradable price (half to even)."""
    return (price / tick).quantize(Decimal(1), ROUND_HALF_EVEN) * tick


def floor_to_lot(size: Decimal, lot: Decimal) -> Decimal:
    """The largest tradable size that is not larger than `size`, towards zero."""
    return (size / lot).quantize(Decimal(1), ROUND_DOWN) * lot


def utc(at_ns: int) -> datetime:
    """The moment as an aware UTC datetime, to the microsecond."""
    return datetime.fromtimestamp(at_ns / NS_PER_S, UTC)


def utc_stamp(at_ns: int) -> str:
    """`20251009T203316Z`: sorts, and may stand in a file name."""
    return utc(at_ns).strftime("%Y%m%dT%H%M%SZ")


def parse_utc(text: str) -> int:
    """ISO 8601 as ns since the epoch; without an offset it is UTC. ValueError if it is not."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1e6) * 1000
