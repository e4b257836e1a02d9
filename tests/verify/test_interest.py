"""Open interest counted twice is told where the wire or single fills tell it."""

from cockpit.core.events import OpenInterest, Trade
from cockpit.core.market import Side
from cockpit.verify.interest import InterestIsOneSided
from tests.support import AT_NS
from tests.verify.hearing import hear

MARKET = {"venue": "v", "symbol": "BTC", "recv_ns": AT_NS}


def traded(judge, fills, moved, sizes=(2.0,)):
    """So many readings, between any two of them these fills, each moving it by so much."""
    base = 1000.0
    hear(judge, OpenInterest(**MARKET, base=base))
    for _ in range(fills):
        for size in sizes:
            hear(judge, Trade(**MARKET, price=1.0, size=size, side=Side.BUY))
        base += moved
        hear(judge, OpenInterest(**MARKET, base=base))
    return judge.finding()


def test_single_fills_that_move_it_by_their_size_confirm_one_side():
    assert traded(InterestIsOneSided(), 5, moved=2.0).verdict == "confirmed"


def test_single_fills_that_move_it_by_twice_their_size_show_both_sides():
    found = traded(InterestIsOneSided(), 5, moved=4.0)
    assert (found.verdict, "5 by twice" in found.why) == ("contradicted", True)


def test_interest_that_moves_by_more_than_was_traded_shows_both_sides():
    assert traded(InterestIsOneSided(), 40, moved=3.2, sizes=(1.0, 1.0)).verdict == "contradicted"


def test_interest_that_moves_by_less_than_was_traded_proves_nothing():
    assert traded(InterestIsOneSided(), 40, moved=1.1, sizes=(1.0, 1.0)).verdict == "not seen"


def test_trades_that_cannot_be_all_of_them_prove_nothing():
    """Ten times what was traded is no double count: the stream of trades has not all of them."""
    assert traded(InterestIsOneSided(), 40, moved=20.0, sizes=(1.0, 1.0)).verdict == "not seen"


def both(judge, both_sides, single):
    row = {"rows": [{"open": str(both_sides), "single": str(single)}]}
    for _ in range(3):
        hear(judge, message=row)
    return judge.finding()


def test_a_wire_with_both_counts_tells_their_relation():
    names = ("open", "single")
    assert both(InterestIsOneSided(names), 200, 100).verdict == "confirmed"
    found = both(InterestIsOneSided(names), 100, 100)
    assert found.verdict == "contradicted"
    assert "open 100 stands beside single 100" in found.why


def test_counts_that_are_blank_or_nonsense_are_no_rows():
    assert both(InterestIsOneSided(("open", "single")), "", "none").verdict == "not seen"
