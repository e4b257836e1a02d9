"""JSON-RPC 2.0, as several venues speak it over a socket.

Clients of some venues leave the id out and still expect answers: `read_call` takes them, and the
answer then has `default_id`.
"""

from dataclasses import dataclass
from typing import Any

from cockpit.sim.faces.kit.connection import Json


@dataclass(frozen=True, slots=True)
class Call:
    """`params` is an object or a list, as the client sent it; {} where there is none."""

    id: Json
    method: str
    params: Any


def read_call(request: Json, default_id: Json = None) -> Call | None:
    """A call; None for anything that names no method."""
    if not isinstance(request, dict) or not isinstance(request.get("method"), str):
        return None
    return Call(request.get("id", default_id), request["method"], request.get("params") or {})


def result(call: Call, value: Json, **more: Json) -> Json:
    """`more` are the venue's own fields beside the result."""
    return {"jsonrpc": "2.0", "result": value, **more, "id": call.id}


def error(call_id: Json, code: int, message: str, data: Json = None, **more: Json) -> Json:
    told = {"code": code, "message": message} | ({} if data is None else {"data": data})
    return {"jsonrpc": "2.0", "error": told, **more, "id": call_id}


def notice(method: str, params: Json) -> Json:
    """What the venue says without having been asked."""
    return {"jsonrpc": "2.0", "method": method, "params": params}
