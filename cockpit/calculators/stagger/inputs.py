"""The form of a staggered order."""

from typing import Annotated, Literal

import msgspec

from cockpit.calculators.common import fields
from cockpit.calculators.common.form import shown

USUAL_SLICES, MOST_SLICES = 12, 500
Correlation = Annotated[float, shown("correlation", gt=-1, lt=1)]


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """The form. Exactly one of `size` and `size_usd`, at most one of the two urgencies.

    `slices` None leaves their number to the calculator.
    """

    symbol: fields.Symbol
    side: fields.Side
    size: fields.Size | None = None
    size_usd: fields.SizeUsd | None = None
    venues: fields.Venues = ()
    horizon_min: Annotated[
        float, shown("horizon", unit="min", help="from the first slice on", gt=0, le=43200)
    ] = 60.0
    slices: Annotated[int, shown("slices", help="on every venue", ge=1, le=MOST_SLICES)] | None = (
        USUAL_SLICES
    )
    refill_s: (
        Annotated[float, shown("refill", unit="s", help="half-life of a dent in a book", gt=0)]
        | None
    ) = None
    schedule: Annotated[
        Literal["ac", "twap", "front", "back", "ladder"],
        shown("schedule", help="ac weighs impact against risk; a ladder waits at its prices"),
    ] = "ac"
    half_life_min: (
        Annotated[float, shown("urgency", unit="min", help="1 / kappa of ac", gt=0)] | None
    ) = None
    risk_aversion: (
        Annotated[float, shown("risk aversion", unit="1/usd", help="of ac", ge=0)] | None
    ) = None
    squeeze_penalty: Annotated[
        float, shown("squeeze penalty", unit="1/usd", help="price of gap risk, as 5e-4", ge=0)
    ] = 0.0
    eta: (
        Annotated[float, shown("eta", unit="usd min/base²", help="temporary impact", gt=0)] | None
    ) = None
    gamma: (
        Annotated[float, shown("gamma", unit="usd/base²", help="permanent impact", ge=0)] | None
    ) = None
    sigma: (
        Annotated[float, shown("sigma", unit="usd/√min", help="volatility of the price", gt=0)]
        | None
    ) = None
    seed: fields.Seed = 0
    jitter: Annotated[float, shown("jitter", help="share of a gap, of times", ge=0, lt=0.5)] = 0.2
    start: (
        Annotated[str, shown("start", help="UTC time such as 2025-10-09T12:00; else at once")]
        | None
    ) = None
    ratio: (
        Annotated[float, shown("ratio", help="of neighbouring slices: front, back, ladder", gt=0)]
        | None
    ) = None
    step_bps: Annotated[float, shown("ladder step", unit="bps", gt=0, le=1000)] = 5.0
    limit_bps: Annotated[
        float, shown("room", unit="bps", help="of a limit, beyond what is seen now", ge=0, le=1000)
    ] = 25.0
    avoid_stamps_s: Annotated[
        float, shown("avoid stamps", unit="s", help="around a funding payment", ge=0, le=1700)
    ] = 30.0
    max_usd: Annotated[
        dict[str, Annotated[float, shown("most", unit="usd", ge=0)]],
        shown("most", unit="usd", help="per venue"),
    ] = {}
    gap_sd_bps: Annotated[
        dict[str, Annotated[float, shown("gap", unit="bps", gt=0, le=5000)]],
        shown("gap", unit="bps", help="per venue, sd of its gap from the others in a squeeze"),
    ] = {}
    corr_shared: Correlation = 0.7
    corr_other: Correlation = 0.4
    haircut: fields.Haircut = True
    taker_fee: fields.TakerFees = {}
    quote_usd: fields.QuotePrices = {}

    @property
    def count(self) -> int:
        """Slices on every venue."""
        return self.slices or USUAL_SLICES
