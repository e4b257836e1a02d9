"""The form of legs that are closed together."""

from typing import Annotated, Literal

import msgspec

from cockpit.calculators.common import fields
from cockpit.calculators.common.form import shown
from cockpit.calculators.stagger.inputs import MOST_SLICES, USUAL_SLICES


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """The form. `positions` are the legs; without them, all that is held of `symbol`.

    The leg that is harder to trade goes first in each round, and every other `lag_s` after the one
    before, when it is known to be filled. `slices` None leaves their number to the calculator.
    """

    symbol: (
        Annotated[
            str,
            shown("coin", help="all that is held of it", main=True, min_length=1, max_length=64),
        ]
        | None
    ) = None
    positions: Annotated[
        tuple[dict[str, object], ...],
        shown("legs", help="[{venue,symbol,size}, …], size signed; instead of a coin", main=True),
    ] = ()
    horizon_min: Annotated[
        float, shown("over", unit="min", help="from the first round on", main=True, gt=0, le=43200)
    ] = 30.0
    slices: Annotated[
        int, shown("rounds", help="at most; small ones are traded together", main=True, ge=1,
                   le=MOST_SLICES)
    ] | None = USUAL_SLICES  # fmt: skip
    schedule: Annotated[
        Literal["twap", "front", "back"],
        shown("pace", help="of the rounds",
              words={"twap": "even", "front": "early", "back": "late"}),
    ] = "twap"  # fmt: skip
    ratio: (
        Annotated[float, shown("round to round", unit="x", help="of an early or late pace", gt=0)]
        | None
    ) = None
    lag_s: Annotated[
        float,
        shown("leg after leg", unit="s", help="until a fill is known, in each round", main=True,
              ge=0, le=3600),
    ] = 2.0  # fmt: skip
    refill_s: (
        Annotated[
            float, shown("book refills in", unit="s", help="half of a dent is gone after it", gt=0)
        ]
        | None
    ) = None
    sigma: (
        Annotated[float, shown("price moves", unit="usd/√min", help="sd of the price, in $", gt=0)]
        | None
    ) = None
    seed: fields.Seed = 0
    jitter: Annotated[
        float, shown("jitter", unit="frac", help="of a gap, by which times stray", ge=0, lt=0.5)
    ] = 0.2
    start: (
        Annotated[str, shown("start", help="+10m, 14:30 or 2025-10-09T12:00, in UTC; else at once")]
        | None
    ) = None
    limit_bps: Annotated[
        float, shown("room of limits", unit="bps", help="beyond what is seen now", ge=0, le=1000)
    ] = 25.0
    avoid_stamps_s: Annotated[
        float, shown("keep off stamps", unit="s", help="around a funding payment", ge=0, le=1700)
    ] = 30.0
    haircut: fields.Haircut = True
    taker_fee: fields.TakerFees = {}
    quote_usd: fields.QuotePrices = {}
