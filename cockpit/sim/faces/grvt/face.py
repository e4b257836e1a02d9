"""The face of GRVT: JSON-RPC at /ws/full, a stream and its selectors a request.

| stream | selector | |
| --- | --- | --- |
| `v1.book.d` | `M@50` | rate in ms: 50, 100, 250, 500, 1000 |
| `v1.trade` | `M@50` | first fills: 50, 200, 500, 1000 |
| `v1.ticker.s`, `.d` | `M@500` | rate 500, 1000, 5000, of changes also 100, 200 |
| `v1.mini.s`, `.d` | `M@200` | rate 200, 500, 1000, 5000, of changes also 50, 100 |
| `v1.candle` | `M@CI_1_M-TRADE` | length and price, which is the last of all kinds |

One bad selector fails its request. The same market again at another rate replaces the old one,
which then stands in `unsubs`. An unsubscription is acknowledged as a subscription, and a call that
cannot be read is answered with id 0 and no method. The short dialect, whole books and calls over
the socket are not served. Source: https://github.com/gravity-technologies/api-spec.
"""

import tomllib
from collections.abc import Mapping
from importlib import resources

from cockpit.sim.faces.grvt import channels
from cockpit.sim.faces.kit import rpc
from cockpit.sim.faces.kit.candles import length_s
from cockpit.sim.faces.kit.connection import Connection, Json, Messages

WS_PATHS = {"main": "/ws/full"}

_Kind = type[channels.BookChanges] | type[channels.Trades] | type[channels.Figures]
_STREAMS: Mapping[str, _Kind] = {
    stream.name: stream
    for stream in (
        channels.BookChanges, channels.Trades, channels.Figures,
        channels.FigureChanges, channels.Mini, channels.MiniChanges, channels.Candles,
    )
}  # fmt: skip
_SECONDARY = tomllib.loads((resources.files(__package__) / "streams.toml").read_text())
MALFORMED = (1003, "Request could not be processed due to malformed syntax")
NO_FORMAT = (1101, "Feed Format must be in the format of <primary>@<secondary>")
NO_INSTRUMENT = (3000, "Instrument is invalid")
NO_RATE = (3030, "Feed rate is invalid")


class Face(Connection):
    """One client connection. A channel's key is its stream and its market, whatever the rate."""

    def answer(self, request: Json) -> Messages:
        call = rpc.read_call(request)
        if call is None or not isinstance(call.params, dict):
            return [_error(0, *MALFORMED, "")]
        if call.method == "list_streams":
            return [_result(call, {"streams": sorted(self.channels)})]
        if call.method == "unsubscribe_all":
            self.channels.clear()
            return [_result(call, {})]
        stream, selectors = str(call.params.get("stream")), call.params.get("selectors")
        is_method = call.method in ("subscribe", "unsubscribe")
        if not (stream in _STREAMS and is_method and isinstance(selectors, list)):
            return [_error(call.id, *MALFORMED, call.method)]
        for selector in selectors:
            if (problem := self._problem(stream, selector)) is not None:
                return [_error(call.id, *problem, call.method)]
        if call.method == "unsubscribe":
            gone = [s for s in selectors if self.channels.pop(_key(stream, s), None) is not None]
            return [_result(call, _told(stream, [], gone, []))]
        return self._subscribe(call, stream, selectors)

    def unreadable(self, data: str | bytes) -> Messages:
        return [_error(0, *MALFORMED, "")]

    def _problem(self, stream: str, selector: Json) -> tuple[int, str] | None:
        if not isinstance(selector, str) or selector.count("@") != 1:
            return NO_FORMAT
        native, _, secondary = selector.partition("@")
        state = self.world.markets.get(native)
        if state is None or state.listing.status != "active":
            return NO_INSTRUMENT
        length, is_candle, price = secondary.partition("-")
        is_known = (price or length) in _SECONDARY[stream] and (not is_candle or length_s(length))
        return None if is_known else NO_RATE

    def _subscribe(self, call: rpc.Call, stream: str, selectors: list[str]) -> Messages:
        opened: list[channels.Stream] = []
        replaced: list[str] = []
        first: list[Json] = []
        for selector in selectors:
            key = _key(stream, selector)
            old = self.channels.pop(key, None)
            if isinstance(old, channels.Stream) and old.selector != selector:
                replaced.append(old.selector)
            state = self.world.markets[selector.partition("@")[0]]
            channel = _STREAMS[stream](self.world, state, selector)
            self.channels[key] = channel
            opened.append(channel)
            first += channel.first()
        return [_result(call, _told(stream, selectors, replaced, opened)), *first]


def _key(stream: str, selector: str) -> str:
    """Candles of several lengths stand beside each other."""
    return (
        f"{stream} {selector.partition('-')[0] if '-' in selector else selector.partition('@')[0]}"
    )


def _told(stream: str, subs: list[str], unsubs: list[str], opened: list[channels.Stream]) -> Json:
    """One entry a selector; the numbers are text."""
    return {
        "stream": stream, "subs": subs, "unsubs": unsubs,
        "num_snapshots": [channel.snapshots for channel in opened],
        "first_sequence_number": [str(channel.latest + 1) for channel in opened],
        "latest_sequence_number": [str(channel.latest) for channel in opened],
    }  # fmt: skip


def _result(call: rpc.Call, told: Json) -> Json:
    method = "subscribe" if call.method == "unsubscribe" else call.method
    return {"jsonrpc": "2.0", "result": told, "id": call.id, "method": method}


def _error(call_id: Json, code: int, message: str, method: str) -> Json:
    told = {"code": code, "message": message}
    return {"jsonrpc": "2.0", "error": told, "id": call_id, "method": method}
