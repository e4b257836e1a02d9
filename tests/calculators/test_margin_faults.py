"""Margin as the venue has it: tiers of both kinds, caps of the tier and fees of closing."""

import msgspec
import pytest

from cockpit import calculators
from cockpit.calculators.common.form import read
from cockpit.calculators.common.market_data import Settings
from cockpit.core.events import Instrument
from cockpit.core.margins import Tier, VenueMargin
from cockpit.documents.saved_view import view_of
from cockpit.portfolio.margin_rules import MarginRules
from tests.calculators.faults import fault
from tests.calculators.markets import document
from tests.calculators.risk import btc, held, run, view
from tests.support import AT_NS, SHARED

BYBIT = "bybit"
PEPE_TIERS = ((0.0, 0.01), (200e3, 0.025), (2e6, 0.05), (10e6, 0.1), (30e6, 0.25))
PEPE_INITIAL = tuple((over, 2 * rate) for over, rate in PEPE_TIERS)


def test_two_hundred_million_of_bitcoin_need_ten_to_be_opened() -> None:
    # Above 150 M the market allows 20x: 200 M / 20 = 10 M, of an equity of 8 M.
    result = fault("calculators/18-initial-margin-ignores-tiers", "margin")
    (venue,) = result.values.venues
    assert venue.initial_usd == pytest.approx(10e6)
    assert venue.free_usd == pytest.approx(-2e6)
    assert venue.maintenance_usd == pytest.approx(3.125e6)
    assert any("estimate" in words for words in result.assumed)


def test_the_funding_cap_of_dydx_is_that_of_the_tier_itself() -> None:
    # 0.75 * (0.02 - 0.012) = 0.6 % an hour on 60,000, less what is paid without the shock.
    row = fault("calculators/17-dydx-funding-cap-from-scaled-imf", "stress").values.scenarios[0]
    assert row.funding_usd == pytest.approx(-354, abs=1)


def pepe(**fields: object) -> object:
    """The saved view with the risk limits of its tape, or fewer."""
    place = SHARED / "faults" / "04-bybit-tiers" / "view.json"
    if not place.exists():
        pytest.skip("the saved view is not beside the project")
    tree = msgspec.json.decode(place.read_bytes())
    tree["markets"] = [
        {**row, **fields} if (row["venue"], row["symbol"]) == (BYBIT, "PEPE") else row
        for row in tree["markets"]
    ]
    return view_of(tree)


PEPE = {
    "positions": [{"venue": BYBIT, "symbol": "PEPE", "size": 5e12, "entry": 4.6e-6}],
    "equity_usd": {BYBIT: 2e6},
}


def margin_of(at: object) -> object:
    module = calculators.load("margin")
    return module.compute(read(module.Inputs, PEPE), at, Settings(now_ns=AT_NS))


def test_a_large_position_at_bybit_keeps_what_its_risk_limit_asks() -> None:
    result = margin_of(pepe(margin_tiers=PEPE_TIERS, initial_tiers=PEPE_INITIAL))
    (venue,) = result.values.venues
    notional, fee = 5e12 * 4.64e-6, 0.00055
    # 23.2 M lie in the fourth tier: 10 % less 553,000; the fee of closing comes on top.
    assert venue.maintenance_usd == pytest.approx(1_767_000)
    assert venue.closing_fee_usd == pytest.approx(notional * fee)
    assert venue.margin_ratio == pytest.approx((1_767_000 + notional * fee) / 2e6)
    assert venue.initial_usd == pytest.approx(notional * (0.2 + fee))
    (leg,) = result.values.legs
    # Equity and requirement meet: 2 M + 5e12 (p - 4.64e-6) = 5e12 p (0.1 + fee) - 553,000.
    price = (notional - 2e6 - 553_000) / (5e12 * (1 - 0.1 - fee))
    assert leg.liquidation == pytest.approx(price)
    assert leg.liquidation == pytest.approx(4.588e-6, rel=1e-3)
    assert leg.distance == pytest.approx(-0.011, abs=1e-3)
    assert any("closing" in words for words in result.assumed)


def test_without_the_tiers_it_is_said_that_the_lowest_is_taken() -> None:
    result = margin_of(pepe())
    assert result.values.venues[0].maintenance_usd == pytest.approx(232_000)
    assert any("lowest margin tier" in words for words in result.assumed)


def test_initial_margin_that_a_file_does_not_have_rises_with_maintenance_and_is_an_estimate() -> (
    None
):
    result = margin_of(pepe(margin_tiers=PEPE_TIERS))
    notional = 5e12 * 4.64e-6
    assert result.values.venues[0].initial_usd == pytest.approx(notional * (0.2 + 0.00055))
    assert any("initial margin rises" in words for words in result.assumed)


def listed(**fields: object) -> Instrument:
    plain = {"venue": "dydx", "symbol": "BTC", "native": "BTC-USD", "base": "BTC", "quote": "USD"}
    return Instrument(recv_ns=AT_NS, **plain, **fields)  # type: ignore[arg-type]


def test_open_interest_raises_the_initial_margin_and_not_the_funding_cap() -> None:
    stated = listed(max_leverage=1 / 0.314, mmf=0.012, initial_tiers=((0.0, 0.02),))
    rule = MarginRules({}).rule("dydx", "BTC", stated, None, None)
    assert rule.initial.frac_at(1e6) == pytest.approx(0.314)
    assert rule.funding_cap_hourly == pytest.approx(0.006)
    assert rule.notes == ()


def test_a_cap_of_a_tier_that_is_not_known_is_an_assumption() -> None:
    stated = listed(max_leverage=1 / 0.314, mmf=0.02)
    rule = MarginRules({}).rule("dydx", "BTC", stated, None, None)
    assert rule.funding_cap_hourly == pytest.approx(0.75 * (0.314 - 0.02))
    assert any("tier's own is not known" in each.sentence for each in rule.notes)


def test_a_market_without_a_table_has_the_cap_of_the_tier_that_keeps_the_same() -> None:
    # Open interest has raised 5 % to 25 %; dYdX's tier with 3 % maintenance has 5 % initial.
    stated = Instrument(
        recv_ns=AT_NS, venue="dydx", symbol="LINK", native="LINK-USD", base="LINK", quote="USD",
        max_leverage=4.0, mmf=0.03,
    )  # fmt: skip
    rule = MarginRules({}).rule("dydx", "LINK", stated, None, None)
    assert rule.funding_cap_hourly == pytest.approx(0.75 * 0.02)
    assert rule.initial.frac_at(1e6) == 0.25
    assert any("documented tier with its maintenance" in each.sentence for each in rule.notes)


def test_a_leverage_that_was_chosen_counts_up_to_what_the_tier_allows() -> None:
    at = view(btc("hyperliquid"))
    position = held("hyperliquid", 200e6 / 60_000, leverage=30)
    found = run("margin", at, positions=[position], equity_usd={"hyperliquid": 20e6}).values
    assert found.venues[0].initial_usd == pytest.approx(10e6)
    small = held("hyperliquid", 10, leverage=5)
    found = run("margin", at, positions=[small], equity_usd={"hyperliquid": 20e6}).values
    assert found.venues[0].initial_usd == pytest.approx(120_000)


def test_the_traders_own_tiers_are_his_initial_margin_too() -> None:
    own = VenueMargin(tiers={"*": (Tier(0, 0.01, 50), Tier(1e5, 0.05, 10))})
    settings = Settings(now_ns=AT_NS, own_margins={"x": own})
    found = run("margin", view(btc("x")), settings, positions=[held("x", 10)]).values
    assert found.venues[0].initial_usd == pytest.approx(60_000)


def test_a_hedge_stops_at_the_tier_that_the_equity_reaches() -> None:
    # 5 M of equity open 150 M of the first tier, nothing of the second.
    bids, asks = [(59_990.0, 1e5)], [(60_010.0, 1e5)]
    at = view_of(document(btc("hyperliquid", bids=bids, asks=asks)))
    result = run(
        "hedge", at, symbol="BTC", size=200e6 / 60_000, haircut=False, margin_buffer_frac=0.0,
        equity_usd={"hyperliquid": 5e6},
    )  # fmt: skip
    (leg,) = result.plan.legs
    assert leg.size * 60_000 == pytest.approx(150e6, rel=1e-4)
    assert result.values.margin_usd["hyperliquid"] <= 5e6
    assert "margin" in result.values.binding


def test_a_carry_of_two_hundred_million_needs_what_the_second_tier_asks() -> None:
    bids, asks = [(59_990.0, 1e5)], [(60_010.0, 1e5)]
    at = view(btc("hyperliquid", 1e-5, bids=bids, asks=asks), btc("x", 9e-5, bids=bids, asks=asks))
    result = run(
        "carry", at, symbol="BTC", long_venue="hyperliquid", short_venue="x", notional_usd=200e6,
        haircut=False, buffer_frac=0.0,
    )  # fmt: skip
    # 200 M at 20x on one side; the other states 40x for every size.
    margin = result.values.pairs[0].margin_usd
    assert margin["hyperliquid"] == pytest.approx(10e6)
    assert margin["x"] == pytest.approx(5e6)
