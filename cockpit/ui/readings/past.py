"""How a past moment is named on the screen."""

from typing import Final

from cockpit.core.units import NS_PER_S, utc

MINUTE_NS: Final = 60 * NS_PER_S


def as_of(shown_ns: int, now_ns: int) -> str:
    """`AS OF 14:05, 2 h 10 m ago`; with the day where it is another."""
    form = "%H:%M" if now_ns - shown_ns < 12 * 60 * MINUTE_NS else "%Y-%m-%d %H:%M"
    minutes = max(0, now_ns - shown_ns) // MINUTE_NS
    hours, rest = divmod(minutes, 60)
    ago = f"{hours} h {rest} m" if hours else f"{rest} m"
    return f"AS OF {utc(shown_ns):{form}}, {ago} ago"
