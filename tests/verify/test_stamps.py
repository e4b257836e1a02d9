"""Stamps in another unit or zone are told from late and old ones."""

import pytest

from cockpit.core.events import BookDelta, Trade
from cockpit.core.market import Side
from cockpit.verify.stamps import StampsAreCurrent
from tests.support import AT_NS
from tests.verify.hearing import S, hear


def heard(*venue_ns, offset_ns=0):
    judge = StampsAreCurrent(offset_ns)
    for stamp_ns in venue_ns:
        hear(
            judge,
            BookDelta(venue="v", symbol="B", recv_ns=AT_NS, venue_ns=stamp_ns, bids=(), asks=()),
        )
    return judge.finding().verdict


@pytest.mark.parametrize(
    ("lag_s", "verdict"),
    [(0.05, "confirmed"), (30, "not seen"), (3600, "contradicted"), (-3600, "contradicted")],
)
def test_a_stamp_is_near_its_receipt(lag_s, verdict):
    assert heard(*[AT_NS - round(lag_s * S)] * 6) == verdict


def test_seconds_read_as_milliseconds_are_decades_away():
    assert heard(*[AT_NS // 1000] * 6) == "contradicted"


def test_this_clocks_own_offset_is_taken_off():
    stamps = [AT_NS - 90 * S] * 6
    assert heard(*stamps) == "contradicted"
    assert heard(*stamps, offset_ns=90 * S) == "confirmed"


def test_no_stamp_and_too_few_of_them_are_not_seen():
    assert heard(*[None] * 9) == "not seen"
    assert heard(AT_NS) == "not seen"


def test_old_fills_that_come_first_do_not_count_against_those_that_follow():
    judge = StampsAreCurrent()
    for lag_s in (7200, 3600, 60, 40, 0.1):
        stamp_ns = AT_NS - round(lag_s * S)
        fill = {"price": 1.0, "size": 1.0, "side": Side.BUY, "venue_ns": stamp_ns}
        hear(judge, Trade(venue="v", symbol="B", recv_ns=AT_NS, **fill))
    assert judge.finding().verdict == "confirmed"
