"""What comes over markets that a diffusion with jumps leaves out, path by path.

Two states, calm and squeeze, alternate by chance. In a squeeze prices move more, premiums shift,
scatter and return at their own pace, each venue's mark strays further from the index, and books
are thin; books also thin out while jumps come in clusters (Hawkes). Each venue's stray is an
Ornstein-Uhlenbeck process, a part of it common to all. Shapes: L legs, V venues, n paths.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Paths = NDArray[np.intp]


class Squeeze(NamedTuple):
    """The second state. It begins `begins_per_h` and ends `ends_per_h` times an hour.

    Against the calm state: `sigma_multiple` of the price, `gap_multiple` of the stray of venues,
    `premium_multiple` of the premiums' noise; `premium_shift` is what their mean moves by,
    `premium_half_life_h` how fast they go there, `slippage_multiple` what trading costs.
    """

    begins_per_h: float
    ends_per_h: float
    sigma_multiple: float
    gap_multiple: float
    premium_multiple: float
    premium_shift: float
    premium_half_life_h: float
    slippage_multiple: float

    @property
    def share(self) -> float:
        """Of the time that is a squeeze in the long run."""
        total = self.begins_per_h + self.ends_per_h
        return self.begins_per_h / total if total > 0 else 0.0


class Unrest(NamedTuple):
    """All of it. `gap_sd` (V,) is the long-run deviation of a venue's mark from the index in calm,
    a fraction; `gap_common_share` the part that all have in common. `withdrawal` is what slippage
    grows by, as a multiple, when jumps come twice as often as they do on their own.
    """

    gap_sd: Floats
    gap_half_life_h: float
    gap_common_share: float
    squeeze: Squeeze
    withdrawal: float


class UnrestStep:
    """The unrest in units of one step. ValueError for figures that make no sense."""

    def __init__(self, told: Unrest, step_s: float) -> None:
        if not (told.gap_half_life_h > 0 and told.squeeze.premium_half_life_h > 0):
            raise ValueError("strays and premiums of a squeeze need a half-life above 0")
        if not 0 <= told.gap_common_share <= 1 or min(told.squeeze[:2]) < 0:
            raise ValueError("unrest needs a common share from 0 to 1 and rates of 0 or more")
        hours = step_s / 3600
        squeeze = told.squeeze
        self.told = told
        # Exact for two states in continuous time, whatever the step.
        turned = -math.expm1(-(squeeze.begins_per_h + squeeze.ends_per_h) * hours)
        self.begins, self.ends = squeeze.share * turned, (1 - squeeze.share) * turned
        self.gap_phi = 0.5 ** (hours / told.gap_half_life_h)
        noise = (told.gap_sd * math.sqrt(1 - self.gap_phi**2))[:, None]
        self.gap_common = noise * math.sqrt(told.gap_common_share)
        self.gap_own = noise * math.sqrt(1 - told.gap_common_share)
        self.premium_phi = 0.5 ** (hours / squeeze.premium_half_life_h)
        self.premium_pull = (1 - self.premium_phi) * squeeze.premium_shift
        # Both states together have the variance that was asked for.
        self.calm_sigma = 1 / math.sqrt(1 + squeeze.share * (squeeze.sigma_multiple**2 - 1))


class UnrestPaths:
    """`n` paths that advance together. `gap` (V, n), `squeezed` and `sigma` (n,)."""

    def __init__(self, step: UnrestStep, n: int, rng: np.random.Generator) -> None:
        """Paths begin in the long-run mixture of states, with every venue at the index."""
        self.step, self.rng = step, rng
        self.squeezed = rng.random(n) < step.told.squeeze.share
        self.gap = np.zeros((len(step.told.gap_sd), n))
        self.noise = np.empty((len(self.gap) + 1, n))
        self.sigma = self._sigma()

    def _sigma(self) -> Floats:
        step = self.step
        many = step.calm_sigma * step.told.squeeze.sigma_multiple
        return np.where(self.squeezed, many, step.calm_sigma)

    def advance(self) -> None:
        """One step of states and of strays."""
        step = self.step
        turns = self.rng.random(self.squeezed.size)
        self.squeezed ^= turns < np.where(self.squeezed, step.ends, step.begins)
        self.sigma = self._sigma()
        noise = self.rng.standard_normal(out=self.noise)
        own = noise[1:]
        own *= step.gap_own
        own += step.gap_common * noise[0]
        own *= np.where(self.squeezed, step.told.squeeze.gap_multiple, 1.0)
        self.gap *= step.gap_phi
        self.gap += own

    def revert(self, off_mean: Floats, noise: Floats, phi: Floats) -> None:
        """Move premiums (L, n) off their mean by a step; `phi` (L, 1) is that of calm."""
        step = self.step
        noise *= np.where(self.squeezed, step.told.squeeze.premium_multiple, 1.0)
        off_mean *= np.where(self.squeezed, step.premium_phi, phi)
        off_mean += noise
        off_mean += np.where(self.squeezed, step.premium_pull, 0.0)

    def dearer(self, paths: Paths, excess: Floats) -> Floats:
        """What slippage is multiplied by; `excess` (n,) is the rate of jumps beyond its base, as a
        multiple of it."""
        told = self.step.told
        thin = np.where(self.squeezed[paths], told.squeeze.slippage_multiple, 1.0)
        return np.asarray(thin * (1 + told.withdrawal * excess[paths]))
