"""The square-root law. Worked figures: Toth et al. 2011 applied by hand."""

import math

import pytest

from cockpit.analytics.execution import impact

VOLUMES = (2e9, 8e8, 2e8)


def test_an_order_of_fifteen_hundredths_of_a_per_cent_of_the_day() -> None:
    bps = impact.sqrt_impact_bps(0.0015, 1.0, sigma_day=0.03, y=1.0)
    assert bps == pytest.approx(11.61895003862225, rel=1e-13)


def test_the_coefficients_of_three_venues() -> None:
    found = [impact.sqrt_coefficient(volume, 0.03, 1.0) for volume in VOLUMES]
    assert found == pytest.approx(
        [6.708203932499368e-07, 1.0606601717798212e-06, 2.1213203435596424e-06], rel=1e-13
    )


def test_nothing_to_trade_costs_nothing() -> None:
    assert impact.sqrt_impact_bps(0.0, 1e9, 0.03, 1.0) == 0.0


@pytest.mark.parametrize(
    ("size", "volume", "sigma"),
    [(-1.0, 1.0, 0.1), (math.nan, 1.0, 0.1), (1.0, 0.0, 0.1), (1.0, math.nan, 0.1), (1, 1, -0.1)],
)
def test_nonsense_is_refused(size: float, volume: float, sigma: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        impact.sqrt_impact_bps(size, volume, sigma, 1.0)
