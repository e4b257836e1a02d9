"""The form of a staggered order."""

from typing import Annotated, Literal

import msgspec

from cockpit.calculators.common import fields
from cockpit.calculators.common.form import shown

USUAL_SLICES, MOST_SLICES = 12, 500


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """The form. Exactly one of `size` and `size_usd`, at most one of the two urgencies.

    `slices` None leaves their number to the calculator. `max_share_frac` and `min_venues` keep an
    order from hanging on one venue; each venue's share is of the whole order.
    """

    symbol: fields.Symbol
    side: fields.Side
    size: fields.Size | None = None
    size_usd: fields.SizeUsd | None = None
    venues: fields.Venues = ()
    horizon_min: Annotated[
        float, shown("over", unit="min", help="from the first slice on", main=True, gt=0, le=43200)
    ] = 60.0
    max_share_frac: Annotated[
        float, shown("share at most", unit="frac", help="of any one venue", main=True, gt=0, le=1)
    ] = 1.0
    min_venues: Annotated[
        int, shown("venues at least", help="that take part", main=True, ge=1, le=50)
    ] = 1
    slices: Annotated[int, shown("slices", help="on every venue", ge=1, le=MOST_SLICES)] | None = (
        USUAL_SLICES
    )
    refill_s: fields.Refill | None = None
    schedule: Annotated[
        Literal["ac", "twap", "front", "back", "ladder"],
        shown(
            "pace",
            help="balanced weighs cost against risk; a ladder waits at its prices",
            words={"ac": "balanced", "twap": "even", "front": "early", "back": "late"},
        ),
    ] = "ac"
    half_life_min: (
        Annotated[
            float, shown("urgency", unit="min", help="of a balanced pace; less is faster", gt=0)
        ]
        | None
    ) = None
    risk_aversion: (
        Annotated[float, shown("risk aversion", unit="1/usd", help="instead of an urgency", ge=0)]
        | None
    ) = None
    squeeze_penalty: Annotated[
        float,
        shown("squeeze penalty", unit="1/usd", help="of gap risk, such as 0.0005", ge=0),
    ] = 0.0
    eta: (
        Annotated[
            float,
            shown("passing impact", unit="usd min/base²", help="of trading faster", gt=0),
        ]
        | None
    ) = None
    gamma: (
        Annotated[float, shown("lasting impact", unit="usd/base²", help="of what is traded", ge=0)]
        | None
    ) = None
    sigma: fields.PriceMoves | None = None
    seed: fields.Seed = 0
    jitter: fields.Jitter = 0.2
    start: fields.Start | None = None
    ratio: (
        Annotated[
            float, shown("slice to slice", unit="x", help="of an early, late or ladder pace", gt=0)
        ]
        | None
    ) = None
    step_bps: Annotated[
        float, shown("ladder step", unit="bps", help="from rung to rung", gt=0, le=1000)
    ] = 5.0
    limit_bps: fields.LimitRoom = 25.0
    avoid_stamps_s: fields.StampDistance = 30.0
    max_usd: Annotated[
        dict[str, Annotated[float, shown("most", unit="usd", ge=0)]],
        shown("most per venue", unit="usd", help="of the order"),
    ] = {}
    gap_sd_bps: Annotated[
        dict[str, Annotated[float, shown("gap", unit="bps", gt=0, le=5000)]],
        shown("squeeze gap", unit="bps", help="per venue, sd from the others in a squeeze"),
    ] = {}
    corr_shared: Annotated[
        float, shown("gap together", help="venues that share a layer: correlation", gt=-1, lt=1)
    ] = 0.7
    corr_other: Annotated[
        float, shown("gap apart", help="other venues: correlation", gt=-1, lt=1)
    ] = 0.4
    haircut: fields.Haircut = True
    taker_fee: fields.TakerFees = {}
    quote_usd: fields.QuotePrices = {}

    @property
    def count(self) -> int:
        """Slices on every venue."""
        return self.slices or USUAL_SLICES
