"""The fills of a leg: told by the venue, seen in its position, or there before anybody looked."""

import pytest

from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.portfolio.trades.leg_fills import Met, Told, average_entry, follow, opened, total
from tests.portfolio.trades.legs import T0, A, fill, holds

HL = ("hyperliquid", A)
AT = Met(101.0, (("hyperliquid", 100.5),))


def told(*rows):
    """(size, price, hours after T0) -> fills that the venue told."""
    fills = [
        fill(*HL, f"f{n}", size, price, T0 + round(hours * HOUR_NS))
        for n, (size, price, hours) in enumerate(rows)
    ]
    return Told(fills, True)


def sizes(fills):
    return [(row.source, row.size) for row in fills]


def test_the_present_position_begins_when_it_was_last_flat():
    rows = told((1.0, 90.0, 1), (-1.0, 95.0, 2), (2.0, 99.0, 3), (-0.5, 98.0, 4)).fills
    assert [row.fill for row in opened(rows, 1.5)] == ["f2", "f3"]
    assert opened(rows, 7.0) is None, "fills that do not reach so far explain nothing"
    assert opened(rows, 0.0) == ()


def test_told_fills_make_up_the_position_from_its_beginning():
    rows = told((9.0, 50.0, 0), (-9.0, 50.0, 0.5), (1.0, 100.0, 1), (0.5, 103.0, 2))
    fills = follow((), rows, holds(*HL, 1.5), AT, T0 + 9 * HOUR_NS)
    assert sizes(fills) == [("venue", 1.0), ("venue", 0.5)]
    assert {row.mark for row in fills} == {None}, "nobody watched the market then"


def test_a_fill_that_just_happened_met_the_market_of_now():
    now_ns = T0 + HOUR_NS
    rows = told((1.0, 100.0, 1))
    [row] = follow((), rows, holds(*HL, 1.0), AT, now_ns + 2 * NS_PER_S)
    assert (row.mark, row.indexes) == (101.0, AT.indexes)


def test_what_the_fills_do_not_reach_is_an_opening_that_makes_up_the_entry():
    # 3 at an average of 102; of those 1 was bought at 108: the other 2 cost 99 each.
    position = holds(*HL, 3.0, entry=102.0)
    fills = follow((), told((1.0, 108.0, 1)), position, AT, T0 + 2 * HOUR_NS)
    assert sizes(fills) == [("opening", 2.0), ("venue", 1.0)]
    assert fills[0].price == pytest.approx(99.0)


def test_without_fills_the_position_is_an_opening_at_its_entry():
    [row] = follow((), Told(), holds("lighter", "1", -2.0, entry=97.0), AT, T0)
    assert (row.source, row.size, row.price) == ("opening", -2.0, 97.0)
    assert row.fee_usd is None


def test_an_entry_is_taken_to_the_digit_that_the_profit_tells():
    # 10 short at 97.123456 make 28.76544 at a mark of 100: less 28.76544; the entry says 97.12.
    position = holds("lighter", "1", -10.0, entry=97.12, mark=100.0, upnl=-28.76544)
    [row] = follow((), Told(), position, AT, T0)
    assert row.price == pytest.approx(97.123456)


def test_a_size_that_grew_untold_is_priced_by_the_two_entries():
    kept = follow((), Told(), holds("lighter", "1", 2.0, entry=100.0), AT, T0)
    fills = follow(kept, Told(), holds("lighter", "1", 3.0, entry=102.0), AT, T0 + NS_PER_S)
    assert sizes(fills) == [("opening", 2.0), ("seen", 1.0)]
    assert fills[1].price == pytest.approx(106.0), "3 x 102 - 2 x 100"
    assert fills[1].mark == 101.0


def test_the_price_of_a_size_that_shrank_untold_is_not_known():
    kept = follow((), Told(), holds("lighter", "1", 2.0, entry=100.0), AT, T0)
    fills = follow(kept, Told(), holds("lighter", "1", 1.5, entry=100.0), AT, T0 + NS_PER_S)
    assert sizes(fills) == [("opening", 2.0), ("seen", -0.5)]
    assert fills[1].price is None


def test_a_fill_that_is_still_to_be_told_is_not_guessed():
    kept = follow((), told((2.0, 100.0, 0)), holds(*HL, 2.0), AT, T0)
    fills = follow(kept, told((2.0, 100.0, 0)), holds(*HL, 1.5), AT, T0 + NS_PER_S)
    assert fills == kept
    later = told((2.0, 100.0, 0), (-0.5, 101.0, 0.0005))
    done = follow(fills, later, holds(*HL, 1.5), AT, T0 + 3 * NS_PER_S)
    assert sizes(done) == [("venue", 2.0), ("venue", -0.5)]


def test_history_that_comes_late_takes_the_place_of_the_opening():
    kept = follow((), Told(), holds(*HL, 2.0), AT, T0 + 5 * HOUR_NS)
    rows = told((1.0, 99.0, 1), (1.0, 101.0, 2))
    fills = follow(kept, rows, holds(*HL, 2.0), AT, T0 + 5 * HOUR_NS + NS_PER_S)
    assert sizes(fills) == [("venue", 1.0), ("venue", 1.0)]


def test_history_that_does_not_reach_back_leaves_a_smaller_opening():
    kept = follow((), Told(), holds(*HL, 3.0, entry=100.0), AT, T0 + 5 * HOUR_NS)
    rows = told((1.0, 106.0, 2))
    fills = follow(kept, rows, holds(*HL, 3.0, entry=100.0), AT, T0 + 6 * HOUR_NS)
    assert sizes(fills) == [("opening", 2.0), ("venue", 1.0)]
    assert fills[0].price == pytest.approx(97.0)


def test_a_position_that_was_closed_and_opened_again_keeps_what_it_did_before():
    rows = [(1.0, 100.0, 0), (-1.0, 105.0, 1)]
    kept = follow((), told(rows[0]), holds(*HL, 1.0), AT, T0)
    flat = follow(kept, told(*rows), None, AT, T0 + HOUR_NS)
    again = told(*rows, (2.0, 101.0, 2))
    fills = follow(flat, again, holds(*HL, 2.0), AT, T0 + 2 * HOUR_NS)
    assert sizes(fills) == [("venue", 1.0), ("venue", -1.0), ("venue", 2.0)]
    assert total(fills) == 2.0


def test_the_average_entry_is_that_of_what_is_open():
    rows = told((1.0, 100.0, 0), (1.0, 110.0, 1), (-1.0, 120.0, 2), (1.0, 108.0, 3))
    fills = follow((), rows, holds(*HL, 2.0), AT, T0 + 9 * HOUR_NS)
    assert average_entry(fills) == pytest.approx((105.0 + 108.0) / 2)
    assert average_entry(fills[:0]) is None


def test_a_position_that_appears_before_our_eyes_met_the_market_of_now():
    position = holds("lighter", "1", -2.0, entry=97.0)
    [row] = follow((), Told(is_new=True), position, AT, T0)
    assert (row.source, row.price, row.mark) == ("seen", 97.0, 101.0)


def test_a_new_position_of_a_venue_that_tells_fills_waits_for_its_fill():
    assert follow((), Told((), True, True), holds(*HL, 1.0), AT, T0) == ()
    fills = follow((), told((1.0, 100.0, 0)), holds(*HL, 1.0), AT, T0)
    assert sizes(fills) == [("venue", 1.0)]
