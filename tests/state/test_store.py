"""Facts become state; a lost link takes its depth with it; four kinds of "no" stay apart."""

import pytest

from cockpit.core.events import (
    Block,
    BookDelta,
    BookReset,
    BookSnapshot,
    Funding,
    Instrument,
    Link,
    OpenInterest,
    Prices,
    Reject,
    Rtt,
    Trade,
)
from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS
from cockpit.state.store import MarketStore

S = 1_000_000_000
T0 = 1_760_000_000 * S
HOUR = T0 - T0 % HOUR_NS
V = "hyperliquid"


def said(at_s=0.0, symbol="BTC", venue=V):
    return {"venue": venue, "symbol": symbol, "recv_ns": T0 + round(at_s * S)}


def link(state, at_s=0.0, name="main", essential=True, venue=V, reason=""):
    at_ns = T0 + round(at_s * S)
    return Link(
        venue=venue, recv_ns=at_ns, link=name, state=state, essential=essential, reason=reason
    )


def snapshot(at_s=0.0, **more):
    return BookSnapshot(bids=((100.0, 1.0),), asks=((101.0, 2.0),), **said(at_s), **more)


@pytest.fixture
def store():
    store = MarketStore([(V, "hyperliquid-l1"), ("dydx", "dydx-mainnet-1")], ["BTC", "ETH"])
    store.apply(link("live"))
    return store


def test_nothing_is_zero_before_it_was_said(store):
    market = store.market(V, "BTC")
    assert market.live is None
    assert market.open_interest is None
    assert (market.mark, market.index, market.last) == (None, None, None)
    assert market.age_s("funding", T0) is None
    assert market.rate() is None


def test_a_zero_rate_is_a_rate(store):
    store.apply(Funding(kind="live", rate=0.0, interval_s=3600, **said()))
    assert store.market(V, "BTC").live.rate == 0.0


def test_a_lost_link_takes_the_book_and_marks_every_figure_stale_in_the_same_call(store):
    store.apply(snapshot())
    store.apply(Prices(mark=100.5, **said()))
    store.apply(OpenInterest(base=5.0, **said()))
    market = store.market(V, "BTC")
    assert not market.is_stale("mark", T0)
    store.apply(link("down", 1, reason="closed"))
    assert not market.book.is_known
    assert market.book.bids() == []
    assert all(market.is_stale(field, T0 + S) for field in ("book", "mark", "open_interest"))
    assert market.mark == 100.5, "the last known figure stays, marked"
    assert market.age_s("mark", T0 + 5 * S) == 5.0


def test_one_venues_loss_is_nobody_elses(store):
    store.apply(link("live", venue="dydx"))
    other = BookSnapshot(bids=((1.0, 1.0),), asks=(), **said(venue="dydx"))
    store.apply_all([snapshot(), other, link("down", 1)])
    assert store.market("dydx", "BTC").book.is_known


def test_a_lost_telemetry_link_says_nothing_about_the_books(store):
    store.apply(link("live", name="blocks", essential=False))
    store.apply(snapshot())
    store.apply(link("down", 1, name="blocks", essential=False))
    assert store.market(V, "BTC").book.is_known
    assert store.venue(V).state == "live"


def test_a_silent_link_hides_the_book_and_shows_it_again_when_it_speaks(store):
    store.apply(snapshot())
    store.apply(link("stale", 20, reason="no message for 16 s"))
    market = store.market(V, "BTC")
    assert market.book.bids() == []
    store.apply(link("live", 21))
    store.apply(BookDelta(bids=((100.0, 3.0),), asks=(), **said(21)))
    assert market.book.bids() == [(100.0, 3.0)]


def test_after_a_reconnect_deltas_alone_are_not_a_book(store):
    store.apply_all([snapshot(), link("down", 1), link("live", 2)])
    store.apply(BookDelta(bids=((100.0, 3.0),), asks=(), **said(3)))
    assert not store.market(V, "BTC").book.is_known


def test_a_reset_clears_one_book_and_counts_a_gap(store):
    store.apply(snapshot())
    store.apply(BookReset(reason="nonce", **said(1)))
    assert not store.market(V, "BTC").book.is_known
    assert store.venue(V).chain.gaps == 1


def test_a_field_is_stale_by_its_own_habit_not_by_one_constant(store):
    market = store.market(V, "BTC")
    for i in range(30):
        store.apply(Prices(mark=100.0, **said(i * 10)))
        store.apply(snapshot(i * 0.5))
    assert not market.is_stale("mark", T0 + 330 * S), "a mark that comes every 10 s may be 40 s old"
    assert market.is_stale("mark", T0 + 400 * S)
    assert market.is_stale("book", T0 + 30 * S), "a book that comes twice a second may not"


def test_a_predicted_rate_is_preferred_and_a_settled_one_is_neither(store):
    store.apply(Funding(kind="live", rate=1e-5, interval_s=3600, **said()))
    store.apply(Funding(kind="settled", rate=9e-5, interval_s=3600, venue_ns=HOUR, **said()))
    assert store.market(V, "BTC").rate().rate == 1e-5
    store.apply(Funding(kind="predicted", rate=2e-5, interval_s=3600, **said()))
    assert store.market(V, "BTC").rate().rate == 2e-5


def test_one_payment_reported_by_two_sources_is_one_payment(store):
    for late_ms, rate in ((2, 1e-5), (400, 1.2e-5)):
        store.apply(
            Funding(
                kind="settled",
                rate=rate,
                interval_s=3600,
                venue_ns=HOUR + late_ms * 10**6,
                **said(),
            )
        )
    history = store.market(V, "BTC").settled
    assert len(history) == 1
    assert history.latest.rate == 1.2e-5


def test_a_hole_in_the_history_is_a_gap_not_a_line(store):
    for hour in (0, 1, 4, 5):
        stamp = HOUR + hour * HOUR_NS
        store.apply(Funding(kind="settled", rate=1e-5, interval_s=3600, venue_ns=stamp, **said()))
    gaps = store.market(V, "BTC").settled.gaps()
    assert gaps == [(HOUR + HOUR_NS, HOUR + 4 * HOUR_NS)]


def test_a_negative_latency_is_clock_skew_never_a_latency(store):
    for i in range(10):
        store.apply(snapshot(i, venue_ns=T0 + i * S + 250_000_000))
    chain = store.venue(V).chain
    assert chain.latency_ms(50) is None
    assert chain.clock_skew_ms() == -250.0
    store.apply(Rtt(venue=V, recv_ns=T0, rtt_ns=40_000_000))
    assert chain.clock_skew_ms() == -270.0


def test_latency_and_cadence_are_measured_on_what_the_venue_said(store):
    for i in range(101):
        store.apply(snapshot(i, venue_ns=T0 + i * S - (i + 1) * 1_000_000))
    chain = store.venue(V).chain
    assert chain.latency_ms(50) == 51.0
    assert chain.clock_skew_ms() == 0.0
    for i in range(5):
        store.apply(
            Block(venue=V, recv_ns=T0 + i * S, chain="c", height=10 + 2 * i, block_ns=T0 + i * S)
        )
    assert chain.cadence_s() == 0.5
    assert chain.block_age_s(T0 + 6 * S) == 2.0


def test_an_old_block_does_not_turn_the_height_back(store):
    for height in (10, 12, 11):
        store.apply(Block(venue=V, recv_ns=T0, chain="c", height=height, block_ns=T0))
    assert store.venue(V).chain.height == 12


def test_reconnects_are_counted_after_the_first_connection(store):
    chain = store.venue(V).chain
    assert chain.reconnects == 0
    store.apply_all([link("stale", 1), link("live", 2)])
    assert chain.reconnects == 0, "a silence is not a reconnect"
    store.apply_all([link("down", 3), link("connecting", 4), link("live", 5)])
    assert chain.reconnects == 1


def test_rejects_are_counted_and_the_last_one_is_kept(store):
    store.apply(Reject(venue=V, recv_ns=T0, reason="unknown channel foo"))
    assert store.venue(V).chain.rejects == 1
    assert store.venue(V).chain.last_reject == "unknown channel foo"


def test_a_market_nobody_watches_changes_nothing(store):
    store.apply(Trade(price=1.0, size=1.0, side=Side.BUY, **said(symbol="DOGE")))
    assert store.market(V, "DOGE") is None


def test_an_empty_watch_list_watches_what_arrives():
    store = MarketStore([(V, None)], [])
    store.apply(Trade(price=1.0, size=1.0, side=Side.BUY, **said(symbol="DOGE")))
    assert store.market(V, "DOGE").last == 1.0
    assert list(store.symbols()) == ["DOGE"]


def test_a_changed_watch_list_keeps_what_it_keeps_and_forgets_the_rest(store):
    listing = Instrument(native="SOL", base="SOL", quote="USDC", **said(symbol="SOL"))
    store.apply_all([snapshot(), listing])
    store.watch(["SOL", "BTC"])
    assert store.market(V, "ETH") is None
    assert store.market(V, "BTC").book.is_known
    assert store.market(V, "SOL").instrument.native == "SOL"


def test_the_rings_remember_what_was_fresh_and_leave_gaps_where_it_was_not(store):
    store.apply(snapshot())
    store.sample(T0 + S)
    store.apply(link("down", 2))
    store.sample(T0 + 3 * S)
    at, mids = store.market(V, "BTC").mids.read()
    assert list(at) == [T0 + S, T0 + 3 * S]
    assert mids[0] == 100.5
    assert mids[1] != mids[1], "a gap is NaN"
