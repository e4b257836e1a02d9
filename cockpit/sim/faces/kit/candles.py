"""Candles as venues ask for them: the names of lengths, and a span from a request."""

import re

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.kit.parameters import Parameters
from cockpit.sim.world.contract import MarketState
from cockpit.sim.world.past_prices import Candle, candles

NAME = re.compile(r"(PT?|CI_)?([0-9]{1,3})_?([mhdwMHDW])(INS?|OURS?|AYS?)?")
UNITS_S = {"M": 60, "H": 3600, "D": 86_400, "W": 604_800}


def length_s(name: str) -> int | None:
    """Seconds of "5m", "5MINS", "PT5M" or "CI_5_M"; None of "1M", a month, and of nonsense."""
    found = NAME.fullmatch(name)
    if found is None or (found[3] == "M" and not (found[1] or found[4])):
        return None
    return int(found[2]) * UNITS_S[found[3].upper()] or None


def asked_candles(
    state: MarketState,
    asked: Parameters,
    now_ns: int,
    *,
    interval_s: int | None = None,
    begin: str = "startTime",
    end: str = "endTime",
    limit: int = 500,
    most: int = 1000,
    unit_ns: int = NS_PER_MS,
) -> list[Candle]:
    """Oldest first, of a span whose bounds have these names and this unit.

    Without `interval_s` the request names the length. `limit` is how many rows there are where it
    does not say.
    """
    interval_s = interval_s or length_s(asked.text("interval"))
    if interval_s is None:
        raise asked.refusal("interval")
    begin_ns = asked.moment_ns(begin, 0, unit_ns) if begin in asked else None
    end_ns = asked.moment_ns(end, 0, unit_ns) if end in asked else None
    return candles(state, interval_s, now_ns, begin_ns, end_ns, asked.limit(limit, most))


def running(state: MarketState, interval_s: int, now_ns: int) -> Candle | None:
    """The candle of now; None in a market without prices."""
    found = candles(state, interval_s, now_ns, most=1)
    return found[0] if found else None
