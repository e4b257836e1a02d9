"""What msgspec says of a document, as a place and a sentence."""

import msgspec
import pytest

from cockpit.core.validation import explain


class Inner(msgspec.Struct):
    size: float


class Outer(msgspec.Struct):
    legs: list[Inner]


@pytest.mark.parametrize(
    ("tree", "place", "words"),
    [
        ({"legs": [{"size": 1.0}, {"size": "x"}]}, "legs[1].size", "expected float, got str"),
        ({"legs": [{}]}, "legs[0]", "object missing required field size"),
        ([], "", "expected object, got array"),
    ],
)
def test_an_error_names_its_place_and_what_was_expected(tree, place, words):
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(tree, Outer)
    assert explain(caught.value) == (place, words)
