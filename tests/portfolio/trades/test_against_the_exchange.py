"""Ten minutes of the built-in exchange, over each venue's own wire: our figures are the truth's.

The world is read minute by minute: a pair of an hourly and an eight-hourly leg (ETH), one that is
opened before our eyes and then cut (DOGE), one that is closed in part on both sides (SOL). The full
hour, which is a stamp of both clocks, is in the fourth minute, and links are lost in between.
"""

import pytest

from cockpit.core.units import parse_utc
from cockpit.portfolio.trades.reading import read
from tests.floor import Floor
from tests.sim.desk import CARRY

START_NS = parse_utc("2026-11-24T23:56:30Z")
VENUES = ("hyperliquid", "dydx", "lighter", "orderly", "nado")
CENT = 0.01
PARTS = ("total", "directional", "basis", "fees", "slippage")


@pytest.fixture(scope="module")
def minutes():
    """(minute, asset) -> our reading and the truth of that moment."""
    floor = Floor(VENUES, ("SOL", "ETH", "DOGE", "BTC"), START_NS, CARRY)
    found = {}
    for minute in range(1, 11):
        if minute == 6:
            floor.world.change_interval("orderly", "ETH", 4 * 3600)
        floor.run(30)
        if minute in (3, 7):
            floor.lines["hyperliquid"].cut()
            floor.lines["lighter"].cut()
        floor.run(30)
        floor.settle()
        real = floor.truth()
        for trade in read(floor.view, floor.now_ns).trades:
            found[minute, trade.record.asset] = trade, real[trade.record.asset]
    return found


def legs_of(trade, real):
    theirs = {leg["venue"]: leg for leg in real["legs"]}
    return [(leg, theirs[leg.key.venue]) for leg in trade.legs]


def test_every_trade_is_found_and_keeps_its_identity(minutes):
    for asset in ("SOL", "ETH", "DOGE", "BTC"):
        seen = {trade.record.id for (_, one), (trade, _) in minutes.items() if one == asset}
        assert len(seen) == 1, asset
    assert sum(asset == "ETH" for _, asset in minutes) == 10


def test_every_part_of_every_trade_is_the_truth_to_a_cent(minutes):
    for (minute, asset), (trade, real) in minutes.items():
        for name in PARTS:
            ours, theirs = getattr(trade.pnl, name), real["pnl_usd"][name]
            if name == "total" and ours is not None:
                # Where a payment is due and not credited, the venue has not paid it yet.
                theirs += trade.pnl.funding - real["pnl_usd"]["funding"]
            assert ours == pytest.approx(theirs, abs=CENT), (minute, asset, name)


def test_nothing_is_unexplained(minutes):
    for place, (trade, _) in minutes.items():
        assert trade.pnl.unexplained == pytest.approx(0.0, abs=CENT), place


def test_the_parts_add_up_to_the_total(minutes):
    for place, (trade, _) in minutes.items():
        pnl = trade.pnl
        parts = (pnl.directional, pnl.basis, pnl.funding, pnl.fees, pnl.slippage or 0.0)
        assert pnl.total == pytest.approx(sum(parts) + pnl.unexplained, abs=1e-6), place


def test_each_leg_is_right_at_every_minute_between_its_stamps(minutes):
    """Paid and accrued together: what a venue credits later is accrued until then."""
    compared = 0
    for (minute, asset), (trade, real) in minutes.items():
        for leg, theirs in legs_of(trade, real):
            ours = leg.funding
            told = theirs["funding_paid_usd"] + theirs["funding_accrued_usd"]
            compared += 1
            assert ours.paid_usd + ours.accrued_usd == pytest.approx(told, abs=CENT), (
                minute,
                asset,
            )
            if abs(theirs["funding_accrued_usd"]) > CENT:
                is_due = ours.paid_usd == pytest.approx(theirs["funding_paid_usd"], abs=1e-6)
                sign = ours.accrued_usd * theirs["funding_accrued_usd"]
                assert sign > 0 or not is_due, (minute, asset, leg.key.venue)
    assert compared > 40


def test_what_was_paid_at_the_hour_is_known_of_every_hourly_leg(minutes):
    for asset in ("SOL", "ETH", "DOGE", "BTC"):
        trade, real = minutes[10, asset]
        for leg, theirs in legs_of(trade, real):
            if leg.key.venue != "orderly":
                assert leg.funding.paid_usd == pytest.approx(theirs["funding_paid_usd"], abs=1e-6)


def test_a_partial_close_on_both_sides_leaves_no_orphan(minutes):
    trade, real = minutes[10, "SOL"]
    sizes = {leg.key.venue: leg.size for leg in trade.legs}
    assert sizes == {leg["venue"]: leg["size"] for leg in real["legs"]}
    assert trade.orphan_base == 0.0
    assert {len(leg.fills) for leg in trade.legs} == {4}


def test_a_leg_that_was_cut_is_an_orphan_of_what_is_missing(minutes):
    before, _ = minutes[4, "DOGE"]
    after, real = minutes[7, "DOGE"]
    assert before.orphan_base == 0.0
    missing = sum(leg["size"] for leg in real["legs"])
    assert after.orphan_base == pytest.approx(missing)
    assert missing < -40_000
