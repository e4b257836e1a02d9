"""Where the trader stands in the scan, and which rows he wants to see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cockpit.ui.model.table import TableCursor

if TYPE_CHECKING:
    from cockpit.calculators.scan.ranked import RankedPairs

SPANS = ("now", "1 d", "3 d", "7 d", "30 d")
"""What the rates of coins are of: of now, or means of what was paid."""
HOLDS_H = (8, 24, 72, 168, 720)
"""How long pairs are thought to be held, as a key steps through them."""
Key = tuple[str, str, str]
"""Symbol and the two venues by name."""


def _at_net() -> TableCursor:
    return TableCursor(column="net")


def _at_coin() -> TableCursor:
    return TableCursor(column="coin")


@dataclass(slots=True)
class ScanState:
    """`asset` is the coin of which all pairs are shown; empty: the best pair of each.

    `shows_coins`: rates of each coin at every venue in place of its best pair; `coins` is the
    cursor there, and `span` what its rates are of. `before` is the cursor to go back to from the
    pairs of one coin. `passing_ns` maps a pair that passes every gate to since when, 0 where that
    was so from the beginning. `renewed` has the pairs in view with the figures of now, each at a
    place in a ranking of a few.
    """

    cursor: TableCursor = field(default_factory=_at_net)
    hold_h: int = 24
    hides_failing: bool = False
    where: str = ""
    asset: str = ""
    shows_coins: bool = False
    coins: TableCursor = field(default_factory=_at_coin)
    span: str = SPANS[0]
    before: TableCursor | None = None
    passing_ns: dict[Key, int] = field(default_factory=dict)
    renewed: "Mapping[Key, tuple[RankedPairs, int]]" = field(default_factory=dict)

    @property
    def is_of_coins(self) -> bool:
        """Whether rows are coins; one that is opened shows its pairs."""
        return self.shows_coins and not self.asset
