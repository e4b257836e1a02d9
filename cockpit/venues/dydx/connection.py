"""The numbers of one connection to the Indexer, and what is asked on it.

Every message has the connection's next number, whatever its channel; a request takes one when the
Indexer receives it. The package's docstring has the rule.
"""

from collections.abc import Sequence

import msgspec

from cockpit.venues.dydx.mapper import ORDERBOOK
from cockpit.venues.dydx.messages import Batch, Failure, Message, Subscribed
from cockpit.venues.kit.sequencing import SharedCounter, Verdict
from cockpit.venues.kit.subscriptions import Operation

TRADES, MARKETS, BLOCKS = "v4_trades", "v4_markets", "v4_block_height"
PARENTS = "v4_parent_subaccounts"
ACCOUNTS = frozenset({PARENTS, "v4_subaccounts"})

_SINGLE = frozenset({MARKETS, BLOCKS})
_BATCHED = frozenset({ORDERBOOK, TRADES})


def key_of(channel: str, id: str) -> str:
    """What a message is about: `v4_markets` has no id, `v4_block_height` repeats its name."""
    return channel if channel in _SINGLE else f"{channel} {id}"


class Connection:
    """Judges every message; knows every request, because each may leave a hole until answered."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._id = ""
        self._counter = SharedCounter()

    def judge(self, message: Message) -> Verdict:
        """Whether the message may be used, repeats another, or shows that one is missing."""
        number = message.message_id
        if message.connection_id != self._id:
            if self._id and not self._counter.follows(number):
                self._counter = SharedCounter()
            self._id = message.connection_id
        kind = type(message)
        if kind is Batch:
            return self._counter.take(number)
        if kind is Subscribed:
            return self._counter.take(number, key_of(message.channel, message.id))
        if kind is Failure:
            about = key_of(message.channel, message.id) if message.channel else None
            return self._counter.refused(number, about)
        return self._counter.take(number)

    def judge_number(self, number: int) -> Verdict:
        """The same for a message of which only the number could be read."""
        return self._counter.take(number)

    def encode(self, operation: Operation, keys: Sequence[str], request: int) -> str:
        """The frame of a request for one key, which is counted."""
        channel, _, subject = keys[0].partition(" ")
        asked: dict[str, str | bool] = {"type": operation, "channel": channel}
        if subject:
            asked["id"] = subject
        if operation == "subscribe":
            self._counter.asked(keys[0])
            if channel in _BATCHED:
                asked["batched"] = True
        return msgspec.json.encode(asked).decode()
