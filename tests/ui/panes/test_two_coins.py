"""Spreads on the screen: two coins of one name are not compared."""

from cockpit.core.events import Prices
from cockpit.ui.panes.funding.spreads import _spread
from cockpit.ui.readings.best_pair import fresh_rates
from cockpit.ui.readings.breakeven import breakeven
from tests.ui import scenes
from tests.ui.scenes import AT_NS, VENUES


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
