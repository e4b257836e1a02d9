"""Ranked pairs as columns: what a worker answers in one piece, and a row of it where one is read.

Thousands of rows are a few arrays on their way between two processes; as structs they would hold up
whoever unpacks them.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.calculators.scan.columns import Floats, Ints
from cockpit.calculators.scan.listed import NO_MARKETS, ListedMarkets
from cockpit.calculators.scan.listing import CostBasis, History, Realised, Row, ScanInputs

REALISED: Final = ("d1", "d3", "d7", "d30")
FIGURES: Final = (
    "spread_hourly", "expected_hourly", *REALISED, "sign_share", "sign_h", "half_life_h",
    "cost_bps", "net_usd", "net_apr", "breakeven_h", "odds", "depth_x", "oi_usd", "oi_share",
    "volume_24h_usd", "basis_bps", "basis_low_bps", "basis_high_bps", "long_interval_s",
    "short_interval_s",
)  # fmt: skip
"""Columns of `figures`: the fields of a `Row` that are numbers."""
FITS: Final = ("phi", "mean", "sigma", "level", "formula_usd")
"""Columns of `fits`: what a pair's past says of its run, and what the venues' formulas pay."""
WHOLE: Final = frozenset({"sign_h", "breakeven_h", "long_interval_s", "short_interval_s"})
COST_BASES: Final[tuple[CostBasis, ...]] = get_args(CostBasis)
HISTORIES: Final[tuple[History, ...]] = get_args(History)
NOTHING: Final = -1
"""In a column of places: none."""
Key = tuple[str, str, str]
"""Symbol and the two venues by name: the same pair, whichever of them is long now."""
_PLACE: Final = {name: place for place, name in enumerate(FIGURES)}


class RankedPairs(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """m pairs, best first, at one size and hold. `figures` is (m, n), NaN where not known.

    `symbol`, `long`, `short`, `gate`, `cost_basis` and `history` are places, (m,), in `symbols`,
    `venues`, `gates`, `COST_BASES` and `HISTORIES`; `quote`, (m, 2), of the long and the short
    leg in `quotes`. `is_sound` is False where a leg's own market is
    stale, down or unknown. `fits`, (m, k), are what `renew` goes on from. `listed` are all markets,
    of `renew` none.
    """

    at_ns: int
    inputs: ScanInputs
    symbols: tuple[str, ...]
    venues: tuple[str, ...]
    quotes: tuple[str, ...]
    gates: tuple[str, ...]
    symbol: Ints
    long: Ints
    short: Ints
    quote: Ints
    gate: Ints
    cost_basis: Ints
    history: Ints
    is_sound: NDArray[np.bool_]
    figures: Floats
    fits: Floats
    listed: ListedMarkets = NO_MARKETS

    def __len__(self) -> int:
        return int(self.symbol.size)

    def figure(self, name: str) -> Floats:
        """One of `FIGURES` of all pairs, (m,)."""
        return np.asarray(self.figures[:, _PLACE[name]])

    def value(self, place: int, name: str) -> float | None:
        """One figure of one pair."""
        value = float(self.figures[place, _PLACE[name]])
        return None if value != value else value

    def gate_of(self, place: int) -> str | None:
        at = int(self.gate[place])
        return None if at == NOTHING else self.gates[at]

    def symbol_of(self, place: int) -> str:
        return self.symbols[int(self.symbol[place])]

    def venues_of(self, place: int) -> tuple[str, str]:
        """(long, short)."""
        return self.venues[int(self.long[place])], self.venues[int(self.short[place])]

    def quotes_of(self, place: int) -> tuple[str | None, str | None]:
        """Of the long and of the short leg; None is not known."""
        long, short = self.quote[place].tolist()
        return self._quote(long), self._quote(short)

    def _quote(self, at: int) -> str | None:
        return None if at == NOTHING else self.quotes[at]

    def key(self, place: int) -> Key:
        one, other = sorted(self.venues_of(place))
        return self.symbol_of(place), one, other

    @cached_property
    def best(self) -> NDArray[np.int64]:
        """Places of the best pair of each asset, best first."""
        _, first = np.unique(self.symbol, return_index=True)
        return np.sort(first)

    def row(self, place: int) -> Row:
        fields: dict[str, Any] = {name: self._plain(place, name) for name in FIGURES}
        realised = Realised(**{name: fields.pop(name) for name in REALISED})
        long, short = self.venues_of(place)
        long_quote, short_quote = self.quotes_of(place)
        basis, history = int(self.cost_basis[place]), int(self.history[place])
        return Row(
            symbol=self.symbol_of(place),
            long_venue=long,
            short_venue=short,
            realised=realised,
            history=None if history == NOTHING else HISTORIES[history],
            cost_basis=None if basis == NOTHING else COST_BASES[basis],
            long_quote=long_quote,
            short_quote=short_quote,
            gate=self.gate_of(place),
            **fields,
        )

    def rows(self, places: Sequence[int] | None = None) -> list[Row]:
        """All of them, or those."""
        return [self.row(place) for place in (range(len(self)) if places is None else places)]

    def _plain(self, place: int, name: str) -> float | int | None:
        value = self.value(place, name)
        return int(value) if value is not None and name in WHOLE else value


def places_in(names: Sequence[str | None]) -> tuple[tuple[str, ...], Ints]:
    """The different names in their order, and the place of each entry among them."""
    found: dict[str, int] = {}
    places = [NOTHING if name is None else found.setdefault(name, len(found)) for name in names]
    return tuple(found), np.array(places, dtype=np.int64)
