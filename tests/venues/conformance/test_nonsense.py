"""A figure that is none costs itself, and is counted: in every message that a venue sends.

Every message of the venue's golden tape is one of a kind. Of the first of each kind each figure is
made nonsense in turn. Where that changes what the session says of its markets and accounts, a
`Reject` must tell it: a figure that went without a word looks like one that the venue never had.
And made zero or negative, it makes no fact that cannot be.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from cockpit.core.events import Event, Reject
from cockpit.desk.copies import Copy, copy_of
from cockpit.venues import REGISTRY, load
from cockpit.venues.contract import Frame, Input, Output, Reply, Wants
from tests.invariants import check_fact
from tests.shapes import NUMBER, kind_of
from tests.support import only
from tests.venues.conformance.playbook import golden_tape

NONSENSE = ("abc", "NaN")
NOTHING_OR_LESS = ("0", "-1")
Path = tuple[str | int, ...]


def text_of(item: Frame | Reply) -> str | None:
    data = item.data if isinstance(item, Frame) else item.body
    return data if isinstance(data, str) and data.lstrip().startswith(("{", "[")) else None


def with_text(item: Frame | Reply, text: str) -> Frame | Reply:
    return replace(item, data=text) if isinstance(item, Frame) else replace(item, body=text)


def figures(node: Any, path: Path = ()) -> Iterator[Path]:
    """Where figures stand. Of a list its first row is looked at: the others are like it."""
    if isinstance(node, dict):
        for key, member in node.items():
            yield from figures(member, (*path, key))
    elif isinstance(node, list):
        yield from figures(node[0], (*path, 0)) if node else ()
    elif isinstance(node, bool):
        return
    elif isinstance(node, int | float) or (isinstance(node, str) and NUMBER.fullmatch(node)):
        yield path


def spoiled(node: Any, path: Path, nonsense: str) -> Any:
    if not path:
        return nonsense
    first, rest = path[0], path[1:]
    if isinstance(node, dict):
        return {k: spoiled(v, rest, nonsense) if k == first else v for k, v in node.items()}
    return [spoiled(v, rest, nonsense) if i == first else v for i, v in enumerate(node)]


def heard(name: str, wants: Wants, before: Sequence[Input]) -> Copy:
    """A session after these inputs, of which there may be as many as are asked."""
    session = load(name).Session(wants)
    for earlier in before:
        session.handle(earlier)
    copy = copy_of(session)
    assert copy is not None
    return copy


def said(session: Copy, item: Input) -> Sequence[Output]:
    return list(session.unpacked().handle(item))


def facts(outputs: Sequence[Output]) -> list[Event]:
    """Without the venue's own time: where that is none, a fact is as old as its arrival."""
    told = [out for out in outputs if isinstance(out, Event) and not isinstance(out, Reject)]
    return [replace(event, venue_ns=None) for event in told]


def rejects(outputs: Sequence[Output]) -> int:
    return sum(isinstance(out, Reject) for out in outputs)


def kinds(tape: Sequence[Input]) -> Iterator[tuple[int, Frame | Reply]]:
    """The first message of each kind."""
    seen: set[str] = set()
    for place, item in enumerate(tape):
        if not isinstance(item, Frame | Reply) or (text := text_of(item)) is None:
            continue
        message = json.loads(text)
        members = sorted(message) if isinstance(message, dict) else ()
        kind = f"{item.name if isinstance(item, Reply) else ''} {kind_of(message)} {members}"
        if kind not in seen:
            seen.add(kind)
            yield place, item


def altered(
    name: str, values: Sequence[str]
) -> Iterator[tuple[str, Sequence[Output], Sequence[Output]]]:
    """Each figure put otherwise in turn: where and how, what a session then says, and what it says
    to the message as it was."""
    tape = golden_tape(name)
    wants, inputs = replace(tape.header.wants, survey=True), list(tape)
    for place, item in kinds(inputs):
        session, message = heard(name, wants, inputs[:place]), json.loads(text_of(item) or "null")
        healthy = said(session, with_text(item, json.dumps(message)))
        for path in figures(message):
            for value in values:
                text = json.dumps(spoiled(message, path, value))
                where = f"{kind_of(message)} {'.'.join(map(str, path))} {value}"
                yield where, said(session, with_text(item, text)), healthy


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_a_figure_that_is_none_is_counted(name: str) -> None:
    silent = [
        where
        for where, odd, healthy in altered(name, NONSENSE)
        if facts(odd) != facts(healthy) and rejects(odd) <= rejects(healthy)
    ]
    assert silent == []


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_a_figure_of_nothing_or_less_makes_no_fact_that_cannot_be(name: str) -> None:
    """A fill of no size, a price below zero: it is missing, or the message is none."""
    for _, odd, _ in altered(name, NOTHING_OR_LESS):
        for event in only(Event, odd):
            check_fact(event)
