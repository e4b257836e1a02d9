"""A session says what it makes of nonsense; it never raises. `make fuzz` says more of it."""

import random
from collections.abc import Sequence

import pytest

from cockpit.venues import REGISTRY
from cockpit.venues.contract import Frame, Input, Output, Wants
from tests.venues.fuzz.life import run
from tests.venues.fuzz.mutations import Message, mutated_bytes, mutated_text

TEXT = '{"channel":"l2Book","rates":[["1.5",2],[],{"a":null}],"next":{"at":-1e3}}'

INPUTS = 2_000


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_no_broken_message_raises(name: str) -> None:
    outcome = run(name, INPUTS, seed=0)
    assert outcome.inputs == INPUTS
    assert list(outcome.failures.values()) == []


def test_the_values_members_and_lists_of_a_message_are_found() -> None:
    message = Message(TEXT)
    values = [TEXT[slice(*span)] for span in message.values]
    assert values == [
        '"l2Book"', '"1.5"', "2", '["1.5",2]', "[]", "null", '{"a":null}',
        '[["1.5",2],[],{"a":null}]', "-1e3", '{"at":-1e3}', TEXT,
    ]  # fmt: skip
    members = [TEXT[slice(*span)] for span in message.members]
    assert members == [
        '"1.5"', "2", '"a":null', '["1.5",2]', "[]", '{"a":null}', '"at":-1e3',
        '"channel":"l2Book"', f'"rates":{values[7]}', f'"next":{values[9]}',
    ]  # fmt: skip
    assert [len(elements) for elements in message.lists] == [2, 3]


def test_a_text_that_is_no_json_is_left_to_the_bytes() -> None:
    assert mutated_text(Message('{"a":'), random.Random(0)) == '{"a":'


def test_the_same_seed_breaks_a_message_in_the_same_way_and_another_seed_does_not() -> None:
    def broken(seed: int) -> list[str | bytes]:
        chance, message = random.Random(seed), Message(TEXT)
        texts = [mutated_text(message, chance) for _ in range(50)]
        return [*texts, *(mutated_bytes(TEXT.encode(), chance) for _ in range(50))]

    assert broken(1) == broken(1)
    assert broken(1) != broken(2)
    assert sum(text not in (TEXT, TEXT.encode()) for text in broken(1)) > 80


class Careless:
    """A session that reads a number beyond every float as if it were one."""

    def __init__(self, wants: Wants) -> None:
        self.wants = wants

    def handle(self, input: Input) -> Sequence[Output]:
        if isinstance(input, Frame) and "1e308" in str(input.data):
            raise OverflowError("too large")
        return ()


def test_what_a_session_raises_is_counted_by_its_place_and_the_next_begins() -> None:
    outcome = run("bybit", INPUTS, 0, Careless)
    assert outcome.raised.total() == outcome.lives - 1 > 0
    (failure,) = outcome.failures.values()
    assert failure.error == "too large"
    assert "test_fuzz.py" in failure.place
    assert isinstance(failure.input, Frame)
    assert "1e308" in str(failure.input.data)
