"""What venues paid, on one grid of hours."""

import math

import pytest

from cockpit.calculators.common.paid_history import paid_hourly
from cockpit.core.events import Funding
from cockpit.core.units import HOUR_NS, HOUR_S
from cockpit.state.curves import SettledHistory


def payment(hour: int, rate: float, hours: int = 1) -> Funding:
    return Funding(
        kind="settled", rate=rate, interval_s=hours * HOUR_S, venue_ns=hour * HOUR_NS,
        venue="a", symbol="BTC", recv_ns=hour * HOUR_NS,
    )  # fmt: skip


def test_a_payment_for_eight_hours_fills_all_eight_and_a_missing_one_is_a_gap() -> None:
    history = SettledHistory()
    history.add(payment(1000, 8e-5, hours=8))
    history.add(payment(1002, 3e-5))
    paid = paid_hourly(history)
    assert paid.first == 993
    assert paid.rates == pytest.approx([1e-5] * 8 + [math.nan, 3e-5], nan_ok=True)


def test_a_payment_that_is_added_or_corrected_is_seen_the_next_time() -> None:
    history = SettledHistory()
    history.add(payment(1000, 1e-5))
    history.add(payment(1001, 2e-5))
    assert paid_hourly(history).rates == pytest.approx([1e-5, 2e-5])
    history.add(payment(1000, 4e-5))
    assert paid_hourly(history).rates == pytest.approx([4e-5, 2e-5])
    history.add(payment(1002, 5e-5))
    assert paid_hourly(history).rates == pytest.approx([4e-5, 2e-5, 5e-5])
