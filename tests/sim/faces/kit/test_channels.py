"""Cadence, streams with a venue's words, and what is news to a client of a row."""

from cockpit.core.market import Side
from cockpit.sim.faces.kit.channels import Cadence, FillStream, RowMemory, Stream
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


def test_fills_of_one_market_are_told_in_the_venues_words_oldest_first() -> None:
    world = FakeWorld(PROFILE)
    stream = FillStream(world, world.by_symbol["BTC"], lambda state, fill: state.size(fill.lots))
    for symbol, lots in (("BTC", 3), ("ETH", 4), ("BTC", 5)):
        world.trade(symbol, Side.BUY, 100, lots)
    one = 10.0 ** -world.by_symbol["BTC"].listing.size_decimals
    assert list(stream.first()) == []
    assert list(stream.after(world.step())) == [3 * one, 5 * one]


def test_a_stream_says_at_most_once_a_period_what_there_is_to_say() -> None:
    world, said = FakeWorld(PROFILE), iter(["a", None, "b"])
    stream = Stream(world, 1000.0, lambda: next(said))
    spoken = [list(stream.after(world.step(0.5))) for _ in range(6)]
    # Half a second is too soon; a period without news does not begin anew.
    assert spoken == [[], ["a"], [], [], ["b"], []]


def test_only_fields_that_are_new_or_changed_are_news() -> None:
    memory = RowMemory()
    assert memory.news({"mark": "1", "rate": None}) == {"mark": "1", "rate": None}
    assert memory.news({"mark": "1", "rate": None}) == {}
    assert memory.news({"mark": "2", "rate": None, "last": "3"}) == {"mark": "2", "last": "3"}
