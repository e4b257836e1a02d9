"""Ten minutes of pairs over real sockets: what each earned is the exchange's, part by part.

An hourly and an eight-hourly leg (ETH), whose market becomes four-hourly while it is held, and a
pair that is closed in part on both sides (SOL). The full hour, which is a stamp of all clocks, is
in the fourth minute, and connections break in the second and in the seventh: a fill that is told
after a break met prices that nobody here saw.
"""

import asyncio

import pytest

from cockpit.core.units import NS_PER_S, parse_utc
from cockpit.portfolio.trades.reading import read
from cockpit.sim.world import truth
from tests.e2e.wound import wound
from tests.sim.desk import CARRY
from tests.support import until

START_NS = parse_utc("2026-11-24T23:56:30Z")
VENUES = ("hyperliquid", "dydx", "orderly")
CENT = 0.01
UNKNOWN_S = 20
"""While a change is noticed, or a stamp's rate is still to be told, nothing is said: so long at
the most."""
CHANGED = 6
"""The minute from which on Orderly pays ETH every four hours."""


def is_heard(desk):
    """Whether the desk knows the prices at which the world stands still, and what each position
    that it follows is worth at them: an account that was read while they moved is of two moments.
    """
    view, world = desk.engine.view, truth.document(desk.exchange.world)
    worth = {
        (row["venue"], row["account"].lower(), one["symbol"]): one["upnl_usd"]
        for row in world["accounts"]
        for one in row["positions"]
    }
    markets = [(view.market(row["venue"], row["symbol"]), row) for row in world["markets"]]
    return (
        not any(book.is_stale(desk.now_ns) for book in view.accounts())
        and all(
            one.upnl == pytest.approx(worth.get((book.venue, book.address, one.symbol)), abs=CENT)
            for book in view.accounts()
            for one in book.positions
        )
        and all(
            market.mark == pytest.approx(row["mark"])
            and market.index == pytest.approx(row["index"])
            for market, row in markets
        )
    )


def is_known(desk):
    """Whether every leg says what it was paid and what has accrued."""
    funding = [leg.funding for trade in read(desk.engine.view, desk.now_ns).trades
               for leg in trade.legs]  # fmt: skip
    return all(one.paid_usd is not None and one.accrued_usd is not None for one in funding)


async def broken(desk, *names):
    """Every connection of these venues breaks, and is made again."""
    venues = [desk.engine.view.venue(name) for name in names]
    before = {venue.name: venue.chain.reconnects for venue in venues}
    desk.cut(*names)
    await until(
        lambda: all(
            venue.chain.reconnects > before[venue.name] and venue.state == "live"
            for venue in venues
        ),
        "the links",
    )
    await until(lambda: is_heard(desk), "what they carry")


async def ten_minutes():
    found = {}
    async with wound(VENUES, ("SOL", "ETH"), CARRY, START_NS) as desk:
        await until(lambda: len(desk.engine.view.trades.open) == 2, "both trades")
        for minute in range(1, 11):
            if minute == CHANGED:
                await desk.obey(interval_s={"orderly/ETH": 4 * 3600})
            # To the minute of the clock: the seconds that a busy machine needs do not add up.
            end_ns = START_NS + minute * 60 * NS_PER_S
            await desk.wind_to(end_ns - 30 * NS_PER_S)
            if minute in (2, 7):
                await broken(desk, "hyperliquid", "dydx")
            await desk.wind_to(end_ns)
            await until(lambda: is_heard(desk), f"minute {minute}")
            for _ in range(UNKNOWN_S):
                if is_known(desk):
                    break
                await desk.wind(1)
                await until(lambda: is_heard(desk), f"a second of minute {minute}")
            real = desk.truth()
            for trade in read(desk.engine.view, desk.now_ns).trades:
                found[minute, trade.record.asset] = trade, real[trade.record.asset]
    return found


@pytest.fixture(scope="module")
def minutes():
    """(minute, asset) -> our reading and the truth of that moment."""
    return asyncio.run(ten_minutes())


def test_every_trade_is_one_and_the_same_at_every_minute(minutes):
    assert len(minutes) == 20
    for asset in ("SOL", "ETH"):
        ids = {trade.record.id for (_, one), (trade, _) in minutes.items() if one == asset}
        assert len(ids) == 1, asset


@pytest.mark.parametrize("part", ["total", "directional", "basis", "fees", "slippage"])
def test_every_part_is_the_exchanges_to_a_cent(minutes, part):
    for place, (trade, real) in minutes.items():
        ours, theirs = getattr(trade.pnl, part), real["pnl_usd"][part]
        if part == "total":
            # Orderly credits a payment after minutes: until then it is accrued, and no part of it.
            theirs += trade.pnl.funding - real["pnl_usd"]["funding"]
        assert ours == pytest.approx(theirs, abs=CENT), place


def test_the_parts_add_up_and_nothing_is_unexplained(minutes):
    for place, (trade, _) in minutes.items():
        pnl = trade.pnl
        parts = (pnl.directional, pnl.basis, pnl.funding, pnl.fees, pnl.slippage or 0.0)
        assert pnl.unexplained == pytest.approx(0.0, abs=CENT), place
        assert pnl.total == pytest.approx(sum(parts) + pnl.unexplained, abs=1e-6), place


def test_every_leg_is_right_at_every_minute_between_its_stamps(minutes):
    """Paid and accrued together; what is due and not credited is accrued."""
    compared = set()
    for (minute, asset), (trade, real) in minutes.items():
        theirs = {leg["venue"]: leg for leg in real["legs"]}
        for leg in trade.legs:
            told = theirs[leg.key.venue]
            ours = leg.funding.paid_usd + leg.funding.accrued_usd
            whole = told["funding_paid_usd"] + told["funding_accrued_usd"]
            assert ours == pytest.approx(whole, abs=CENT), (minute, leg.key)
            compared.add((minute, asset, leg.key.venue))
    assert len(compared) == 40


def test_a_changed_interval_is_that_of_the_leg_from_then_on(minutes):
    """The next stamp is at four and no more at eight, and the other leg's stays the full hour."""
    midnight_ns = parse_utc("2026-11-25T00:00:00Z")
    hour_ns = 3600 * 10**9
    for minute in range(1, 11):
        trade, _ = minutes[minute, "ETH"]
        next_ns = {leg.key.venue: leg.funding.next_ns for leg in trade.legs}
        hours = {venue: (at_ns - midnight_ns) / hour_ns for venue, at_ns in next_ns.items()}
        if minute < 4:
            assert hours == {"orderly": 0.0, "hyperliquid": 0.0}
        else:
            assert hours == {"orderly": 8.0 if minute < CHANGED else 4.0, "hyperliquid": 1.0}


def test_a_partial_close_on_both_sides_leaves_nothing_naked(minutes):
    before, _ = minutes[2, "SOL"]
    after, real = minutes[3, "SOL"]
    sizes = {leg.key.venue: leg.size for leg in after.legs}
    assert sizes == {leg["venue"]: leg["size"] for leg in real["legs"]}
    assert after.orphan_base == 0.0
    assert after.notional_usd == pytest.approx(before.notional_usd / 2, rel=0.01)
