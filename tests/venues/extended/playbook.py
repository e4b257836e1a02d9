"""Extended's words for the conformance suite."""

import json
from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from cockpit.venues.contract import Fetch, Input, Reply, Send
from tests.support import frame, reply
from tests.venues.conformance import playbook
from tests.venues.extended.samples import AT_MS, HOUR_MS, answer, book, native, row, stats

AHEAD_MS = AT_MS + HOUR_MS
"""The stage's clock moves and this one does not: no book may seem old."""


class Playbook(playbook.Playbook):
    ROWS: ClassVar[int | None] = 1000

    def answer(self, asked: Send | Fetch) -> Sequence[Input]:
        if isinstance(asked, Send):
            return [_result(asked)]
        if asked.name != "instruments":
            return [reply(asked.name, answer(), key=asked.key)]
        rows = [row(native(symbol), symbol) for symbol in self.listed]
        return [reply(asked.name, answer(*rows), key=asked.key)]

    def keys(self, sends: Sequence[Send]) -> list[str]:
        return _topics(sends, "subscribe")

    def left(self, sends: Sequence[Send]) -> list[str]:
        return _topics(sends, "unsubscribe")

    def about(self, key: str, symbol: str) -> bool:
        return key.endswith(f".{native(symbol)}")

    def refuse(self, send: Send) -> Sequence[Input]:
        error = {"code": -32602, "message": "Invalid params"}
        return [frame({"jsonrpc": "2.0", "id": json.loads(send.data)["id"], "error": error})]

    def is_ping(self, send: Send) -> bool:
        return json.loads(send.data)["method"] == "ping"

    def pong(self) -> Sequence[Input]:
        return [frame({"jsonrpc": "2.0", "id": "0", "result": {"method": "ping", "status": "OK"}})]

    def snapshot(self, symbol: str, number: int) -> Sequence[Input]:
        return [frame(book("SNAPSHOT", number, market=native(symbol), ts=AHEAD_MS))]

    def delta(self, symbol: str, number: int) -> Sequence[Input]:
        return [frame(book("DELTA", number, market=native(symbol)))]

    def history(self, fetch: Fetch, stamps_s: Sequence[int]) -> Reply:
        rows = [{"m": fetch.key, "f": "0.000013", "T": s * 1000} for s in reversed(stamps_s)]
        return reply(fetch.name, answer(*rows), key=fetch.key)

    def span_s(self, fetch: Fetch) -> tuple[int, int]:
        query = parse_qs(urlsplit(fetch.path).query)
        return int(query["startTime"][0]) // 1000, int(query["endTime"][0]) // 1000

    def survey(self, rates: Mapping[str, str]) -> Sequence[Input]:
        rows = [
            row(native(symbol), symbol, marketStats=stats(fundingRate=rate))
            for symbol, rate in rates.items()
        ]
        return [reply("tickers", answer(*rows))]


def _result(send: Send) -> Input:
    asked = json.loads(send.data)
    told = {"method": asked["method"], "status": "OK"}
    return frame({"jsonrpc": "2.0", "id": asked["id"], "result": told})


def _topics(sends: Sequence[Send], method: str) -> list[str]:
    calls = [json.loads(send.data) for send in sends]
    return [_topic(call["params"]) for call in calls if call["method"] == method]


def _topic(params: Mapping[str, Mapping[str, str]]) -> str:
    selector = params["selector"]
    parts = (params["scope"], selector.get("type"), selector["market"])
    return ".".join(str(part) for part in parts if part)
