"""Venues: bytes in, events out.

`REGISTRY` is an explicit list. Packages are imported when a venue is used, so that a command which
needs one venue does not pay for all, and a venue's session when it is to be run: what is known of a
venue beforehand is had without it.
"""

import importlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from cockpit.core.account import Account
from cockpit.core.names import did_you_mean

if TYPE_CHECKING:
    from cockpit.venues.contract import Session, VenueSpec

REGISTRY: dict[str, str] = {
    "hyperliquid": "cockpit.venues.hyperliquid",
    "dydx": "cockpit.venues.dydx",
    "lighter": "cockpit.venues.lighter",
    "bybit": "cockpit.venues.bybit",
    "paradex": "cockpit.venues.paradex",
    "orderly": "cockpit.venues.orderly",
    "nado": "cockpit.venues.nado",
    "extended": "cockpit.venues.extended",
    "grvt": "cockpit.venues.grvt",
    "aster": "cockpit.venues.aster",
}


class Venue(NamedTuple):
    """A registered venue by its two public names."""

    SPEC: "VenueSpec"
    Session: "type[Session]"


def load(name: str) -> Venue:
    """A venue that is to be run. KeyError if it is not registered."""
    module = importlib.import_module(f"{REGISTRY[name]}.session")
    return Venue(spec(name), module.Session)


def spec(name: str) -> "VenueSpec":
    """What is known beforehand of a venue; its session is not imported. KeyError if it is not
    registered."""
    known: VenueSpec = importlib.import_module(REGISTRY[name]).SPEC
    return known


def specs(names: Iterable[str]) -> "dict[str, VenueSpec]":
    """What is known beforehand of each of these; nothing of a venue that is not registered."""
    return {name: spec(name) for name in names if name in REGISTRY}


def account_problem(account: Account) -> str | None:
    """What is wrong with a public address at a venue, in words; None if it can be followed."""
    if account.venue not in REGISTRY:
        return (
            f"unknown venue {account.venue!r}{did_you_mean(account.venue, REGISTRY)}; "
            f"expected one of {', '.join(REGISTRY)}"
        )
    check = spec(account.venue).check_address
    if check is None:
        return f"{account.venue} does not show accounts by public address"
    return check(account.address)
