"""What colour says is said without it too."""

import pytest

from cockpit.ui.layout.workspaces import PANES
from cockpit.ui.panes.plan import picture
from cockpit.ui.text.styled import plain
from tests.ui import held, scenes
from tests.ui.input.test_form_prefill import opened


def words(lines):
    return [plain(line) for line in lines]


@pytest.mark.parametrize("has_colour", [True, False])
def test_a_hedges_bars_before_are_shaded_where_no_colour_tells_them_from_those_after(has_colour):
    scene = held.hedged()
    scene.has_colour = has_colour
    opened(scene, "hedge")
    rows = words(picture.lines(scene, 120, 30))
    before = "".join(row for row in rows if " before " in row)
    after = "".join(row for row in rows if " after " in row)
    assert ("░" in before) is not has_colour
    assert ("█" in before) is has_colour
    assert "░" not in after


@pytest.mark.parametrize("has_colour", [True, False])
def test_what_a_pair_earned_and_what_it_costs_have_marks_and_a_key(has_colour):
    scene = scenes.live()
    scene.has_colour = has_colour
    rows = words(PANES["pair"].lines(scene, 120, 30))
    head = next(row for row in rows if "costs in and out" in row)
    assert ("+ earned on" in head) is not has_colour
    assert ("* costs in and out" in head) is not has_colour
    assert any("*****" in row for row in rows) is not has_colour


@pytest.mark.parametrize("has_colour", [True, False])
def test_the_cheapest_venue_stands_out(has_colour):
    scene = scenes.live()
    scene.has_colour = has_colour
    roles = {role for line in PANES["costs"].lines(scene, 120, 12)[2:-1] for _, role in line}
    assert ("gain" in roles) is has_colour
    assert ("title" in roles) is not has_colour
