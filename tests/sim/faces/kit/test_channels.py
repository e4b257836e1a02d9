"""Cadence, and what is news to a client of a book or of a row."""

from cockpit.core.market import Side
from cockpit.sim.faces.kit.channels import BookMemory, Cadence, RowMemory
from cockpit.sim.world.contract import Step
from tests.sim.fake_world import FakeWorld
from tests.sim.tinyface import PROFILE

MS = 1_000_000


def test_a_message_waits_for_its_period_but_not_on_a_flush_or_for_a_clock_that_went_back() -> None:
    cadence = Cadence(100, at_ns=1000 * MS)
    assert not cadence.due(Step(at_ns=1099 * MS))
    assert cadence.due(Step(at_ns=1100 * MS))
    assert cadence.due(Step(at_ns=1001 * MS, flush=True))
    assert cadence.due(Step(at_ns=900 * MS))


def test_the_period_runs_from_what_was_said_not_from_what_was_asked() -> None:
    cadence = Cadence(100)
    assert cadence.due(Step(at_ns=500 * MS))
    assert cadence.due(Step(at_ns=501 * MS))
    cadence.mark(501 * MS)
    assert not cadence.due(Step(at_ns=502 * MS))


def test_a_level_that_leaves_the_depth_is_gone_and_the_one_that_takes_its_place_is_new() -> None:
    world = FakeWorld(PROFILE)
    state = world.by_symbol["BTC"]
    state.bids.clear()
    state.asks.clear()
    state.bids.update({100: 5, 99: 6, 98: 7})
    state.asks.update({102: 5, 103: 6, 104: 7})
    memory = BookMemory(state, 2)
    assert memory.whole() == ([(100, 5), (99, 6)], [(102, 5), (103, 6)])
    assert memory.news() == ([], [])
    world.set_level("BTC", Side.BUY, 101, 1)
    world.set_level("BTC", Side.SELL, 102, 0)
    world.set_level("BTC", Side.SELL, 103, 9)
    assert memory.news() == ([(101, 1), (99, 0)], [(102, 0), (103, 9), (104, 7)])


def test_only_fields_that_are_new_or_changed_are_news() -> None:
    memory = RowMemory()
    assert memory.news({"mark": "1", "rate": None}) == {"mark": "1", "rate": None}
    assert memory.news({"mark": "1", "rate": None}) == {}
    assert memory.news({"mark": "2", "rate": None, "last": "3"}) == {"mark": "2", "last": "3"}
