"""The form of a hedge."""

from typing import Annotated

import msgspec

from cockpit.calculators.common import fields
from cockpit.calculators.common.form import shown


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What to hedge: `size`, or `positions`, or with `book` the positions of the view."""

    symbol: fields.Symbol | None = None
    size: (
        Annotated[
            float, shown("held", unit="base", help="in coins; a short is negative", main=True)
        ]
        | None
    ) = None
    venue: (
        Annotated[str, shown("held on", help="the venue whose funding it pays", main=True)] | None
    ) = None
    book: Annotated[bool, shown("all that is held", help="instead of one size", main=True)] = False
    positions: fields.Positions | None = None
    venues: fields.Venues = ()
    target_carry_usd_per_hour: (
        Annotated[
            float,
            shown("least carry", unit="usd/h", help="after the hedge; received is +", main=True),
        ]
        | None
    ) = None
    band_usd: Annotated[
        float, shown("may stay open", unit="usd", help="delta that needs no hedge", main=True, ge=0)
    ] = 0.0
    max_usd: Annotated[
        dict[str, Annotated[float, shown("cap", unit="usd", ge=0)]],
        shown("most per venue", unit="usd", help="largest trade on each"),
    ] = {}
    equity_usd: fields.EquityUsd = {}
    margin_buffer_frac: Annotated[
        float,
        shown("margin buffer", unit="frac", help="of each position, beyond its margin", ge=0, le=1),
    ] = 0.0
    hold_h: Annotated[
        float, shown("hold", unit="h", help="costs are spread over it", gt=0, le=87_600)
    ] = 24.0
    phi: (
        Annotated[
            float,
            shown(
                "funding that lasts",
                unit="frac",
                help="what an hour leaves of its distance from the usual one",
                ge=0,
                le=1,
            ),
        ]
        | None
    ) = None
    delay_s: fields.Delays = {}
    sigma_annual: fields.AnnualVolatility | None = None
    risk_aversion: Annotated[
        float, shown("risk aversion", unit="1/usd", help="price of variance", gt=0)
    ] = 1e-5
    target_sd: (
        Annotated[float, shown("drift of what is held", unit="base/√min", help="sd in coins", gt=0)]
        | None
    ) = None
    tail_multiplier: Annotated[
        float, shown("tails", unit="x", help="1 is normal, 1.5 fat", ge=1, le=5)
    ] = 1.0
    hedge_symbol: Annotated[str, shown("hedge in", help="another coin")] | None = None
    correlation: (
        Annotated[float, shown("correlation", help="of both coins' prices", ge=-1, le=1)] | None
    ) = None
    hedge_sigma_annual: (
        Annotated[
            float,
            shown("its volatility", unit="frac", help="of the other coin, a year", gt=0, le=100),
        ]
        | None
    ) = None
    haircut: fields.Haircut = True
    taker_fee: fields.TakerFees = {}
    quote_usd: fields.QuotePrices = {}
