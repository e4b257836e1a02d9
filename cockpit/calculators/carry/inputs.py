"""The form of a carry trade."""

from typing import Annotated

import msgspec

from cockpit.calculators.common import fields
from cockpit.calculators.common.form import shown

Venue = Annotated[str, shown("venue", help="a venue of the view; every one if empty")]


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """The form. At most one of `notional_usd` and `size`; both are of one leg."""

    symbol: fields.Symbol | None = None
    long_venue: Venue | None = None
    short_venue: Venue | None = None
    notional_usd: (
        Annotated[float, shown("notional", unit="usd", help="of one leg, in USD", gt=0)] | None
    ) = None
    size: Annotated[float, shown("size", unit="base", help="of one leg, base", gt=0)] | None = None
    hold_h: Annotated[int, shown("hold", unit="h", help="whole hours", ge=1, le=87600)] = 24
    phi: (
        Annotated[float, shown("persistence", help="of the spread, an hour", ge=0, le=1)] | None
    ) = None
    mean_spread_hourly: (
        Annotated[float, shown("long-run spread", unit="frac", help="a fraction an hour")] | None
    ) = None
    sigma_spread_hourly: (
        Annotated[float, shown("spread's noise", unit="frac", help="sd of an hour", ge=0)] | None
    ) = None
    leverage: (
        Annotated[float, shown("leverage", help="of both legs; else the venue's most", gt=0)] | None
    ) = None
    buffer_frac: Annotated[
        float, shown("buffer", unit="frac", help="price move that each leg must withstand", ge=0)
    ] = 0.1
    gas_usd: Annotated[float, shown("gas", unit="usd", help="of the round trip", ge=0)] = 0.0
    min_probability: Annotated[
        float, shown("least odds", unit="frac", help="of breaking even", ge=0, le=1)
    ] = 0.5
    min_apr: Annotated[
        float, shown("least return", unit="frac", help="a year, on the margin of both legs")
    ] = 0.0
    min_depth: Annotated[
        float, shown("least depth", unit="x", help="of each book, in sizes of one leg", ge=1)
    ] = 1.0
    max_basis_bps: Annotated[
        float, shown("most basis", unit="bps", help="between the two mids", ge=0)
    ] = 20.0
    venues: fields.Venues = ()
    haircut: fields.Haircut = True
    taker_fee: fields.TakerFees = {}
    quote_usd: fields.QuotePrices = {}
