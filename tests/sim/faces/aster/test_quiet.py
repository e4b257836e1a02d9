"""Every market of the long tail is on Aster's pages and streams of all, and wakes no book."""

import json
from typing import Any

import pytest

from cockpit.core.scenario import Scenario
from cockpit.sim.faces import aster
from cockpit.sim.server.memory import MemoryConnection, MemoryVenue
from cockpit.sim.world.world import World

START_NS = 1_795_392_000_000_000_000 + 20 * 60 * 10**9
MARKETS = 60


@pytest.fixture
def venue() -> MemoryVenue:
    scenario = Scenario(name="quiet")
    world = World(3, [aster.PROFILE], ("BTC", "ETH"), scenario, START_NS, MARKETS)
    return MemoryVenue(world, aster)


def ask(venue: MemoryVenue, path: str) -> Any:
    answer = venue.http("GET", f"/fapi/v3/{path}", headers={"User-Agent": "test"})
    assert answer is not None
    assert answer.status == 200
    return json.loads(answer.body)


def quiet(venue: MemoryVenue) -> dict[str, Any]:
    return {
        native: state
        for native, state in venue.view.markets.items()
        if state.listing.symbol not in ("BTC", "ETH") and state.listing.status == "active"
    }


def subscribed(venue: MemoryVenue, stream: str) -> MemoryConnection:
    client = venue.connect(aster.WS_PATHS["main"])
    client.receive(json.dumps({"method": "SUBSCRIBE", "params": [stream], "id": 1}))
    return client


def said(client: MemoryConnection) -> list[Any]:
    frames = [json.loads(frame) for frame in client.pending()]
    return [frame["data"] for frame in frames if "data" in frame]


def test_pages_and_the_stream_of_all_marks_show_all_of_them(venue: MemoryVenue) -> None:
    client = subscribed(venue, "!markPrice@arr")
    venue.step(4.0)
    marks = {row["s"]: row for row in said(client)[-1]}
    premiums = {row["symbol"]: row for row in ask(venue, "premiumIndex")}
    tickers = {row["symbol"]: row for row in ask(venue, "ticker/24hr")}
    states = quiet(venue)
    assert len(states) >= MARKETS - 2
    for native, state in states.items():
        assert float(marks[native]["r"]) == pytest.approx(state.rate, abs=1e-8)
        assert marks[native]["T"] * 10**6 == state.next_funding_ns
        assert premiums[native]["markPrice"] == marks[native]["p"]
        volume = state.day_volume_base / state.listing.contract
        assert float(tickers[native]["volume"]) == pytest.approx(volume, abs=1e-4)
        assert float(ask(venue, f"openInterest?symbol={native}")["openInterest"]) > 0
    assert venue.view.awake == {}


def test_a_subscription_keeps_a_quiet_book_alive_and_the_end_of_it_puts_it_away(
    venue: MemoryVenue,
) -> None:
    client = subscribed(venue, "1000shibusdt@depth@100ms")
    for _ in range(30):
        venue.step(1.0)
    assert len(said(client)) > 10, "it moves"
    assert list(venue.view.awake) != []
    venue.drop(client)
    del client
    for _ in range(12):
        venue.step(1.0)
    assert venue.view.awake == {}
