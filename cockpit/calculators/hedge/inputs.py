"""The form of a hedge."""

from typing import Annotated

import msgspec

from cockpit.calculators.common import fields
from cockpit.calculators.common.form import shown


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What to hedge: `size`, or `positions`, or with `book` the positions of the view."""

    symbol: fields.Symbol | None = None
    size: Annotated[float, shown("size", unit="base", help="signed: what is held")] | None = None
    venue: Annotated[str, shown("held at", help="whose funding the size pays")] | None = None
    book: Annotated[bool, shown("whole book", help="the positions of the view")] = False
    positions: fields.Positions | None = None
    venues: fields.Venues = ()
    target_carry_usd_per_hour: (
        Annotated[float, shown("least carry", unit="usd/h", help="received is positive")] | None
    ) = None
    band_usd: Annotated[float, shown("band", unit="usd", help="delta that may stay", ge=0)] = 0.0
    max_usd: Annotated[
        dict[str, Annotated[float, shown("cap", unit="usd", ge=0)]],
        shown("caps", unit="usd", help="largest trade per venue"),
    ] = {}
    equity_usd: fields.EquityUsd = {}
    margin_buffer_frac: Annotated[
        float, shown("margin buffer", help="of each position, on top of initial margin", ge=0, le=1)
    ] = 0.0
    hold_h: Annotated[float, shown("hold", unit="h", gt=0, le=87_600)] = 24.0
    phi: Annotated[float, shown("persistence", help="of funding, an hour", ge=0, le=1)] | None = (
        None
    )
    delay_s: fields.Delays = {}
    sigma_annual: fields.AnnualVolatility | None = None
    risk_aversion: Annotated[float, shown("risk aversion", unit="1/usd", gt=0)] = 1e-5
    target_sd: (
        Annotated[float, shown("drift of the target", help="base units a square-root minute", gt=0)]
        | None
    ) = None
    tail_multiplier: Annotated[float, shown("tail", help="1 is normal, 1.5 fat", ge=1, le=5)] = 1.0
    hedge_symbol: Annotated[str, shown("hedge in", help="another symbol")] | None = None
    correlation: Annotated[float, shown("correlation", ge=-1, le=1)] | None = None
    hedge_sigma_annual: fields.AnnualVolatility | None = None
    haircut: fields.Haircut = True
    taker_fee: fields.TakerFees = {}
    quote_usd: fields.QuotePrices = {}
