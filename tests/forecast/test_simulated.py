"""On the built-in exchange: odds rise before what they warn of, and the scoreboard tells good from
bad. The figures over fifty seeds are those of `python -m tests.forecast.simulated`."""

import numpy as np
import pytest

from cockpit.forecast.features import INDEX
from cockpit.forecast.ledger import FLIP, together
from cockpit.forecast.scoreboard import scoreboard
from tests.forecast.simulated import first_flip_ns, first_spike_ns, lives, notice
from tests.forecast.simulated_ablation import story, world_rows


@pytest.mark.parametrize("seed", [0, 1, 4])
def test_the_odds_of_a_flip_rise_before_the_flip(seed):
    ((run,), _) = lives(seed, "funding_flip", 2.2, ("BTC",))
    told = notice(run, run.p_flip, first_flip_ns(run))
    assert told.calm < 0.05
    assert told.highest > 0.25
    assert told.lead_min > 5


def test_the_odds_of_a_spike_rise_before_the_squeeze_is_paid_for():
    ((run,), _) = lives(1, "squeeze", 2.2, ("DOGE",))
    told = notice(run, run.p_spike, first_spike_ns(run))
    assert told.calm < 0.1
    assert told.highest > 0.5
    assert told.lead_min > 5


def test_the_scoreboard_fills_and_shows_a_model_that_was_made_worse():
    _, forecaster = lives(0, "funding_flip", 11, ("BTC", "DOGE"))
    blocks = forecaster.ledger.blocks()
    (good,) = [one for one in scoreboard(blocks, blocks[-1].hour) if one.span == "all"]
    # Stamps from hour 0 to hour 10: three have the eight after them, at two markets.
    assert (good.venue, good.model, good.n) == ("hyperliquid", "reference", 6)
    assert good.flip.happened == np.nansum(together(blocks)[1].happened[:, FLIP])
    for block in blocks:
        # In this story flips always come: a model that never expects one is the worst there is.
        block.chances[:, FLIP] = 0.001
        block.levels[:] *= -3.0
    (bad,) = [one for one in scoreboard(blocks, blocks[-1].hour) if one.span == "all"]
    assert bad.flip.skill < 0 < good.flip.skill
    assert bad.mae_bp_h > bad.mae_average_bp_h
    assert not bad.flip.is_proven


def test_a_world_is_recorded_with_its_books_and_its_flow():
    rows = world_rows(0, "squeeze", days=0.3, symbols=("BTC", "DOGE"))
    # Seven hours of two markets; the first decision has no hour before it.
    assert len(rows.hours) == 2 * 7
    for name in ("imbalance_10bps", "depth_25bps_change_1h", "log_spread", "oi_change_1h"):
        assert (~np.isnan(rows.values[:, INDEX[name]])).sum() >= 2 * 6, name
    assert np.isnan(rows.values[:, INDEX["cadence_s_z"]]).all()
    story_of = story("squeeze", np.random.default_rng(1))
    assert all(shock.repeat_s is None and shock.at_s > 86_400 for shock in story_of.shocks)
