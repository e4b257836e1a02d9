"""Markets that are followed for a while beside the watch list."""

import pytest

from cockpit.core.events import BookSnapshot, Funding, Link, Prices
from cockpit.core.units import HOUR_NS
from cockpit.state.store import MarketStore
from tests.support import AT_NS

WIF = {"venue": "a", "symbol": "WIF", "recv_ns": AT_NS}
BOOK = BookSnapshot(bids=((1.99, 5.0),), asks=((2.01, 5.0),), **WIF)


@pytest.fixture
def store():
    """Two live venues that watch BTC and survey the rest; WIF was told by one of them."""
    store = MarketStore([("a", None), ("b", None)], ["BTC"])
    store.survey(True)
    for name in ("a", "b"):
        store.apply(Link(venue=name, recv_ns=AT_NS, state="live"))
    store.apply(Prices(mark=2.0, **WIF))
    return store


def names(markets):
    return [(market.venue, market.symbol) for market in markets]


def test_a_lent_market_has_a_book_and_is_not_among_the_watched_ones(store):
    store.lend({"a": frozenset({"WIF"})})
    store.apply(BOOK)
    assert names(store.markets()) == [("a", "BTC"), ("b", "BTC")]
    assert list(store.symbols()) == ["BTC"]
    (lent,) = store.surveyed()
    assert (lent.venue, lent.mark, lent.book.mid()) == ("a", 2.0, 2.0)
    assert store.market("a", "WIF") is lent
    assert store.market("b", "WIF") is None


def test_given_back_it_is_surveyed_as_before_without_a_book(store):
    store.lend({"a": frozenset({"WIF"})})
    store.apply(BOOK)
    store.lend({})
    (row,) = store.surveyed()
    assert (row.mark, row.book.is_known) == (2.0, False)


def test_one_that_is_watched_meanwhile_keeps_its_book_when_it_is_given_back(store):
    store.lend({"a": frozenset({"WIF"})})
    store.apply(BOOK)
    store.watch(["BTC", "WIF"])
    store.lend({})
    assert store.market("a", "WIF").book.is_known
    assert ("a", "WIF") in names(store.markets())
    assert names(store.surveyed()) == []


def test_one_that_is_watched_no_more_stays_followed_while_it_is_lent(store):
    store.watch(["BTC", "WIF"])
    store.lend({"a": frozenset({"WIF"})})
    store.apply(BOOK)
    store.watch(["BTC"])
    assert store.market("a", "WIF").book.is_known
    assert names(store.markets()) == [("a", "BTC"), ("b", "BTC")]


def test_where_everything_is_watched_nothing_is_lent():
    store = MarketStore([("a", None)], [])
    store.apply(Prices(mark=2.0, **WIF))
    store.lend({"a": frozenset({"WIF"})})
    assert names(store.markets()) == [("a", "WIF")]


# --- what was paid --------------------------------------------------------------------------------


def payment(hours_ago, premium=None):
    at_ns = AT_NS // HOUR_NS * HOUR_NS - hours_ago * HOUR_NS
    return Funding(
        venue="a", symbol="WIF", recv_ns=AT_NS, venue_ns=at_ns, kind="settled", rate=1e-5,
        interval_s=3600, premium=premium,
    )  # fmt: skip


def stamps(market):
    return [(row.venue_ns, row.rate, row.interval_s, row.premium) for row in market.settled.rows()]


def test_what_was_paid_is_there_again_when_a_market_is_looked_at_again(store):
    """Its venue told it once and is not asked again."""
    store.lend({"a": frozenset({"WIF"})})
    told = [payment(2, premium=3e-4), payment(1)]
    store.apply_all(told)
    before = stamps(store.market("a", "WIF"))
    store.lend({})
    store.lend({"a": frozenset({"WIF"})})
    assert stamps(store.market("a", "WIF")) == before
    assert before[0][3] == 3e-4
    assert before[1][3] is None


def test_a_page_that_comes_after_the_trader_looked_away_is_not_lost(store):
    store.lend({"a": frozenset({"WIF"})})
    store.lend({})
    store.apply(payment(3))
    store.lend({"a": frozenset({"WIF"})})
    assert len(store.market("a", "WIF").settled) == 1


def test_of_a_market_that_nobody_ever_followed_no_payment_is_kept(store):
    store.apply(payment(3))
    store.lend({"a": frozenset({"WIF"})})
    assert len(store.market("a", "WIF").settled) == 0


def test_a_coin_that_is_dropped_and_watched_again_has_its_past(store):
    store.watch(["BTC", "WIF"])
    store.apply(payment(1))
    store.watch(["BTC"])
    store.watch(["BTC", "WIF"])
    assert len(store.market("a", "WIF").settled) == 1
