"""Expected carry of a position over coming hours. Figures by hand."""

import pytest

from cockpit.analytics.funding.reversion import Ar1
from cockpit.analytics.risk.exposure import Leg
from cockpit.core.market import FundingTerms
from cockpit.portfolio.carry_forecast import expected_usd
from tests.calculators.risk import btc, view
from tests.support import AT_NS

HOUR_NS = 3600 * 10**9


def forecast(
    interval_h: int, next_in_h: float, hold_h: int, terms: FundingTerms | None = None
) -> float:
    """Of a short of 2 BTC at 60,000 that receives a basis point an hour now."""
    live = {"rate": 1e-4 * interval_h, "interval_s": interval_h * 3600, "age_s": 1.0}
    funding = {"live": live, "predicted": None, "settled": [],
               "next_ns": AT_NS + round(next_in_h * HOUR_NS)}  # fmt: skip
    market = view(btc("x", funding=funding)).market("x", "BTC")
    assert market is not None
    position = Leg(
        venue="x", account="", pool="", symbol="BTC", size=-2.0, price=60_000.0,
        reference=60_000.0, hourly=1e-4,
    )  # fmt: skip
    found = expected_usd(position, market, terms, Ar1(0.0, 0.5, 1e-5, 500), AT_NS, hold_h)
    assert found is not None
    return found


def test_a_short_receives_the_reverting_rate_at_each_stamp() -> None:
    # 120,000 at a half and a quarter of a basis point.
    assert forecast(1, 0.5, 2) == pytest.approx(120_000 * 1e-4 * 0.75)


def test_a_hold_before_the_first_stamp_is_paid_nothing() -> None:
    assert forecast(8, 3.0, 2) == 0.0
    # Five hours of the present rate are over, three revert.
    assert forecast(8, 3.0, 3) == pytest.approx(120_000 * 1e-4 * (5 + 0.875))


def test_a_venue_that_pays_all_the_time_pays_before_the_stamp_that_it_names() -> None:
    # A half and a quarter of a basis point, though the venue names an instant three hours off.
    accrues = FundingTerms(interest_8h=0.0001, dampener_8h=0.0005, is_continuous=True)
    assert forecast(8, 3.0, 2, accrues) == pytest.approx(120_000 * 1e-4 * 0.75)
