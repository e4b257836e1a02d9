"""Funding of one leg on its own clock: paid, accrued, due, expected; by hand at each minute."""

import pytest

from cockpit.core.units import HOUR_NS
from cockpit.portfolio.trades.funding import LegPast, of_leg
from cockpit.portfolio.trades.keeper import Keeper
from cockpit.portfolio.trades.reading import read as read_trades
from tests.portfolio.trades.legs import T0, A, fill, holds, live, market, paid, read, settled, store

MINUTE_NS = HOUR_NS // 60
HL, ORDERLY = ("hyperliquid", A), ("aster", A)


def past(events, place=HL, size=2.0, payments=(), opened_ns=None, **stated):
    """A leg of `size` at an index of 100 in a market of which these facts are known."""
    view = store(place)
    view.apply_all([*market(place[0], 100.0, 100.0), *events])
    return LegPast(
        payments=payments,
        position=holds(*place, size, **stated),
        market=view.market(place[0], "BTC"),
        opened_ns=opened_ns,
        size=size,
    )


def hourly(rate, at_ns):
    return live("hyperliquid", rate, T0 + HOUR_NS, at_ns)


def eight_hourly(rate, at_ns):
    """The interval began six hours before T0: its stamp is two hours after it."""
    return live("aster", rate, T0 + 2 * HOUR_NS, at_ns, 8 * 3600)


@pytest.mark.parametrize("minute", [1, 15, 30, 59])
def test_an_hourly_and_an_eight_hourly_leg_accrue_each_by_its_own_clock(minute):
    now_ns = T0 + minute * MINUTE_NS
    # Long 2 pays 2 x 100 x 0.0001 = 0.02 an hour; short 2 receives 2 x 100 x 0.0008 in 8 h.
    long = of_leg(past([hourly(0.0001, now_ns)], HL, 2.0), 1.0, now_ns)
    short = of_leg(past([eight_hourly(0.0008, now_ns)], ORDERLY, -2.0), 1.0, now_ns)
    assert long.accrued_usd == pytest.approx(-0.02 * minute / 60)
    assert short.accrued_usd == pytest.approx(0.16 * (6 + minute / 60) / 8)
    assert (long.next_usd, short.next_usd) == (pytest.approx(-0.02), pytest.approx(0.16))
    assert (long.next_ns, short.next_ns) == (T0 + HOUR_NS, T0 + 2 * HOUR_NS)


def test_a_negative_rate_pays_the_long():
    now_ns = T0 + 30 * MINUTE_NS
    assert of_leg(past([hourly(-0.0001, now_ns)]), 1.0, now_ns).accrued_usd == pytest.approx(0.01)


def test_an_interval_that_was_cut_from_eight_to_four_hours_began_with_the_last_payment():
    # Paid at T0 - 6 h for eight hours; then four-hourly, with the next stamp at T0 + 2 h. That
    # stamp pays one four-hour rate, 2 x 100 x 0.0004 = 0.08, for the eight hours since.
    events = [
        settled("aster", 0.0008, T0 - 6 * HOUR_NS, 8 * 3600),
        live("aster", 0.0004, T0 + 2 * HOUR_NS, T0, 4 * 3600),
    ]
    found = of_leg(past(events, ORDERLY, -2.0), 1.0, T0)
    assert found.accrued_usd == pytest.approx(0.08 * 6 / 8)
    assert found.next_usd == pytest.approx(0.08)


def test_a_payment_of_the_same_interval_that_is_only_late_does_not_stretch_it():
    events = [
        settled("hyperliquid", 0.0001, T0 - HOUR_NS),
        live("hyperliquid", 0.0001, T0 + HOUR_NS, T0 + MINUTE_NS),
    ]
    found = of_leg(past(events), 1.0, T0 + MINUTE_NS)
    assert found.accrued_usd == pytest.approx(-0.02 / 60)


def test_without_a_stamp_nothing_is_said_to_accrue():
    rate = live("hyperliquid", 0.0001, T0 + HOUR_NS, T0)
    flow = type(rate)(**{f: getattr(rate, f) for f in rate.__struct_fields__} | {"next_ns": None})
    found = of_leg(past([flow]), 1.0, T0)
    assert (found.accrued_usd, found.next_usd) == (None, None)


def test_a_share_of_a_position_is_paid_its_share():
    now_ns = T0 + 30 * MINUTE_NS
    events = [hourly(0.0001, now_ns), settled("hyperliquid", 0.0001, T0 - 9 * HOUR_NS)]
    known = past(events, payments=[paid(*HL, 4.0, T0)], opened_ns=T0 - HOUR_NS)
    found = of_leg(known, 0.25, now_ns)
    assert (found.paid_usd, found.accrued_usd) == (1.0, pytest.approx(-0.0025))


HISTORY = [settled("hyperliquid", 0.0001, T0 + hour * HOUR_NS) for hour in range(-3, 1)]


def test_half_of_the_payments_are_not_the_whole():
    some = [paid(*HL, 1.0, T0 - HOUR_NS), paid(*HL, 1.0, T0)]
    now_ns = T0 + 20 * MINUTE_NS
    whole = past(HISTORY, payments=some, opened_ns=T0 - HOUR_NS - HOUR_NS // 2)
    assert of_leg(whole, 1.0, now_ns).paid_usd == 2.0
    half = past(HISTORY, payments=some, opened_ns=T0 - 3 * HOUR_NS + 1)
    assert of_leg(half, 1.0, now_ns).paid_usd is None


def test_where_payments_are_not_whole_the_venues_own_total_counts():
    known = past(HISTORY, opened_ns=T0 - 3 * HOUR_NS + 1, funding_paid=-7.5)
    assert of_leg(known, 1.0, T0 + 20 * MINUTE_NS).paid_usd == -7.5


def test_a_leg_that_met_no_stamp_was_paid_nothing_and_that_is_known():
    known = past(HISTORY, opened_ns=T0 + MINUTE_NS)
    assert of_leg(known, 1.0, T0 + 20 * MINUTE_NS).paid_usd == 0.0


def test_what_the_last_stamp_brought_is_accrued_until_its_payment_is_told():
    now_ns = T0 + 2 * MINUTE_NS
    before = [paid(*HL, -0.02, T0 - HOUR_NS)]
    events = [*HISTORY, hourly(0.0003, now_ns)]
    opened_ns = T0 - HOUR_NS - MINUTE_NS
    waiting = of_leg(past(events, payments=before, opened_ns=opened_ns), 1.0, now_ns)
    # The last hour at 0.0001 is -0.02; two minutes at 0.0003 are -0.002.
    assert waiting.paid_usd == -0.02
    assert waiting.accrued_usd == pytest.approx(-0.02 - 0.002)
    told = [*before, paid(*HL, -0.0201, T0)]
    after = of_leg(past(events, payments=told, opened_ns=opened_ns), 1.0, now_ns)
    assert after.paid_usd == pytest.approx(-0.0401)
    assert after.accrued_usd == pytest.approx(-0.002)


def test_a_stamp_of_which_neither_rate_nor_payment_is_told_yet_leaves_accrued_unknown():
    now_ns = T0 + MINUTE_NS
    events = [*HISTORY[:-1], hourly(0.0003, now_ns)]
    before = [paid(*HL, -0.02, T0 - HOUR_NS)]
    known = past(events, payments=before, opened_ns=T0 - HOUR_NS - MINUTE_NS)
    found = of_leg(known, 1.0, now_ns)
    assert (found.paid_usd, found.accrued_usd) == (-0.02, None)


def test_what_the_venue_says_to_be_due_is_accrued_and_not_paid():
    now_ns = T0 + 30 * MINUTE_NS
    before = [paid(*HL, -0.02, T0 - HOUR_NS)]
    known = past(
        [*HISTORY, hourly(0.0001, now_ns)], payments=before,
        opened_ns=T0 - HOUR_NS - MINUTE_NS, funding_accrued_usd=-5.0,
    )  # fmt: skip
    found = of_leg(known, 1.0, now_ns)
    assert (found.paid_usd, found.accrued_usd) == (-0.02, pytest.approx(-5.01))


@pytest.mark.parametrize(
    ("sizes", "paid_usd"),
    [((2.0, -1.5, 0.25), -7.5), ((2.0, -2.5, 1.0), None)],
    ids=["reduced by more than half", "turned over and back"],
)
def test_the_venues_own_total_is_the_legs_while_the_position_was_never_turned_over(sizes, paid_usd):
    """Nobody told the payments: the venue's total since the opening is all that is known."""
    other, rest = ("lighter", A), sum(sizes)
    view = store(HL, other)
    view.apply_all(
        [*market("hyperliquid", 100.0, 100.0), *market("lighter", 100.0, 100.0),
         holds(*HL, rest, funding_paid=-7.5), read(*HL), holds(*other, -rest), read(*other),
         *(fill(*HL, str(number), size, 100.0, T0 - 9 * HOUR_NS + number)
           for number, size in enumerate(sizes)),
         settled("hyperliquid", 0.0001, T0 - 2 * HOUR_NS)]
    )  # fmt: skip
    Keeper(view).look(T0)
    [trade] = read_trades(view, T0).trades
    [leg] = [leg for leg in trade.legs if leg.key.venue == "hyperliquid"]
    assert leg.funding.paid_usd == paid_usd
