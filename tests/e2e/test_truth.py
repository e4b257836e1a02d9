"""What the cockpit believes equals what the exchange is, to the last digit."""

import json

import pytest

from cockpit.sim import FACES
from cockpit.sim.names import symbol_names
from tests.e2e.exchange import AT_MOST, exchange, run


def by_market(document):
    return {(m["venue"], m["symbol"]): m for m in document["markets"]}


@pytest.mark.parametrize("scenario", ["calm", "squeeze"])
def test_a_snapshot_of_a_paused_exchange_is_the_truth_level_for_level(tmp_path, scenario):
    symbols = ",".join(symbol_names())
    with exchange(tmp_path, "--seed", "11", "--scenario", scenario) as sim:
        sim.tell(pause=True)
        done = run(
            "snapshot", "--json", "--endpoints", str(sim.endpoints), "--symbols", symbols,
            *AT_MOST, "--depth", "1000", home=tmp_path,
        )  # fmt: skip
        truth = by_market(sim.truth())
    assert done.returncode in (0, 4), done.stderr
    seen = by_market(json.loads(done.stdout))
    assert seen.keys() == truth.keys()
    assert len(truth) == len(FACES) * len(symbol_names())
    for market, real in truth.items():
        mine = seen[market]
        assert mine["bids"] == real["bids"], market
        assert mine["asks"] == real["asks"], market
        assert mine["mark"] == real["mark"], market
        assert mine["index"] == real["index"], market
        assert mine["open_interest_base"] == pytest.approx(real["open_interest_base"], rel=1e-12)
        assert mine["funding"]["hourly"] == pytest.approx(real["funding_rate_hourly"], rel=1e-12)
        assert mine["funding"]["next_ns"] == real["next_funding_ns"]
