"""Numbers and names as people type them and as programs write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.typed import (
    LEAST,
    MOST,
    parse_duration,
    parse_flag,
    parse_list,
    parse_map,
    parse_number,
    parse_side,
    parse_symbol,
    parse_time,
    parse_venue,
    parse_whole,
)
from cockpit.core.units import HOUR_NS, NS_PER_S

VENUES = ("hyperliquid", "dydx", "lighter", "bybit")
NOON_NS = 1_760_011_200 * NS_PER_S
"""2025-10-09T12:00:00Z."""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (".55", 0.55), ("1.", 1.0), ("+0.5", 0.5), ("1e-3", 0.001), ("10k", 10_000.0),
        ("2.5m", 2_500_000.0), ("1B", 1e9), ("2,000,000", 2_000_000.0), ("1_000", 1000.0),
        ("$5000", 5000.0), ("-$5", -5.0), ("$-5", -5.0), ("5%", 0.05), ("3bps", 0.0003),
        ("12 bps", 0.0012), ("5x", 5.0), ("−0.5", -0.5), (" 7 ", 7.0), ("0.1k", 100.0),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_is_typed(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    ["", ".", "-", "k", "%", "1,00", "2,5", "1,0000", "nan", "inf", "-inf", "0x10", "1__0", "1_",
     "1 2", "--5", "5%%", "5 apples", "1e", "1e999", "1e25", "-1e300", "1e-31", "5e-324", "١٢",
     "5k%", "1e99999999999999", "1e-99999999999999", "1e99999999999999999999"],
)  # fmt: skip
def test_what_is_no_number_is_refused_and_never_0(text):
    with pytest.raises(ValueError, match=r"number|too large|too small"):
        parse_number(text)


def test_a_comma_in_the_place_of_a_point_is_never_taken_for_thousands():
    with pytest.raises(ValueError, match="'2,5' is not a number"):
        parse_number("2,5")


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("5%", "frac", 0.05), ("3bps", "frac", 0.0003), ("3bps", "bps", 3.0), ("5%", "bps", 500.0),
        ("7", "bps", 7.0), ("24h", "h", 24.0), ("1d", "h", 24.0), ("90m", "h", 1.5),
        ("90m", "min", 90.0), ("500ms", "s", 0.5), ("8", "h", 8.0), ("$2k", "usd", 2000.0),
        ("5x", "x", 5.0), ("2m", "usd", 2e6), ("2m", "s", 120.0),
    ],
)  # fmt: skip
def test_a_number_is_brought_into_the_unit_of_its_field(text, unit, value):
    assert parse_number(text, unit) == value


@pytest.mark.parametrize(
    ("text", "unit"),
    [("5%", "usd"), ("3bps", "base"), ("$5", "base"), ("5x", "usd"), ("24h", "usd"), ("$5", "bps")],
)
def test_a_unit_that_does_not_fit_is_refused(text, unit):
    with pytest.raises(ValueError, match=f"is not a number in {unit}"):
        parse_number(text, unit)


@given(st.just(0.0) | st.floats(LEAST, MOST), st.sampled_from([1, -1]))
def test_what_a_program_writes_is_read_back_to_the_last_digit(size, sign):
    assert parse_number(repr(sign * size)) == sign * size


@given(st.text(max_size=12))
def test_no_text_raises_anything_but_a_value_error(text):
    readers = (parse_number, parse_duration, parse_map, parse_list, parse_side, parse_flag)
    for read in readers:
        try:
            read(text)
        except ValueError:
            continue
    parse_symbol(text)
    parse_venue(text, VENUES)


def test_a_whole_number_has_no_fraction():
    assert parse_whole("10k") == 10_000
    with pytest.raises(ValueError, match="not a whole number"):
        parse_whole("1.5")


@pytest.mark.parametrize("text", ["buy", "BUY", "long", "b"])
def test_a_side_to_buy(text):
    assert parse_side(text) == "buy"


@pytest.mark.parametrize("text", ["sell", "Short", "S"])
def test_a_side_to_sell(text):
    assert parse_side(text) == "sell"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("30s", 30), ("5m", 300), ("90min", 5400), ("2h", 7200), ("1d", 86400),
     ("1h30m", 5400), ("24H", 86400), (".5h", 1800)],
)  # fmt: skip
def test_a_duration(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "0s", "5 apples", "5mm", "-5s", "1h-30m"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="is not"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "hours_later"),
    [("+30m", 0.5), ("+1h30m", 1.5), ("14:30", 2.5), ("14:30:00", 2.5), ("11:00", 23.0),
     ("12:00", 0.0), ("2025-10-09T13:00", 1.0), ("2025-10-09T13:00:00+02:00", -1.0)],
)  # fmt: skip
def test_a_time_is_utc_and_a_clock_means_the_next_one(text, hours_later):
    assert parse_time(text, NOON_NS) == NOON_NS + round(hours_later * HOUR_NS)


@pytest.mark.parametrize("text", ["", "25:00", "soon", "+", "12", "2025-13-01"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match="is not a"):
        parse_time(text, NOON_NS)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("btc", "BTC"), ("BTC", "BTC"), ("BTCUSDT", "BTC"), ("btcusdt", "BTC"), ("BTC-USD", "BTC"),
        ("BTC-PERP", "BTC"), ("btc/usdt", "BTC"), ("BTC-USDT-SWAP", "BTC"), ("BTCPERP", "BTC"),
        ("SUSDT", "S"), ("USDC", "USDC"), ("PERP", "PERP"), ("wstETH", "wstETH"),
        ("1INCH", "1INCH"), ("xyz:GOLD", "xyz:GOLD"), ("xyz:gold", "xyz:GOLD"),
        ("BTC:USDC", "BTC:USDC"), ("btc:usdc", "BTC:USDC"), ("kPEPE", "kPEPE"),
        ("1000PEPEUSDT", "1000PEPE"), ("neiro@dYdX", "NEIRO@dydx"),
        ("NEIROUSDT@dydx", "NEIRO@dydx"), ("z", "Z"), ("2z", "2Z"),
    ],
)  # fmt: skip
def test_a_symbol_in_any_case_and_in_the_venues_own_spellings(text, symbol):
    assert parse_symbol(text) == symbol
    assert parse_symbol(symbol) == symbol


@pytest.mark.parametrize(
    ("text", "venue"),
    [("dYdX", "dydx"), ("HYPERLIQUID", "hyperliquid"), ("hl", "hyperliquid"),
     ("hyp", "hyperliquid"), ("binance", "binance"), ("bybt", "bybt"), ("x", "x"), ("ly", "ly")],
)  # fmt: skip
def test_a_venue_by_its_name_or_a_short_form_that_fits_one_alone(text, venue):
    assert parse_venue(text, VENUES) == venue


def test_a_short_form_that_fits_two_venues_stays_as_typed():
    assert parse_venue("byb", ("bybit", "bybull")) == "byb"


@pytest.mark.parametrize(
    "text", ["dydx,bybit", "dydx bybit", " dydx , bybit,", '["dydx","bybit"]', "dydx,bybit,dydx"]
)
def test_a_list_with_commas_spaces_or_as_json(text):
    assert parse_list(text) == ["dydx", "bybit"]


@pytest.mark.parametrize("text", ["", "all", "ALL", "[]"])
def test_all_and_nothing_are_no_choice(text):
    assert parse_list(text) == []


@pytest.mark.parametrize("text", ["[1]", '["a"'])
def test_a_json_list_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="is not"):
        parse_list(text)


@pytest.mark.parametrize(
    "text",
    ["dydx=0.0003,bybit=0.0005", "dydx:3bps bybit:5bps", "dydx = 0.0003, bybit = 0.0005",
     '{"dydx":0.0003,"bybit":0.0005}', '{"dydx":"3bps","bybit":"5bps"}'],
)  # fmt: skip
def test_a_map_of_numbers(text):
    assert parse_map(text, "frac") == {"dydx": 0.0003, "bybit": 0.0005}


def test_thousands_in_a_map_are_not_taken_for_the_next_name():
    assert parse_map("bybit=2,000,000, dydx=1") == {"bybit": 2_000_000.0, "dydx": 1.0}


def test_one_number_is_for_everyone_where_everyone_is_known():
    assert parse_map("3bps", "frac", ("dydx", "bybit")) == {"dydx": 0.0003, "bybit": 0.0003}
    with pytest.raises(ValueError, match="is no map"):
        parse_map("3bps", "frac")


@pytest.mark.parametrize("text", ["dydx", "dydx=", "=5", "dydx=1 x", "dydx=1,x", "{", "dydx=five"])
def test_a_map_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="is no"):
        parse_map(text)
