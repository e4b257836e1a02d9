"""The first start without a network, and the day on which every link is lost."""

import pytest

from cockpit.calculators.common.market_data import Settings
from cockpit.ui.model.calculator_form import compute
from cockpit.ui.model.past import Back
from cockpit.ui.panes.health import links, trouble
from cockpit.ui.panes.markets import heatmap
from cockpit.ui.panes.plan import form
from cockpit.ui.text.styled import plain
from tests.ui import scenes
from tests.ui.input.hosts import PlainHost

DNS = "the name is not found (DNS)"


def text(pane, scene, width=78, height=21) -> str:
    return "\n".join(plain(line) for line in pane.lines(scene, width, height))


def lost(reason=DNS):
    scene = scenes.bare()
    for venue in scenes.VENUES:
        scenes.link(scene, venue, "down", reason)
    scene.now_ns += 4 * 10**9
    return scene


def test_while_links_are_made_for_the_first_time_it_says_so():
    scene = scenes.bare()
    assert "connecting to 3 venues" in text(heatmap, scene)
    assert "tried again" not in text(heatmap, scene)


@pytest.mark.parametrize("height", [21, 40])
def test_where_nothing_is_reached_the_first_screen_says_why_and_what_goes_on(height):
    said = text(heatmap, lost(), height=height)
    assert f"no venue is reached: {DNS}" in said
    assert "each is tried again by itself, within 30 s" in said
    assert "cockpit check" in said
    assert said.splitlines()[-1].startswith("└ no venue is reached")


def test_different_reasons_are_counted():
    scene = lost()
    scenes.link(scene, "bravo", "down", "connection refused")
    assert f"{DNS} (2 of 3), connection refused (1 of 3)" in text(heatmap, scene, width=110)


def test_with_one_venue_there_the_table_speaks_for_itself():
    scene = lost()
    scenes.link(scene, "bravo", "live")
    assert "is reached" not in text(heatmap, scene)


def test_health_says_when_each_was_tried_last_and_that_it_is_tried_again():
    said = text(trouble, lost())
    assert said.count(f"down: {DNS}, last tried 4.0s ago") == 3
    assert "tried again by itself" in said
    table = text(links, lost())
    assert f"every venue: one link, down: {DNS}" in table
    assert "no venue is live: each is tried again by itself" in table
    assert "more lines" not in table


def test_a_carry_of_nothing_names_the_gate_and_no_missing_sum(own_home):
    host = PlainHost(lost())
    host.press("C")
    form_of = host.ui.forms.opened["carry"]
    compute(form_of, host.readings.view, Settings(now_ns=host.readings.now_ns))
    said = text(form, host.readings, height=24)
    assert "Not now: no two venues of one asset have a book" in said


@pytest.mark.parametrize("change", ["replay", "past"])
def test_a_tape_and_a_past_moment_promise_nothing(change):
    scene = lost()
    if change == "replay":
        scene.mode = "REPLAY"
    else:
        scene.ui.past = Back(shown_ns=scene.now_ns)
    for pane in (heatmap, trouble, links):
        assert "tried again" not in text(pane, scene)
