"""What a judge is handed, and how it answers."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec

from cockpit.venues.contract import Frame, Input, Reply
from cockpit.wire.pump import Outcome

Verdict = Literal["confirmed", "contradicted", "not seen"]
"""`not seen`: too little came, or what came holds under either reading."""

SAMPLE_CHARS = 160


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict, and in a sentence the figures or the message that it rests on."""

    verdict: Verdict
    why: str


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One input and every outcome of it. `message` is its JSON, None where it has none."""

    item: Input
    outcomes: Sequence[Outcome]
    message: Any = None

    @property
    def is_answered(self) -> bool:
        """Whether the venue said something: a frame, or a reply that is not a refusal."""
        return isinstance(self.item, Frame) or (
            isinstance(self.item, Reply) and self.item.status == 200
        )


class Judge(Protocol):
    """Hears everything of one venue, in order; memory bounded by the number of markets."""

    def hear(self, evidence: Evidence) -> None: ...

    def finding(self) -> Finding: ...


def not_seen(why: str) -> Finding:
    return Finding(verdict="not seen", why=why)


def confirmed(why: str) -> Finding:
    return Finding(verdict="confirmed", why=why)


def contradicted(why: str) -> Finding:
    return Finding(verdict="contradicted", why=why)


def sample(data: str | bytes) -> str:
    """The beginning of a message, printable."""
    text = data[:SAMPLE_CHARS]
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return "".join(c if c.isprintable() else " " for c in words)
