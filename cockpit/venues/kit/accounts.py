"""Followed accounts: how each stands, and reading them in turn."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cockpit.core.events import AccountState, Reject
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Output
from cockpit.venues.kit.account_ledger import Ledger, Parts, failure
from cockpit.venues.kit.parts import OverHttp
from cockpit.venues.kit.polling import Rota


class UnreadableError(Exception):
    """A figure without which an account is not whole, in words."""


class Standing(enum.Enum):
    """`NOT_READ` yet; `FRESH`; `STALE`, read once and too long ago; `UNKNOWN` to the venue;
    `REFUSED`, the venue would not say."""

    NOT_READ = enum.auto()
    FRESH = enum.auto()
    STALE = enum.auto()
    UNKNOWN = enum.auto()
    REFUSED = enum.auto()


@dataclass(slots=True, eq=False)
class Followed:
    """One account. `ledger` knows what was told of it, and outlives every link."""

    ledger: Ledger
    standing: Standing = Standing.NOT_READ
    read_ns: int = 0


class Accounts(OverHttp):
    """The wanted addresses. `rota` asks about each; a reply's key is the address.

    An account whose last whole reading is older than `stale_s` is said to be not read: what was
    stated of it is old, and half of it may have changed.
    """

    def __init__(self, venue: str, rota: Rota[Any], *, retry_s: float, stale_s: float) -> None:
        self.followed: dict[str, Followed] = {}
        self._venue = venue
        self._rota = rota
        self._retry_s = retry_s
        self._stale_ns = round(stale_s * NS_PER_S)

    def want(self, addresses: Iterable[str], at_ns: int) -> Sequence[Output]:
        """Follow exactly these; one that is wanted again is as it was never read."""
        self.followed = {
            address: self.followed.get(address) or Followed(Ledger(self._venue, address))
            for address in addresses
        }
        return self._rota.want(self.followed, at_ns)

    def tick(self, at_ns: int) -> Sequence[Output]:
        out: list[Output] = []
        for followed in self.followed.values():
            is_old = at_ns - followed.read_ns >= self._stale_ns
            if followed.standing is Standing.FRESH and is_old:
                followed.standing = Standing.STALE
                seconds = self._stale_ns // NS_PER_S
                out += followed.ledger.state("failed", at_ns, f"not read for {seconds} s")
        return [*out, *self._rota.tick(at_ns)]

    def read(self, address: str, at_ns: int, *, is_flat: bool) -> list[AccountState]:
        """All of an account was read; to be said after its positions and its margin."""
        followed = self.followed.get(address)
        if followed is None:
            return []
        followed.standing, followed.read_ns = Standing.FRESH, at_ns
        return list(followed.ledger.state("flat" if is_flat else "read", at_ns))

    def reading(self, address: str, at_ns: int, parts: Parts) -> list[AccountState]:
        """Some of an account's parts have answered; said until all of it was read once."""
        followed = self.followed.get(address)
        if followed is None or followed.ledger.is_known:
            return []
        reason = f"reading {parts[0]} of {parts[1]}"
        return list(followed.ledger.state("waiting", at_ns, reason, parts))

    def unknown(self, address: str, at_ns: int, reason: str) -> list[AccountState]:
        """The venue has no such account."""
        followed = self.followed.get(address)
        if followed is None:
            return []
        followed.standing = Standing.UNKNOWN
        return list(followed.ledger.missing(at_ns, reason))

    def rejected(self, address: str, told: Reject) -> list[Output]:
        """A reading made no sense, or a figure is missing without which it is not whole."""
        return [told, *self.refused(address, told.recv_ns, told.reason)]

    def refused(self, address: str, at_ns: int, problem: str) -> list[AccountState]:
        """A reading failed. Said at once where nothing fresh stands, else when that is stale."""
        followed = self.followed.get(address)
        if followed is None or followed.standing is Standing.FRESH:
            return []
        followed.standing = Standing.REFUSED
        return list(followed.ledger.state("failed", at_ns, failure(problem, self._retry_s)))
