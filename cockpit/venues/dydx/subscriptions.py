"""The one link to the dYdX Indexer: what is subscribed, what is unanswered, what went missing.

Private to `dydx.py`, whose docstring has the rule for numbers.
"""

from collections.abc import Iterator, Sequence

import msgspec

from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Send
from cockpit.venues.dydx.messages import Batch, Failure, Message, Subscribed
from cockpit.venues.kit.sequencing import APPLY, SharedCounter, Verdict

ORDERBOOK, TRADES = "v4_orderbook", "v4_trades"
MARKETS, BLOCKS = "v4_markets", "v4_block_height"

Key = tuple[str, str]
"""Channel and id; the id is empty for the channels that have one subject."""

ANSWER_WITHIN_NS = 5 * NS_PER_S
SPACING_NS = NS_PER_S
"""Between two subscribes to one subject: the venue closes the connection above two a second."""
REFUSED_FOR_NS = 60 * NS_PER_S

_SINGLE = frozenset({MARKETS, BLOCKS})
_BATCHED = frozenset({ORDERBOOK, TRADES})


def key_of(message: Message) -> Key:
    """What a message is about: `v4_markets` has no id, `v4_block_height` repeats its name."""
    return (message.channel, "" if message.channel in _SINGLE else message.id)


class Subscriptions:
    """Requests and their fate on one connection. Nothing is remembered across connections."""

    def __init__(self) -> None:
        self.is_open = False
        self._counter = SharedCounter()
        self._connection = ""
        self._asked_ns: dict[Key, int] = {}
        self._due_ns: dict[Key, int] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._asked_ns

    def reopen(self, *, is_open: bool) -> None:
        """A new connection, or none."""
        self.is_open = is_open
        self._counter = SharedCounter()
        self._connection = ""
        self._asked_ns.clear()
        self._due_ns.clear()

    def judge(self, message: Message) -> Verdict:
        """Whether the message may be used, repeats another, or shows that one is missing."""
        if not self.is_open:
            return APPLY
        number = message.message_id
        if message.connection_id != self._connection:
            if self._connection and not self._counter.follows(number):
                self._counter = SharedCounter()
            self._connection = message.connection_id
        kind = type(message)
        if kind is Batch:
            return self._counter.take(number)
        if kind is Subscribed:
            return self._counter.take(number, key_of(message))
        if kind is Failure:
            return self._counter.refused(number, key_of(message) if message.channel else None)
        return self._counter.take(number)

    def judge_number(self, number: int) -> Verdict:
        """The same for a message of which only the number could be read."""
        return self._counter.take(number) if self.is_open else APPLY

    def want(self, keys: Sequence[Key], at_ns: int) -> Iterator[Send]:
        """Make the subscriptions these and no others."""
        wanted = set(keys)
        for key in [key for key in self._asked_ns if key not in wanted]:
            self._due_ns.pop(key, None)
            del self._asked_ns[key]
            yield _request("unsubscribe", key)
        for key in keys:
            if key not in self._asked_ns:
                yield from self._ask(key, at_ns)

    def answered(self, key: Key) -> None:
        self._due_ns.pop(key, None)

    def again(self, key: Key, at_ns: int) -> Iterator[Send]:
        """Unsubscribe and subscribe, now or as soon as the venue's limit allows."""
        asked_ns = self._asked_ns.get(key)
        if asked_ns is None:
            return
        if at_ns - asked_ns < SPACING_NS:
            self._due_ns[key] = asked_ns + SPACING_NS
        else:
            yield from self._ask(key, at_ns)

    def refused(self, key: Key, text: str, at_ns: int) -> None:
        """The venue said no: soon again if it was a matter of order or of trouble, else later."""
        if key in self._asked_ns:
            lasting = text.startswith("Invalid") and "already subscribed" not in text
            lasting = lasting or "limit reached" in text
            self._due_ns[key] = at_ns + (REFUSED_FOR_NS if lasting else SPACING_NS)

    def overdue(self, at_ns: int) -> Iterator[Send]:
        """Ask again for what was not answered in time."""
        for key in [key for key, due_ns in self._due_ns.items() if due_ns <= at_ns]:
            yield from self._ask(key, at_ns)

    def _ask(self, key: Key, at_ns: int) -> Iterator[Send]:
        if key in self._asked_ns:
            yield _request("unsubscribe", key)
        self._counter.asked(key)
        self._asked_ns[key] = at_ns
        self._due_ns[key] = at_ns + ANSWER_WITHIN_NS
        yield _request("subscribe", key)


def _request(kind: str, key: Key) -> Send:
    channel, subject = key
    request: dict[str, str | bool] = {"type": kind, "channel": channel}
    if subject:
        request["id"] = subject
    if kind == "subscribe" and channel in _BATCHED:
        request["batched"] = True
    return Send(msgspec.json.encode(request).decode())
