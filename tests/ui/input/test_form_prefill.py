"""What forms begin with: the cell, the pair, the form before, the positions, the plan."""

import msgspec
import pytest

from cockpit.calculators.common.market_data import Settings
from cockpit.calculators.saved_plans import fill
from cockpit.core.events import Funding, Position, Prices
from cockpit.core.units import NS_PER_S
from cockpit.ui.input.form_prefill import pair, prefill
from cockpit.ui.input.market_selection import select_symbol
from cockpit.ui.model.calculator_form import PAIR, compute
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings import plan_pricing
from tests.ui import scenes
from tests.ui.input.hosts import PlainHost
from tests.ui.scenes import AT_NS, MIDS, RATES


def texts(scene: Readings, name: str) -> dict[str, str]:
    return {key: given.text for key, given in prefill(scene, name).items()}


def opened(scene: Readings, name: str) -> None:
    """As its key would: prefilled, shown and answered."""
    form = scene.ui.forms.open(name)
    form.fill(prefill(scene, name))
    scene.ui.forms.chosen = name
    compute(form, scene.view, Settings(now_ns=AT_NS))


def hold(scene: Readings, venue: str, symbol: str, size: float) -> None:
    position = Position(
        venue=venue, recv_ns=AT_NS, account="manual", symbol=symbol, size=size, entry=MIDS[symbol]
    )
    scenes.store_of(scene).set_manual((position,))


def test_the_focused_venue_is_one_side_and_the_farthest_rate_the_other():
    scene = scenes.live()
    # Per hour: alphaswap +1.25e-5, bravo -5e-5, charliedex 1e-4 / 8 = +1.25e-5.
    assert RATES["bravo"] < RATES["alphaswap"]
    scene.ui.venue_index = 1
    long, short = pair(scene)
    assert long == "bravo"
    assert short in ("alphaswap", "charliedex")
    scene.ui.venue_index = 2
    assert pair(scene) == ("bravo", "charliedex")


def test_a_pinned_pair_wins_over_the_cell():
    scene = scenes.live()
    scene.ui.pinned = ("alphaswap", "bravo")
    scene.ui.venue_index = 2
    assert pair(scene) == ("bravo", "alphaswap")
    assert prefill(scene, "carry")["long_venue"].source == "pinned"


def test_with_one_fresh_rate_there_is_no_pair_and_the_venues_are_left_to_the_calculator():
    scene = scenes.stale()
    assert pair(scene) is None
    assert "long_venue" not in texts(scene, "carry")


def test_carry_takes_symbol_pair_and_size_from_the_screen():
    scene = scenes.live()
    select_symbol(scene, "ETH")
    scene.ui.size_usd = 50_000.0
    assert texts(scene, "carry") == {
        "symbol": "ETH", "long_venue": "bravo", "short_venue": "alphaswap",
        "notional_usd": "50000", "compare": "yes",
    }  # fmt: skip


def test_a_hedge_after_a_carry_is_of_its_long_leg_on_the_other_venues():
    scene = scenes.live()
    opened(scene, "carry")
    given = texts(scene, "hedge")
    assert given["venue"] == "bravo"
    assert given["venues"] == "alphaswap,charliedex"
    assert float(given["size"]) == pytest.approx(100_000 / MIDS["BTC"], rel=0.01)


def test_a_hedge_without_anything_before_it_is_of_the_quoted_size_at_the_cell():
    scene = scenes.live()
    scene.ui.size_usd = 64_000.0
    assert texts(scene, "hedge") == {"symbol": "BTC", "size": "1", "venue": "alphaswap"}


def test_a_size_in_coins_is_not_made_of_an_old_price():
    scene = scenes.live()
    scene.ui.size_usd = 66_000.0
    scene.now_ns = AT_NS + 600 * NS_PER_S
    assert texts(scene, "hedge") == {"symbol": "BTC"}
    scene.now_ns += NS_PER_S
    store = scenes.store_of(scene)
    store.apply(Prices(venue="bravo", recv_ns=scene.now_ns, symbol="BTC", mark=66_000.0))
    # The cell's own book and mark, at 64,000, are ten minutes old; bravo's mark is of now.
    assert texts(scene, "hedge")["size"] == "1"


@pytest.mark.parametrize(("mark", "sizes"), [(66_000.0, [1.0, -1.0]), (128_000.0, None)])
def test_both_legs_of_a_pair_are_sized_by_a_price_of_now_or_none_is(mark, sizes):
    """A price twice as high is that of another coin: a leg is not sized by it, nor left alone."""
    scene = scenes.live()
    scene.ui.size_usd = 66_000.0
    scene.now_ns = AT_NS + 600 * NS_PER_S
    store = scenes.store_of(scene)
    for venue in ("alphaswap", "bravo"):
        store.apply(
            Funding(
                venue=venue, recv_ns=scene.now_ns, symbol="BTC", kind="live", rate=RATES[venue],
                interval_s=3600,
            )
        )  # fmt: skip
    store.apply(Prices(venue="bravo", recv_ns=scene.now_ns, symbol="BTC", mark=mark))
    given = texts(scene, "stress").get("positions")
    legs = None if given is None else [leg["size"] for leg in msgspec.json.decode(given)]
    assert legs == sizes


def test_a_hedge_is_of_what_is_held_in_the_symbol():
    scene = scenes.live()
    hold(scene, "bravo", "BTC", 2.0)
    assert texts(scene, "hedge")["book"] == "yes"
    select_symbol(scene, "ETH")
    assert "book" not in texts(scene, "hedge")


def test_a_carry_on_the_screen_is_hedged_before_what_is_held():
    scene = scenes.live()
    hold(scene, "bravo", "BTC", 2.0)
    opened(scene, "carry")
    scene.ui.workspace = "plan"
    assert "book" not in texts(scene, "hedge")
    assert texts(scene, "hedge")["venue"] == "bravo"


def test_a_hedge_from_the_positions_is_of_the_one_under_the_cursor():
    scene = scenes.live()
    hold(scene, "bravo", "ETH", -3.0)
    scene.ui.workspace = scene.ui.focus = "positions"
    assert texts(scene, "hedge") == {"symbol": "ETH", "size": "-3", "venue": "bravo"}


def test_a_staggered_entry_after_a_hedge_trades_what_it_sized():
    scene = scenes.live()
    opened(scene, "carry")
    opened(scene, "hedge")
    given = texts(scene, "stagger")
    assert given["side"] == "sell"
    assert float(given["size"]) == pytest.approx(100_000 / MIDS["BTC"], rel=0.01)


def test_stress_is_of_everything_that_is_held():
    scene = scenes.live()
    hold(scene, "bravo", "BTC", 2.0)
    assert texts(scene, "stress") == {"monte_carlo": "yes"}


def test_stress_of_a_cell_is_of_its_pair_with_an_assumed_equity():
    scene = scenes.live()
    given = prefill(scene, "stress")
    legs = msgspec.json.decode(given["positions"].text)
    assert [(leg["venue"], leg["size"] > 0) for leg in legs] == [
        ("bravo", True), ("alphaswap", False),
    ]  # fmt: skip
    equity = given["equity_usd.bravo"]
    assert float(equity.text) == pytest.approx(20_000, rel=0.01)
    assert "assumed" in equity.source


def test_stress_of_a_half_filled_plan_knows_what_is_filled():
    scene = scenes.live()
    opened(scene, "carry")
    plan = plan_pricing.proposed(scene, "btc-carry")
    assert plan is not None
    scenes.keep(scene, plan)
    scene.ui.workspace = "plan"
    legs = msgspec.json.decode(prefill(scene, "stress")["plan"].text)
    assert [leg["filled"] for leg in legs] == [leg.size for leg in plan.legs], (
        "of a plan that is not begun all is tried, as of one that is not kept: none would lose none"
    )
    one = plan.legs[1]
    scenes.keep(scene, fill(plan, 1, MIDS["BTC"], one.size / 4, AT_NS))
    legs = msgspec.json.decode(prefill(scene, "stress")["plan"].text)
    assert [leg["filled"] for leg in legs] == [0.0, one.size / 4]
    held = msgspec.json.decode(prefill(scene, "margin")["positions"].text)
    assert held == [{"venue": one.venue, "symbol": "BTC", "size": one.side.sign * one.size / 4}], (
        "of a plan that is begun, margin sees what is filled"
    )


def test_a_kept_plan_notes_what_the_market_expected_of_each_leg():
    scene = scenes.live()
    opened(scene, "carry")
    plan = plan_pricing.proposed(scene, "btc-carry")
    assert plan is not None
    long = next(i for i, leg in enumerate(plan.legs) if leg.venue == "bravo")
    was = plan.expected[long]
    assert was.mid == pytest.approx(64_000.0)
    assert was.fee_frac == 0.0002
    # The book has 50,000 USD at 2 bps and at 4 bps from mid: 100,000 USD cost 3 bps and the fee.
    assert was.cost_frac == pytest.approx(0.0003 + 0.0002, rel=0.02)


def test_a_kept_plan_expects_the_fee_that_was_typed_into_its_form():
    scene = scenes.live()
    opened(scene, "carry")
    form = scene.ui.forms.shown
    assert form is not None
    form.put("taker_fee.bravo", "0.001", "typed")
    compute(form, scene.view, Settings(now_ns=AT_NS))
    plan = plan_pricing.proposed(scene, "btc-carry")
    assert plan is not None
    was = {leg.venue: one for leg, one in zip(plan.legs, plan.expected, strict=True)}
    assert was["bravo"].fee_frac == 0.001
    # 3 bps of impact, as 100,000 USD meet 50,000 USD at 2 bps and 50,000 USD at 4 bps.
    assert was["bravo"].cost_frac == pytest.approx(0.0003 + 0.001, rel=0.02)
    assert was["alphaswap"].fee_frac == scenes.TAKER_FEES["alphaswap"]


def test_a_stress_that_the_screen_began_with_takes_what_is_held_once_it_is_known():
    """Started with STRESS remembered: first nothing is known, then rates are, then positions."""
    host = PlainHost(readings=scenes.bare())
    host.ui.workspace = "stress"
    host.forms.beat()
    form = host.ui.forms.opened["stress"]
    assert form.errors
    assert form.is_unasked
    scene = host.readings
    for venue in scenes.VENUES:
        scenes.link(scene, venue, "live")
        scenes.speak(scene, venue, "BTC")
    host.forms.beat()
    assert form.given["positions"].source == PAIR
    hold(scene, "alphaswap", "BTC", 2.0)
    host.forms.beat()
    assert "positions" not in form.given
    assert form.wants_futures or form.progress is not None


def test_an_answer_grows_old_with_its_books_though_no_venue_says_anything_more():
    host = PlainHost()
    host.press("S")
    host.forms.beat()
    form = host.ui.forms.opened["stagger"]
    assert form.result is not None
    assert not form.result.is_incomplete
    # The network is gone: ten minutes pass, and no fact arrives that would change the state.
    host.readings.now_ns += 600 * NS_PER_S
    form.computed_s = 0.0
    host.forms.beat()
    assert form.result.is_incomplete
    assert any("book is stale, 600 s old" in words for words in form.result.warnings)


def test_what_was_typed_into_the_first_form_is_not_filled_over():
    host = PlainHost(readings=scenes.bare())
    host.ui.workspace = "stress"
    host.forms.beat()
    form = host.ui.forms.opened["stress"]
    form.put("hold_h", "48", "typed")
    hold(host.readings, "alphaswap", "BTC", 2.0)
    host.forms.beat()
    assert form.text("hold_h") == "48"
