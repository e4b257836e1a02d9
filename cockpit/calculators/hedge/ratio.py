"""How much of one instrument hedges another: given, or measured on what the view remembers."""

import math
from typing import NamedTuple

import numpy as np

from cockpit.analytics.hedging.ratio import ewma_covariance, minimum_variance
from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.holdings import Floats
from cockpit.calculators.common.market_data import Notes
from cockpit.core.assumptions import Assumption
from cockpit.core.units import NS_PER_S
from cockpit.state.view import MarketView

GRID_S = 60.0
"""Returns over shorter times say too little of two books that move one after the other."""
DECAY = 0.97
FEWEST = 30
"""Returns below which nothing is said."""
MINUTES_PER_YEAR = 525_600.0


class GivenRatio(NamedTuple):
    """What the form says of the two coins; None is left to be measured."""

    correlation: float | None
    sigma_annual: float | None
    hedge_sigma_annual: float | None


def hedge_ratio(held: str, symbol: str, given: GivenRatio, view: MarketView, notes: Notes) -> float:
    """USD of `symbol` to be sold per USD of `held`; 1 for one coin.

    What is given is used, what is not is measured. FieldError if it is neither given nor to be
    measured.
    """
    if held == symbol:
        said = {
            "correlation": given.correlation, "hedge_sigma_annual": given.hedge_sigma_annual,
        }  # fmt: skip
        idle = [name for name, value in said.items() if value is not None]
        if idle:
            notes.warn(f"{held} is hedged in itself, one to one: {' and '.join(idle)} not used")
        return 1.0
    found = minimum_variance(_covariance(held, symbol, given, view, notes))
    notes.warn(
        f"{held} hedged in {symbol} keeps {found.residual_sd * 100:.2f} % of its value a year "
        "as risk (one standard deviation)"
    )
    return found.beta


def _covariance(
    held: str, symbol: str, given: GivenRatio, view: MarketView, notes: Notes
) -> Floats:
    correlation, sigma, other = given
    if correlation is None or sigma is None or other is None:
        measured = _measured(held, symbol, view)
        if measured is None:
            raise FieldError(
                "correlation",
                f"hedging {held} in {symbol} needs correlation, sigma_annual and "
                "hedge_sigma_annual, or half an hour of both in the view",
            )
        returns, where = measured
        seen = ewma_covariance(returns, DECAY) * MINUTES_PER_YEAR
        sds = np.sqrt(np.diag(seen))
        if correlation is None:
            both = float(sds[0] * sds[1])
            correlation = float(seen[0, 1]) / both if both > 0 else math.nan
        sigma, other = (
            float(sd) if said is None else said for sd, said in zip(sds, given[1:], strict=True)
        )
        used = [name for name, value in given._asdict().items() if value is not None]
        kept = f", {' and '.join(used)} as given" if used else ""
        notes.assume(
            Assumption(
                field="hedge_ratio", what=f"measured on {len(returns)} minutes of {where}{kept}"
            )
        )
    cov = correlation * sigma * other
    return np.array([[sigma**2, cov], [cov, other**2]])


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
