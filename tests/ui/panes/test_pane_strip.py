"""One pane on the screen: which others there are, and which one it is."""

import pytest

from cockpit.ui.help.pane_guides import PANE_GUIDES
from cockpit.ui.layout.workspaces import PANES, boxes, show, walk
from cockpit.ui.panes import pane_strip
from cockpit.ui.text.styled import plain, width_of
from tests.ui import scenes
from tests.ui.input.test_form_prefill import opened


def lit(line) -> str:
    return "".join(text for text, role in line if role == "cursor").strip()


def test_the_pane_on_the_screen_is_lit_among_all_of_its_workspace() -> None:
    scene = scenes.live()
    show(scene.ui, "markets")
    line = pane_strip.lines(scene, 80, 1)[0]
    assert lit(line) == "funding"
    for name in ("funding history", "books", "open interest", "health", "alerts"):
        assert f" {name} " in plain(line)
    walk(scene.ui, 1)
    assert lit(pane_strip.lines(scene, 80, 1)[0]) == "funding history"


@pytest.mark.parametrize("pane", PANES)
def test_a_pane_is_called_in_the_strip_what_it_is_called_in_its_title(pane) -> None:
    title = plain(PANES[pane].lines(scenes.live(), 120, 20)[0])
    if pane in ("form", "stress_form", "result", "stress"):
        # Without a calculator there is nothing yet that they are the inputs or the result of.
        scene = scenes.live()
        opened(scene, "stress" if "stress" in pane else "carry")
        title = plain(PANES[pane].lines(scene, 120, 20)[0])
    assert PANE_GUIDES[pane].name in title


@pytest.mark.parametrize("width", [12, 30, 45, 80])
def test_the_lit_one_is_always_there_and_the_others_are_counted(width) -> None:
    scene = scenes.live()
    show(scene.ui, "positions")
    for _ in range(5):
        line = pane_strip.lines(scene, width, 1)[0]
        assert width_of(line) == width
        assert lit(line)[: max(1, width - 7)]
        if width == 30:
            assert "+" in plain(line)
        walk(scene.ui, 1)


def test_the_strip_has_a_line_where_there_are_lines_enough() -> None:
    scene = scenes.live()
    assert boxes(scene, 80, 24, "auto")["funding"].y == 2
    assert boxes(scene, 60, 15, "auto")["funding"].y == 1
