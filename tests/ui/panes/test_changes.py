"""Open interest and depth against an hour and a day ago; n/a where either is not known."""

import pytest

from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.desk.kept_series import Earlier
from cockpit.history.rows import Figures
from cockpit.ui.panes.markets import interest
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import plain
from tests.support import AT_NS
from tests.ui import scenes

OI_BASE = scenes.OPEN_INTEREST_USD["alphaswap"] / scenes.MIDS["BTC"]


@pytest.fixture
def scene():
    """Two million rest near the touch now; an hour ago it was one."""
    scene = scenes.live()
    ring = scene.view.market("alphaswap", "BTC").depths_usd
    ring.append(AT_NS - HOUR_NS - 20 * NS_PER_S, 1e6)
    ring.append(AT_NS, 2e6)
    scene.day_ago = Earlier(
        at_ns=AT_NS - 24 * HOUR_NS,
        figures={
            ("alphaswap", "BTC"): Figures(oi_base=OI_BASE / 1.1, bid25_usd=3e6, ask25_usd=5e6),
            ("bravo", "BTC"): Figures(oi_age_s=400, bid25_usd=3e6),
        },
    )
    return scene


def cells(scene, venue):
    """Column -> text of a venue's row."""
    lines = [plain(line) for line in interest.lines(scene, 120, 10)]
    row = next(line for line in lines if venue in line)
    left, found = 14, {}
    for name, size in interest._columns(118):
        found[name] = row[left : left + size].strip()
        left += size
    return found


def test_a_day_and_an_hour_ago(scene):
    found = cells(scene, "alphaswap")
    assert found["24h"] == "+10.00%"
    assert found["depth"] == "2.00M"
    assert found["depth 1h"] == "+100%"
    # Two against three and five.
    assert found["depth 24h"] == "−75.00%"


def test_what_was_stale_or_unknown_then_is_no_change(scene):
    found = cells(scene, "bravo")
    assert found["24h"] == found["depth 24h"] == found["depth 1h"] == fmt.MISSING


def test_without_memory_a_day_is_not_known(scene):
    scene.day_ago = None
    found = cells(scene, "alphaswap")
    assert found["24h"] == found["depth 24h"] == fmt.MISSING
    assert found["depth 1h"] == "+100%"


def test_a_book_that_is_not_fresh_has_no_depth_to_compare(scene):
    scene.view.market("alphaswap", "BTC").depths_usd.append(AT_NS + 1, None)
    found = cells(scene, "alphaswap")
    assert found["depth"] == found["depth 1h"] == found["depth 24h"] == fmt.MISSING


def test_an_hour_ago_is_the_sample_that_lies_nearest_to_it():
    """From 1.6 to 2 million is a quarter more; 1 and 4 million rested minutes before and after."""
    scene = scenes.live()
    ring = scene.view.market("alphaswap", "BTC").depths_usd
    for seconds, resting in ((-140, 1e6), (-10, 1.6e6), (50, 4e6)):
        ring.append(AT_NS - HOUR_NS + seconds * NS_PER_S, resting)
    ring.append(AT_NS, 2e6)
    assert cells(scene, "alphaswap")["depth 1h"] == "+25.00%"


def test_a_gap_an_hour_ago_is_not_bridged():
    scene = scenes.live()
    ring = scene.view.market("alphaswap", "BTC").depths_usd
    ring.append(AT_NS - HOUR_NS - 200 * NS_PER_S, 1e6)
    ring.append(AT_NS - HOUR_NS + 200 * NS_PER_S, 1e6)
    ring.append(AT_NS, 2e6)
    assert cells(scene, "alphaswap")["depth 1h"] == fmt.MISSING
