"""What the cockpit believes equals what the exchange is, to the last digit."""

import json

import msgspec
import pytest

from cockpit import config
from cockpit.desk.live import Engine
from cockpit.documents.snapshot import market_document
from cockpit.sim import FACES
from cockpit.sim.names import symbol_names
from cockpit.wire.endpoints import load_endpoints
from tests.e2e.exchange import exchange
from tests.support import until

DEPTH = 1000


def by_market(document):
    return {(m["venue"], m["symbol"]): m for m in document["markets"]}


def is_here(market):
    figures = (market.instrument, market.live, market.open_interest, market.mark, market.index)
    return market.book.is_known and all(figure is not None for figure in figures)


@pytest.mark.parametrize("scenario", ["calm", "squeeze"])
async def test_a_snapshot_of_a_paused_exchange_is_the_truth_level_for_level(tmp_path, scenario):
    """A paused exchange falls silent, and a silent link is made anew: on a busy machine some are
    gone before others are there. So each market is compared when it is whole."""
    seen = {}
    with exchange(tmp_path, "--seed", "11", "--scenario", scenario) as sim:
        sim.tell(pause=True)
        truth = by_market(sim.truth())
        settings = config.load(None, {"watch.symbols": symbol_names()}, environ={})
        engine = Engine(settings, endpoints=load_endpoints(sim.endpoints))

        def is_seen():
            for market in engine.view.markets():
                key = market.venue, market.symbol
                if key not in seen and is_here(market):
                    seen[key] = market_document(market, engine.clock.now_ns(), DEPTH)
            return seen.keys() >= truth.keys()

        await engine.start()
        await until(is_seen, "every market")
        await engine.stop()
    assert seen.keys() == truth.keys()
    assert len(truth) == len(FACES) * len(symbol_names())
    for market, real in truth.items():
        mine = json.loads(msgspec.json.encode(seen[market]))
        assert mine["bids"] == real["bids"], market
        assert mine["asks"] == real["asks"], market
        assert mine["mark"] == real["mark"], market
        assert mine["index"] == real["index"], market
        assert mine["open_interest_base"] == pytest.approx(real["open_interest_base"], rel=1e-12)
        assert mine["funding"]["hourly"] == pytest.approx(real["funding_rate_hourly"], rel=1e-12)
        assert mine["funding"]["next_ns"] == real["next_funding_ns"]
