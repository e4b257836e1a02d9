"""A saved snapshot is a view: the same figures, the same gaps, and nothing that is no snapshot."""

import contextlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.errors import InputError
from cockpit.core.events import (
    BookSnapshot,
    Funding,
    Instrument,
    Link,
    OpenInterest,
    Position,
    Prices,
    Volume,
)
from cockpit.documents.saved_view import load_view, view_of
from cockpit.documents.snapshot import snapshot
from cockpit.state.store import MarketStore
from tests.support import AT_NS

SAID = {"venue": "dydx", "symbol": "BTC", "recv_ns": AT_NS}
HOUR_NS = 3600 * 10**9


def live():
    """A store with one complete market and one of which nothing is known."""
    store = MarketStore([("dydx", "dydx-mainnet-1"), ("bybit", None)], ["BTC"])
    store.apply(Link(venue="dydx", recv_ns=AT_NS, state="live"))
    store.apply(
        Instrument(native="BTC-USD", base="BTC", quote="USD", tick=1.0, lot=0.0001,
                   max_leverage=50.0, mmf=0.012, taker_fee=5e-4, maker_fee=1e-4, **SAID)
    )  # fmt: skip
    store.apply(BookSnapshot(bids=((99.0, 1.0), (98.0, 2.0)), asks=((101.0, 3.0),), **SAID))
    store.apply(Prices(mark=100.0, index=100.5, last=99.5, **SAID))
    store.apply(OpenInterest(base=7.0, **SAID))
    store.apply(Volume(usd_24h=5e6, **SAID))
    store.apply(Funding(kind="live", rate=1e-5, interval_s=3600, next_ns=AT_NS + 5, **SAID))
    for hours in (2, 1):
        stamp = (AT_NS // HOUR_NS - hours) * HOUR_NS
        store.apply(Funding(kind="settled", rate=hours * 1e-5, interval_s=3600,
                            venue_ns=stamp, **{**SAID, "recv_ns": stamp}))  # fmt: skip
    return store


def document(store, at_ns=AT_NS):
    return json.loads(msgspec.json.encode(snapshot(store, at_ns, None, [])))


def test_a_snapshot_that_is_read_back_says_the_same_again():
    saved = document(live())
    again = document(view_of(saved))
    for was, now in zip(saved["markets"], again["markets"], strict=True):
        assert now == was
    assert again["at_ns"] == saved["at_ns"]
    assert again["warnings"] == saved["warnings"]


def test_a_market_reads_as_it_did():
    view = view_of(document(live()))
    market = view.market("dydx", "BTC")
    assert market.book.bids() == [(99.0, 1.0), (98.0, 2.0)]
    assert market.book.mid() == 100.0
    assert (market.mark, market.index, market.last) == (100.0, 100.5, 99.5)
    assert market.instrument.taker_fee == 5e-4
    assert market.volume_24h_usd == 5e6
    assert market.rate().rate == 1e-5
    assert market.rate().next_ns == AT_NS + 5
    assert [row.rate for row in market.settled.rows()] == [2e-5, 1e-5]
    assert view.symbols() == ["BTC"]
    assert [venue.name for venue in view.venues()] == ["dydx", "bybit"]


def test_what_the_snapshot_does_not_know_is_unknown_and_not_zero():
    market = view_of(document(live())).market("bybit", "BTC")
    assert market.instrument is None
    assert not market.book.is_known
    assert market.mark is None
    assert market.open_interest is None
    assert market.volume_24h_usd is None
    assert market.rate() is None
    assert market.age_s("book", AT_NS) is None
    assert len(market.mids) == 0


def test_a_saved_figure_is_as_old_at_its_moment_as_it_was():
    view = view_of(document(live(), AT_NS + 10**9))
    market = view.market("dydx", "BTC")
    assert market.age_s("book", view.at_ns) == 1.0
    assert not market.is_stale("book", view.at_ns)


def test_the_clock_that_a_snapshot_was_taken_by_is_as_wrong_as_it_was():
    # Ours was three seconds ahead of the venues'.
    store = live()
    store.set_clock(3 * 10**9)
    view = view_of(document(store))
    assert view.clock_offset_ns == 3 * 10**9
    assert view.market("dydx", "BTC").venue_now_ns(view.at_ns) == AT_NS - 3 * 10**9
    assert document(view)["clock_offset_ms"] == 3000.0


def test_a_silence_that_was_the_venues_habit_is_not_stale_when_it_is_read_back():
    saved = document(live())
    # 200 s are beyond the floor of 90 s; the venue, which speaks every 150 s, may take 300 s.
    saved["markets"][0]["funding"]["live"]["age_s"] = 200.0
    view = view_of(saved)
    market = view.market("dydx", "BTC")
    assert market.age_s("funding", view.at_ns) == 200.0
    assert not market.is_stale("funding", view.at_ns)


def test_what_was_old_since_an_unknown_time_has_no_age_that_is_made_up():
    saved = document(live())
    saved["markets"][0]["stale"] = ["mark"]
    view = view_of(saved)
    market = view.market("dydx", "BTC")
    assert market.is_stale("mark", view.at_ns)
    assert market.age_s("mark", view.at_ns) is None
    assert market.mark == 100.0


def test_a_saved_view_is_a_real_store():
    view = view_of(document(live()))
    assert isinstance(view, MarketStore)
    market = view.market("dydx", "BTC")
    view.apply(Prices(venue="dydx", symbol="BTC", recv_ns=view.at_ns, mark=123.0))
    assert market.mark == 123.0


def test_what_was_stale_stays_stale():
    view = view_of(document(live(), AT_NS + 600 * 10**9))
    market = view.market("dydx", "BTC")
    assert market.is_stale("book", view.at_ns)
    assert market.is_stale("funding", view.at_ns)
    assert market.book.is_known


def test_a_link_that_was_not_live_makes_everything_stale():
    saved = document(live())
    saved["markets"][0].update(link="down", bids=[], asks=[])
    market = view_of(saved).market("dydx", "BTC")
    assert market.is_stale("mark", AT_NS)
    assert not market.book.is_known


def test_an_age_tells_staleness_where_the_document_does_not():
    saved = document(live())
    del saved["markets"][0]["stale"]
    saved["markets"][0]["age_s"] = 300.0
    market = view_of(saved).market("dydx", "BTC")
    assert market.is_stale("book", AT_NS)
    assert not market.is_stale("funding", AT_NS)


def test_the_least_that_a_snapshot_must_say_is_its_time_and_its_markets():
    view = view_of({"at_ns": AT_NS, "markets": [{"venue": "a", "symbol": "X"}]})
    assert view.market("a", "X").link == "live"
    assert view_of({"at_ns": AT_NS, "markets": []}).symbols() == []


def test_levels_of_size_zero_are_none():
    levels = {"bids": [[99, 0], [98, 1]], "asks": [[100, 1]]}
    view = view_of({"at_ns": AT_NS, "markets": [{"venue": "a", "symbol": "X", **levels}]})
    assert view.market("a", "X").book.best_bid() == (98.0, 1.0)


def test_telemetry_is_as_it_was():
    saved = document(live())
    saved["chains"][0].update(height=5, cadence_s=0.2, latency_ms_p50=30.0, latency_ms_p99=90.0,
                              rtt_ms=12.0, clock_skew_ms=0.0, block_age_s=0.5)  # fmt: skip
    chain = view_of(saved).venue("dydx").chain
    assert (chain.height, chain.cadence_s(), chain.clock_skew_ms()) == (5, 0.2, 0.0)
    assert (chain.latency_ms(50), chain.latency_ms(99), chain.latency_ms(95)) == (30.0, 90.0, 90.0)
    assert chain.rtt_ns == 12_000_000
    assert chain.block_age_s(AT_NS) == 0.5


def test_positions_are_told_apart_by_their_source():
    row = {"venue": "dydx", "symbol": "BTC", "size": -2.0, "entry": 90.0, "account": "dydx1abc"}
    saved = {"at_ns": AT_NS, "markets": [], "positions": [row, {**row, "source": "manual"}],
             "accounts": [{"venue": "dydx", "account": "dydx1abc", "age_s": 1.0,
                           "pools": [{"equity_usd": 50.0}]}]}  # fmt: skip
    view = view_of(saved)
    (account,) = view.accounts()
    assert [position.size for position in account.positions] == [-2.0]
    assert account.margins[0].equity == 50.0
    assert not account.is_stale(view.at_ns)
    assert [position.source for position in view.manual()] == ["manual"]
    assert all(isinstance(position, Position) for position in view.manual())


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ({}, "at_ns"),
        ([], "the document"),
        ("hello", "the document"),
        ({"at_ns": AT_NS}, "markets"),
        ({"at_ns": "today", "markets": []}, "at_ns"),
        ({"at_ns": AT_NS, "markets": {}}, "markets"),
        ({"at_ns": AT_NS, "markets": [{"venue": "a"}]}, "markets[0]"),
        ({"at_ns": AT_NS, "markets": [{"venue": "a", "symbol": ""}]}, "symbol"),
        ({"at_ns": AT_NS, "markets": [{"venue": "a", "symbol": "X", "mark": -5}]}, "mark"),
        ({"at_ns": AT_NS, "markets": [{"venue": "a", "symbol": "X", "bids": [[1]]}]}, "bids"),
        ({"at_ns": AT_NS, "markets": [{"venue": "a", "symbol": "X", "asks": [[0, 1]]}]}, "asks"),
        ({"at_ns": AT_NS, "markets": [{"venue": "a", "symbol": "X", "asks": [[1, -1]]}]}, "asks"),
        ({"at_ns": AT_NS, "markets": [{"venue": "a", "symbol": "X", "link": "up"}]}, "link"),
        ({"at_ns": AT_NS, "markets": [{"venue": "a", "symbol": "X",
          "funding": {"live": {"rate": 1e-5, "interval_s": 0}}}]}, "interval_s"),
        ({"at_ns": AT_NS, "markets": [{"venue": "a", "symbol": "X"}] * 2}, "a/X twice"),
        ({"at_ns": 10**30, "markets": []}, "at_ns"),
        *(
            ({"at_ns": AT_NS, "markets": [{"venue": "a", "symbol": "X", **figures}]}, words)
            for figures, words in (
                ({"age_s": 1e308}, "age_s"),
                ({"lot": 1e-308}, "lot"),
                ({"mark": 1e308}, "mark"),
                ({"asks": [[1.0, 1e308]]}, "asks"),
                ({"taker_fee": -1e308}, "taker_fee"),
                ({"mmf": 1.0}, "mmf"),
                ({"margin_tiers": [[1.0, 0.01]]}, "a/X: margin_tiers"),
                ({"margin_tiers": [[0.0, 0.02], [5.0, 0.01]]}, "a/X: margin_tiers"),
                ({"initial_tiers": [[0.0, 0.02], [0.0, 0.03]]}, "a/X: initial_tiers"),
                ({"funding": {"live": {"rate": 1e308, "interval_s": 3600}}}, "rate"),
                ({"funding": {"live": {"rate": 1e-5, "interval_s": 10**12}}}, "interval_s"),
                ({"funding": {"settled": [{"rate": 0.0, "interval_s": 1, "at_ns": 10**30}]}},
                 "at_ns"),
            )
        ),
        ({"at_ns": AT_NS, "markets": [], "positions": [
            {"venue": "a", "symbol": "X", "size": 1e308}]}, "size"),
    ],
)  # fmt: skip
def test_a_document_that_is_no_snapshot_is_refused_with_its_place(tree, words):
    with pytest.raises(InputError) as caught:
        view_of(tree)
    assert words in caught.value.ui_message
    assert "\n" not in caught.value.ui_message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        (b"", "JSON"),
        (b"\xff\xfe\x00", "JSON"),
        (b'{"at_ns":1}{"at_ns":2}', "JSON"),
        (b"{}", "cockpit snapshot --json"),
        (b"[" * 100_000, "JSON"),
        (b'{"at_ns":NaN,"markets":[]}', "JSON"),
    ],
)
def test_a_file_that_is_no_snapshot_is_one_sentence_that_names_it(tmp_path, content, words):
    path = tmp_path / "view.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_view(path)
    assert str(path) in caught.value.ui_message
    assert words in caught.value.ui_message
    assert "\n" not in caught.value.ui_message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["at_ns", "markets", "venue", "symbol", "bids", "funding", "live", "rate"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_the_file_holds_it_is_a_view_or_a_sentence(tree):
    with contextlib.suppress(InputError):
        assert view_of(tree).at_ns > 0
