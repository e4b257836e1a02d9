"""Stress: shocked funding is paid at the stamps within the hold, as in a carry."""

import pytest

from tests.calculators.risk import btc, held, run, view
from tests.support import AT_NS

HOUR_NS = 3600 * 10**9


def flipped(hold_h: float, next_in_h: float | None) -> float:
    """Funding of a short of 10 BTC that received 1 bp an hour, eight-hourly, and now pays it."""
    next_ns = None if next_in_h is None else AT_NS + round(next_in_h * HOUR_NS)
    live = {"rate": 8e-4, "interval_s": 8 * 3600, "age_s": 1.0}
    funding = {"live": live, "predicted": None, "settled": [], "next_ns": next_ns}
    at = view(btc("a", funding=funding))
    row = run(
        "stress", at, shocks={"funding_flip": True}, positions=[held("a", -10)], hold_h=hold_h,
        equity_usd={"a": 1e6},
    ).values.scenarios[0]  # fmt: skip
    return float(row.funding_usd)


def test_a_flip_costs_nothing_before_the_stamp_and_a_whole_interval_at_it() -> None:
    assert flipped(6, 7) == 0
    # Two basis points an hour less, eight hours of 600,000.
    assert flipped(7, 7) == pytest.approx(-2e-4 * 8 * 600_000)
    assert flipped(23, 7) == pytest.approx(-2e-4 * 24 * 600_000)


def test_without_a_stated_stamp_it_flows() -> None:
    assert flipped(6, None) == pytest.approx(-2e-4 * 6 * 600_000)
