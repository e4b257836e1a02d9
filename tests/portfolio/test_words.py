"""Sizes and dollars in sentences: no exponent, and a sign where it matters."""

import pytest

from cockpit.portfolio.words import base_size, price, signed_size, signed_usd


@pytest.mark.parametrize(
    ("size", "words"),
    [(-2_726_640_000.0, "-2726640000"), (69.2, "+69.2"), (0.00001234, "+0.00001234"), (1.0, "+1")],
)
def test_a_size_has_its_sign_and_no_exponent(size, words):
    assert signed_size(size) == words
    assert base_size(size) == words[1:]


def test_dollars_have_their_sign_before_the_dollar():
    assert (signed_usd(-12.951), signed_usd(0.3)) == ("-$12.95", "+$0.30")


def test_a_price_of_a_small_coin_has_no_exponent():
    assert (price(0.00001234), price(104_250.5), price(100.0)) == ("0.00001234", "104250.5", "100")
