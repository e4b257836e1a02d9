"""The eight workspaces: which panes each shows, where, and in which order `tab` walks them."""

from collections.abc import Mapping
from dataclasses import dataclass

from cockpit.ui.layout.geometry import (
    Box,
    Cells,
    Node,
    PerVenue,
    Share,
    arrange,
    column,
    row,
    shape_of,
)
from cockpit.ui.layout.lazy_panes import LazyPane, Pane
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.ui_state import UiState

PANES: Mapping[str, Pane] = {
    "funding": LazyPane("markets.heatmap"),
    "curves": LazyPane("markets.curves"),
    "depth": LazyPane("depth.ladders"),
    "interest": LazyPane("markets.interest"),
    "health": LazyPane("markets.health"),
    "log": LazyPane("health.log"),
    "merged": LazyPane("depth.merged"),
    "liquidity": LazyPane("depth.liquidity"),
    "costs": LazyPane("depth.costs"),
    "depth_chart": LazyPane("depth.depth_chart"),
    "depth_history": LazyPane("depth.depth_history"),
    "terms": LazyPane("funding.terms"),
    "term_plot": LazyPane("funding.term_plot"),
    "premium": LazyPane("funding.premium"),
    "spreads": LazyPane("funding.spreads"),
    "pair": LazyPane("funding.pair"),
    "outlook": LazyPane("funding.outlook"),
    "scores": LazyPane("funding.scores"),
    "alerts": LazyPane("markets.alerts"),
    "positions": LazyPane("positions.positions"),
    "exposure": LazyPane("positions.exposure"),
    "margins": LazyPane("positions.margins"),
    "carry_spark": LazyPane("positions.carry_spark"),
    "exposure_history": LazyPane("positions.exposure_history"),
    "form": LazyPane("plan.form"),
    "result": LazyPane("plan.result"),
    "picture": LazyPane("plan.picture"),
    "legs": LazyPane("plan.legs"),
    "plans": LazyPane("plan.plans"),
    "stress_form": LazyPane("stress.stress_form"),
    "stress": LazyPane("stress.stress"),
    "histogram": LazyPane("stress.histogram"),
    "links": LazyPane("health.links"),
    "pulse": LazyPane("health.pulse"),
    "trouble": LazyPane("health.trouble"),
    "program": LazyPane("health.program"),
    "scan": LazyPane("scan.ranking"),
    "scan_pair": LazyPane("scan.pair"),
}
"""Every pane by the id under which layouts and focus know it. Workspaces may share one."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """`digit` is its key, `name` stands in the status bar. The first pane is focused at first.

    `wide_loud` and `normal_loud` are how it stands while alerts fire that nobody has seen.
    """

    digit: str
    id: str
    name: str
    panes: tuple[str, ...]
    wide: Node
    normal: Node
    wide_loud: Node | None = None
    normal_loud: Node | None = None

    def tree(self, shape: str, *, is_loud: bool) -> Node:
        """How its panes stand in a shape of the terminal."""
        quiet, loud = (
            (self.wide, self.wide_loud) if shape == "wide" else (self.normal, self.normal_loud)
        )
        return loud if is_loud and loud is not None else quiet


_MARKETS_TOP = (
    (Share(1), row((PerVenue(74, 12), "funding"), (Share(1), "curves"))),
    (Share(0.85), row((Share(2), "depth"), (Share(1, 60), "interest"))),
)
_MARKETS_GRID = row(
    (PerVenue(20, 9), column((Share(1), "funding"), (PerVenue(3, most=6), "interest"))),
    (Share(1), column((Share(1), "curves"), (Share(1), "depth"))),
)
MARKETS = Workspace(
    "1", "markets", "MARKETS",
    ("funding", "curves", "depth", "interest", "health", "alerts"),
    wide=column(
        *_MARKETS_TOP,
        (PerVenue(4), row((Share(1), "health"), (Share(1), "alerts"))),
    ),
    normal=column(
        (Share(1), _MARKETS_GRID),
        (PerVenue(3, most=5), row((Share(3), "health"), (Share(2), "alerts"))),
    ),
    wide_loud=column(
        *_MARKETS_TOP,
        (PerVenue(4), row((Share(1, 70), "health"), (Share(1.8), "alerts"))),
    ),
    normal_loud=column(
        (Share(1), _MARKETS_GRID),
        (PerVenue(3, most=8), row((Share(1, 44), "health"), (Share(2), "alerts"))),
    ),
)  # fmt: skip

DEPTH = Workspace(
    "2", "depth", "DEPTH",
    ("depth", "merged", "liquidity", "costs", "depth_chart", "depth_history"),
    wide=column(
        (Share(1), "depth"),
        (PerVenue(3), row((Share(1.05), "liquidity"), (Share(1), "costs"))),
        (Share(1.1), row(
            (Share(1), "depth_chart"), (Share(1), "depth_history"), (Cells(56), "merged"),
        )),
    ),
    normal=column(
        (Share(1.2), row((Share(1), "depth"), (Cells(44), "merged"))),
        (PerVenue(3, most=6), row((Share(1.5), "liquidity"), (Share(1), "depth_history"))),
        (Share(0.8, 8), row((Cells(74), "costs"), (Share(1), "depth_chart"))),
    ),
)  # fmt: skip

FUNDING = Workspace(
    "3", "funding", "FUNDING",
    ("terms", "spreads", "pair", "term_plot", "curves", "premium", "outlook", "scores"),
    wide=row(
        (Share(1.15, 108), column(
            (PerVenue(4), "terms"), (Share(1), "term_plot"), (PerVenue(3), "outlook"),
            (PerVenue(3), "premium"),
        )),
        (Share(1), column(
            (PerVenue(4), "spreads"), (Share(1.1), "pair"), (Share(1), "curves"),
            (PerVenue(3, most=8), "scores"),
        )),
    ),
    normal=column(
        (PerVenue(4, most=7), "terms"),
        (Share(1, 7), row((Share(1.2), "pair"), (Share(1), "curves"), (Share(0.8), "term_plot"))),
        (PerVenue(3, most=7), row((Share(1), "outlook"), (Share(1), "scores"))),
        (PerVenue(3, most=7), row((Share(1), "spreads"), (Share(1.1), "premium"))),
    ),
)  # fmt: skip

HEALTH = Workspace(
    "7", "health", "HEALTH",
    ("links", "pulse", "trouble", "program", "log"),
    wide=column(
        (PerVenue(9), "links"),
        (Share(1), "pulse"),
        (Share(1), row(
            (Share(1), column((Share(1), "trouble"), (Share(1.5), "log"))),
            (Share(0.5, 60), "program"),
        )),
    ),
    normal=column(
        (PerVenue(6), "links"),
        (PerVenue(3, most=6), "pulse"),
        (Share(1), row(
            (Share(1), column((Share(1), "trouble"), (Share(1), "log"))),
            (Share(0.7, 46), "program"),
        )),
    ),
)  # fmt: skip

POSITIONS = Workspace(
    "4", "positions", "POSITIONS",
    ("positions", "exposure", "margins", "carry_spark", "exposure_history"),
    wide=column(
        (Share(1.25), "positions"),
        (Cells(13), row(
            (Share(1, 62), "exposure"), (Share(1, 62), "margins"), (Cells(64), "carry_spark"),
        )),
        (Share(0.75, 12), "exposure_history"),
    ),
    normal=column(
        (Share(1), "positions"),
        (Cells(11), row((Share(1), "exposure"), (Share(1), "margins"))),
        (Cells(10), row((Share(1), "carry_spark"), (Share(1), "exposure_history"))),
    ),
)  # fmt: skip
PLAN = Workspace(
    "5", "plan", "PLAN",
    ("form", "result", "picture", "legs", "plans"),
    wide=row(
        (Cells(74), column((Share(1), "form"), (Share(0.35, 8), "plans"))),
        (Share(1), column(
            (Share(1.2), "result"), (Share(1), "picture"), (Share(0.5, 6), "legs"),
        )),
    ),
    normal=row(
        (Cells(54), column((Share(1), "form"), (Cells(8), "plans"))),
        (Share(1), column((Share(1.1), "result"), (Share(1), "picture"), (Cells(9), "legs"))),
    ),
)  # fmt: skip

STRESS = Workspace(
    "6", "stress", "STRESS",
    ("stress_form", "stress", "histogram"),
    wide=row(
        (Cells(74), "stress_form"),
        (Share(1), column((Share(2), "stress"), (Share(1), "histogram"))),
    ),
    normal=row(
        (Cells(52), "stress_form"),
        (Share(1), column((Share(1.3), "stress"), (Share(1), "histogram"))),
    ),
)  # fmt: skip

SCAN = Workspace(
    "8", "scan", "SCAN",
    ("scan", "scan_pair"),
    wide=column((Share(1), "scan"), (Cells(10), "scan_pair")),
    normal=column((Share(1), "scan"), (Cells(10), "scan_pair")),
)  # fmt: skip

WORKSPACES: tuple[Workspace, ...] = (
    MARKETS, DEPTH, FUNDING, POSITIONS, PLAN, STRESS, HEALTH, SCAN,
)  # fmt: skip


def workspace_of(ui: UiState) -> Workspace:
    """The workspace on the screen; the first where the state names none that exists."""
    return next((w for w in WORKSPACES if w.id == ui.workspace), WORKSPACES[0])


def boxes(
    readings: Readings, width: int, height: int, shape: str, *, kept: int = 0
) -> dict[str, Box]:
    """The visible panes of the workspace at a size of the terminal; `kept` rows above the key line
    stay free. They do not change how the panes stand."""
    ui = readings.ui
    workspace = workspace_of(ui)
    wanted = shape_of(width, height, shape)
    tree = workspace.tree(wanted, is_loud=ui.alerts.loud() > 0)
    focus = ui.focus if ui.focus in workspace.panes else workspace.panes[0]
    alone = focus if wanted == "narrow" or workspace.id in ui.zoomed else None
    venues = max(1, len(readings.venues))
    return arrange(tree, width, height - kept, alone=alone, venues=venues)


def show(ui: UiState, workspace_id: str) -> None:
    """Turn to a workspace; the cursor, the focus and the zoom of each stay as they were."""
    ui.workspace = workspace_id
    workspace = workspace_of(ui)
    if ui.focus not in workspace.panes:
        ui.focus = workspace.panes[0]


def zoom(ui: UiState) -> None:
    """The focused pane alone, and back."""
    ui.zoomed ^= {workspace_of(ui).id}


def walk(ui: UiState, step: int) -> None:
    """The next (+1) or previous (-1) pane, also through those that this size does not show."""
    panes = workspace_of(ui).panes
    here = panes.index(ui.focus) if ui.focus in panes else 0
    ui.focus = panes[(here + step) % len(panes)]
