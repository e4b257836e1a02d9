"""What is wrong with a file that a person wrote is one kind of error, whatever it is."""

import tomllib

import pytest

from cockpit.core.toml import parse_toml


def test_tables_are_read():
    assert parse_toml('[watch]\nsymbols = ["BTC"]\n') == {"watch": {"symbols": ["BTC"]}}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a = ", "Invalid value"),
        ("a = " + "[" * 5000, "nested too deeply"),
        ("a = " + "9" * 5000, "too many digits"),
    ],
)
def test_what_cannot_be_read_says_why(text, why):
    with pytest.raises(tomllib.TOMLDecodeError, match=why):
        parse_toml(text)
