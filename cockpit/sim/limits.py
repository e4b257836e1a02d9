"""Request limits of a venue's REST, per client, on the machine's own clock.

Every client of the built-in exchange has the same address, so the User-Agent stands in for it.
Real time, not world time: a limit protects a server from a client, and a paused or stepped world
changes nothing about how fast that client asks.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class WeightWindow:
    """A budget of `weight` per `window_s` for each client; exceeding it blocks for `penalty_s`."""

    weight: float
    window_s: float
    penalty_s: float = 0.0
    _began_s: dict[str, float] = field(default_factory=dict)
    _spent: dict[str, float] = field(default_factory=dict)
    _blocked_s: dict[str, float] = field(default_factory=dict)

    def spend(self, client: str, weight: float, now_s: float | None = None) -> bool:
        """Take `weight`; False where the client had nothing left before this request."""
        at_s = time.monotonic() if now_s is None else now_s
        if at_s < self._blocked_s.get(client, at_s):
            return False
        if at_s - self._began_s.get(client, at_s - self.window_s) >= self.window_s:
            self._began_s[client], self._spent[client] = at_s, 0.0
        if self._spent[client] + weight > self.weight:
            self._blocked_s[client] = at_s + self.penalty_s
            return False
        self._spent[client] += weight
        return True

    def charge(self, client: str, weight: float) -> None:
        """Add what an answer turned out to cost, after it was given."""
        if client in self._spent:
            self._spent[client] += weight


def client_of(headers: Mapping[str, str]) -> str:
    """Who asks, as far as a loopback exchange can tell."""
    for name, value in headers.items():
        if name.lower() == "user-agent":
            return value
    return ""
