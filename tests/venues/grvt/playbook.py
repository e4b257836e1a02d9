"""GRVT's words for the conformance suite."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from cockpit.venues.contract import Fetch, Input, Reply, Send
from tests.support import frame, reply
from tests.venues.conformance import playbook
from tests.venues.grvt.samples import ack, book, error, native, row, ticker

SECOND_NS = 1_000_000_000


class Playbook(playbook.Playbook):
    ROWS: ClassVar[int | None] = 1000
    INTERVAL_S: ClassVar[int] = 8 * 3600

    def answer(self, asked: Send | Fetch) -> Sequence[Input]:
        if isinstance(asked, Send):
            return [_acknowledged(json.loads(asked.data))]
        body: dict[str, Any] = {"result": []}
        if asked.name == "instruments":
            body = {"result": [row(symbol) for symbol in self.listed]}
        if asked.name == "margin_rules":
            bracket = {
                "tier": 1, "notional_floor": "0.0", "maintenance_margin_rate": "0.01",
                "initial_margin_rate": "0.02", "max_leverage": "50",
            }  # fmt: skip
            body = {"max_position_size": "100.0", "risk_brackets": [bracket]}
        return [reply(asked.name, body, key=asked.key)]

    def keys(self, sends: Sequence[Send]) -> list[str]:
        return _keys(sends, "subscribe")

    def left(self, sends: Sequence[Send]) -> list[str]:
        return _keys(sends, "unsubscribe")

    def about(self, key: str, symbol: str) -> bool:
        """A surveyed ticker is no subscription of the market."""
        return f" {native(symbol)}@" in key and not key.endswith("@5000")

    def refuse(self, send: Send) -> Sequence[Input]:
        return [frame(error(3000, "Instrument is invalid", json.loads(send.data)["id"]))]

    def is_ping(self, send: Send) -> bool:
        return bool(json.loads(send.data)["method"] == "list_streams")

    def pong(self) -> Sequence[Input]:
        return [frame({"jsonrpc": "2.0", "result": {}, "id": 1, "method": "list_streams"})]

    def snapshot(self, symbol: str, number: int) -> Sequence[Input]:
        """The acknowledgement has the number, the book itself is always number 0."""
        market = native(symbol)
        return [
            frame(ack("v1.book.d", f"{market}@50", latest=number)),
            frame(book(market=market)),
        ]

    def delta(self, symbol: str, number: int) -> Sequence[Input]:
        return [frame(book(number, market=native(symbol)))]

    def history(self, fetch: Fetch, stamps_s: Sequence[int]) -> Reply:
        rows = [
            {
                "instrument": fetch.key, "funding_rate": "0.0061", "mark_price": "100.0",
                "funding_time": str(s * SECOND_NS), "funding_interval_hours": 8,
            }
            for s in reversed(stamps_s)
        ]  # fmt: skip
        return reply(fetch.name, {"result": rows, "next": ""}, key=fetch.key)

    def span_s(self, fetch: Fetch) -> tuple[int, int]:
        body = json.loads(fetch.body or "{}")
        return int(body["start_time"]) // SECOND_NS, int(body["end_time"]) // SECOND_NS

    def survey(self, rates: Mapping[str, str]) -> Sequence[Input]:
        """Rates are per cent on this wire."""
        return [
            frame(ticker(native(symbol), "5000", funding_rate=f"{float(rate) * 100:.6f}"))
            for symbol, rate in rates.items()
        ]


def _acknowledged(asked: Mapping[str, Any]) -> Input:
    params = asked["params"]
    if asked["method"] != "subscribe":
        told = {"jsonrpc": "2.0", "result": {}, "id": asked["id"], "method": asked["method"]}
        return frame(told)
    selectors = params["selectors"]
    return frame(ack(params["stream"], *selectors, latest=0, request=asked["id"]))


def _keys(sends: Sequence[Send], method: str) -> list[str]:
    calls = [json.loads(send.data) for send in sends]
    return [
        f"{call['params']['stream']} {selector}"
        for call in calls
        if call["method"] == method
        for selector in call["params"]["selectors"]
    ]
