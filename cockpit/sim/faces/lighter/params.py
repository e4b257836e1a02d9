"""Query parameters of Lighter's REST: parsed, or refused in the venue's words."""

from collections.abc import Mapping

from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.sim.world.contract import MarketState, VenueWorld

Query = Mapping[str, str]

ALL_MARKETS = 255
LARGEST_TIMESTAMP = 5_000_000_000_000
MOST_DIGITS = 19
FIRST_MILLISECONDS = 100_000_000_000
"""The requests take seconds and milliseconds; no second of this century is as large as this."""


class Refused(Exception):
    """An answer with HTTP 400."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(name: str) -> Refused:
    return Refused(20001, f"invalid param : {name}")


def is_whole(text: str) -> bool:
    """Whether this is a whole number that any field of the venue could hold."""
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def whole(query: Query, name: str, default: int | None = None) -> int:
    """A whole number; refused when malformed, or missing without a default."""
    text = query.get(name)
    if text is None and default is not None:
        return default
    if text is None or not is_whole(text):
        raise invalid(name)
    return int(text)


def limited(query: Query, most: int, default: int) -> int:
    """`limit`, from 1 to `most`."""
    limit = whole(query, "limit", default)
    if not 1 <= limit <= most:
        raise invalid("limit")
    return limit


def choice(query: Query, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    value = query.get(name, default)
    if value is None or value not in allowed:
        raise invalid(name)
    return value


def moment_ns(query: Query, name: str) -> int:
    value = whole(query, name)
    if value > LARGEST_TIMESTAMP:
        raise invalid(name)
    return value * (NS_PER_MS if value >= FIRST_MILLISECONDS else NS_PER_S)


def market(world: VenueWorld, query: Query) -> MarketState:
    """The market of `market_id`."""
    wanted = whole(query, "market_id")
    for state in world.markets.values():
        if state.listing.market_id == wanted:
            return state
    raise invalid("market_id")


def markets(world: VenueWorld, query: Query) -> list[MarketState]:
    """The market of `market_id`, or all without one."""
    if whole(query, "market_id", ALL_MARKETS) == ALL_MARKETS:
        return list(world.markets.values())
    return [market(world, query)]
