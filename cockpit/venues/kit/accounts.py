"""Followed accounts: how each stands, and reading them in turn."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cockpit.core.account import normal_address
from cockpit.core.events import AccountState, Reject
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Output
from cockpit.venues.kit.account_ledger import Ledger, Parts, failure
from cockpit.venues.kit.parts import OverHttp
from cockpit.venues.kit.polling import Rota


class UnreadableError(ValueError):
    """A figure without which an account is not whole, in words."""


@dataclass(slots=True, eq=False)
class Followed:
    """One account; what a venue itself remembers of one stands in a class made of this.

    `ledger` knows what was told of it, and outlives every link. `read_ns` is when all of it was
    read; None before that, once that is too long ago, and where the venue would not say.
    """

    ledger: Ledger
    read_ns: int | None = None

    def read(self, at_ns: int, *, is_flat: bool) -> list[AccountState]:
        """All of it was read; to be said after its positions and its margin."""
        self.read_ns = at_ns
        return list(self.ledger.state("flat" if is_flat else "read", at_ns))

    def reading(self, at_ns: int, parts: Parts) -> list[AccountState]:
        """Some of its parts have answered; said until all of it was read once."""
        if self.ledger.is_known:
            return []
        reason = f"reading {parts[0]} of {parts[1]}"
        return list(self.ledger.state("waiting", at_ns, reason, parts))

    def unknown(self, at_ns: int, reason: str) -> list[AccountState]:
        """The venue has no such account."""
        self.read_ns = None
        return list(self.ledger.missing(at_ns, reason))


F = TypeVar("F", bound=Followed)


class Accounts(OverHttp, Generic[F]):
    """The wanted addresses. `rota` asks about each; a reply's key is the address.

    `follow` makes what is remembered of one, which goes when it is wanted no longer. An account
    whose last whole reading is older than `stale_s`, or than two rounds of `rota` where many take
    longer, is said to be not read: what was stated of it is old, and half of it may have changed.
    """

    def __init__(
        self, venue: str, rota: Rota[Any], follow: Callable[[Ledger], F], *, stale_s: float
    ) -> None:
        self.followed: dict[str, F] = {}
        self._venue = venue
        self._rota = rota
        self._follow = follow
        self._stale_s = stale_s

    def want(self, addresses: Iterable[str], at_ns: int) -> Sequence[Output]:
        """Follow exactly these; one that is wanted again is as it was never read."""
        self.followed = {
            address: self.followed.get(address) or self._follow(Ledger(self._venue, address))
            for address in map(normal_address, addresses)
        }
        return self._rota.want(self.followed, at_ns)

    def tick(self, at_ns: int) -> Sequence[Output]:
        out, stale_s = list[Output](), max(self._stale_s, 2 * self._rota.timing.period_s)
        for followed in self.followed.values():
            read_ns = followed.read_ns
            if read_ns is not None and at_ns - read_ns >= stale_s * NS_PER_S:
                followed.read_ns = None
                out += followed.ledger.state("failed", at_ns, f"not read for {stale_s:g} s")
        return [*out, *self._rota.tick(at_ns)]

    def rejected(self, address: str, told: Reject) -> list[Output]:
        """A reading made no sense, or a figure is missing without which it is not whole."""
        return [told, *self.refused(address, told.recv_ns, told.reason)]

    def refused(self, address: str, at_ns: int, problem: str) -> list[AccountState]:
        """A reading failed. Said at once where nothing fresh stands, else when that is stale."""
        followed = self.followed.get(address)
        if followed is None or followed.read_ns is not None:
            return []
        words = failure(problem, self._rota.timing.retry_s)
        return list(followed.ledger.state("failed", at_ns, words))
