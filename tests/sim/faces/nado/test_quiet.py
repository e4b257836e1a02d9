"""Every market of the long tail is on the pages of all markets, and wakes no book."""

import json
from typing import Any

import pytest

from cockpit.core.scenario import Scenario
from cockpit.sim.faces import nado
from cockpit.sim.server.memory import MemoryVenue
from cockpit.sim.world.world import World

START_NS = 1_795_392_000_000_000_000 + 20 * 60 * 10**9
MARKETS = 60


@pytest.fixture
def venue() -> MemoryVenue:
    world = World(3, [nado.PROFILE], ("BTC", "ETH"), Scenario(name="quiet"), START_NS, MARKETS)
    return MemoryVenue(world, nado)


def ask(venue: MemoryVenue, target: str) -> Any:
    answer = venue.http("GET", target)
    assert answer is not None
    return json.loads(answer.body)


def test_one_page_shows_rates_prices_interest_and_volume_of_all(venue: MemoryVenue) -> None:
    venue.step(4.0)
    rows = {row["product_id"]: row for row in ask(venue, "/archive/v2/contracts").values()}
    listed = ask(venue, "/gateway/v1/query?type=symbols")["data"]["symbols"]
    states = [state for state in venue.view.markets.values() if state.mark is not None]
    assert len(rows) == len(states) >= MARKETS, "product ids are unique"
    for state in states:
        row = rows[state.listing.market_id]
        assert row["mark_price"] == state.mark
        assert row["funding_rate"] == pytest.approx(state.rate * 24)
        assert row["open_interest"] > 0
        assert row["base_volume"] > 0
        assert int(listed[state.listing.native]["price_increment_x18"]) > 0
    assert venue.view.awake == {}


def test_a_subscription_keeps_a_quiet_book_alive_and_its_end_puts_it_away(
    venue: MemoryVenue,
) -> None:
    state = next(s for s in venue.view.markets.values() if s.listing.symbol == "SHIB")
    client = venue.connect(nado.WS_PATHS["main"])
    stream = {"type": "book_depth", "product_id": state.listing.market_id}
    client.receive(json.dumps({"method": "subscribe", "stream": stream, "id": 1}))
    for _ in range(30):
        venue.step(1.0)
    assert len(client.pending()) > 10, "it moves"
    assert list(venue.view.awake) != []
    venue.drop(client)
    del client
    for _ in range(12):
        venue.step(1.0)
    assert venue.view.awake == {}
