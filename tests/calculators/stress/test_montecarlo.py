"""Random futures of a stress book, here and in a process of its own."""

import math
from concurrent.futures import wait

import numpy as np
import pytest

from cockpit.analytics.funding.rates import Formula, rate_from_premium
from cockpit.calculators import load
from cockpit.calculators.common.form import read
from cockpit.calculators.common.market_data import Settings
from cockpit.calculators.common.premiums import premium_of
from cockpit.calculators.stress.montecarlo import simulate_job
from cockpit.desk.worker import Background, Progress
from tests.calculators.risk import btc, coin, held, run, view
from tests.support import AT_NS

HL = "hyperliquid"
SETTINGS = Settings(now_ns=AT_NS)
SMALL = {"monte_carlo": True, "paths": 2_000, "steps": 24, "seed": 7}
SHORT = {"positions": [held(HL, -10)], "equity_usd": {HL: 60_000}}


def futures(at, **inputs):  # type: ignore[no-untyped-def]
    return run("stress", at, scenarios="calm", **{**SMALL, **inputs}).values.monte_carlo


def test_the_same_seed_gives_the_same_futures_and_another_seed_others() -> None:
    at = view(btc(HL))
    first, again = futures(at, **SHORT), futures(at, **SHORT)
    assert first == again
    assert futures(at, **SHORT, seed=8) != first


def test_the_histogram_counts_every_path_and_the_tail_is_ordered() -> None:
    found = futures(view(btc(HL)), **SHORT)
    assert sum(found.histogram.counts) == found.paths == 2_000
    assert len(found.histogram.edges) == len(found.histogram.counts) + 1
    assert found.var95_usd <= found.var99_usd <= found.es99_usd
    assert found.var95_usd <= found.es95_usd
    assert sum(found.parts_usd.values()) == pytest.approx(found.mean_usd)


def test_unrest_is_on_and_said_and_can_be_switched_off() -> None:
    pair = {"positions": [held("a", 10), held("b", -10)], "equity_usd": {"a": 6e5, "b": 6e5}}
    at = view(btc("a"), btc("b"))
    with_it = run("stress", at, scenarios="calm", **SMALL, **pair)
    without = run("stress", at, scenarios="calm", **SMALL, **pair, unrest=False)
    assert any("squeeze" in words for words in with_it.assumed)
    assert not any("squeeze" in words for words in without.assumed)
    # A hedged pair is not still: its venues stray from each other.
    assert with_it.values.monte_carlo.sd_usd > without.values.monte_carlo.sd_usd > 0


def test_nobody_loses_more_than_lies_in_the_account() -> None:
    found = futures(view(btc(HL)), **SHORT)
    assert found.histogram.edges[0] >= -60_000 - 1e-6
    assert min(x for x in found.worst_path.equity_usd[HL]) >= -1e-6
    assert len(found.worst_path.price["BTC"]) == 25


def test_what_an_account_owed_before_is_no_gain_in_any_future() -> None:
    # A price that hardly moves: the account is closed, and its 50,000 of debt stay a debt.
    still = {"sigma_annual": 1e-6, "unrest": False, "paths": 200}
    found = futures(view(btc(HL, rate=0.0)), positions=[held(HL, -10)], equity_usd={HL: -50_000},
                    **still)  # fmt: skip
    assert found.p_liquidation[HL] == 1.0
    assert found.parts_usd["liquidation"] == pytest.approx(0, abs=1_000)


def test_an_account_below_its_maintenance_is_gone_in_every_future() -> None:
    # 10 x 60,000 x 1.25 % = 7,500 are needed, a little more than there is.
    found = futures(view(btc(HL, rate=0.0)), positions=[held(HL, -10)], equity_usd={HL: 7_490},
                    unrest=False)  # fmt: skip
    assert found.p_liquidation[HL] == 1.0
    # What a liquidation keeps of 600,000 is nearly all that is left, and nothing else happens.
    assert found.sd_usd == 0
    assert found.parts_usd["price"] == 0


def test_a_chance_comes_with_its_own_error() -> None:
    found = futures(view(btc(HL)), **SHORT)
    p = found.p_liquidation[HL]
    assert found.p_liquidation["any"] == p
    assert found.se[f"p_liquidation.{HL}"] == pytest.approx(math.sqrt(p * (1 - p) / 2_000))


def test_a_chance_is_not_shown_where_margin_is_not_known() -> None:
    at = view(btc(HL), btc("new", mmf=None))
    rows = [held(HL, -10), held("new", 10)]
    found = futures(at, positions=rows, equity_usd={HL: 60_000, "new": 60_000})
    assert found.p_liquidation["new"] is None
    assert found.p_liquidation["any"] is None
    assert found.p_liquidation[HL] is not None
    assert found.parts_usd["liquidation"] is None
    assert found.parts_usd["price"] is not None


def test_a_rate_that_is_not_known_is_assumed_aloud_in_the_futures() -> None:
    asked = {"scenarios": "calm", **SMALL, **SHORT}
    silent = run("stress", view(btc(HL, rate=None)), **asked)
    assert silent.is_incomplete
    assert any(words.startswith(f"{HL}/BTC") and "usual rate" in words for words in silent.assumed)
    assert not any("usual rate" in words for words in run("stress", view(btc(HL)), **asked).assumed)


def test_a_hedged_pair_risks_less_than_a_naked_leg() -> None:
    at = view(btc("a"), btc("b"))
    naked = futures(at, positions=[held("a", 10)], equity_usd={"a": 1e7})
    pair = futures(at, positions=[held("a", 10), held("b", -10)], equity_usd={"a": 1e7, "b": 1e7})
    assert pair.sd_usd < naked.sd_usd / 5
    assert pair.max_unhedged_usd == 0
    assert naked.p_stays_open == 1


def test_daily_deviation_is_what_volatility_and_jumps_add_up_to() -> None:
    found = futures(view(btc("a")), positions=[held("a", 10)], equity_usd={"a": 1e9},
                    paths=20_000, sigma_annual=0.6)  # fmt: skip
    mean_jumps = 20 / (1 - 0.6)
    variance = (0.6**2 + mean_jumps * (0.01**2 + 0.03**2)) / 365
    assert found.sd_usd / 600_000 == pytest.approx(math.sqrt(variance), rel=0.1)


def test_coins_that_move_as_one_diversify_nothing() -> None:
    at = view(btc("a"), coin("a", "ETH", 3_000, 0.02))
    rows = {"positions": [held("a", 10), held("a", 200, "ETH")], "equity_usd": {"a": 1e9}}
    apart = run("stress", at, **rows, **SMALL, shocks={"gap": -0.01}).values.monte_carlo
    as_one = run("stress", at, **rows, **SMALL, shocks={"correlation_one": True})
    assert as_one.values.monte_carlo.sd_usd > apart.sd_usd


@pytest.mark.parametrize("hourly", [-4e-5, 1.25e-5, 6e-5])
def test_a_premium_gives_back_the_rate_that_it_was_made_of(hourly) -> None:
    formula = Formula(3600, 1e-4, 5e-4, 0.0, 1.0, None, 0.04, None)
    rate = float(rate_from_premium(formula, premium_of(formula, hourly)))
    assert rate == pytest.approx(hourly)


def job(**inputs):  # type: ignore[no-untyped-def]
    module = load("stress")
    form = read(module.Inputs, {**SHORT, **SMALL, "scenarios": "calm", **inputs})
    return module.monte_carlo_job(form, view(btc(HL)), SETTINGS)


def test_a_run_that_is_stopped_answers_with_the_paths_that_it_has() -> None:
    seen = []

    def enough(done: int, asked: int) -> bool:
        seen.append((done, asked))
        return done < 4_000

    found = simulate_job(job(paths=20_000), enough)
    assert found.paths == 4_000
    assert seen == [(2_000, 20_000), (4_000, 20_000)]


def test_another_process_gives_the_same_figures_and_tells_how_far_it_is() -> None:
    background = Background()
    try:
        task = background.start(simulate_job, job())
        found = task.future.result(timeout=60)
        assert found == futures(view(btc(HL)), **SHORT)
        assert task.progress == Progress(2_000, 2_000)
    finally:
        background.close()


def test_a_new_calculation_ends_the_one_before_it() -> None:
    background = Background()
    try:
        endless = background.start(simulate_job, job(paths=1_000_000))
        while endless.progress.asked == 0:
            assert not wait([endless.future], timeout=0.02).done
        after = background.start(simulate_job, job())
        assert endless.future.result(timeout=60).paths < 1_000_000
        assert after.future.result(timeout=60).paths == 2_000
        assert endless.progress == Progress(0, 0)
    finally:
        background.close()


def test_one_that_has_not_begun_is_cancelled_whole() -> None:
    background = Background()
    try:
        first = background.start(simulate_job, job(paths=1_000_000))
        waiting = [background.start(simulate_job, job()) for _ in range(4)]
        assert waiting[-1].future.result(timeout=60).paths == 2_000
        assert any(task.future.cancelled() for task in waiting)
        assert first.future.cancelled() or first.future.result(timeout=60).paths < 1_000_000
    finally:
        background.close()


def test_figures_are_plain_numbers() -> None:
    found = futures(view(btc(HL)), **SHORT)
    assert not isinstance(found.mean_usd, np.floating)
    assert all(isinstance(count, int) for count in found.histogram.counts)
