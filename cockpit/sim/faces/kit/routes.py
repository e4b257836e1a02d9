"""HTTP of a venue: a table of routes, one envelope for data and one for refusals."""

import re
from collections.abc import Callable, Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.faces.kit.connection import Json, decode, encode
from cockpit.sim.faces.kit.parameters import Refusal
from cockpit.sim.world.contract import HttpReply, VenueWorld

PARAMETER = re.compile(r"\\{(\w+)\\}")
TEXT = "text/plain; charset=utf-8"
NOT_FOUND = HttpReply(404, "404 page not found", TEXT)


@dataclass(frozen=True, slots=True)
class Request:
    """`at` are the path's parameters by their names in the route."""

    world: VenueWorld
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: Mapping[str, str] = field(default_factory=dict)

    def table(self, refusal: Exception) -> Mapping[str, Any]:
        """The body as a JSON object, or the refusal."""
        found = decode(self.body, None)
        if not isinstance(found, dict):
            raise refusal
        return found


Handler = Callable[[Request], Json]
"""Data for the envelope, or a whole `HttpReply`. Raises `Refusal`."""


def reply(status: int, body: Json, headers: Mapping[str, str] | None = None) -> HttpReply:
    return HttpReply(status, encode(body), headers=headers or {})


def as_it_is(request: Request, data: Json) -> HttpReply:
    return reply(200, data)


def code_and_message(request: Request, refusal: Refusal) -> HttpReply:
    return reply(refusal.status, {"code": refusal.code, "message": refusal.message})


@dataclass(slots=True)
class Routes:
    """`answer` is the `on_http` of a face.

    `table` maps "GET /v1/markets/{market}/stats" to a handler; a literal path wins over one with
    parameters. A known path with another method gets 405, an unknown one `missing`.
    """

    table: InitVar[Mapping[str, Handler]]
    envelope: Callable[[Request, Json], HttpReply] = as_it_is
    refused: Callable[[Request, Refusal], HttpReply] = code_and_message
    missing: HttpReply = NOT_FOUND
    budgets: Budgets | None = None
    _routes: list[tuple[re.Pattern[str], dict[str, Handler]]] = field(init=False)

    def __post_init__(self, table: Mapping[str, Handler]) -> None:
        by_path: dict[str, dict[str, Handler]] = {}
        for route, handler in table.items():
            method, _, path = route.partition(" ")
            by_path.setdefault(path, {})[method] = handler
        self._routes = [
            (re.compile(PARAMETER.sub(r"(?P<\1>[^/]+)", re.escape(path))), by_path[path])
            for path in sorted(by_path, key=lambda path: "{" in path)
        ]

    def answer(
        self, world: VenueWorld, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> HttpReply:
        """Answer one request; `target` is path and query."""
        path, _, query = target.partition("?")
        methods, at = self._find(path)
        request = Request(world, method, path, _joined(query), headers, body, at)
        if self.budgets and self.budgets.of(world, headers).take(world.now_ns()) < 0:
            return self.budgets.refusal
        if not methods:
            return self.missing
        if method not in methods:
            return HttpReply(405, "", TEXT, {"Allow": ", ".join(methods)})
        try:
            data = methods[method](request)
        except Refusal as refusal:
            return self.refused(request, refusal)
        return data if isinstance(data, HttpReply) else self.envelope(request, data)

    def _find(self, path: str) -> tuple[Mapping[str, Handler], Mapping[str, str]]:
        for pattern, methods in self._routes:
            if found := pattern.fullmatch(path):
                return methods, {name: unquote(part) for name, part in found.groupdict().items()}
        return {}, {}


def _joined(query: str) -> dict[str, str]:
    """The values by their names; those of a repeated name are parted by commas."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query):
        values.setdefault(name, []).append(value)
    return {name: ",".join(many) for name, many in values.items()}
