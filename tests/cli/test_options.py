"""Options that several commands share."""

import argparse

import pytest

from cockpit.cli.options import parse_duration, parse_names, whole_number
from cockpit.core.errors import InputError


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("30s", 30), ("5m", 300), ("2h", 7200), ("1d", 86400)]
)
def test_durations_have_a_unit(text: str, seconds: float) -> None:
    assert parse_duration(text, "--for") == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["30", "s", "-1s", "0s", "1w", "", "1e3s", "nan s"])
def test_anything_else_is_refused_with_the_options_name(text: str) -> None:
    with pytest.raises(InputError, match="--for"):
        parse_duration(text, "--for")


def test_names_keep_their_order_and_come_once() -> None:
    assert parse_names("BTC, ETH,BTC,,SOL ", "--symbols") == ("BTC", "ETH", "SOL")


@pytest.mark.parametrize("text", ["", " , ,"])
def test_no_name_at_all_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--symbols"):
        parse_names(text, "--symbols")


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("1k", 1000), ("1_000", 1000), ("1e3", 1000)]
)
def test_whole_numbers_are_read_as_people_type_them(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", "1.5", "many", "nan"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="whole number"):
        whole_number(text)
