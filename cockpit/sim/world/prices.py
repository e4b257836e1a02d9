"""Index prices of all coins, and what each venue pays above or below them, as arrays.

Index: geometric Brownian motion with one market factor. Premium of a market over the index: a
slow mean-reverting part, which funding follows, a fast one, which only the book shows, and a
shift that shocks aim. Shapes: `(assets,)` for the index, `(markets,)` for premiums.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

YEAR_S = 31_536_000.0
SLOW_HALF_LIFE_S = 12 * 3600.0
FAST_HALF_LIFE_S = 40.0
SHIFT_TIME_S = 20.0
"""How fast a shock's premium is reached."""


class IndexProcess:
    """The reference price of each coin, common to all venues."""

    def __init__(
        self, price: Floats, volatility: Floats, beta: Floats, rng: np.random.Generator
    ) -> None:
        self._log = np.log(price)
        self._own_volatility = volatility
        self._own_beta = beta
        self._rng = rng
        self.price = price.copy()
        self._volatility = volatility
        self._beta = beta

    def shape(self, volatility: Floats, correlated: Floats) -> None:
        """Other volatilities (NaN: the coin's own), and 1 where a coin only follows the market."""
        self._volatility = np.where(np.isnan(volatility), self._own_volatility, volatility)
        self._beta = np.where(correlated > 0.0, 1.0, self._own_beta)

    def step(self, dt_s: float, drift: Floats) -> None:
        """`drift` is the log return that shocks add in this step."""
        draws = self._rng.standard_normal(len(self._log) + 1)
        shocks = self._beta * draws[0] + np.sqrt(1.0 - self._beta**2) * draws[1:]
        variance = self._volatility**2 * (dt_s / YEAR_S)
        self._log += np.sqrt(variance) * shocks - variance / 2 + drift
        self.price = np.exp(self._log)

    def past(self, hours: int) -> Floats:
        """A history that ends here: `(hours, assets)`, the newest row one hour ago."""
        draws = self._rng.standard_normal((hours, len(self._log)))
        steps = np.cumsum(draws * self._own_volatility * np.sqrt(3600.0 / YEAR_S), axis=0)
        path: Floats = np.exp(self._log - steps)[::-1]
        return path


class PremiumProcess:
    """Each market's fair premium over the index, as a fraction."""

    def __init__(
        self, mean: Floats, slow_sd: Floats, fast_sd: Floats, rng: np.random.Generator
    ) -> None:
        self._mean = mean
        self._slow_sd = slow_sd
        self._fast_sd = fast_sd
        self._rng = rng
        self.slow = mean + 0.35 * slow_sd * rng.standard_normal(len(mean))
        self._fast = fast_sd * rng.standard_normal(len(mean))
        self._shift = np.zeros(len(mean))
        self.target = np.zeros(len(mean))
        """Where shocks push the shift."""

    @property
    def value(self) -> Floats:
        return self.slow + self._fast + self._shift

    def step(self, dt_s: float) -> None:
        draws = self._rng.standard_normal((2, len(self._mean)))
        keep = 0.5 ** (dt_s / SLOW_HALF_LIFE_S)
        noise = self._slow_sd * np.sqrt(1.0 - keep * keep)
        self.slow = self._mean + (self.slow - self._mean) * keep + noise * draws[0]
        keep = 0.5 ** (dt_s / FAST_HALF_LIFE_S)
        self._fast = self._fast * keep + self._fast_sd * np.sqrt(1.0 - keep * keep) * draws[1]
        self._shift += (self.target - self._shift) * (1.0 - np.exp(-dt_s / SHIFT_TIME_S))

    def jump(self, market: int, by: float) -> None:
        """One venue's price leaves the others' at once, and comes back by itself."""
        self._shift[market] += by

    def past(self, hours: int) -> Floats:
        """Hourly premiums that end here: `(hours, markets)`, the newest row last.

        The process looks the same in both directions, so it is run backwards from now.
        """
        keep = 0.5 ** (3600.0 / SLOW_HALF_LIFE_S)
        noise = self._slow_sd * np.sqrt(1.0 - keep * keep)
        rows = np.empty((hours, len(self._mean)))
        current = self.slow
        for row in range(hours - 1, -1, -1):
            draws = self._rng.standard_normal(len(self._mean))
            current = self._mean + (current - self._mean) * keep + noise * draws
            rows[row] = current
        return rows
