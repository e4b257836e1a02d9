"""Hedge: legs over venues that bring delta and carry where they are wanted, at least cost."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit import calculators
from cockpit.analytics.hedging.legs import HedgeVenue
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.market_data import Settings
from cockpit.core.events import BookSnapshot, Funding, Instrument, Link
from cockpit.core.market import Side
from cockpit.state.store import MarketStore
from tests.analytics.hedging.single import hedge_legs
from tests.calculators.faults import fault
from tests.calculators.risk import btc, coin, held, run, view
from tests.support import AT_NS

DEEP = {"bids": [(59_999.999, 1e6)], "asks": [(60_000.001, 1e6)], "taker_fee": 0.0}


def deep(venue: str, rate: float | None = 0.0, **fields):  # type: ignore[no-untyped-def]
    return btc(venue, rate, **{**DEEP, **fields})


def hedge(at, **inputs):  # type: ignore[no-untyped-def]
    return run("hedge", at, **{"haircut": False, **inputs})


def legs(result) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """Venue and symbol -> signed base units."""
    return {f"{x.venue}/{x.symbol}": x.side.sign * x.size for x in result.plan.legs}


MILLION = 1e6 / 60_000
THREE = view(deep("held", 3e-5), deep("a", 1e-5), deep("b", 5e-5, taker_fee=1e-4))


def test_a_million_long_at_three_is_carried_by_half_at_one_and_half_at_five() -> None:
    result = hedge(
        THREE, symbol="BTC", size=MILLION, venue="held", venues="a,b", target_carry_usd_per_hour=0
    )
    assert legs(result) == {
        "a/BTC": pytest.approx(-MILLION / 2, abs=2e-3),
        "b/BTC": pytest.approx(-MILLION / 2, abs=2e-3),
    }
    assert result.values.carry_before_usd_per_hour == pytest.approx(-30)
    assert result.values.carry_after_usd_per_hour == pytest.approx(0, abs=0.01)
    assert abs(result.values.delta_after) <= 0.001
    assert result.infeasible is None


def test_without_a_target_the_cheapest_venue_takes_the_whole_hedge() -> None:
    at = view(deep("dear", taker_fee=5e-4), deep("cheap", taker_fee=1e-4))
    result = hedge(at, symbol="BTC", size=10)
    assert legs(result) == {"cheap/BTC": -10.0}
    assert result.values.delta_after == 0
    assert result.values.cost_usd == pytest.approx(10 * 60_000 * 1e-4, abs=0.02)


def test_only_the_edge_of_the_band_is_paid_for() -> None:
    result = hedge(view(deep("x")), symbol="BTC", size=10, band_usd=120_000)
    assert legs(result) == {"x/BTC": -8.0}
    assert result.values.delta_after == pytest.approx(2.0)


def test_rounding_to_lots_does_not_leave_the_band() -> None:
    at = view(deep("x", lot=0.01))
    for band in (100.0, 1_000.0, 50_000.0):
        found = hedge(at, symbol="BTC", size=7.7777, band_usd=band).values
        assert abs(found.delta_after_usd) <= max(band, 300.0) + 1e-6


def test_a_sold_hedge_is_walked_down_the_bids_and_its_limit_is_the_last_level() -> None:
    result = hedge(view(btc("x")), symbol="BTC", size=10)
    leg = result.plan.legs[0]
    assert (leg.side, leg.size, leg.limit) == (Side.SELL, 10.0, 59_940.0)
    got = 4 * 59_990 + 6 * 59_940
    assert result.values.cost_usd == pytest.approx(600_000 - got + 0.00045 * got)
    assert result.values.cost_usd_per_hour_held == pytest.approx(result.values.cost_usd / 24)


def test_caps_that_are_too_small_leave_the_rest_and_name_themselves() -> None:
    result = hedge(THREE, symbol="BTC", size=10, venues="a,b", max_usd={"a": 120_000, "b": 60_000})
    assert legs(result) == {"a/BTC": -2.0, "b/BTC": -1.0}
    assert result.values.delta_after == pytest.approx(7.0)
    assert "stay unhedged" in result.infeasible
    assert "cap at a (120,000 USD), cap at b (60,000 USD)" in result.values.binding


def test_a_book_that_is_too_thin_is_the_limit_and_says_so() -> None:
    result = hedge(view(btc("x")), symbol="BTC", size=100)
    assert legs(result) == {"x/BTC": -42.0}
    assert "book at x" in result.infeasible
    assert (
        calculators.load("hedge").verdict(result).endswith(f"Not all of it: {result.infeasible}.")
    )


def test_margin_that_is_too_small_limits_the_trade() -> None:
    result = hedge(view(deep("x")), symbol="BTC", size=10, equity_usd={"x": 7_500})
    assert legs(result) == {"x/BTC": -5.0}
    assert "margin at x (300,000 USD)" in result.infeasible
    assert result.values.margin_usd == {"x": pytest.approx(7_500)}


def test_a_carry_that_no_venue_pays_gives_the_best_there_is() -> None:
    result = hedge(
        THREE, symbol="BTC", size=MILLION, venue="held", venues="a", target_carry_usd_per_hour=0
    )
    assert result.values.carry_after_usd_per_hour == pytest.approx(-30 + 10, abs=0.01)
    assert "carry ends at -20.00 USD/h of +0.00" in result.infeasible


def test_fifteen_minutes_unhedged_risk_what_the_normal_says() -> None:
    result = hedge(
        view(deep("x")), symbol="BTC", size=10, sigma_annual=0.6, delay_s={"x": 900}
    )  # fmt: skip
    risk = result.values.delay_risk
    assert risk.sd_usd == pytest.approx(1923.18, rel=1e-4)
    assert risk.var99_usd == pytest.approx(4473.90, rel=1e-4)
    assert risk.es99_usd == pytest.approx(5125.67, rel=1e-4)
    assert risk.by_venue[0].delay_s == 900
    fat = hedge(view(deep("x")), symbol="BTC", size=10, sigma_annual=0.6, delay_s={"x": 900},
                tail_multiplier=1.5)  # fmt: skip
    assert fat.values.delay_risk.var99_usd == pytest.approx(1.5 * 4473.90, rel=1e-4)


def test_a_fill_takes_the_measured_latency_and_two_blocks() -> None:
    at = view(
        deep("x"),
        chains=[{"venue": "x", "cadence_s": 0.5, "latency_ms_p50": 80.0, "latency_ms_p99": 300.0}],
    )
    result = hedge(at, symbol="BTC", size=10)
    assert result.values.delay_risk.by_venue[0].delay_s == pytest.approx(0.3 + 2 * 0.5)
    assert any("1.30 s, measured" in words for words in result.assumed)


def test_where_nothing_was_measured_the_delay_is_assumed_and_said() -> None:
    result = hedge(view(deep("x")), symbol="BTC", size=10)
    assert "x: a fill takes 2 s, neither latency nor blocks measured" in result.assumed


def test_another_coin_is_hedged_at_the_ratio_of_least_variance() -> None:
    at = view(coin("x", "AAA", 100.0, 0.02, taker_fee=0.0), coin("x", "BBB", 50.0, 0.02))
    result = hedge(
        at, symbol="AAA", size=1000, hedge_symbol="BBB", correlation=0.97, sigma_annual=0.030,
        hedge_sigma_annual=0.031,
    )  # fmt: skip
    ratio = 0.97 * 0.030 / 0.031
    assert result.values.hedge_ratio == pytest.approx(0.93871, abs=1e-5)
    assert legs(result) == {"x/BBB": pytest.approx(-1000 * 100 * ratio / 50, abs=0.01)}
    assert result.values.delta_after == pytest.approx(0, abs=0.01)
    assert any("0.73 % of its value" in words for words in result.warnings)


def test_the_ratio_is_measured_on_minutes_that_the_view_remembers() -> None:
    generator = np.random.default_rng(5)
    other = generator.normal(0, 1e-3, 60)
    mine = 0.7 * other + generator.normal(0, 3e-4, 60)
    store = MarketStore([("x", None)], ["AAA", "BBB"])
    store.apply(Link(venue="x", recv_ns=AT_NS, state="live"))
    for symbol in ("AAA", "BBB"):
        store.apply(Instrument(
            venue="x", symbol=symbol, recv_ns=AT_NS, native=symbol, base=symbol, quote="USD",
            lot=0.001, taker_fee=0.0,
        ))  # fmt: skip
    paths = {"AAA": 100 * np.exp(np.cumsum(mine)), "BBB": 50 * np.exp(np.cumsum(other))}
    for k in range(60):
        at_ns = AT_NS + k * 60 * 10**9
        for symbol, path in paths.items():
            price = float(path[k])
            store.apply(BookSnapshot(
                venue="x", symbol=symbol, recv_ns=at_ns, bids=((price - 1e-6, 1e6),),
                asks=((price + 1e-6, 1e6),),
            ))  # fmt: skip
            store.apply(Funding(
                venue="x", symbol=symbol, recv_ns=at_ns, kind="live", rate=0.0, interval_s=3600,
            ))  # fmt: skip
        store.sample(at_ns)
    weight = 0.97 ** np.arange(58, -1, -1)
    beta = np.sum(weight * mine[1:] * other[1:]) / np.sum(weight * other[1:] ** 2)
    values = run(
        "hedge", store, Settings(now_ns=at_ns), symbol="AAA", size=10, hedge_symbol="BBB",
        haircut=False,
    ).values  # fmt: skip
    assert values.hedge_ratio == pytest.approx(beta, rel=1e-6)
    # What is given is used, what is not is measured: the ratio is rho times held sd over hedge sd.
    asked = {"symbol": "AAA", "size": 10, "hedge_symbol": "BBB", "haircut": False}
    said = run("hedge", store, Settings(now_ns=at_ns), **asked, correlation=0.5)
    sd_ratio = math.sqrt(np.sum(weight * mine[1:] ** 2) / np.sum(weight * other[1:] ** 2))
    assert said.values.hedge_ratio == pytest.approx(0.5 * sd_ratio, rel=1e-6)
    assert any("correlation as given" in words for words in said.assumed)


def test_two_venues_of_one_coin_are_hedged_one_to_one() -> None:
    result = hedge(THREE, symbol="BTC", size=5, correlation=0.9)
    assert result.values.hedge_ratio == 1.0
    assert "BTC is hedged in itself, one to one: correlation not used" in result.warnings


def test_two_coins_that_move_alike_are_hedged_by_their_volatilities() -> None:
    folder = "calculators/15-cross-coin-hedge-ratio-forced-to-1"
    assert fault(folder, "hedge").values.hedge_ratio == pytest.approx(0.996 / 0.6)
    below = fault(folder, "hedge", correlation=0.994).values.hedge_ratio
    assert below == pytest.approx(0.994 / 0.6)


def test_the_band_is_as_wide_as_cost_and_aversion_make_it() -> None:
    # 5 bps of 60,000 are 30 USD a bitcoin; the other figures are those of the reference.
    at = view(deep("x", taker_fee=5e-4))
    given = {"symbol": "BTC", "size": 10, "sigma_annual": 0.6, "risk_aversion": 1e-5}
    drifting = hedge(at, **given, target_sd=0.05).values
    assert drifting.band_half_width == pytest.approx(1.6586, rel=1e-3)
    once = hedge(at, **given, hold_h=24).values
    assert once.band_half_width == pytest.approx(1.6898, rel=1e-3)


def test_the_whole_book_is_hedged_symbol_by_symbol() -> None:
    at = view(deep("x"), deep("y"), coin("x", "ETH", 3000, 0.02), coin("y", "ETH", 3000, 0.02))
    rows = [held("x", 10), held("y", -4), held("x", -50, "ETH")]
    result = hedge(at, positions=rows, venues="y")
    assert legs(result) == {"y/BTC": -6.0, "y/ETH": 50.0}
    assert [asset.symbol for asset in result.values.assets] == ["BTC", "ETH"]
    assert result.values.delta_before is None
    assert result.values.delta_before_usd == pytest.approx(6 * 60_000 - 50 * 3000)
    assert result.values.delta_after_usd == pytest.approx(0, abs=30)
    one = hedge(at, positions=rows, venues="y", symbol="ETH")
    assert legs(one) == {"y/ETH": 50.0}


def test_positions_of_the_view_are_the_book() -> None:
    saved = [{**held("x", 10), "account": "0x" + "ab" * 20, "mark": 60_000.0, "source": "venue"}]
    result = hedge(view(deep("x"), deep("y"), positions=saved), book="true", venues="y")
    assert legs(result) == {"y/BTC": -10.0}


def test_a_venue_whose_funding_or_fee_is_not_known_is_left_out_by_name() -> None:
    at = view(deep("a", None), deep("b", taker_fee=None), deep("c", taker_fee=1e-3))
    result = hedge(at, symbol="BTC", size=10)
    assert legs(result) == {"c/BTC": -10.0}
    assert result.is_incomplete
    assert {words.partition(":")[0] for words in result.warnings} >= {"a", "b"}


def test_a_rebate_does_not_look_like_a_crossed_book() -> None:
    at = view(deep("rebate", taker_fee=-1e-4), deep("plain", taker_fee=1e-4))
    assert legs(hedge(at, symbol="BTC", size=10)) == {"rebate/BTC": -10.0}


def test_rates_revert_to_what_was_paid_only_when_told_so() -> None:
    at = view(deep("x", 8e-5, settled=[0.0] * 48))
    stay = hedge(at, symbol="BTC", size=1, hold_h=2).values
    assert stay.carry_after_usd_per_hour == pytest.approx(60_000 * 8e-5)
    revert = hedge(at, symbol="BTC", size=1, hold_h=2, phi=0.5).values
    assert revert.carry_after_usd_per_hour == pytest.approx(60_000 * 8e-5 * (0.5 + 0.25) / 2)


@settings(max_examples=40, deadline=None)
@given(size=st.floats(-40, 40).filter(lambda s: abs(s) > 0.01))
def test_a_neutral_hedge_leaves_less_than_half_a_lot(size: float) -> None:
    result = hedge(view(btc("x"), btc("y", lot=0.01)), symbol="BTC", size=size)
    assert result.infeasible is None
    finest = min(0.001 if name.startswith("x") else 0.01 for name in legs(result))
    assert abs(size + sum(legs(result).values())) <= finest / 2 + 1e-9
    assert result.values.cost_usd >= 0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.floats(5, 60))
def test_merged_levels_find_what_the_whole_program_finds(seed, size) -> None:
    books = {name: _ladder(seed + i) for i, name in enumerate(("a", "b", "c"))}
    at = view(*(btc(n, 1e-5, bids=b, asks=a, lot=1e-5) for n, (b, a) in books.items()))
    result = hedge(at, symbol="BTC", size=size)
    venues = [
        HedgeVenue(
            name, 0.0, [],
            [(60_000 * q, 1 - p / 60_000 + 4.5e-4 * p / 60_000) for p, q in b],
            math.inf, 0.0, math.inf, 0.0,
        )
        for name, (b, _) in books.items()
    ]  # fmt: skip
    exact = hedge_legs(size * 60_000, 0.0, venues, 0.0, None)
    assert result.values.cost_usd <= exact.cost_usd * 1.0001 + 1.0


def _ladder(seed: int) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Sixty levels a side around 60,000, seeded."""
    steps, sizes, price = [], [], 0.0
    for k in range(60):
        price += 1 + (seed * 7919 + k * 104_729) % 13
        steps.append(price)
        sizes.append(0.1 + (seed * 31 + k * 17) % 7 / 5)
    bids = [(60_000 - s, q) for s, q in zip(steps, sizes, strict=True)]
    return bids, [(60_000 + s, q) for s, q in zip(steps, sizes, strict=True)]


@pytest.mark.parametrize(
    ("inputs", "field", "words"),
    [
        ({}, "size", "one of size, positions, or book"),
        ({"size": 1, "book": True, "symbol": "BTC"}, "size", "one of size"),
        ({"size": 1}, "symbol", "needed with size"),
        ({"size": 0, "symbol": "BTC"}, "size", "other than 0"),
        ({"size": 1, "symbol": "BTCC"}, "symbol", "did you mean 'BTC'"),
        ({"size": "many", "symbol": "BTC"}, "size", "expected a number"),
        ({"size": 1, "symbol": "BTC", "venue": "hedl"}, "venue", "did you mean 'held'"),
        ({"size": 1, "symbol": "BTC", "venues": "c"}, "venues", "'c' is not in the view"),
        ({"size": 1, "symbol": "BTC", "max_usd": {"q": 1}}, "max_usd", "'q' is not in the view"),
        ({"size": 1, "symbol": "BTC", "max_usd": {"a": -1}}, "max_usd", "from 0"),
        ({"size": 1, "symbol": "BTC", "delay_s": {"q": 1}}, "delay_s", "'q' is not in the view"),
        ({"size": 1, "symbol": "BTC", "band_usd": -1}, "band_usd", "from 0"),
        ({"size": 1, "symbol": "BTC", "hold_h": 0}, "hold_h", "above 0"),
        ({"size": 1, "symbol": "BTC", "phi": 1.1}, "phi", "up to 1"),
        ({"size": 1, "symbol": "BTC", "correlation": 2}, "correlation", "up to 1"),
        ({"size": 1, "symbol": "BTC", "hedge_symbol": "BTCC"}, "hedge_symbol", "mean 'BTC'"),
        ({"book": "true"}, "book", "no positions"),
        ({"positions": []}, "positions", "no positions"),
    ],
)
def test_bad_input_is_a_sentence_that_names_the_field(inputs, field, words) -> None:
    with pytest.raises(FieldError, match=words) as caught:
        hedge(THREE, **inputs)
    assert caught.value.field == field


def test_another_symbol_needs_what_ties_it_to_the_first() -> None:
    at = view(deep("x"), coin("x", "ETH", 3000, 0.02))
    with pytest.raises(FieldError, match="hedging BTC in ETH needs correlation"):
        hedge(at, symbol="BTC", size=1, hedge_symbol="ETH")


def test_rows_are_venues_before_and_after_and_the_verdict_says_what_to_do() -> None:
    module = calculators.load("hedge")
    result = hedge(view(btc("x")), symbol="BTC", size=10, venue="x")
    table = module.rows(result)
    assert [row[:4] for row in table.rows] == [("x", 600_000.0, 0.0, -600_000.0)]
    assert len(table.rows[0]) == len(table.columns)
    assert module.verdict(result).startswith("Sell 10 BTC on x: delta $600,000 to $0")


def test_venues_add_up_to_the_delta_before_and_after() -> None:
    values = hedge(THREE, positions=[held("x", 3), held("y", -1)]).values
    assert sum(v.before_usd for v in values.by_venue) == pytest.approx(values.delta_before_usd)
    assert sum(v.after_usd for v in values.by_venue) == pytest.approx(values.delta_after_usd)


def test_one_book_does_not_hedge_several_symbols_at_once() -> None:
    at = view(deep("x"), coin("x", "ETH", 3000, 0.02), coin("x", "SOL", 150, 0.02))
    rows = [held("x", 1), held("x", 10, "SOL")]
    with pytest.raises(FieldError, match="one symbol at a time"):
        hedge(at, positions=rows, hedge_symbol="ETH", correlation=0.9, sigma_annual=0.5,
              hedge_sigma_annual=0.6)  # fmt: skip
