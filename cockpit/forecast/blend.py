"""Two forecasts made one: the model's and the historical average's, by what each was worth.

`logit p = w_history logit p_history + w_model logit p_model`, weights from forecasts that were
made before and whose outcome is known. A model that turns bad fades into the average.
"""

import msgspec
import numpy as np

from cockpit.forecast.cells import Floats
from cockpit.forecast.fit import expit, logit

PRIOR = (0.0, 1.0)
HOLD = 500.0
"""How strongly weights stay at the prior: rows overlap, and early ones are of one regime."""

MIN_ROWS = 1000
STEPS = 12


class Blend(msgspec.Struct, frozen=True, kw_only=True):
    history: float = PRIOR[0]
    model: float = PRIOR[1]

    def chance(self, history: Floats, model: Floats) -> Floats:
        return expit(self.history * logit(history) + self.model * logit(model))


def blend_of(history: Floats, model: Floats, happened: Floats) -> Blend:
    """Weights by penalised log loss, none below 0; the prior where too little is known."""
    if len(happened) < MIN_ROWS:
        return Blend()
    scores = np.column_stack([logit(history), logit(model)])
    prior = np.array(PRIOR)
    weights = prior.copy()
    for _ in range(STEPS):
        chance = expit(scores @ weights)
        slope = scores.T @ (chance - happened) + HOLD * (weights - prior)
        curvature = (scores * (chance * (1 - chance))[:, None]).T @ scores
        curvature[np.diag_indices_from(curvature)] += HOLD
        weights = np.clip(weights - np.linalg.solve(curvature, slope), 0.0, 2.0)
    return Blend(history=float(weights[0]), model=float(weights[1]))
