"""How much to hedge, and what it risks until the hedge stands.

Notional in USD, signed (+ long); volatility as a fraction per square-root year; times in seconds.
NaN is "not known" and comes out as NaN. Sources: Whalley, Wilmott, "An asymptotic analysis of an
optimal hedging model for option pricing with transaction costs" (Mathematical Finance 7, 1997)
for the band; RiskMetrics technical document (1996) for the weighting of returns.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

YEAR_S = 31_536_000.0
NORMAL_99 = 2.3263
NORMAL_ES_99 = 2.6652
"""Mean of a standard normal beyond its 99 % quantile: density there over 0.01."""


class Ratio(NamedTuple):
    """Units of the hedge per unit held (to be sold against a long), and the sd that remains."""

    beta: float
    residual_sd: float


class DelayRisk(NamedTuple):
    """What the price can do before the fills arrive; losses positive, (V,) and total."""

    sd_usd: Floats
    var99_usd: Floats
    es99_usd: Floats
    total_sd_usd: float
    total_var99_usd: float
    total_es99_usd: float


def ewma_covariance(returns: Floats, decay: float) -> Floats:
    """Covariance per observation, (n, k) synchronous returns -> (k, k), the newest row last.

    `C_t = decay * C_(t-1) + (1 - decay) r r'` divided by its total weight, about a mean of zero.
    Rows with an unknown return are left out; all NaN without a single whole row. Returns whose
    stamps differ bias the off-diagonal towards zero (Epps): bring them to one grid before.
    ValueError unless 0 < decay <= 1.
    """
    if not 0 < decay <= 1:
        raise ValueError(f"the decay must be above 0 and at most 1, got {decay}")
    whole = returns[np.all(np.isfinite(returns), axis=1)]
    if not len(whole):
        return np.full((returns.shape[1],) * 2, np.nan)
    weight = decay ** np.arange(len(whole) - 1, -1, -1, dtype=np.float64)
    return np.asarray((whole * weight[:, None]).T @ whole / np.sum(weight))


def minimum_variance(covariance: Floats) -> Ratio:
    """The ratio that leaves least variance; (2, 2), the held asset first, the hedge second.

    `beta = cov / var_hedge`. It is for two coins: on two venues of one coin the noise of an
    estimate outweighs what it could gain, and the ratio is 1. NaN if a variance is not above 0.
    """
    var_held, var_hedge, cov = covariance[0, 0], covariance[1, 1], covariance[0, 1]
    if not (var_held > 0 and var_hedge > 0):
        return Ratio(math.nan, math.nan)
    beta = float(cov / var_hedge)
    left = var_held - 2 * beta * cov + beta * beta * var_hedge
    return Ratio(beta, math.sqrt(max(left, 0.0)))


def delay_risk(
    unhedged_usd: Floats, delay_s: Floats, sigma_annual: float, tail_multiplier: float
) -> DelayRisk:
    """Risk of signed notionals (V,) that stay unhedged for their delays (V,), one common price.

    Per venue `sd = |U| sigma sqrt(D / year)`; a random delay enters by its mean. In total the
    venues that are still open at a moment share the price's move, so
    `var = sigma^2 sum_vw U_v U_w min(D_v, D_w)`: opposite notionals cancel while both wait.
    VaR and ES are normal times `tail_multiplier` (1 for the normal itself). Delays are finite.
    """
    shared = np.minimum.outer(delay_s, delay_s) / YEAR_S
    sd = np.abs(unhedged_usd) * sigma_annual * np.sqrt(np.maximum(delay_s, 0.0) / YEAR_S)
    variance = float(unhedged_usd @ shared @ unhedged_usd)
    total = variance if math.isnan(variance) else sigma_annual * math.sqrt(max(variance, 0.0))
    var, es = NORMAL_99 * tail_multiplier, NORMAL_ES_99 * tail_multiplier
    return DelayRisk(sd, var * sd, es * sd, total, var * total, es * total)


def band_half_width(
    cost_usd_per_base: float, risk_aversion: float, price_sd: float, target_sd: float
) -> float:
    """How far, in base units, delta may stray before the cost of trading is worth it.

    `(1.5 k sT^2 / (g sS^2))^(1/3)`: k in USD per base traded, g in 1/USD, `price_sd` in USD and
    `target_sd` in base units per square root of the same time. Trade to the edge of the band, not
    to its middle. Infinite without risk or without aversion to it.
    """
    danger = risk_aversion * price_sd**2
    if danger == 0:
        return math.inf
    return math.cbrt(1.5 * cost_usd_per_base * target_sd**2 / danger)


def one_off_threshold(
    cost_usd_per_base: float, risk_aversion: float, price_sd: float, held: float
) -> float:
    """The smallest mis-hedge, in base units, worth closing when it would last for `held`.

    `2 k / (g sS^2 held)`, `held` in the time unit of `price_sd`. Infinite without risk.
    """
    danger = risk_aversion * price_sd**2 * held
    return math.inf if danger == 0 else 2 * cost_usd_per_base / danger
