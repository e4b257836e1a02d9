"""The committed shapes of recorded messages are those of the recordings, and catch a departure."""

import json

import pytest

from tests.shapes import SHAPES, differences, shape, venue_shapes
from tests.support import CAPTURES, needs_captures


@needs_captures
@pytest.mark.parametrize("path", sorted(SHAPES.glob("*.json")), ids=lambda path: path.stem)
def test_the_shapes_of_a_venue_are_those_of_its_recordings(path):
    assert json.loads(path.read_text()) == venue_shapes(CAPTURES / path.stem)


@needs_captures
def test_every_recorded_venue_has_its_shapes():
    recorded = {folder.name for folder in CAPTURES.iterdir() if folder.is_dir()}
    assert recorded == {path.stem for path in SHAPES.glob("*.json")}


RATE = {"symbol": "BTC", "rate": "0.0001", "next": None, "levels": [["1.5", "2"]]}


@pytest.mark.parametrize(
    ("shown", "departure"),
    [
        ({**RATE, "rate": 0.0001}, "$.rate: number"),
        ({**RATE, "interval": 8}, "$.interval is new"),
        ({key: RATE[key] for key in ("symbol", "next", "levels")}, "$.rate is missing"),
        ({**RATE, "levels": [[1.5, 2]]}, "$.levels[][]: number"),
        ({**RATE, "levels": {"price": 1}}, "$.levels: kind"),
    ],
)
def test_a_message_that_departs_is_named_by_its_place(shown, departure):
    assert differences(shape(RATE), shape(shown)) == [departure]


@pytest.mark.parametrize(
    "shown", [RATE, {**RATE, "next": 1_700_000_000}, {**RATE, "levels": []}, {**RATE, "rate": "12"}]
)
def test_what_a_message_leaves_open_is_no_departure(shown):
    assert differences(shape(RATE), shape(shown)) == []


def test_a_map_by_symbol_is_one_shape_whatever_the_symbols():
    one, two = {"BTC": {"mark": "1"}}, {"ETH": {"mark": "2"}, "SOL-USD": {"mark": "3"}}
    assert differences(shape(one), shape(two)) == []
    assert differences(shape(one), shape({"ETH": {"price": "2"}})) == [
        "$.*.mark is missing",
        "$.*.price is new",
    ]
