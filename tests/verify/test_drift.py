"""New fields and unknown kinds are named; what is known and what is data are not."""

import json

import pytest

from cockpit.core.events import Reject
from cockpit.desk.recordings import open_recording
from cockpit.venues import REGISTRY
from cockpit.venues.contract import Frame, Reply, Wanted, Wants
from cockpit.venues.known_fields import known_fields, new_fields
from cockpit.verify.drift import WireIsKnown
from cockpit.verify.evidence import Evidence
from cockpit.wire.drift import FieldDrift
from tests.pair import Pair
from tests.shapes import SHAPES
from tests.support import AT_NS, reply
from tests.verify.hearing import hear

TAPES = SHAPES.parent
KNOWN = frozenset({"topic", "data", "rate"})


def test_a_wire_of_known_fields_is_confirmed_and_symbols_are_no_fields():
    judge = WireIsKnown(KNOWN)
    hear(judge, message={"topic": "t", "data": {"BTC-USD": [{"rate": 1}], "1000PEPE": {}, "7": 1}})
    assert judge.finding().verdict == "confirmed"


def test_a_message_that_is_nested_out_of_spite_is_read_to_its_end():
    nested: object = {"new": 1}
    for _ in range(5000):
        nested = {"data": [nested]}
    assert new_fields(nested, frozenset()) == {"data", "new"}


def test_a_renamed_field_is_named_with_the_first_message_that_had_it():
    judge = WireIsKnown(KNOWN)
    for _ in range(3):
        hear(judge, message={"topic": "t", "data": {"fundingRate": 1}})
    found = judge.finding()
    assert found.verdict == "contradicted"
    assert "fundingRate x3" in found.why
    assert '"topic": "t"' in found.why


def test_a_message_that_was_rejected_is_of_an_unknown_kind():
    judge = WireIsKnown(KNOWN)
    hear(judge, Reject(venue="v", recv_ns=AT_NS, reason="unknown topic t"), message={"topic": "t"})
    found = judge.finding()
    assert (found.verdict, "unknown topic t" in found.why) == ("contradicted", True)


def test_a_request_that_failed_says_nothing_of_the_wire():
    judge = WireIsKnown(KNOWN)
    failed = reply("book", {"sorry": 1}, status=500)
    no_answer = Reject(venue="v", recv_ns=AT_NS, reason="book: HTTP 500")
    judge.hear(Evidence(item=failed, outcomes=[no_answer], message={"sorry": 1}))
    assert judge.finding().verdict == "not seen"


def recorded_names(shape):
    """Every name of a field in a committed shape."""
    if isinstance(shape, dict) and "either" in shape:
        yield from recorded_names(shape["either"])
    elif isinstance(shape, dict):
        for name, member in shape.items():
            yield from new_fields({name.removesuffix("?"): None}, frozenset())
            yield from recorded_names(member)
    elif isinstance(shape, list):
        for member in shape:
            yield from recorded_names(member)


@pytest.mark.parametrize("venue", sorted(REGISTRY))
def test_no_field_of_a_face_is_new_accounts_included(venue):
    drift = FieldDrift(known_fields(venue))
    said = 0
    for item in open_recording(TAPES / f"{venue}.jsonl")[0]:
        if isinstance(item, Frame | Reply):
            drift.read(item.data if isinstance(item, Frame) else item.body)
            said += 1
    assert said > 100, "a tape of a minute of the venue, or of its face"
    assert drift.new == {}


@pytest.mark.parametrize("venue", sorted(REGISTRY))
def test_no_field_of_a_face_of_today_is_new_whatever_its_accounts_hold(venue):
    """The golden tapes were recorded once; the demo's accounts have grown since."""
    pair = Pair(venue, ("BTC", "ETH", "SOL", "DOGE"), "calm", 7)
    accounts = tuple(pair.world.venues[venue].accounts.addresses)
    wants = Wants(symbols=("BTC", "ETH", "SOL", "DOGE"), accounts=accounts, survey=True)
    pair.feed(Wanted(at_ns=pair.at_ns, wants=wants))
    pair.run(45)
    drift = FieldDrift(known_fields(venue))
    for item in pair.inputs:
        if isinstance(item, Frame | Reply):
            drift.read(item.data if isinstance(item, Frame) else item.body)
    assert pair.counts
    assert drift.new == {}


OF_THE_RECORDER = {"body", "captured_at", "note", "recv_ns", "source", "status"}
"""Fields that recorders put beside a message."""


@pytest.mark.parametrize("venue", sorted(REGISTRY))
def test_every_field_of_every_recording_is_known(venue):
    shapes = SHAPES / f"{venue}.json"
    if not shapes.is_file():
        pytest.skip(f"no wire of {venue} was recorded yet: `make shapes` writes {shapes.name}")
    recordings = json.loads(shapes.read_text()).values()
    found = {name for kinds in recordings for one in kinds.values() for name in recorded_names(one)}
    assert len(found) > 50
    assert found - known_fields(venue) - OF_THE_RECORDER == set()
