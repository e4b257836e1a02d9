"""A venue that goes down while the scan runs: its rows say so and sink, and nothing else moves."""

from cockpit import config
from cockpit.desk.contract import Rank
from cockpit.desk.live import Engine
from cockpit.wire.endpoints import load_endpoints
from tests.e2e.exchange import exchange
from tests.support import until

VENUES = ("hyperliquid", "dydx", "lighter")
OTHERS = {"hyperliquid", "lighter"}
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

        def symbols():
            """Of the rows without dYdX whose cost is known."""
            return {row.symbol for row in rows() if not of_dydx(row) and row.net_usd is not None}

        def is_whole():
            known = {row.symbol for row in rows() if of_dydx(row) and row.net_usd is not None}
            return len(known) > 1 and known == symbols()

        def says_down():
            mine = [row for row in rows() if of_dydx(row)]
            gates = [row.gate or "" for row in mine]
            # A busy machine makes another venue's figures late, and the long leg speaks first.
            of_others = [any(name in gate for name in OTHERS) for gate in gates]
            is_said = [gate.startswith("dydx is") for gate in gates]
            return any(is_said) and all(map(max, is_said, of_others))

        def words():
            scan = engine.stats().scan
            gates = {row.gate for row in rows() if of_dydx(row)}
            return f"{scan.problem} {gates} {[(v.name, v.state) for v in engine.view.venues()]}"

        engine.post(Rank(is_on=True, usd=10_000.0, hold_h=24))
        await engine.start()
        await until(is_whole, "a row of every pair", words)
        before = symbols()
        sim.tell(faults={"venue": {"dydx": DOWN}})
        await until(says_down, "the word of dYdX", words)
        pairs = engine.stats().scan.pairs
        await engine.stop()
    found = list(zip(pairs.rows(), pairs.is_sound.tolist(), strict=True))
    mine = [is_sound for row, is_sound in found if of_dydx(row)]
    others = [row for row, _ in found if not of_dydx(row)]
    assert mine
    assert not any(mine)
    order = [is_sound for _, is_sound in found]
    assert order == sorted(order, reverse=True), "behind every row with nothing wrong"
    assert {row.symbol for row in others if row.net_usd is not None} == before
    assert not any(row.gate and "dydx" in row.gate for row in others)
