"""A plot that cannot show every venue shows those that matter, and says how many there are."""

from cockpit.core.events import OpenInterest
from cockpit.ui.readings.plotted import how_many, plotted
from tests.support import AT_NS
from tests.ui import scenes


def test_cursor_and_pins_come_before_the_largest_open_interest():
    scene = scenes.live()
    names = [f"venue{number}" for number in range(8)]
    first = scene.venues[0].name
    assert plotted(scene, [*names[:5], first]) == [*names[:5], first]
    # Nothing is known of the others' open interest: the one that states some is not left out.
    scenes.store_of(scene).apply(
        OpenInterest(venue=first, symbol=scene.symbol, recv_ns=AT_NS, venue_ns=None, base=5.0)
    )
    scene.ui.pinned = (names[7],)
    chosen = plotted(scene, [*names, first])
    assert len(chosen) == 6
    assert first in chosen
    assert names[7] in chosen


def test_a_full_plot_says_how_many_there_are():
    assert how_many(["a"] * 6) == ""
    assert how_many(["a"] * 12) == "6 of 12"
