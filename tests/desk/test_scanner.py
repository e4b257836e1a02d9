"""The desk ranks all markets beside the screen, from what its state says."""

import asyncio
import time

import pytest

from cockpit.alerts.rule import Rule
from cockpit.core.clock import ManualClock
from cockpit.core.events import Funding, Instrument, Link, Prices, Surveyed, Volume
from cockpit.desk.contract import Lease, Rank, SetRules
from cockpit.desk.core import DeskCore, DeskSetup
from cockpit.history.layout import Folder
from tests.desk.test_core import QuietFeed
from tests.support import AT_NS, PATIENCE_S
from tests.ui.scanned import ranking
from tests.wire.tiny import SPEC

NAMES = ("tiny", "other")


def core(tmp_path=None):
    return DeskCore(
        DeskSetup(
            mode="DEMO",
            clock=ManualClock(AT_NS),
            specs=dict.fromkeys(NAMES, SPEC),
            symbols=["BTC"],
            history=None if tmp_path is None else Folder(tmp_path),
        ),
        QuietFeed(),
    )


def survey(desk, symbol, rates):
    """Rates an hour of a coin that costs 2 USD on both venues and trades 100 M a day."""
    for venue, rate in zip(NAMES, rates, strict=True):
        said = {"venue": venue, "symbol": symbol, "recv_ns": AT_NS}
        desk.take([
            Link(venue=venue, recv_ns=AT_NS, state="live"),
            Instrument(native=symbol, base=symbol, quote="USD", max_leverage=10.0,
                       taker_fee=0.0, **said),
            Prices(mark=2.0, **said),
            Funding(kind="live", rate=rate, interval_s=3600, next_ns=AT_NS + 10**9, **said),
            Volume(usd_24h=1e8, **said),
            Surveyed(venue=venue, recv_ns=AT_NS, markets=1, period_s=10.0),
        ])  # fmt: skip


async def ranked(desk, until):
    """The first ranking of which that is true."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        scan = desk.stats().scan
        if scan.problem:
            pytest.fail(scan.problem)
        if scan.pairs is not None and until(scan.pairs):
            return scan.pairs
        await asyncio.sleep(0.02)
    pytest.fail(f"nothing was ranked within {PATIENCE_S:g} s")


async def test_it_ranks_as_asked_and_anew_when_asked_for_another_size(tmp_path):
    desk = core(tmp_path)
    desk.post(Rank(is_on=True, usd=1e4, hold_h=24))
    survey(desk, "WIF", (1e-5, 9e-5))
    task = asyncio.create_task(desk.scanner.run())
    try:
        (row,) = (await ranked(desk, len)).rows()
        assert (row.symbol, row.long_venue, row.short_venue) == ("WIF", "tiny", "other")
        assert row.spread_hourly == pytest.approx(8e-5)
        desk.post(Rank(is_on=True, usd=1e6, hold_h=24))
        pairs = await ranked(desk, lambda pairs: pairs.inputs.usd == 1e6)
        assert pairs.row(0).cost_bps > row.cost_bps, "a hundred times the size costs more"
    finally:
        desk.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def rules(*kinds):
    return tuple(Rule(name=kind, kind=kind, threshold=10.0) for kind in kinds)


def test_a_rule_about_the_scan_has_all_ranked_at_the_traders_usual_size():
    desk = core()
    desk.post(SetRules(rules("scan", "carry")))
    assert desk.stats().scan.is_on
    assert desk.scanner.question == Rank(is_on=True, usd=10_000.0, hold_h=24)
    desk.post(Rank(is_on=True, usd=5e5, hold_h=72))
    assert desk.scanner.question.usd == 5e5, "who looks has his own size"
    desk.post(Rank())
    assert desk.scanner.question.usd == 10_000.0
    desk.post(SetRules(rules("carry")))
    assert not desk.stats().scan.is_on


def test_what_passes_is_told_to_whoever_reads_the_state():
    desk = core()
    desk._ranked(ranking())
    passing = desk.view.passing
    assert (passing.at_ns, passing.usd, passing.hold_h) == (AT_NS, 10_000.0, 24)
    assert {pair.symbol for pair in passing.pairs} == {"WIF"}
    assert passing.pairs[0].net_usd == pytest.approx(9.45, abs=0.01)
    assert set(passing.symbols) == {"WIF", "SUI", "DOGS", "PEPE2"}


def test_the_past_of_the_best_is_asked_for_where_there_is_a_memory_to_keep_it(tmp_path):
    without, desk = core(), core(tmp_path)
    for one in (without, desk):
        one._ranked(ranking())
    assert without._feed.lent == {}
    assert desk._feed.lent["bravo"] >= {"SUI", "WIF"}


def test_all_markets_are_surveyed_for_as_long_as_they_are_ranked():
    desk = core()
    desk.post(Rank(is_on=True))
    assert desk._feed.is_surveying
    survey(desk, "WIF", (1e-5, 9e-5))
    assert len(desk.view.surveyed()) == 2
    desk.post(Rank())
    assert not desk._feed.is_surveying
    assert not desk.view.surveyed()


def test_what_somebody_looks_at_is_followed_until_he_looks_away():
    desk = core()
    desk.post(Lease((("tiny", "WIF"),)))
    assert desk._feed.lent == {"tiny": frozenset({"WIF"})}
    desk.clock.advance_s(31)
    desk.sample()
    assert desk._feed.lent == {}
