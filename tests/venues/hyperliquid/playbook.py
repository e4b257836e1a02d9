"""Hyperliquid's words for the conformance suite."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from cockpit.venues.contract import Fetch, Input, Reply, Send
from tests.support import AT_NS, frame, reply
from tests.venues.conformance import playbook
from tests.venues.hyperliquid.messages import bbo, ctx, l2_book, meta_and_ctxs, settled

NOTHING = {"funding": None, "premium": None, "midPx": None, "impactPxs": None}


class Playbook(playbook.Playbook):
    ABSENT: ClassVar[Mapping[playbook.Thing, str]] = {
        "deltas": "every book message is the whole book, or its whole touch",
    }
    ROWS: ClassVar[int | None] = 500

    def answer(self, asked: Send | Fetch) -> Sequence[Input]:
        if isinstance(asked, Send):
            return _acknowledged(asked)
        body: Any = []
        if asked.name == "instruments":
            # Of contexts the listing needs a place for each, and nothing in it.
            body = meta_and_ctxs(*self.listed, **NOTHING)
        return [reply(asked.name, body, key=asked.key)]

    def keys(self, sends: Sequence[Send]) -> list[str]:
        return _named(sends, "subscribe")

    def left(self, sends: Sequence[Send]) -> list[str]:
        return _named(sends, "unsubscribe")

    def about(self, key: str, symbol: str) -> bool:
        return json.loads(key).get("coin") == symbol

    def refuse(self, send: Send) -> Sequence[Input]:
        text = f"Error parsing JSON into valid websocket request: {send.data}"
        return [frame({"channel": "error", "data": text}, link=send.link)]

    def is_ping(self, send: Send) -> bool:
        return json.loads(send.data)["method"] == "ping" and send.link == "main"

    def pong(self) -> Sequence[Input]:
        return [frame({"channel": "pong"})]

    def snapshot(self, symbol: str, number: int) -> Sequence[Input]:
        return [frame(l2_book([(99, 1)], [(101, 1)], number, symbol))]

    def delta(self, symbol: str, number: int) -> Sequence[Input]:
        return [frame(bbo((99, number), (101, 1), number, symbol))]

    def history(self, fetch: Fetch, stamps_s: Sequence[int]) -> Reply:
        rows = [settled(stamp * 1000, coin=fetch.key) for stamp in stamps_s]
        return reply(fetch.name, rows, key=fetch.key)

    def span_s(self, fetch: Fetch) -> tuple[int, int]:
        asked = json.loads(fetch.body or "")
        return -(-asked["startTime"] // 1000), asked["endTime"] // 1000

    def survey(self, rates: Mapping[str, str]) -> Sequence[Input]:
        ctxs = [ctx(funding=rates[symbol]) for symbol in self.listed]
        return [frame({"channel": "allDexsAssetCtxs", "data": {"ctxs": [["", ctxs]]}})]


def _acknowledged(send: Send) -> Sequence[Input]:
    """What stands says something: a subscription that speaks steadily by its first message."""
    asked = json.loads(send.data)
    if asked["method"] == "ping":
        return []
    subscription = asked["subscription"]
    coin = subscription.get("coin", "")
    said: list[Any] = [{"channel": "subscriptionResponse", "data": asked}]
    if asked["method"] == "subscribe" and subscription["type"] == "activeAssetCtx":
        said.append({"channel": "activeAssetCtx", "data": {"coin": coin, "ctx": ctx(**NOTHING)}})
    return [frame(message, AT_NS, send.link) for message in said]


def _named(sends: Sequence[Send], method: str) -> list[str]:
    asked = [json.loads(send.data) for send in sends]
    return [json.dumps(line["subscription"]) for line in asked if line["method"] == method]
