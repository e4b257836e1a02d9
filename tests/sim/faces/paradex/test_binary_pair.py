"""The session against its face where JSON is refused, in memory and over real sockets."""

import asyncio

import pytest

from cockpit.core.clock import WallClock
from cockpit.core.events import BookSnapshot, Event, Link
from cockpit.sim.faces import paradex as face
from cockpit.venues import load
from cockpit.venues.contract import Wants
from cockpit.wire.driver import Driver
from cockpit.wire.endpoints import Endpoint
from tests.pair import Pair
from tests.sim.loopback import exchange
from tests.sim.test_pairs import BAD_LINE, SYMBOLS
from tests.support import only, until

NEWEST, OLDEST = "?sbeSchemaId=1&sbeSchemaVersion=3", "?sbeSchemaId=1&sbeSchemaVersion=1"


def assert_equals_truth(pair: Pair) -> None:
    for symbol, market in pair.truth().items():
        mine = pair.store.market(pair.name, symbol)
        assert mine.book.bids() == [tuple(level) for level in market["bids"]], symbol
        assert mine.book.asks() == [tuple(level) for level in market["asks"]], symbol
        assert (mine.mark, mine.index) == (market["mark"], market["index"])
        assert mine.open_interest == pytest.approx(market["open_interest_base"], rel=1e-12)
        # Twelve decimals per eight hours are all that the encoding holds.
        rate = mine.live.rate * 3600 / mine.live.interval_s
        assert rate == pytest.approx(market["funding_rate_hourly"], abs=1e-12 / 8)
        assert mine.live.next_ns is market["next_funding_ns"] is None


@pytest.mark.parametrize("query", [NEWEST, OLDEST])
def test_in_binary_the_state_is_the_truth(query: str) -> None:
    pair = Pair("paradex", SYMBOLS, "calm", 4, f"/binary{query}")
    pair.run(30)
    pair.settle()
    assert_equals_truth(pair)
    assert pair.counts["Reject"] == pair.counts["BookReset"] == 0


def test_in_binary_the_state_is_the_truth_again_after_a_bad_line() -> None:
    pair = Pair("paradex", SYMBOLS, "calm", 9, f"/binary{NEWEST}")
    pair.run(10)
    pair.run(60, BAD_LINE)
    assert pair.counts["Reject"] > 10
    pair.run(10)
    pair.settle()
    assert_equals_truth(pair)
    assert pair.pump.faults == 0


@pytest.mark.parametrize("below", ["", "/binary", "/binary/1"])
def test_a_driver_finds_the_encoding_that_the_server_takes(below: str) -> None:
    with exchange("paradex", face, ("BTC", "ETH")) as urls:
        endpoint = Endpoint(
            rest_url=urls["rest_url"], ws_urls={"main": urls["ws_urls"]["main"] + below}
        )
        events: list[Event] = []

        async def watch() -> None:
            driver = Driver(
                *load("paradex"), Wants(symbols=("BTC",)), sink=events.extend,
                clock=WallClock(), endpoint=endpoint,
            )  # fmt: skip
            task = asyncio.create_task(driver.run())
            await until(lambda: only(BookSnapshot, events), "a book")
            task.cancel()
            await asyncio.wait([task])

        asyncio.run(watch())
    assert [event.state for event in only(Link, events)][:2] == ["connecting", "live"]
    assert only(BookSnapshot, events)[0].bids
