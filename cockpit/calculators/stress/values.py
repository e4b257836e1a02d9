"""What stress answers."""

import msgspec

from cockpit.calculators.stress.montecarlo import MonteCarloValues


class LegName(msgspec.Struct, frozen=True, kw_only=True):
    venue: str
    symbol: str


class ScenarioRow(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario, as a difference to the world without it; gains are positive.

    `margin_ratio` is each venue's worst on the way, 1 is liquidation; null where equity or margin
    is not known, or equity is gone. `liquidation_usd` is what liquidations keep, less losses beyond
    an account's equity, which nobody can take from it. `time_to_flat_s` is null where exposure
    stays open (`stays_open`). `delay_var99_usd` is what the price may do to it until then.
    `equity_frac` is the result as a share of all equity, `carry_h` the hours of today's carry that
    a loss takes, null where nothing is lost or earned. The six parts of `pnl_usd` add up to it;
    where an account's equity or maintenance is not known, `liquidation_usd` is null and the result
    is without the liquidations that nobody can tell.
    """

    name: str
    summary: str
    pnl_usd: float | None
    price_usd: float | None
    funding_usd: float | None
    fees_usd: float | None
    slippage_usd: float | None
    liquidation_usd: float | None
    collateral_usd: float | None
    liquidated: tuple[LegName, ...]
    first_liquidated: str | None
    margin_ratio: dict[str, float | None]
    chase_usd: float | None
    max_unhedged_usd: float | None
    time_to_flat_s: float | None
    stays_open: bool
    delay_var99_usd: float | None
    equity_frac: float | None
    carry_h: float | None


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """`worst` names the scenario that loses most.

    `equity_usd` is what all accounts of the legs are worth, `carry_usd_per_hour` what the legs are
    paid now (received is positive); null where a part is not known.
    """

    scenarios: tuple[ScenarioRow, ...]
    worst: str | None
    equity_usd: float | None
    carry_usd_per_hour: float | None
    monte_carlo: MonteCarloValues | None
