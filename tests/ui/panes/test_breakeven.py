"""Break-even on the screen is a payment's stamp, the one that the carry calculator names."""

from itertools import combinations

import pytest

from cockpit.calculators.carry import calculator as carry
from cockpit.calculators.common.market_data import Fees, Settings
from cockpit.core.events import Funding
from cockpit.core.units import HOUR_NS, HOUR_S, hour_floor_ns
from cockpit.ui.readings import breakeven as stamps
from cockpit.ui.readings.breakeven import breakeven
from cockpit.ui.readings.order_books import pair_cost_bps
from tests.support import AT_NS
from tests.ui import scenes

SIZE_USD = 10_000.0


def rate(scene, venue: str, per_interval: float, hours: int, next_h: int) -> None:
    """A live rate whose next payment is at the `next_h`-th full hour from now."""
    scenes.store_of(scene).apply(
        Funding(
            venue=venue, recv_ns=AT_NS, symbol="BTC", kind="live", rate=per_interval,
            interval_s=hours * HOUR_S, next_ns=hour_floor_ns(AT_NS) + next_h * HOUR_NS,
        )
    )  # fmt: skip


def two_venues(next_h: int):
    """Short charliedex, which pays 40 bps every 8 h, against alphaswap, which pays nothing."""
    scene = scenes.bare(("BTC",))
    for venue in ("alphaswap", "charliedex"):
        scenes.link(scene, venue, "live")
        scenes.speak(scene, venue, "BTC")
    rate(scene, "charliedex", 0.0040, 8, next_h)
    rate(scene, "alphaswap", 0.0, 1, 1)
    scene.ui.size_usd = SIZE_USD
    return scene


@pytest.mark.parametrize("next_h", [1, 3, 8])
def test_costs_of_28_bps_are_covered_by_the_first_payment_of_40_and_not_before(next_h: int) -> None:
    # In and out at both: 2 bps to the touch four times and fees of 4.5 and 5.5 bps twice. The first
    # payment is 40 bps of hours that are over, as far as they are; a rate that reverts loses 5 % an
    # hour of those to come, which leaves 33 bps of the longest wait.
    scene = two_venues(next_h)
    pays = breakeven(scene, "charliedex", "alphaswap")
    assert pays.cost_bps == pytest.approx(28.0, abs=0.1)
    assert pays.hours == next_h
    assert pays.at_ns == hour_floor_ns(AT_NS) + next_h * HOUR_NS


def test_every_pair_is_even_at_the_stamp_that_the_calculator_names() -> None:
    scene = scenes.live(("BTC",))
    scene.ui.size_usd = SIZE_USD
    settings = Settings(
        now_ns=AT_NS,
        funding_terms={n: s.funding_terms for n, s in scene.specs.items() if s.funding_terms},
        documented_fees={n: Fees(s.taker_fee, s.maker_fee) for n, s in scene.specs.items()},
    )
    checked = 0
    for one, other in combinations(scenes.VENUES, 2):
        for short, long in ((one, other), (other, one)):
            asked = carry.Inputs(
                symbol="BTC", long_venue=long, short_venue=short, notional_usd=SIZE_USD
            )
            theirs = carry.compute(asked, scene.view, settings).values
            ours = breakeven(scene, short, long)
            assert (ours.hours, ours.at_ns) == (theirs.breakeven_h, theirs.breakeven_ns)
            checked += ours.hours is not None
    assert checked


def test_costs_on_the_screen_are_at_the_trader_s_own_tier_as_the_calculator_s_are() -> None:
    scene = scenes.live(("BTC",))
    scene.ui.size_usd = SIZE_USD
    base = pair_cost_bps(scene, "alphaswap", "bravo")
    scenes.store_of(scene).own_taker_fees = {"alphaswap": 0.0001}
    scene.now_ns += 1
    own = pair_cost_bps(scene, "alphaswap", "bravo")
    assert base is not None
    assert own is not None
    # 4.5 bps by the listing, 1 bp by the tier, in and out.
    assert base - own == pytest.approx(2 * 3.5)
    assert scene.taker_fee("alphaswap") == (0.0001, False)
    settings = Settings(now_ns=AT_NS, own_fees={"alphaswap": Fees(0.0001, None)})
    asked = carry.Inputs(
        symbol="BTC", long_venue="alphaswap", short_venue="bravo", notional_usd=SIZE_USD
    )
    assert own == pytest.approx(
        carry.compute(asked, scene.view, settings).values.cost_bps, rel=1e-3
    )


def test_a_second_look_within_the_minute_searches_nothing(monkeypatch) -> None:
    scene = two_venues(3)
    before = breakeven(scene, "charliedex", "alphaswap")
    monkeypatch.setattr(stamps, "covering_hour", None)
    scene.now_ns += 1_000_000_000
    assert breakeven(scene, "charliedex", "alphaswap") == before
