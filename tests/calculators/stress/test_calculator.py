"""Stress: scenarios on positions and on half-executed plans, through the form."""

import math

import pytest

from cockpit import calculators
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.market_data import Settings
from cockpit.calculators.saved_plans import Expected, SavedPlan, executed, fill
from cockpit.core.market import FundingTerms, Side
from cockpit.core.plan import Leg
from cockpit.core.scenario import scenario_names
from tests.calculators.risk import FEE, btc, coin, held, run, view
from tests.support import AT_NS

TWO = view(btc("a"), btc("b"))
PAIR = [held("a", 10), held("b", -10)]
RICH = {"a": 1e6, "b": 1e6}


def one(at=TWO, settings=None, /, **inputs):  # type: ignore[no-untyped-def]
    """The only row of a table."""
    given = {"positions": PAIR, "equity_usd": RICH, **inputs}
    (row,) = run("stress", at, settings, **given).values.scenarios
    return row


def test_every_scenario_is_a_row_and_the_worst_is_named() -> None:
    result = run("stress", TWO, positions=PAIR, equity_usd=RICH)
    values = result.values
    assert {row.name for row in values.scenarios} == set(scenario_names())
    assert values.worst == min(values.scenarios, key=lambda row: row.pnl_usd).name
    assert not result.is_incomplete


def test_a_gap_cancels_in_money_and_not_in_margin() -> None:
    row = one(shocks={"gap": -0.05}, equity_usd={"a": 100_000, "b": 100_000})
    assert (row.name, row.pnl_usd) == ("custom", pytest.approx(0))
    required = 10 * 57_000 * 0.0125
    assert row.margin_ratio["a"] == pytest.approx(required / 70_000)
    assert row.max_unhedged_usd == 0


def test_a_gap_on_one_venue_is_lost_and_typed_text_is_understood() -> None:
    assert one(shocks='{"gap": {"a": -0.05}}').price_usd == pytest.approx(-30_000)
    assert one(**{"shocks.gap": "-0.05"}).pnl_usd == pytest.approx(0)


def test_a_hedge_that_filled_two_fifths_is_chased_through_the_book() -> None:
    row = one(shocks={"gap": -0.02, "fill_fraction": {"b": 0.4}}, delay_s={"a": 2, "b": 3})
    assert row.price_usd == pytest.approx(-12_000 + 4 * 1_200)
    assert row.fees_usd == pytest.approx(-6 * 58_800 * FEE)
    assert row.slippage_usd == pytest.approx(-(4 * 10 + 2 * 60) / 60_000 * 58_800)
    assert row.max_unhedged_usd == pytest.approx(6 * 60_000)
    assert row.time_to_flat_s == 3
    sd = 0.6 * math.sqrt(3 / 31_536_000)
    assert row.delay_var99_usd == pytest.approx(2.3263 * sd * 360_000)


@pytest.mark.parametrize("key", ["2", "b", "b/BTC", "b/*"])
def test_a_leg_is_named_by_number_venue_market_or_pattern(key) -> None:
    assert one(shocks={"fill_fraction": {key: 0.4}}).max_unhedged_usd == pytest.approx(360_000)


def test_a_plan_is_stressed_as_far_as_it_is_filled() -> None:
    plan = [
        {"venue": "a", "symbol": "BTC", "side": "buy", "size": 10, "filled": 10},
        {"venue": "b", "symbol": "BTC", "side": "sell", "size": 10, "filled": 4, "note": "x"},
    ]
    row = one(positions=None, plan=plan, shocks={"gap": -0.02})
    assert row.price_usd == pytest.approx(-12_000 + 4 * 1_200)


def test_a_kept_plan_is_stressed_as_far_as_it_was_marked_filled() -> None:
    legs = (
        Leg(venue="a", symbol="BTC", side=Side.BUY, size=10.0),
        Leg(venue="b", symbol="BTC", side=Side.SELL, size=10.0, limit=60_000.0),
    )
    kept = SavedPlan(
        name="pair", at_ns=AT_NS, calculator="hedge", verdict="", legs=legs,
        expected=(Expected(), Expected()),
    )  # fmt: skip
    kept = fill(fill(kept, 0, 60_000.0, 10.0, AT_NS), 1, 60_000.0, 4.0, AT_NS)
    row = one(positions=None, plan=executed(kept), shocks={"gap": -0.02})
    assert row.price_usd == pytest.approx(-12_000 + 4 * 1_200)
    assert row.max_unhedged_usd == pytest.approx(6 * 60_000)


def test_a_flip_turns_the_rate_and_decays() -> None:
    at = view(btc("a", 2e-5), btc("b", 0.0))
    stays = one(at, shocks={"funding_flip": True}, positions=[held("a", -10)], hold_h=24)
    assert stays.funding_usd == pytest.approx(-24 * 600_000 * 4e-5)
    decays = one(at, shocks={"funding_flip": True, "funding_decay_h": 6},
                 positions=[held("a", -10)], hold_h=24)  # fmt: skip
    phi = 0.5 ** (1 / 6)
    assert decays.funding_usd == pytest.approx(-600_000 * 4e-5 * sum(phi**k for k in range(1, 25)))


def test_a_shocked_rate_stops_at_the_venues_cap() -> None:
    terms = {"a": FundingTerms(interest_8h=1e-4, dampener_8h=5e-4, cap_8h=0.04)}
    row = one(
        view(btc("a", 1e-3)), Settings(now_ns=AT_NS, funding_terms=terms),
        shocks={"funding_multiplier": 100}, positions=[held("a", -10)], hold_h=1,
        equity_usd={"a": 1e6},
    )  # fmt: skip
    assert row.funding_usd == pytest.approx(600_000 * (0.04 / 8 - 1e-3))


def test_the_weaker_account_is_liquidated_and_the_other_leg_is_closed() -> None:
    row = one(shocks={"gap": -0.10}, equity_usd={"a": 60_000, "b": 1e6}, delay_s={"a": 1, "b": 3})
    assert [(leg.venue, leg.symbol) for leg in row.liquidated] == [("a", "BTC")]
    assert row.first_liquidated == "a"
    assert row.margin_ratio["a"] is None
    assert row.max_unhedged_usd == pytest.approx(540_000)
    assert row.time_to_flat_s == 3
    assert row.fees_usd == pytest.approx(-540_000 * FEE)


def test_a_venue_that_is_gone_leaves_exposure_open() -> None:
    row = one(positions=[held("a", 10), held("b", -10)],
              shocks={"outage": ["a", "b"], "fill_fraction": {"b": 0.5}})  # fmt: skip
    assert row.stays_open
    assert row.time_to_flat_s is None
    assert row.delay_var99_usd == pytest.approx(
        2.3263 * 0.6 * math.sqrt(86_400 / 31_536_000) * 300_000
    )


def test_roles_fall_to_the_venues_that_hold_the_most_and_it_is_said_to_which() -> None:
    result = run(
        "stress", TWO, positions=[held("a", 10), held("b", -12)], equity_usd=RICH,
        shocks={"gap": {"@long": -0.05, "@short": 0.01}},
    )  # fmt: skip
    (row,) = result.values.scenarios
    assert row.price_usd == pytest.approx(-30_000 - 7_200)
    assert "scenarios: long is a, short is b" in result.assumed


def test_a_role_that_falls_to_no_venue_is_named_as_missing() -> None:
    result = run(
        "stress", TWO, positions=[held("a", 10), held("b", 4)], equity_usd=RICH,
        shocks={"gap": {"@long": -0.05, "@short": 0.01}},
    )  # fmt: skip
    assert "scenarios: long is a, no short" in result.assumed


def test_where_nobody_is_short_an_outage_hits_the_largest_and_a_gap_nobody() -> None:
    rows = [held("a", 10), held("b", 4)]
    row = one(positions=rows, shocks={"gap": {"@short": 0.1}, "equity_lost": {"@short": 0.5}})
    assert row.price_usd == 0
    assert row.collateral_usd == pytest.approx(-0.5e6)


def test_a_frozen_venue_shows_no_gain_while_the_other_leg_moves() -> None:
    row = one(shocks={"gap": -0.05, "frozen": ["@short"]})
    assert row.price_usd == pytest.approx(-30_000)


def test_a_halt_and_late_settlement_add_up_to_the_delay() -> None:
    row = one(
        shocks={"halt_s": {"b": 100}, "settlement_delay_s": 20, "fill_fraction": {"b": 0.5}},
        delay_s={"a": 1, "b": 2},
    )
    assert row.time_to_flat_s == pytest.approx(122)


def test_a_depeg_takes_its_share_of_every_account() -> None:
    row = one(shocks={"depeg": 0.12})
    assert row.collateral_usd == pytest.approx(-0.12 * 2e6)
    assert row.pnl_usd == pytest.approx(-0.12 * 2e6)


def test_coins_that_are_owned_lie_at_no_venue() -> None:
    rows = [held("spot", 12), held("b", -10)]
    row = one(positions=rows, equity_usd={"b": 1e6}, shocks={
        "gap": {"@long": -0.5}, "depeg": 0.1, "equity_lost": {"@largest": 0.2, "spot": 0.9},
    })  # fmt: skip
    assert row.price_usd == 0
    assert row.collateral_usd == pytest.approx(-1e5 - 0.2 * 9e5)
    taken = one(positions=rows, equity_usd={"b": 1e6}, shocks={"gap": 0.1, "adl_fraction": 1.0})
    assert taken.fees_usd == 0


def test_coins_fall_by_their_beta_when_all_move_as_one() -> None:
    at = view(btc("a"), coin("a", "DOGE", 0.1, 0.05))
    rows = [held("a", 1), held("a", 100_000, "DOGE")]
    fall = {"gap": -0.1, "correlation_one": True}
    own = one(at, positions=rows, shocks=fall, betas={"BTC": 1, "DOGE": 2}, equity_usd={"a": 1e6})
    assert own.price_usd == pytest.approx(-6_000 - 2_000)
    result = run("stress", at, positions=rows, shocks=fall, equity_usd={"a": 1e6})
    assert any(words.startswith("betas: BTC 1, DOGE 1.6") for words in result.assumed)


def test_a_story_counts_at_the_point_where_prices_are_farthest() -> None:
    # The squeeze lifts the coin by 14 %, the market by 1.2 %, and gives back 11 % afterwards.
    at = view(coin("a", "WIF", 2.0, 0.05))
    row = one(at, positions=[held("a", 1_000, "WIF")], scenarios="squeeze", equity_usd={"a": 1e6},
              betas={"WIF": 1})  # fmt: skip
    assert row.price_usd == pytest.approx(2_000 * (1.14 * 1.012 - 1))


def test_todays_carry_is_paid_on_the_index_as_margin_has_it() -> None:
    # 10 x 59,000 x 1e-4 an hour, whatever the mark says.
    at = view(btc("a", rate=1e-4, mark=60_000.0, index=59_000.0))
    asked = {"positions": [held("a", -10)], "equity_usd": {"a": 1e6}}
    values = run("stress", at, shocks={"gap": -0.1}, **asked).values
    assert values.carry_usd_per_hour == pytest.approx(59.0)
    (account,) = run("margin", at, **asked).values.venues
    assert account.carry_usd_per_hour == values.carry_usd_per_hour


def test_equity_and_books_that_are_not_known_are_null_and_said() -> None:
    at = view(btc("a", bids=[], asks=[]))
    result = run("stress", at, positions=[held("a", 10)], shocks={"gap": -0.9})
    (row,) = result.values.scenarios
    assert result.is_incomplete
    assert row.margin_ratio == {"a": None}
    assert row.liquidated == ()
    assert row.liquidation_usd is None
    assert row.price_usd == pytest.approx(-540_000)
    assert any("not all liquidations are counted" in words for words in result.warnings)
    assert any("no book" in words for words in result.warnings)


def test_fewer_levels_change_no_fill_at_the_end_of_a_group() -> None:
    asks = [(60_000.0 + 10 * k, 1.0) for k in range(1, 101)]
    bids = [(60_000.0 - 10 * k, 1.0) for k in range(1, 101)]
    at = view(btc("a", bids=bids, asks=asks), btc("b", bids=bids, asks=asks))
    row = one(at, positions=[held("a", 100), held("b", -100)], equity_usd={"a": 1e8, "b": 1e8},
              shocks={"fill_fraction": {"b": 0}})  # fmt: skip
    assert row.slippage_usd == pytest.approx(-sum(10 * k for k in range(1, 101)))


@pytest.mark.parametrize(
    ("inputs", "field", "words"),
    [
        ({}, "positions", "none in the view"),
        ({"positions": PAIR, "scenarios": "squeze"}, "scenarios", "'squeeze'"),
        ({"positions": PAIR, "shocks": {"gab": 1}}, "shocks", "gab"),
        ({"positions": PAIR, "shocks": {"gap": -1}}, "shocks", "above -1"),
        ({"positions": PAIR, "shocks": {"gap": "deep"}}, "shocks", "gap"),
        ({"positions": PAIR, "shocks": {"depth_fraction": 0}}, "shocks", "depth_fraction"),
        ({"positions": PAIR, "shocks": {"fill_fraction": {"a": 2}}}, "shocks", "fill_fraction"),
        ({"positions": PAIR, "shocks": {"depeg": 2}}, "shocks", "depeg"),
        ({"positions": PAIR, "shocks": {"settlement_delay_s": -1}}, "shocks", "settlement_delay_s"),
        ({"positions": PAIR, "shocks": {"funding_decay_h": 0}}, "shocks", "funding_decay_h"),
        ({"plan": [{"venue": "a"}]}, "plan", r"plan\[1\]: .*symbol"),
        ({"plan": [{"venue": "a", "symbol": "BTC", "side": "up", "size": 1}]}, "plan", "side"),
        ({"plan": [{"venue": "a", "symbol": "BTC", "side": "buy", "size": -1}]}, "plan", "size"),
        ({"plan": [{"venue": "a", "symbol": "BTC", "side": "buy", "size": 1, "filled": -1}]},
         "plan", "filled"),
        ({"positions": PAIR, "shocks": {"gap": {"q": -0.1}}}, "shocks", "gap: 'q' matches nothing"),
        ({"positions": PAIR, "shocks": {"outage": ["q"]}}, "shocks", "outage: 'q' matches"),
        ({"positions": PAIR, "shocks": {"fill_fraction": {"3": 0.5}}}, "shocks", "'3' matches"),
        ({"positions": PAIR, "shocks": {"symbols": ["BTCC"]}}, "shocks", "symbols.*'BTC'"),
        ({"positions": PAIR, "shocks": {"venues": ["q*"]}}, "shocks", "venues: 'q\\*'"),
        ({"positions": PAIR, "shocks": {"gap": {"@shrt": 1}}}, "shocks", "'@short'"),
        ({"positions": PAIR, "shocks": {"adl_fraction": 2}}, "shocks", "adl_fraction"),
        ({"positions": PAIR, "betas": {"BTCC": 2}}, "betas", "'BTC'"),
        ({"positions": PAIR, "delay_s": {"q": 1}}, "delay_s", "'q' is not in the view"),
        ({"positions": PAIR, "paths": 10}, "paths", "from 100"),
        ({"positions": PAIR, "horizon_h": 0}, "horizon_h", "above 0"),
        ({"positions": PAIR, "refill_s": 0}, "refill_s", "above 0"),
    ],
)  # fmt: skip
def test_bad_input_is_a_sentence_that_names_the_field(inputs, field, words) -> None:
    with pytest.raises(FieldError, match=words) as caught:
        run("stress", TWO, **inputs)
    assert caught.value.field == field


def test_rows_stand_worst_first_and_the_verdict_names_the_worst() -> None:
    module = calculators.load("stress")
    result = run("stress", TWO, positions=PAIR, equity_usd=RICH)
    table = module.rows(result)
    worst = result.values.worst.replace("_", " ")
    assert table.rows[0][0] == worst
    assert len(table.rows[0]) == len(table.columns)
    assert module.verdict(result).startswith(f"Worst is {worst}: −$")


def test_the_parts_of_a_scenario_add_up_to_its_result():
    result = run("stress", TWO, positions=PAIR, equity_usd=RICH)
    for row in result.values.scenarios:
        parts = (row.price_usd, row.funding_usd, row.fees_usd, row.slippage_usd,
                 row.liquidation_usd, row.collateral_usd)  # fmt: skip
        assert row.pnl_usd == pytest.approx(sum(parts))


def test_a_loss_is_said_as_a_share_of_equity_and_in_hours_of_the_carry():
    values = run("stress", TWO, positions=PAIR, equity_usd=RICH).values
    assert values.equity_usd == pytest.approx(sum(RICH.values()))
    for row in values.scenarios:
        assert row.equity_frac == pytest.approx(row.pnl_usd / sum(RICH.values()))
        earns = values.carry_usd_per_hour > 0 and row.pnl_usd < 0
        hours = -row.pnl_usd / values.carry_usd_per_hour if earns else None
        assert row.carry_h == (None if hours is None else pytest.approx(hours))


def test_what_binary_fractions_leave_is_not_open_exposure() -> None:
    # 0.3 - 0.1 - 0.2 is -2.8e-17 in binary.
    at = view(btc("a"), btc("b"), btc("c"))
    rows = [held("a", 0.3), held("b", -0.1), held("c", -0.2)]
    for scale in (1.0, 1 + 1e-12, 1 - 1e-12):
        row = one(
            at,
            positions=[{**row, "size": row["size"] * scale} for row in rows],
            equity_usd={"a": 600, "b": 1e5, "c": 1e5},
            shocks={"gap": -0.05},
            delay_s={"a": 2, "b": 2, "c": 2},
        )
        assert [gone.venue for gone in row.liquidated] == ["a"]
        assert (row.stays_open, row.time_to_flat_s) == (False, 2)
