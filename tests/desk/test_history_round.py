"""The past of the best pairs is asked for before anybody looks at them, a few at a time."""

from cockpit.desk.history_round import AGAIN_NS, AT_ONCE, HistoryRound
from cockpit.desk.leases import LEASE_S
from tests.calculators.scan.test_ranking import paid
from tests.support import AT_NS
from tests.ui.scanned import listing, ranking

S = 10**9
TURN = round(LEASE_S * S)


def coins(count):
    return ranking(
        *(listing(venue, f"C{number:02}", rate * (1 + number))
          for number in range(count) for venue, rate in (("a", 0.0), ("b", 1e-5)))
    )  # fmt: skip


def test_the_best_come_first_and_no_more_than_a_few_at_once():
    turn = HistoryRound()
    first = turn.next(coins(10), AT_NS)
    assert first == tuple((venue, coin) for coin in ("C09", "C08", "C07") for venue in ("a", "b"))
    assert len(first) == AT_ONCE
    assert turn.next(coins(10), AT_NS + TURN - 1) == (), "those are still followed"
    assert {coin for _, coin in turn.next(coins(10), AT_NS + TURN)} == {"C06", "C05", "C04"}


def test_who_told_nothing_is_asked_again_half_a_day_later():
    turn = HistoryRound()
    assert turn.next(coins(1), AT_NS)
    assert turn.next(coins(1), AT_NS + 2 * TURN) == ()
    assert turn.next(coins(1), AT_NS + AGAIN_NS) == (("a", "C00"), ("b", "C00"))


def test_a_pair_whose_last_days_are_known_is_left_alone():
    known = ranking(
        listing("a", "WIF", 0.0, paid=paid([0.0] * 100)),
        listing("b", "WIF", 1e-4, paid=paid([1e-5] * 100)),
    )
    assert HistoryRound().next(known, AT_NS) == ()
