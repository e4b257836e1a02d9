"""Orderly's frames and replies with bytes or values altered: rejects, never an exception."""

import json
import random
from typing import Any

import pytest

from cockpit.venues.contract import Frame, Reply, Wants
from cockpit.venues.orderly.session import Session
from cockpit.wire.tape import read_tape
from tests.invariants import Invariants
from tests.support import AT_NS, feed
from tests.venues.conformance.test_contract import GOLDEN
from tests.venues.orderly.samples import live_session

COUNT = 3_000
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, 10**30, 0.1, "", "x", "NaN", "1_000", [], {}, [[]], "\x1b[2J", "🦀",
)  # fmt: skip


def altered(value: Any, rng: random.Random) -> Any:
    """The same document with one value of it odd, gone or twice."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        if rng.random() < 0.1:
            return {name: one for name, one in value.items() if name != key}
        return value | {key: altered(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.9:
        place = rng.randrange(len(value))
        return [*value[:place], altered(value[place], rng), *value[place:][rng.random() < 0.9 :]]
    return rng.choice(ODD)


def mangled(text: str, rng: random.Random) -> str | bytes:
    """One document altered as JSON, as bytes, or cut."""
    way = rng.random()
    if way < 0.6:
        return json.dumps(altered(json.loads(text), rng))
    data = bytearray(text.encode())
    if way < 0.9:
        data[rng.randrange(len(data))] = rng.randrange(256)
        return bytes(data)
    return bytes(data[: rng.randrange(len(data))])


def run(count: int, seed: int) -> Invariants:
    """So many inputs of the tape, each altered, with whole ones among them."""
    tape = read_tape(GOLDEN / "orderly.jsonl")
    items = [item for item in tape if isinstance(item, Frame | Reply)]
    rng, invariants = random.Random(seed), Invariants("orderly", may_cross=True)
    session = Session(tape.header.wants)
    at_ns = items[0].at_ns
    for item in tape:
        invariants.check_all(session.handle(item))
        at_ns = item.at_ns
    for number in range(count):
        at_ns += 10_000_000
        item = rng.choice(items)
        if isinstance(item, Frame):
            data = mangled(str(item.data), rng) if number % 3 else item.data
            altered_item: Frame | Reply = Frame(at_ns=at_ns, data=data)
        else:
            body = mangled(item.body, rng) if number % 3 and item.body else item.body
            text = body if isinstance(body, str) else body.decode("utf-8", "replace")
            altered_item = Reply(
                at_ns=at_ns, name=item.name, status=item.status, body=text, key=item.key
            )
        invariants.check_all(session.handle(altered_item))
    return invariants


@pytest.mark.parametrize("seed", [1, 2])
def test_thousands_of_altered_messages_break_no_invariant(seed: int) -> None:
    checked = run(COUNT, seed)
    assert checked.counts["Reject"] > COUNT // 10


def test_text_of_the_venue_reaches_nobody_with_control_characters() -> None:
    session = live_session()
    words = '{"id":"1","success":false,"ts":1790132431093,"errorMsg":"\\u001b[2Jgone"}'
    (refused,) = feed(session, Frame(at_ns=AT_NS, data=words))
    assert "\x1b" not in str(refused)


def test_a_watch_list_of_nonsense_is_heard_without_a_word() -> None:
    assert feed(Session(Wants(symbols=("PERP_BTC_USDC", "", "🦀"))), Frame(at_ns=AT_NS, data="{}"))
