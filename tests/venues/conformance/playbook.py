"""A venue as the conformance suite needs it: what it would answer, in its own words.

`tests/venues/<name>/playbook.py` holds one `Playbook` of that name. It is small and declarative:
how this venue says "here is my listing", "subscribed", "refused", "a book", "a change of it". What
follows from each is the suite's business and the same for every venue. A method that is left out
fails the tests that need it, by its name; a venue that does not have the thing says so in `ABSENT`.
"""

import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Literal

import pytest
from msgspec.structs import replace

from cockpit.core.events import Event
from cockpit.venues import load
from cockpit.venues.contract import (
    Closed,
    Fetch,
    Input,
    Opened,
    Output,
    Reply,
    Send,
    Tick,
    Wanted,
    Wants,
)
from cockpit.wire.tape import Tape, read_tape
from tests.support import AT_NS
from tests.venues.fuzz.life import GOLDEN

SECOND_NS = 1_000_000_000

PENDING: Mapping[str, str] = {}
"""Venues without a playbook, and why. Everybody else has one."""

Thing = Literal["deltas", "refusal", "pings", "history", "survey", "listing"]


class Playbook:
    """The answers of one venue. Inputs are stamped by the stage; `at_ns` in them is ignored.

    `SYMBOLS` are two ordinary markets and one more that is listed later. `ROWS` is a full page of
    history, None where its size is not known; `INTERVAL_S` is the markets' funding interval.
    """

    ABSENT: ClassVar[Mapping[Thing, str]] = {}
    SYMBOLS: ClassVar[tuple[str, str, str]] = ("BTC", "ETH", "SOL")
    ROWS: ClassVar[int | None] = None
    INTERVAL_S: ClassVar[int] = 3_600

    def __init__(self) -> None:
        self.listed: tuple[str, ...] = self.SYMBOLS[:2]
        """What the listing has at present."""

    def answer(self, asked: Send | Fetch) -> Sequence[Input]:
        """What comes back when all is well: an acknowledgement, the listing, an empty page."""
        raise _missing(self, "answer")

    def keys(self, sends: Sequence[Send]) -> list[str]:
        """The subscriptions that these frames ask for."""
        raise _missing(self, "keys")

    def left(self, sends: Sequence[Send]) -> list[str]:
        """The subscriptions that these frames leave."""
        raise _missing(self, "left")

    def about(self, key: str, symbol: str) -> bool:
        """Whether a subscription is about this market."""
        raise _missing(self, "about")

    def refuse(self, send: Send) -> Sequence[Input]:
        """A subscription is refused for good."""
        raise _missing(self, "refuse")

    def is_ping(self, send: Send) -> bool:
        raise _missing(self, "is_ping")

    def pong(self) -> Sequence[Input]:
        raise _missing(self, "pong")

    def snapshot(self, symbol: str, number: int) -> Sequence[Input]:
        """A whole book, of this number in the venue's sequence."""
        raise _missing(self, "snapshot")

    def delta(self, symbol: str, number: int) -> Sequence[Input]:
        """A change of one level, that follows the number before this one."""
        raise _missing(self, "delta")

    def history(self, fetch: Fetch, stamps_s: Sequence[int]) -> Reply:
        """A page of funding settled at these times (s), in the venue's order."""
        raise _missing(self, "history")

    def span_s(self, fetch: Fetch) -> tuple[int, int]:
        """The times (s) that a request for history asks for; a side that is open is 0 or 2**40."""
        raise _missing(self, "span_s")

    def survey(self, rates: Mapping[str, str]) -> Sequence[Input]:
        """The figures of all markets as the survey brings them, with these rates (text)."""
        raise _missing(self, "survey")


def _missing(playbook: Playbook, what: str) -> Exception:
    return NotImplementedError(f"{type(playbook).__module__}: Playbook.{what} is missing")


def playbook_of(name: str, needs: Thing | None = None) -> Playbook:
    """The playbook of a venue; skips where it is pending, or has no such thing."""
    if importlib.util.find_spec(f"tests.venues.{name}.playbook") is None:
        if name in PENDING:
            pytest.skip(f"{name}: {PENDING[name]}")
        pytest.fail(f"tests/venues/{name}/playbook.py is missing: see docs/adding-a-venue.md")
    module = importlib.import_module(f"tests.venues.{name}.playbook")
    playbook: Playbook = module.Playbook()
    if needs in playbook.ABSENT:
        pytest.skip(f"{name}: {playbook.ABSENT[needs]}")
    return playbook


def golden_tape(name: str) -> Tape:
    """What every venue is held to; fails by its name where there is none."""
    path = GOLDEN / f"{name}.jsonl"
    if not path.is_file():
        pytest.fail(f"tests/captures/{name}.jsonl is missing: see docs/adding-a-venue.md")
    return read_tape(path)


class Stage:
    """A session, its venue and a clock: what goes in, what comes out."""

    def __init__(self, name: str, playbook: Playbook, *symbols: str, survey: bool = False) -> None:
        module = load(name)
        self.playbook = playbook
        self.links: tuple[str, ...] = tuple(module.SPEC.links)
        self.at_ns = AT_NS
        self.session = module.Session(Wants(symbols=symbols, survey=survey))
        self.alter: Callable[[Input], Input] = lambda answer: answer
        """What becomes of the venue's answers on their way."""

    def hear(self, *inputs: Input) -> list[Output]:
        """What the session says to these, now."""
        out: list[Output] = []
        for item in inputs:
            out += self.session.handle(replace(item, at_ns=self.at_ns))
        return out

    def talk(
        self, *inputs: Input, but: Callable[[Send | Fetch], bool] = lambda asked: False
    ) -> list[Output]:
        """The same, and the venue answers everything that is asked, `but` what it keeps back."""
        out: list[Output] = []
        waiting = list(inputs)
        while waiting:
            said = self.hear(waiting.pop(0))
            out += said
            for asked in said:
                if isinstance(asked, Send | Fetch) and not but(asked):
                    waiting += map(self.alter, self.playbook.answer(asked))
            assert len(out) < 10_000, "the session and its venue never come to an end"
        return out

    def open(self, but: Callable[[Send | Fetch], bool] = lambda asked: False) -> list[Output]:
        """Every link opens and the venue answers."""
        opened = [Opened(at_ns=0, link=link) for link in self.links or ("main",)]
        return self.talk(*opened, but=but)

    def close(self) -> list[Output]:
        return self.hear(*(Closed(at_ns=0, link=link) for link in self.links or ("main",)))

    def want(self, *symbols: str, survey: bool = False) -> list[Output]:
        return self.talk(Wanted(at_ns=0, wants=Wants(symbols=symbols, survey=survey)))

    def wait(
        self, seconds: int, but: Callable[[Send | Fetch], bool] = lambda asked: False
    ) -> list[Output]:
        """Time passes, a second at a time."""
        out: list[Output] = []
        for _ in range(seconds):
            self.at_ns += SECOND_NS
            out += self.talk(Tick(at_ns=0), but=but)
        return out

    def keys(self, outputs: Sequence[Output]) -> list[str]:
        return self.playbook.keys([output for output in outputs if isinstance(output, Send)])

    def carried(self, outputs: Sequence[Output]) -> set[str]:
        """The subscriptions that stand after these frames, one after the other."""
        keys: set[str] = set()
        for output in outputs:
            if isinstance(output, Send):
                keys.difference_update(self.playbook.left([output]))
                keys.update(self.playbook.keys([output]))
        return keys

    def left(self, outputs: Sequence[Output]) -> list[str]:
        return self.playbook.left([output for output in outputs if isinstance(output, Send)])


def facts(outputs: Sequence[Output]) -> list[Event]:
    return [output for output in outputs if isinstance(output, Event)]


def is_send(asked: Send | Fetch) -> bool:
    return isinstance(asked, Send)


def named(name: str) -> Callable[[Send | Fetch], bool]:
    return lambda asked: isinstance(asked, Fetch) and asked.name == name
