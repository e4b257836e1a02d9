"""Numbers and times as venues write them."""

from datetime import UTC, datetime

from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.sim.world.contract import VenueWorld, decimal_text


def now_ms(world: VenueWorld) -> int:
    """The venue's own clock."""
    return world.now_ns() // NS_PER_MS


def dollars(micros: int) -> str:
    """All six decimals: 1500000 -> '1.500000'."""
    return decimal_text(micros, 6)


def fixed(value: float, decimals: int) -> str:
    """Rounded, trailing zeros kept, never an exponent: 0.00012, 8 -> '0.00012000'."""
    return decimal_text(round(value * 10**decimals), decimals)


def plain(value: float, most_decimals: int) -> str:
    """Rounded, no trailing zeros: 0.00012, 8 -> '0.00012'; 0.0 -> '0'."""
    return trimmed(round(value * 10**most_decimals), most_decimals)


def trimmed(units: int, decimals: int) -> str:
    """`decimal_text` without trailing zeros: 12300, 2 -> '123'."""
    text = decimal_text(units, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def iso(at_ns: int, digits: int = 3) -> str:
    """'2025-10-09T08:53:20.000Z', with so many digits of a second (0, 3 or 6), cut off."""
    moment = datetime.fromtimestamp(at_ns // NS_PER_S, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    part = f"{at_ns % NS_PER_S:09d}"[:digits]
    return f"{moment}.{part}Z" if part else f"{moment}Z"
