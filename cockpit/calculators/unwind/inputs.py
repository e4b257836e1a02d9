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
    refill_s: fields.Refill | None = None
    sigma: fields.PriceMoves | None = None
    seed: fields.Seed = 0
    jitter: fields.Jitter = 0.2
    start: fields.Start | None = None
    limit_bps: fields.LimitRoom = 25.0
    avoid_stamps_s: fields.StampDistance = 30.0
    haircut: fields.Haircut = True
    taker_fee: fields.TakerFees = {}
    quote_usd: fields.QuotePrices = {}
