"""The square-root law. Worked figures: Toth et al. 2011 applied by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.execution import impact

VOLUMES = np.array([2e9, 8e8, 2e8])
LINEAR = np.array([2.0, 3.5, 1.0]) * 1e-4
CAPS = np.array([2.0, 2.0, 0.4]) * 1e6
COEFFICIENTS = np.array([impact.sqrt_coefficient(v, 0.03, 1.0) for v in VOLUMES])


def test_an_order_of_fifteen_hundredths_of_a_per_cent_of_the_day() -> None:
    bps = impact.sqrt_impact_bps(0.0015, 1.0, sigma_day=0.03, y=1.0)
    assert bps == pytest.approx(11.61895003862225, rel=1e-13)


def test_the_coefficients_of_three_venues() -> None:
    found = [impact.sqrt_coefficient(volume, 0.03, 1.0) for volume in VOLUMES]
    assert found == pytest.approx(
        [6.708203932499368e-07, 1.0606601717798212e-06, 2.1213203435596424e-06], rel=1e-13
    )


def test_three_millions_over_three_venues_with_caps() -> None:
    split = impact.sqrt_split(LINEAR, COEFFICIENTS, CAPS, 3e6)
    assert split.sizes == pytest.approx(
        [2000000.0, 740957.7498604308, 259042.25013956887], rel=1e-9
    )
    assert split.marginal == pytest.approx(0.0017195069566578387, rel=1e-9)
    assert split.cost == pytest.approx(3538.784379694622, rel=1e-9)
    assert split.cost / 3e6 * 1e4 == pytest.approx(11.795947932315407, rel=1e-9)
    assert split.shortfall == 0.0
    assert impact.sqrt_marginals(LINEAR, COEFFICIENTS, split.sizes) == pytest.approx(
        [0.0016230249470757707, 0.0017195069566578387, 0.0017195069566578387], rel=1e-9
    )


def test_the_best_single_venue_ignoring_its_cap_costs_more() -> None:
    alone = min(
        impact.sqrt_cost(LINEAR[v : v + 1], COEFFICIENTS[v : v + 1], np.array([3e6]))
        for v in range(3)
    )
    assert alone / 3e6 * 1e4 == pytest.approx(13.618950038622248, rel=1e-12)


def test_caps_that_do_not_hold_the_order_are_filled_and_the_rest_said() -> None:
    split = impact.sqrt_split(LINEAR, COEFFICIENTS, CAPS, 5e6)
    assert split.sizes.tolist() == CAPS.tolist()
    assert split.shortfall == pytest.approx(0.6e6)


def test_nothing_to_trade_costs_nothing() -> None:
    split = impact.sqrt_split(LINEAR, COEFFICIENTS, CAPS, 0.0)
    assert (split.cost, split.marginal, split.sizes.tolist()) == (0.0, None, [0.0, 0.0, 0.0])
    assert impact.sqrt_impact_bps(0.0, 1e9, 0.03, 1.0) == 0.0


def test_the_more_pessimistic_of_book_and_law_counts() -> None:
    assert impact.larger_impact_bps(3.0, 5.0) == 5.0
    assert impact.larger_impact_bps(None, 5.0) == 5.0
    assert impact.larger_impact_bps(None, None) is None


@pytest.mark.parametrize(
    ("size", "volume", "sigma"),
    [(-1.0, 1.0, 0.1), (math.nan, 1.0, 0.1), (1.0, 0.0, 0.1), (1.0, math.nan, 0.1), (1, 1, -0.1)],
)
def test_nonsense_is_refused(size: float, volume: float, sigma: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        impact.sqrt_impact_bps(size, volume, sigma, 1.0)


def test_a_venue_without_a_volume_is_refused_not_guessed() -> None:
    with pytest.raises(ValueError, match="above 0"):
        impact.sqrt_split(LINEAR, np.array([1e-7, 0.0, 1e-7]), CAPS, 1e6)
    with pytest.raises(ValueError, match="caps"):
        impact.sqrt_split(LINEAR, COEFFICIENTS, np.array([1.0, np.nan, 1.0]), 1e6)


@given(st.floats(1.0, 4.3e6), st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3))
def test_no_other_split_within_the_caps_is_cheaper(size: float, shares: list[float]) -> None:
    best = impact.sqrt_split(LINEAR, COEFFICIENTS, CAPS, size)
    assert float(best.sizes.sum()) == pytest.approx(size, rel=1e-9)
    assert (best.sizes <= CAPS * (1 + 1e-12)).all()
    # A blend with any feasible split is feasible too.
    other = CAPS * size / float(CAPS.sum())
    if (total := sum(shares)) > 0:
        wish = np.minimum(CAPS, size * np.array(shares) / total)
        left = CAPS - wish
        other = wish + left * max(0.0, size - wish.sum()) / max(left.sum(), 1e-300)
    assert best.cost <= impact.sqrt_cost(LINEAR, COEFFICIENTS, other) * (1 + 1e-9)
