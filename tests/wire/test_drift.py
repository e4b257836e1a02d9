"""New fields of a wire are counted from a sample of its frames, whatever a frame holds."""

import json

import pytest

from cockpit.wire.drift import FIRST, MOST_NAMES, ONE_IN, FieldDrift

KNOWN = frozenset({"topic", "data", "rate"})


def looked(*messages: object) -> dict[str, int]:
    drift = FieldDrift(KNOWN)
    for message in messages:
        drift.look(json.dumps(message))
    return drift.new


def test_what_is_known_is_no_drift_and_what_is_new_is_counted_once_a_message():
    rows = {"topic": "t", "data": [{"rate": 1, "premium": 2}, {"rate": 1, "premium": 3}]}
    assert looked({"topic": "t", "data": {"rate": 1}}) == {}
    assert looked(rows, rows) == {"premium": 2}


def test_after_the_first_frames_one_in_some_is_looked_at():
    old = [{"topic": "t"}] * FIRST
    assert looked(*old, *[{"premium": 1}] * 10 * ONE_IN) == {"premium": 10}


def test_a_wire_of_endless_new_names_fills_no_memory():
    many = {f"field_{number}": 1 for number in range(5 * MOST_NAMES)}
    assert len(looked(many)) == MOST_NAMES


@pytest.mark.parametrize("data", [b"\x00\xff\x01", "pong", "", "[" * 100_000, b'{"a": "\xff"}'])
def test_a_frame_that_is_no_json_has_no_fields(data):
    drift = FieldDrift(KNOWN)
    drift.look(data)
    assert drift.new == {}
