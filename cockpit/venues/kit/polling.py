"""What is asked again and again over REST, and when it is due."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

import msgspec
from msgspec.structs import replace

from cockpit.core.events import Reject
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Fetch, Output, Reply
from cockpit.venues.kit.decoding import decode, refused, reject
from cockpit.venues.kit.parts import Hears

T = TypeVar("T")

Check = Callable[[T], str | None]
"""Why a decoded body is a refusal all the same (an error under HTTP 200), or None."""
Says = Callable[[T, Reply], Sequence[Output]]
"""What a decoded body says."""


class Every:
    """True at most once per interval, measured on the times it is shown.

    The first call is due at once unless `wait_first`; `reset` makes the next call due.
    """

    def __init__(self, interval_s: float, *, wait_first: bool = False) -> None:
        self._interval_ns = round(interval_s * 1e9)
        self._wait_first = wait_first
        self._next_ns: int | None = None

    def due(self, at_ns: int) -> bool:
        if self._next_ns is None:
            self._next_ns = at_ns + self._interval_ns
            return not self._wait_first
        if at_ns < self._next_ns:
            return False
        self._next_ns = at_ns + self._interval_ns
        return True

    def reset(self) -> None:
        self._next_ns = None
        self._wait_first = False


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """How often something is asked: every `period_s`, and `retry_s` after a failure.

    The driver answers every request, with status 0 if nobody else does, so none is waited for.
    """

    period_s: float
    retry_s: float = 5.0


class _Asked(Hears, Generic[T]):
    """What a question and a rota have alike: how an answer is read."""

    def __init__(
        self,
        venue: str,
        decoder: "msgspec.json.Decoder[T]",
        timing: Timing,
        check: Check[T] | None,
        says: Says[T] | None,
    ) -> None:
        self._venue = venue
        self._decoder = decoder
        self.timing = timing
        self._check = check
        self._says = says

    def hear(self, reply: Reply) -> Sequence[Output]:
        """What an answer says, or why it is none."""
        answer = self.read(reply)
        if isinstance(answer, Reject):
            return [answer]
        return () if self._says is None else self._says(answer, reply)

    def read(self, reply: Reply) -> T | Reject:
        """The decoded answer, or why it is none; then it is asked again after `retry_s`."""
        answer = read(self._venue, self._decoder, reply, self._check)
        if isinstance(answer, Reject):
            self.failed(reply)
        return answer

    @abstractmethod
    def failed(self, reply: Reply, retry_s: float | None = None) -> None:
        """An answer was no answer: ask again after `retry_s`, the usual one if it is None."""

    def _again_ns(self, reply: Reply, retry_s: float | None) -> int:
        after_s = self.timing.retry_s if retry_s is None else retry_s
        return reply.at_ns + round(after_s * NS_PER_S)


class Question(_Asked[T]):
    """One REST question, asked for as long as it is wanted and any link is open.

    `says` is what an answer is handed to (`hear`), `hears` the name of the request where `ask`
    makes it. With `at_once` it is asked in the moment a link opens, otherwise at the first tick
    after that.
    """

    def __init__(
        self,
        venue: str,
        ask: Fetch | Callable[[], Fetch],
        decoder: "msgspec.json.Decoder[T]",
        timing: Timing,
        says: Says[T] | None = None,
        *,
        check: Check[T] | None = None,
        at_once: bool = False,
        hears: str = "",
    ) -> None:
        super().__init__(venue, decoder, timing, check, says)
        self.hears = ask.name if isinstance(ask, Fetch) else hears
        self.is_wanted = True
        self._ask = ask
        self._at_once = at_once
        self._due_ns = 0

    def opened(self, link: str, at_ns: int) -> Sequence[Output]:
        return [self.ask(at_ns)] if self._at_once and self.is_wanted else ()

    def tick(self, at_ns: int) -> Sequence[Output]:
        return [self.ask(at_ns)] if self.is_wanted and at_ns >= self._due_ns else ()

    def soon(self) -> None:
        """Ask at the next tick."""
        self._due_ns = 0

    def every(self, period_s: float) -> None:
        """Ask this often from now on."""
        if period_s != self.timing.period_s:
            self.timing = replace(self.timing, period_s=period_s)
            self._due_ns = 0

    def ask(self, at_ns: int) -> Fetch:
        """Ask now."""
        self._due_ns = at_ns + round(self.timing.period_s * NS_PER_S)
        return self._ask if isinstance(self._ask, Fetch) else self._ask()

    def failed(self, reply: Reply, retry_s: float | None = None) -> None:
        self._due_ns = self._again_ns(reply, retry_s)


class Rota(_Asked[T]):
    """One REST question about each of many keys, in turn and inside a budget.

    `per_tick` keys are asked in a second, those that have waited longest first; None is all that
    are due. A key that is wanted anew is due at once. `hears` is the name of the requests.
    """

    def __init__(
        self,
        venue: str,
        ask: Callable[[str], Fetch],
        decoder: "msgspec.json.Decoder[T]",
        timing: Timing,
        says: Says[T] | None = None,
        *,
        check: Check[T] | None = None,
        per_tick: int | None = None,
        hears: str = "",
    ) -> None:
        super().__init__(venue, decoder, timing, check, says)
        self.hears = hears
        self._ask = ask
        self._per_tick = per_tick
        self._wanted: dict[str, None] = {}
        self._due_ns: dict[str, int] = {}

    def want(self, keys: Iterable[str], at_ns: int) -> Sequence[Output]:
        """Ask about exactly these from now on; one that returns keeps its turn."""
        self._wanted = dict.fromkeys(keys)
        return self.tick(at_ns)

    def every(self, period_s: float) -> None:
        """Ask about each this often from now on."""
        self.timing = replace(self.timing, period_s=period_s)

    def soon(self, key: str) -> None:
        """Ask about it at the next tick."""
        self._due_ns.pop(key, None)

    def tick(self, at_ns: int) -> Sequence[Output]:
        known = self._due_ns
        due = [key for key in self._wanted if at_ns >= known.get(key, 0)]
        if not due:
            return ()
        if self._per_tick is not None:
            due = sorted(due, key=lambda key: known.get(key, 0))[: self._per_tick]
        after_ns = at_ns + round(self.timing.period_s * NS_PER_S)
        self._due_ns.update(dict.fromkeys(due, after_ns))
        return [self._ask(key) for key in due]

    def failed(self, reply: Reply, retry_s: float | None = None) -> None:
        if reply.key in self._wanted:
            self._due_ns[reply.key] = self._again_ns(reply, retry_s)


def read(
    venue: str, decoder: "msgspec.json.Decoder[T]", reply: Reply, check: Check[T] | None = None
) -> T | Reject:
    """The decoded body of a reply, or the `Reject` that says why there is none.

    A refusal is told in the venue's own words where the body has them.
    """
    refusal, answer = refused(reply), decode(decoder, reply.body)
    if isinstance(answer, str):
        problem: str | None = answer
    else:
        problem = None if check is None else check(answer)
        if problem is None and refusal is None:
            return answer
    if refusal is None or not (problem is None or isinstance(answer, str)):
        refusal = f"{refusal or reply.name}: {problem}"
    return reject(venue, reply.at_ns, refusal, reply.body)
