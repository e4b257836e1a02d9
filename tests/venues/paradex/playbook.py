"""Paradex's words for the conformance suite."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from cockpit.venues.contract import Fetch, Input, Send
from tests.support import frame, reply
from tests.venues.conformance import playbook
from tests.venues.paradex.samples import (
    change,
    compact,
    listing,
    native,
    ordinary,
    summary,
    whole,
)

PROBE = 1_000_000_000


class Playbook(playbook.Playbook):
    ABSENT: ClassVar[Mapping[playbook.Thing, str]] = {
        "history": "nothing is paid at a stamp: an index is read every eight hours",
    }

    def answer(self, asked: Send | Fetch) -> Sequence[Input]:
        if isinstance(asked, Send):
            return [_answered(asked)]
        if asked.name == "instruments":
            return [reply(asked.name, ordinary(*self.listed))]
        if asked.name == "system_state":
            return [reply(asked.name, compact({"status": "ok"}))]
        return [reply(asked.name, listing(), key=asked.key)]

    def keys(self, sends: Sequence[Send]) -> list[str]:
        return _channels(sends, "subscribe")

    def left(self, sends: Sequence[Send]) -> list[str]:
        return _channels(sends, "unsubscribe")

    def about(self, key: str, symbol: str) -> bool:
        return native(symbol) in key.split(".")

    def refuse(self, send: Send) -> Sequence[Input]:
        error = {"code": -32600, "message": "invalid subscribe request", "data": "invalid channel"}
        return [
            frame(compact({"jsonrpc": "2.0", "id": json.loads(send.data)["id"], "error": error}))
        ]

    def is_ping(self, send: Send) -> bool:
        return bool(json.loads(send.data)["id"] == PROBE)

    def pong(self) -> Sequence[Input]:
        return [frame(compact({"jsonrpc": "2.0", "id": PROBE, "result": {"channel": "markets"}}))]

    def snapshot(self, symbol: str, number: int) -> Sequence[Input]:
        return [frame(whole(number, native(symbol)))]

    def delta(self, symbol: str, number: int) -> Sequence[Input]:
        return [frame(change(number, native(symbol)))]

    def survey(self, rates: Mapping[str, str]) -> Sequence[Input]:
        rows = [summary(native(symbol), funding_rate=rate) for symbol, rate in rates.items()]
        return [reply("tickers", listing(*rows))]


def _answered(send: Send) -> Input:
    asked: dict[str, Any] = json.loads(send.data)
    said = {"jsonrpc": "2.0", "id": asked["id"], "result": {"channel": asked["params"]["channel"]}}
    return frame(compact(said))


def _channels(sends: Sequence[Send], operation: str) -> list[str]:
    requests = [json.loads(send.data) for send in sends]
    return [
        asked["params"]["channel"]
        for asked in requests
        if asked["method"] == operation and asked["id"] != PROBE
    ]
