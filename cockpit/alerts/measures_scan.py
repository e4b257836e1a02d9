"""What a rule about the scan measures: what the best pair of a coin leaves that is not held.

Only pairs that pass every gate count, at the trader's size and hold. While nothing is ranked, or
what was ranked is old, nothing is measured.
"""

from collections.abc import Iterator

from cockpit.alerts.rule import Kind
from cockpit.alerts.states import Reading
from cockpit.core.assets import listed_symbol
from cockpit.state.passing import Passing, PassingPair
from cockpit.state.view import MarketView

SCAN_KINDS: frozenset[Kind] = frozenset({"scan"})


class ScanMeasures:
    """Measures each ranking once a rule."""

    def __init__(self) -> None:
        self._read_ns: dict[str, int | None] = {}
        """Rule -> the ranking that was measured last."""

    def read(self, rule: str, view: MarketView, now_ns: int) -> Iterator[Reading]:
        """A reading for every coin that was ranked: 0 where no pair passes that is not held."""
        passing = view.passing
        if not passing.is_known(now_ns) or self._read_ns.get(rule) == passing.at_ns:
            return
        self._read_ns[rule] = passing.at_ns
        held = _held(view)
        best: dict[str, PassingPair] = {}
        for pair in passing.pairs:
            if not _is_held(pair, held):
                best.setdefault(pair.symbol, pair)
        for symbol in passing.symbols:
            found = best.get(symbol)
            value = 0.0 if found is None else found.net_usd
            yield Reading(
                symbol, None, listed_symbol(symbol), value, _words(symbol, found, passing)
            )


def _words(symbol: str, pair: PassingPair | None, passing: Passing) -> str:
    if pair is None:
        return f"{symbol}: no pair passes every gate that is not held"
    left = f"{'-' if pair.net_usd < 0 else ''}${abs(pair.net_usd):,.2f}"
    return (
        f"{symbol}: long {pair.long_venue}, short {pair.short_venue} leaves {left} "
        f"in {passing.hold_h} h at ${passing.usd:,.0f} a leg, and passes every gate"
    )


def _held(view: MarketView) -> dict[tuple[str, str], float]:
    """(venue, symbol) -> what is held there, over all accounts."""
    held: dict[tuple[str, str], float] = {}
    followed = (position for book in view.accounts() for position in book.positions)
    for position in (*followed, *view.manual()):
        market = position.venue, position.symbol
        held[market] = held.get(market, 0.0) + position.size
    return held


def _is_held(pair: PassingPair, held: dict[tuple[str, str], float]) -> bool:
    """Whether both of its legs are: then it is no news."""
    symbol = listed_symbol(pair.symbol)
    long, short = (held.get((v, symbol), 0.0) for v in (pair.long_venue, pair.short_venue))
    return long > 0 > short
