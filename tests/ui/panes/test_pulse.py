"""An hour of each venue: what is drawn of it, what is marked, and what is not known."""

import pytest

from cockpit.core.units import NS_PER_S
from cockpit.state.pulse import PulsePoint
from cockpit.ui.panes.health import pulse
from cockpit.ui.text.styled import plain
from tests.support import AT_NS
from tests.ui import scenes

MINUTE_NS = 60 * NS_PER_S


@pytest.fixture
def scene():
    """Blocks come once a second at each venue."""
    return scenes.live()


def lived(scene, venue, *, ago_min=60, **figures):
    """A sample each minute of the last ones; a figure may be a function of the minutes before."""
    ring = scene.view.venue(venue).pulse
    for ago in range(ago_min, -1, -1):
        known = {name: f(ago) if callable(f) else f for name, f in figures.items()}
        ring.append(PulsePoint(AT_NS - ago * MINUTE_NS, **known))


def rows(scene, venue, width=120, height=20):
    """The lines of a venue, the first with its name."""
    lines = [plain(line) for line in pulse.lines(scene, width, height)]
    first = next(i for i, line in enumerate(lines) if venue in line)
    return lines[first : first + 4]


def test_a_venue_that_was_up_for_the_hour_says_so(scene):
    lived(scene, "alphaswap", block_age_s=1.0, latency_ms=40.0, is_up=1.0, reconnects=0)
    words = "\n".join(rows(scene, "alphaswap"))
    assert "100%" in words
    assert "40 ms" in words
    assert "×" not in words


def test_minutes_in_which_it_was_not_reached_are_counted_and_the_others_only_as_far_as_known(scene):
    # Known for the last twenty minutes and the present: down in five of them.
    lived(scene, "bravo", ago_min=20, is_up=lambda ago: 0.0 if 5 <= ago < 10 else 1.0)
    (up,) = [word for word in " ".join(rows(scene, "bravo")).split() if word.endswith("%│")]
    assert 72.0 < float(up.rstrip("%│")) < 77.0


def test_a_venue_of_which_nothing_is_known_has_neither_plot_nor_uptime(scene):
    words = "\n".join(rows(scene, "charliedex"))
    assert "%" not in words
    assert "0.0" not in words


def test_a_stall_is_marked_by_the_venues_own_cadence(scene):
    # Fifteen cadences of a second are fifteen seconds.
    lived(scene, "alphaswap", block_age_s=lambda ago: 16.0 if ago == 30 else 14.0)
    words = "\n".join(rows(scene, "alphaswap"))
    assert "▲" in words
    calm = scenes.live()
    lived(calm, "alphaswap", block_age_s=14.0)
    assert "▲" not in "\n".join(rows(calm, "alphaswap"))


def test_a_stall_of_five_seconds_is_seen_in_an_hour(scene):
    ring = scene.view.venue("alphaswap").pulse
    for i in range(720, -1, -1):
        ring.append(PulsePoint(AT_NS - i * 5 * NS_PER_S, block_age_s=20.0 if i == 301 else 1.0))
    assert "\n".join(rows(scene, "alphaswap")).count("▲") == 1


def test_a_reconnect_is_marked_and_a_count_that_begins_anew_is_none(scene):
    lived(scene, "alphaswap", block_age_s=1.0, reconnects=lambda ago: 3 if ago < 30 else 2)
    assert "\n".join(rows(scene, "alphaswap")).count("×") == 1
    anew = scenes.live()
    lived(anew, "alphaswap", block_age_s=1.0, reconnects=lambda ago: 0 if ago < 30 else 5)
    assert "×" not in "\n".join(rows(anew, "alphaswap"))


def test_the_state_samples_what_is_measured_and_nothing_before_a_link_was_tried():
    scene = scenes.bare()
    store = scenes.store_of(scene)
    store.sample(AT_NS)
    scenes.link(scene, "bravo", "live")
    store.sample(AT_NS + NS_PER_S)
    scenes.link(scene, "bravo", "down", "gone")
    store.sample(AT_NS + 2 * NS_PER_S)
    up = store.venue("bravo").pulse.ups.read()[1].tolist()
    assert up[1:] == [1.0, 0.0]
    assert up[0] != up[0], "NaN: nothing was tried"
