"""What a running desk remembers: slots as they stood, outages, accounts by a short name."""

import time

import pytest

from cockpit.core.clock import ManualClock
from cockpit.core.events import AccountState, Funding, Instrument, Link, Margin, Position, Prices
from cockpit.desk.memory import Memory, MemoryOrder, exposure_samples
from cockpit.history.layout import Folder
from cockpit.history.protocol import SeriesQuestion
from cockpit.history.reader import HistoryReader
from cockpit.history.settings import HistorySettings
from cockpit.portfolio import positions
from cockpit.state.store import MarketStore
from tests.history.kit import DAY, NS_PER_S

ADDRESS = "0x00000000000000000000000000000000000000aa"


def at(second: float) -> int:
    return DAY + round(second * NS_PER_S)


def told(second, event, **fields):
    return event(venue="dydx", recv_ns=at(second), **fields)


class Desk:
    """A state, a clock and a memory, fed as the engine does it."""

    def __init__(self, folder):
        self.view = MarketStore([("dydx", None)], ["BTC"])
        self.clock = ManualClock(at(0))
        order = MemoryOrder(folder=folder, settings=HistorySettings())
        self.memory = Memory(order, self.view, self.clock)
        self.memory.start()

    def show(self, second):
        """Set the clock, also back."""
        self.clock.advance_s((at(second) - self.clock.now_ns()) / NS_PER_S)

    def take(self, second, event, **fields):
        self.show(second)
        self.memory.look()
        events = [told(second, event, **fields)]
        self.memory.hear(events)
        self.view.apply_all(events)

    def stop(self, second):
        self.show(second)
        self.memory.look()
        self.memory.stop()


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "history")


def kept(folder, second):
    reader = HistoryReader(folder)
    return reader.last_samples(), reader.gaps(at(0), at(second))


def test_a_slot_is_what_was_known_when_it_began(folder):
    desk = Desk(folder)
    desk.take(1, Link, state="live")
    desk.take(5, Prices, symbol="BTC", mark=100.0)
    desk.take(10, Prices, symbol="BTC", mark=200.0)
    desk.stop(15)
    (row,), gaps = kept(folder, 30)
    assert (row.at_ns, row.figures.mark) == (at(10), 100.0)
    assert [gap.why for gap in gaps] == []


def test_time_passes_also_where_nothing_arrives(folder):
    desk = Desk(folder)
    desk.take(1, Link, state="live")
    desk.take(9, Prices, symbol="BTC", mark=100.0)
    desk.show(10.1)
    desk.memory.look()
    desk.show(10.3)
    desk.memory.look()
    desk.memory.stop()
    (row,), _ = kept(folder, 30)
    assert (row.at_ns, row.figures.mark) == (at(10), 100.0)


def test_an_outage_is_a_gap_that_names_the_venue(folder):
    desk = Desk(folder)
    desk.take(1, Link, state="live")
    desk.take(15, Link, state="down", reason="connection lost")
    desk.take(25, Prices, symbol="BTC", mark=1.0)
    desk.take(35, Link, state="live")
    desk.take(41, Prices, symbol="BTC", mark=1.0)
    desk.stop(45)
    _, gaps = kept(folder, 60)
    # Down from 15 to 35 s: as slots see it from 20 to 40 s.
    assert [(gap.from_ns, gap.to_ns, gap.venue, gap.why) for gap in gaps] == [
        (at(20), at(40), "dydx", "link down")
    ]


def test_an_outage_that_lasts_until_the_end_is_written_too(folder):
    desk = Desk(folder)
    desk.take(1, Link, state="live")
    desk.take(15, Link, state="down", reason="connection lost")
    desk.take(25, Prices, symbol="BTC", mark=1.0)
    desk.stop(32)
    _, gaps = kept(folder, 60)
    assert [(gap.from_ns, gap.to_ns) for gap in gaps] == [(at(20), at(32))]


def test_a_payment_is_kept_although_no_slot_follows(folder):
    desk = Desk(folder)
    desk.take(1, Link, state="live")
    paid = {"kind": "settled", "rate": 1e-5, "interval_s": 3600, "venue_ns": at(0)}
    desk.take(2, Funding, symbol="BTC", **paid)
    desk.stop(3)
    (row,) = HistoryReader(folder).settled(1, at(3))
    assert (row.paid_at_ns, row.rate, row.interval_s) == (at(0), 1e-5, 3600)


def test_what_venues_list_is_kept_for_the_next_start(folder):
    desk = Desk(folder)
    desk.take(1, Instrument, symbol="BTC", native="BTC-USD", base="BTC", quote="USD", tick=1.0)
    desk.take(2, Instrument, symbol="BTC", native="BTC-USD", base="BTC", quote="USD", tick=0.5)
    desk.stop(3)
    (found,) = HistoryReader(folder).listings().values()
    assert (found.native, found.tick, found.recv_ns) == ("BTC-USD", 0.5, at(2))


def test_a_clock_that_is_set_back_goes_on_with_the_slots_it_shows(folder):
    desk = Desk(folder)
    desk.take(1, Link, state="live")
    desk.take(3605, Prices, symbol="BTC", mark=2.0)
    desk.take(12, Prices, symbol="BTC", mark=3.0)
    desk.stop(25)
    (row,), _ = kept(folder, 30)
    assert (row.at_ns, row.figures.mark) == (at(20), 3.0)


@pytest.mark.parametrize("is_heard_first", [True, False])
def test_what_was_slept_through_is_not_sampled(folder, is_heard_first):
    """Five minutes asleep: the state says what it said before, but nobody looked."""
    desk = Desk(folder)
    desk.take(1, Link, state="live")
    desk.take(9, Prices, symbol="BTC", mark=2.0)
    desk.take(12, Prices, symbol="BTC", mark=3.0)
    if is_heard_first:
        desk.show(312)
        desk.memory.hear([told(312, Prices, symbol="BTC", mark=4.0)])
        desk.view.apply_all([told(312, Prices, symbol="BTC", mark=4.0)])
    else:
        desk.take(312, Prices, symbol="BTC", mark=4.0)
    desk.stop(325)
    question = SeriesQuestion(
        venue="dydx", symbol="BTC", columns=("mark",), from_ns=at(0), to_ns=at(330)
    )
    series = HistoryReader(folder).series(question)
    assert [(at_ns - DAY) // NS_PER_S for at_ns in series.at_ns.tolist()] == [10, 320]
    assert series.values["mark"].tolist() == [2.0, 4.0]


def test_an_outage_does_not_end_before_it_began(folder):
    desk = Desk(folder)
    desk.take(1, Link, state="live")
    desk.take(12, Link, state="down", reason="closed")
    for second in range(20, 620, 10):
        desk.take(second, Prices, symbol="BTC", mark=2.0)
    desk.take(312, Prices, symbol="BTC", mark=2.0)
    desk.take(323, Link, state="live")
    desk.stop(340)
    (outage,) = [g for g in HistoryReader(folder).gaps(0, 1 << 62) if g.why == "link down"]
    assert outage.from_ns < outage.to_ns <= at(340)


def account_view(*, second):
    view = MarketStore([("dydx", None)], ["BTC"])
    view.follow([("dydx", ADDRESS, "")])
    held = {"symbol": "BTC", "account": ADDRESS, "source": "venue"}
    view.apply_all(
        [
            told(1, Link, state="live"),
            told(1, Prices, symbol="BTC", mark=100.0, index=100.0),
            told(1, AccountState, state="read", account=ADDRESS),
            told(1, Margin, account=ADDRESS, pool="", equity=50.0, used=20.0, maintenance=10.0),
            told(1, Position, size=-2.0, entry=90.0, **held),
        ]
    )
    return positions.read(view, at(second))


def test_an_account_has_its_sums_and_never_its_whole_address():
    (row,) = exposure_samples(account_view(second=2))
    assert row.account == "0x0000…00aa"
    # Two BTC short at 100.
    assert (row.net_usd, row.gross_usd) == (-200.0, 200.0)
    assert (row.equity_usd, row.margin_used_usd) == (50.0, 20.0)
    assert row.margin_ratio == pytest.approx(10.0 / 50.0)
    # No rate was stated, so the carry is not known, and not nothing.
    assert row.carry_usd_per_hour is None


def test_an_account_that_is_stale_has_no_figures():
    (row,) = exposure_samples(account_view(second=7200))
    assert (row.net_usd, row.equity_usd, row.margin_ratio) == (None, None, None)


def test_an_address_that_nobody_has_is_no_account_that_is_not_known():
    view = MarketStore([("dydx", None)], ["BTC"])
    view.follow([("dydx", ADDRESS, "")])
    view.apply(told(1, Link, state="live"))
    view.apply(told(1, AccountState, state="unknown", account=ADDRESS))
    assert list(exposure_samples(positions.read(view, at(2)))) == []


def test_nothing_is_written_where_history_is_switched_off(folder):
    view = MarketStore([("dydx", None)], ["BTC"])
    order = MemoryOrder(folder=folder, settings=HistorySettings(enabled=False))
    memory = Memory(order, view, ManualClock(at(0)))
    memory.start()
    memory.hear([told(11, Prices, symbol="BTC", mark=1.0)])
    memory.stop()
    assert memory.status.standing == "off"
    assert not folder.path.exists()


def test_handing_over_a_slot_takes_no_disk_time(folder):
    """The disk is not there at all, and the loop does not notice."""
    folder.path.parent.joinpath("history").write_text("not a folder")
    desk = Desk(folder)
    desk.take(1, Link, state="live")
    begun_s = time.monotonic()
    for second in range(2, 62):
        desk.take(second, Prices, symbol="BTC", mark=float(second))
    assert time.monotonic() - begun_s < 1.0
    desk.stop(62)
