"""Numbers in sentences: a size has no exponent and never becomes 0."""

import pytest

from cockpit.calculators.common.words import base_words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (12.0, "12"), (0.0415, "0.0415"), (1_234_567.0, "1234567"), (2.5e11, "250000000000"),
        (0.00000309, "0.00000309"), (3e-9, "0.000000003"), (0.0, "0"), (-0.5, "-0.5"),
    ],
)  # fmt: skip
def test_a_size_is_written_in_digits(size, words):
    assert base_words(size) == words
