"""Where panes go: they cover the body exactly, at any size, for any number of venues."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.ui.layout.geometry import (
    Box,
    Cells,
    PerVenue,
    Share,
    clear_of,
    column,
    place,
    row,
    shape_of,
)
from cockpit.ui.layout.workspaces import WORKSPACES, boxes, show, walk, zoom
from tests.ui import scenes


def cover(places: dict[str, Box], body: Box) -> None:
    """Every cell of the body belongs to exactly one pane."""
    seen: set[tuple[int, int]] = set()
    for box in places.values():
        cells = {
            (x, y)
            for x in range(box.x, box.x + box.width)
            for y in range(box.y, box.y + box.height)
        }
        assert not seen & cells
        seen |= cells
    assert len(seen) == body.width * body.height


@pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda w: w.id)
@settings(max_examples=25, deadline=None)
@given(width=st.integers(20, 260), height=st.integers(6, 80), venues=st.integers(1, 14))
def test_panes_tile_the_body_without_gap_or_overlap(workspace, width, height, venues) -> None:
    body = Box(0, 1, width, height - 2)
    for tree in (workspace.wide, workspace.normal):
        cover(place(tree, body, venues), body)


def test_fixed_sizes_are_kept_and_shares_take_the_rest() -> None:
    tree = row((Cells(10), "a"), (Share(1), "b"), (Share(3), "c"))
    assert [box.width for box in place(tree, Box(0, 0, 50, 5)).values()] == [10, 10, 30]


def test_a_table_of_venues_grows_with_them() -> None:
    tree = column((PerVenue(3), "table"), (Share(1), "rest"))
    assert place(tree, Box(0, 0, 80, 40), venues=4)["table"].height == 7
    assert place(tree, Box(0, 0, 80, 40), venues=10)["table"].height == 13


def test_small_terminals_show_one_pane_and_never_refuse() -> None:
    scene = scenes.live()
    for width, height in ((80, 24), (60, 15), (20, 5), (4, 3)):
        places = boxes(scene, width, height, "auto")
        assert list(places) == ["funding"]
        assert places["funding"].width == width


def test_large_terminals_show_every_pane_of_the_workspace() -> None:
    scene = scenes.live()
    for workspace in WORKSPACES:
        show(scene.ui, workspace.id)
        for width, height in ((200, 60), (120, 40), (100, 30)):
            assert set(boxes(scene, width, height, "auto")) == set(workspace.panes)


@pytest.mark.parametrize(
    ("size", "shape"),
    [((200, 60), "wide"), ((160, 45), "wide"), ((159, 60), "normal"), ((120, 40), "normal"),
     ((99, 60), "narrow"), ((120, 29), "narrow")],
)  # fmt: skip
def test_the_shape_follows_the_size_unless_it_is_configured(size, shape) -> None:
    assert shape_of(*size, "auto") == shape
    assert shape_of(*size, "wide") == "wide"


def test_turning_to_another_workspace_keeps_focus_and_zoom_of_each() -> None:
    scene = scenes.live()
    show(scene.ui, "markets")
    walk(scene.ui, 1)
    zoom(scene.ui)
    assert list(boxes(scene, 200, 60, "auto")) == ["curves"]
    show(scene.ui, "depth")
    assert len(boxes(scene, 200, 60, "auto")) == 6
    show(scene.ui, "markets")
    assert scene.ui.focus == "curves"
    assert list(boxes(scene, 200, 60, "auto")) == ["curves"]
    zoom(scene.ui)
    assert len(boxes(scene, 200, 60, "auto")) == 6


def test_tab_walks_all_panes_and_comes_back() -> None:
    scene = scenes.live()
    for workspace in WORKSPACES:
        show(scene.ui, workspace.id)
        first = scene.ui.focus
        seen = []
        for _ in workspace.panes:
            seen.append(scene.ui.focus)
            walk(scene.ui, 1)
        assert set(seen) == set(workspace.panes)
        assert scene.ui.focus == first
        walk(scene.ui, -1)
        assert scene.ui.focus == seen[-1]


def test_every_workspace_has_its_own_digit_and_name() -> None:
    assert [workspace.digit for workspace in WORKSPACES] == list("12345678")
    assert [workspace.name for workspace in WORKSPACES] == [
        "MARKETS", "DEPTH", "FUNDING", "POSITIONS", "PLAN", "STRESS", "HEALTH",
        "SCAN",
    ]  # fmt: skip


def test_a_box_moves_up_where_it_would_lie_over_what_tells_the_same() -> None:
    alerts = Box(100, 45, 100, 14)
    assert clear_of(alerts, Box(140, 54, 59, 4)) == Box(140, 41, 59, 4)
    # Beside it, or where there is no room above: it stays.
    assert clear_of(alerts, Box(10, 54, 59, 4)) == Box(10, 54, 59, 4)
    assert clear_of(Box(0, 2, 80, 20), Box(40, 18, 39, 4)) == Box(40, 18, 39, 4)
    assert clear_of(None, Box(10, 54, 59, 4)) == Box(10, 54, 59, 4)


def test_rows_that_scroll_give_way_to_a_plot_that_needs_its_height() -> None:
    """34 rows: 14 and 14 for tables leave 6, 8 are needed. Of 14 rows no table gets under six."""
    tables = column((PerVenue(4), "upper"), (Share(1, 8), "plot"), (PerVenue(4), "lower"))
    placed = place(tables, Box(0, 0, 80, 34), venues=10)
    assert [placed[name].height for name in ("upper", "plot", "lower")] == [13, 8, 13]
    placed = place(tables, Box(0, 0, 80, 14), venues=10)
    assert [placed[name].height for name in ("upper", "plot", "lower")] == [6, 2, 6]
