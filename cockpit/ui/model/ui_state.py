"""Where the trader is looking, and how he wants it shown.

What a key may change is a plain field here, so keys only set fields and panes only read them.
"""

from dataclasses import dataclass, field
from typing import Literal, get_args

from cockpit.desk.contract import ReadSpan
from cockpit.ui.model.alert_list import AlertList
from cockpit.ui.model.calculator_form import Forms
from cockpit.ui.model.past import Back
from cockpit.ui.model.plan_list import PlanList
from cockpit.ui.model.position_selection import PositionSelection
from cockpit.ui.model.rule_list import RuleList
from cockpit.ui.model.scan_state import ScanState
from cockpit.ui.model.table import TableCursor
from cockpit.ui.model.trade_selection import TradeSelection

CellMode = Literal[
    "live", "predicted", "change_1h", "change_8h", "next", "age", "oi", "z",
    "expected_8h", "p_flip",
]  # fmt: skip
CELL_MODES: tuple[CellMode, ...] = get_args(CellMode)
"""What a cell of the funding heatmap says; its colour is that of what it says."""

Unit = Literal["hour", "8h", "day", "apr"]
UNITS: tuple[Unit, ...] = get_args(Unit)
"""How a funding rate is written."""

Tenor = Literal["30d", "7d", "24h", "8h", "1h", "live", "predicted", "next_8h", "next_24h"]
TENORS: tuple[Tenor, ...] = get_args(Tenor)
"""Points of a funding curve, from the past to the future."""

BooksView = Literal["auto", "ladders", "lines"]
"""Books side by side, or a line a venue; auto: by how many ladders have room."""

SORTS = ("listed", "name", "rate", "spread")
"""What rows may be sorted by, besides one venue's rate by the venue's name."""

SIZES_USD = (10_000.0, 50_000.0, 100_000.0, 500_000.0, 1_000_000.0)
"""What costs are quoted for; the trader's own size comes beside them."""


@dataclass(slots=True)
class UiState:
    """Cursor and preferences: read by every pane, written by keys alone."""

    workspace: str = "markets"
    focuses: dict[str, str] = field(default_factory=dict)
    """Workspace -> its focused pane; kept while the trader looks elsewhere."""
    zoomed: set[str] = field(default_factory=set)
    """Workspaces whose focused pane fills the screen."""
    came_from: str = ""
    """The workspace to go back to."""
    count: str = ""
    """Digits typed before a key that takes a count."""
    unknown_keys: set[str] = field(default_factory=set)
    """Keys that mean nothing, of which the trader was told."""
    frozen: bool = False
    past: Back = field(default_factory=Back)

    symbol_index: int = 0
    venue_index: int = 0
    pinned: tuple[str, ...] = ()
    """Up to two venues that the trader compares: (short, long)."""
    filter: str = ""
    order: tuple[str, ...] = ()
    """Rows of the heatmap as last sorted; empty: as listed in the config."""
    sort: str = "listed"
    ascending: bool = False
    forms: Forms = field(default_factory=Forms)
    plans: PlanList = field(default_factory=PlanList)
    positions: PositionSelection = field(default_factory=PositionSelection)
    trades: TradeSelection = field(default_factory=TradeSelection)
    alerts: AlertList = field(default_factory=AlertList)
    rules: RuleList = field(default_factory=RuleList)
    scan: ScanState = field(default_factory=ScanState)
    pair_row: int = 0
    """The row of the cursor in the matrix of spreads; its column is the cursor's venue."""
    pairs: TableCursor = field(default_factory=TableCursor)
    """The cursor where there are too many venues for a matrix."""
    jump_row: int = 0
    """The cursor among the jumps of exposure, newest first."""

    cell: CellMode = "live"
    unit: Unit = "apr"
    tenor: Tenor = "8h"
    books: BooksView = "auto"
    has_score_figures: bool = False
    """The scoreboard in figures, where words and figures have no room beside each other."""
    span_h: int = 7 * 24
    """How much past the plots show."""
    span_asked: ReadSpan | None = None
    size_usd: float = 100_000.0
    band_usd: float = 1_000.0
    """A net position of one asset that still counts as hedged."""
    layout: str = "auto"

    @property
    def focus(self) -> str:
        """The pane that the trader looks at in this workspace; empty before one was chosen."""
        return self.focuses.get(self.workspace, "")

    @focus.setter
    def focus(self, pane: str) -> None:
        self.focuses[self.workspace] = pane
