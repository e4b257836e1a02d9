"""Types of fields that several calculators have in common."""

from typing import Annotated, Any, Literal

from cockpit.calculators.common.form import shown

Symbol = Annotated[
    str, shown("symbol", help="cross-venue name such as BTC", min_length=1, max_length=64)
]
Side = Annotated[Literal["buy", "sell"], shown("side", help="which way to trade")]
Size = Annotated[float, shown("size", unit="base", help="base units; or give size_usd", gt=0)]
SizeUsd = Annotated[float, shown("size", unit="usd", help="USD; or give size", gt=0)]
Venues = Annotated[
    tuple[str, ...], shown("venues", help="where to trade; every venue of the view if empty")
]
Haircut = Annotated[
    bool, shown("haircut", help="count only the share of quoted depth that tends to stay")
]
Fee = Annotated[float, shown("fee", unit="frac", ge=-0.01, le=0.05)]
TakerFees = Annotated[
    dict[str, Fee],
    shown("taker fee", unit="frac", help="per venue, a fraction of notional; else the view's"),
]
QuotePrices = Annotated[
    dict[str, Annotated[float, shown("price", unit="usd", gt=0)]],
    shown("quote currency", unit="usd", help="per venue, what its quote currency is worth; else 1"),
]
AnnualVolatility = Annotated[
    float, shown("volatility", unit="frac", help="a year, as a fraction such as 0.6", gt=0, le=100)
]
Seed = Annotated[int, shown("seed", help="the same seed gives the same answer", ge=0)]
Positions = Annotated[
    tuple[dict[str, Any], ...],
    shown("positions", help="[{venue,symbol,size,entry}, …], size signed; else those of the view"),
]
EquityUsd = Annotated[
    dict[str, float],
    shown(
        "equity", unit="usd", help="per venue, profit included; else that of the view's accounts"
    ),
]
Delays = Annotated[
    dict[str, Annotated[float, shown("delay", unit="s", ge=0)]],
    shown("delays", unit="s", help="until a fill is known, per venue; else measured"),
]
