"""Markets whose books are followed because somebody looks at them, for as long as he does."""

from collections.abc import Iterable, Mapping
from typing import Final

from cockpit.core.units import NS_PER_S

LEASE_S: Final = 30.0
Market = tuple[str, str]
"""(venue, symbol)."""


class Leases:
    """Each market until `LEASE_S` after it was last asked for."""

    def __init__(self) -> None:
        self._until_ns: dict[Market, int] = {}

    def take(self, markets: Iterable[Market], now_ns: int) -> bool:
        """Ask for these from now on; whether others are followed than before."""
        before = self._until_ns.keys() | set()
        until_ns = now_ns + round(LEASE_S * NS_PER_S)
        self._until_ns |= dict.fromkeys(markets, until_ns)
        self.expire(now_ns)
        return self._until_ns.keys() != before

    def expire(self, now_ns: int) -> bool:
        """Let go of what nobody asked for lately; whether there was any."""
        kept = {market: until for market, until in self._until_ns.items() if until > now_ns}
        is_less = len(kept) < len(self._until_ns)
        self._until_ns = kept
        return is_less

    def by_venue(self) -> Mapping[str, frozenset[str]]:
        """Venue -> symbols that are followed there."""
        found: dict[str, set[str]] = {}
        for venue, symbol in self._until_ns:
            found.setdefault(venue, set()).add(symbol)
        return {venue: frozenset(symbols) for venue, symbols in found.items()}
