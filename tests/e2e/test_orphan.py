"""A leg that loses its hedge, on a running desk: from the fill to the alert, and to the hedge."""

import time

import pytest

from cockpit.config import Config
from cockpit.core.units import NS_PER_S, parse_utc
from cockpit.terminal.app import CockpitApp
from tests.e2e.wound import Wound, wound
from tests.sim.desk import CARRY
from tests.support import until
from tests.terminal.seats import TERMINAL

pytestmark = pytest.mark.usefixtures("own_home")
START_NS = parse_utc("2026-11-24T23:10:30Z")
OPENED_S, CUT_S = 62, 300
"""When both legs stand, and when the long one is cut to two fifths, after the start."""
TOLD_WITHIN_NS = 5 * NS_PER_S
POLL_NS = NS_PER_S // 50


class Lateness:
    """By how much this process was late while it waited: on a machine that has no time for it the
    world's clock goes on, and neither side of the wire does anything."""

    def __init__(self) -> None:
        self.total_ns = 0
        self._seen_ns = time.monotonic_ns()

    def count(self) -> None:
        now_ns = time.monotonic_ns()
        self.total_ns += max(0, now_ns - self._seen_ns - POLL_NS)
        self._seen_ns = now_ns


def orphans(desk: Wound):
    """Every alert about a leg without its hedge, the oldest first."""
    return [alert for alert in desk.engine.alerting.history if alert.kind == "orphan"]


def is_hedged(desk: Wound) -> bool:
    sizes = [[leg.size for leg in r.legs] for r in desk.engine.view.trades.open.values()]
    return len(sizes) == 1 and len(sizes[0]) == 2 and sum(sizes[0]) == 0.0


async def test_an_orphan_is_told_within_five_seconds_of_its_fill_once_and_h_hedges_it(own_home):
    """By the desk's clock: the time of the exchange, so that its stamps need no correction."""
    places = ("hyperliquid", "lighter"), ("DOGE",)
    async with wound(*places, CARRY, START_NS, is_seated=True) as desk:
        app = CockpitApp(desk.engine, Config(), TERMINAL)
        async with app.run_test(size=(160, 50)) as pilot:
            accounts = desk.engine.view.accounts
            await until(lambda: all(one.status in ("read", "flat") for one in accounts()))
            await desk.wind_to(START_NS + OPENED_S * NS_PER_S)
            await until(lambda: is_hedged(desk), "the pair")
            await desk.wind_to(START_NS + (CUT_S - 3) * NS_PER_S)
            assert orphans(desk) == []
            await desk.obey(pause=False)
            late = Lateness()
            await until(lambda: late.count() or orphans(desk), "the alert")
            [told] = orphans(desk)
            fill_ns = max(fill.at_ns for fill in desk.fills("hyperliquid", CARRY))
            assert fill_ns >= START_NS + CUT_S * NS_PER_S
            assert 0 <= told.at_ns - fill_ns <= TOLD_WITHIN_NS + late.total_ns

            # Long 32,400 and short 81,000 of the coin: 48,600 are short and naked.
            naked = sum(leg["size"] for leg in desk.truth()["DOGE"]["legs"])
            assert naked == -48_600.0
            assert "nothing hedges 48600 DOGE short" in told.words

            await until(lambda: desk.now_ns > told.at_ns + TOLD_WITHIN_NS)
            assert orphans(desk) == [told], "once"

            await pilot.press("4")
            while app.ui.positions.group != "trade":
                await pilot.press("b")
            await pilot.press("H")
            form = app.ui.forms.opened["hedge"]
            assert (form.text("symbol"), form.text("venue")) == ("DOGE", "lighter")
            assert float(form.text("size")) == naked, "what is held naked: its hedge is bought"
            await until(lambda: form.result is not None, "the hedge")
            legs = form.result.plan.legs
            assert {leg.symbol for leg in legs} == {"DOGE"}
            assert sum(leg.size for leg in legs) == pytest.approx(-naked, rel=1e-3)
