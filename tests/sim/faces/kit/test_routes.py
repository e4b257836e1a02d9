"""Routes by method and path, envelopes, refusals and budgets."""

import json
from typing import Any

from cockpit.sim.faces.kit.budgets import Budgets
from cockpit.sim.faces.kit.parameters import Parameters, Refusal
from cockpit.sim.faces.kit.routes import Request, Routes, reply
from cockpit.sim.world.contract import HttpReply
from tests.sim.fake_world import FakeWorld
from tests.sim.tinyface import PROFILE


def refusal(name: str) -> Refusal:
    return Refusal(7, f"bad {name}", 400)


def posted(request: Request) -> Any:
    asked = Parameters(request.table(refusal("body")), refusal)
    return {"limit": asked.limit(10, 50)}


def whole(request: Request) -> HttpReply:
    return reply(201, [1])


ROUTES = Routes(
    {
        "GET /markets/{market}/stats": lambda request: dict(request.at),
        "GET /markets/all/stats": lambda request: "every",
        "GET /query": lambda request: dict(request.query),
        "POST /full/v1/book": posted,
        "GET /raw": whole,
    },
    envelope=lambda request, data: reply(200, {"result": data}),
)


def ask(method: str, target: str, body: bytes = b"", routes: Routes = ROUTES) -> HttpReply:
    return routes.answer(FakeWorld(PROFILE), method, target, {"User-Agent": "test"}, body)


def data(answer: HttpReply) -> Any:
    return json.loads(answer.body)["result"]


def test_a_part_of_the_path_is_a_parameter_and_a_literal_path_wins() -> None:
    assert data(ask("GET", "/markets/BTC%2FUSD/stats")) == {"market": "BTC/USD"}
    assert data(ask("GET", "/markets/all/stats")) == "every"
    assert ask("GET", "/markets//stats").status == 404
    assert ask("GET", "/markets/a/b/stats").status == 404


def test_a_handler_may_answer_without_the_envelope() -> None:
    assert (ask("GET", "/raw").status, ask("GET", "/raw").body) == (201, "[1]")


def test_a_body_is_an_object_or_refused_in_the_venues_words() -> None:
    assert data(ask("POST", "/full/v1/book", b'{"limit":99}')) == {"limit": 50}
    refused = [ask("POST", "/full/v1/book", body) for body in (b"", b"[1]", b"\xff", b"{")]
    assert [answer.status for answer in refused] == [400] * 4
    assert json.loads(refused[0].body) == {"code": 7, "message": "bad body"}


def test_another_method_is_405_and_another_path_404() -> None:
    wrong = ask("GET", "/full/v1/book")
    assert (wrong.status, wrong.headers["Allow"]) == (405, "POST")
    assert ask("GET", "/full").status == 404


def test_every_client_has_its_own_budget() -> None:
    busy = HttpReply(403, "slow down")
    routes = Routes({"GET /": lambda request: 1}, budgets=Budgets(2, 60.0, busy))
    world = FakeWorld(PROFILE)

    def status(agent: str) -> int:
        return routes.answer(world, "GET", "/", {"user-agent": agent}, b"").status

    assert [status("a"), status("a"), status("a"), status("b")] == [200, 200, 403, 200]
