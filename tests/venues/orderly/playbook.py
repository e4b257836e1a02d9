"""Orderly's words for the conformance suite. A number in a book's sequence is a time in ms."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from cockpit.venues.contract import Fetch, Input, Reply, Send
from tests.support import frame, reply
from tests.venues.conformance import playbook
from tests.venues.orderly.samples import (
    HOUR_MS,
    TS_MS,
    ack,
    change,
    futures,
    info,
    native,
    rows,
    whole,
)

UPDATES = "orderbookupdate"


class Playbook(playbook.Playbook):
    ROWS: ClassVar[int | None] = 500

    def answer(self, asked: Send | Fetch) -> Sequence[Input]:
        if isinstance(asked, Send):
            event = json.loads(asked.data)["event"]
            if event == "ping":
                return self.pong()
            return [frame(ack(asked))] if "subscribe" in event else []
        if asked.name == "system":
            return [reply("system", {"success": True, "data": {"status": 0, "msg": "fine"}})]
        each: list[Any] = []
        if asked.name == "instruments":
            each = [info(native(symbol), funding_period=1) for symbol in self.listed]
        return [reply(asked.name, rows(*each), key=asked.key)]

    def keys(self, sends: Sequence[Send]) -> list[str]:
        """A requested book is a key as well: changes alone make no book."""
        requests = [json.loads(send.data) for send in sends]
        asked = [one["topic"] for one in requests if one["event"] == "subscribe"]
        books = [one["params"]["symbol"] for one in requests if one["event"] == "request"]
        return [*asked, *(f"{name}@request" for name in books)]

    def left(self, sends: Sequence[Send]) -> list[str]:
        requests = [json.loads(send.data) for send in sends]
        left = [one["topic"] for one in requests if one["event"] == "unsubscribe"]
        books = [name.partition("@")[0] for name in left if name.endswith(f"@{UPDATES}")]
        return [*left, *(f"{name}@request" for name in books)]

    def about(self, key: str, symbol: str) -> bool:
        return key.partition("@")[0] == native(symbol)

    def refuse(self, send: Send) -> Sequence[Input]:
        asked = json.loads(send.data)
        refusal = {"id": asked["id"], "success": False, "ts": TS_MS, "errorMsg": "invalid symbol"}
        return [frame(refusal)]

    def is_ping(self, send: Send) -> bool:
        return json.loads(send.data)["event"] == "ping"

    def pong(self) -> Sequence[Input]:
        return [frame({"event": "pong", "ts": TS_MS})]

    def snapshot(self, symbol: str, number: int) -> Sequence[Input]:
        return [frame(whole(TS_MS + number, native(symbol)))]

    def delta(self, symbol: str, number: int) -> Sequence[Input]:
        return [frame(change(TS_MS + number, TS_MS + number - 1, native(symbol)))]

    def history(self, fetch: Fetch, stamps_s: Sequence[int]) -> Reply:
        symbol = parse_qs(urlsplit(fetch.path).query)["symbol"][0]
        paid = [
            {
                "symbol": symbol, "funding_rate": 0.0001, "funding_rate_timestamp": stamp * 1000,
                "next_funding_time": stamp * 1000 + HOUR_MS,
            }
            for stamp in reversed(stamps_s)
        ]  # fmt: skip
        return reply(fetch.name, rows(*paid), key=fetch.key)

    def span_s(self, fetch: Fetch) -> tuple[int, int]:
        query = parse_qs(urlsplit(fetch.path).query)
        return int(query["start_t"][0]) // 1000, int(query["end_t"][0]) // 1000

    def survey(self, rates: Mapping[str, str]) -> Sequence[Input]:
        each = [
            futures(native(symbol), est_funding_rate=float(rate)) for symbol, rate in rates.items()
        ]
        return [reply("tickers", rows(*each))]
