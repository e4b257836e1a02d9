"""What people type and programs write: numbers, sides, durations, times, names, lists, maps.

The one reading of them for the command line, the screen's forms, the config and the positions
file. Each function takes a text and raises ValueError with a sentence that says what was expected;
who calls names the place.
"""

import json
import math
import re
from collections.abc import Collection, Iterable
from decimal import Decimal, DecimalException
from typing import Any, Literal

from cockpit.core.units import HOUR_S, NS_PER_S, parse_utc, utc

Unit = Literal["", "base", "usd", "price", "frac", "bps", "x", "s", "min", "h"]

MOST, LEAST = 1e24, 1e-30
"""What is typed beyond these, but for 0, is no figure of a market, and calculations with it end in
infinity or divide by 0."""
EXAMPLES = "0.55, 10k, 2.5m, 2,000,000, 5% or 12bps"
_EXPONENTS = {"": 0, "x": 0, "k": 3, "m": 6, "b": 9, "%": -2, "bp": -4, "bps": -4}
_IN_BPS = 4
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<dollar>\$?)(?P<inner>[+-]?)"
    r"(?P<digits>\d+(?:_\d+)*|\d{1,3}(?:,\d{3})+)?(?P<fraction>\.(?:\d+(?:_\d+)*)?)?"
    r"(?P<exponent>e[+-]?\d+)?\s?(?P<suffix>k|m|b|%|bps?|x)?",
    re.ASCII,
)
_SECONDS: dict[Unit, float] = {"s": 1.0, "min": 60.0, "h": HOUR_S}
_DURATION_S = {
    "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0,
}  # fmt: skip
_DURATION = re.compile(r"(\d+\.?\d*|\.\d+)(ms|min|[smhd])", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?Z?", re.ASCII)
_BUY, _SELL = ("buy", "long", "b", "bid"), ("sell", "short", "s", "ask")
_QUOTES = ("USDT", "USDC", "USD")
_SEPARATED = re.compile(r"(.+?)(?:[-_/](?:USDT|USDC|USD|PERP|SWAP))+", re.ASCII)
_JOINED = re.compile(r"(.+?)(?:(?:USDT|USDC)(?:PERP)?|PERP)", re.ASCII)
_PAIR = re.compile(r"([^\s=,]+?)\s*[=:]\s*([^\s=]+?)(?:[,\s]+(?=[^\s=]+?\s*[=:])|,?\s*$)")


def parse_number(text: str, unit: Unit = "") -> float:
    """`.55 1. +0.5 1e-3 10k 2.5m 2,000,000 1_000 $5000 5% 3bps 5x` as a number in the unit.

    5% and 3bps are 0.05 and 0.0003, in a unit of bps 500 and 3; `24h` and `90m` fit units of time.
    """
    plain = text.strip().replace("−", "-")
    found = _NUMBER.fullmatch(plain.lower())
    if found is None or not _has_digits(found):
        return _as_time(plain, unit, text)
    suffix = found["suffix"] or ""
    if suffix == "m" and unit in _SECONDS:
        return _as_time(plain, unit, text)
    if (found["dollar"] and unit not in ("", "usd", "price")) or (found["sign"] and found["inner"]):
        raise ValueError(_no_number(text, unit))
    if suffix in ("%", "bp", "bps") and unit not in ("", "frac", "bps"):
        raise ValueError(_no_number(text, unit))
    if suffix == "x" and unit not in ("", "x"):
        raise ValueError(_no_number(text, unit))
    mantissa = (found["digits"] or "0") + (found["fraction"] or "")
    digits = mantissa + (found["exponent"] or "")
    shift = _EXPONENTS[suffix] + (_IN_BPS if unit == "bps" and _EXPONENTS[suffix] < 0 else 0)
    # Decimal: 3bps is the float 0.0003, without the dust of a multiplication.
    try:
        value = float(Decimal(digits.replace(",", "").replace("_", "")).scaleb(shift))
    except DecimalException:
        # An exponent beyond what a decimal has.
        raise ValueError(f"{text!r} is too large or too small") from None
    if abs(value) > MOST or (abs(value) < LEAST and mantissa.strip("0._,")):
        raise ValueError(f"{text!r} is too {'large' if abs(value) > MOST else 'small'}")
    return -value if "-" in (found["sign"], found["inner"]) else value


def _has_digits(found: re.Match[str]) -> bool:
    return bool(found["digits"] or (found["fraction"] or ".") != ".")


def _as_time(plain: str, unit: Unit, text: str) -> float:
    if unit not in _SECONDS:
        raise ValueError(_no_number(text, unit))
    try:
        return parse_duration(plain) / _SECONDS[unit]
    except ValueError:
        raise ValueError(_no_number(text, unit)) from None


def _no_number(text: str, unit: Unit) -> str:
    where = f" in {unit}" if unit else ""
    return f"{text!r} is not a number{where}; expected one such as {EXAMPLES}"


def parse_whole(text: str, unit: Unit = "") -> int:
    """A number without a fraction: `40`, `10k`, in hours `7d`."""
    value = parse_number(text, unit)
    if not value.is_integer():
        raise ValueError(f"{text!r} is not a whole number")
    return int(value)


def parse_flag(text: str) -> bool:
    """`true yes on 1`, `false no off 0`."""
    word = text.strip().lower()
    if word in ("true", "yes", "on", "1"):
        return True
    if word in ("false", "no", "off", "0"):
        return False
    raise ValueError(f"{text!r} is neither true nor false")


def parse_side(text: str) -> Literal["buy", "sell"]:
    """`buy BUY long b` or `sell short s`: which way the taker trades."""
    word = text.strip().lower()
    if word in _BUY:
        return "buy"
    if word in _SELL:
        return "sell"
    raise ValueError(f"{text!r} is not a side; expected buy or sell")


def parse_duration(text: str) -> float:
    """`500ms 30s 5m 2h 1d 1h30m` as seconds, above zero."""
    plain = text.strip().lower().replace(" ", "")
    parts = _DURATION.findall(plain)
    if not parts or "".join(number + unit for number, unit in parts) != plain:
        raise ValueError(f"{text!r} is not a duration such as 30s or 5m")
    seconds = sum(float(number) * _DURATION_S[unit] for number, unit in parts)
    if not 0 < seconds < math.inf:
        raise ValueError(f"{text!r} is not above zero")
    return seconds


def parse_time(text: str, now_ns: int) -> int:
    """`+10m`, `14:30` (the next one, UTC), ISO 8601 (UTC unless it says) as ns since the epoch."""
    plain = text.strip()
    if plain.startswith("+"):
        return now_ns + round(parse_duration(plain[1:]) * NS_PER_S)
    clock = _CLOCK.fullmatch(plain)
    try:
        if clock is None:
            return parse_utc(plain)
        hour, minute, second = (int(part or 0) for part in clock.groups())
        now = utc(now_ns)
        moment = now.replace(hour=hour, minute=minute, second=second, microsecond=0)
    except ValueError:
        raise ValueError(
            f"{text!r} is not a time; expected +10m, 14:30 or 2025-10-09T20:33:16, in UTC"
        ) from None
    at_ns = round(moment.timestamp()) * NS_PER_S
    return at_ns if at_ns >= now_ns else at_ns + 86_400 * NS_PER_S


def parse_symbol(text: str) -> str:
    """`btc BTCUSDT BTC-USD BTC-PERP` by the name that venues are compared by: BTC.

    What stands before a colon is a market's home and stays, as in `xyz:GOLD`; so does a quote
    behind one, as in `BTC:USDC`. A name with a multiple in it (1000PEPE) stays: sizes and prices
    that are typed with it would be of other units. A venue behind an @ stays, as in `NEIRO@VENUE`:
    the coin of that name that is traded there.
    """
    text, at, venue = text.partition("@")
    if at:
        return f"{parse_symbol(text)}@{venue.strip().casefold()}"
    home, colon, name = text.strip().rpartition(":")
    if colon and name.upper() in _QUOTES:
        return f"{parse_symbol(home)}:{name.upper()}"
    native = _SEPARATED.fullmatch(name.upper()) or _JOINED.fullmatch(name.upper())
    if native is not None:
        return f"{home}{colon}{parse_symbol(native[1])}"
    return f"{home}{colon}{name.upper() if name.islower() else name}"


def parse_venue(text: str, known: Collection[str]) -> str:
    """A venue by its name in any case, its first letters (three or more), or two that are in it.

    Capitals do not matter; what fits several of the known, or none, stays as it was typed.
    """
    typed = text.strip()
    word = typed.casefold()
    if word in known:
        return word
    if len(word) == 2:
        fits = [name for name in known if name[0] == word[0] and word[1] in name[1:]]
    else:
        fits = [name for name in known if len(word) > 2 and name.startswith(word)]
    return fits[0] if len(fits) == 1 else typed


def parse_list(text: str) -> list[str]:
    """`a,b`, `a b` or `["a","b"]` as texts in their order, each once; `all` and nothing are []."""
    plain = text.strip()
    if plain.startswith("["):
        items = _json(plain)
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise ValueError(f"{text!r} is not a list of names")
    else:
        items = plain.replace(",", " ").split()
    names = list(dict.fromkeys(item.strip() for item in items if item.strip()))
    return [] if [name.lower() for name in names] == ["all"] else names


def parse_map(text: str, unit: Unit = "", everyone: Iterable[str] = ()) -> dict[str, Any]:
    """`NAME=0.0003 OTHER:3bps`, JSON, or one number for `everyone`, as numbers by name.

    A value of JSON that is no text is passed on as it is.
    """
    plain = text.strip()
    if plain.startswith("{"):
        tree = _json(plain)
        return {
            name: parse_number(value, unit) if isinstance(value, str) else value
            for name, value in tree.items()
        }
    names = list(everyone)
    if names and not re.search(r"[=:]", plain):
        return dict.fromkeys(names, parse_number(plain, unit))
    pairs = _PAIR.findall(plain)
    if not pairs or not _covers(pairs, plain):
        raise ValueError(f"{text!r} is no map; expected NAME=number, with commas between several")
    return {name: parse_number(value, unit) for name, value in pairs}


def _covers(pairs: Iterable[tuple[str, str]], plain: str) -> bool:
    """Whether nothing of the text was left out."""
    said = "".join(name + value for name, value in pairs)
    strip = re.compile(r"[\s=:,]")
    return strip.sub("", said) == strip.sub("", plain)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"{text!r} is not JSON") from None
