"""Lighter's words for the conformance suite."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cockpit.venues.contract import Fetch, Input, Reply, Send
from tests.support import frame, reply
from tests.venues.conformance import playbook
from tests.venues.lighter import samples

IDS = {"ETH": 0, "BTC": 1, "SOL": 2}


class Playbook(playbook.Playbook):
    """Page sizes of history are not documented. The first book message answers a subscription."""

    def answer(self, asked: Send | Fetch) -> Sequence[Input]:
        if isinstance(asked, Fetch):
            return [reply(asked.name, self._body(asked.name), key=asked.key)]
        said = json.loads(asked.data)
        kind, _, market = said.get("channel", "").partition("/")
        if said["type"] != "subscribe" or kind == "order_book":
            return []
        body: dict[str, Any] = {"market_stats": {}, "height": 5, "timestamp": samples.SENT_MS}
        channel = f"{kind}:{market}" if market else kind
        return [frame({"channel": channel, "type": f"subscribed/{kind}", **body})]

    def _body(self, name: str) -> Any:
        if name == "funding_history":
            return {"code": 200, "resolution": "1h", "fundings": []}
        rows = [samples.DETAILS | {"symbol": s, "market_id": IDS[s]} for s in self.listed]
        return {"code": 200, "order_book_details": rows}

    def keys(self, sends: Sequence[Send]) -> list[str]:
        return _channels(sends, "subscribe")

    def left(self, sends: Sequence[Send]) -> list[str]:
        return _channels(sends, "unsubscribe")

    def about(self, key: str, symbol: str) -> bool:
        return key.endswith(f"/{IDS[symbol]}")

    def refuse(self, send: Send) -> Sequence[Input]:
        return [frame({"error": {"code": 30005, "message": "Invalid Channel:  (marketId)"}})]

    def is_ping(self, send: Send) -> bool:
        return bool(json.loads(send.data)["type"] == "ping")

    def pong(self) -> Sequence[Input]:
        return [frame({"type": "pong"})]

    def snapshot(self, symbol: str, number: int) -> Sequence[Input]:
        return [samples.whole(number, IDS[symbol])]

    def delta(self, symbol: str, number: int) -> Sequence[Input]:
        return [samples.change(number - 1, number, market=IDS[symbol])]

    def history(self, fetch: Fetch, stamps_s: Sequence[int]) -> Reply:
        rows = [{"timestamp": s, "rate": "0.0012", "direction": "long"} for s in stamps_s]
        body = {"code": 200, "resolution": "1h", "fundings": rows}
        return reply(fetch.name, body, key=fetch.key)

    def span_s(self, fetch: Fetch) -> tuple[int, int]:
        query = parse_qs(urlsplit(fetch.path).query)
        return int(query["start_timestamp"][0]), int(query["end_timestamp"][0])

    def survey(self, rates: Mapping[str, str]) -> Sequence[Input]:
        rows = {
            str(IDS[symbol]): samples.STATS | {"current_funding_rate": f"{float(rate) * 100:g}"}
            for symbol, rate in rates.items()
        }
        return [samples.stats(rows, stage="subscribed")]


def _channels(sends: Sequence[Send], operation: str) -> list[str]:
    said = [json.loads(send.data) for send in sends]
    return [word["channel"] for word in said if word["type"] == operation]
