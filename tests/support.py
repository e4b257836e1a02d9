"""What several suites need: where the recordings are, and how to run a session by hand."""

import asyncio
import datetime
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from cockpit.venues.contract import (
    Closed,
    Fees,
    FeeTier,
    Frame,
    Input,
    Opened,
    Output,
    Reply,
    Session,
    Tick,
)

SHARED = Path(__file__).resolve().parents[2] / "shared"
CAPTURES = SHARED / "captures"
AT_NS = 1_760_000_000_000_000_000
"""2025-10-09 08:53:20 UTC: a time in the middle of most recordings."""
PATIENCE_S = 60.0
"""How long a test waits for a process, a thread or a socket. A wait ends when what it waits for has
happened, so only what is broken takes this long, however busy the machine is."""

needs_captures = pytest.mark.skipif(
    not CAPTURES.is_dir(), reason="the recordings are not beside the project"
)

Kind = TypeVar("Kind")


def capture(name: str) -> Path:
    """A recording by `venue/file`; the test that asks for it skips where there is none."""
    path = CAPTURES / name
    if not path.exists():
        pytest.skip(f"recording {name} is not beside the project")
    return path


def capture_text(name: str) -> str:
    return capture(name).read_text()


def capture_lines(name: str) -> list[Any]:
    """The JSON documents of a .jsonl recording."""
    return [json.loads(line) for line in capture(name).read_text().splitlines() if line.strip()]


async def until(
    condition: Callable[[], object],
    what: str = "the condition",
    found: Callable[[], str] = lambda: "",
) -> None:
    """Wait for something to become true; fail after `PATIENCE_S` with its name and what was found
    in its place."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.01)
    except TimeoutError:
        words = f"{what} did not come about in {PATIENCE_S:g} s {found()}".rstrip()
        raise AssertionError(words) from None


def feed(session: Session, *inputs: Input) -> list[Output]:
    """Everything a session answers to these inputs, in order."""
    return [output for item in inputs for output in session.handle(item)]


def only(kind: type[Kind], outputs: Iterable[Output]) -> list[Kind]:
    """The outputs of one kind."""
    return [output for output in outputs if isinstance(output, kind)]


def opened(at_ns: int = AT_NS, link: str = "main") -> Opened:
    return Opened(at_ns=at_ns, link=link)


def frame(data: Any, at_ns: int = AT_NS, link: str = "main") -> Frame:
    """A frame from text, bytes, or anything JSON can say."""
    text = data if isinstance(data, str | bytes) else json.dumps(data)
    return Frame(at_ns=at_ns, data=text, link=link)


def reply(name: str, body: Any, at_ns: int = AT_NS, status: int = 200, key: str = "") -> Reply:
    text = body if isinstance(body, str) else json.dumps(body)
    return Reply(at_ns=at_ns, name=name, status=status, body=text, key=key)


def ticks(seconds: int, at_ns: int = AT_NS) -> Iterator[Tick]:
    """One tick a second, beginning a second after `at_ns`."""
    return (Tick(at_ns=at_ns + i * 1_000_000_000) for i in range(1, seconds + 1))


def closed(at_ns: int = AT_NS, link: str = "main", reason: str = "gone") -> Closed:
    return Closed(at_ns=at_ns, link=link, reason=reason)


def flat_fees(taker: float) -> Fees:
    """A fee schedule of one tier, at which a maker pays nothing."""
    tier = FeeTier(name="base", taker=taker, maker=0.0)
    return Fees(tiers=(tier,), source="a test", date=datetime.date(2025, 10, 9))
