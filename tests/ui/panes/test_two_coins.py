"""Spreads on the screen: two coins of one name are not compared."""

import pytest

from cockpit.core.events import Prices
from cockpit.ui.input.market_selection import sort_rows
from cockpit.ui.panes.funding.spreads import _spread
from cockpit.ui.panes.markets import interest
from cockpit.ui.readings.best_pair import fresh_rates
from cockpit.ui.readings.breakeven import breakeven
from cockpit.ui.readings.funding_rates import weighted_terms
from cockpit.ui.readings.order_books import mergeable_books
from cockpit.ui.text.styled import plain
from tests.ui import scenes
from tests.ui.scenes import AT_NS, RATES, VENUES


def test_a_coin_at_another_price_has_no_spread_and_no_break_even() -> None:
    scene = scenes.live()
    one, other = VENUES[:2]
    symbol = scene.symbol or ""
    assert _spread(scene, one, other) is not None
    assert breakeven(scene, one, other).cost_bps is not None
    assert other in fresh_rates(scene, symbol)
    apart = scenes.live()
    market = scenes.store_of(apart).market(other, symbol)
    assert market is not None
    assert market.mark is not None
    far = Prices(venue=other, symbol=symbol, recv_ns=AT_NS, mark=market.mark / 1000)
    scenes.store_of(apart).apply(far)
    assert _spread(apart, one, other) is None
    assert breakeven(apart, one, other).cost_bps is None
    assert other not in fresh_rates(apart, symbol)


def apart_scene():
    """The coin of the second venue costs a thousandth of the others'."""
    scene = scenes.live()
    market = scenes.store_of(scene).market(VENUES[1], scene.symbol or "")
    assert market is not None
    assert market.mark is not None
    far = Prices(venue=VENUES[1], symbol=market.symbol, recv_ns=AT_NS, mark=market.mark / 1000)
    scenes.store_of(scene).apply(far)
    return scene


def test_a_weighted_curve_is_of_one_coin() -> None:
    # 900 and 200 million of the first coin; the other venue's 400 are of another.
    expected = (900 * RATES["alphaswap"] + 200 * RATES["charliedex"] / 8) / 1100
    assert weighted_terms(apart_scene())["live"] == pytest.approx(expected)


def test_open_interest_in_all_and_shares_are_of_one_coin() -> None:
    scene = apart_scene()
    text = "\n".join(plain(line) for line in interest.lines(scene, 100, 12))
    assert "1.10B in all" in text
    assert "82%" in text
    assert "18%" in text
    (other,) = (row for row in text.splitlines() if VENUES[1] in row)
    assert "%" not in other


def test_two_coins_of_one_name_are_never_one_consolidated_book() -> None:
    venues = {book.venue for book in mergeable_books(apart_scene())}
    assert venues == {VENUES[0], VENUES[2]}
    assert {book.venue for book in mergeable_books(scenes.live())} == set(VENUES)


def test_rows_are_sorted_by_the_spread_that_they_show() -> None:
    # BTC and ETH have the same rates at each venue, the lowest of them at the second one.
    scene = scenes.live(("ETH", "BTC"))
    market = scenes.store_of(scene).market(VENUES[1], "ETH")
    assert market is not None
    assert market.mark is not None
    far = Prices(venue=VENUES[1], symbol="ETH", recv_ns=AT_NS, mark=market.mark / 1000)
    scenes.store_of(scene).apply(far)
    # Of ETH two venues are left, with a narrower spread: another coin's rate is not in it.
    sort_rows(scene, "spread")
    assert list(scene.symbols) == ["BTC", "ETH"]
