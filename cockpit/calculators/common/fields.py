"""Types of fields that several calculators have in common."""

from typing import Annotated, Any, Literal

from cockpit.calculators.common.form import shown

Symbol = Annotated[
    str, shown("coin", help="a name such as BTC", main=True, min_length=1, max_length=64)
]
Side = Annotated[Literal["buy", "sell"], shown("side", help="which way to trade", main=True)]
Size = Annotated[
    float, shown("size in coins", unit="base", help="of the order; or give it in $", gt=0)
]
SizeUsd = Annotated[
    float, shown("size in $", unit="usd", help="of the order; or give it in coins", main=True, gt=0)
]
Venues = Annotated[tuple[str, ...], shown("venues", help="where to trade; all if empty")]
Haircut = Annotated[
    bool, shown("cautious depth", help="count only the share of depth that tends to stay")
]
Fee = Annotated[float, shown("fee", unit="frac", ge=-0.01, le=0.05)]
TakerFees = Annotated[
    dict[str, Fee],
    shown("taker fee", unit="frac", help="per venue, of what is traded; else the venue's own"),
]
QuotePrices = Annotated[
    dict[str, Annotated[float, shown("price", unit="usd", gt=0)]],
    shown("stablecoin price", unit="usd", help="per venue, what it quotes in; else $1"),
]
AnnualVolatility = Annotated[
    float, shown("volatility", unit="frac", help="of the price, a year", gt=0, le=100)
]
Seed = Annotated[int, shown("seed", help="the same seed gives the same answer", ge=0)]
Positions = Annotated[
    tuple[dict[str, Any], ...],
    shown(
        "positions",
        help="[{venue,symbol,size,entry}, …], size signed; else what is held",
        main=True,
    ),
]
EquityUsd = Annotated[
    dict[str, float],
    shown("equity", unit="usd", help="per venue, profit included; else as accounts state it"),
]
Delays = Annotated[
    dict[str, Annotated[float, shown("delay", unit="s", ge=0)]],
    shown("time to fill", unit="s", help="per venue, until a fill is known; else measured"),
]
