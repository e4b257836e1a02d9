"""Book sequencing: what may be applied, and what a book shows when its feed crosses."""

from itertools import starmap
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cockpit.core.events import Levels
from cockpit.venues.kit.sequencing import (
    ChainedBook,
    SharedCounter,
    Verdict,
)
from cockpit.venues.kit.uncrossing import Sides, Uncrossed

APPLY, IGNORE, GAP = Verdict.APPLY, Verdict.IGNORE, Verdict.GAP
SECOND = 1_000_000_000

# --- ChainedBook ------------------------------------------------------------------------------


@given(st.integers(0, 1000), st.lists(st.integers(1, 5), max_size=20))
def test_an_unbroken_chain_is_applied_whole(start: int, steps: list[int]) -> None:
    book = ChainedBook()
    book.snapshot(start)
    for step in steps:
        assert book.delta(start, start + step, 0) is APPLY
        start += step
    assert book.last == start


@given(st.integers(2, 30), st.data())
def test_a_lost_delta_is_a_gap_at_the_next_one(count: int, data: st.DataObject) -> None:
    lost = data.draw(st.integers(1, count - 1))
    book = ChainedBook()
    book.snapshot(0)
    verdicts = [book.delta(seq - 1, seq, 7) for seq in range(1, count + 1) if seq != lost]
    assert verdicts[: lost - 1] == [APPLY] * (lost - 1)
    assert verdicts[lost - 1] is GAP
    assert verdicts[lost:] == [IGNORE] * (count - lost - 1)
    assert not book.is_synced
    assert book.waiting_since_ns == 7


def test_a_delta_that_the_snapshot_covers_already_is_no_gap() -> None:
    book = ChainedBook()
    book.snapshot(10)
    assert book.delta(7, 8, 0) is IGNORE
    assert book.delta(9, 10, 0) is IGNORE
    assert book.delta(10, 11, 0) is APPLY


# --- SharedCounter ----------------------------------------------------------------------------


@given(st.integers(3, 40), st.data())
def test_one_number_missing_on_a_connection_is_a_gap(count: int, data: st.DataObject) -> None:
    lost = data.draw(st.integers(1, count - 2))
    counter = SharedCounter()
    verdicts = [counter.take(n) for n in range(count) if n != lost]
    assert verdicts[lost] is GAP
    assert verdicts.count(GAP) == 1
    assert verdicts.count(APPLY) == len(verdicts) - 1


@given(st.integers(1, 8), st.permutations(range(8)), st.integers(0, 5))
def test_requests_may_be_answered_late_and_in_any_order(
    count: int, order: list[int], others: int
) -> None:
    counter = SharedCounter()
    counter.take(0)
    for i in range(count):
        counter.asked(i)
    high = count
    for _ in range(others):
        high += 1
        assert counter.take(high) is APPLY
    for i in [i for i in order if i < count]:
        assert counter.take(1 + i, answers=i) is APPLY
    assert counter.take(high + 1) is APPLY


def test_an_unanswered_request_excuses_one_number_and_no_more() -> None:
    counter = SharedCounter()
    counter.take(0)
    counter.asked("book")
    assert counter.take(2) is APPLY
    assert counter.take(4) is GAP


def test_a_request_excuses_no_number_from_before_it_was_sent() -> None:
    counter = SharedCounter()
    counter.take(0)
    counter.asked("early")
    assert counter.take(2) is APPLY  # 1 may be the request's
    counter.asked("late")
    assert counter.take(3, answers="early") is GAP  # so 1 was something else, sent before "late"


def test_a_number_seen_twice_is_ignored_but_an_answer_never_is() -> None:
    counter = SharedCounter()
    counter.take(0)
    counter.take(1)
    assert counter.take(1) is IGNORE
    assert counter.take(1, answers="book") is APPLY


def test_an_error_that_reuses_a_number_lets_the_refused_request_claim_its_own() -> None:
    counter = SharedCounter()
    counter.take(0)
    counter.asked("book")
    counter.take(2)
    assert counter.refused(2, "book") is APPLY
    assert counter.take(3) is APPLY
    assert counter.take(5) is GAP


def test_an_error_under_a_new_number_is_counted() -> None:
    counter = SharedCounter()
    counter.take(0)
    counter.asked("book")
    assert counter.refused(1, "book") is APPLY
    assert counter.take(2) is APPLY


def test_a_message_that_fills_a_hole_without_being_an_answer_came_out_of_order() -> None:
    counter = SharedCounter()
    counter.take(0)
    counter.asked("book")
    assert counter.take(2) is APPLY
    assert counter.take(1) is GAP


def test_asking_again_turns_what_the_first_request_excused_into_a_gap() -> None:
    counter = SharedCounter()
    counter.take(0)
    counter.asked("book")
    assert counter.take(2) is APPLY
    counter.asked("book")
    assert counter.take(3) is GAP


def test_an_error_that_names_no_request_lets_one_hole_be_claimed() -> None:
    counter = SharedCounter()
    counter.take(0)
    counter.asked("book")
    assert counter.take(2) is APPLY
    assert counter.refused(2, None) is APPLY
    counter.asked("book")
    assert counter.take(3) is APPLY


def test_a_request_from_before_a_gap_still_excuses_its_number_afterwards() -> None:
    counter = SharedCounter()
    counter.take(0)
    counter.take(1)
    counter.asked("book")
    assert counter.take(5) is GAP
    assert [counter.take(6), counter.take(8)] == [APPLY, APPLY]
    assert counter.take(7, answers="book") is APPLY
    assert counter.take(10) is GAP


def test_after_a_gap_a_number_from_before_the_new_count_is_a_gap_again() -> None:
    counter = SharedCounter()
    counter.take(5)
    assert counter.take(7) is GAP
    assert counter.take(9) is APPLY
    assert counter.take(8) is GAP


def test_a_garbled_number_does_not_silence_those_that_follow() -> None:
    counter = SharedCounter()
    counter.take(57)
    assert counter.take(10**15) is GAP
    assert [counter.take(n) for n in (58, 59)] == [APPLY, APPLY]
    assert counter.take(61) is GAP


# --- Uncrossed --------------------------------------------------------------------------------

Batch = list[tuple[Levels, Levels]]
_prices = st.integers(90, 110).map(float)
_sizes = st.sampled_from([0.0, 1.0, 2.0, 3.0])
_level = st.tuples(_prices, _sizes)
_change = st.one_of(
    st.tuples(st.tuples(_level), st.just(())), st.tuples(st.just(()), st.tuples(_level))
)
_batches = st.lists(st.lists(_change, min_size=1, max_size=4), max_size=12)
_sides = st.dictionaries(_prices, st.sampled_from([1.0, 2.0]), max_size=12).map(
    lambda levels: tuple(levels.items())
)


class Naive:
    """The rule as it is written: while the book crosses, take away the level that loses."""

    def __init__(self, bids: Levels, asks: Levels) -> None:
        self.clock = 0
        self.sides = (
            {price: (0, size) for price, size in bids},
            {price: (0, size) for price, size in asks},
        )

    def apply(self, batch: Batch) -> None:
        for change in batch:
            self.clock += 1
            for side, levels in zip(self.sides, change, strict=True):
                for price, size in levels:
                    side.pop(price, None)
                    if size:
                        side[price] = (self.clock, size)

    def shown(self) -> tuple[dict[float, float], dict[float, float]]:
        bids, asks = dict(self.sides[0]), dict(self.sides[1])
        while bids and asks and max(bids) >= min(asks):
            if bids[max(bids)] <= asks[min(asks)]:
                del bids[max(bids)]
            else:
                del asks[min(asks)]
        return {p: s for p, (_, s) in bids.items()}, {p: s for p, (_, s) in asks.items()}


@given(_sides, _sides, _batches)
@example(((100.0, 1.0),), ((99.0, 1.0),), [[((), ((99.0, 0.0),))]])
def test_what_a_crossed_book_shows_is_the_rule_applied_to_all_that_was_said(
    bids: Levels, asks: Levels, batches: list[Batch]
) -> None:
    book, naive = Uncrossed(), Naive(bids, asks)
    shown: tuple[dict[float, float], dict[float, float]] = ({}, {})
    for side, levels in zip(shown, book.snapshot(bids, asks, 0), strict=True):
        side.update(levels)
    assert shown == naive.shown()
    for batch in batches:
        for side, levels in zip(shown, book.delta(starmap(Sides, batch), 0), strict=True):
            for price, size in levels:
                side.pop(price, None)
                if size:
                    side[price] = size
        naive.apply(batch)
        assert shown == naive.shown()
        assert book.shown() == (
            tuple(sorted(shown[0].items(), reverse=True)),
            tuple(sorted(shown[1].items())),
        )
        assert not (shown[0] and shown[1]) or max(shown[0]) < min(shown[1])
        raw = sum(len(side) for side in naive.sides)
        assert book.hidden == raw - len(shown[0]) - len(shown[1])


def test_the_older_of_two_crossing_levels_is_hidden() -> None:
    book = Uncrossed()
    book.snapshot(((100.0, 5.0),), ((101.0, 5.0),), 0)
    bids, asks = book.delta([Sides(((101.0, 1.0),), ())], 0)
    assert bids == ((101.0, 1.0),)
    assert asks == ((101.0, 0.0),)


@pytest.mark.parametrize(
    ("bid", "ask", "shown"),
    [(1.0, 2.0, ((), ((99.0, 2.0),))), (2.0, 1.0, (((100.0, 2.0),), ())),
     (2.0, 2.0, ((), ((99.0, 2.0),)))],
)  # fmt: skip
def test_of_levels_said_together_the_smaller_is_hidden_and_of_equals_the_bid(
    bid: float, ask: float, shown: tuple[Levels, Levels]
) -> None:
    assert Uncrossed().snapshot(((100.0, bid),), ((99.0, ask),), 0) == shown


def test_a_hidden_level_comes_back_when_what_hid_it_goes_away() -> None:
    book = Uncrossed()
    book.snapshot(((100.0, 5.0),), ((101.0, 5.0), (103.0, 1.0)), 0)
    book.delta([Sides(((102.0, 1.0),), ())], 0)
    assert book.shown() == (((102.0, 1.0), (100.0, 5.0)), ((103.0, 1.0),))
    assert book.delta([Sides(((102.0, 0.0),), ())], 0) == (((102.0, 0.0),), ((101.0, 5.0),))


def test_a_level_that_stayed_hidden_for_ten_seconds_is_dropped_for_good() -> None:
    book = Uncrossed()
    book.snapshot(((100.0, 5.0),), ((101.0, 5.0), (103.0, 1.0)), 0)
    book.delta([Sides(((102.0, 1.0),), ())], 0)
    book.delta([Sides(((99.0, 1.0),), ())], 10 * SECOND - 1)
    assert book.hidden == 1
    book.delta([Sides(((99.0, 2.0),), ())], 10 * SECOND)
    assert book.hidden == 0
    book.delta([Sides(((102.0, 0.0),), ())], 11 * SECOND)
    assert book.shown()[1] == ((103.0, 1.0),)


def test_a_level_that_won_in_between_is_given_ten_seconds_anew() -> None:
    book = Uncrossed()
    book.snapshot(((100.0, 5.0),), ((101.0, 5.0),), 0)
    book.delta([Sides(((102.0, 1.0),), ())], 0)
    book.delta([Sides((), ((101.0, 6.0),))], 5 * SECOND)
    book.delta([Sides(((102.0, 2.0),), ())], 6 * SECOND)
    book.delta([Sides(((99.0, 1.0),), ())], 12 * SECOND)
    assert book.hidden == 1
    assert book.shown()[1] == ()
    book.delta([Sides(((102.0, 0.0),), ())], 13 * SECOND)
    assert book.shown()[1] == ((101.0, 6.0),)


def test_a_snapshot_forgets_all_that_was_hidden() -> None:
    book = Uncrossed()
    book.snapshot(((100.0, 1.0),), ((99.0, 2.0),), 0)
    assert book.hidden == 1
    assert book.snapshot(((98.0, 1.0),), ((99.0, 2.0),), 0) == (((98.0, 1.0),), ((99.0, 2.0),))
    assert book.hidden == 0


# --- a sequence that goes back -----------------------------------------------------------------


def chained_at(seq: int, **mode: Any) -> ChainedBook:
    chain = ChainedBook(**mode)
    chain.snapshot(seq)
    return chain


def test_a_sequence_that_stays_behind_is_another_sequence() -> None:
    chain = chained_at(9_000)
    verdicts = [chain.delta(n - 1, n, (n - 1_000) * SECOND) for n in range(1_000, 1_006)]
    assert verdicts == [IGNORE] * 5 + [GAP]
    assert not chain.is_synced


def test_deltas_overtaken_by_a_snapshot_are_no_other_sequence() -> None:
    chain = chained_at(100)
    assert chain.delta(98, 99, 0) is IGNORE
    assert chain.delta(100, 101, 4 * SECOND) is APPLY
    assert chain.delta(99, 100, 8 * SECOND) is IGNORE
    assert chain.delta(101, 102, 9 * SECOND) is APPLY


def test_a_number_too_far_below_is_another_sequence_at_once() -> None:
    chain = chained_at(7_003_306, far=1_000)
    assert chain.delta(7_003_300, 7_003_301, 0) is IGNORE
    assert chain.delta(1_188_471, 1_188_472, 0) is GAP


def test_a_repeated_number_is_never_a_gap() -> None:
    for chain in (chained_at(50), chained_at(50, strict=True)):
        assert [chain.delta(49, 50, n * 10 * SECOND) for n in range(3)] == [IGNORE] * 3


def test_a_strict_chain_takes_no_number_but_the_expected_one() -> None:
    assert chained_at(50, strict=True).delta(50, 57, 0) is APPLY
    assert chained_at(50, strict=True).delta(51, 52, 0) is GAP
    assert chained_at(50, strict=True).delta(30, 31, 0) is GAP
