"""A venue that goes down while the scan runs: its rows say so and sink, and nothing else moves."""

from cockpit import config
from cockpit.desk.contract import Rank
from cockpit.desk.live import Engine
from cockpit.wire.endpoints import load_endpoints
from tests.e2e.exchange import exchange
from tests.support import until

VENUES = ("hyperliquid", "dydx", "lighter")
DOWN = {"disconnect_every_s": 0.05, "http_500": 1.0, "drop": 1.0}


def of_dydx(row):
    return "dydx" in (row.long_venue, row.short_venue)


async def test_rows_of_a_venue_that_is_down_say_so_and_sink(tmp_path):
    with exchange(tmp_path, "--venues", ",".join(VENUES), "--markets", "12") as sim:
        settings = config.load(None, {"watch.symbols": ["BTC"]}, environ={})
        engine = Engine(settings, endpoints=load_endpoints(sim.endpoints))

        def rows():
            pairs = engine.stats().scan.pairs
            return [] if pairs is None else pairs.rows()

        def is_whole():
            known = {row.symbol for row in rows() if of_dydx(row) and row.net_usd is not None}
            return len(known) > 1

        def says_down():
            mine = [row for row in rows() if of_dydx(row)]
            return mine and all(row.gate and row.gate.startswith("dydx is") for row in mine)

        engine.post(Rank(is_on=True, usd=10_000.0, hold_h=24))
        await engine.start()
        await until(is_whole)
        before = {row.symbol for row in rows() if not of_dydx(row)}
        sim.tell(faults={"venue": {"dydx": DOWN}})
        await until(says_down)
        found = rows()
        await engine.stop()
    sunk = [place for place, row in enumerate(found) if of_dydx(row)]
    others = [row for row in found if not of_dydx(row)]
    assert sunk == list(range(len(others), len(found))), "behind every other row"
    assert {row.symbol for row in others} == before
    assert not any(row.gate and "dydx" in row.gate for row in others)
