"""Subscriptions: which keys a connection should carry, and what has become of each.

A key is whatever the venue subscribes to by name (a topic, a channel with its market). It is in
one state: queued (wanted, not sent yet), asked (sent, no answer), standing (acknowledged, or data
came), refused. What is neither answered nor heard is asked for again.
"""

import enum
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import msgspec

from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import MAIN, Output, Send
from cockpit.venues.kit.parts import OverLink

G = TypeVar("G", bound=Hashable)
Operation = Literal["subscribe", "unsubscribe"]
Encode = Callable[[Operation, Sequence[str], int], str]
"""(operation, keys, request number) -> the frame."""


class State(enum.Enum):
    QUEUED = enum.auto()
    ASKED = enum.auto()
    STANDING = enum.auto()
    REFUSED = enum.auto()


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a venue allows on one connection.

    `per_request` keys go in a frame. At most `operations` frames are sent in `window_s`, and at
    most `in_flight` requests wait for an answer; None is no limit. An answer may take `patience_s`.
    A refused request of several keys is asked again key by key, because one bad key may have
    failed them all; a key refused alone is asked again after `refused_s`, never if that is None.
    One key is joined at most once in `spacing_s`.
    """

    per_request: int = 1
    operations: int | None = None
    window_s: float = 1.0
    in_flight: int | None = None
    patience_s: float = 5.0
    refused_s: float | None = None
    spacing_s: float = 0.0


@dataclass(slots=True)
class _Key:
    state: State
    since_ns: int
    not_before_ns: int = 0
    joined_ns: int | None = None


@dataclass(slots=True)
class _Job:
    """Frames that go together: what is left and joined again must not be dark in between."""

    leave: tuple[str, ...]
    join: tuple[str, ...]


class Subscriptions(OverLink):
    """The keys of one link."""

    def __init__(self, encode: Encode, rules: Rules, *, link: str = MAIN) -> None:
        self.link = link
        self._encode = encode
        self._rules = rules
        self._patience_ns = round(rules.patience_s * NS_PER_S)
        self._window_ns = round(rules.window_s * NS_PER_S)
        self._spacing_ns = round(rules.spacing_s * NS_PER_S)
        self.forget()

    def forget(self) -> None:
        self._is_open = False
        self._keys: dict[str, _Key] = {}
        self.waiting: set[str] = set()
        """Keys that are not standing; mostly none, so that a hot path looks here before `seen`."""
        self._requests: dict[int, tuple[str, ...]] = {}
        self._jobs: deque[_Job] = deque()
        self._sent_ns: deque[int] = deque()
        self._serial = 0

    # --- a part -------------------------------------------------------------------------------

    def begin(self, at_ns: int) -> None:
        self._is_open = True

    def tick(self, at_ns: int) -> Sequence[Output]:
        """Ask again for what has been neither answered nor heard, and for what was put off."""
        if self.waiting:
            late = [key for key in self._keys if key in self.waiting and self._is_due(key, at_ns)]
            if late:
                self._join(late, at_ns)
        return self._flush(at_ns) if self._jobs else ()

    def _is_due(self, key: str, at_ns: int) -> bool:
        known = self._keys[key]
        if known.state is State.ASKED:
            return at_ns - known.since_ns >= self._patience_ns
        return known.state is State.REFUSED and 0 < known.not_before_ns <= at_ns

    # --- what is wanted -----------------------------------------------------------------------

    def want(self, keys: Iterable[str], at_ns: int) -> list[Output]:
        """Carry exactly these: what is left, then what is joined. Nothing on a closed link."""
        if not self._is_open:
            return []
        target = dict.fromkeys(keys)
        gone = sorted(self._keys.keys() - target.keys())
        unsent = {key for key in gone if self._keys[key].state is State.QUEUED}
        for key in gone:
            del self._keys[key]
            self.waiting.discard(key)
        if unsent:
            self._jobs = deque(
                _Job(job.leave, tuple(key for key in job.join if key not in unsent))
                for job in self._jobs
            )
        for chunk in self._chunks([key for key in gone if key not in unsent]):
            self._jobs.append(_Job(chunk, ()))
        self._join([key for key in target if key not in self._keys], at_ns)
        return self._flush(at_ns)

    def renew(self, keys: Iterable[str], at_ns: int) -> list[Output]:
        """Leave and join again: the venue answers with a snapshot. Two frames each request."""
        if not self._is_open:
            return []
        queued = {key for job in self._jobs for key in job.join}
        again = [key for key in keys if key in self._keys and key not in queued]
        for key in again:
            self._put(key, State.QUEUED, at_ns)
        for chunk in self._chunks(again):
            self._jobs.append(_Job(chunk, chunk))
        return self._flush(at_ns)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def state(self, key: str) -> State | None:
        known = self._keys.get(key)
        return None if known is None else known.state

    # --- what became of it --------------------------------------------------------------------

    def seen(self, key: str) -> None:
        """Data came, so the subscription stands, whatever became of its acknowledgement."""
        if key in self.waiting:
            self._put(key, State.STANDING, 0)

    def answered(self, key: str) -> None:
        """All of it was stated: it stands, and need not be renewed where that still waits."""
        self._jobs = deque(job for job in self._jobs if job.join != (key,))
        self.seen(key)

    def acknowledged(self, request: int, at_ns: int) -> list[Output]:
        """The venue took a request. What waited for room goes out now."""
        for key in self._requests.pop(request, ()):
            self.seen(key)
        return self._flush(at_ns)

    def refused(self, request: int, at_ns: int, again_s: float | None = None) -> list[Output]:
        """The venue refused a request: its keys are asked for one by one, a single one is given up.

        `again_s` puts all of them off instead (a rate limit said so).
        """
        keys = self._requests.pop(request, ())
        for key in keys:
            self.refuse(key, at_ns, again_s)
        if again_s is None and len(keys) > 1:
            for key in keys:
                if key in self._keys:
                    self._join([key], at_ns)
        return self._flush(at_ns)

    def refuse(self, key: str, at_ns: int, again_s: float | None = None) -> None:
        """The venue refused this key by name: for good, or until `again_s` have passed."""
        after_s = self._rules.refused_s if again_s is None else again_s
        known = self._keys.get(key)
        if known is not None:
            self._put(key, State.REFUSED, at_ns)
            known.not_before_ns = 0 if after_s is None else at_ns + round(after_s * NS_PER_S)

    # --- frames -------------------------------------------------------------------------------

    def _put(self, key: str, state: State, at_ns: int) -> None:
        known = self._keys[key]
        known.state, known.since_ns = state, at_ns
        if state is State.STANDING:
            self.waiting.discard(key)
        else:
            self.waiting.add(key)

    def _join(self, keys: Sequence[str], at_ns: int) -> None:
        for key in keys:
            self._keys.setdefault(key, _Key(State.QUEUED, at_ns))
            self._put(key, State.QUEUED, at_ns)
        for chunk in self._chunks(keys):
            self._jobs.append(_Job((), chunk))

    def _chunks(self, keys: Sequence[str]) -> list[tuple[str, ...]]:
        size = self._rules.per_request
        return [tuple(keys[start : start + size]) for start in range(0, len(keys), size)]

    def _flush(self, at_ns: int) -> list[Output]:
        """Send what may be sent now; the rest waits for the next tick or answer."""
        sends: list[Output] = []
        put_off: list[_Job] = []
        while self._jobs and self._has_room(self._jobs[0], at_ns):
            job = self._jobs.popleft()
            if self._spacing_ns and any(self._is_too_soon(key, at_ns) for key in job.join):
                put_off.append(job)
                continue
            if job.leave:
                sends.append(self._send("unsubscribe", job.leave, at_ns))
            if job.join:
                sends.append(self._send("subscribe", job.join, at_ns))
        self._jobs.extendleft(reversed(put_off))
        return sends

    def _has_room(self, job: _Job, at_ns: int) -> bool:
        rules, cost = self._rules, bool(job.leave) + bool(job.join)
        if job.join and rules.in_flight is not None and len(self._requests) >= rules.in_flight:
            asked = {key for key in self.waiting if self._keys[key].state is State.ASKED}
            unanswered = [keys for keys in self._requests.values() if not asked.isdisjoint(keys)]
            if len(unanswered) >= rules.in_flight:
                return False
        if rules.operations is None:
            return True
        while self._sent_ns and at_ns - self._sent_ns[0] >= self._window_ns:
            self._sent_ns.popleft()
        return len(self._sent_ns) + cost <= max(rules.operations, cost)

    def _is_too_soon(self, key: str, at_ns: int) -> bool:
        known = self._keys.get(key)
        joined_ns = None if known is None else known.joined_ns
        return joined_ns is not None and at_ns - joined_ns < self._spacing_ns

    def _send(self, operation: Operation, keys: tuple[str, ...], at_ns: int) -> Send:
        self._serial += 1
        if operation == "subscribe":
            # What is asked again is not waited for under its old number any more.
            asked = set(keys)
            self._requests = {n: old for n, old in self._requests.items() if not asked >= set(old)}
            self._requests[self._serial] = keys
            for key in keys:
                if key in self._keys:
                    self._put(key, State.ASKED, at_ns)
                    self._keys[key].joined_ns = at_ns
        if self._rules.operations is not None:
            self._sent_ns.append(at_ns)
        return Send(self._encode(operation, keys, self._serial), self.link)


def fitting(
    groups: Mapping[G, Sequence[str]], room: int, cost: Callable[[str], int] = lambda key: 1
) -> dict[G, Sequence[str]]:
    """The groups of keys a connection has room for, first come first served, each whole or not.

    `cost` of a key is 1 where keys are counted, its length where characters are.
    """
    fits: dict[G, Sequence[str]] = {}
    for group, keys in groups.items():
        needed = sum(map(cost, keys))
        if needed <= room:
            fits[group] = keys
            room -= needed
    return fits
