"""Bybit's words for the conformance suite."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from cockpit.venues.contract import Fetch, Input, Reply, Send
from tests.support import AT_NS, frame, reply
from tests.venues.bybit.samples import answer, book, compact, row
from tests.venues.conformance import playbook

HOUR_MS = 3_600_000


def native(symbol: str) -> str:
    return f"{symbol}USDT"


class Playbook(playbook.Playbook):
    ROWS: ClassVar[int | None] = 200

    def answer(self, asked: Send | Fetch) -> Sequence[Input]:
        if isinstance(asked, Send):
            return [_ack(asked)]
        rows: list[Any] = []
        if asked.name == "instruments" and "PreLaunch" not in asked.path:
            rows = [row(native(symbol), symbol, fundingInterval=60) for symbol in self.listed]
        return [reply(asked.name, answer(*rows), key=asked.key)]

    def keys(self, sends: Sequence[Send]) -> list[str]:
        return _topics(sends, "subscribe")

    def left(self, sends: Sequence[Send]) -> list[str]:
        return _topics(sends, "unsubscribe")

    def about(self, key: str, symbol: str) -> bool:
        return key.endswith(f".{native(symbol)}")

    def refuse(self, send: Send) -> Sequence[Input]:
        return [_ack(send, success=False, ret_msg="error:handler not found")]

    def is_ping(self, send: Send) -> bool:
        return json.loads(send.data)["op"] == "ping"

    def pong(self) -> Sequence[Input]:
        return [frame(compact({"success": True, "ret_msg": "pong", "conn_id": "c", "op": "ping"}))]

    def snapshot(self, symbol: str, number: int) -> Sequence[Input]:
        return [frame(book("snapshot", number, native=native(symbol)))]

    def delta(self, symbol: str, number: int) -> Sequence[Input]:
        return [frame(book("delta", number, native=native(symbol)))]

    def history(self, fetch: Fetch, stamps_s: Sequence[int]) -> Reply:
        symbol = parse_qs(urlsplit(fetch.path).query)["symbol"][0]
        rows = [
            {"symbol": symbol, "fundingRate": "0.0001", "fundingRateTimestamp": str(stamp * 1000)}
            for stamp in reversed(stamps_s)
        ]
        return reply(fetch.name, answer(*rows), key=fetch.key)

    def span_s(self, fetch: Fetch) -> tuple[int, int]:
        query = parse_qs(urlsplit(fetch.path).query)
        return int(query["startTime"][0]) // 1000, int(query["endTime"][0]) // 1000

    def survey(self, rates: Mapping[str, str]) -> Sequence[Input]:
        rows = [
            {
                "symbol": native(symbol), "lastPrice": "101.5", "indexPrice": "101.1",
                "markPrice": "101.2", "openInterest": "40", "singleOpenInterest": "20",
                "turnover24h": "9000.5", "volume24h": "90.25", "fundingRate": rate,
                "nextFundingTime": str(AT_NS // 10**6 // HOUR_MS * HOUR_MS + HOUR_MS),
                "fundingIntervalHour": "1",
            }
            for symbol, rate in rates.items()
        ]  # fmt: skip
        return [reply("tickers", answer(*rows))]


def _ack(send: Send, **said: Any) -> Input:
    asked = json.loads(send.data)
    return frame(
        compact(
            {
                "success": True, "ret_msg": "", "conn_id": "c", "op": asked["op"],
                "req_id": asked.get("req_id", ""), **said,
            }
        )
    )  # fmt: skip


def _topics(sends: Sequence[Send], operation: str) -> list[str]:
    requests = [json.loads(send.data) for send in sends]
    return [topic for asked in requests if asked["op"] == operation for topic in asked["args"]]
