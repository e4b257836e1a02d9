"""What is kept of the past goes into a ranking where it reaches further back than what was read."""

import numpy as np
import pytest

from cockpit.calculators.common.paid_history import paid_hourly
from cockpit.calculators.scan.day_past import looks_ns
from cockpit.calculators.scan.listing import ScanInputs
from cockpit.calculators.scan.packed import PackedScan, pack
from cockpit.core.units import HOUR_NS
from cockpit.desk import scan_worker
from cockpit.desk.recall import payment
from cockpit.desk.scan_worker import ScanOrder, rank_order
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Batch, Figures, Sample, Settled
from cockpit.state.curves import SettledHistory
from tests.calculators.scan.test_ranking import listing, paid
from tests.support import AT_NS

HOURS = 100


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A hundred hours of 0 at `a` and of 5e-5 at `b`, paid every eight hours."""
    monkeypatch.setattr(scan_worker, "_last", None)
    last_ns = AT_NS // HOUR_NS * HOUR_NS
    rows = [
        Settled(venue=venue, symbol="BTC", paid_at_ns=last_ns - hour * HOUR_NS, rate=rate * 8,
                interval_s=8 * 3600)
        for venue, rate in (("a", 0.0), ("b", 5e-5))
        for hour in range(0, HOURS, 8)
    ]  # fmt: skip
    folder = Folder(tmp_path / "history")
    store = HotStore(folder)
    store.append(Batch(settled=tuple(rows)), AT_NS)
    store.close()
    return folder.path


def ranked(folder, *listings):
    scan = PackedScan(parts=(pack(listings),), inputs=ScanInputs(), at_ns=AT_NS)
    return rank_order(ScanOrder(scan=scan, history=folder), lambda done, asked: True).row(0)


def test_what_is_kept_is_used_and_said_to_be(folder):
    row = ranked(folder, listing("a", 0.0), listing("b", 1e-4))
    assert row.realised.d1 == pytest.approx(5e-5)
    assert row.realised.d3 == pytest.approx(5e-5)
    assert row.realised.d7 is None, "a hundred hours are no week"
    assert (row.history, row.sign_share) == ("kept", 1.0)


def test_the_range_of_the_basis_and_the_changes_of_a_day_are_of_what_is_kept(folder):
    """b stood 10 bps above a for half of the day and 20 below for the rest; a was 80 USD a day ago,
    and twice as much of it was open."""
    store = HotStore(Folder(folder))
    rows = []
    for number, at_ns in enumerate(looks_ns(AT_NS)):
        price = 80.0 if number == 0 else 100.0
        basis = 1.001 if number < 40 else 0.998
        rows += [
            Sample(venue=venue, symbol="BTC", at_ns=at_ns, figures=Figures(mark=mark, oi_base=2e5))
            for venue, mark in (("a", price), ("b", price * basis))
        ]
    store.append(Batch(samples=tuple(rows)), AT_NS)
    store.close()
    scan = PackedScan(
        parts=(pack([listing("a", 0.0), listing("b", 1e-4)]),), inputs=ScanInputs(), at_ns=AT_NS
    )
    pairs = rank_order(ScanOrder(scan=scan, history=folder), lambda done, asked: True)
    row = pairs.row(0)
    assert (row.basis_low_bps, row.basis_high_bps) == pytest.approx((-20.0, 10.0))
    assert pairs.listed.figure("price_change_frac")[0] == pytest.approx(0.25)
    assert pairs.listed.figure("oi_change_frac")[0] == pytest.approx(-0.5)


def test_what_was_read_goes_before_what_is_kept_where_it_is_longer(folder):
    longer = paid([2e-5] * 200), paid([0.0] * 200)
    row = ranked(
        folder, listing("a", 0.0, paid=longer[1], history="fetched"),
        listing("b", 1e-4, paid=longer[0], history="fetched"),
    )  # fmt: skip
    assert row.realised.d7 == pytest.approx(2e-5)
    assert row.history == "fetched"


def test_an_hour_that_is_not_written_yet_does_not_make_the_past_just_fetched(folder):
    """What is kept ends an hour ago; the venue has told that hour since: 1e-4."""
    newest = AT_NS // HOUR_NS + 1
    told = paid([0.0] * 30, newest), paid([5e-5] * 29 + [1e-4], newest)
    listings = [
        listing(venue, hourly, paid=one, history="fetched")
        for venue, hourly, one in zip("ab", (0.0, 1e-4), told, strict=True)
    ]
    scan = PackedScan(parts=(pack(listings),), inputs=ScanInputs(), at_ns=AT_NS + HOUR_NS)
    row = rank_order(ScanOrder(scan=scan, history=folder), lambda done, asked: True).row(0)
    assert row.realised.d1 == pytest.approx((23 * 5e-5 + 1e-4) / 24)
    assert row.realised.d3 == pytest.approx((71 * 5e-5 + 1e-4) / 72)
    assert row.history == "kept"


def test_without_a_folder_nothing_is_remembered():
    assert ranked(None, listing("a", 0.0), listing("b", 1e-4)).history is None


def test_it_is_the_grid_that_a_history_of_facts_has(folder):
    found = scan_worker._remembered(folder, AT_NS).paid["b", "BTC"]
    history = SettledHistory()
    for row in HistoryReader(Folder(folder)).settled(30, AT_NS):
        if row.venue == "b":
            history.add(payment(row))
    expected = paid_hourly(history)
    assert found.first == expected.first
    assert np.array_equal(found.rates, expected.rates, equal_nan=True)


def test_a_history_that_cannot_be_read_costs_the_past_and_not_the_ranking(folder):
    (folder / "hot.sqlite").write_bytes(b"this is no database" * 100)
    row = ranked(folder, listing("a", 0.0), listing("b", 1e-4))
    assert row.net_usd is not None
    assert row.history is None
