"""Books that cross: what is published, what is shown, and that a pause finds them resolved."""

from cockpit.core.market import Side
from cockpit.core.scenario import Scenario
from cockpit.sim.world.contract import Step
from cockpit.sim.world.world import World
from cockpit.venues.kit.uncrossing import Sides, Uncrossed
from tests.sim import tinyface

START_NS = 1_795_400_000_000_000_000


def crossing_world(*, by_itself: bool) -> World:
    profile = tinyface.profile(crosses=by_itself)
    world = World(5, [profile], ["BTC", "ETH"], Scenario(name="quiet"), START_NS)
    world.venues["tiny"].trouble(crossings_per_s=1.0, clock_skew_ms=0)
    return world


def is_crossed(world: World, symbol: str) -> bool:
    state = world.venues["tiny"].by_symbol[symbol]
    return max(state.bids) >= min(state.asks)


class Reader:
    """A client that keeps raw levels and hides the older of two that cross."""

    def __init__(self, world: World, symbol: str) -> None:
        self._book = Uncrossed()
        self._symbol = symbol
        state = world.venues["tiny"].by_symbol[symbol]
        self.shown: dict[Side, dict[float, float]] = {Side.BUY: {}, Side.SELL: {}}
        bids, asks = (tuple((float(t), float(n)) for t, n in state.ladder(side)) for side in Side)
        self._take(*self._book.snapshot(bids, asks, START_NS))

    def read(self, step: Step) -> None:
        changes = []
        for change in step.books:
            if change.symbol == self._symbol:
                level = ((float(change.ticks), float(change.lots)),)
                is_bid = change.side is Side.BUY
                changes.append(Sides(level, ()) if is_bid else Sides((), level))
        if changes:
            self._take(*self._book.delta(changes, step.at_ns))

    def _take(
        self, bids: tuple[tuple[float, float], ...], asks: tuple[tuple[float, float], ...]
    ) -> None:
        for side, levels in ((Side.BUY, bids), (Side.SELL, asks)):
            for price, size in levels:
                if size:
                    self.shown[side][price] = size
                else:
                    self.shown[side].pop(price, None)

    def equals(self, world: World) -> bool:
        state = world.venues["tiny"].by_symbol[self._symbol]
        return all(sorted(self.shown[s].items()) == sorted(state.ladder(s)) for s in Side)


def test_a_reader_of_raw_levels_shows_the_truth_at_every_step() -> None:
    world = crossing_world(by_itself=True)
    readers = [Reader(world, "BTC"), Reader(world, "ETH")]
    crossed = 0
    for _ in range(600):
        step = world.step(0.1)["tiny"]
        crossed += is_crossed(world, "BTC")
        for reader in readers:
            reader.read(step)
            assert reader.equals(world)
    assert crossed > 50


def test_a_reader_whose_snapshot_left_out_hidden_levels_gets_them_back() -> None:
    world = crossing_world(by_itself=True)
    while not is_crossed(world, "BTC"):
        world.step(0.1)
    reader = Reader(world, "BTC")
    assert reader.equals(world)
    while is_crossed(world, "BTC"):
        reader.read(world.step(0.1)["tiny"])
    assert reader.equals(world)


def test_the_shown_ladder_never_crosses_though_the_raw_book_does() -> None:
    world = crossing_world(by_itself=True)
    state = world.venues["tiny"].by_symbol["BTC"]
    for _ in range(300):
        world.step(0.1)
        assert state.ladder(Side.BUY, 1)[0][0] < state.ladder(Side.SELL, 1)[0][0]


def test_a_venue_that_does_not_uncross_publishes_the_crossing_in_its_ladder() -> None:
    world = crossing_world(by_itself=False)
    while not is_crossed(world, "BTC"):
        world.step(0.1)
    state = world.venues["tiny"].by_symbol["BTC"]
    assert state.ladder(Side.BUY, 1)[0][0] >= state.ladder(Side.SELL, 1)[0][0]


def test_no_crossing_outlives_a_flush() -> None:
    world = crossing_world(by_itself=True)
    reader = Reader(world, "BTC")
    flushed = 0
    for _ in range(400):
        reader.read(world.step(0.1)["tiny"])
        if is_crossed(world, "BTC"):
            step = world.flush()["tiny"]
            assert step.flush
            reader.read(step)
            assert not is_crossed(world, "BTC")
            assert reader.equals(world)
            flushed += 1
    assert flushed > 10
