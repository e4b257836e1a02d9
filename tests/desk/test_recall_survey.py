"""A scan begins with what is kept of every market: old, with its age, and no pair passes on it."""

import asyncio
from contextlib import closing

import pytest

from cockpit.core.events import Instrument
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.desk.contract import Rank
from cockpit.desk.recall_survey import read_survey, recall_survey
from cockpit.history.hot import HotStore
from cockpit.history.layout import Folder
from cockpit.history.rows import Batch, Figures, Sample
from cockpit.state.store import MarketStore
from tests.desk.test_scanner import NAMES, core, ranked, survey
from tests.support import AT_NS, PATIENCE_S

THEN_NS = AT_NS - 180 * NS_PER_S


def listed(venue, symbol="WIF", **fields):
    return Instrument(
        venue=venue, symbol=symbol, recv_ns=THEN_NS, native=symbol, base=symbol, quote="USD",
        max_leverage=10.0, taker_fee=0.0, **fields,
    )  # fmt: skip


def row(venue, at_ns=THEN_NS, symbol="WIF", **figures):
    """As a row of a survey: a rate of 1e-5 an hour, 2 USD, 100 M a day; 20 s old when written."""
    given = {
        "live_rate": 1e-5, "interval_s": 3600, "mark": 2.0, "volume_24h_usd": 1e8, "oi_base": 5e6,
        "live_age_s": 20, "mark_age_s": 20, "volume_age_s": 20, "oi_age_s": 20, **figures,
    }  # fmt: skip
    return Sample(venue=venue, symbol=symbol, at_ns=at_ns, figures=Figures(**given))


def keep(path, samples, listings=()):
    with closing(HotStore(Folder(path))) as store:
        store.append(Batch(samples=tuple(samples), listings=tuple(listings)))


def test_of_each_market_the_last_row_and_the_listing_are_kept(tmp_path):
    keep(tmp_path, [row("tiny", THEN_NS - NS_PER_S, mark=1.0), row("tiny", predicted_rate=3e-5,
                                                                   predicted_age_s=4)],
         [listed("tiny")])  # fmt: skip
    (past,) = read_survey(Folder(tmp_path), AT_NS).values()
    assert (past.mark.value, past.mark.at_ns) == (2.0, THEN_NS - 20 * NS_PER_S)
    assert past.volume_usd.value == pytest.approx(1e8, rel=2**-13), "kept to 13 binary digits"
    assert past.open_interest.value == 5e6
    assert (past.live.rate, past.predicted.rate) == (1e-5, 3e-5)
    assert past.predicted.recv_ns == THEN_NS - 4 * NS_PER_S
    assert past.listing == listed("tiny")
    assert (past.settled, past.curves) == ((), ())


def test_a_row_of_another_day_or_of_the_future_is_none(tmp_path):
    keep(tmp_path, [row("tiny", AT_NS - 25 * HOUR_NS), row("other", AT_NS + 60 * NS_PER_S)])
    assert read_survey(Folder(tmp_path), AT_NS) == {}


def test_what_was_delisted_is_not_taken_for_listed(tmp_path):
    keep(tmp_path, [row("tiny")], [listed("tiny", status="delisted")])
    (past,) = read_survey(Folder(tmp_path), AT_NS).values()
    assert past.listing is None


async def test_a_store_that_cannot_be_read_is_said_and_nothing_stops(tmp_path):
    (tmp_path / "hot.sqlite").write_bytes(b"no store at all, but long enough to be taken for one")
    view, said = MarketStore([("tiny", None)], ["BTC"]), []
    view.survey(True)
    await recall_survey(view, Folder(tmp_path), AT_NS, said.append)
    assert view.surveyed() == []
    assert "hot.sqlite" in said[0].text


async def test_the_first_ranking_is_of_what_is_kept_and_the_venues_take_its_place(tmp_path):
    """Before any venue has answered: the spread that was, its age, and nothing that passes."""
    keep(tmp_path, [row("tiny"), row("other", live_rate=9e-5), row("tiny", symbol="GONE"),
                    row("other", symbol="GONE")], [listed(name) for name in NAMES])  # fmt: skip
    desk = core(tmp_path)
    desk.post(Rank(is_on=True, usd=1e4, hold_h=24))
    task = asyncio.create_task(desk.scanner.run())
    try:
        rows = {row.symbol: row for row in (await ranked(desk, len)).rows()}
        assert rows.keys() == {"WIF", "GONE", "BTC"}, "BTC is watched, and nothing is known of it"
        wif = rows["WIF"]
        assert (wif.long_venue, wif.short_venue) == ("tiny", "other")
        assert abs(wif.spread_hourly - 8e-5) < 1e-12
        assert wif.net_usd is not None
        assert wif.gate == "kept, 3 min old: mark of tiny"
        assert rows["GONE"].gate.startswith("kept, 3 min old")
        survey(desk, "WIF", (2e-5, 9e-5))
        pairs = await ranked(desk, lambda pairs: "GONE" not in pairs.symbols)
        assert pairs.gate_of(0) == "kept, 3 min old: open interest of tiny", "the rest is of now"
        assert abs(pairs.row(0).spread_hourly - 7e-5) < 1e-12
    finally:
        desk.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_who_records_waits_for_the_venues(tmp_path):
    """A tape holds all that its state is made of."""
    keep(tmp_path, [row(name) for name in NAMES], [listed(name) for name in NAMES])
    desk = core(tmp_path)
    desk._feed.is_recording = True
    desk.post(Rank(is_on=True))
    await desk._recall_survey()
    assert desk.view.surveyed() == []
    desk._feed.is_recording = False
    await desk._recall_survey()
    assert len(desk.view.surveyed()) == 2


async def test_links_wait_for_the_first_table_and_not_where_nothing_is_kept(tmp_path):
    keep(tmp_path, [row(name) for name in NAMES], [listed(name) for name in NAMES])
    desk, without = core(tmp_path), core()
    for one in (desk, without):
        one.post(Rank(is_on=True))
    await without.scanner.first(PATIENCE_S)
    assert without.stats().scan.pairs is None
    await desk.scanner.first(0.0)
    task = asyncio.create_task(desk.scanner.run())
    try:
        await desk.scanner.first(PATIENCE_S)
        assert desk.stats().scan.pairs is not None
    finally:
        desk.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
