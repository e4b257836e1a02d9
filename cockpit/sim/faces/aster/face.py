"""One connection to Aster's combined streams.

Requests are `{method, params, id}`; an `id` may be missing. A stream that does not exist is
acknowledged like any other and never says anything. Messages are wrapped: `{stream, data}`.
Sources: github.com/asterdex/api-docs (live subscribing), recorded acknowledgements.
"""

from cockpit.sim.faces.aster.channels import made
from cockpit.sim.faces.kit.connection import Connection, Json, Messages
from cockpit.sim.world.contract import CloseConnection, Step

WS_PATHS = {"main": "/fstream/stream"}
MOST_STREAMS = 200


class Face(Connection):
    """`names` are the streams that were asked for, those that do not exist among them."""

    names: dict[str, None]

    def greet(self) -> Messages:
        """Streams may stand in the path already."""
        self.names = {}
        self._subscribe([name for name in self.query.get("streams", "").split("/") if name])
        return ()

    def unreadable(self, data: str | bytes) -> Messages:
        return [_error(3, "Invalid JSON", None)]

    def answer(self, request: Json) -> Messages:
        if not isinstance(request, dict):
            return [_error(2, "Invalid request", None)]
        number, params = request.get("id"), request.get("params", [])
        if not (isinstance(params, list) and all(isinstance(name, str) for name in params)):
            return [_error(1, "Invalid value type: expected string", number)]
        method = request.get("method")
        if method == "LIST_SUBSCRIPTIONS":
            return [_result(list(self.names), number)]
        if method == "UNSUBSCRIBE":
            for name in params:
                self.names.pop(name, None)
                self.channels.pop(name, None)
            return [_result(None, number)]
        if method != "SUBSCRIBE":
            return [_error(2, "Invalid request: unknown variant", number)]
        self._subscribe(params)
        if len(self.names) > MOST_STREAMS:
            return [CloseConnection(1008, "Too many streams")]
        return [_result(None, number)]

    def push(self, step: Step) -> Messages:
        for name, channel in self.channels.items():
            for data in channel.after(step):
                yield {"stream": name, "data": data}

    def _subscribe(self, names: list[str]) -> None:
        """One that is asked for twice goes on as it was; nothing is said before the next step."""
        for name in names:
            self.names[name] = None
            if name not in self.channels and (channel := made(self.world, name)) is not None:
                self.channels[name] = channel


def _result(result: Json, number: Json) -> Json:
    return {"id": number, "result": result}


def _error(code: int, message: str, number: Json) -> Json:
    return {"id": number, "error": {"code": code, "msg": message}}
