"""dYdX books on a bad line: whatever is lost, repeated or swapped, they are right in the end."""

import json
from collections import deque
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.events import BookDelta, BookReset, BookSnapshot, Reject
from cockpit.venues.contract import Frame, Input, Send, Tick, Wants
from cockpit.venues.dydx.session import Session
from tests.support import AT_NS, opened
from tests.venues.dydx.messages import Indexer, connected

SECOND = 1_000_000_000
TICKERS = ("BTC-USD", "ETH-USD")

_changes = st.tuples(
    st.sampled_from(TICKERS), st.integers(0, 1), st.integers(0, 9), st.sampled_from("0123")
)
_faults = st.sampled_from(["fine", "fine", "fine", "drop", "twice", "swap", "truncate", "deaf"])
_steps = st.lists(st.tuples(st.lists(_changes, max_size=3), _faults), max_size=30)


class Line:
    """A session and an Indexer, the messages between them, and what a listener sees."""

    def __init__(self) -> None:
        self.indexer = Indexer({ticker: ({"50": "1"}, {"60": "1"}) for ticker in TICKERS})
        self.session = Session(Wants(symbols=("BTC", "ETH")))
        self.at_ns = AT_NS
        self.seen: dict[str, tuple[dict[float, float], dict[float, float]]] = {}
        self.asked: dict[str, list[int]] = {}
        self.resets = 0
        self._deaf = False
        self._queue: deque[Input] = deque()
        self._hear(opened())
        self.deliver([connected()])

    def step(self, wishes: Iterable[tuple[str, int, int, str]], fault: str) -> None:
        """A quarter of a second: the venue changes levels, one message suffers, a tick passes."""
        self.at_ns += SECOND // 4
        self._deaf = fault == "deaf"
        messages = self.indexer.settle()
        for ticker, side, price, size in wishes:
            text = str(40 + price if side == 0 else 60 + price)
            messages += self.indexer.change(ticker, side, text, size)
        self.deliver(messages, fault)
        if self.at_ns % SECOND == 0:
            self._hear(Tick(at_ns=self.at_ns))
            self.deliver([])
        self._deaf = False

    def deliver(self, messages: list[Any], fault: str = "fine") -> None:
        texts = [json.dumps(message) for message in messages]
        if texts and fault == "drop":
            del texts[0]
        elif texts and fault == "twice":
            texts.insert(0, texts[0])
        elif texts and fault == "truncate":
            texts[-1] = texts[-1][:-9]
        elif len(texts) > 1 and fault == "swap":
            texts[0], texts[1] = texts[1], texts[0]
        self._queue.extend(Frame(at_ns=self.at_ns, data=text) for text in texts)
        while self._queue:
            self._hear(self._queue.popleft())

    def _hear(self, input: Input) -> None:
        for output in self.session.handle(input):
            if isinstance(output, Send) and not self._deaf:
                self.asked.setdefault(output.data, []).append(self.at_ns)
                for message in self.indexer.request(output.data):
                    self._queue.append(Frame(at_ns=self.at_ns, data=json.dumps(message)))
            elif isinstance(output, BookSnapshot):
                self.seen[output.symbol] = (dict(output.bids), dict(output.asks))
            elif isinstance(output, BookDelta):
                pairs = zip(self.seen[output.symbol], (output.bids, output.asks), strict=True)
                for side, levels in pairs:
                    side.update(levels)
            elif isinstance(output, BookReset):
                self.resets += 1
                del self.seen[output.symbol]

    def assert_right(self) -> None:
        for ticker in TICKERS:
            truth = self.indexer.books[ticker]
            for side, levels in zip(self.seen[ticker.removesuffix("-USD")], truth, strict=True):
                shown = {price: size for price, size in side.items() if size}
                assert shown == {float(price): float(size) for price, size in levels.items()}


@given(_steps)
def test_on_a_good_line_no_book_is_ever_reset(steps: list[tuple[list[Any], str]]) -> None:
    line = Line()
    for wishes, _ in [([], ""), ([], ""), *steps]:
        line.step(wishes, "fine")
    assert line.resets == 0
    line.assert_right()


@settings(max_examples=150)
@given(_steps)
def test_ten_seconds_after_a_bad_line_every_book_is_right(
    steps: list[tuple[list[Any], str]],
) -> None:
    line = Line()
    for wishes, fault in steps:
        line.step(wishes, fault)
    for i in range(40):
        line.step([("BTC-USD", 0, i % 3, "1")], "fine")
    line.assert_right()
    for times in line.asked.values():
        assert all(later - earlier >= SECOND for earlier, later in pairwise(times))


def test_a_listener_is_never_told_that_a_good_message_is_wrong() -> None:
    line = Line()
    told = [
        output
        for message in line.indexer.settle()
        for output in line.session.handle(Frame(at_ns=AT_NS, data=json.dumps(message)))
    ]
    assert not [output for output in told if isinstance(output, Reject)]
