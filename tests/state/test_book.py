"""The book in the state: sorted, absolute sizes, and never older than it says."""

from hypothesis import given
from hypothesis import strategies as st

from cockpit.state.book import Book

prices = st.integers(1, 60).map(lambda i: i / 4)
sizes = st.sampled_from([0.0, 0.5, 1.0, 2.5])
deltas = st.lists(st.tuples(st.lists(st.tuples(prices, sizes)), st.lists(st.tuples(prices, sizes))))


@given(deltas)
def test_a_book_after_deltas_is_what_a_dictionary_says(changes):
    book = Book()
    book.replace((), ())
    bids: dict[float, float] = {}
    asks: dict[float, float] = {}
    for bid_changes, ask_changes in changes:
        book.apply(tuple(bid_changes), tuple(ask_changes))
        for side, levels in ((bids, bid_changes), (asks, ask_changes)):
            for price, size in levels:
                if size:
                    side[price] = size
                else:
                    side.pop(price, None)
    assert book.bids() == sorted(bids.items(), reverse=True)
    assert book.asks() == sorted(asks.items())
    assert book.best_bid() == (max(bids.items()) if bids else None)
    assert book.best_ask() == (min(asks.items()) if asks else None)


def test_a_snapshot_replaces_everything_that_was_known():
    book = Book()
    book.replace(((100.0, 1.0),), ((101.0, 1.0),))
    book.apply(((99.0, 2.0),), ())
    book.replace(((90.0, 3.0), (89.0, 1.0)), ((91.0, 4.0),))
    assert book.bids() == [(90.0, 3.0), (89.0, 1.0)]
    assert book.asks() == [(91.0, 4.0)]
    assert book.levels() == (2, 1)


def test_depth_cuts_the_read_not_the_book():
    book = Book()
    book.replace(((100.0, 1.0), (99.0, 1.0), (98.0, 1.0)), ())
    assert book.bids(2) == [(100.0, 1.0), (99.0, 1.0)]
    book.apply(((97.0, 1.0),), ())
    assert book.bids(1) == [(100.0, 1.0)]
    assert len(book.bids()) == 4


def test_a_delta_without_a_snapshot_is_not_a_book():
    book = Book()
    book.apply(((100.0, 1.0),), ((101.0, 1.0),))
    assert not book.is_known
    assert book.bids() == []
    assert book.mid() is None


def test_a_cleared_book_is_unknown_not_empty():
    book = Book()
    book.replace(((100.0, 1.0),), ())
    assert book.is_known
    book.clear()
    assert not book.is_known
    book.apply(((100.0, 1.0),), ())
    assert book.bids() == []


def test_a_one_sided_book_has_no_middle():
    book = Book()
    book.replace(((100.0, 1.0),), ())
    assert book.mid() is None
    book.apply((), ((102.0, 1.0),))
    assert book.mid() == 101.0


@given(deltas, st.sets(st.integers(0, 20)))
def test_a_book_is_the_same_however_often_it_was_looked_at(changes, looks):
    seen, unseen = Book(), Book()
    for book in (seen, unseen):
        book.replace(((10.0, 1.0), (9.0, 1.0)), ((11.0, 1.0),))
    for i, (bids, asks) in enumerate(changes):
        seen.apply(tuple(bids), tuple(asks))
        unseen.apply(tuple(bids), tuple(asks))
        if i in looks:
            assert seen.bids(1) == seen.bids()[:1]
    assert (seen.bids(), seen.asks()) == (unseen.bids(), unseen.asks())
    assert seen.levels() == (len(seen.bids()), len(seen.asks()))


def test_a_book_that_nobody_looks_at_follows_thousands_of_changes():
    book = Book()
    book.replace((), ())
    expected = {}
    for i in range(5_000):
        price, size = 100.0 + i % 700, float(i % 3)
        book.apply(((price, size),), ())
        expected[price] = size
    assert book.bids() == sorted(((p, s) for p, s in expected.items() if s), reverse=True)


def test_changes_that_came_before_a_snapshot_are_not_part_of_it():
    book = Book()
    book.replace(((100.0, 1.0),), ((101.0, 1.0),))
    book.apply(((99.0, 2.0),), ((101.0, 0.0),))
    book.replace(((100.0, 3.0),), ((102.0, 4.0),))
    assert book.best_bid() == (100.0, 3.0)
    assert book.best_ask() == (102.0, 4.0)
    assert book.levels() == (1, 1)
