"""A plausible life of a session in which every other message is broken.

The golden tape goes in as it was recorded, so that the session lists its markets, subscribes and
keeps books; between its inputs stand mutations of the same messages and of recorded ones. Now and
then a minute passes, a link is lost, or the watch list changes. When the tape is at its end, or
the session raised, the next session begins.
"""

import base64
import binascii
import json
import random
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from cockpit.venues import load
from cockpit.venues.contract import (
    Closed,
    Frame,
    Input,
    Opened,
    Reply,
    Session,
    Tick,
    Wanted,
    Wants,
)
from cockpit.wire.tape import Tape, read_tape
from tests.invariants import Invariants
from tests.shapes import kind_of
from tests.support import CAPTURES
from tests.venues.fuzz.mutations import Message, mutated_bytes, mutated_text

PROJECT = Path(__file__).resolve().parents[3]
GOLDEN = PROJECT / "tests" / "captures"
SECOND_NS = 1_000_000_000
MAX_RECORDED = 200
"""Messages of a recording that are used."""
BROKEN_SHARE = 0.75
"""So many of the messages that a session hears are mutations."""
STATUSES = (*(200,) * 12, 0, 403, 404, 429, 500)


@dataclass(frozen=True)
class Failure:
    """Something raised by `handle`, or by an invariant: where, and the input it came from."""

    place: str
    error: str
    input: Input


@dataclass
class Outcome:
    """What came of a venue's inputs. `failures` has the first of each place."""

    inputs: int = 0
    lives: int = 0
    raised: Counter[str] = field(default_factory=Counter)
    failures: dict[str, Failure] = field(default_factory=dict)

    def add(self, error: Exception, item: Input) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [f for f in frames if Path(f.filename).is_relative_to(PROJECT)]
        path = Path(ours[-1].filename).relative_to(PROJECT)
        place = f"{path}:{ours[-1].lineno} {type(error).__name__}"
        self.raised[place] += 1
        self.failures.setdefault(place, Failure(place, str(error)[:600], item))


class Seeds:
    """The messages of one venue that are mutated, by what they are, each kind as likely."""

    def __init__(self, name: str, tape: Tape) -> None:
        heard = [item for item in tape if isinstance(item, Frame | Reply)]
        replies = [item for item in heard if isinstance(item, Reply)]
        self.names = sorted({reply.name for reply in replies})
        self.keys = sorted({reply.key for reply in replies} | {""})
        others = list(recorded(CAPTURES / name))
        frames = [Frame(at_ns=0, data=data) for data in others]
        bodies = [data for data in others if isinstance(data, str)]
        answers = [
            Reply(at_ns=0, name=reply_name, status=200, body=body)
            for reply_name in self.names
            for body in bodies
        ]
        # What the session is waiting for goes deepest; most recordings are no answer to it.
        groups = ((heard, 7), (frames, 2), (answers, 1))
        self._kinds = [_by_kind(group) for group, share in groups if group for _ in range(share)]
        self._messages: dict[str, Message] = {}

    def broken(self, chance: random.Random) -> Frame | Reply:
        """One of the messages, mutated."""
        item = chance.choice(chance.choice(chance.choice(self._kinds)))
        data = item.data if isinstance(item, Frame) else item.body
        if isinstance(data, str) and chance.random() < 0.8:
            data = mutated_text(self._message(data), chance)
        else:
            data = mutated_bytes(data if isinstance(data, bytes) else data.encode(), chance)
            if isinstance(item, Reply) or (isinstance(item.data, str) and chance.random() < 0.5):
                data = data.decode("utf-8", "replace")
        if isinstance(item, Frame):
            return replace(item, data=data)
        key = chance.choice(self.keys) if chance.random() < 0.2 else item.key
        return replace(item, body=data, key=key, status=chance.choice(STATUSES))

    def _message(self, text: str) -> Message:
        message = self._messages.get(text)
        if message is None:
            message = self._messages[text] = Message(text)
        return message


def _by_kind(items: Sequence[Frame | Reply]) -> list[list[Frame | Reply]]:
    """The messages in heaps of one kind: a book changes more often than a listing."""
    kinds: dict[str, list[Frame | Reply]] = {}
    for item in items:
        data = item.data if isinstance(item, Frame) else item.body
        kind = "binary" if isinstance(data, bytes) else _kind(data)
        name = item.name if isinstance(item, Reply) else item.link
        kinds.setdefault(f"{type(item).__name__} {name} {kind}", []).append(item)
    return list(kinds.values())


def _kind(text: str) -> str:
    try:
        return kind_of(json.loads(text))
    except ValueError:
        return "text"


def recorded(folder: Path) -> Iterator[str | bytes]:
    """The messages of the recordings beside the project, out of their envelopes; else none."""
    paths = sorted(folder.rglob("*.json*")) if folder.is_dir() else []
    for path in paths:
        text = path.read_text()
        lines = [text] if path.suffix == ".json" else text.splitlines()[:MAX_RECORDED]
        yield from (_bare(line) for line in lines if line.strip())


def _bare(line: str) -> str | bytes:
    try:
        envelope: Any = json.loads(line)
    except ValueError:
        return line
    if not isinstance(envelope, dict):
        return line
    if isinstance(envelope.get("b64"), str):
        try:
            return base64.b64decode(envelope["b64"], validate=True)
        except binascii.Error:
            return line
    text = envelope.get("text")
    return text if isinstance(text, str) and text.lstrip().startswith("{") else line


def lives(
    name: str, seed: int, make: Callable[[Wants], Session]
) -> Iterator[tuple[Session, Iterator[tuple[Input, bool]]]]:
    """New sessions without end, each with its inputs and whether each is broken."""
    tape = read_tape(GOLDEN / f"{name}.jsonl")
    links = tuple(load(name).SPEC.links) or ("main",)
    chance = random.Random(f"{name} {seed}")
    seeds, healthy = Seeds(name, tape), list(tape)
    while True:
        wants = replace(tape.header.wants, survey=chance.random() < 0.5)
        yield make(wants), _inputs(healthy, seeds, wants, links, chance)


def _inputs(
    healthy: list[Input],
    seeds: Seeds,
    wants: Wants,
    links: tuple[str, ...],
    chance: random.Random,
) -> Iterator[tuple[Input, bool]]:
    late_ns = 0
    for item in healthy:
        at_ns = item.at_ns + late_ns
        yield replace(item, at_ns=at_ns), False
        while chance.random() < BROKEN_SHARE:
            yield replace(seeds.broken(chance), at_ns=at_ns), True
        if chance.random() < 0.01:
            for _ in range(chance.choice((1, 10, 70))):
                late_ns += SECOND_NS
                yield Tick(at_ns=item.at_ns + late_ns), False
        at_ns = item.at_ns + late_ns
        if chance.random() < 0.003:
            link = chance.choice(links)
            yield Closed(at_ns=at_ns, link=link, reason="gone"), False
            yield Opened(at_ns=at_ns, link=link), False
        if chance.random() < 0.003:
            fewer = replace(wants, symbols=wants.symbols[: chance.randrange(4)])
            yield Wanted(at_ns=at_ns, wants=chance.choice((fewer, wants))), False


def run(
    name: str, inputs: int, seed: int, make: Callable[[Wants], Session] | None = None
) -> Outcome:
    """So many broken inputs to sessions of a venue, or to what `make` makes; the same for the same
    seed. What a session says must hold as it must in peace, but that books may cross."""
    outcome = Outcome()
    for session, heard in lives(name, seed, make or load(name).Session):
        outcome.lives += 1
        invariants = Invariants(name, may_cross=True)
        for item, is_broken in heard:
            outcome.inputs += is_broken
            try:
                invariants.check_all(session.handle(item))
            except Exception as error:
                outcome.add(error, item)
                break
            if outcome.inputs >= inputs:
                return outcome
        if outcome.inputs >= inputs:
            return outcome
    raise AssertionError("lives have no end")
