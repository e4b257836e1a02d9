"""Frames as a bad line delivers them."""

import random
from collections.abc import Callable, Iterator, Sequence

import pytest


@pytest.fixture
def mutations() -> Callable[[Sequence[str], int], Iterator[str | bytes]]:
    """So many damaged copies: cut, with bytes changed, or with a number or a word replaced."""
    return damaged


def damaged(texts: Sequence[str], count: int) -> Iterator[str | bytes]:
    chance = random.Random(7)
    words = ("null", "-1", "1e999", '""', "[]", "{}", '"\\u0000"', "NaN", "true")
    for _ in range(count):
        text = chance.choice(texts)
        at = chance.randrange(len(text))
        match chance.randrange(3):
            case 0:
                yield text[:at]
            case 1:
                data = bytearray(text.encode())
                for _ in range(chance.randrange(1, 5)):
                    data[chance.randrange(len(data))] = chance.randrange(256)
                yield bytes(data)
            case _:
                parts = text.split(": ")
                place = chance.randrange(1, len(parts))
                _, mark, rest = parts[place].partition(chance.choice((",", "}")))
                parts[place] = chance.choice(words) + mark + rest
                yield ": ".join(parts)
