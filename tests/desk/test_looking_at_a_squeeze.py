"""Looking back to a moment of a squeeze shows what a replay that stops at that moment shows.

Three venues live through the simulator's squeeze; everything they said is remembered slot by slot,
as a running desk does it. The reference is a fresh state fed with the same facts up to the moment.
"""

import heapq
import itertools
from operator import attrgetter

import pytest

from cockpit import venues
from cockpit.core.events import AccountState, Margin, Position, Prices
from cockpit.core.units import NS_PER_S
from cockpit.desk.memory import exposure_samples
from cockpit.desk.past_view import frame_of, moment_at
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch
from cockpit.history.tape import SlotFeed, ViewState
from cockpit.portfolio import positions
from cockpit.state.store import MarketStore
from cockpit.ui.layout.workspaces import PANES
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.ui_state import CELL_MODES, TENORS
from cockpit.ui.readings.funding_rates import terms
from cockpit.ui.readings.kept_costs import kept_costs
from cockpit.ui.readings.kept_exposure import kept_totals
from cockpit.ui.readings.liquidity import liquidity
from cockpit.ui.readings.order_books import book_reading, cost
from cockpit.ui.text.styled import plain
from tests.pair import START_NS, Pair

VENUES = ("dydx", "hyperliquid", "bybit")
SYMBOLS = ("HYPE", "DOGE")
ADDRESS = "0x" + "a1" * 20
MOMENT_NS = START_NS + 100 * NS_PER_S
"""A slot of ten seconds begins here, in the middle of the squeeze."""
PAST_NS = MOMENT_NS + 60 * NS_PER_S
COARSE = 1 / 8192
"""To what part depth is kept."""


def said_of_an_account():
    """A position and a margin, read every few seconds."""
    for second in range(5, 160, 5):
        said = {"venue": "hyperliquid", "recv_ns": START_NS + second * NS_PER_S, "account": ADDRESS}
        yield AccountState(state="read", **said)
        yield Position(symbol="HYPE", size=2.0, **said)
        yield Margin(equity=10_000.0, used=500.0, maintenance=250.0, **said)


def new_state():
    chains = [(name, venues.load(name).SPEC.chain) for name in VENUES]
    store = MarketStore(chains, SYMBOLS)
    store.follow([("hyperliquid", ADDRESS, "carry")])
    return store


@pytest.fixture(scope="module")
def facts():
    streams = [list(said_of_an_account())]
    for name in VENUES:
        pair = Pair(name, SYMBOLS, "squeeze", seed=3)
        pair.run((PAST_NS - START_NS) / NS_PER_S)
        streams.append(pair.events)
    return list(heapq.merge(*streams, key=attrgetter("recv_ns")))


@pytest.fixture(scope="module")
def history(facts, tmp_path_factory):
    """What a desk that heard these facts keeps, and the desk's state at the end."""
    folder, state = Folder(tmp_path_factory.mktemp("squeeze") / "history"), new_state()
    feeds = {name: SlotFeed(ViewState(state, name)) for name in VENUES}
    store = HotStore(folder)
    minute_ns = START_NS - START_NS % (60 * NS_PER_S)
    for fact in facts:
        feed = feeds[fact.venue]
        for batch in feed.before(fact.recv_ns):
            store.append(batch, fact.recv_ns)
        while fact.recv_ns >= minute_ns:
            rows = tuple(exposure_samples(positions.read(state, minute_ns)))
            store.append(Batch(exposure=rows), fact.recv_ns)
            minute_ns += 60 * NS_PER_S
        feed.heard(fact)
        state.apply(fact)
    store.append(Batch(settled=tuple(s for f in feeds.values() for s in f.rest().settled)), PAST_NS)
    store.close()
    return HistoryReader(folder), state


def picture(view, now_ns):
    specs = {name: venues.load(name).SPEC for name in VENUES}
    return Readings(view=view, specs=specs, mode="REPLAY", glyphs="braille", now_ns=now_ns)


@pytest.fixture
def then(history):
    reader, state = history
    moment = moment_at(reader, frame_of(state), MOMENT_NS)
    scene = picture(moment.view, MOMENT_NS)
    scene.moment = moment
    return scene


@pytest.fixture
def replayed(facts):
    state, slot_ns = new_state(), START_NS + 10 * NS_PER_S
    for fact in facts:
        while fact.recv_ns >= slot_ns:
            state.sample(slot_ns)
            slot_ns += 10 * NS_PER_S
        if fact.recv_ns >= MOMENT_NS:
            break
        state.apply(fact)
    return picture(state, MOMENT_NS)


def text(scene, pane):
    """The pane's rows. Its verdict counts costs, which need levels of books."""
    return [plain(line) for line in PANES[pane].lines(scene, 120, 24)][:-1]


@pytest.mark.parametrize("pane", ["terms", "term_plot", "premium", "curves"])
@pytest.mark.parametrize("symbol", [0, 1])
def test_a_pane_of_kept_figures_is_the_same(then, replayed, pane, symbol):
    then.ui.symbol_index = replayed.ui.symbol_index = symbol
    assert text(then, pane) == text(replayed, pane)


@pytest.mark.parametrize("mode", [mode for mode in CELL_MODES if mode != "age"])
def test_every_cell_of_the_markets_is_the_same(then, replayed, mode):
    then.ui.cell = replayed.ui.cell = mode
    assert text(then, "funding") == text(replayed, "funding")


def test_the_spreads_are_the_same(then, replayed):
    """Above the diagonal; below it stand hours to earn costs."""
    venues_in_order = then.listing()
    assert len(venues_in_order) == 3
    for one, other in itertools.combinations(venues_in_order, 2):
        for tenor in TENORS:
            rates = [terms(scene, one)[tenor] for scene in (then, replayed)]
            less = [terms(scene, other)[tenor] for scene in (then, replayed)]
            assert (rates[0], less[0]) == (rates[1], less[1])


def test_prices_open_interest_and_their_ages_are_the_same(then, replayed):
    """Ages are kept in whole seconds."""
    for venue in VENUES:
        for symbol in SYMBOLS:
            kept, was = (scene.view.market(venue, symbol) for scene in (then, replayed))
            # Seven digits are kept.
            assert kept.open_interest == pytest.approx(was.open_interest, rel=1e-7)
            for field in ("open_interest", "mark", "index", "funding"):
                age_s = was.age_s(field, MOMENT_NS)
                assert kept.age_s(field, MOMENT_NS) == int(age_s), field
                assert kept.is_stale(field, MOMENT_NS) == was.is_stale(field, MOMENT_NS), field
            assert (kept.mark, kept.index) == (was.mark, was.index)


@pytest.mark.parametrize("symbol", [0, 1])
def test_depth_by_bands_is_that_of_the_books(then, replayed, symbol):
    then.ui.symbol_index = replayed.ui.symbol_index = symbol
    for venue in VENUES:
        kept, was = liquidity(then, venue), liquidity(replayed, venue)
        assert kept.mid == pytest.approx(was.mid, rel=1e-7)
        assert kept.spread_bps == pytest.approx(was.spread_bps, rel=COARSE)
        assert kept.bid_reach_bps == pytest.approx(was.bid_reach_bps, rel=COARSE)
        assert list(kept.bands) == [10.0, 25.0, 50.0]
        for bps, band in kept.bands.items():
            assert band == pytest.approx(was.bands[bps], rel=COARSE)


@pytest.mark.parametrize("usd", [1e3, 1e4, 5e4, 1e5, 5e5])
@pytest.mark.parametrize("symbol", [0, 1])
def test_no_order_cost_more_than_the_bands_say(then, replayed, usd, symbol):
    """What the replay's book was walked for, against the bound; depth is kept to a part of it."""
    then.ui.symbol_index = replayed.ui.symbol_index = symbol
    for venue in VENUES:
        book, bounds = book_reading(replayed, venue), kept_costs(then, venue, usd)
        assert bounds is not None
        for side, bound in zip((1, -1), bounds, strict=True):
            walked = cost(book, side, usd)
            if bound.bps is not None and walked.bps is not None:
                assert 0 <= walked.bps <= bound.bps * (1 + 4 * COARSE)
                assert bound.bps <= 50


def test_no_pane_makes_a_ladder_out_of_bands(then):
    for pane in ("depth", "merged", "depth_chart"):
        words = " ".join(text(then, pane))
        assert "kept" in words, pane
        assert "0.00" not in words, pane


def test_accounts_stand_as_at_the_minute_before(then, facts):
    minute_ns = MOMENT_NS - MOMENT_NS % (60 * NS_PER_S)
    total = kept_totals(then.moment.exposure)
    # 2 HYPE at the venue's last mark before the minute.
    said = [
        fact.mark
        for fact in facts
        if isinstance(fact, Prices)
        and (fact.venue, fact.symbol) == ("hyperliquid", "HYPE")
        and fact.mark is not None
        and fact.recv_ns < minute_ns
    ]
    mark = said[-1]
    assert total.net_usd == pytest.approx(2.0 * mark)
    assert total.equity_usd == 10_000.0
    assert "10000" in " ".join(text(then, "margins"))
    assert "not kept" in " ".join(text(then, "positions"))
