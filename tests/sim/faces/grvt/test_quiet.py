"""Every market of the long tail has a ticker, and none of them wakes a book."""

import json
from typing import Any

import pytest

from cockpit.core.scenario import Scenario
from cockpit.sim.faces import grvt
from cockpit.sim.server.memory import MemoryConnection, MemoryVenue
from cockpit.sim.world.world import World

START_NS = 1_795_392_000_000_000_000 + 20 * 60 * 10**9
MARKETS = 60


@pytest.fixture
def venue() -> MemoryVenue:
    world = World(3, [grvt.PROFILE], ("BTC", "ETH"), Scenario(name="quiet"), START_NS, MARKETS)
    return MemoryVenue(world, grvt)


def call(client: MemoryConnection, method: str, stream: str, *selectors: str) -> None:
    params = {"stream": stream, "selectors": selectors}
    request = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
    client.receive(json.dumps(request))


def heard(client: MemoryConnection) -> list[dict[str, Any]]:
    return [json.loads(frame) for frame in client.pending()]


def test_the_tickers_of_all_show_touch_volume_interest_and_rate(venue: MemoryVenue) -> None:
    venue.step(4.0)
    states = {n: s for n, s in venue.view.markets.items() if s.listing.status == "active"}
    client = venue.connect(grvt.WS_PATHS["main"])
    call(client, "subscribe", "v1.ticker.s", *(f"{native}@5000" for native in states))
    ack, *frames = heard(client)
    assert len(ack["result"]["subs"]) == len(frames) == len(states) >= MARKETS
    for frame in frames:
        row, state = frame["feed"], states[frame["feed"]["instrument"]]
        assert 0 < float(row["best_bid_price"]) < float(row["best_ask_price"])
        assert float(row["mark_price"]) == state.mark
        assert float(row["open_interest"]) > 0
        assert float(row["funding_rate"]) / 100 == pytest.approx(state.rate, abs=1e-12)
        assert int(row["next_funding_time"]) == state.next_funding_ns
        both = float(row["buy_volume_24h_b"]) + float(row["sell_volume_24h_b"])
        assert both == pytest.approx(state.day_volume_base / state.listing.contract)
    moved: set[str] = set()
    for _ in range(120):
        venue.step(0.1)
        moved |= {frame["feed"]["instrument"] for frame in heard(client)}
    assert moved == set(states)
    assert venue.view.awake == {}


def test_a_subscription_keeps_a_quiet_book_alive_and_its_end_puts_it_away(
    venue: MemoryVenue,
) -> None:
    native = "KSHIB_USDT_Perp"
    client = venue.connect(grvt.WS_PATHS["main"])
    call(client, "subscribe", "v1.book.d", f"{native}@50")
    for _ in range(20):
        venue.step(0.1)
    assert len([frame for frame in heard(client) if "feed" in frame]) > 1
    assert venue.view.awake
    call(client, "unsubscribe", "v1.book.d", f"{native}@50")
    for _ in range(200):
        venue.step(0.1)
    assert venue.view.awake == {}
