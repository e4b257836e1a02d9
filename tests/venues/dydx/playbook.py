"""dYdX's words for the conformance suite."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from cockpit.venues.contract import Fetch, Input, Reply, Send
from tests.support import frame, reply
from tests.venues.conformance import playbook
from tests.venues.dydx.messages import ROW, book, changes, connected, envelope, markets, row

TERMS = {name: ROW[name] for name in ("status", "tickSize", "stepSize", "marketType")}
"""A market's row without its figures: those are the survey's."""


class Playbook(playbook.Playbook):
    """Its messages are counted over all channels: the number of a book is that of the link."""

    ABSENT: ClassVar[Mapping[playbook.Thing, str]] = {
        "pings": "the server pings by protocol and answers no ping of ours"
    }
    ROWS: ClassVar[int | None] = 1000

    def __init__(self) -> None:
        super().__init__()
        self._number = 0
        self._books: dict[str, int] = {}
        """The numbers that requests for books have taken, by market."""
        self._base = (0, 0)
        """The suite's number of the last whole book, and the highest of the link at that time."""

    def answer(self, asked: Send | Fetch) -> Sequence[Input]:
        if isinstance(asked, Send):
            return self._answer(json.loads(asked.data))
        body: Any = {"errors": [{"msg": "not found"}]}
        if asked.name == "instruments":
            body = markets(*self._rows())
        if asked.name == "funding_history":
            body = {"historicalFunding": []}
        return [reply(asked.name, body, key=asked.key, status=404 if "errors" in body else 200)]

    def _answer(self, request: Any) -> Sequence[Input]:
        """Each request takes a number; that for a book is answered by the suite."""
        first = [] if self._number else [frame(connected())]
        self._number += 1
        channel, id = request["channel"], request.get("id", "")
        if request["type"] == "unsubscribe":
            return [frame(envelope("unsubscribed", self._number, channel, id, None))]
        if channel == "v4_orderbook":
            self._books[id] = self._number
            return first
        contents: Any = {"trades": []}
        if channel == "v4_markets":
            contents = markets(*self._rows())
        if channel == "v4_block_height":
            contents, id = {"height": "7", "time": _iso(1_760_000_000)}, channel
        return [*first, frame(envelope("subscribed", self._number, channel, id, contents))]

    def _rows(self) -> list[Any]:
        return [{**TERMS, "ticker": f"{symbol}-USD"} for symbol in self.listed]

    def keys(self, sends: Sequence[Send]) -> list[str]:
        return _subjects(sends, "subscribe")

    def left(self, sends: Sequence[Send]) -> list[str]:
        return _subjects(sends, "unsubscribe")

    def about(self, key: str, symbol: str) -> bool:
        return key.endswith(f" {symbol}-USD")

    def refuse(self, send: Send) -> Sequence[Input]:
        request = json.loads(send.data)
        error = envelope("error", 1, request["channel"], request.get("id", ""), None)
        text = f"Invalid subscription id for channel: ({request['channel']}-x)"
        return [frame(error | {"message": text})]

    def snapshot(self, symbol: str, number: int) -> Sequence[Input]:
        wire = self._books.pop(f"{symbol}-USD", self._number + 1)
        self._number = max(self._number, wire)
        self._base = (number, self._number)
        return [frame(book(wire, {"100": "1"}, {"101": "2"}, f"{symbol}-USD"))]

    def delta(self, symbol: str, number: int) -> Sequence[Input]:
        wire = self._base[1] + number - self._base[0]
        self._number = max(self._number, wire)
        return [frame(changes(wire, {"bids": [["99", str(number)]]}, ticker=f"{symbol}-USD"))]

    def history(self, fetch: Fetch, stamps_s: Sequence[int]) -> Reply:
        rows = [
            {
                "ticker": fetch.key, "rate": "0.000002375", "price": "1",
                "effectiveAtHeight": str(stamp), "effectiveAt": _iso(stamp),
            }
            for stamp in reversed(stamps_s)
        ]  # fmt: skip
        return reply(fetch.name, {"historicalFunding": rows}, key=fetch.key)

    def span_s(self, fetch: Fetch) -> tuple[int, int]:
        query = parse_qs(urlsplit(fetch.path).query)
        end = datetime.fromisoformat(query["effectiveBeforeOrAt"][0].replace("Z", "+00:00"))
        end_s = int(end.timestamp())
        return end_s - 3600 * (int(query["limit"][0]) - 2), end_s

    def survey(self, rates: Mapping[str, str]) -> Sequence[Input]:
        rows = [row(f"{symbol}-USD", nextFundingRate=rate) for symbol, rate in rates.items()]
        return [reply("instruments", markets(*rows))]


def _iso(stamp_s: int) -> str:
    return datetime.fromtimestamp(stamp_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _subjects(sends: Sequence[Send], kind: str) -> list[str]:
    requests = [json.loads(send.data) for send in sends]
    return [f"{r['channel']} {r.get('id', '')}".strip() for r in requests if r["type"] == kind]
