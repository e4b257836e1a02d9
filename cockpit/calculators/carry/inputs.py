"""The form of a carry trade."""

from typing import Annotated

import msgspec

from cockpit.calculators.common import fields
from cockpit.calculators.common.form import shown

Long = Annotated[str, shown("long on", help="the venue to buy on; every one if empty", main=True)]
Short = Annotated[
    str, shown("short on", help="the venue to sell on; every one if empty", main=True)
]


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """The form. At most one of `notional_usd` and `size`; both are of one leg.

    With `compare`, all pairs of the coin are ranked beside the one that is asked for.
    """

    symbol: fields.Symbol | None = None
    long_venue: Long | None = None
    short_venue: Short | None = None
    notional_usd: (
        Annotated[float, shown("size in $", unit="usd", help="of one leg", main=True, gt=0)] | None
    ) = None
    size: Annotated[float, shown("size in coins", unit="base", help="of one leg", gt=0)] | None = (
        None
    )
    hold_h: Annotated[
        int, shown("hold", unit="h", help="whole hours", main=True, ge=1, le=87600)
    ] = 24
    phi: (
        Annotated[
            float,
            shown(
                "spread that lasts",
                unit="frac",
                help="what an hour leaves of its distance from the usual one",
                ge=0,
                le=1,
            ),
        ]
        | None
    ) = None
    mean_spread_hourly: (
        Annotated[float, shown("usual spread", unit="frac", help="an hour; it reverts to this")]
        | None
    ) = None
    sigma_spread_hourly: (
        Annotated[
            float, shown("noise of the spread", unit="frac", help="sd of an hour's change", ge=0)
        ]
        | None
    ) = None
    leverage: (
        Annotated[
            float, shown("leverage", unit="x", help="of both legs; else the venue's most", gt=0)
        ]
        | None
    ) = None
    buffer_frac: Annotated[
        float, shown("price buffer", unit="frac", help="a move that each leg must withstand", ge=0)
    ] = 0.1
    gas_usd: Annotated[float, shown("gas", unit="usd", help="of the round trip", ge=0)] = 0.0
    min_probability: Annotated[
        float, shown("least odds", unit="frac", help="of earning back what it costs", ge=0, le=1)
    ] = 0.5
    min_apr: Annotated[
        float, shown("least return", unit="frac", help="a year, on the margin of both legs")
    ] = 0.0
    min_depth: Annotated[
        float, shown("least depth", unit="x", help="of each book, times one leg", ge=1)
    ] = 1.0
    max_basis_bps: Annotated[
        float, shown("most basis", unit="bps", help="between the prices of the venues", ge=0)
    ] = 20.0
    compare: Annotated[
        bool, shown("other pairs", help="rank every pair of the coin beside this one")
    ] = False
    venues: fields.Venues = ()
    haircut: fields.Haircut = True
    forecast: Annotated[
        bool, shown("forecast", help="the first day by the forecasts, where there are models")
    ] = True
    taker_fee: fields.TakerFees = {}
    quote_usd: fields.QuotePrices = {}
