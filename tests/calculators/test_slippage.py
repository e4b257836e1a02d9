"""What an order costs now, on each venue and split over all."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.calculators import load
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.market_data import Fees, Settings
from cockpit.core.events import BookSnapshot, Instrument, Link
from cockpit.state.store import MarketStore
from tests.calculators.markets import ASKS, BIDS, calc, market, saved
from tests.support import AT_NS

A = market("a", asks=[(100.0, 3), (100.06, 6), (100.12, 10)], bids=[(99.95, 9)], taker_fee=45e-5)
B = market("b", asks=[(100.02, 4), (100.05, 5), (100.20, 20)], bids=[(99.95, 9)], taker_fee=2e-4)


def slippage(view, settings=None, /, **inputs):
    return calc("slippage", view, settings, **{"side": "buy", "haircut": False, **inputs})


def test_a_walk_is_measured_against_mid_and_against_the_touch():
    row = slippage(saved(market("a")), size=12).values.venues[0]
    vwap = (5 * 100.0 + 7 * 100.05) / 12
    assert row.vwap == pytest.approx(vwap)
    assert row.impact_bps == pytest.approx(5.4180, abs=1e-4)
    assert row.slip_bps == pytest.approx(2.9167, abs=1e-4)
    assert (row.filled, row.unfilled) == (12.0, 0.0)
    assert row.cost_usd == pytest.approx(12 * (vwap - 99.975))
    assert row.covered_bps == pytest.approx((100.10 / 99.975 - 1) * 1e4)


def test_a_sale_walks_the_bids_and_its_cost_is_positive_too():
    row = slippage(saved(market("a", taker_fee=1e-4)), side="sell", size=8).values.venues[0]
    vwap = (6 * 99.95 + 2 * 99.90) / 8
    assert row.impact_bps == pytest.approx((1 - vwap / 99.975) * 1e4)
    assert row.fee_bps == pytest.approx(1.0)
    assert row.cost_usd == pytest.approx(8 * (99.975 - vwap * (1 - 1e-4)))


def test_the_split_fills_the_cheapest_levels_of_all_venues_fees_included():
    values = slippage(saved(A, B), size=12).values
    assert {leg.venue: leg.size for leg in values.split.legs} == {"a": 3.0, "b": 9.0}
    assert values.split.effective_price == pytest.approx(100.053756, abs=1e-6)
    assert values.split.marginal_price == pytest.approx(100.070010, abs=1e-6)
    assert values.best_single.venue == "b"
    assert values.best_single.effective_price == pytest.approx(100.097516, abs=1e-6)


def test_split_and_single_are_measured_against_the_median_of_the_mids():
    values = slippage(saved(A, B), size=12).values
    reference = (99.975 + 99.985) / 2
    assert values.reference_price == pytest.approx(reference)
    split, single = values.split, values.best_single
    assert split.cost_usd == pytest.approx(12 * (split.effective_price - reference))
    assert single.cost_usd == pytest.approx(12 * (single.effective_price - reference))
    assert split.cost_usd == pytest.approx(
        sum(leg.size * leg.cost_bps / 1e4 * reference for leg in split.legs)
    )


def test_a_dollar_order_is_walked_in_dollars():
    row = slippage(saved(market("a")), size_usd=1000).values.venues[0]
    base = 5 + 500 / 100.05
    assert row.filled == pytest.approx(base)
    assert row.vwap == pytest.approx(1000 / base)
    assert row.unfilled == 0.0


def test_an_order_larger_than_every_book_fills_what_there_is_and_says_so():
    result = slippage(saved(market("a"), market("b")), size=100)
    assert [(row.filled, row.unfilled) for row in result.values.venues] == [(35.0, 65.0)] * 2
    assert result.values.split.filled == 70.0
    assert result.values.split.unfilled == 30.0
    assert result.is_incomplete
    assert any("30" in words for words in result.warnings)


def test_a_crumb_below_the_lot_is_not_a_lack_of_depth():
    result = slippage(saved(market("a")), size=12.5)
    assert result.values.split.unfilled == 0.5
    assert result.warnings
    assert not result.is_incomplete


def test_a_venue_that_alone_is_too_small_is_said_though_the_split_fills():
    result = slippage(saved(market("a"), market("b")), size=40)
    assert result.values.split.unfilled == 0.0
    assert result.values.best_single.unfilled == 5.0
    assert any("alone" in words for words in result.warnings)
    assert not result.is_incomplete


def test_a_missing_book_is_a_row_of_unknowns_and_a_warning():
    result = slippage(saved(market("a"), market("b", bids=[], asks=[], link="down")), size=3)
    dead = result.values.venues[1]
    assert (dead.venue, dead.filled, dead.cost_usd) == ("b", None, None)
    assert result.is_incomplete
    assert any(words.startswith("b/BTC: no book") for words in result.warnings)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"stale": ["book"], "age_s": 40.0}, "a/BTC: book is stale, 40 s old"),
        ({"asks": [(99.9, 5.0)]}, "crossed"),
        ({"asks": [(100.0, 5.0), (99.99, 5.0), (100.1, 5.0)]}, "not a level"),
        ({"asks": []}, "there are no asks"),
        ({"status": "paused"}, "paused"),
        ({"taker_fee": None}, "set taker_fee.a"),
    ],
)
def test_what_makes_a_market_doubtful_is_said(fields, words):
    result = slippage(saved(market("a", **fields), market("b")), size=3)
    assert result.is_incomplete
    assert any(words in warning for warning in result.warnings)
    assert result.values.split is not None


def test_a_venue_whose_fee_nobody_knows_is_walked_but_not_in_the_split():
    values = slippage(saved(market("a", taker_fee=None), market("b")), size=3).values
    assert values.venues[0].impact_bps is not None
    assert values.venues[0].cost_usd is None
    assert [leg.venue for leg in values.split.legs] == ["b"]


@pytest.mark.parametrize(
    ("settings", "inputs", "fee_bps", "words"),
    [
        ({"documented_fees": {"a": Fees(5e-4, None)}}, {}, 5.0, "documented base tier"),
        ({"own_fees": {"a": Fees(3e-4, None)}, "documented_fees": {"a": Fees(5e-4, None)}},
         {}, 3.0, ""),
        ({"documented_fees": {"a": Fees(5e-4, None)}}, {"taker_fee.a": "0.0001"}, 1.0, ""),
    ],
)  # fmt: skip
def test_a_fee_comes_from_the_form_else_the_tier_else_the_documents(
    settings, inputs, fee_bps, words
):
    view = saved(market("a", taker_fee=None))
    result = slippage(view, Settings(now_ns=AT_NS, **settings), size=3, **inputs)
    assert result.values.venues[0].fee_bps == pytest.approx(fee_bps)
    assert bool(words) == any("taker fee" in line for line in result.assumed)
    assert not result.is_incomplete


def test_a_tier_of_one_s_own_is_believed_before_the_one_that_a_listing_is_filled_in_with():
    # Several venues say nobody's fee: their listings have the documented tier of everybody.
    view = saved(market("a", taker_fee=5.5e-4))
    own = {"own_fees": {"a": Fees(3e-4, None)}, "documented_fees": {"a": Fees(5.5e-4, None)}}
    result = slippage(view, Settings(now_ns=AT_NS, **own), size=3)
    assert result.values.venues[0].fee_bps == pytest.approx(3.0)
    assert not any("taker fee" in line for line in result.assumed)


def test_another_quote_currency_moves_the_price_in_dollars():
    view = saved(market("a"), market("b"))
    values = slippage(view, size=5, quote_usd={"b": 0.99}).values
    assert [leg.venue for leg in values.split.legs] == ["b"]
    assert values.split.effective_price == pytest.approx(99.0)
    assert values.venues[1].impact_bps == pytest.approx(values.venues[0].impact_bps)


def test_the_square_root_law_stands_beside_the_book():
    volume = 1e9
    result = slippage(
        saved(market("a")), size_usd=0.0015 * volume, daily_volume_usd=volume,
        sigma_annual=0.03 * math.sqrt(365),
    )  # fmt: skip
    size = result.values.size * result.values.reference_price
    assert size == pytest.approx(0.0015 * volume, rel=1e-3)
    assert result.values.sqrt_impact_bps == pytest.approx(11.62, rel=1e-3)


def test_without_volume_the_open_interest_stands_in_and_without_that_the_law_is_silent():
    known = slippage(saved(market("a", open_interest_base=4e4)), size=10)
    assert any(line.startswith("daily_volume_usd") for line in known.assumed)
    assert known.values.sqrt_impact_bps == pytest.approx(
        0.6 / math.sqrt(365) * math.sqrt(10 / 4e4) * 1e4
    )
    assert slippage(saved(market("a")), size=10).values.sqrt_impact_bps is None


def live_view(depths):
    """A store whose depth within 25 bps went through these fractions, one a sample."""
    store = MarketStore([("a", None)], ["BTC"])
    said = {"venue": "a", "symbol": "BTC", "recv_ns": AT_NS}
    store.apply(Link(venue="a", recv_ns=AT_NS, state="live"))
    store.apply(
        Instrument(native="X", base="BTC", quote="USD", lot=1.0, tick=0.01, taker_fee=0.0, **said)
    )
    for share in depths:
        levels = [tuple((p, s * share) for p, s in side) for side in (BIDS, ASKS)]
        store.apply(BookSnapshot(bids=levels[0], asks=levels[1], **said))
        store.sample(AT_NS)
    store.apply(BookSnapshot(bids=tuple(BIDS), asks=tuple(ASKS), **said))
    return store


def test_depth_that_comes_and_goes_is_counted_at_the_share_that_stays():
    solid = slippage(live_view([1.0] * 24), size=5, haircut=True)
    shy = slippage(live_view([1.0, 0.5] * 12), size=5, haircut=True)
    assert solid.values.venues[0].vwap == pytest.approx(100.0)
    kept = 0.5 / 0.75
    assert shy.values.venues[0].vwap == pytest.approx(
        (5 * kept * 100.0 + (5 - 5 * kept) * 100.05) / 5
    )
    assert any("67 % of quoted depth" in line for line in shy.assumed)


def test_without_a_history_of_depth_no_haircut_is_assumed_and_off_is_off():
    assumed = slippage(saved(market("a")), size=5, haircut=True)
    assert any("haircut of 1.0" in line for line in assumed.assumed)
    off = slippage(live_view([1.0, 0.5] * 12), size=5)
    assert not any("haircut" in line or "quoted depth" in line for line in off.assumed)
    assert off.values.venues[0].vwap == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("inputs", "field", "words"),
    [
        ({"size": 1, "symbol": "BTCC"}, "symbol", "'BTC'"),
        ({"size": 1, "venues": "a,bbb"}, "venues", "'bbb'"),
        ({"size": 1, "taker_fee": "c=0.1"}, "taker_fee", "up to 0.05"),
        ({"size": 1, "taker_fee": "c=0.01"}, "taker_fee", "'c'"),
        ({}, "size", "either"),
        ({"size": 1, "size_usd": 1}, "size", "not both"),
        ({"size": 1e19}, "size", "beyond every market"),
    ],
)
def test_a_field_that_does_not_fit_the_view_is_named(inputs, field, words):
    with pytest.raises(FieldError) as caught:
        slippage(saved(market("a"), market("b")), **inputs)
    assert caught.value.field == field
    assert words in caught.value.ui_message


def test_a_venue_that_was_asked_for_and_does_not_list_the_coin_is_a_warning():
    view = saved(market("a"), market("b", symbol="ETH"))
    assert not slippage(view, size=1).is_incomplete
    result = slippage(view, size=1, venues="a,b")
    assert result.is_incomplete
    assert "b: does not list BTC" in result.warnings


def test_a_symbol_may_be_typed_in_small_letters():
    assert slippage(saved(market("a")), symbol="btc", size=1).values.symbol == "BTC"


def test_the_verdict_can_be_said_aloud():
    verdict = load("slippage").verdict(slippage(saved(A, B), size=12))
    assert verdict == (
        "Buy 12 BTC split over 2 venues for 7.4 bps ($0.89); all on b would cost 11.8 bps."
    )


def test_the_table_has_a_row_a_venue_best_first_and_none_for_unknown():
    result = slippage(saved(A, B, market("c", bids=[], asks=[])), size=12)
    table = load("slippage").rows(result)
    assert [row[0] for row in table.rows] == ["b", "a", "c"]
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert table.rows[-1][1] is None


@st.composite
def ladders(draw):
    """(bids, asks) on ticks around 100 and sizes in tenths."""
    sides = []
    for sign in (-1, 1):
        ticks = sorted(draw(st.sets(st.integers(1, 60), min_size=1, max_size=6)))
        sizes = draw(st.lists(st.integers(1, 90), min_size=len(ticks), max_size=len(ticks)))
        sides.append(
            [(round(100 + sign * t / 100, 2), s / 10) for t, s in zip(ticks, sizes, strict=True)]
        )
    return sides


@given(
    books=st.lists(ladders(), min_size=1, max_size=4),
    fees=st.lists(st.integers(-1, 9), min_size=4, max_size=4),
    tenths=st.integers(1, 300),
    side=st.sampled_from(["buy", "sell"]),
)
def test_the_split_adds_up_and_is_never_dearer_than_the_best_single(books, fees, tenths, side):
    view = saved(*(
        market(f"v{i}", bids, asks, taker_fee=fees[i] / 1e4, lot=0.1)
        for i, (bids, asks) in enumerate(books)
    ))  # fmt: skip
    values = slippage(view, side=side, size=tenths / 10).values
    split, single = values.split, values.best_single
    legs = sum((Decimal(repr(leg.size)) for leg in split.legs), Decimal(0))
    assert legs + Decimal(repr(split.unfilled)) == Decimal(repr(tenths / 10))
    assert split.filled >= single.filled
    if split.filled == single.filled:
        assert split.cost_usd <= single.cost_usd + 1e-9 * abs(single.cost_usd) + 1e-9
    for row in values.venues:
        assert row.filled + row.unfilled == pytest.approx(tenths / 10)
        assert row.slip_bps >= -1e-9
        assert row.impact_bps >= row.slip_bps - 1e-9


def test_an_order_that_no_venue_takes_says_why_and_cannot_be_done() -> None:
    at = saved(market("x", lot=0.1), market("y", lot=0.01, min_notional_usd=10.0))
    result = calc("slippage", at, side="buy", size=0.05, haircut="false")
    assert result.values.split is None
    # Ten dollars at 99.975 are 0.10003, which is 0.11 in lots.
    words = "nothing can be traded of 0.05: x takes 0.1 or more, y takes 0.11 or more"
    assert result.infeasible == words
    assert "y takes 0.11 or more" in load("slippage").verdict(result)
