"""Query parameters of Bybit's REST: read, or refused with a `retCode`.

Source: https://bybit-exchange.github.io/docs/v5/error.
"""

from collections.abc import Mapping

from cockpit.sim.faces.bybit import messages as wire
from cockpit.sim.faces.bybit.messages import Contract
from cockpit.sim.world.contract import VenueWorld

Query = Mapping[str, str]

CATEGORIES = frozenset({"spot", "linear", "inverse", "option"})
PARAMETER_ERROR = 10001


class Refused(Exception):
    """A request that the venue answers with a `retCode`."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(name: str) -> Refused:
    return Refused(PARAMETER_ERROR, f"params error: {name} invalid")


def unknown_symbol(symbol: str) -> Refused:
    return Refused(PARAMETER_ERROR, f"params error: symbol invalid {symbol}".rstrip())


def category_of(query: Query) -> str:
    category = query.get("category", "")
    if category not in CATEGORIES:
        raise Refused(PARAMETER_ERROR, "Illegal category")
    return category


def contract_of(world: VenueWorld, query: Query) -> Contract:
    """The contract that a request must name."""
    category = category_of(query)
    contract = wire.contracts(world).get(query.get("symbol", ""))
    if contract is None or category != "linear":
        raise unknown_symbol(query.get("symbol", ""))
    return contract


def number_of(query: Query, name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or len(text) > 18:
        raise invalid(name)
    return int(text)


def limit_of(query: Query, default: int, largest: int) -> int:
    """A limit outside its bounds counts as the nearest one inside."""
    return max(1, min(largest, number_of(query, "limit", default)))
