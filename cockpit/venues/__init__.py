"""Venues: bytes in, events out.

`REGISTRY` is an explicit list. Modules are imported when a venue is used, so that a command which
needs one venue does not pay for all.
"""

import importlib
from collections.abc import Iterable
from types import ModuleType
from typing import TYPE_CHECKING

from cockpit.core.account import Account
from cockpit.core.names import did_you_mean

if TYPE_CHECKING:
    from cockpit.venues.contract import VenueSpec

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


def load(name: str) -> ModuleType:
    """The module of a registered venue, with its `SPEC` and `Session`. KeyError if unknown."""
    return importlib.import_module(REGISTRY[name])


def specs(names: Iterable[str]) -> "dict[str, VenueSpec]":
    """What is known beforehand of each of these; nothing of a venue that is not registered."""
    return {name: load(name).SPEC for name in names if name in REGISTRY}


def account_problem(account: Account) -> str | None:
    """What is wrong with a public address at a venue, in words; None if it can be followed."""
    if account.venue not in REGISTRY:
        return (
            f"unknown venue {account.venue!r}{did_you_mean(account.venue, REGISTRY)}; "
            f"expected one of {', '.join(REGISTRY)}"
        )
    check = load(account.venue).SPEC.check_address
    if check is None:
        return f"{account.venue} does not show accounts by public address"
    problem: str | None = check(account.address)
    return problem
