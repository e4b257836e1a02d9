"""The picture of legs that are closed together: what stands unhedged is never too short to see."""

import numpy as np
import pytest
from msgspec.structs import replace

from cockpit.ui.panes.plan import picture
from cockpit.ui.panes.plan.unwind_picture import worst
from cockpit.ui.text.styled import plain, width_of
from tests.ui import held
from tests.ui.input.test_form_prefill import opened


def text(scene, width=110, height=22):
    return "\n".join(plain(line) for line in picture.lines(scene, width, height))


def test_a_round_that_is_over_within_a_column_is_still_drawn_at_its_most():
    # Open from 12 to 14 and from 25 to 39; columns every 10.
    at = np.array([12, 14, 25, 39], dtype=np.int64)
    rest = np.array([0.0, -1.0, 0.0, 2.0, 0.0])
    edges = np.array([0, 10, 20, 30, 40, 50], dtype=np.int64)
    assert worst(at, rest, edges).tolist() == [0.0, 0.0, -1.0, 2.0, 2.0, 0.0]


def test_the_picture_of_a_held_pair_has_a_row_a_leg_and_what_stands_alone():
    scene = held.hedged()
    opened(scene, "unwind")
    form = scene.ui.forms.shown
    assert form is not None
    assert form.text("symbol") == "BTC"
    shown = text(scene)
    assert "unhedged meanwhile, coins" in shown
    assert "at most" in shown
    for venue in ("alphaswap", "bravo"):
        assert venue in shown


def test_several_legs_on_one_venue_are_one_row_with_all_their_size_and_cost():
    scene = held.hedged()
    opened(scene, "unwind")
    form = scene.ui.forms.shown
    assert form is not None
    assert form.result is not None
    first, *others = form.result.values.legs
    twice = replace(first, size=0.25, cost_usd=2.0), replace(first, size=0.5, cost_usd=3.0)
    values = replace(form.result.values, legs=(*twice, *others))
    form.result = replace(form.result, values=values)
    rows = [line for line in text(scene).splitlines() if line[1:].strip().startswith(first.venue)]
    assert len(rows) == 1
    assert "0.75" in rows[0]
    assert "$5" in rows[0]
    assert "bp" not in rows[0]


@pytest.mark.parametrize("size", [(198, 58), (110, 22), (60, 14), (38, 6), (20, 3)])
def test_every_size_is_filled_cell_by_cell(size):
    scene = held.hedged()
    opened(scene, "unwind")
    lines = picture.lines(scene, *size)
    assert len(lines) == size[1]
    assert {width_of(line) for line in lines} == {size[0]}
