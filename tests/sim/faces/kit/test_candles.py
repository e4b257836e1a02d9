"""Lengths of candles by the names that venues have for them."""

import pytest

from cockpit.sim.faces.kit.candles import length_s

MINUTE, HOUR, DAY = 60, 3_600, 86_400


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("1m", MINUTE), ("15m", 15 * MINUTE), ("4h", 4 * HOUR), ("1d", DAY), ("1w", 7 * DAY),
        ("1MIN", MINUTE), ("5MINS", 5 * MINUTE), ("4HOURS", 4 * HOUR), ("1DAY", DAY),
        ("PT15M", 15 * MINUTE), ("PT1H", HOUR), ("P1D", DAY), ("CI_1_M", MINUTE),
        ("CI_1_W", 7 * DAY),
    ],
)  # fmt: skip
def test_a_length_is_told_by_its_name(name: str, seconds: int) -> None:
    assert length_s(name) == seconds


@pytest.mark.parametrize("name", ["", "1M", "0m", "m", "1x", "1 m", "-1m", "9999m", "1MINUTE"])
def test_a_month_and_nonsense_are_no_length(name: str) -> None:
    assert length_s(name) is None
