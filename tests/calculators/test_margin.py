"""Margin: what accounts must keep, where legs end, and what ends an account together."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit import calculators
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.market_data import Settings
from cockpit.core.margins import Tier, VenueMargin
from tests.calculators.risk import btc, coin, held, run, view
from tests.support import AT_NS

HL = "hyperliquid"
ONE = view(btc(HL))


@pytest.mark.parametrize(("size", "price"), [(10.0, 54_683.54), (-10.0, 65_185.19)])
def test_sixty_thousand_behind_ten_bitcoin_ends_at_the_venues_own_price(size, price) -> None:
    found = run("margin", ONE, positions=[held(HL, size)], equity_usd={HL: 60_000}).values
    assert found.legs[0].liquidation == pytest.approx(price, abs=0.01)
    assert found.legs[0].distance == pytest.approx(price / 60_000 - 1, abs=1e-6)
    assert found.venues[0].maintenance_usd == pytest.approx(7_500)
    assert found.venues[0].initial_usd == pytest.approx(15_000)
    assert found.venues[0].free_usd == pytest.approx(45_000)
    assert found.venues[0].margin_ratio == pytest.approx(0.125)


def test_a_short_of_three_ether_with_a_thousand_behind_it_ends_as_documented() -> None:
    found = run(
        "margin", view(coin("dydx", "ETH", 3000, 0.05)),
        positions=[held("dydx", -3, "ETH", entry=3000)], equity_usd={"dydx": 1000},
    ).values  # fmt: skip
    assert found.legs[0].liquidation == pytest.approx(3174.603, abs=0.001)


BOOK = view(btc("x", mmf=0.0125), coin("x", "ETH", 3000, 0.02), coin("x", "SOL", 150, 0.025))
THREE = [held("x", 10), held("x", -100, "ETH"), held("x", 2000, "SOL")]


def test_a_joint_move_ends_a_portfolio_where_the_reference_says() -> None:
    found = run(
        "margin", BOOK, positions=THREE, equity_usd={"x": 80_000},
        shock={"BTC": -1, "ETH": -1.3, "SOL": -1.6},
    ).values  # fmt: skip
    assert found.joint_shock == pytest.approx(0.08902972687, rel=1e-9)
    assert found.venues[0].maintenance_usd == pytest.approx(21_000)
    assert found.venues[0].margin_ratio == pytest.approx(0.2625)


def test_without_a_direction_the_nearer_of_up_and_down_counts() -> None:
    result = run("margin", ONE, positions=[held(HL, -10)], equity_usd={HL: 60_000})
    assert result.values.joint_shock == pytest.approx(65_185.185 / 60_000 - 1, abs=1e-6)
    assert any(words.startswith("shock") for words in result.assumed)


def test_a_symbol_without_a_direction_stays_where_it_is() -> None:
    alone = run("margin", BOOK, positions=THREE, equity_usd={"x": 80_000}, shock={"BTC": -1})
    leg = next(leg for leg in alone.values.legs if leg.symbol == "BTC")
    assert alone.values.joint_shock == pytest.approx(-leg.distance)


def test_accounts_stand_alone_and_the_weaker_one_is_the_answer() -> None:
    at = view(btc(HL), btc("bybit"))
    found = run(
        "margin", at, positions=[held(HL, 10), held("bybit", -10)],
        equity_usd={HL: 60_000, "bybit": 30_000},
    ).values  # fmt: skip
    assert [venue.venue for venue in found.venues] == [HL, "bybit"]
    assert found.joint_shock == min(venue.joint_shock for venue in found.venues)
    assert found.joint_shock == found.venues[1].joint_shock


def test_two_hundred_million_of_bitcoin_fall_into_the_second_tier() -> None:
    result = run("margin", ONE, positions=[held(HL, 200e6 / 60_000)], equity_usd={HL: 20e6})
    assert result.values.venues[0].maintenance_usd == pytest.approx(3_125_000)
    assert any("estimate" in words for words in result.assumed)


def test_a_venue_that_states_another_fraction_wins_over_the_documented_tiers() -> None:
    found = run(
        "margin", view(btc(HL, mmf=0.02)), positions=[held(HL, 10)], equity_usd={HL: 60_000}
    ).values
    assert found.legs[0].maintenance_usd == pytest.approx(12_000)


def test_the_traders_own_table_wins_over_the_venue_and_his_figure_over_both() -> None:
    own = VenueMargin(tiers={"*": (Tier(0, 0.03, 20),)})
    settings = Settings(now_ns=AT_NS, own_margins={HL: own})
    position = held(HL, 10)
    table = run("margin", ONE, settings, positions=[position], equity_usd={HL: 60_000})
    assert table.values.legs[0].maintenance_usd == pytest.approx(18_000)
    typed = run(
        "margin", ONE, settings, positions=[{**position, "mmf": 0.1}], equity_usd={HL: 90_000}
    )
    assert typed.values.legs[0].maintenance_usd == pytest.approx(60_000)


def test_funding_that_is_paid_ends_an_account_and_funding_that_is_received_does_not() -> None:
    paid = run("margin", ONE, positions=[held(HL, 10)], equity_usd={HL: 60_000}).values
    assert paid.hours_to_liquidation == pytest.approx((60_000 - 7_500) / 7.5)
    got = run("margin", ONE, positions=[held(HL, -10)], equity_usd={HL: 60_000}).values
    assert got.hours_to_liquidation is None
    assert got.venues[0].carry_usd_per_hour == pytest.approx(7.5)


def test_a_margin_that_nobody_knows_is_null_and_said() -> None:
    result = run("margin", view(btc("new", mmf=None)), positions=[held("new", 1)])
    assert result.is_incomplete
    venue = result.values.venues[0]
    assert (venue.equity_usd, venue.maintenance_usd, venue.margin_ratio) == (None, None, None)
    assert result.values.legs[0].liquidation is None
    assert any("set mmf" in words for words in result.warnings)
    assert any("set equity_usd.new" in words for words in result.warnings)
    assert "not known" in calculators.load("margin").verdict(result)


def test_an_account_below_its_maintenance_is_warned_of() -> None:
    result = run("margin", ONE, positions=[held(HL, 10)], equity_usd={HL: 5_000})
    assert result.values.joint_shock == 0
    assert result.values.hours_to_liquidation == 0
    assert any("liquidated now" in words for words in result.warnings)


def test_equity_that_is_gone_has_no_ratio() -> None:
    found = run("margin", ONE, positions=[held(HL, 10)], equity_usd={HL: -5}).values
    assert found.venues[0].margin_ratio is None


ACCOUNT = "0x" + "ab" * 20
FOLLOWED = {
    "positions": [
        {**held(HL, 10), "account": ACCOUNT, "mark": 60_000.0, "source": "venue", "leverage": 20.0},
        {**held(HL, -100, "ETH"), "account": ACCOUNT, "mark": 3_000.0, "source": "venue",
         "margin_mode": "isolated"},
    ],
    "accounts": [
        {"venue": HL, "account": ACCOUNT, "state": "read", "stale": False,
         "pools": [{"pool": "", "equity_usd": 60_000.0}]},
    ],
}  # fmt: skip


def test_positions_of_the_view_stand_on_the_equity_that_was_read() -> None:
    found = run("margin", view(btc(HL), coin(HL, "ETH", 3000, 0.02), **FOLLOWED)).values
    cross, isolated = found.venues
    assert cross.equity_usd == 60_000
    assert cross.initial_usd == pytest.approx(600_000 / 20)
    assert isolated.isolated == "ETH"
    assert isolated.equity_usd is None


def test_a_leg_that_no_price_ends_is_not_unknown_because_another_account_there_is() -> None:
    """A million behind one bitcoin of 60,000 lasts to a price of nothing; what stands behind the
    isolated ether at the same venue is not known."""
    bitcoin, ether = FOLLOWED["positions"]
    (account,) = FOLLOWED["accounts"]
    rich = {**account, "pools": [{"pool": "", "equity_usd": 1e6}]}
    at = view(btc(HL), coin(HL, "ETH", 3000, 0.02),
              positions=[{**bitcoin, "size": 1.0}, ether], accounts=[rich])  # fmt: skip
    table = calculators.load("margin").rows(run("margin", at))
    place = [column.name for column in table.columns].index("liquidation")
    assert [row[place] for row in table.rows] == [math.inf, None]


def test_profit_since_the_account_was_read_is_added_to_its_equity() -> None:
    found = run("margin", view(btc(HL, mark=61_000.0), coin(HL, "ETH", 3000, 0.02), **FOLLOWED))
    assert found.values.venues[0].equity_usd == pytest.approx(60_000 + 10 * 1_000)


def test_equity_that_is_typed_replaces_what_was_read() -> None:
    at = view(btc(HL), coin(HL, "ETH", 3000, 0.02), **FOLLOWED)
    assert run("margin", at, equity_usd={HL: 99_000}).values.venues[0].equity_usd == 99_000


def test_an_exposure_document_can_be_pasted() -> None:
    pasted = {
        **held(HL, 10), "entry": 59_000.0, "mark": 60_000.0, "upnl_usd": 10_000.0,
        "notional_usd": 600_000.0, "funding_usd_per_hour": -7.5, "funding_paid_usd": None,
        "liquidation": 54_000.0, "liquidation_distance": -0.1, "leverage": 20.0,
        "source": "venue", "account": ACCOUNT, "pool": "", "margin_mode": "cross",
    }  # fmt: skip
    found = run("margin", ONE, positions=[pasted], equity_usd={HL: 60_000}).values
    assert found.legs[0].stated_liquidation == 54_000
    assert found.venues[0].initial_usd == pytest.approx(30_000)


@given(
    size=st.floats(-20, 20).filter(lambda size: abs(size) > 0.01),
    cushion=st.floats(0.03, 0.9),
    mmf=st.floats(0.005, 0.025),
)
def test_at_its_liquidation_price_an_account_has_just_its_maintenance(size, cushion, mmf) -> None:
    equity = abs(size) * 60_000 * cushion
    position = held("x", size, mark=60_000.0, mmf=mmf)
    leg = run("margin", view(), positions=[position], equity_usd={"x": equity}).values.legs[0]
    if leg.liquidation is None:
        assert size > 0
        assert cushion >= 1 - mmf
        return
    left = equity + size * (leg.liquidation - 60_000)
    assert left == pytest.approx(abs(size) * leg.liquidation * mmf, rel=1e-6, abs=1e-6)


def test_a_stale_mark_is_used_and_warned_of() -> None:
    result = run(
        "margin", view(btc(HL, stale=["mark"])), positions=[held(HL, 1)], equity_usd={HL: 9_000}
    )
    assert result.is_incomplete
    assert any("mark is stale" in words for words in result.warnings)


@pytest.mark.parametrize(
    ("inputs", "field", "words"),
    [
        ({}, "positions", "none in the view"),
        ({"positions": "nonsense"}, "positions", "expected JSON"),
        ({"positions": [{"venue": HL, "symbol": "BTC"}]}, "positions", r"positions\[1\]: .*size"),
        ({"positions": [held(HL, 1, entrry=3)]}, "positions", "entrry"),
        ({"positions": [held(HL, 1, entry=-3)]}, "positions", r"\[1\].entry: must be above"),
        ({"positions": [held(HL, 0)]}, "positions", r"positions\[1\].size: must be .* than 0"),
        ({"positions": "{}"}, "positions", r"JSON such as \[{venue,symbol,size,entry}"),
        ({"positions": [held(HL, "x")]}, "positions", r"positions\[1\].*size"),
        ({"positions": [held(HL, 1, mmf=2)]}, "positions", r"positions\[1\].mmf: is 2"),
        ({"positions": [held("hyperliqid", 1)]}, "positions", "did you mean 'hyperliquid'"),
        ({"positions": [held(HL, 1)], "equity_usd": {"dydx": 1}}, "equity_usd", "nothing is held"),
        ({"positions": [held(HL, 1)], "equity_usd": {HL: "x"}}, "equity_usd", "number"),
        ({"positions": [held(HL, 1)], "shock": {"ETH": 1}}, "shock", "no position in 'ETH'"),
        ({"positions": [held(HL, 1)], "shock": {"BTC": 0}}, "shock", "differ from 0"),
        ({"position": []}, "position", "did you mean 'positions'"),
    ],
)  # fmt: skip
def test_bad_input_is_a_sentence_that_names_the_field(inputs, field, words) -> None:
    with pytest.raises(FieldError, match=words) as caught:
        run("margin", ONE, **inputs)
    assert caught.value.field == field


def test_rows_and_verdict_say_the_same_as_the_values() -> None:
    module = calculators.load("margin")
    result = run("margin", ONE, positions=[held(HL, 10)], equity_usd={HL: 60_000})
    table = module.rows(result)
    assert len(table.columns) == len(table.rows[0])
    assert (table.rows[0][6], table.rows[0][7]) == pytest.approx((54_683.5, -0.0886), rel=1e-3)
    assert "hyperliquid BTC at 54,683.5, −8.86 % from here" in module.verdict(result)


def test_a_leg_that_no_price_liquidates_is_told_from_one_of_which_that_is_not_known() -> None:
    module = calculators.load("margin")
    # Ten times its notional in equity: a long loses all of it at no price above zero.
    safe = run("margin", ONE, positions=[held(HL, 1)], equity_usd={HL: 600_000})
    assert module.rows(safe).rows[0][6:] == (math.inf, math.inf)
    unknown = run("margin", view(coin(HL, "BTC", 60_000, None)), positions=[held(HL, 1)])
    assert module.rows(unknown).rows[0][6:] == (None, None)


def test_the_nearest_of_what_is_known_is_not_called_the_nearest_of_all() -> None:
    module = calculators.load("margin")
    both = view(btc(HL), btc("new", mmf=None))
    legs = [held(HL, 10), held("new", 1)]
    result = run("margin", both, positions=legs, equity_usd={HL: 60_000})
    said = "Nearest to liquidation of what is known is hyperliquid BTC at 54,683.5"
    assert module.verdict(result).startswith(said)
