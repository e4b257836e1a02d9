"""Nado's words for the conformance suite."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from cockpit.venues.contract import Fetch, Input, Reply, Send
from tests.support import frame, reply
from tests.venues.conformance import playbook
from tests.venues.nado import samples

EMPTY: Mapping[str, Any] = {
    "status": samples.answer("active", "query_status"),
    "tickers": {},
    "funding_history": {"funding_rates": []},
}


def native(symbol: str) -> str:
    return f"{symbol}-PERP"


class Playbook(playbook.Playbook):
    ROWS: ClassVar[int | None] = 1_000

    def answer(self, asked: Send | Fetch) -> Sequence[Input]:
        """A book is never sent unasked for, so the suite says when one comes."""
        if isinstance(asked, Send):
            return self.pong() if self.is_ping(asked) else [_ack(asked)]
        if asked.name == "book":
            return []
        body = EMPTY.get(asked.name)
        if asked.name == "instruments":
            body = samples.symbols(*(samples.symbol_row(native(name)) for name in self.listed))
        return [reply(asked.name, body, key=asked.key)]

    def keys(self, sends: Sequence[Send]) -> list[str]:
        return _streams(sends, "subscribe")

    def left(self, sends: Sequence[Send]) -> list[str]:
        return _streams(sends, "unsubscribe")

    def about(self, key: str, symbol: str) -> bool:
        return key.endswith(f" {samples.IDS[native(symbol)]}")

    def refuse(self, send: Send) -> Sequence[Input]:
        return [_ack(send, error="The provided 'product_id' is invalid.")]

    def is_ping(self, send: Send) -> bool:
        return json.loads(send.data)["method"] == "ping"

    def pong(self) -> Sequence[Input]:
        result = {"method": "pong", "server_time": "1760000000123", "client_time": "1760000000000"}
        return [frame({"result": result, "id": 0})]

    def snapshot(self, symbol: str, number: int) -> Sequence[Input]:
        key = f"book_depth.{samples.IDS[native(symbol)]}"
        return [reply("book", samples.book(_time_ns(number)), key=key)]

    def delta(self, symbol: str, number: int) -> Sequence[Input]:
        follows, last = _time_ns(number - 1), _time_ns(number)
        return [frame(samples.change(follows, last, native=native(symbol)))]

    def history(self, fetch: Fetch, stamps_s: Sequence[int]) -> Reply:
        product_id = _asked(fetch)["product_id"]
        rows = [
            {"product_id": product_id, "timestamp": str(stamp), "funding_rate_x18": "12500000000"}
            for stamp in stamps_s
        ]
        return reply(fetch.name, {"funding_rates": rows}, key=fetch.key)

    def span_s(self, fetch: Fetch) -> tuple[int, int]:
        return _asked(fetch)["start_time"], _asked(fetch)["end_time"]

    def survey(self, rates: Mapping[str, str]) -> Sequence[Input]:
        """A rate that is paid by the hour is quoted by the day."""
        rows = [
            samples.contract_row(native(symbol), funding_rate=float(24 * Decimal(rate)))
            for symbol, rate in rates.items()
        ]
        return [reply("tickers", samples.contracts(*rows))]


def _time_ns(number: int) -> int:
    """Positions of this venue are times; those of the suite are small numbers."""
    return 1_760_000_000_000_000_000 + number


def _asked(fetch: Fetch) -> dict[str, int]:
    asked: dict[str, int] = json.loads(fetch.body or "")["funding_rate_history"]
    return asked


def _ack(send: Send, **said: Any) -> Input:
    return frame({"result": None, **said, "id": json.loads(send.data)["id"]})


def _streams(sends: Sequence[Send], method: str) -> list[str]:
    requests = [json.loads(send.data) for send in sends]
    return [
        f"{asked['stream']['type']} {asked['stream']['product_id']}"
        for asked in requests
        if asked["method"] == method
    ]
