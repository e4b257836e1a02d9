"""Carry over holds that end before, at and after the stamps of the two venues."""

import math

import pytest

from cockpit.calculators import load
from tests.calculators.faults import fault
from tests.calculators.markets import DEEP_ASKS, DEEP_BIDS, HOUR_NS, calc, market, saved
from tests.support import AT_NS

FEE = 45e-5 - 1e-6
SHORT_HOLD, EIGHT_HOURS = (
    "01-carry-short-hold", "calculators/09-carry-counts-8h-funding-that-is-never-paid",
)  # fmt: skip


def at(venue: str, rate: float, hours: int, next_in_h: float | None):
    """A deep market that states its next stamp."""
    next_ns = None if next_in_h is None else AT_NS + round(next_in_h * HOUR_NS)
    live = {"rate": rate, "interval_s": hours * 3600, "age_s": 1.0}
    funding = {"live": live, "predicted": None, "settled": [], "next_ns": next_ns}
    return market(venue, DEEP_BIDS, DEEP_ASKS, taker_fee=FEE, funding=funding)


def carry(*markets, **inputs):
    pair = {"long_venue": "a", "short_venue": "b", "notional_usd": 1e6, "haircut": False}
    return calc("carry", saved(*markets), **{**pair, "phi": 1, **inputs})


def test_a_hold_of_three_hours_before_a_payment_in_seven_is_all_cost() -> None:
    values = fault(
        SHORT_HOLD, "carry", symbol="BTC", long_venue="hyperliquid", short_venue="bybit",
        notional_usd=10000, hold_h=3, phi=1, mean_spread_hourly=0.0025,
    ).values  # fmt: skip
    assert values.expected_funding_usd == 0
    assert values.net_usd == pytest.approx(-20.86, abs=0.01)
    assert values.breakeven_h == 7
    assert values.gate == "breaks even after 7 h, the hold is 3 h"


def test_eight_hourly_payments_count_from_their_own_stamp() -> None:
    six = fault(EIGHT_HOURS, "carry").values
    assert six.expected_funding_usd == 0
    # 80 USD at 7, 15 and 23 h against 207 USD.
    assert six.breakeven_h == 23
    assert [
        fault(EIGHT_HOURS, "carry", hold_h=hours).values.expected_funding_usd
        for hours in (7, 14, 15, 23)
    ] == [pytest.approx(usd) for usd in (80, 80, 160, 240)]


def test_a_payment_minutes_after_the_entry_is_received_whole() -> None:
    values = carry(at("a", 0.0, 1, 0.2), at("b", 8e-4, 8, 0.2), hold_h=1).values
    assert values.expected_funding_usd == pytest.approx(800)


def test_a_stamp_that_is_not_stated_is_an_assumption_and_funding_flows() -> None:
    result = carry(at("a", 0.0, 1, 0.2), at("b", 8e-4, 8, None), hold_h=6)
    assert result.values.expected_funding_usd == pytest.approx(600)
    assert [words.partition(":")[0] for words in result.assumed if "stamp" in words] == ["b/BTC"]


def test_an_interval_that_the_listing_shortens_pays_its_second_stamp_early_and_is_said() -> None:
    # Eight-hourly as yet, next in 2 h, then every 4 h: 8 bps at 2 h, 4 bps at 6 h.
    changing = at("b", 8e-4, 8, 2.0) | {"funding_interval_s": 4 * 3600}
    result = carry(at("a", 0.0, 1, 0.5), changing, hold_h=6)
    assert result.values.expected_funding_usd == pytest.approx(1200)
    assert [words for words in result.assumed if "listing" in words]
    as_it_was = carry(at("a", 0.0, 1, 0.5), at("b", 8e-4, 8, 2.0), hold_h=6)
    assert as_it_was.values.expected_funding_usd == pytest.approx(800)


def test_a_change_in_the_past_is_said_and_the_present_interval_counts() -> None:
    paid = {"rate": 8e-4, "interval_s": 8 * 3600, "at_ns": AT_NS - AT_NS % HOUR_NS - 2 * HOUR_NS}
    changed = at("b", 4e-4, 4, 2.0)
    changed["funding"] |= {"settled": [paid]}
    result = carry(at("a", 0.0, 1, 0.5), changed, hold_h=6)
    assert result.values.expected_funding_usd == pytest.approx(800)
    assert [words for words in result.assumed if "last paid for 8 h, now every 4 h" in words]


def test_the_instant_of_break_even_is_said() -> None:
    values = carry(at("a", 0.0, 1, 0.5), at("b", 18e-4, 8, 2.5), hold_h=24).values
    assert values.breakeven_h == 3
    # 18 bps at 2.5 h; the hourly leg's stamp of that hour is the same instant.
    assert values.breakeven_ns == AT_NS + round(2.5 * HOUR_NS)


def test_entry_and_exit_are_stated_and_make_the_cost() -> None:
    values = carry(at("a", 0.0, 1, 0.5), at("b", 1e-4, 1, 0.5), gas_usd=7.0).values
    # Two trades at 4.5 bps each way, of a million.
    assert values.entry_cost_usd == pytest.approx(900, rel=1e-5)
    assert values.exit_cost_usd == pytest.approx(900, rel=1e-5)
    assert values.cost_usd == pytest.approx(values.entry_cost_usd + values.exit_cost_usd + 7)


def test_equal_rates_that_rounding_tells_apart_pay_nothing_at_all() -> None:
    values = carry(at("a", 1.25e-5, 1, 1.0), at("b", math.nextafter(1e-4, 1), 8, 1.0), hold_h=24,
                   phi=0.9).values  # fmt: skip
    assert values.spread_hourly == 0
    assert values.spread_apr == 0
    # Both pay at the hour; 8 h at +1, +9 and +17 h are those before the entry too.
    hourly = 24 * 1.25e-5
    eight_hourly = 3 * 1e-4
    assert values.expected_funding_usd == pytest.approx((eight_hourly - hourly) * 1e6, abs=1e-9)
    assert values.mean_spread_hourly == 0


def test_two_hourly_venues_of_one_rate_pay_exactly_nothing() -> None:
    dust = math.nextafter(1.25e-5, 1)
    values = carry(at("a", 1.25e-5, 1, 1.0), at("b", dust, 1, 1.0), hold_h=24).values
    assert values.expected_funding_usd == 0
    assert values.breakeven_h is None
    assert values.gate == "never breaks even"


def test_the_basis_is_a_line_of_its_own() -> None:
    dearer = at("b", 1e-4, 1, 0.5) | {"bids": [(100.0999, 1e6)], "asks": [(100.1001, 1e6)]}
    values = carry(at("a", 0.0, 1, 0.5), dearer, size=1000, notional_usd=None).values
    # Sold 0.10 dearer than bought, a thousand times.
    assert values.basis_usd == pytest.approx(100.0)
    even = carry(at("a", 0.0, 1, 0.5), at("b", 1e-4, 1, 0.5), size=1000, notional_usd=None).values
    assert even.basis_usd == 0
    assert values.cost_usd == pytest.approx(even.cost_usd, rel=2e-3)


def test_the_verdict_knows_that_nothing_is_paid_in_time() -> None:
    result = carry(at("a", 0.0, 1, 0.5), at("b", 8e-3, 8, 7), hold_h=6)
    assert "not now: breaks even after 7 h, the hold is 6 h" in load("carry").verdict(result)
