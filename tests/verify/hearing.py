"""Facts before one judge, without a venue."""

from typing import Any

from cockpit.core.events import Event
from cockpit.verify.evidence import Evidence, Judge
from tests.support import AT_NS, frame

S = 1_000_000_000


def hear(judge: Judge, *facts: Event, message: Any = None) -> None:
    """One frame and what was made of it."""
    item = frame(message if message is not None else {}, AT_NS)
    judge.hear(Evidence(item=item, outcomes=facts, message=message))
