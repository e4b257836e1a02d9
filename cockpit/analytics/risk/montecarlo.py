"""Many futures of a book over several venues: prices, premiums, funding, outages, liquidations.

Sizes in base units (+ long), money in USD (gains +), rates as fractions, times in seconds unless
named otherwise, `sigma_annual` and jump rates per year of 365 days. Shapes: A assets, L legs, V
venues, n paths.

Prices jump and diffuse (Merton, J. Financial Economics 3, 1976); a jump hits every asset at once
and may bring others after it (Hawkes, Biometrika 58, 1971). Each leg's premium over the index
reverts to its mean, moves with its asset and with the other premiums; averaged over the funding
interval it becomes the rate by the venue's own formula, and a part of it stands in the mark. An
account at or below maintenance is closed at the mark, pays its fee and cannot lose more than it
holds; what that leaves unhedged is reduced elsewhere, after a delay and not while a venue is
down. A fill counts from the first step after it is due. `montecarlo_unrest` adds venues that stray
from the index, squeezes and thin books, where it is asked for.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.analytics.risk.montecarlo_chunk import Chunk
from cockpit.analytics.risk.montecarlo_model import Grid, Market, StepModel

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class WorstPath(NamedTuple):
    """The path with the largest loss, from now on: (steps + 1, A), (.., V) and (..,)."""

    price: Floats
    equity_usd: Floats
    unhedged_usd: Floats


class _Part(NamedTuple):
    """One chunk's share of `Paths`, the paths last."""

    flows: Floats
    liquidated: Bools
    max_unhedged: Floats
    flat_s: Floats


class _Worst(NamedTuple):
    """Where the worst path so far is found: the generator's state before its chunk of `n` paths,
    and its number in it."""

    pnl_usd: float
    drawn: Mapping[str, Any]
    n: int
    path: int


class Paths(NamedTuple):
    """What happened, by path (n,) or (n, V); fewer paths than asked for when cancelled.

    `flat_s` is the first step from which |net| of all assets stays within the band, infinite if
    it does not. `knows_margin` (V,) is false where a maintenance fraction is unknown: there only
    the loss of everything counts as liquidation, and its probability must not be shown.
    """

    price_usd: Floats
    funding_usd: Floats
    fees_usd: Floats
    slippage_usd: Floats
    liquidation_usd: Floats
    liquidated: Bools
    max_unhedged_usd: Floats
    flat_s: Floats
    knows_margin: Bools
    worst: WorstPath

    @property
    def pnl_usd(self) -> Floats:
        return np.asarray(np.sum(self[:5], axis=0))


def simulate(
    market: Market,
    grid: Grid,
    band_usd: float,
    rng: np.random.Generator,
    keep_going: Callable[[int, int], bool],
) -> Paths:
    """Run the paths in chunks; after each, `keep_going(done, asked)` may say no.

    The same generator state gives the same paths. ValueError as `StepModel`.
    """
    model = StepModel(market, grid)
    done = 0
    parts: list[_Part] = []
    worst: _Worst | None = None
    while done < grid.paths:
        drawn = rng.bit_generator.state
        run = Chunk(model, min(grid.chunk, grid.paths - done), band_usd, rng)
        for step in range(grid.steps):
            run.advance(step)
        parts.append(_Part(run.flows, run.dead, run.max_unhedged, run.flat_s))
        pnl = np.sum(run.flows, axis=0)
        lowest = int(np.argmin(pnl))
        if worst is None or pnl[lowest] < worst.pnl_usd:
            worst = _Worst(float(pnl[lowest]), drawn, run.n, lowest)
        done += run.n
        if not keep_going(done, grid.paths):
            break
    assert worst is not None
    flows, liquidated, max_unhedged, flat_s = (
        np.concatenate(some, axis=-1) for some in zip(*parts, strict=True)
    )
    price, funding, fees, slippage, liquidation = flows
    return Paths(
        price_usd=price,
        funding_usd=funding,
        fees_usd=fees,
        slippage_usd=slippage,
        liquidation_usd=liquidation,
        liquidated=liquidated.T,
        max_unhedged_usd=max_unhedged,
        flat_s=flat_s,
        knows_margin=_knows_margin(market),
        worst=_replay(model, band_usd, rng, worst),
    )


def _replay(
    model: StepModel, band_usd: float, rng: np.random.Generator, worst: _Worst
) -> WorstPath:
    """Draw the chunk of the worst path again and watch that path.

    A second run of one chunk costs less than writing down every path of all of them.
    """
    after = rng.bit_generator.state
    rng.bit_generator.state = worst.drawn
    run = Chunk(model, worst.n, band_usd, rng)
    seen = [run.at(worst.path)]
    for step in range(model.grid.steps):
        run.advance(step)
        seen.append(run.at(worst.path))
    rng.bit_generator.state = after
    price, equity, unhedged = (np.array(column) for column in zip(*seen, strict=True))
    return WorstPath(price, equity, unhedged)


def _knows_margin(market: Market) -> Bools:
    """Whether equity and every maintenance fraction of a venue are known, (V,)."""
    known: Bools = np.isfinite(market.venues.equity_usd)
    for leg in market.legs:
        known[leg.venue] &= bool(np.all(np.isfinite(leg.tiers.mmf_frac)))
    return known
