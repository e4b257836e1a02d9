"""Numbers as text: nothing is cut, padded to another number, or shown as zero when unknown."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.ui.text import format as fmt


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "·"), (math.nan, "·"), (0.0, "0.00"), (-0.001, "0.00"), (10.95, "+10.95"),
     (-0.3, "−0.30")],
)  # fmt: skip
def test_a_sign_is_always_printed_and_zero_has_none(value, text) -> None:
    assert fmt.signed(value) == text


@pytest.mark.parametrize(
    ("hourly", "unit", "text"),
    [
        (0.0000125, "apr", "+10.95"),
        (0.0000125, "8h", "+0.0100"),
        (0.0000125, "day", "+0.030"),
        (0.0000125, "hour", "+0.00125"),
        (-0.00005, "apr", "−43.80"),
        (0.04, "apr", "+35040"),
        (0.04, "8h", "+32.000"),
        (None, "apr", "·"),
        (math.nan, "8h", "·"),
    ],
)
def test_one_rate_in_every_unit(hourly, unit, text) -> None:
    assert fmt.rate(hourly, unit) == text


@given(st.floats(-0.3, 0.3), st.sampled_from(["hour", "8h", "day", "apr"]))
def test_a_rate_fits_its_column_and_can_be_read_back(hourly, unit) -> None:
    text = fmt.rate(hourly, unit)
    assert len(text) <= (8 if unit == "hour" else 7)
    back = float(text.replace("−", "-"))
    decimals = len(text.partition(".")[2])
    expected = hourly * fmt.UNIT_HOURS[unit] * 100
    assert back == pytest.approx(expected, abs=0.51 * 10**-decimals)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "·"), (0.0, "0"), (812.0, "812"), (27_400.0, "27.4k"), (1_240_000.0, "1.24M"),
     (999_999.0, "1.00M"), (0.0421, "0.0421"), (-5_000.0, "−5.00k"), (2.1e9, "2.10B")],
)  # fmt: skip
def test_magnitudes_have_three_digits_and_a_suffix(value, text) -> None:
    assert fmt.magnitude(value) == text


@given(st.floats(1e-6, 1e13))
def test_a_magnitude_is_within_half_a_per_cent(value) -> None:
    text = fmt.magnitude(value)
    scale = {"k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(text[-1])
    back = float(text[:-1]) * scale if scale else float(text)
    assert back == pytest.approx(value, rel=0.0051)


def test_prices_have_the_decimals_of_their_tick() -> None:
    assert fmt.price(64_000.0, 1.0) == "64000"
    assert fmt.price(64_000.0, 0.5) == "64000.0"
    assert fmt.price(2_500.0, 0.01) == "2500.00"
    assert fmt.price(0.00001234, 1e-8) == "0.00001234"
    assert fmt.price(None, 1.0) == "·"


def test_a_price_without_a_tick_has_five_significant_figures() -> None:
    assert fmt.price(0.0123456, None) == "0.012346"
    assert fmt.price(86_440.4, None) == "86440"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "·"), (0.04, "0.0s"), (9.94, "9.9s"), (14.2, "14s"), (180.0, "3m"), (7_300.0, "2h"),
     (500_000.0, "6d")],
)  # fmt: skip
def test_ages(seconds, text) -> None:
    assert fmt.age(seconds) == text


def test_countdowns_never_go_below_zero() -> None:
    assert fmt.countdown(1661.0) == "27:41"
    assert fmt.countdown(19_661.0) == "5:27:41"
    assert fmt.countdown(-3.0) == "00:00"
    assert fmt.countdown(None) == "·"


def test_hours_and_bps_and_counts() -> None:
    assert [fmt.hours(h) for h in (None, 3.2, 71.0, 300.0, 1e9)] == [
        "·", "3.2 h", "71 h", "12 d", ">999 d",
    ]  # fmt: skip
    assert [fmt.bps(b) for b in (None, 18.04, -0.02, 1234.5)] == ["·", "18.0", "0.0", "1234"]
    assert [fmt.count(n) for n in (0, 1, 9999, 27_412)] == ["0", "1", "9999", "27.4k"]


@pytest.mark.parametrize(
    ("apr", "step"),
    [(0.0, 0), (0.0499, 0), (0.05, 1), (-0.05, -1), (0.15, 2), (0.4, 3), (1.0, 4), (-9.0, -4),
     (None, None)],
)  # fmt: skip
def test_heat_has_fixed_steps(apr, step) -> None:
    assert fmt.heat_step(apr) == step


def test_a_market_that_nobody_listed_has_the_step_that_its_levels_show():
    assert fmt.tick_of([121032.2, 121031.9, 121030.0]) == pytest.approx(0.1)
    assert fmt.tick_of([64000.0, 64001.0]) == 1.0
    assert fmt.tick_of([0.0000123, 0.000012]) == pytest.approx(1e-7)
    assert fmt.tick_of([]) is None


@pytest.mark.parametrize("size", [0.0004, 0.00742, 0.36, 12.4, 1500.0, 2.3e6, 1.2e9])
def test_a_size_fits_its_column_and_is_never_nothing(size):
    text = fmt.amount(size)
    assert len(text) <= fmt.AMOUNT
    assert any(digit in text for digit in "123456789")


@pytest.mark.parametrize(
    ("frac", "text"),
    [(0.0, "0%"), (0.004, "<1%"), (0.012, "1%"), (0.625, "62%"), (0.99, "99%"), (0.996, ">99%"),
     (0.999_999, ">99%"), (1 - 1e-12, "100%"), (1.0, "100%")],
)  # fmt: skip
def test_what_is_not_whole_is_never_said_to_be(frac, text) -> None:
    assert fmt.done_share(frac) == text
