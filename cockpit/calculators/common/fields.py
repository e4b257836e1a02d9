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
Refill = Annotated[
    float, shown("book refills in", unit="s", help="half of a dent is gone after it", gt=0)
]
PriceMoves = Annotated[
    float, shown("price moves", unit="usd/√min", help="sd of the price, in $", gt=0)
]
Jitter = Annotated[
    float, shown("jitter", unit="frac", help="of a gap, by which times stray", ge=0, lt=0.5)
]
Start = Annotated[str, shown("start", help="+10m, 14:30 or 2025-10-09T12:00, in UTC; else at once")]
LimitRoom = Annotated[
    float, shown("room of limits", unit="bps", help="beyond what is seen now", ge=0, le=1000)
]
StampDistance = Annotated[
    float, shown("keep off stamps", unit="s", help="around a funding payment", ge=0, le=1700)
]
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
