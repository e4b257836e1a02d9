"""Numbers inside the sentences of verdicts, notes and gates; tables hand their numbers on raw."""

import math
from decimal import Decimal


def usd_words(usd: float) -> str:
    """`$3,890`, `−$12.40`, `$2.12B`: whole dollars above a hundred, cents below, or `unknown`."""
    if math.isnan(usd):
        return "unknown"
    if usd == 0:
        return "$0"
    sign, amount = ("−" if usd < 0 else ""), abs(usd)
    for least, letter in ((1e9, "B"), (1e6, "M")):
        if amount >= least:
            return f"{sign}${amount / least:.2f}{letter}"
    return f"{sign}${amount:,.0f}" if amount >= 100 else f"{sign}${amount:.2f}"


def bps_words(bps: float) -> str:
    """`5.4 bps`; what rounds to zero has no sign."""
    text = f"{abs(bps):.1f}"
    return f"{'−' if bps < 0 and float(text) else ''}{text} bps"


def base_words(size: float) -> str:
    """A size in up to six digits, without an exponent: `12`, `0.0415`, `1234567`."""
    return f"{size:.0f}" if abs(size) >= 1e5 else f"{Decimal(f'{size:.6g}'):f}"


def hours_words(hours: float) -> str:
    """`75 h`, `12 days`."""
    return f"{hours:.0f} h" if hours < 100 else f"{hours / 24:.0f} days"


def age_words(seconds: float) -> str:
    """`40 s`, `3 min`, `5 h`, `4 days`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else hours_words(seconds / 3600)


def name_words(name: str) -> str:
    """A name of a file or a key as words: `half_filled_flip` is `half filled flip`."""
    return name.replace("_", " ")
