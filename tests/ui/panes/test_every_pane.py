"""Every pane at every size in every state: exact, honest, and never an exception."""

import random

import pytest

from cockpit.ui.layout.workspaces import PANES, WORKSPACES, boxes, show
from cockpit.ui.model.position_selection import GROUPS
from cockpit.ui.model.ui_state import CELL_MODES, TENORS, UNITS
from cockpit.ui.panes import status
from cockpit.ui.text.styled import plain, width_of
from cockpit.ui.theme.capabilities import ASCII
from cockpit.ui.theme.themes import ROLES
from tests.ui import held, scenes, traded
from tests.ui.scanned import scanned

STATES = {**scenes.STATES, "scanned": scanned, "traded": traded.orphan}
SIZES = ((200, 60), (120, 40), (80, 24), (60, 15))
RANDOM_SIZES = 60


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_a_workspace_fills_the_screen_cell_by_cell(state: str, size: tuple[int, int]) -> None:
    scene = STATES[state]()
    width, height = size
    for workspace in WORKSPACES:
        show(scene.ui, workspace.id)
        for name, box in boxes(scene, width, height, "auto").items():
            lines = PANES[name].lines(scene, box.width, box.height)
            assert len(lines) == box.height, name
            assert {width_of(line) for line in lines} == {box.width}, name
            assert {role for line in lines for _, role in line} <= set(ROLES), name
        assert width_of(status.lines(scene, width, 1)[0]) == width


@pytest.mark.parametrize("name", PANES)
def test_no_size_makes_a_pane_fail(name: str) -> None:
    chance = random.Random(name)
    pictures = [make() for make in STATES.values()]
    for _ in range(RANDOM_SIZES):
        width, height = chance.randint(1, 230), chance.randint(1, 70)
        scene = chance.choice(pictures)
        scene.ui.venue_index, scene.ui.symbol_index = chance.randint(0, 4), chance.randint(0, 4)
        scene.ui.cell, scene.ui.unit = chance.choice(CELL_MODES), chance.choice(UNITS)
        scene.ui.tenor, scene.ui.size_usd = chance.choice(TENORS), 10 ** chance.uniform(2, 9)
        scene.glyphs = chance.choice(("braille", "block", "ascii"))
        scene.has_colour = chance.random() < 0.5
        scene.ui.focus = chance.choice(("", name))
        lines = PANES[name].lines(scene, width, height)
        assert len(lines) == height, (width, height)
        assert all(width_of(line) == width for line in lines), (width, height)


@pytest.mark.parametrize("group", GROUPS)
def test_positions_fit_any_height_wherever_the_cursor_is(group: str) -> None:
    scene = held.many(12)
    scene.ui.positions.group = group
    for place in range(12):
        scene.ui.positions.index = place
        for height in range(1, 9):
            lines = PANES["positions"].lines(scene, 38, height)
            assert len(lines) == height
            assert all(width_of(line) == 38 for line in lines)


@pytest.mark.parametrize("name", PANES)
@pytest.mark.parametrize("state", STATES)
def test_no_pane_is_blank_without_a_reason(name: str, state: str) -> None:
    scene = STATES[state]()
    inside = PANES[name].lines(scene, 100, 30)[1:-1]
    assert any(char.isalnum() for line in inside for char in plain(line)), name


@pytest.mark.parametrize("name", PANES)
def test_a_pane_without_any_venue_or_symbol_says_so(name: str) -> None:
    scene = scenes.bare(symbols=(), venues=())
    text = "\n".join(plain(line) for line in PANES[name].lines(scene, 100, 20))
    assert any(char.isalnum() for char in text)
    words = ("watched", "happened", "none", "measured", "No ", "Nothing", "no ")
    assert any(word in text for word in words), text


@pytest.mark.parametrize("name", PANES)
def test_what_somebody_else_said_cannot_steer_the_terminal(name: str) -> None:
    scene = scenes.down()
    scenes.link(scene, "charliedex", "down", "\x1b]0;owned\x07 gone\r\n")
    scene.problem = "theme \x1b[2J"
    scene.detail = "\x1b[1m"
    for line in [*PANES[name].lines(scene, 160, 40), *status.lines(scene, 160, 1)]:
        assert all(char.isprintable() for char in plain(line))


def test_only_the_focused_pane_has_a_bright_frame() -> None:
    scene = scenes.live()
    for workspace in WORKSPACES:
        show(scene.ui, workspace.id)
        bright = [
            name
            for name in workspace.panes
            if any(role == "frame_focus" for line in PANES[name].lines(scene, 90, 20)
                   for _, role in line)
        ]  # fmt: skip
        assert bright == [scene.ui.focus]


@pytest.mark.parametrize("state", sorted(STATES.keys() - {"foreign"}))
def test_every_glyph_has_a_twin_in_ascii(state: str) -> None:
    scene = STATES[state]()
    scene.glyphs = "ascii"
    for name, pane in PANES.items():
        for width in (60, 120):
            for line in [*pane.lines(scene, width, 30), *status.lines(scene, width, 1)]:
                text = plain(line).translate(ASCII)
                assert text.isascii(), (name, [c for c in text if not c.isascii()])
                assert len(text) == width
