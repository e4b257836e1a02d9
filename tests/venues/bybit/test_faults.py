"""Bybit's books over a link that loses, repeats, reorders, cuts and alters messages."""

import json
import random
from collections.abc import Iterator

import pytest

from cockpit.core.events import Event
from cockpit.venues.bybit import Session
from cockpit.venues.contract import Output, Send, Tick, Wants
from tests.invariants import Invariants
from tests.support import AT_NS, feed, frame, opened
from tests.venues.bybit.samples import SECOND_NS, TS_MS, compact, row, run_listing

PUSH_NS = SECOND_NS // 10
BOOK = "orderbook.200.BTCUSDT"


class Exchange:
    """The server's side of one book: it answers subscriptions and pushes each 100 ms."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.u = 5000
        self.sides: dict[str, dict[str, str]] = {
            "b": {f"{30000 - i}.5": "1.5" for i in range(20)},
            "a": {f"{30001 + i}.5": "2.5" for i in range(20)},
        }
        self.subscribed = False

    def hear(self, sends: list[Output]) -> Iterator[str]:
        for request in (json.loads(send.data) for send in sends if isinstance(send, Send)):
            op = request["op"]
            req_id = request.get("req_id", "")
            yield compact({"success": True, "ret_msg": "", "req_id": req_id, "op": op})
            if BOOK in request.get("args", ()):
                self.subscribed = op == "subscribe"
                if self.subscribed:
                    yield self.message("snapshot", self.sides)

    def push(self) -> Iterator[str]:
        change = {side: {self.dice.choice(list(levels)): f"{self.dice.randint(1, 999)}.25"}
                  for side, levels in self.sides.items()}  # fmt: skip
        for side, levels in change.items():
            self.sides[side].update(levels)
        self.u += 1
        if self.subscribed:
            yield self.message("delta", change)

    def message(self, kind: str, sides: dict[str, dict[str, str]]) -> str:
        ladders = {
            name: sorted(levels.items(), key=lambda level: float(level[0]), reverse=name == "b")
            for name, levels in sides.items()
        }
        data = {"s": "BTCUSDT", **ladders, "u": self.u, "seq": self.u * 7}
        return compact({"topic": BOOK, "type": kind, "ts": TS_MS, "data": data, "cts": TS_MS})

    def truth(self) -> list[dict[float, float]]:
        return [
            {float(price): float(size) for price, size in self.sides[side].items()}
            for side in ("b", "a")
        ]


class BadLink:
    """One in `odds` messages is lost, repeated, held back, cut short or altered in a digit."""

    def __init__(self, dice: random.Random, odds: int, faults: tuple[str, ...]) -> None:
        self.dice, self.odds, self.faults = dice, odds, faults
        self.held: list[str] = []
        self.is_bad = True

    def carry(self, messages: Iterator[str]) -> Iterator[str]:
        for message in messages:
            late, self.held = self.held, []
            yield from self._spoil(message)
            yield from late
        if not self.is_bad:
            yield from self.held
            self.held = []

    def _spoil(self, message: str) -> Iterator[str]:
        fault = self.dice.choice(self.faults)
        if not self.is_bad or self.dice.randrange(self.odds):
            yield message
        elif fault == "duplicate":
            yield from (message, message)
        elif fault == "reorder":
            self.held.append(message)
        elif fault == "truncate":
            yield message[: self.dice.randrange(len(message))]
        elif fault == "corrupt":
            at = self.dice.randrange(len(message))
            yield message[:at] + chr(self.dice.randrange(33, 126)) + message[at + 1 :]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "faults", [("drop",), ("duplicate", "reorder"), ("truncate",), ("corrupt",)], ids="-".join
)
def test_the_book_is_right_within_ten_seconds_after_the_faults_end(
    seed: int, faults: tuple[str, ...]
) -> None:
    dice = random.Random(f"{seed}{faults}")
    exchange, link = Exchange(dice), BadLink(dice, 8, faults)
    session, seen = Session(Wants(symbols=("BTC",))), Invariants("bybit", may_cross=True)
    feed(session, opened())
    sends = run_listing(session, row())

    def perform(at_ns: int, outputs: list[Output]) -> None:
        """Check what was stated, and let the exchange answer what was sent."""
        while outputs:
            seen.check_all(output for output in outputs if isinstance(output, Event))
            answers = list(link.carry(exchange.hear(outputs)))
            outputs = feed(session, *(frame(text, at_ns) for text in answers))

    perform(AT_NS, sends)
    for step in range(1, 400):
        at_ns = AT_NS + step * PUSH_NS
        link.is_bad = step < 300
        pushed = list(link.carry(exchange.push()))
        perform(at_ns, feed(session, *(frame(text, at_ns) for text in pushed)))
        if step % 10 == 0:
            perform(at_ns, feed(session, Tick(at_ns=at_ns)))
    assert [dict(side) for side in seen.books["BTC"]] == exchange.truth()
