"""The one place where numbers become text.

Four things look like four things: a missing figure is `·`, a stale one `~12.3`, an erroneous one
`!`, and zero is `0`. A figure that has a sign always prints it, with a true minus. Widths are kept
by the caller: nothing here pads unless it is told a width.
"""

import math
from collections.abc import Iterable
from decimal import Decimal

MISSING = "·"
UNLISTED = "—"
ERROR = "!"
STALE = "~"
MINUS = "−"
AMOUNT = 5
"""Cells of a size as text."""
_WHOLE = 1e-9
"""What a share may lack of 1 and is rounding."""


def signed(value: float | None, decimals: int = 2) -> str:
    """`+10.95`, `−0.30`; what rounds to zero has no sign."""
    if value is None or math.isnan(value):
        return MISSING
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return text
    return (MINUS if value < 0 else "+") + text


def dollars(value: float, decimals: int | None = None, digits: int = 3) -> str:
    """`−$4.79` with `decimals`, else `+$26.9k` in so many `digits`; zero has no sign."""
    size = magnitude(abs(value), digits) if decimals is None else f"{abs(value):.{decimals}f}"
    sign = "" if not any(digit in "123456789" for digit in size) else MINUS if value < 0 else "+"
    return f"{sign}${size}"


def done_share(frac: float) -> str:
    """How much of a whole is done: `62%`. Only nothing is `0%`, and only all of it `100%`."""
    if frac <= 0:
        return "0%"
    if frac >= 1 - _WHOLE:
        return "100%"
    percent = round(frac * 100)
    return "<1%" if percent == 0 else ">99%" if percent == 100 else f"{percent}%"


UNIT_HOURS = {"hour": 1, "8h": 8, "day": 24, "apr": 8760}
UNIT_LABEL = {"hour": "% per hour", "8h": "% per 8 h", "day": "% per day", "apr": "APR %"}
UNIT_SHORT = {"hour": "%/h", "8h": "%/8h", "day": "%/day", "apr": "% APR"}
_UNIT_DECIMALS = {"hour": 5, "8h": 4, "day": 3, "apr": 2}


def rate(hourly: float | None, unit: str) -> str:
    """A rate (fraction per hour) in per cent of the unit: `+10.95` APR is `+0.0100` per 8 h.

    The decimals of a unit are constant, so a column lines up; only a rate too large for seven
    characters (eight per hour) gives some of them away.
    """
    if hourly is None or math.isnan(hourly):
        return MISSING
    percent = hourly * UNIT_HOURS[unit] * 100
    whole = len(str(int(abs(percent))))
    room = 6 if unit == "hour" else 5
    return signed(percent, max(0, min(_UNIT_DECIMALS[unit], room - whole)))


def magnitude(value: float | None, digits: int = 3) -> str:
    """`1.24M`, `27.4k`, `812`, `0.0421`: significant digits with a suffix, no sign for plus."""
    if value is None or math.isnan(value):
        return MISSING
    size = abs(value)
    minus = MINUS if value < 0 else ""
    for limit, suffix in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= limit * (1 - 0.5 * 10**-digits):
            return minus + _significant(size / limit, digits) + suffix
    if size == 0:
        return "0"
    return minus + _significant(size, digits)


def count(value: int) -> str:
    """How often something happened: every digit up to 9999, then `27.4k`."""
    return str(value) if value < 10_000 else magnitude(value)


def more_columns(hidden: int) -> str:
    """How many columns had no room, as a frame says it; nothing for none."""
    return f"+{hidden} column{'s' if hidden > 1 else ''}" if hidden > 0 else ""


def _significant(value: float, digits: int) -> str:
    rounded = round(value, digits - 1 - math.floor(math.log10(value)))
    decimals = digits - 1 - math.floor(math.log10(rounded)) if rounded > 0 else digits
    return f"{rounded:.{max(0, min(12, decimals))}f}"


def price(value: float | None, tick: float | None) -> str:
    """A price with the decimals of its tick, so that a column of them lines up."""
    if value is None or math.isnan(value):
        return MISSING
    return f"{value:.{decimals_of(tick, value)}f}"


def tick_of(prices: Iterable[float]) -> float | None:
    """The finest step that these prices show: for a market whose tick nobody has listed.

    Without it different levels would read as the same price. Nine figures at the most.
    """
    exponents = [Decimal(f"{price:.9g}").as_tuple().exponent for price in prices]
    finest = min((e for e in exponents if isinstance(e, int)), default=None)
    return None if finest is None else 10.0 ** min(0, finest)


def amount(size: float) -> str:
    """A size in at most five cells: a small one gives digits away, not places, and is never 0."""
    for digits in (3, 2, 1):
        text = magnitude(size, digits)
        if len(text) <= AMOUNT:
            return text
    return "<.001" if 0 < size < 0.001 else text


def decimals_of(tick: float | None, value: float) -> int:
    """Decimals that a tick needs; without one, enough for five significant figures."""
    if tick is not None and tick > 0:
        for decimals in range(13):
            scaled = tick * 10**decimals
            if abs(scaled - round(scaled)) < 1e-6 * scaled and round(scaled) >= 1:
                return decimals
    if value <= 0:
        return 2
    return max(0, min(12, 4 - math.floor(math.log10(value))))


def age(seconds: float | None) -> str:
    """`0.4s`, `14s`, `3m`, `2h`, `5d`: at most three characters and the unit."""
    if seconds is None:
        return MISSING
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    for limit, unit, size in ((100, "s", 1), (6000, "m", 60), (360_000, "h", 3600)):
        if seconds < limit:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds / 86400:.0f}d"


def countdown(seconds: float | None) -> str:
    """`27:41` to the next payment, `5:27:41` when it is hours away."""
    if seconds is None:
        return MISSING
    whole = max(0, math.ceil(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{second:02d}" if hours else f"{minutes:02d}:{second:02d}"


def clock_hours(seconds: float) -> str:
    """`5h27` where the seconds have no room; under an hour `27:41`."""
    minutes = math.ceil(seconds) // 60
    return f"{minutes // 60}h{minutes % 60:02d}" if minutes >= 60 else countdown(seconds)


def hours(value: float | None) -> str:
    """`3.2 h`, `71 h`, `12 d`: how long something takes to pay for itself."""
    if value is None or math.isnan(value):
        return MISSING
    if value < 9.95:
        return f"{value:.1f} h"
    if value < 99.5:
        return f"{value:.0f} h"
    return f"{value / 24:.0f} d" if value < 24 * 999 else ">999 d"


def span(whole_hours: int) -> str:
    """How much past a plot shows: `24 h`, `7 d`."""
    return f"{whole_hours // 24} d" if whole_hours >= 48 else f"{whole_hours} h"


def bps(value: float | None, decimals: int = 1) -> str:
    """A cost in bps without its unit: more than four digits lose their decimals."""
    if value is None or math.isnan(value):
        return MISSING
    text = f"{abs(value):.{decimals if abs(value) < 999.5 else 0}f}"
    return (MINUS if value < 0 and float(text) else "") + text


def milliseconds(value: float | None) -> str:
    """`355` or `1.2s`: latencies, three characters where it can."""
    if value is None:
        return MISSING
    if value >= 9999.5:
        return f"{value / 1000:.0f}s"
    return f"{value:.0f}"


HEAT_BOUNDS = (0.05, 0.15, 0.40, 1.00)
"""Bounds of |APR| between the steps of heat, fixed: the same APR is the same colour on any day."""


def heat_step(apr: float | None) -> int | None:
    """-4 to +4 on the absolute APR scale; positive when longs pay. None for missing."""
    if apr is None or math.isnan(apr):
        return None
    step = sum(abs(apr) >= bound for bound in HEAT_BOUNDS)
    return step if apr >= 0 else -step
