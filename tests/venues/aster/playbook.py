"""Aster's words for the conformance suite."""

import json
from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from cockpit.venues.contract import Fetch, Input, Reply, Send
from tests.support import frame, reply
from tests.venues.aster import samples
from tests.venues.aster.samples import native
from tests.venues.conformance import playbook


class Playbook(playbook.Playbook):
    ROWS: ClassVar[int | None] = 1_000
    INTERVAL_S: ClassVar[int] = 28_800

    def answer(self, asked: Send | Fetch) -> Sequence[Input]:
        """A book is never sent unasked for, so the suite says when one comes."""
        if isinstance(asked, Send):
            return self.pong() if self.is_ping(asked) else [_done(asked)]
        natives = [native(symbol) for symbol in self.listed]
        if asked.name == "instruments":
            listing = samples.listing(*(samples.symbol_row(name) for name in natives))
            return [reply(asked.name, listing)]
        if asked.name == "funding_info":
            return [reply(asked.name, samples.info(*natives))]
        if asked.name == "open_interest":
            return [reply(asked.name, {"code": -1121, "msg": "Invalid symbol."}, key=asked.key)]
        return [] if asked.name == "book" else [reply(asked.name, [], key=asked.key)]

    def keys(self, sends: Sequence[Send]) -> list[str]:
        return _streams(sends, "SUBSCRIBE")

    def left(self, sends: Sequence[Send]) -> list[str]:
        return _streams(sends, "UNSUBSCRIBE")

    def about(self, key: str, symbol: str) -> bool:
        return key.startswith(f"{native(symbol).lower()}@")

    def refuse(self, send: Send) -> Sequence[Input]:
        error = {"code": 2, "msg": "Invalid request"}
        return [frame({"id": json.loads(send.data)["id"], "error": error})]

    def is_ping(self, send: Send) -> bool:
        return json.loads(send.data)["method"] == "LIST_SUBSCRIPTIONS"

    def pong(self) -> Sequence[Input]:
        return [frame({"id": 999_999_999, "result": ["btcusdt@aggTrade"]})]

    def snapshot(self, symbol: str, number: int) -> Sequence[Input]:
        return [reply("book", samples.book(number), key=samples.key(symbol))]

    def delta(self, symbol: str, number: int) -> Sequence[Input]:
        return [frame(samples.change(number - 1, number, native(symbol)))]

    def history(self, fetch: Fetch, stamps_s: Sequence[int]) -> Reply:
        rows = [
            {"symbol": fetch.key, "fundingTime": stamp * 1000, "fundingRate": "0.00010000"}
            for stamp in stamps_s
        ]
        return reply(fetch.name, rows, key=fetch.key)

    def span_s(self, fetch: Fetch) -> tuple[int, int]:
        query = parse_qs(urlsplit(fetch.path).query)
        return int(query["startTime"][0]) // 1000, int(query["endTime"][0]) // 1000

    def survey(self, rates: Mapping[str, str]) -> Sequence[Input]:
        """Marks and rates in one frame, 24 hours in one reply, interest market by market."""
        natives = [native(symbol) for symbol in rates]
        marks = [samples.mark(native(symbol), r=rate) for symbol, rate in rates.items()]
        return [
            frame(samples.said("!markPrice@arr", marks)),
            reply("tickers", [samples.ticker(name) for name in natives]),
            *(reply("open_interest", samples.interest(name), key=name) for name in natives),
        ]


def _done(send: Send) -> Input:
    return frame({"id": json.loads(send.data)["id"], "result": None})


def _streams(sends: Sequence[Send], method: str) -> list[str]:
    asked = [json.loads(send.data) for send in sends]
    return [name for each in asked if each["method"] == method for name in each["params"]]
