"""The face of Nado's streaming socket, /gateway/v1/subscribe.

`subscribe` and `unsubscribe` name one stream, `ping` tells the clock.
Acknowledgements are `{"result":null,"id"}`, and so are refusals, with `error` beside; a request
without an id is answered as 0. Who says nothing for a minute is let go.
Source: https://docs.nado.xyz/developer-resources/api/subscriptions/streams, and recordings.
"""

from typing import Any

from cockpit.sim.faces.kit.connection import Connection, Json, KeepAlive, Messages
from cockpit.sim.faces.kit.figures import now_ms
from cockpit.sim.faces.nado.channels import made
from cockpit.sim.world.contract import VenueWorld

WS_PATHS = {"main": "/gateway/v1/subscribe"}
SILENCE_S, BY_CLIENT = 60.0, frozenset({"client"})
NO_PRODUCT = "The provided 'product_id' is invalid. Please verify and input a valid 'product_id'."


class Face(Connection):
    """One client connection."""

    def __init__(self, world: VenueWorld, path: str) -> None:
        super().__init__(world, path, KeepAlive(SILENCE_S, BY_CLIENT, longest_step_s=10.0))

    def unreadable(self, data: str | bytes) -> Messages:
        return [{"result": None, "error": "Invalid request: not JSON.", "id": 0}]

    def answer(self, request: Json) -> Messages:
        if not isinstance(request, dict):
            return self.unreadable("")
        number, now = request.get("id") or 0, str(now_ms(self.world))
        match request.get("method"):
            case "ping":
                times = {"client_time": request.get("client_time"), "server_time": now}
                return [{"result": {"method": "pong", **times}, "id": number}]
            case ("subscribe" | "unsubscribe") as method:
                return self._subscribe(method, request.get("stream"), number)
        return [{"result": None, "error": "Invalid request: unknown method.", "id": number}]

    def _subscribe(self, method: str, stream: Any, number: Json) -> Messages:
        asked = stream if isinstance(stream, dict) else {}
        product_id = asked.get("product_id")
        name = " ".join(str(asked.get(part)) for part in ("type", "product_id", "granularity"))
        if method == "unsubscribe":
            self.channels.pop(name, None)
            return [{"result": None, "id": number}]
        is_id = product_id is None or type(product_id) is int
        channel = made(self.world, asked) if is_id else None
        if channel is None:
            return [{"result": None, "error": NO_PRODUCT, "id": number}]
        self.channels.setdefault(name, channel)
        return [{"result": None, "id": number}]
