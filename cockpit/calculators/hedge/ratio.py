"""How much of one instrument hedges another: given, or measured on what the view remembers."""

import numpy as np

from cockpit.analytics.hedging.ratio import ewma_covariance, minimum_variance
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.holdings import Floats
from cockpit.calculators.common.market_data import Notes
from cockpit.core.units import NS_PER_S
from cockpit.state.view import MarketView

SAME_INSTRUMENT = 0.995
"""A correlation above this is one instrument: the noise of an estimate outweighs its gain."""
GRID_S = 60.0
"""Returns over shorter times say too little of two books that move one after the other."""
DECAY = 0.97
FEWEST = 30
"""Returns below which nothing is said."""
MINUTES_PER_YEAR = 525_600.0


def hedge_ratio(
    held: str,
    symbol: str,
    correlation: float | None,
    sigma_annual: float | None,
    other_sigma_annual: float | None,
    view: MarketView,
    notes: Notes,
) -> float:
    """USD of `symbol` to be sold per USD of `held`; 1 for one coin.

    FieldError if it is neither given nor to be measured.
    """
    if held == symbol:
        return 1.0
    if correlation is not None and sigma_annual is not None and other_sigma_annual is not None:
        cov = correlation * sigma_annual * other_sigma_annual
        covariance = np.array([[sigma_annual**2, cov], [cov, other_sigma_annual**2]])
    else:
        measured = _measured(held, symbol, view)
        if measured is None:
            raise FieldError(
                "correlation",
                f"hedging {held} in {symbol} needs correlation, sigma_annual and "
                "hedge_sigma_annual, or half an hour of both in the view",
            )
        returns, where = measured
        covariance = ewma_covariance(returns, DECAY) * MINUTES_PER_YEAR
        notes.assume(f"hedge_ratio: measured on {len(returns)} minutes of {where}")
    found = minimum_variance(covariance, SAME_INSTRUMENT)
    notes.warn(
        f"{held} hedged in {symbol} keeps {found.residual_sd * 100:.2f} % of its value a year "
        "as risk (one standard deviation)"
    )
    return found.beta


def _measured(held: str, symbol: str, view: MarketView) -> tuple[Floats, str] | None:
    """Returns by the minute, (n, 2), on the first venue that has enough of both, and its name."""
    for venue in view.venues():
        markets = view.market(venue.name, held), view.market(venue.name, symbol)
        if markets[0] is None or markets[1] is None:
            continue
        (at, mids), (other_at, others) = markets[0].mids.read(), markets[1].mids.read()
        common, mine, theirs = np.intersect1d(at, other_at, return_indices=True)
        if len(common) < 2:
            continue
        step_s = float(np.median(np.diff(common))) / NS_PER_S
        stride = max(1, round(GRID_S / step_s))
        prices = np.column_stack((mids[mine], others[theirs]))[::-1][::stride][::-1]
        returns = np.diff(np.log(prices), axis=0)
        if int(np.isfinite(returns).all(axis=1).sum()) >= FEWEST:
            return returns, venue.name
    return None
