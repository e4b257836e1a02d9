"""The pair's own history: what is chosen, what it was paid, and what is not known."""

import pytest

from cockpit.core.events import Funding
from cockpit.core.units import HOUR_NS, hour_floor_ns
from cockpit.ui.input import form_prefill
from cockpit.ui.layout.workspaces import show
from cockpit.ui.panes.funding import pair, spreads
from cockpit.ui.readings.best_pair import fresh_rates
from cockpit.ui.readings.pair_history import chosen_pair
from cockpit.ui.text.styled import plain
from tests.support import AT_NS
from tests.ui import scenes
from tests.ui.input.hosts import PlainHost


def pay(scene, venue, rates):
    """The last hours, newest last; None was not paid."""
    last_ns = hour_floor_ns(AT_NS)
    for ago, rate in enumerate(reversed(rates)):
        if rate is None:
            continue
        scenes.store_of(scene).apply(
            Funding(
                venue=venue, recv_ns=AT_NS, venue_ns=last_ns - ago * HOUR_NS, symbol="ETH",
                kind="settled", rate=rate, interval_s=3600,
            )
        )  # fmt: skip


@pytest.fixture
def scene():
    """ETH, of which no payment is known; alphaswap against bravo is pinned."""
    scene = scenes.live()
    scene.ui.symbol_index = 1
    scene.ui.span_h = 24
    scene.ui.pinned = ("alphaswap", "bravo")
    return scene


def drawn(pane, scene, width=100, height=24):
    return "\n".join(plain(line) for line in pane.lines(scene, width, height))


def test_what_the_pair_was_paid_in_words(scene):
    # Received in 18 of 24 hours; three against in one run, one alone.
    pay(scene, "alphaswap", [5e-5] * 10 + [0.0] * 3 + [5e-5] * 8 + [0.0] + [1e-5] * 2)
    pay(scene, "bravo", [1e-5] * 24)
    # (18 x 4 - 4 x 1 + 2 x 0) x 1e-5 x 100k = 68 $; the last two hours paid nothing either way.
    words = drawn(pair, scene)
    assert "paid 75% of 24 h, +$68 on $100k, longest run against you 3 h, less than in and" in words
    assert "costs in and out $250" in words


def test_hours_that_one_venue_is_not_known_to_have_paid_are_not_counted(scene):
    pay(scene, "alphaswap", [2e-5] * 24)
    pay(scene, "bravo", [None] * 12 + [1e-5] * 12)
    assert "paid 100% of 12 of 24 h, +$12 on $100k" in drawn(pair, scene)


def test_of_a_pair_that_nothing_is_known_of_nothing_is_drawn(scene):
    pay(scene, "alphaswap", [2e-5] * 24)
    words = drawn(pair, scene)
    assert "no hour is known that both venues have paid for" in words
    assert "$" not in words


def test_dollars_are_of_the_traders_size_and_costs_that_are_not_known_are_said():
    scene = scenes.down()
    scene.ui.symbol_index, scene.ui.span_h, scene.ui.size_usd = 1, 24, 1_000_000.0
    scene.ui.pinned = ("alphaswap", "bravo")
    pay(scene, "alphaswap", [2e-5] * 24)
    pay(scene, "bravo", [1e-5] * 24)
    words = drawn(pair, scene)
    assert "+$240 on $1.00M" in words
    assert "costs are not known" in words
    assert "less than in and out" not in words


def test_without_a_named_pair_it_is_the_widest_and_says_so(scene):
    scene.ui.pinned = ()
    rates = fresh_rates(scene, "ETH")
    short, long = chosen_pair(scene)
    assert rates[short] == max(rates.values())
    assert rates[long] == min(rates.values())
    assert "the widest now" in drawn(pair, scene)
    scene.ui.pinned = (short, long)
    assert "the widest now" not in drawn(pair, scene)


def test_where_no_two_venues_have_a_fresh_rate_there_is_no_pair_to_draw():
    scene = scenes.bare()
    assert chosen_pair(scene) is None
    assert "no two venues have a fresh rate of BTC: nothing to compare" in drawn(pair, scene)


@pytest.fixture
def host():
    host = PlainHost()
    show(host.ui, "funding")
    host.ui.focus = "spreads"
    return host


def test_the_cursor_walks_the_matrix_and_the_coin_stays(host):
    host.press("j", "l", "l")
    assert host.readings.symbol == "BTC"
    # The cell of bravo and charliedex: charliedex pays shorts more.
    assert chosen_pair(host.readings) == ("charliedex", "bravo")
    here = [line for line in drawn(spreads, host.readings, 70, 9).splitlines() if "▌" in line]
    assert len(here) == 1
    assert "bravo" in here[0]


def test_the_pair_under_the_cursor_goes_before_the_pinned_one_and_the_diagonal_is_none(host):
    host.ui.pinned = ("alphaswap", "bravo")
    host.press("l", "l")
    assert set(chosen_pair(host.readings)) == {"alphaswap", "charliedex"}
    host.press("h", "h")
    assert chosen_pair(host.readings) == ("alphaswap", "bravo")


def test_p_pins_the_pair_under_the_cursor_and_lets_it_go(host):
    host.press("j", "l", "l", "p")
    assert host.ui.pinned == ("charliedex", "bravo")
    host.press("p")
    assert host.ui.pinned == ()
    host.press("h")
    host.press("p")
    assert host.said[-1][0] == "a venue is no pair: walk to a cell off the diagonal"


def test_a_carry_is_of_the_pair_under_the_cursor(host):
    host.press("j", "l", "l")
    assert form_prefill.pair(host.readings) == ("bravo", "charliedex")


def crowd(count):
    """So many venues that list BTC, the later the higher its rate."""
    names = tuple(f"venue{i}" for i in range(count))
    scene = scenes.bare(("BTC",), names)
    store = scenes.store_of(scene)
    for i, name in enumerate(names):
        scenes.RATES[name], scenes.INTERVALS_S[name] = 1e-5 * i, 3600
        scenes.TAKER_FEES[name], scenes.OPEN_INTEREST_USD[name] = 0.0004, 1e8
        scenes.link(scene, name, "live")
        scenes.speak(scene, name, "BTC")
    assert len(store.markets()) == count
    scene.ui.tenor = "live"
    return scene


@pytest.fixture
def crowded(monkeypatch):
    for table in ("RATES", "INTERVALS_S", "TAKER_FEES", "OPEN_INTEREST_USD"):
        monkeypatch.setattr(scenes, table, dict(getattr(scenes, table)))
    monkeypatch.setattr(scenes, "spec", lambda name: SPEC)
    return crowd


SPEC = scenes.spec("bravo")


def test_above_six_venues_pairs_are_ranked_and_walked(crowded):
    host = PlainHost(crowded(7))
    show(host.ui, "funding")
    host.ui.focus = "spreads"
    lines = drawn(spreads, host.readings, 80, 12).splitlines()
    # 7 x 6 / 2 pairs; the widest earns its costs first, and the narrowest costs as much.
    assert "of 21" in lines[0]
    assert "venue6" in lines[3]
    assert "venue0" in lines[3]
    assert chosen_pair(host.readings) == ("venue6", "venue0")
    host.press("j")
    assert chosen_pair(host.readings) in (("venue6", "venue1"), ("venue5", "venue0"))
    host.press("p")
    assert set(host.ui.pinned) == set(chosen_pair(host.readings))


def test_six_venues_are_a_matrix(crowded):
    scene = crowded(6)
    assert "below: hours" in drawn(spreads, scene, 100, 12)
