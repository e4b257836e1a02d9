"""One client connection: it takes messages and steps in, and gives frames out.

A venue's `Face` is a `Connection` that writes `answer`, and `greet`, `unreadable` or `push` where
the venue does more than say nothing, answer nothing, and let every channel speak in turn.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from cockpit.core.units import NS_PER_S
from cockpit.sim.faces.kit.channels import Channel
from cockpit.sim.world.contract import CloseConnection, Outgoing, Step, VenueWorld

Json = Any
"""What msgspec can encode."""
Messages = Iterable[Json]
"""Frames to send: `str`, `bytes` and `CloseConnection` as they are, anything else as JSON text."""
NOT_JSON = object()
NEVER = float("inf")
IDLE = CloseConnection(1000, "idle")


def encode(message: Json) -> str:
    return msgspec.json.encode(message).decode()


def decode(data: str | bytes, otherwise: Json) -> Json:
    """What JSON says, or `otherwise` where it is not JSON, or JSON too deep to be meant."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return otherwise


@dataclass(slots=True)
class KeepAlive:
    """When a silent connection is closed, and when the venue pings by itself.

    `counts` says whose words break the silence: the client's, the venue's, or both. A step that
    is longer than `longest_step_s` counts as that long: a jump of world time is nobody's silence.
    """

    close_after_s: float = NEVER
    counts: frozenset[str] = frozenset({"client", "venue"})
    close: CloseConnection = IDLE
    ping_every_s: float = NEVER
    ping: Callable[[], Json] = dict
    longest_step_s: float = NEVER
    _last_ns: int | None = None
    _silent_s: float = 0.0
    _unpinged_s: float = 0.0

    def heard(self, by: str) -> None:
        """`by` is "client" or "venue"."""
        if by in self.counts:
            self._silent_s = 0.0

    def after(self, at_ns: int, *, spoke: bool) -> Messages:
        """What the clock has to say after a step in which the venue `spoke` or not."""
        passed_s = 0.0 if self._last_ns is None else (at_ns - self._last_ns) / NS_PER_S
        passed_s = max(0.0, min(passed_s, self.longest_step_s))
        self._last_ns = at_ns
        self._silent_s += passed_s
        self._unpinged_s += passed_s
        if spoke:
            self.heard("venue")
        if self._silent_s >= self.close_after_s:
            return [self.close]
        if self._unpinged_s >= self.ping_every_s:
            self._unpinged_s = 0.0
            return [self.ping()]
        return []


class Connection:
    """Satisfies `Face`. `channels` are the subscriptions, in the order of subscribing."""

    def __init__(self, world: VenueWorld, path: str, keep_alive: KeepAlive | None = None) -> None:
        """`path` with its query, as the client asked for it. May raise `UpgradeRefused`."""
        self.world = world
        self.path, _, query = path.partition("?")
        self.query = dict(parse_qsl(query))
        self.channels: dict[str, Channel] = {}
        self._keep_alive = keep_alive or KeepAlive()
        self._ended = False

    # --- what a venue writes -------------------------------------------------------------------

    def greet(self) -> Messages:
        """What the venue says first."""
        return ()

    def hear(self, data: str | bytes) -> Messages:
        """The client's message as it came; a venue that does not speak JSON reads it itself."""
        request = decode(data, NOT_JSON)
        return self.unreadable(data) if request is NOT_JSON else self.answer(request)

    def answer(self, request: Json) -> Messages:
        """The client's message, decoded from JSON: answers now."""
        raise NotImplementedError

    def unreadable(self, data: str | bytes) -> Messages:
        """A message that is not JSON: a ping in plain text, or nonsense."""
        return ()

    def push(self, step: Step) -> Messages:
        """What is said after a step."""
        for channel in self.channels.values():
            yield from channel.after(step)

    def frame(self, message: Json) -> Outgoing:
        """A message as it goes out; a venue with another encoding beside JSON overrides it."""
        return message if isinstance(message, str | bytes | CloseConnection) else encode(message)

    # --- the face ------------------------------------------------------------------------------

    def on_open(self) -> list[Outgoing]:
        self._keep_alive.after(self.world.now_ns(), spoke=False)
        return self._framed(self.greet())

    def on_frame(self, data: str | bytes) -> list[Outgoing]:
        if self._ended:
            return []
        self._keep_alive.heard("client")
        frames = self._framed(self.hear(data))
        if frames:
            self._keep_alive.heard("venue")
        return frames

    def on_step(self, step: Step) -> list[Outgoing]:
        if self._ended:
            return []
        frames = self._framed(self.push(step))
        return frames + self._framed(self._keep_alive.after(step.at_ns, spoke=bool(frames)))

    def _framed(self, messages: Messages) -> list[Outgoing]:
        frames: list[Outgoing] = []
        for message in messages:
            if isinstance(message, CloseConnection):
                self._ended = True
            frames.append(self.frame(message))
        return frames
