"""What is news of a book to who follows it."""

from cockpit.core.market import Side
from cockpit.sim.world.followers import BookMemory, TouchedLevels
from tests.sim.fake_world import FakeWorld
from tests.sim.tinyface import PROFILE


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


def test_levels_that_were_touched_are_told_once_best_first_with_their_present_sizes() -> None:
    world = FakeWorld(PROFILE)
    touched = TouchedLevels(world.by_symbol["BTC"])
    assert touched.since_ns is None
    first_ns = world.now_ns()
    world.set_level("BTC", Side.BUY, 90, 5)
    world.set_level("ETH", Side.BUY, 91, 5)
    touched.hear(world.step(0.0))
    for side, ticks, lots in ((Side.BUY, 95, 1), (Side.BUY, 90, 0), (Side.SELL, 200, 2)):
        world.set_level("BTC", side, ticks, lots)
    world.set_level("BTC", Side.SELL, 199, 3)
    touched.hear(world.step(1.0))
    assert touched.since_ns == first_ns
    assert touched.take() == ([(95, 1), (90, 0)], [(199, 3), (200, 2)])
    assert (touched.take(), touched.since_ns) == (([], []), None)
